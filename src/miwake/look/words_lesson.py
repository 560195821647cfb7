"""Words of the lessons' frame: the list, the page, the terminal, and labels that several lessons share."""

from __future__ import annotations

from miwake.look.text import Language

_PAGE: dict[str, dict[Language, str]] = {
    "lesson.part.neuron": {"en": "One neuron", "ja": "一つのニューロン"},
    "lesson.part.learning": {"en": "How a network learns", "ja": "ネットワークの学習"},
    "lesson.part.seeing": {"en": "How a network sees", "ja": "ネットワークの視覚"},
    "lesson.part.depth": {"en": "How deep networks stay trainable", "ja": "深いネットワークを学習させる"},
    "lesson.part.models": {"en": "Whole models", "ja": "モデル全体"},
    "lesson.ui.skip": {"en": "Skip to the first step", "ja": "最初のステップへ移動"},
    "lesson.ui.steps": {"en": "Steps of the lesson", "ja": "レッスンのステップ"},
    "lesson.ui.formula": {"en": "Formula", "ja": "数式"},
    "lesson.ui.still": {
        "en": "Here everything stands still, as it is at first: what the text says to press, move or edit is on the "
        "page.",
        "ja": "ここでは最初の状態だけを示します。文中の「押す」「動かす」「書き換える」操作は、ページ上でできます。",
    },
    "lesson.ui.papers": {"en": "Where it comes from:", "ja": "出典："},
    "lesson.ui.following": {"en": "Next on the path:", "ja": "次のレッスン："},
    "lesson.ui.made": {
        "en": "Written by Miwake. This page is one file: it opens offline and loads nothing; your pictures stay here.",
        "ja": "Miwake が作成しました。このページは一つのファイルで、オフラインで開き、外部から何も読み込みません。"
        "あなたの画像がこのページの外に送られることもありません。",
    },
    "lesson.ui.noscript": {
        "en": "Without scripts the figures stand still; with them you can change every number.",
        "ja": "スクリプトが無効なので図は動きません。有効にすると、どの数値も変えられます。",
    },
    "lesson.ui.play": {"en": "Play", "ja": "再生"},
    "lesson.ui.pause": {"en": "Pause", "ja": "一時停止"},
    "lesson.ui.reset": {"en": "As it was", "ja": "元に戻す"},
    "lesson.ui.back": {"en": "Back", "ja": "前へ"},
    "lesson.ui.next": {"en": "Next", "ja": "次へ"},
    "lesson.ui.of": {"en": "Step {n} of {total}", "ja": "ステップ {n}／{total}"},
    "lesson.ui.cell": {"en": "row {row}, column {column}: {value}", "ja": "{row}行{column}列：{value}"},
    "lesson.ui.less": {"en": "Make the marked number smaller", "ja": "選んだ数を小さくする"},
    "lesson.ui.more": {"en": "Make the marked number larger", "ja": "選んだ数を大きくする"},
    "lesson.ui.own": {
        "en": "A picture of your own (it stays on this page):",
        "ja": "自分の画像を使う（外には送られません）：",
    },
    "lesson.ui.own.bad": {
        "en": "This file is not a picture that can be read.",
        "ja": "画像として読み込めないファイルです。",
    },
    "lesson.ui.stamp": {
        "en": "the filter is added where the frame is.",
        "ja": "フィルタを掛けて、枠の位置に足します。",
    },
    "lesson.ui.hint.switch": {
        "en": "Tap a pixel to switch it. With the keyboard: arrow keys and space.",
        "ja": "画素をタップすると切り替わります。キーボードでは矢印キーとスペースキーを使います。",
    },
    "lesson.ui.hint.number": {
        "en": "Tap a number, then − or +. With the keyboard: arrow keys, digits, + and −.",
        "ja": "数をタップして − か + を押します。キーボードでは矢印キー、数字、+ と − を使います。",
    },
    "lesson.ui.hint.move": {
        "en": "Tap a place, or drag the ring. With the keyboard: arrow keys, with Shift in larger steps.",
        "ja": "好きな位置をタップするか、輪をドラッグします。キーボードでは矢印キーを使います（Shift キーも押すと、大"
        "きく動きます）。",
    },
    "lesson.ui.moved": {
        "en": "The point that can be moved is at {x}, {y}.",
        "ja": "動かせる点の位置は {x}、{y} です。",
    },
    "lesson.list": {
        "en": "miwake lesson NAME shows one of them here and writes it as a page to step through.",
        "ja": "miwake lesson NAME で、レッスンをここに表示し、操作できるページを書き出します。",
    },
    "lesson.page": {"en": "The page to step through: {path}", "ja": "操作できるページ：{path}"},
    "lesson.next": {"en": "Next on the path: miwake lesson {name}", "ja": "次のレッスン：miwake lesson {name}"},
    "lesson.example": {"en": "At row {row}, column {column}:", "ja": "{row}行{column}列では："},
}

_LABELS: dict[str, dict[Language, str]] = {
    "lesson.label.picture": {"en": "Picture x", "ja": "画像 x"},
    "lesson.label.filter": {"en": "Filter h", "ja": "フィルタ h"},
    "lesson.label.map": {"en": "Map u", "ja": "特徴マップ u"},
    "lesson.label.pooled": {"en": "After max pooling", "ja": "最大プーリングの後"},
    "lesson.label.moved": {"en": "The moved picture", "ja": "ずらした画像"},
    "lesson.label.own": {"en": "Picture of 28 × 28 pixels", "ja": "28×28画素の画像"},
    "lesson.label.relu_pooled": {"en": "After ReLU and max pooling", "ja": "ReLU と最大プーリングの後"},
    "lesson.label.down": {"en": "Moved down by", "ja": "下へずらす画素数"},
    "lesson.label.right": {"en": "Moved right by", "ja": "右へずらす画素数"},
    "lesson.label.filter.point": {"en": "Pointed top", "ja": "とがった頂点"},
    "lesson.label.filter.rising": {"en": "Rising stroke", "ja": "右上がりの線"},
    "lesson.label.filter.falling": {"en": "Falling stroke", "ja": "右下がりの線"},
    "lesson.label.filter.bar": {"en": "Bar", "ja": "横棒"},
    "lesson.label.filter.line": {"en": "Bar, dark around", "ja": "横棒と暗い周囲"},
    "lesson.label.step": {"en": "Steps", "ja": "ステップ数"},
    "lesson.label.rate": {"en": "Step width η", "ja": "学習率 η"},
    "lesson.label.examples": {"en": "Examples shown", "ja": "見せた例の数"},
    "lesson.label.error": {"en": "Error E", "ja": "誤差 E"},
}

WORDS: dict[str, dict[Language, str]] = {**_PAGE, **_LABELS}
