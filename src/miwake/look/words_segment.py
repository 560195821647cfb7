"""Words on segmentation: its training, its figures and its report."""

from __future__ import annotations

from miwake.look.text import Language

_TRAINING: dict[str, dict[Language, str]] = {
    "train.pixels.light": {
        "en": "Network {network}: it begins with weights that know photographs.",
        "ja": "ネットワークは {network} です。写真で学習済みの重みから始めます。",
    },
    "train.pixels.plain": {
        "en": "Network {network}: for pictures that are no colour photographs, it begins from nothing.",
        "ja": "ネットワークは {network} です。カラー写真ではないため、初めから学びます。",
    },
    "train.pixels.smaller": {
        "en": "Pictures are seen at {side} pixels: {n} larger ones could not be gone over often enough in "
        "{seconds:.0f} s.",
        "ja": "画像は長辺{side}画素で見ます。これより大きいと、{seconds:.0f}秒では{n}枚を十分に繰り返せません。",
    },
    "train.pixels.uneven": {
        "en": "Classes are uneven, {large} {most:.0%} of the pixels and {small} {least:.2%}: rare ones count more.",
        "ja": "クラスの広さに偏りがあります（{large} は全画素の{most:.0%}、{small} は{least:.2%}）。"
        "少ないクラスを重く数えます。",
    },
}

_FIGURES: dict[str, dict[Language, str]] = {
    "seg.title": {
        "en": "{split}: {pictures}, {classes}",
        "ja": "{split}：{pictures}、{classes}",
    },
    "seg.title.groups": {
        "en": "{split}: {pictures} in {n} groups, {classes}",
        "ja": "{split}：{pictures}（{n}グループ）、{classes}",
    },
    "seg.mean_iou": {"en": "Mean IoU of the classes", "ja": "平均IoU"},
    "seg.mean_dice": {"en": "Mean Dice", "ja": "平均Dice"},
    "seg.mean_border_f1": {"en": "Mean F1 of borders", "ja": "境界の平均F1"},
    "seg.accuracy": {"en": "Pixels that are right", "ja": "画素の正解率"},
    "seg.rand": {"en": "Rand score of parts", "ja": "領域のRandスコア"},
    "seg.class": {"en": "Class", "ja": "クラス"},
    "seg.share": {"en": "Pixels", "ja": "画素"},
    "seg.iou": {"en": "IoU", "ja": "IoU"},
    "seg.dice": {"en": "Dice", "ja": "Dice"},
    "seg.border_f1": {"en": "Border F1", "ja": "境界F1"},
    "seg.precision": {"en": "Precision", "ja": "適合率"},
    "seg.recall": {"en": "Recall", "ja": "再現率"},
    "seg.says.iou": {
        "en": "Over the classes, its areas and the true ones overlap by {value} on average ({range}): what both share, "
        "of what either covers.",
        "ja": "予測と正解の領域の重なり（両方に含まれる画素 ÷ どちらかに含まれる画素）は、クラスの平均で{value}"
        "（{range}）です。",
    },
    "seg.says.pixels": {
        "en": "Of {of} pixels {about} get the right class{range}.",
        "ja": "画素{of}個のうち{about}個に正しいクラスを付けます{range}。",
    },
    "seg.says.baseline": {
        "en": "Calling every pixel by the most frequent class would be right for {value} of them.",
        "ja": "すべてを最も多いクラスとしても、画素の{value}は正解になります。",
    },
    "seg.says.hardest": {
        "en": "Hardest is {name}: overlap {value} ({range}).",
        "ja": "最も難しいクラスは {name} で、重なりは{value}（{range}）です。",
    },
    "seg.says.confused": {
        "en": "Of the pixels of {name}, {value} are taken for {other}.",
        "ja": "{name} の画素の{value}を {other} と間違えます。",
    },
    "seg.says.rand": {
        "en": "Of pairs of pixels inside of the parts, it keeps together what belongs together, and apart what does "
        "not, with a score of {value} of 1 ({range}).",
        "ja": "領域の内側の画素の組について、同じ領域かどうかの一致度（Randスコア）は1のうち{value}（{range}）です。",
    },
    "seg.few": {
        "en": "Only {n} picture to judge by: the intervals are wide.|Only {n} pictures to judge by: the intervals are "
        "wide.",
        "ja": "評価に使えた画像は{n}枚だけです。区間は広くなります。",
    },
    "seg.absent": {
        "en": "No pixels of {names} to judge by: nothing is known of them.",
        "ja": "{names} の画素がなかったため、そのクラスについては分かりません。",
    },
    "seg.worse": {
        "en": "It is not shown that it is better than calling every pixel by the most frequent class.",
        "ja": "すべてを最も多いクラスとするより良いとは、まだ言えません。",
    },
    "seg.lost": {
        "en": "Never found: {names}.",
        "ja": "一度も見つけられなかったクラス：{names}。",
    },
}

_REPORT: dict[str, dict[Language, str]] = {
    "seg.nav.result": {"en": "How good is it?", "ja": "どれくらい正確か"},
    "seg.nav.worst": {"en": "Where it errs", "ja": "どこを間違えるか"},
    "seg.nav.classes": {"en": "Class by class", "ja": "クラスごと"},
    "seg.nav.learning": {"en": "How it learnt", "ja": "学習の経過"},
    "seg.nav.data": {"en": "The pictures", "ja": "画像データ"},
    "seg.nav.model": {"en": "The model", "ja": "モデル"},
    "seg.nav.next": {"en": "What to type next", "ja": "次に実行するコマンド"},
    "seg.nav.details": {"en": "Settings and machine", "ja": "設定と実行環境"},
    "seg.report.subtitle": {
        "en": "{architecture} on {data}: a class for every pixel, judged on {pictures}",
        "ja": "{data}、{architecture}。画素ごとのクラスを{pictures}で評価しました",
    },
    "seg.report.icons": {"en": "Pixels that are right, out of {of}", "ja": "画素{of}個中の正解数"},
    "seg.report.mark.right": {"en": "right", "ja": "正しい"},
    "seg.report.mark.doubt": {"en": "one or the other: the interval", "ja": "区間内（どちらもありうる）"},
    "seg.report.mark.wrong": {"en": "wrong", "ja": "誤り"},
    "seg.report.caption": {"en": "mean IoU", "ja": "平均IoU"},
    "seg.report.worst.sentence": {
        "en": "The worst test pictures first, then some from the middle and the best. Each is shown as it is, with its "
        "true classes, with those that it was given, and with its wrong pixels in red. What counts nothing is dark.",
        "ja": "評価画像を悪いものから並べ、続けて中ほどと最も良いものを示します。元の画像、正解、予測、誤った画素（赤）"
        "の順です。対象外の画素は暗くしています。",
    },
    "seg.report.card.picture": {"en": "picture", "ja": "画像"},
    "seg.report.card.truth": {"en": "true", "ja": "正解"},
    "seg.report.card.answer": {"en": "answer", "ja": "予測"},
    "seg.report.card.wrong": {"en": "wrong", "ja": "誤り"},
    "seg.report.card.iou": {"en": "IoU {value}", "ja": "IoU {value}"},
    "seg.report.key": {"en": "Colours of the classes", "ja": "クラスの色"},
    "seg.report.classes.table": {"en": "Figures for each class", "ja": "クラスごとの数値"},
    "seg.report.confusion": {"en": "What is taken for what", "ja": "何を何と間違えるか"},
    "seg.report.confusion.caption": {
        "en": "Per mille of a true class's pixels (row) that were given a class (column).",
        "ja": "正解のクラス（行）の画素1000個のうち、それぞれのクラス（列）とされた数です。",
    },
    "seg.report.true": {"en": "true", "ja": "正解"},
    "seg.report.answer": {"en": "answer", "ja": "予測"},
    "seg.report.curve.loss": {"en": "Loss", "ja": "損失"},
    "seg.report.curve.figure": {"en": "Mean IoU on validation", "ja": "検証用画像の平均IoU"},
    "seg.report.curve.epoch": {"en": "epoch", "ja": "エポック"},
    "seg.report.curve.kept": {"en": "kept: {value}", "ja": "採用：{value}"},
    "seg.report.curve.description": {
        "en": "From {first} to {last} over {n} epochs.",
        "ja": "{n}エポックで{first}から{last}になりました。",
    },
    "seg.report.data": {
        "en": "{pictures}; {train} were learnt from. Pictures with pixels of each class:",
        "ja": "{pictures}のうち{train}枚から学習しました。それぞれのクラスの画素がある枚数：",
    },
    "seg.mean_iou.meaning": {
        "en": "what answer and truth share, of what either covers; mean over the classes",
        "ja": "予測と正解の両方に含まれる画素 ÷ どちらかに含まれる画素。クラスの平均",
    },
    "seg.mean_dice.meaning": {
        "en": "twice what they share, of the sum of both; mean over the classes",
        "ja": "両方に含まれる画素の2倍 ÷ 両方の画素の和。クラスの平均",
    },
    "seg.mean_border_f1.meaning": {
        "en": "how well borders match, within 0.75% of the picture's diagonal",
        "ja": "境界の一致度（ずれは画像の対角線の0.75%まで許容）",
    },
    "seg.accuracy.meaning": {
        "en": "large classes count as much as they are large",
        "ja": "広いクラスほど大きく効きます",
    },
    "seg.rand.meaning": {
        "en": "whether parts are kept together and apart, inside of the true ones (Arganda-Carreras 2015)",
        "ja": "正解の領域の内側で、領域の分け方が合っているか（Arganda-Carreras 2015）",
    },
}

WORDS: dict[str, dict[Language, str]] = _TRAINING | _FIGURES | _REPORT
