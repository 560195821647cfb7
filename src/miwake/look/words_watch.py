"""Words of `watch`."""

from __future__ import annotations

from miwake.look.text import Language

_SOURCE: dict[str, dict[Language, str]] = {
    "watch.started": {
        "en": "Watching {source}. Ctrl-C ends it.",
        "ja": "{source} を監視しています。Ctrl-C で終了します。",
    },
    "watch.large": {"en": "{mb} MB, more than {limit} MB", "ja": "{mb} MB あり、上限の {limit} MB を超えています"},
    "watch.folder.gone": {
        "en": "The folder {folder} is gone. Waiting until it is back.",
        "ja": "フォルダ {folder} がなくなりました。戻るまで待ちます。",
    },
    "watch.folder.back": {"en": "The folder {folder} is back.", "ja": "フォルダ {folder} が戻りました。"},
    "watch.camera.gone": {
        "en": "The camera {camera} gives no new pictures. It is opened again and again until it does.",
        "ja": "カメラ {camera} から新しい画像が届きません。届くまで接続を繰り返します。",
    },
    "watch.camera.back": {
        "en": "The camera {camera} is back.",
        "ja": "カメラ {camera} の画像が再び届きました。",
    },
    "watch.keep-stopped": {
        "en": "The picture could not be kept in {folder}: {said} Watching goes on.",
        "ja": "画像を {folder} に保存できませんでした（{said}）。監視は続けます。",
    },
    "watch.log-stopped": {
        "en": "The log {file} cannot be written: {said}. Watching goes on, and the log when there is room again.",
        "ja": "ログ {file} に書き込めません（{said}）。監視は続け、書けるようになればログも再開します。",
    },
    "watch.log-resumed": {
        "en": "The log {file} goes on; one line is missing.|The log {file} goes on; {n} lines are missing.",
        "ja": "ログ {file} を再開しました。{n}行が欠けています。",
    },
    "watch.output-stopped": {
        "en": "Answers cannot be printed: {said}. Watching goes on.",
        "ja": "結果を出力できません（{said}）。監視は続けます。",
    },
}

_COMMAND: dict[str, dict[Language, str]] = {
    "watch.command.ended": {
        "en": "The command for {picture} ended with {code}: {said}",
        "ja": "{picture} のコマンドが {code} で終了しました: {said}",
    },
    "watch.command.late": {
        "en": "The command for {picture} took too long, and was ended after {seconds} s: {said}",
        "ja": "{picture} のコマンドが時間内に終わらないため、{seconds} 秒後に終了させました: {said}",
    },
    "watch.command.unstarted": {
        "en": "The command for {picture} could not be started: {said}",
        "ja": "{picture} のコマンドを起動できませんでした: {said}",
    },
    "watch.acted.started": {"en": "run", "ja": "実行"},
    "watch.acted.held": {"en": "held", "ja": "待機"},
    "watch.acted.busy": {"en": "busy", "ja": "満杯"},
    "watch.acted.failed": {"en": "fail", "ja": "失敗"},
}

_DRIFT: dict[str, dict[Language, str]] = {
    "watch.label": {"en": "Looking at the training pictures", "ja": "学習画像の確認"},
    "watch.reference": {
        "en": "Pictures are held against those that the model has learnt from ({n} were looked at).",
        "ja": "届いた画像を、モデルの学習に使った画像（{n}枚を確認）と比べます。",
    },
    "watch.reference.gone": {
        "en": "The training pictures are not to be had ({why}) Whether pictures change is not noticed.",
        "ja": "学習画像がありません（{why}）画像の変化は検知しません。",
    },
    "watch.reference.none": {
        "en": "The model comes without training pictures. Whether pictures change is not noticed.",
        "ja": "このモデルには学習画像が付いていません。画像の変化は検知しません。",
    },
    "watch.reference.few": {
        "en": "With fewer than {least} training pictures it is not noticed whether pictures change.",
        "ja": "学習画像が{least}枚に満たないため、画像の変化は検知しません。",
    },
    "watch.drift.brightness.low": {
        "en": "Pictures have become darker: brightness {now} of 255 in the last {n:d}, in training {usual}, "
        "nearly always {low} to {high}.",
        "ja": "画像が暗くなっています。明るさは直近{n:d}枚で {now}（最大 255）、学習画像では {usual}、"
        "ほぼ常に {low}〜{high} でした。",
    },
    "watch.drift.brightness.high": {
        "en": "Pictures have become brighter: brightness {now} of 255 in the last {n:d}, in training {usual}, "
        "nearly always {low} to {high}.",
        "ja": "画像が明るくなっています。明るさは直近{n:d}枚で {now}（最大 255）、学習画像では {usual}、"
        "ほぼ常に {low}〜{high} でした。",
    },
    "watch.drift.sharpness.low": {
        "en": "Pictures have become blurred: {now}% of training's usual sharpness in the last {n:d}; in training "
        "nearly always {low} to {high}%.",
        "ja": "画像がぼやけています。鮮鋭度は直近{n:d}枚で学習時の {now}% です。学習画像ではほぼ常に"
        " {low}〜{high}% でした。",
    },
    "watch.drift.sharpness.high": {
        "en": "Pictures have become sharper or noisier: {now}% of training's usual sharpness in the last {n:d}; in "
        "training nearly always {low} to {high}%.",
        "ja": "画像が鮮鋭になったか、ノイズが増えています。鮮鋭度は直近{n:d}枚で学習時の {now}% です。学習画像では"
        "ほぼ常に {low}〜{high}% でした。",
    },
    "watch.drift.red.low": {
        "en": "Pictures have become greener: red less green is {now} in the last {n:d}, in training {usual}, nearly "
        "always {low} to {high}.",
        "ja": "画像が緑がかっています。赤と緑の差は直近{n:d}枚で {now}、学習画像では {usual}、ほぼ常に"
        " {low}〜{high} でした。",
    },
    "watch.drift.red.high": {
        "en": "Pictures have become redder: red less green is {now} in the last {n:d}, in training {usual}, nearly "
        "always {low} to {high}.",
        "ja": "画像が赤みがかっています。赤と緑の差は直近{n:d}枚で {now}、学習画像では {usual}、ほぼ常に"
        " {low}〜{high} でした。",
    },
    "watch.drift.blue.low": {
        "en": "Pictures have become yellower: blue less the others is {now} in the last {n:d}, in training {usual}, "
        "nearly always {low} to {high}.",
        "ja": "画像が黄みがかっています。青と他の色との差は直近{n:d}枚で {now}、学習画像では {usual}、ほぼ常に"
        " {low}〜{high} でした。",
    },
    "watch.drift.blue.high": {
        "en": "Pictures have become bluer: blue less the others is {now} in the last {n:d}, in training {usual}, "
        "nearly always {low} to {high}.",
        "ja": "画像が青みがかっています。青と他の色との差は直近{n:d}枚で {now}、学習画像では {usual}、ほぼ常に"
        " {low}〜{high} でした。",
    },
    "watch.drift.distance.high": {
        "en": "Pictures have become unlike those of training: to the nearest one it is {now} in the last {n:d}, "
        "within training {usual}, nearly always {low} to {high} (0 is the same in the model's eyes).",
        "ja": "学習画像と似ていない画像が続いています。最も近い学習画像との距離は直近{n:d}枚で {now}、学習時は"
        " {usual}、ほぼ常に {low}〜{high} でした（0 はモデルから見て同じ画像）。",
    },
    "watch.drift.over": {"en": "{what} is again as in training.", "ja": "{what}が学習時と同じ範囲に戻りました。"},
    "watch.drift.name.brightness": {"en": "Brightness", "ja": "明るさ"},
    "watch.drift.name.sharpness": {"en": "Sharpness", "ja": "鮮鋭度"},
    "watch.drift.name.red": {"en": "The balance of red and green", "ja": "赤と緑の釣り合い"},
    "watch.drift.name.blue": {"en": "The balance of blue and yellow", "ja": "青と黄の釣り合い"},
    "watch.drift.name.distance": {"en": "Likeness to the training pictures", "ja": "学習画像との近さ"},
}

_SUMMARY: dict[str, dict[Language, str]] = {
    "watch.ended": {
        "en": "One picture in {time}.|{n} pictures in {time}.",
        "ja": "{time}で{n}枚の画像を見ました。",
    },
    "watch.ended.labels": {"en": "Answers: {labels:, }.", "ja": "結果: {labels:、}。"},
    "watch.ended.label": {"en": "{label} × {count}", "ja": "{label} {count}件"},
    "watch.ended.unreadable": {
        "en": "One could not be read.|{n} could not be read.",
        "ja": "{n}枚は読めませんでした。",
    },
    "watch.ended.commands": {
        "en": "The command was started once; {failed} failed, {held} were held off.|"
        "The command was started {n} times; {failed} failed, {held} were held off.",
        "ja": "コマンドを{n}回起動しました（失敗{failed}回、見送り{held}回）。",
    },
    "watch.ended.drifts": {
        "en": "One warning that pictures have changed.|{n} warnings that pictures have changed.",
        "ja": "画像の変化を{n}回警告しました。",
    },
}

WORDS: dict[str, dict[Language, str]] = {**_SOURCE, **_COMMAND, **_DRIFT, **_SUMMARY}
