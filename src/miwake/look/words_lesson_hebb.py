"""Words of the lesson `hebb`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.hebb": {
        "en": "Hebb's rule: what fires together, wires together",
        "ja": "ヘッブの法則：ともに発火すれば、結び付きが強まる",
    },
    "lesson.hebb.about": {
        "en": "Learning without a teacher: nobody says what is right, and yet the weights find something.",
        "ja": "教師なしの学習です。正解を誰も教えないのに、重みは何かを見つけ出します。",
    },
    "lesson.hebb.rule": {"en": "A connection that was used gets stronger", "ja": "使われた結合は強くなります"},
    "lesson.hebb.rule.text": {
        "en": "The neuron answers with the weighted sum y. Then each weight grows by the product of what came in and "
        "what went out: an input that was active while the neuron was active gets a stronger connection. An "
        "input that was 0 keeps its weight.\n"
        "Switch the inputs and compare the weights before and after.",
        "ja": "ニューロンは重み付きの和 y を出します。その後、それぞれの重みは、入ってきた値と出ていった値の積だけ大"
        "きくなります。ニューロンが活動しているときに活動していた入力は、結合が強くなります。0 だった入力の重み"
        "は変わりません。\n"
        "入力を切り替えて、前と後の重みを比べてください。",
    },
    "lesson.hebb.grows": {
        "en": "Left alone, the weights grow for ever",
        "ja": "そのままでは、重みは際限なく大きくなります",
    },
    "lesson.hebb.grows.text": {
        "en": "The grey points are signals of two inputs that tend to be large together. Show them one after the "
        "other: the weight, drawn as a line from the middle, turns into the direction in which the signals are "
        "spread most. That is a discovery; nobody told it.\n"
        "But the rule only ever adds in that direction, so the line soon leaves the picture. A real synapse "
        "cannot do that.",
        "ja": "灰色の点は、同時に大きくなりやすい二つの入力の信号です。順に見せていくと、中心から引いた線で表した重み"
        "は、信号が最も広がっている方向を向きます。誰も教えていないのに見つけたのです。\n"
        "しかし、この規則はその方向に足し続けるだけなので、線はすぐに図からはみ出します。本物のシナプスではあり"
        "えないことです。",
    },
    "lesson.hebb.oja": {
        "en": "With forgetting, they stay at length 1",
        "ja": "忘却を加えると、長さは 1 に落ち着きます",
    },
    "lesson.hebb.oja.text": {
        "en": "Oja added a term that takes away more from large weights. Now the direction is found as before, while "
        "the length settles near 1. The direction is the first principal component of the data: statistics "
        "calls the same thing PCA.",
        "ja": "オヤは、大きな重みほど多く引く項を加えました。方向は前と同じように見つかり、長さは 1 の近くに落ち着き"
        "ます。その方向はデータの第一主成分で、統計学で主成分分析（PCA）と呼ばれるものと同じです。",
    },
    "lesson.hebb.memory": {"en": "Pictures remembered in the connections", "ja": "結合に記憶された画像"},
    "lesson.hebb.memory.text": {
        "en": "Take a neuron for every pixel and connect them all. Show two letters, and let Hebb's rule strengthen "
        "the connection of every two pixels that are alike and weaken that of those that differ. Now give the "
        "net a spoilt letter: each neuron asks all others what they expect of it, and the letter comes back "
        "whole.\n"
        "Spoil it further, pixel by pixel. At some point it remembers the other letter, or a negative.",
        "ja": "画素ごとにニューロンを用意し、すべてを互いに結びます。二つの文字を見せ、同じ値の画素どうしの結合を強"
        "め、異なる画素どうしの結合を弱めます。これがヘッブの法則です。次に、壊れた文字を与えます。各ニューロン"
        "が、ほかのすべてのニューロンの期待を聞くと、元の文字がよみがえります。\n"
        "画素を一つずつ変えて、もっと壊してみてください。あるところで、もう一方の文字や、白黒の反転した文字を思"
        "い出すようになります。",
    },
    "lesson.label.weights.after": {"en": "Weights afterwards", "ja": "学習後の重み"},
    "lesson.label.cloud": {"en": "Signals and the weight", "ja": "信号と重み"},
    "lesson.label.signals": {"en": "signals", "ja": "信号"},
    "lesson.label.weight": {"en": "the weight w", "ja": "重み w"},
    "lesson.label.length": {"en": "Length of w", "ja": "w の長さ"},
    "lesson.label.stored.first": {"en": "Remembered: T", "ja": "記憶した文字 T"},
    "lesson.label.stored.second": {"en": "Remembered: X", "ja": "記憶した文字 X"},
    "lesson.label.probe": {"en": "Given: a spoilt letter", "ja": "与えた文字（壊れています）"},
    "lesson.label.recalled": {"en": "What comes back", "ja": "思い出した文字"},
}
