"""Words of the report: its frame, the data, training, the model."""

from __future__ import annotations

from miwake.look.text import Language

_FRAME: dict[str, dict[Language, str]] = {
    "report.skip": {"en": "Skip to the results", "ja": "結果へ移動"},
    "report.contents": {"en": "Contents", "ja": "目次"},
    "report.subtitle": {
        "en": "{architecture} · {data} · {classes} · judged on {pictures}",
        "ja": "{architecture} ・ {data} ・ {classes} ・ {pictures}で評価",
    },
    "report.made": {
        "en": "Written by Miwake. This page is one file: it opens offline and loads nothing.",
        "ja": "Miwake が作成しました。このページは一つのファイルで、オフラインで開き、外部から何も読み込みません。",
    },
    "report.nav.result": {"en": "How good is it?", "ja": "どれくらい正確か"},
    "report.nav.mistakes": {"en": "Its mistakes", "ja": "間違い"},
    "report.nav.classes": {"en": "Class by class", "ja": "クラスごとの成績"},
    "report.nav.trust": {"en": "Can its certainty be trusted?", "ja": "確信度は信頼できるか"},
    "report.nav.data": {"en": "The pictures", "ja": "画像データ"},
    "report.nav.seen": {"en": "What the model saw", "ja": "モデルが見た画像"},
    "report.nav.learning": {"en": "How it learnt", "ja": "学習の経過"},
    "report.nav.filters": {"en": "What its filters look for", "ja": "フィルタが探しているもの"},
    "report.nav.model": {"en": "The model", "ja": "モデル"},
    "report.nav.next": {"en": "What to type next", "ja": "次に実行するコマンド"},
    "report.nav.details": {"en": "Settings and machine", "ja": "設定と実行環境"},
    "unit.pictures": {"en": "{n} picture|{n} pictures", "ja": "{n}枚の画像"},
    "unit.classes": {"en": "{n} class|{n} classes", "ja": "{n}クラス"},
    "split.train": {"en": "training", "ja": "学習"},
    "split.val": {"en": "validation", "ja": "検証"},
    "split.test": {"en": "test", "ja": "テスト"},
    "report.unknown": {"en": "“I don’t know”", "ja": "「分からない」"},
    "report.interval": {"en": "95% interval", "ja": "95%区間"},
    "report.more": {"en": "… and {n} more.", "ja": "…ほか{n}件。"},
    "report.and": {"en": ", ", "ja": "、"},
}

_DATA: dict[str, dict[Language, str]] = {
    "report.data.sentence": {
        "en": "{pictures} in {classes}: {train} to learn from, {val} to choose by, {test} kept aside to judge.",
        "ja": "{classes}、{pictures}。学習に{train}枚、選択に{val}枚、評価用に{test}枚を取り分けました。",
    },
    "report.data.uneven": {
        "en": "The classes are uneven: “{large}” has {times} times as many training pictures as “{small}”.",
        "ja": "クラスに偏りがあります。「{large}」の学習画像は「{small}」の{times}倍です。",
    },
    "report.data.missing": {"en": "“{small}” has no training pictures.", "ja": "「{small}」には学習画像がありません。"},
    "report.data.counts": {"en": "Pictures per class", "ja": "クラスごとの枚数"},
    "report.data.ranked": {"en": "classes, largest first:", "ja": "クラス（多い順）："},
    "report.data.ranked.description": {
        "en": "From {most} pictures in the largest class to {fewest} in the smallest.",
        "ja": "最多のクラスで{most}枚、最少のクラスで{fewest}枚。",
    },
    "report.data.examples": {"en": "Examples", "ja": "画像の例"},
    "report.data.examples.caption": {"en": "Pictures of each class.", "ja": "各クラスの画像。"},
    "report.data.examples.some": {
        "en": "Pictures of the {n} classes that are hardest for the model.",
        "ja": "モデルが苦手な{n}クラスの画像。",
    },
    "report.data.example": {"en": "Example of {label}", "ja": "{label}の例"},
    "report.data.noted": {"en": "What was noticed", "ja": "気づいたこと"},
    "report.data.divided": {"en": "How they were divided", "ja": "分け方"},
    "report.seen.sentence": {
        "en": "The file, the picture as the network sees it when it answers, and some of the variations it was "
        "trained on. If a variation no longer shows its class to you, it does not to the model either.",
        "ja": "元の画像、答えるときにネットワークが見る画像、学習に使われた変形の例です。変形後の画像からあなたにもク"
        "ラスが分からないなら、モデルにも分かりません。",
    },
    "report.seen.original": {"en": "File", "ja": "元の画像"},
    "report.seen.preprocessed": {"en": "As the network sees it", "ja": "ネットワークが見る画像"},
    "report.seen.augmented": {"en": "In training", "ja": "学習時"},
    "report.seen.alt.original": {"en": "{label}: the file", "ja": "{label}：元の画像"},
    "report.seen.alt.preprocessed": {"en": "{label}: after preprocessing", "ja": "{label}：前処理後"},
    "report.seen.alt.augmented": {"en": "{label}: variation {n}", "ja": "{label}：変形{n}"},
    "report.learning.sentence": {
        "en": "It went through the training pictures {n} time in {time}.|It went through the training pictures {n} "
        "times in {time}.",
        "ja": "学習画像を{n}回、{time}かけて学びました。",
    },
    "report.learning.kept": {
        "en": "The weights of epoch {epoch} were kept: {value} right on validation.",
        "ja": "エポック{epoch}の重みを採用しました（検証の正解率 {value}）。",
    },
    "report.learning.gap": {
        "en": "Loss is what training pushes down. Where validation rises while training still falls, the model "
        "begins to learn by heart. Training is measured on varied pictures, so it may lie above validation.",
        "ja": "損失は学習で小さくしていく値です。学習の損失が下がり続けるのに検証の損失が上がり始めたら、丸暗記の兆し"
        "です。学習側は変形した画像で測るため、検証より大きくなることもあります。",
    },
    "report.learning.loss": {"en": "Loss", "ja": "損失"},
    "report.learning.accuracy": {"en": "Right answers on validation", "ja": "検証データの正解率"},
    "report.learning.rate": {"en": "Learning rate", "ja": "学習率"},
    "report.learning.epoch": {"en": "epoch", "ja": "エポック"},
    "report.learning.mark": {"en": "kept: {value}", "ja": "採用：{value}"},
    "report.learning.description": {
        "en": "{name} from {first} to {last} over {n} epochs.",
        "ja": "{n}エポックで{name}は{first}から{last}になりました。",
    },
    "report.phase.head": {"en": "last layer", "ja": "最終層"},
    "report.phase.all": {"en": "everything", "ja": "全体"},
    "report.filters.sentence": {
        "en": "The {n} filters of {height} × {width} pixels that slide over every picture first. Mid-grey is zero; a "
        "filter answers where the picture is bright under its bright parts and dark under its dark ones.",
        "ja": "すべての画像の上を最初にすべる、{height}×{width}画素のフィルタ{n}個です。中間の灰色がゼロで、フィルタ"
        "の明るい部分の下が明るく、暗い部分の下が暗いところに反応します。",
    },
    "report.filters.alt": {
        "en": "{n} filters of the first layer as small pictures.",
        "ja": "最初の層のフィルタ{n}個を小さな画像で示したもの。",
    },
    "report.filters.some": {
        "en": "The first {n} of {total} are shown.",
        "ja": "{total}個のうち最初の{n}個を示します。",
    },
}

_MODEL: dict[str, dict[Language, str]] = {
    "report.model.architecture": {"en": "Architecture", "ja": "アーキテクチャ"},
    "report.model.why": {"en": "Why this one", "ja": "選んだ理由"},
    "report.model.parameters": {"en": "Parameters", "ja": "パラメータ数"},
    "report.model.operations": {"en": "Work for one picture", "ja": "1枚あたりの計算量"},
    "report.model.operations.value": {"en": "{n} multiply-adds", "ja": "積和演算{n}回"},
    "report.model.start": {"en": "Starting weights", "ja": "初期の重み"},
    "report.model.scratch": {"en": "none: trained from scratch", "ja": "なし（一から学習）"},
    "report.model.licence": {"en": "Their licence", "ja": "重みのライセンス"},
    "report.model.preprocessing": {"en": "How a picture is prepared", "ja": "画像の前処理"},
    "report.model.size": {"en": "Size", "ja": "大きさ"},
    "report.model.size.value": {"en": "{width:d} × {height:d} pixels", "ja": "{width:d}×{height:d}画素"},
    "report.model.channels": {"en": "Channels", "ja": "チャンネル"},
    "report.model.channels.grey": {"en": "1, grey", "ja": "1（グレー）"},
    "report.model.channels.colour": {"en": "3, colour", "ja": "3（カラー）"},
    "report.model.fit": {"en": "Fit", "ja": "合わせ方"},
    "report.model.fit.squash": {
        "en": "both sides are scaled; proportions may change",
        "ja": "縦横を別々に拡大縮小（比率は変わりうる）",
    },
    "report.model.fit.crop": {
        "en": "the shorter side is scaled, the middle is cut out",
        "ja": "短辺を合わせて中央を切り出す",
    },
    "report.model.fit.pad": {"en": "the longer side is scaled, the rest is black", "ja": "長辺を合わせて余りは黒"},
    "report.model.cut": {"en": "Centre cut", "ja": "中央の切り出し"},
    "report.model.cut.value": {"en": "{value} of each side", "ja": "各辺の{value}"},
    "report.model.window": {"en": "Window of grey values", "ja": "グレー値のウィンドウ"},
    "report.model.window.value": {"en": "centre {centre}, width {width}", "ja": "中心{centre}、幅{width}"},
    "report.model.interpolation": {"en": "Scaling", "ja": "補間"},
    "report.model.mean": {"en": "Mean taken off", "ja": "引く平均"},
    "report.model.std": {"en": "Divided by", "ja": "割る標準偏差"},
    "report.next.sentence": {
        "en": "Type these in a terminal, in the folder where you trained.",
        "ja": "学習を行ったフォルダで、ターミナルに入力してください。",
    },
    "report.details.configuration": {"en": "Settings of this run", "ja": "この実行の設定"},
    "report.details.environment": {"en": "Machine and versions", "ja": "マシンとバージョン"},
    "report.yes": {"en": "yes", "ja": "はい"},
    "report.no": {"en": "no", "ja": "いいえ"},
}

WORDS: dict[str, dict[Language, str]] = {**_FRAME, **_DATA, **_MODEL}
