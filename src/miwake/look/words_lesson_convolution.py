"""Words of the lesson `convolution`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.convolution": {
        "en": "Convolution: a filter slides over the letter A",
        "ja": "畳み込み：フィルタが文字 A の上を動く",
    },
    "lesson.convolution.about": {
        "en": "How a network finds the pointed top of an A, wherever it is. Every number can be followed with the "
        "finger.",
        "ja": "A のとがった頂点を、どこにあっても見つける仕組みです。すべての数を指で追うことができます。",
    },
    "lesson.convolution.picture": {"en": "A picture is a table of numbers", "ja": "画像は数の表です"},
    "lesson.convolution.picture.text": {
        "en": "This A is 9 pixels wide and 9 high: 1 is ink, 0 is paper. A network gets nothing but these 81 numbers."
        "\n"
        "Change a few pixels. You still see an A at once, though the numbers are others; for a program this is "
        "hard. The idea of this lesson makes it easier: look for small parts first, and look for them "
        "everywhere.",
        "ja": "この A は縦9画素、横9画素です。1 はインク、0 は紙を表します。ネットワークに渡されるのは、この81個の数"
        "だけです。\n"
        "いくつかの画素を変えてみてください。数が変わっても、人はすぐに A だと分かりますが、プログラムには難し"
        "いことです。そこで、まず小さな部分を、画像のあらゆる場所で探します。これがこのレッスンの考え方です。",
    },
    "lesson.convolution.slide": {"en": "The filter slides", "ja": "フィルタを動かします"},
    "lesson.convolution.slide.text": {
        "en": "A filter is a small table, too. This one looks like what it searches: a pointed top. Lay it on the "
        "picture, multiply each pixel by the number that lies on it, and add up the nine products. That sum is "
        "one number of the map. Then move the filter by one pixel, and again, until it has been everywhere.\n"
        "Press Play, or choose a place in the map. A 9×9 picture has 7×7 places for a 3×3 filter. The map is "
        "largest, 3, where the A has its point: there all three ones of the filter lie on ink.",
        "ja": "フィルタも小さな表です。このフィルタは、探すもの、つまりとがった頂点と同じ形をしています。画像に重ね、"
        "重なった数どうしを掛けて、九つの積を足します。その和が特徴マップの一つの値です。次にフィルタを1画素ず"
        "らして同じ計算をし、画像全体で繰り返します。\n"
        "「再生」を押すか、特徴マップの場所を選んでください。9×9の画像に3×3のフィルタを置ける場所は7×7か所で"
        "す。A の頂点では、フィルタの三つの 1 がすべてインクに重なるので、値は最大の 3 になります。",
    },
    "lesson.convolution.filters": {
        "en": "Other filters see other parts",
        "ja": "フィルタが変われば、見えるものも変わります",
    },
    "lesson.convolution.filters.text": {
        "en": "A filter for a rising stroke answers along the left leg of the A, one for a falling stroke along the "
        "right leg, a bar at the crossbar. Negative numbers say what must not be there: the last filter "
        "answers to a bar only where it is dark above and below.\n"
        "Change the numbers of the filter yourself. In a trained network nobody has chosen them: they were "
        "learnt.",
        "ja": "右上がりの線のフィルタは A の左の脚に、右下がりの線のフィルタは右の脚に、横棒のフィルタは中央の横線に"
        "反応します。負の数は「そこにあってはならない」ことを表します。最後のフィルタは、上下に何もない横棒にだ"
        "け強く反応します。\n"
        "フィルタの数を自分で変えてみてください。学習済みのネットワークでは、これらの数は人が決めたのではなく、"
        "学習で得られたものです。",
    },
    "lesson.convolution.pool": {
        "en": "Pooling asks only: is it near here?",
        "ja": "プーリングは「この辺りにあるか」だけを尋ねます",
    },
    "lesson.convolution.pool.text": {
        "en": "Max pooling slides a window over the map and keeps the largest number in it. The 7×7 map of the "
        "pointed top becomes 5×5. The three 3s in the top row still say that there is something pointed near "
        "the top; where exactly, they no longer say.",
        "ja": "最大プーリングは、特徴マップの上で窓を動かし、窓の中の最大値だけを残します。とがった頂点の7×7の特徴マ"
        "ップは5×5になります。上の行に並ぶ三つの 3 は、上のほうにとがったものがあることを伝えていますが、正確な"
        "位置までは伝えません。",
    },
    "lesson.convolution.shift": {"en": "Move the A by one pixel", "ja": "A を1画素ずらしてみます"},
    "lesson.convolution.shift.text": {
        "en": "The largest value of the map moves along with the A: what is moved in the picture is moved in the "
        "map. After pooling most numbers stay as they were. So the next layer still finds its A when somebody "
        "writes a little farther to the right.\n"
        "This has its price: pooling blurs. Two points that are closer than the window become one, and whoever "
        "needs to know where something is to the pixel, must do without pooling or keep the place in another "
        "way.",
        "ja": "特徴マップの最大値は A と一緒に動きます。画像の中で動いたものは、特徴マップの中でも動くのです。一方、"
        "プーリングの後ではほとんどの数が変わりません。そのため、少し右に書かれた文字でも、次の層は A を見つけ"
        "られます。\n"
        "ただし代償もあります。プーリングは位置をぼかします。窓より近い二つの点は一つになってしまいます。画素単"
        "位の正確な位置が必要なときは、プーリングを使わないか、別の方法で位置を残さなければなりません。",
    },
    "lesson.convolution.own": {"en": "Your own picture", "ja": "自分の画像で試します"},
    "lesson.convolution.own.text": {
        "en": "Draw in the large picture, or take a photograph of your own: its middle is scaled to 28×28 pixels, "
        "dark is 1 and bright is 0. Blue in the map is positive, orange negative. ReLU sets what is negative "
        "to 0, and 2×2 max pooling halves the size: convolution, ReLU and pooling together are one layer of a "
        "convolutional network.",
        "ja": "大きな画像に描き込むか、自分の写真を選んでください。写真の中央部分を28×28画素に縮め、暗いところを 1、"
        "明るいところを 0 にします。特徴マップの青は正、オレンジは負の値です。ReLU は負の値を 0 にし、2×2の最大"
        "プーリングは大きさを半分にします。畳み込み、ReLU、プーリングを合わせたものが、畳み込みネットワークの一"
        "つの層です。",
    },
    "lesson.label.map.rising": {"en": "Its map", "ja": "右上がりの線のマップ"},
    "lesson.label.map.falling": {"en": "Its map", "ja": "右下がりの線のマップ"},
    "lesson.label.map.line": {"en": "Its map", "ja": "横棒のマップ"},
}
