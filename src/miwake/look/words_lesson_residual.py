"""Words of the lesson `residual`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.residual": {"en": "The residual block: learn what to add", "ja": "残差ブロック：何を足すかを学びます"},
    "lesson.residual.about": {
        "en": "A shortcut around two layers, and why networks with a hundred layers suddenly learnt.",
        "ja": "二つの層を飛び越える近道と、百層のネットワークが学習できるようになった理由です。",
    },
    "lesson.residual.block": {"en": "Two layers and a shortcut", "ja": "二つの層と一つの近道"},
    "lesson.residual.block.text": {
        "en": "x goes two ways: through two layers of weights, which compute F(x), and past them, unchanged. Both "
        "are added, and ReLU (f) follows. So the layers need not say what y is, only how it differs from x.\n"
        "Change inputs and weights and follow the sum.",
        "ja": "x は二つの道を通ります。一方は重みのある二つの層を通って F(x) になり、もう一方はそのまま通り過ぎます。"
        "両方を足し、ReLU（f）に通します。層は y そのものではなく、x との違いだけを表せばよいのです。\n"
        "入力や重みを変えて、和を追ってみてください。",
    },
    "lesson.residual.nothing": {"en": "Doing nothing is easy", "ja": "何もしないことが簡単です"},
    "lesson.residual.nothing.text": {
        "en": "With all weights 0, F is 0 and the block hands x on as it is. Without the shortcut the same weights "
        "would give 0, and everything above would be blind. To add a layer should never make a network worse, "
        "since it could simply do nothing; without shortcuts that nothing is hard to learn, with them it is "
        "where learning begins.",
        "ja": "重みがすべて 0 なら F は 0 で、ブロックは x をそのまま渡します。近道がなければ、同じ重みでは 0 にな"
        "り、上の層には何も見えません。層を増やしても、何もしなければよいのだから悪くなるはずはありません。しか"
        "し近道がないと、その「何もしない」を学ぶのが難しく、近道があれば、そこから学習が始まります。",
    },
    "lesson.residual.gradient": {"en": "The gradient survives the way back", "ja": "勾配は帰り道で消えません"},
    "lesson.residual.gradient.text": {
        "en": "On the way back the gradient is multiplied by the weights of every layer. In a plain chain with small "
        "weights it shrinks by the same factor each time: after twenty layers less than a millionth is left, "
        "and the first layers learn nothing. With shortcuts each block hands on the gradient itself and "
        "something more: 1 + ∂F/∂x. It rather grows, and batch normalisation keeps it within bounds. The axis "
        "counts powers of ten: −6 means a millionth.\n"
        "Press Play to make the net deeper, and change the size of the weights.",
        "ja": "帰り道では、勾配に各層の重みが掛けられます。近道のない層を重ね、重みが小さいと、勾配は毎回同じ割合で小"
        "さくなります。二十層も戻ると百万分の一も残らず、最初のほうの層は何も学べません。近道があると、各ブロッ"
        "クは勾配をそのまま渡し、さらに何かを加えます。これが 1 + ∂F/∂x です。勾配はむしろ大きくなり、バッチ正"
        "規化がそれを適度な範囲に保ちます。縦軸は10の何乗かを表し、−6 は百万分の一です。\n"
        "「再生」を押してネットワークを深くし、重みの大きさも変えてみてください。",
    },
    "lesson.label.block.x": {"en": "Input x", "ja": "入力 x"},
    "lesson.label.block.w1": {"en": "Weights w₁", "ja": "重み w₁"},
    "lesson.label.block.w2": {"en": "Weights w₂", "ja": "重み w₂"},
    "lesson.label.block.added": {"en": "F(x): what is added", "ja": "F(x)：足すもの"},
    "lesson.label.block.y": {"en": "y with the shortcut", "ja": "近道があるときの y"},
    "lesson.label.block.without": {"en": "y without the shortcut", "ja": "近道がないときの y"},
    "lesson.label.weights.zero": {"en": "All weights 0", "ja": "重みをすべて 0 に"},
    "lesson.label.weights.some": {"en": "Some weights", "ja": "0 でない重み"},
    "lesson.label.scale": {"en": "Size of the weights", "ja": "重みの大きさ"},
    "lesson.label.depth": {"en": "Layers", "ja": "層の数"},
    "lesson.label.depth_gradients": {"en": "Size of the gradient on its way back", "ja": "帰り道での勾配の大きさ"},
    "lesson.label.chain": {"en": "plain chain", "ja": "近道なし"},
    "lesson.label.with_shortcut": {"en": "with shortcuts", "ja": "近道あり"},
    "lesson.label.layers_above": {"en": "layers passed on the way back", "ja": "戻ってきた層の数"},
    "lesson.label.log_gradient": {"en": "powers of ten", "ja": "10の累乗"},
}
