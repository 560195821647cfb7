"""Words on anomaly detection: its data, its training, its figures and its report."""

from __future__ import annotations

from miwake.look.text import Language

_DATA: dict[str, dict[Language, str]] = {
    "data.mvtec.guess": {
        "en": "it has train/good and test, MVTec's layout; kinds of defects: {kinds}. The task is anomaly, to "
        "notice what is wrong.",
        "ja": "MVTec の形式（train/good と test）です。欠陥の種類：{kinds}。課題は anomaly（異常の検出）です。",
    },
    "data.inspection.kinds": {
        "en": "{good} is good, the others are defects: {kinds}. The task is anomaly, to notice what is wrong.",
        "ja": "{good} を良品、ほか（{kinds}）を欠陥とします。課題は anomaly（異常の検出）です。",
    },
    "data.inspection.alone": {
        "en": "{good} is good, and there are no defects. The task is anomaly, to notice what is wrong.",
        "ja": "{good} は良品で、欠陥の画像はありません。課題は anomaly（異常の検出）です。",
    },
    "data.inspection.plain": {
        "en": "a folder of pictures, which are taken to be good. The task is anomaly, to notice what is wrong.",
        "ja": "画像のフォルダで、すべて良品とみなします。課題は anomaly（異常の検出）です。",
    },
    "data.masks": {"en": "{n} mask.|{n} masks.", "ja": "マスクが{n}枚あります。"},
    "data.masks.soft": {
        "en": "{n} of {total} masks looked at have soft edges; what is lighter than {threshold} counts as inside.",
        "ja": "調べたマスク{total}枚のうち{n}枚は縁がぼけています。{threshold}より明るい画素を内側とします。",
    },
    "divide.good.random": {
        "en": "Of the good pictures, {val:.0%} are for validation and {test:.0%} for test, drawn with seed {seed}.",
        "ja": "良品のうち{val:.0%}を検証用、{test:.0%}を評価用に選びました（シード{seed}）。",
    },
    "divide.good.val": {
        "en": "Of the good training pictures, {share:.0%} are for validation, drawn with seed {seed}.",
        "ja": "訓練用の良品のうち{share:.0%}を検証用に選びました（シード{seed}）。",
    },
    "divide.good.test": {
        "en": "Of the good training pictures, {share:.0%} are for test, drawn with seed {seed}.",
        "ja": "訓練用の良品のうち{share:.0%}を評価用に選びました（シード{seed}）。",
    },
    "divide.good.moved": {
        "en": "{n} defect was for training: it goes to test, since only good pictures are learnt from.|{n} defects "
        "were for training: they go to test, since only good pictures are learnt from.",
        "ja": "訓練用とされていた欠陥{n}枚は評価に回します。学習には良品だけを使います。",
    },
    "divide.good.tied": {
        "en": "{n} good picture belongs to the group of a defect, and goes where that goes.|{n} good pictures belong "
        "to groups of defects, and go where those go.",
        "ja": "欠陥と同じグループの良品{n}枚は、その欠陥と同じ分割に入れます。",
    },
    "divide.good.counts": {
        "en": "Good pictures: {train} to learn from, {val} to set the threshold, {test} to test it.",
        "ja": "良品：学習{train}枚、しきい値の設定{val}枚、評価{test}枚。",
    },
    "divide.good.defects": {
        "en": "Defects: {test} to test, {val} to set the threshold, none to learn from.",
        "ja": "欠陥：評価{test}枚、しきい値の設定{val}枚。学習には使いません。",
    },
    "divide.good.alone": {
        "en": "There are no defects: what share of them will be found is not to be known.",
        "ja": "欠陥の画像がないため、欠陥をどれだけ見つけられるかは分かりません。",
    },
    "divide.good.few": {
        "en": "Fewer than 10 test pictures of {kinds}: figures on them say little.",
        "ja": "{kinds} の評価用画像は10枚未満です。その数値からはあまり多くは言えません。",
    },
    "divide.good.few_val": {
        "en": "{n} good pictures set the threshold; with fewer than {least} it is a guess.",
        "ja": "しきい値を決める良品は{n}枚です。{least}枚未満では当て推量に近くなります。",
    },
}

_TRAINING: dict[str, dict[Language, str]] = {
    "train.odd.patchcore": {
        "en": "Method patchcore: it needs no training beyond one look at each good picture, and works with few.",
        "ja": "手法は patchcore です。良品を一度ずつ見るだけで済み、枚数が少なくても使えます。",
    },
    "train.odd.autoencoder": {
        "en": "Method autoencoder: there are no weights that know such pictures, so it begins from nothing.",
        "ja": "手法は autoencoder です。このような画像を知る学習済みの重みがないため、初めから学びます。",
    },
    "train.odd.short": {
        "en": "Pictures are seen at {side} pixels: {n} of them at full size would not fit the {seconds:.0f} s that are "
        "left.",
        "ja": "画像は{side}画素で見ます。{n}枚を本来の大きさで見るには、残り{seconds:.0f}秒では足りません。",
    },
    "train.odd.bank": {
        "en": "The memory keeps {rows} of {all} patches; making it takes about {megabytes} MB.",
        "ja": "記憶には{all}個のうち{rows}個を残します。作成中に使うメモリは約{megabytes} MB です。",
    },
    "train.odd.pictures": {
        "en": "The memory keeps {rows} of {all} good pictures; making it takes about {megabytes} MB.",
        "ja": "記憶には良品の画像{all}枚のうち{rows}枚を残します。作成中に使うメモリは約{megabytes} MB です。",
    },
    "train.odd.bank.sample": {
        "en": "The memory keeps {rows} of {all} patches, picked from a fair sample of {pool}; making it takes about "
        "{megabytes} MB.",
        "ja": "記憶には{all}個のうち{rows}個を、無作為に抜き出した{pool}個から選んで残します。作成中に使うメモリは"
        "約{megabytes} MB です。",
    },
}

_FIGURES: dict[str, dict[Language, str]] = {
    "odd.title": {
        "en": "{split}: {good} good pictures, {bad} defective",
        "ja": "{split}：良品{good}枚、欠陥{bad}枚",
    },
    "odd.title.groups": {
        "en": "{split}: {good} good pictures, {bad} defective, in {n} groups",
        "ja": "{split}：良品{good}枚、欠陥{bad}枚（{n}グループ）",
    },
    "odd.false_alarms": {"en": "False alarms among good pictures", "ja": "良品での誤報率"},
    "odd.expected": {"en": "… as validation promised", "ja": "検証で見込んだ誤報率"},
    "odd.found": {"en": "Defects found", "ja": "欠陥の検出率"},
    "odd.precision": {"en": "Alarms that are right", "ja": "警報の適合率"},
    "odd.f1": {"en": "F1", "ja": "F1値"},
    "odd.auroc": {"en": "Area under the ROC curve", "ja": "ROC曲線の下の面積"},
    "odd.auroc.short": {"en": "AUROC", "ja": "ROC面積"},
    "odd.pixel_auroc": {"en": "… of pixels", "ja": "画素でのROC面積"},
    "odd.pro": {"en": "Per-region overlap (PRO)", "ja": "領域の重なり（PRO）"},
    "odd.pixel_f1": {"en": "F1 of the outlines", "ja": "輪郭のF1"},
    "odd.cost": {"en": "Cost per picture", "ja": "1枚あたりの損失"},
    "odd.kind": {"en": "Kind", "ja": "種類"},
    "odd.says.found": {
        "en": "Of {of} defective pictures like these it finds {about}{range}.",
        "ja": "同じような欠陥画像{of}枚のうち、{about}枚を見つけます{range}。",
    },
    "odd.says.alarms": {
        "en": "Of {of} good pictures {about} raise a false alarm{range}.",
        "ja": "良品{of}枚のうち、{about}枚で誤報を出します{range}。",
    },
    "odd.says.expected.rate": {
        "en": "The threshold was set on good validation pictures, for {value} false alarms; how many pictures stand "
        "behind it allows for {range}.",
        "ja": "しきい値は検証用の良品で、誤報率{value}になるよう決めました。枚数から言える範囲は{range}です。",
    },
    "odd.says.expected.costs": {
        "en": "The threshold was set where mistakes on the validation pictures cost least: {value} false alarms, with "
        "{range} for so many pictures.",
        "ja": "しきい値は検証用画像で損失が最小になるように決めました。見込まれる誤報率は{value}（枚数から言える範囲は"
        "{range}）です。",
    },
    "odd.says.auroc": {
        "en": "Shown a good and a defective picture, it tells which is which {about} of {of} times{range}.",
        "ja": "良品と欠陥の画像を1枚ずつ見せると、{of}回のうち{about}回は正しく見分けます{range}。",
    },
    "odd.says.places": {
        "en": "Its heat maps cover the defects to {pro} of 1 (per-region overlap, {range}), and its outlines meet the "
        "masks with an F1 of {f1}.",
        "ja": "欠陥の位置の重なり（PRO）は1のうち{pro}（{range}）、輪郭とマスクのF1は{f1}です。",
    },
    "odd.says.kind": {
        "en": "Hardest is '{name}': of {of} it finds {about}{range}.",
        "ja": "最も難しいのは「{name}」で、{of}枚のうち{about}枚を見つけます{range}。",
    },
    "odd.no_defects": {
        "en": "No defective picture was there to test with: how many it finds is not known.",
        "ja": "評価に使える欠陥画像がなかったため、どれだけ見つけられるかは分かりません。",
    },
    "odd.few": {
        "en": "Only {n} defective picture to test with: the intervals are wide.|Only {n} defective pictures to test "
        "with: the intervals are wide.",
        "ja": "評価に使えた欠陥画像は{n}枚だけです。区間は広くなります。",
    },
    "odd.chance": {
        "en": "It is not shown that it tells defects from good pictures at all.",
        "ja": "欠陥と良品を見分けられるとは、まだ言えません。",
    },
    "odd.more": {
        "en": "There are more false alarms, {value}, than validation let expect, {expected}: these good pictures "
        "differ from those that it learnt from.",
        "ja": "誤報率は{value}で、検証で見込んだ{expected}より多くなっています。これらの良品は、学習した良品とは違いま"
        "す。",
    },
    "odd.no_masks": {
        "en": "Without masks it is not known whether it points at the right place.",
        "ja": "マスクがないため、正しい場所を指しているかどうかは分かりません。",
    },
}

_REPORT: dict[str, dict[Language, str]] = {
    "odd.nav.result": {"en": "What does it find?", "ja": "何を見つけるか"},
    "odd.nav.places": {"en": "Where it points", "ja": "どこを指すか"},
    "odd.nav.kinds": {"en": "Kind by kind", "ja": "欠陥の種類ごと"},
    "odd.nav.data": {"en": "The pictures", "ja": "画像データ"},
    "odd.nav.model": {"en": "The model", "ja": "モデル"},
    "odd.nav.next": {"en": "What to type next", "ja": "次に実行するコマンド"},
    "odd.nav.details": {"en": "Settings and machine", "ja": "設定と実行環境"},
    "odd.report.subtitle": {
        "en": "{method} over {architecture}, on {data}: judged on {good} good and {bad} defective pictures",
        "ja": "{data}、{method}（{architecture}）。良品{good}枚と欠陥{bad}枚で評価しました",
    },
    "odd.report.icons.found": {"en": "Defects found, out of {of}", "ja": "欠陥{of}枚中の検出数"},
    "odd.report.icons.alarms": {"en": "Good pictures that pass, out of {of}", "ja": "良品{of}枚中の合格数"},
    "odd.report.icons.description": {
        "en": "{of} marks; {about}, between {low} and {high}.",
        "ja": "{of}個の印のうち{about}個（{low}～{high}）。",
    },
    "odd.report.mark.found": {"en": "found", "ja": "見つける"},
    "odd.report.mark.found.not": {"en": "missed", "ja": "見逃す"},
    "odd.report.mark.alarms": {"en": "passes", "ja": "合格とする"},
    "odd.report.mark.alarms.not": {"en": "false alarm", "ja": "誤報"},
    "odd.report.mark.doubt": {"en": "one or the other: the interval", "ja": "区間内（どちらもありうる）"},
    "odd.report.scores": {"en": "How odd the test pictures look", "ja": "評価画像の異常の度合い"},
    "odd.report.scores.caption": {
        "en": "Up to a hundred dots for good pictures and as many for defects. Right of the line an alarm is raised.",
        "ja": "良品と欠陥をそれぞれ最大100個ほどの点で表します。線より右で警報が出ます。",
    },
    "odd.report.good": {"en": "good", "ja": "良品"},
    "odd.report.bad": {"en": "defective", "ja": "欠陥"},
    "odd.report.threshold": {"en": "threshold", "ja": "しきい値"},
    "odd.report.odder": {"en": "odder →", "ja": "異常の度合い →"},
    "odd.report.places.sentence": {
        "en": "What it got wrong comes first. Each is shown as it is, with its defect in green where there is a mask, "
        "with red outlines of what looks odd, and with the heat map over it. If the outlines lie beside the defects, "
        "something else gives these pictures away.",
        "ja": "間違えたものから並べます。元の画像、欠陥の位置（マスクがある場合、緑の線）、異常に見える部分の輪郭"
        "（赤い線）、ヒートマップの順です。輪郭が欠陥から外れている場合は、欠陥以外の何かで見分けています。",
    },
    "odd.report.card.picture": {"en": "picture", "ja": "画像"},
    "odd.report.card.truth": {"en": "defect", "ja": "欠陥の位置"},
    "odd.report.card.outline": {"en": "outline", "ja": "輪郭"},
    "odd.report.card.heat": {"en": "heat map", "ja": "ヒートマップ"},
    "odd.report.said.odd": {
        "en": "called odd: {rate} of good pictures look as odd",
        "ja": "異常と判定（同じくらい異常に見える良品は{rate}）",
    },
    "odd.report.said.good": {
        "en": "called good: {rate} of good pictures look as odd",
        "ja": "良品と判定（同じくらい異常に見える良品は{rate}）",
    },
    "odd.report.kinds.table": {"en": "Figures for each kind of defect", "ja": "欠陥の種類ごとの数値"},
    "odd.report.data": {
        "en": "{pictures}; {train} good ones were learnt from.",
        "ja": "{pictures}のうち、良品{train}枚から学習しました。",
    },
    "odd.report.method": {"en": "Method", "ja": "手法"},
    "odd.false_alarms.meaning": {
        "en": "share of good test pictures that raise an alarm",
        "ja": "評価用の良品のうち、警報を出す割合",
    },
    "odd.expected.meaning": {
        "en": "what good validation pictures let expect, with the exact interval",
        "ja": "検証用の良品から見込まれる割合と、その正確な区間",
    },
    "odd.found.meaning": {
        "en": "share of defective test pictures that raise an alarm",
        "ja": "評価用の欠陥のうち、警報を出す割合",
    },
    "odd.precision.meaning": {
        "en": "share of alarms that are defects, if as many are defective as here",
        "ja": "警報のうち本当に欠陥である割合（欠陥の割合が評価用と同じ場合）",
    },
    "odd.f1.meaning": {
        "en": "harmonic mean of the two, at this threshold",
        "ja": "このしきい値での検出率と適合率の調和平均",
    },
    "odd.auroc.meaning": {
        "en": "how often a defective picture looks odder than a good one, whatever the threshold",
        "ja": "しきい値によらず、欠陥の画像が良品より異常に見える割合",
    },
    "odd.pixel_auroc.meaning": {
        "en": "the same of single pixels, inside and outside of defects",
        "ja": "欠陥の内側と外側の画素についての同じ割合",
    },
    "odd.pro.meaning": {
        "en": "how much of each defect is covered, small ones counting as much as large ones, up to 30% false pixels",
        "ja": "欠陥ごとの覆われる割合。小さい欠陥も大きい欠陥も同じ重みで、誤検出画素30%まで",
    },
    "odd.pixel_f1.meaning": {
        "en": "overlap of outlines and masks, as the outlines are drawn",
        "ja": "描かれる輪郭とマスクの重なり",
    },
}

WORDS: dict[str, dict[Language, str]] = _DATA | _TRAINING | _FIGURES | _REPORT
