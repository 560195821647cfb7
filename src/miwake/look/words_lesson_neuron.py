"""Words of the lesson `neuron`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.neuron": {
        "en": "The threshold neuron: add up, then yes or no",
        "ja": "しきい値ニューロン：足し合わせて、はいかいいえ",
    },
    "lesson.neuron.about": {
        "en": "The oldest model of a nerve cell, from 1943. Everything later is made of it.",
        "ja": "1943年に考えられた、最も古い神経細胞のモデルです。その後のネットワークはすべて、これを部品にしていま"
        "す。",
    },
    "lesson.neuron.sum": {"en": "A weighted sum and a threshold", "ja": "重み付きの和としきい値"},
    "lesson.neuron.sum.text": {
        "en": "A neuron gets inputs x, here two of them, each 0 or 1. Each input has a weight w: how much it counts. "
        "The neuron multiplies each input by its weight and adds up. If the sum reaches the threshold θ it "
        "fires and answers 1, otherwise 0.\n"
        "Switch the inputs, change a weight, move the threshold. A negative weight inhibits: that input speaks "
        "against firing.",
        "ja": "ニューロンは入力 x を受け取ります。ここでは二つで、それぞれ 0 か 1 です。入力ごとに重み w があり、その"
        "入力をどれだけ重く見るかを表します。ニューロンは入力に重みを掛けて足し合わせ、和がしきい値 θ 以上なら"
        "発火して 1 を、そうでなければ 0 を出します。\n"
        "入力を切り替え、重みやしきい値を変えてみてください。負の重みは抑制を表し、その入力は発火を妨げます。",
    },
    "lesson.neuron.gates": {"en": "It can say AND, OR and NOT", "ja": "AND、OR、NOT を計算できます"},
    "lesson.neuron.gates.text": {
        "en": "With weights 1 and 1 and the threshold 2 the neuron fires only if both inputs are 1: that is AND. "
        "With the threshold 1 one of them is enough: OR. With the weight −1 and the threshold 0 it fires if x₁ "
        "is not 1: NOT.\n"
        "The table lists all four inputs, the sum, and the answer y. McCulloch and Pitts showed that nets of "
        "such neurons can compute whatever can be written with AND, OR and NOT.",
        "ja": "重みが 1 と 1、しきい値が 2 なら、両方の入力が 1 のときだけ発火します。これが AND です。しきい値を 1 "
        "にすると、どちらか一つで足ります。これが OR です。重みを −1、しきい値を 0 にすると、x₁ が 1 でないとき"
        "に発火します。これが NOT です。\n"
        "表には、四通りの入力と、その和、答え y を示しています。マカロックとピッツは、このニューロンを組み合わ"
        "せれば、AND、OR、NOT で書けるものは何でも計算できることを示しました。",
    },
    "lesson.neuron.line": {"en": "Seen from above it draws a line", "ja": "平面で見ると、一本の直線を引いています"},
    "lesson.neuron.line.text": {
        "en": "Take x₁ and x₂ as the place of a point in a plane. Where the sum equals the threshold lies a straight "
        "line. On one side of it the neuron says 1, on the other 0. The weights turn the line, the threshold "
        "moves it.\n"
        "With more inputs the line becomes a plane, and then something that nobody can draw, but it stays "
        "straight. Keep this in mind: there are things that no straight line can separate.",
        "ja": "x₁ と x₂ を平面上の点の座標と考えます。和がしきい値と等しくなる場所は一本の直線です。直線の片側ではニ"
        "ューロンは 1 と答え、反対側では 0 と答えます。重みは直線の向きを変え、しきい値は直線を動かします。\n"
        "入力が増えると直線は平面になり、さらに増えると描けなくなりますが、まっすぐであることは変わりません。一"
        "本の直線では分けられないものがあることを、覚えておいてください。",
    },
    "lesson.neuron.picture": {"en": "The inputs can be pixels", "ja": "入力は画素でもかまいません"},
    "lesson.neuron.picture.text": {
        "en": "Here the nine inputs are the pixels of a small patch, and the nine weights lie over it. The patch "
        "shows a pointed top, the weights look like one, so the sum is 3 and the neuron fires. Ink in the "
        "upper row has the weight −1: it speaks against a point.\n"
        "Draw something else and watch the sum. Such a table of weights is called a filter. Slide it over a "
        "large picture and you have a convolution.",
        "ja": "ここでは、九つの入力が小さな画像の画素で、その上に九つの重みが重なっています。画像にはとがった頂点があ"
        "り、重みも同じ形をしているので、和は 3 になり、ニューロンは発火します。上の行のインクには −1 の重みが"
        "あり、頂点ではないことを示す手がかりになります。\n"
        "別の絵を描いて、和を見てください。このような重みの表をフィルタと呼びます。大きな画像の上で動かせば、畳"
        "み込みになります。",
    },
    "lesson.label.neuron": {"en": "The neuron", "ja": "ニューロン"},
    "lesson.label.inputs": {"en": "Inputs x", "ja": "入力 x"},
    "lesson.label.weights": {"en": "Weights w", "ja": "重み w"},
    "lesson.label.sum": {"en": "Sum", "ja": "和"},
    "lesson.label.theta": {"en": "Threshold θ", "ja": "しきい値 θ"},
    "lesson.label.answer": {"en": "Answer y", "ja": "答え y"},
    "lesson.label.truth": {"en": "All four inputs", "ja": "四通りの入力"},
    "lesson.label.gate.and": {"en": "AND", "ja": "AND（かつ）"},
    "lesson.label.gate.or": {"en": "OR", "ja": "OR（または）"},
    "lesson.label.gate.not": {"en": "NOT x₁", "ja": "NOT x₁（でない）"},
    "lesson.label.plane": {"en": "The plane of the inputs", "ja": "入力の平面"},
    "lesson.label.boundary": {"en": "where the sum is the threshold", "ja": "和がしきい値になる直線"},
    "lesson.label.yes": {"en": "answers 1", "ja": "1 と答える"},
    "lesson.label.no": {"en": "answers 0", "ja": "0 と答える"},
    "lesson.label.x1": {"en": "x₁ →", "ja": "x₁ → "},
    "lesson.label.x2": {"en": "x₂ ↑", "ja": "x₂ ↑ "},
    "lesson.label.patch": {"en": "A patch of 3 × 3 pixels", "ja": "3×3画素の画像"},
}
