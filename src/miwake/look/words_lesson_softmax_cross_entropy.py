"""Words of the lesson `softmax-cross-entropy`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.softmax-cross-entropy": {
        "en": "Softmax and cross-entropy: what a wrong answer costs",
        "ja": "ソフトマックスと交差エントロピー：間違いの代償",
    },
    "lesson.softmax-cross-entropy.about": {
        "en": "From scores to probabilities, and from probabilities to one number that learning makes smaller.",
        "ja": "スコアから確率へ、確率から、学習で小さくする一つの数へと進みます。",
    },
    "lesson.softmax-cross-entropy.dense": {
        "en": "ReLU and the dense layer make scores",
        "ja": "ReLU と全結合層がスコアを作ります",
    },
    "lesson.softmax-cross-entropy.dense.text": {
        "en": "What a network has found in the picture arrives as numbers x, its features. ReLU lets what is above 0 "
        "pass and makes 0 of the rest: a feature is there, more or less, or it is not. Without such a bend between "
        "them, any number of layers would be no more than one. The dense layer then weighs every feature for every "
        "class: row k of the weights w holds how much each speaks for class k, and b is what the class starts with. "
        "The sums are the scores u.\n"
        "Change x₂: below 0 it does not matter how far. Then change a weight: one score moves.",
        "ja": "ネットワークが画像に見つけた特徴は、数 x として届きます。ReLU は、0 より大きい値をそのまま通し、ほかは "
        "0 にします。特徴がどれだけあるか、またはないかです。間にこのような折れ曲がりがなければ、何層重ねても一層"
        "と変わりません。続く全結合層は、すべての特徴を、クラスごとに重み付けします。重み w の k 行目は、各特徴が"
        "クラス k をどれだけ支持するかを表し、b はそのクラスの出発点です。その和がスコア u です。\n"
        "x₂ を変えてください。0 より小さい間は、どれだけ小さくても同じです。次に重みを変えると、スコアが一つ動き"
        "ます。",
    },
    "lesson.softmax-cross-entropy.softmax": {"en": "Scores become probabilities", "ja": "スコアを確率に変えます"},
    "lesson.softmax-cross-entropy.softmax.text": {
        "en": "The last layer gives a score u for each class; scores may be negative and sum to anything. Softmax "
        "raises e to each score, which makes all of them positive, and divides by their sum, so that they sum "
        "to 1. One more in the score means e = 2.72 times the probability, in proportion to the others.\n"
        "Change a score: all probabilities move, since they share one whole.",
        "ja": "最後の層は、クラスごとにスコア u を出します。スコアは負でもよく、和も決まっていません。ソフトマックス"
        "は、e のスコア乗を計算してすべてを正にし、その和で割って、合計を 1 にします。スコアが 1 増えると、ほか"
        "のクラスとの比は e = 2.72 倍になります。\n"
        "スコアを一つ変えると、全体を分け合っているので、すべての確率が動きます。",
    },
    "lesson.softmax-cross-entropy.lecture": {"en": "The true class at 0.2", "ja": "正解のクラスが 0.2 のとき"},
    "lesson.softmax-cross-entropy.lecture.text": {
        "en": "Suppose the picture shows an A, and the network says: A with 0.2, B with 0.7, C with 0.1. The target "
        "d is 1 for A and 0 for the others, so only the probability of the true class counts: E = −log 0.2. In "
        "base ten that is 0.699; the field takes the natural logarithm, which gives 1.609. The two differ by "
        "the factor 2.303 alone, and lead to the same place.",
        "ja": "画像が A で、ネットワークの答えが A は 0.2、B は 0.7、C は 0.1 だとします。目標 d は A だけが 1 で、ほ"
        "かは 0 なので、正解のクラスの確率だけが効きます。E = −log 0.2 です。常用対数では 0.699、この分野で使う"
        "自然対数では 1.609 になります。両者は 2.303 倍違うだけで、行き着く先は同じです。",
    },
    "lesson.softmax-cross-entropy.cost": {"en": "Sure and wrong is dear", "ja": "自信を持って間違えると、高くつきます"},
    "lesson.softmax-cross-entropy.cost.text": {
        "en": "With the true class at 1 the cost is 0. At 0.5 it is 0.69, at 0.1 already 2.3, and towards 0 it grows "
        "without end: to be sure and wrong is worse than not to know. With three classes, one who guesses pays "
        "log 3 = 1.10.\n"
        "Try the three buttons, then move the true class.",
        "ja": "正解のクラスの確率が 1 なら、代償は 0 です。0.5 なら 0.69、0.1 ならもう 2.3 で、0 に近づくと際限なく大"
        "きくなります。自信を持って間違えるのは、分からないより悪いのです。三つのクラスを当てずっぽうで答える人"
        "の代償は log 3 = 1.10 です。\n"
        "三つのボタンを試し、次に正解のクラスを変えてください。",
    },
    "lesson.softmax-cross-entropy.back": {
        "en": "The gradient is what was said minus what is true",
        "ja": "勾配は、答えと正解の差です",
    },
    "lesson.softmax-cross-entropy.back.text": {
        "en": "Softmax and cross-entropy together have the simplest gradient that one could wish for: p − d. The "
        "score of the true class is pushed up by as much as is missing to 1; every other score is pushed down "
        "by its own probability. Where the answer is right and sure, nothing is left to push.",
        "ja": "ソフトマックスと交差エントロピーを合わせると、勾配はこれ以上ないほど簡単で、p − d になります。正解のク"
        "ラスのスコアは、1 に足りない分だけ押し上げられ、ほかのクラスのスコアは、自分の確率の分だけ押し下げられ"
        "ます。正しく自信のある答えなら、押すものは残りません。",
    },
    "lesson.label.features": {"en": "Features x", "ja": "特徴 x"},
    "lesson.label.after.relu": {"en": "After ReLU, f(x)", "ja": "ReLU の後 f(x)"},
    "lesson.label.dense.weights": {"en": "Weights w, a row a class", "ja": "重み w（一行が一クラス）"},
    "lesson.label.dense.bias": {"en": "Bias b", "ja": "バイアス b"},
    "lesson.label.scores": {"en": "Scores u", "ja": "スコア u"},
    "lesson.label.exponentials": {"en": "e to the score", "ja": "e のスコア乗"},
    "lesson.label.probabilities": {"en": "Probabilities p", "ja": "確率 p"},
    "lesson.label.lecture": {"en": "What the network says", "ja": "ネットワークの答え"},
    "lesson.label.true": {"en": "True class (0 = A)", "ja": "正解のクラス（0 が A）"},
    "lesson.label.p.true": {"en": "p of the true class", "ja": "正解のクラスの確率"},
    "lesson.label.cost.natural": {"en": "natural logarithm", "ja": "自然対数"},
    "lesson.label.cost.ten": {"en": "base ten", "ja": "常用対数"},
    "lesson.label.cost_curve": {"en": "Cost by the probability of the true class", "ja": "正解のクラスの確率と代償"},
    "lesson.label.cost": {"en": "cost", "ja": "代償"},
    "lesson.label.here": {"en": "here", "ja": "現在"},
    "lesson.label.answer.right": {"en": "Sure and right", "ja": "自信があり正しい"},
    "lesson.label.answer.unsure": {"en": "Does not know", "ja": "分からない"},
    "lesson.label.answer.wrong": {"en": "Sure and wrong", "ja": "自信があり間違い"},
    "lesson.label.truth.row": {"en": "Target d", "ja": "目標 d"},
    "lesson.label.gradient": {"en": "Gradient p − d", "ja": "勾配 p − d"},
}
