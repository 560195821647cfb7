"""Words of `serve`: its page, and what it says on the terminal."""

from __future__ import annotations

from miwake.look.text import Language

_PICTURE: dict[str, dict[Language, str]] = {
    "serve.frames": {
        "en": "{frames} frames or pages, more than {limit}",
        "ja": "フレームまたはページが{frames}枚あり、上限の{limit}枚を超えています",
    },
    "serve.scans": {
        "en": "{scans} scans in one JPEG, more than {limit}",
        "ja": "JPEG のスキャンが{scans}回あり、上限の{limit}回を超えています",
    },
    "serve.slow": {"en": "it took too long to decode or to compute", "ja": "展開または計算に時間がかかりすぎました"},
    "serve.bug": {
        "en": "the model could not compute it, which is a bug in Miwake",
        "ja": "モデルが計算できませんでした。Miwake の不具合です",
    },
}

_TERMINAL: dict[str, dict[Language, str]] = {
    "serve.at": {
        "en": "{run} answers at {url}. Ctrl-C ends it.",
        "ja": "{run} が {url} で応答しています。Ctrl-C で終了します。",
    },
    "serve.token": {"en": "Who asks needs the token of {file}.", "ja": "利用には {file} のトークンが必要です。"},
    "serve.clear": {
        "en": "Pictures and the token travel unencrypted: --tls-certificate and --tls-key make it HTTPS.",
        "ja": "画像とトークンは暗号化されずに送られます。--tls-certificate と --tls-key で HTTPS になります。",
    },
    "serve.keeps": {
        "en": "Wrongly answered pictures go to {folder}, for `miwake train {folder:sh}`.",
        "ja": "間違えた画像は {folder} に保存されます。`miwake train {folder:sh}` で学習に使えます。",
    },
    "serve.ended": {
        "en": "Ended; everything that was accepted has been answered.",
        "ja": "終了しました。受け付けたものにはすべて応答しました。",
    },
}

_PAGE: dict[str, dict[Language, str]] = {
    "serve.title": {"en": "Ask the model", "ja": "モデルに聞く"},
    "serve.subtitle": {
        "en": "Show it a picture, and it says what it sees. Pictures go to this server only.",
        "ja": "画像を見せると、何に見えるかを答えます。画像の送り先はこのサーバだけです。",
    },
    "serve.skip": {"en": "Skip to the pictures", "ja": "画像の入力へ移動"},
    "serve.language": {"en": "Language", "ja": "言語"},
    "serve.other": {"en": "日本語", "ja": "English"},
    "serve.noscript": {
        "en": "This page needs JavaScript, which comes from this server alone. Programs can ask without it: POST "
        "/predict.",
        "ja": "このページには JavaScript が必要です（このサーバからのみ読み込みます）。プログラムからは POST /predict "
        "で利用できます。",
    },
    "serve.ask": {"en": "Pictures", "ja": "画像の入力"},
    "serve.answers": {"en": "Answers", "ja": "結果"},
    "serve.drop": {"en": "Drop pictures here, or paste one", "ja": "画像をここにドロップするか、貼り付けてください"},
    "serve.choose": {"en": "Choose pictures", "ja": "画像を選ぶ"},
    "serve.camera": {"en": "Use the camera", "ja": "カメラを使う"},
    "serve.hint": {
        "en": "JPEG, PNG, WebP, BMP, TIFF or GIF.",
        "ja": "JPEG、PNG、WebP、BMP、TIFF、GIF に対応しています。",
    },
    "serve.video": {"en": "What the camera sees", "ja": "カメラの映像"},
    "serve.shoot": {"en": "Take a picture", "ja": "撮影する"},
    "serve.close": {"en": "Close the camera", "ja": "カメラを閉じる"},
    "serve.token.label": {"en": "Token", "ja": "トークン"},
    "serve.enter": {"en": "Enter", "ja": "開く"},
    "serve.foot": {
        "en": "A probability is calibrated: of many answers with 90%, about nine in ten are right on pictures like "
        "those of training.",
        "ja": "確率は較正済みです。学習時と似た画像なら、90%と答えたもののおよそ10件中9件が正解になります。",
    },
    "serve.foot.keep": {
        "en": "Nothing is kept, except the pictures that you mark as wrong and send for the next training.",
        "ja": "保存されるのは、間違いとして次の学習用に送った画像だけです。",
    },
    "serve.interface": {"en": "The interface for programs", "ja": "プログラム向けインターフェース"},
}

_SCRIPT: dict[str, dict[Language, str]] = {
    "serve.js.away": {"en": "The server cannot be reached.", "ja": "サーバに接続できません。"},
    "serve.js.token": {"en": "The token is wrong.", "ja": "トークンが違います。"},
    "serve.js.busy": {
        "en": "The server is busy. Try again in a moment.",
        "ja": "混み合っています。少し待ってからもう一度お試しください。",
    },
    "serve.js.full": {"en": "The folder for kept pictures is full.", "ja": "保存用フォルダがいっぱいです。"},
    "serve.js.odd": {"en": "The server answered {status}.", "ja": "サーバの応答：{status}"},
    "serve.js.most": {
        "en": "At most {n} pictures at once; the first were taken.",
        "ja": "一度に{n}枚までです。先頭の画像を使います。",
    },
    "serve.js.large": {"en": "larger than {mb} MB", "ja": "{mb} MB を超えています"},
    "serve.js.working": {"en": "Looking at {n} …", "ja": "{n}枚を見ています…"},
    "serve.js.done": {"en": "{n} answers.", "ja": "{n}件の結果があります。"},
    "serve.js.picture": {"en": "The picture {name}", "ja": "画像 {name}"},
    "serve.js.no_answer": {"en": "No answer", "ja": "答えられません"},
    "serve.js.none": {"en": "None of the labels", "ja": "該当するラベルなし"},
    "serve.js.unknown": {"en": "I don’t know", "ja": "分からない"},
    "serve.js.sure": {"en": "Probability {probability}", "ja": "確率 {probability}"},
    "serve.js.unsure": {
        "en": "The most probable answer has only {probability}",
        "ja": "最も確率の高い答えでも {probability} です",
    },
    "serve.js.shares": {"en": "Most probable classes", "ja": "確率の高いクラス"},
    "serve.js.why": {"en": "Show why", "ja": "理由を見る"},
    "serve.js.wrong": {"en": "This is wrong", "ja": "間違いを報告"},
    "serve.js.looking": {"en": "Working out where it looked …", "ja": "どこを見たかを調べています…"},
    "serve.js.map_of": {"en": "Where it looked for “{label}”", "ja": "「{label}」と判断するときに見た場所"},
    "serve.js.map_own": {"en": "The answer drawn on the picture", "ja": "結果を描き込んだ画像"},
    "serve.js.slider": {"en": "Strength of the map", "ja": "重ねる濃さ"},
    "serve.js.legend": {
        "en": "Warm colours speak for “{label}”; dark is outside of what it sees.",
        "ja": "暖色は「{label}」の根拠になった場所です。暗い部分はモデルが見ていません。",
    },
    "serve.js.legend_own": {"en": "As the model marks it.", "ja": "モデルが示した場所です。"},
    "serve.js.nearest": {"en": "Most alike in training", "ja": "学習画像のうち最も似たもの"},
    "serve.js.searching": {"en": "Looking through the training pictures …", "ja": "学習画像を調べています…"},
    "serve.js.alike": {"en": "1.00 is the same in the model’s eyes.", "ja": "1.00 はモデルから見て同じ画像です。"},
    "serve.js.no_training": {
        "en": "The training pictures are not on this computer.",
        "ja": "学習画像がこのコンピュータにありません。",
    },
    "serve.js.right": {"en": "What would be right?", "ja": "正しい答えは？"},
    "serve.js.right_one": {"en": "The right class", "ja": "正しいクラス"},
    "serve.js.right_several": {"en": "All labels that hold", "ja": "当てはまるラベルすべて"},
    "serve.js.keep": {"en": "Keep for the next training", "ja": "次の学習用に保存"},
    "serve.js.keep_what": {
        "en": "The picture without its metadata is kept on the server’s computer with this answer.",
        "ja": "メタデータを除いた画像が、この答えとともにサーバ側に保存されます。",
    },
    "serve.js.kept": {
        "en": "Kept for the next training. Thank you.",
        "ja": "次の学習用に保存しました。ありがとうございます。",
    },
    "serve.js.camera_on": {"en": "The camera is on. Escape closes it.", "ja": "カメラが起動しました。Esc で閉じます。"},
    "serve.js.camera_none": {
        "en": "There is no camera, or the browser may not use it.",
        "ja": "カメラがないか、使用が許可されていません。",
    },
    "serve.js.camera_safe": {
        "en": "Browsers give the camera to pages of this computer and of HTTPS only.",
        "ja": "カメラはこのコンピュータ上のページか HTTPS でのみ使えます。",
    },
    "serve.js.camera_gone": {"en": "The camera is gone.", "ja": "カメラが取り外されました。"},
    "serve.js.camera_name": {"en": "camera", "ja": "カメラ"},
}

WORDS: dict[str, dict[Language, str]] = {**_PICTURE, **_TERMINAL, **_PAGE, **_SCRIPT}
