"""Words of the lesson `pooling`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.pooling": {"en": "Pooling: near enough is enough", "ja": "プーリング：だいたいの位置で十分です"},
    "lesson.pooling.about": {
        "en": "How maps get smaller, what that forgives, what it blurs, and how a row of numbers comes out in the end.",
        "ja": "特徴マップを小さくする方法と、それで許されること、ぼやけること、そして最後に一列の数にする方法です。",
    },
    "lesson.pooling.max": {
        "en": "Max pooling: the strongest answer in a window",
        "ja": "最大プーリング：窓の中で最も強い応答",
    },
    "lesson.pooling.max.text": {
        "en": "A window slides over the map, here 2×2 with stride 2, so that the windows lie side by side. Of each "
        "window only the largest number is kept. A map says how strongly something was seen at each place; max "
        "pooling asks whether it was seen anywhere near.\n"
        "Press Play, edit the map, try other windows.",
        "ja": "窓が特徴マップの上を動きます。ここでは2×2、ストライド2なので、窓は重なりません。それぞれの窓から、最大"
        "の数だけを残します。特徴マップは、何がどの場所でどれだけ強く見えたかを表します。最大プーリングは、それ"
        "が近くのどこかで見えたかだけを尋ねます。\n"
        "「再生」を押し、特徴マップや窓を変えてみてください。",
    },
    "lesson.pooling.average": {"en": "Average pooling: the mean of a window", "ja": "平均プーリング：窓の中の平均"},
    "lesson.pooling.average.text": {
        "en": "The mean keeps a little of everything. A single strong answer among zeros becomes weak: 4 alone in a "
        "window of four becomes 1. LeNet pooled in this way; most later networks take the largest inside, and "
        "the mean only at the very end.",
        "ja": "平均は、すべてを少しずつ残します。0 の中に一つだけある強い応答は弱くなり、四つの窓に 4 が一つだけなら "
        "1 になります。LeNet はこの方法を使いました。その後の多くのネットワークは、途中では最大値を、最後だけ平"
        "均を使います。",
    },
    "lesson.pooling.forgives": {"en": "What it forgives: a small shift", "ja": "許されること：少しのずれ"},
    "lesson.pooling.forgives.text": {
        "en": "The map is moved by one pixel. Inside the pooled map most large numbers stay where they are, since "
        "the largest number is still within the window. The wider the window, the more is forgiven. Move it in "
        "all directions and compare.",
        "ja": "特徴マップを1画素ずらしました。最大値はまだ窓の中にあるので、プーリングの後の大きな数の多くは変わりま"
        "せん。窓が広いほど、大きなずれが許されます。いろいろな向きにずらして比べてください。",
    },
    "lesson.pooling.blurs": {
        "en": "What it blurs: where exactly, and how many",
        "ja": "ぼやけること：正確な位置と個数",
    },
    "lesson.pooling.blurs.text": {
        "en": "Two points side by side, or one: after pooling there is hardly a difference, one column of 3s. Both "
        "become the same block, and nobody can say from it where in the window the point was, or whether there "
        "were two. To tell a cat from a dog this does no harm. To outline a tumour, or to read two thin "
        "strokes that stand close together, it does; such networks keep the fine maps as well, as the U-Net "
        "does.",
        "ja": "隣り合う二つの点でも、一つの点でも、プーリングの後にはほとんど違いがありません。どちらも同じようなかた"
        "まりになり、窓のどこに点があったのか、二つあったのかは分からなくなります。猫と犬を見分けるだけなら困り"
        "ません。腫瘍の輪郭を描いたり、近くに並んだ二本の細い線を読んだりするときは困ります。そのため U-Net の"
        "ようなネットワークは、細かい特徴マップも残しておきます。",
    },
    "lesson.pooling.flatten": {"en": "Flatten, or the mean of each map", "ja": "平坦化、または各マップの平均"},
    "lesson.pooling.flatten.text": {
        "en": "In the end a dense layer wants one row of numbers. Flatten writes all maps one after the other: "
        "nothing is lost, and every place has its own weight. Global average pooling keeps one number a map: "
        "how much of it there was in the whole picture. Then the picture may have any size, and far fewer "
        "weights are learnt.",
        "ja": "最後の全結合層には、一列の数が必要です。平坦化は、すべての特徴マップを順に並べます。何も失われず、場所"
        "ごとに重みがあります。グローバル平均プーリングは、特徴マップごとに一つの数、つまり画像全体にどれだけあ"
        "ったかだけを残します。画像の大きさは自由になり、学習する重みもずっと少なくなります。",
    },
    "lesson.label.window": {"en": "Side of the window k", "ja": "窓の一辺 k"},
    "lesson.label.pooled.average": {"en": "After average pooling", "ja": "平均プーリングの後"},
    "lesson.label.map.moved": {"en": "The moved map", "ja": "ずらした特徴マップ"},
    "lesson.label.points.near": {"en": "Two side by side", "ja": "隣り合う二つの点"},
    "lesson.label.points.one": {"en": "One alone", "ja": "一つの点"},
    "lesson.label.points.far": {"en": "Two apart", "ja": "離れた二つの点"},
    "lesson.label.flat.1": {"en": "Map 1 in a row", "ja": "1枚目を一列に"},
    "lesson.label.flat.2": {"en": "Map 2 in a row", "ja": "2枚目を一列に"},
    "lesson.label.average.1": {"en": "Mean of map 1", "ja": "1枚目の平均"},
    "lesson.label.average.2": {"en": "Mean of map 2", "ja": "2枚目の平均"},
}
