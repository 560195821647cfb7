"""Words of the lesson `gradient-descent`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.gradient-descent": {
        "en": "Gradient descent: always a step downhill",
        "ja": "勾配降下法：いつも下り坂へ一歩",
    },
    "lesson.gradient-descent.about": {
        "en": "How a network finds its weights: on the simplest hill, and then with mini-batches of data.",
        "ja": "ネットワークが重みを見つける方法です。最も単純な谷で確かめ、次にミニバッチで試します。",
    },
    "lesson.gradient-descent.slope": {"en": "The slope says where to go", "ja": "傾きが進む向きを教えます"},
    "lesson.gradient-descent.slope.text": {
        "en": "The error is E = w², lowest at w = 0. Suppose you stand somewhere on the slope in fog and feel only "
        "how steep the ground is under your feet. The slope is 2w: positive on the right, negative on the "
        "left. So go against it, and the farther the steeper it is.\n"
        "The step width η says how much of the slope is one step. Press Play.",
        "ja": "誤差は E = w² で、w = 0 のときに最小です。霧の中で斜面に立ち、足もとの傾きだけが分かるとします。傾きは"
        " 2w で、右側では正、左側では負です。そこで傾きと反対の向きに、傾きが急なほど大きく進みます。\n"
        "学習率 η は、傾きのどれだけを一歩にするかを決めます。「再生」を押してください。",
    },
    "lesson.gradient-descent.rate": {"en": "Too small, good, too large", "ja": "小さすぎる、ちょうどよい、大きすぎる"},
    "lesson.gradient-descent.rate.text": {
        "en": "On w² each step multiplies w by 1 − 2η. With 0.05 that is 0.9: it takes long. With 0.4 it is 0.2: "
        "quickly there. With 0.9 it is −0.8: it jumps over the valley each time and still arrives. From η = 1 "
        "on it jumps higher every time and is lost.\n"
        "In a real network nobody knows the shape of the valley, so the step width is the first thing to try "
        "out.",
        "ja": "w² では、一歩ごとに w が 1 − 2η 倍になります。η が 0.05 なら 0.9 倍で、時間がかかります。0.4 なら 0.2 "
        "倍で、すぐに着きます。0.9 なら −0.8 倍で、毎回谷を飛び越えますが、それでも近づきます。η が 1 以上にな"
        "ると、飛び越えるたびに高くなり、行方が分からなくなります。\n"
        "実際のネットワークでは谷の形が分からないので、学習率は真っ先に試して決めるものです。",
    },
    "lesson.gradient-descent.line": {
        "en": "The same with two weights and real data",
        "ja": "重みが二つで、データがある場合",
    },
    "lesson.gradient-descent.line.text": {
        "en": "Twelve points, and a line that should fit them: its slope w₁ and its height w₀ are the weights. The "
        "error is half the mean squared distance. The gradient has two parts, one for each weight; both go "
        "down at once. Here every step looks at all twelve points.",
        "ja": "十二個の点と、それに合わせる直線があります。直線の傾き w₁ と高さ w₀ が重みです。誤差は、点と直線の縦の"
        "差の二乗の平均の半分です。勾配には重みごとの成分があり、両方を同時に下ります。ここでは、一歩ごとに十二"
        "個の点をすべて見ています。",
    },
    "lesson.gradient-descent.batches": {"en": "Mini-batches and epochs", "ja": "ミニバッチとエポック"},
    "lesson.gradient-descent.batches.text": {
        "en": "To look at all data for a single step is a waste when there are a million pictures. A mini-batch of a "
        "few of them gives a rough gradient, quickly. The error wobbles, but many rough steps get farther than "
        "one exact step. When every example has been used once, an epoch is over; the next one takes them in "
        "another order.\n"
        "Compare batches of 1, 4 and 12: with one example at a time the way is the roughest.",
        "ja": "画像が百万枚あるとき、一歩のためにすべてを見るのは無駄です。数枚のミニバッチなら、おおよその勾配がすぐ"
        "に得られます。誤差は揺れますが、正確な一歩より、大まかな多くの歩みのほうが遠くまで進みます。すべての例"
        "を一度ずつ使うと1エポックで、次のエポックでは順序を変えます。\n"
        "バッチの大きさ 1、4、12 を比べてください。一つずつ使うときが最も揺れます。",
    },
    "lesson.label.hill": {"en": "The hill E = w²", "ja": "谷 E = w²"},
    "lesson.label.square": {"en": "E = w²", "ja": "誤差 E = w²"},
    "lesson.label.walk": {"en": "the way", "ja": "歩いた道"},
    "lesson.label.w": {"en": "w", "ja": "重み w"},
    "lesson.label.w.start": {"en": "Start at w", "ja": "最初の w"},
    "lesson.label.slope": {"en": "Slope 2w", "ja": "傾き 2w"},
    "lesson.label.move": {"en": "Next step η · 2w", "ja": "次の一歩 η・2w"},
    "lesson.label.rate.small": {"en": "η = 0.05", "ja": "η = 0.05（小さい）"},
    "lesson.label.rate.good": {"en": "η = 0.4", "ja": "η = 0.4（よい）"},
    "lesson.label.rate.zigzag": {"en": "η = 0.9", "ja": "η = 0.9（往復する）"},
    "lesson.label.rate.explodes": {"en": "η = 1.05", "ja": "η = 1.05（発散する）"},
    "lesson.label.fit": {"en": "Points and the line", "ja": "点と直線"},
    "lesson.label.data": {"en": "data", "ja": "データ"},
    "lesson.label.line": {"en": "the line", "ja": "直線"},
    "lesson.label.x": {"en": "x →", "ja": "x → "},
    "lesson.label.d": {"en": "d ↑", "ja": "d ↑ "},
    "lesson.label.error_path": {"en": "The error after each step", "ja": "ステップごとの誤差"},
    "lesson.label.batch": {"en": "Examples in a batch", "ja": "バッチの大きさ"},
    "lesson.label.per_epoch": {"en": "Steps in an epoch", "ja": "1エポックのステップ数"},
    "lesson.label.epochs": {"en": "Epochs", "ja": "エポック数"},
    "lesson.label.batch.1": {"en": "1 at a time", "ja": "1個ずつ"},
    "lesson.label.batch.4": {"en": "4 at a time", "ja": "4個ずつ"},
    "lesson.label.batch.12": {"en": "all 12", "ja": "12個すべて"},
}
