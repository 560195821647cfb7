"""Words of the lesson `backprop`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.backprop": {
        "en": "Back-propagation: the error finds its way back",
        "ja": "誤差逆伝播：誤差が層をさかのぼります",
    },
    "lesson.backprop.about": {
        "en": "A net with a hidden layer, computed forwards and then backwards, number by number.",
        "ja": "隠れ層のあるネットワークを、前向きに、そして後ろ向きに、数を一つずつ追いながら計算します。",
    },
    "lesson.backprop.forward": {"en": "Forwards", "ja": "前向きの計算"},
    "lesson.backprop.forward.text": {
        "en": "Two inputs, two hidden neurons, one output. Each neuron adds up its weighted inputs and sends the sum "
        "through the sigmoid, a smooth step from 0 to 1: unlike the hard threshold it has a slope everywhere, "
        "and slopes are what learning needs. The input that is always 1 carries the bias.\n"
        "Press Play: layer after layer is computed. Blue connections have positive weights, orange ones "
        "negative; thick ones are strong.",
        "ja": "入力が二つ、隠れ層のニューロンが二つ、出力が一つです。各ニューロンは重み付きの入力を足し、シグモイド関"
        "数に通します。シグモイドは 0 から 1 へのなめらかな段差で、しきい値と違ってどこにも傾きがあります。学習"
        "にはこの傾きが必要です。常に 1 の入力がバイアスを受け持ちます。\n"
        "「再生」を押すと、一層ずつ計算が進みます。青い結合は正の重み、オレンジの結合は負の重みで、太いほど強い"
        "結合です。",
    },
    "lesson.backprop.error": {"en": "The error, and Δ of the output", "ja": "誤差と出力の Δ"},
    "lesson.backprop.error.text": {
        "en": "The target d says what the output should have been. E is half the squared difference. Now the "
        "question of all learning: if the sum u inside a neuron were a little larger, how would E change? That "
        "number is called Δ. For the output it is the difference y − d times the slope of the sigmoid, y (1 − "
        "y).",
        "ja": "目標 d は、出力があるべき値です。E は差の二乗の半分です。ここで、学習の中心となる問いを考えます。ニュ"
        "ーロンの内部の和 u が少し大きかったら、E はどう変わるでしょうか。その数を Δ と呼びます。出力では、差 "
        "y − d に、シグモイドの傾き y (1 − y) を掛けたものです。",
    },
    "lesson.backprop.output": {"en": "Gradients of the upper weights", "ja": "上の層の重みの勾配"},
    "lesson.backprop.output.text": {
        "en": "A weight w sits between z below and the neuron above. If w grows a little, the sum above grows by z "
        "times that. So ∂E/∂w is Δ above times z below: what arrives from above times what came from below. "
        "The numbers on the connections now show these gradients.",
        "ja": "重み w は、下の z と上のニューロンの間にあります。w が少し増えると、上の和はその z 倍だけ増えます。し"
        "たがって ∂E/∂w は、上の Δ と下の z の積、つまり上から届くものと下から来たものの積です。結合の上の数"
        "は、いまこの勾配を表しています。",
    },
    "lesson.backprop.hidden": {
        "en": "Δ of a layer from the Δ above it",
        "ja": "上の層の Δ から、この層の Δ を求めます",
    },
    "lesson.backprop.hidden.text": {
        "en": "Nobody says what a hidden neuron should have been. But its output z goes through the weights to the "
        "neurons above, whose Δ are known. So send the Δ back through the same weights, add up what arrives, "
        "and multiply by the slope z (1 − z) here. That is the whole trick: Δ travels down the net as x "
        "travelled up.",
        "ja": "隠れ層のニューロンがどうあるべきだったかは、誰も教えてくれません。しかし、その出力 z は重みを通って上"
        "のニューロンに届き、そこでの Δ は分かっています。そこで、同じ重みを逆向きに通して Δ を送り返し、届いた"
        "ものを足し、ここでの傾き z (1 − z) を掛けます。これがすべてです。x が上へ進んだように、Δ は下へ進みま"
        "す。",
    },
    "lesson.backprop.all": {"en": "All gradients, one step", "ja": "すべての勾配がそろいます"},
    "lesson.backprop.all.text": {
        "en": "With Δ of the hidden layer the lower gradients follow by the same product: Δ above times x below. One "
        "way forwards and one way back give the gradient of every weight, whether there are nine of them or "
        "nine hundred million. Then every weight takes a step downhill.\n"
        "Press Play to see all of it in a row. Change inputs and weights: the gradients change at once.",
        "ja": "隠れ層の Δ が分かれば、下の重みの勾配も同じ積、つまり上の Δ と下の x の積で求まります。一度の前向きと"
        "一度の後ろ向きの計算で、重みが9個でも数億個でも、すべての勾配が得られます。そして、すべての重みが一歩"
        "ずつ下ります。\n"
        "「再生」を押すと、全体を通して見られます。入力や重みを変えると、勾配もすぐに変わります。",
    },
    "lesson.backprop.xor": {"en": "It learns XOR", "ja": "XOR を学びます"},
    "lesson.backprop.xor.text": {
        "en": "What the perceptron could never learn, this net learns from the four corners, shown over and over. "
        "For a long time the error hardly falls; then the hidden neurons find their parts, and it drops. In "
        "the table y comes close to d.\n"
        "Other step widths take other times.",
        "ja": "パーセプトロンには決して学べなかった XOR を、このネットワークは四つの例を繰り返し見て学びます。長い"
        "間、誤差はほとんど下がりませんが、隠れ層のニューロンが役割を見つけると、急に下がります。表では y が d "
        "に近づきます。\n"
        "学習率を変えると、かかる時間も変わります。",
    },
    "lesson.label.net": {"en": "The net", "ja": "ネットワーク"},
    "lesson.label.phase": {"en": "How far it is computed", "ja": "計算の進み具合"},
    "lesson.label.target": {"en": "Target d", "ja": "目標 d"},
    "lesson.label.error_epochs": {"en": "The error over the epochs", "ja": "エポックと誤差"},
    "lesson.label.error.four": {"en": "error on all four corners", "ja": "四つの例の誤差の合計"},
    "lesson.label.xor": {"en": "XOR after learning", "ja": "学習後の XOR"},
    "lesson.label.w1": {"en": "Weights into z", "ja": "z への重み"},
    "lesson.label.w2": {"en": "Weights into y", "ja": "y への重み"},
}
