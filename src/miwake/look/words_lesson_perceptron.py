"""Words of the lesson `perceptron`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.perceptron": {"en": "The perceptron learns from its mistakes", "ja": "パーセプトロンは間違いから学びます"},
    "lesson.perceptron.about": {
        "en": "A neuron that finds its weights itself, and the simple question that it can never answer.",
        "ja": "自分で重みを見つけるニューロンと、決して答えられない単純な問題についてです。",
    },
    "lesson.perceptron.rule": {"en": "Change the weights only after a mistake", "ja": "間違えたときだけ重みを変えます"},
    "lesson.perceptron.rule.text": {
        "en": "Show the neuron an example x whose right answer d is known. If its answer y is right, nothing "
        "changes. If it said 0 and should have said 1, add a little of the example to the weights; if it said "
        "1 and should have said 0, take a little away. The bias b is the weight of an input that is always 1; "
        "it stands for the threshold, b = −θ.\n"
        "Move the slider: each step shows the next of the four examples, here those of AND. The ring marks it.",
        "ja": "正しい答え d が分かっている例 x をニューロンに見せます。答え y が正しければ何も変えません。1 と答える"
        "べきなのに 0 と答えたら、その例を少しだけ重みに足します。0 と答えるべきなのに 1 と答えたら、少しだけ引"
        "きます。バイアス b は、常に 1 である入力の重みで、しきい値の代わりです（b = −θ）。\n"
        "スライダーを動かすと、四つの例が順に一つずつ示されます。ここでは AND の例です。輪の付いた点が、いま見"
        "せている例です。",
    },
    "lesson.perceptron.learns": {
        "en": "If a line can do it, it finds one",
        "ja": "直線で分けられるなら、必ず見つけます",
    },
    "lesson.perceptron.learns.text": {
        "en": "Press Play. The line turns and moves until all four points lie on their side; then there are no "
        "mistakes and nothing changes any more. Rosenblatt's theorem says that this always comes to an end, "
        "whenever a separating line exists.\n"
        "Try OR as well.",
        "ja": "「再生」を押してください。直線は、四つの点がすべて正しい側に来るまで、回ったり動いたりします。間違いが"
        "なくなると、もう何も変わりません。分ける直線が存在するときは必ず有限回で終わることを、ローゼンブラット"
        "の定理が保証しています。\n"
        "OR も試してみてください。",
    },
    "lesson.perceptron.xor": {"en": "XOR: no line can do it", "ja": "XOR：直線では分けられません"},
    "lesson.perceptron.xor.text": {
        "en": "XOR is 1 if exactly one of the inputs is 1. The two dots lie on one diagonal, the two crosses on the "
        "other: no straight line has the dots on one side and the crosses on the other. So the perceptron "
        "never comes to rest, however long it learns, and at least one point is always wrong.\n"
        "Minsky and Papert made this known in 1969, and for years hardly anybody worked on neural nets.",
        "ja": "XOR は、入力のうちちょうど一つが 1 のときに 1 になります。二つの点は一方の対角線上に、二つの×印はもう"
        "一方の対角線上にあり、点と×印を一本の直線で分けることはできません。パーセプトロンはいくら学習しても落"
        "ち着かず、いつも少なくとも一つを間違えます。\n"
        "ミンスキーとパパートが1969年にこのことを広く知らせ、その後何年も、ニューラルネットワークの研究は下火に"
        "なりました。",
    },
    "lesson.perceptron.layers": {"en": "Two layers can", "ja": "二層にすれば分けられます"},
    "lesson.perceptron.layers.text": {
        "en": "Put two neurons side by side, OR and not-AND, and a third one above them, AND. Together they compute "
        "XOR: the columns h₁ and h₂ of the table are new inputs for the neuron above, and for those a line is "
        "enough.\n"
        "Here the weights are chosen by hand; change one and see what breaks. How a net with hidden neurons "
        "can learn them is the lesson on back-propagation.",
        "ja": "OR と「AND でない」の二つのニューロンを並べ、その上に AND のニューロンを置きます。三つを合わせると "
        "XOR になります。表の h₁ と h₂ の列が、上のニューロンの新しい入力で、それなら一本の直線で分けられます。"
        "\n"
        "ここでは重みを人が決めました。一つ変えて、何が壊れるか見てください。隠れたニューロンのあるネットワーク"
        "が重みを学ぶ方法は、誤差逆伝播のレッスンで扱います。",
    },
    "lesson.label.class.one": {"en": "should be 1", "ja": "正解は 1"},
    "lesson.label.class.zero": {"en": "should be 0", "ja": "正解は 0"},
    "lesson.label.shown": {"en": "shown now", "ja": "いま見せている例"},
    "lesson.label.mistakes": {"en": "Mistakes on the four points", "ja": "四つの点での間違い"},
    "lesson.label.wrong": {"en": "Mistakes", "ja": "間違いの数"},
    "lesson.label.weight.1": {"en": "w₁", "ja": "重み w₁"},
    "lesson.label.weight.2": {"en": "w₂", "ja": "重み w₂"},
    "lesson.label.bias": {"en": "Bias b", "ja": "バイアス b"},
    "lesson.label.gate.xor": {"en": "XOR", "ja": "XOR（排他的論理和）"},
    "lesson.label.hidden": {"en": "Hidden neurons h₁, h₂", "ja": "隠れ層のニューロン h₁、h₂"},
    "lesson.label.above": {"en": "Neuron above", "ja": "上のニューロン"},
}
