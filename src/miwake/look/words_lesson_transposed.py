"""Words of the lesson `transposed`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.transposed": {
        "en": "Transposed convolution: from small to large",
        "ja": "転置畳み込み：小さな表から大きな表へ",
    },
    "lesson.transposed.about": {
        "en": "How networks draw: each number stamps a filter into a larger picture.",
        "ja": "ネットワークが絵を描く方法です。一つ一つの数が、大きな画像にフィルタを押します。",
    },
    "lesson.transposed.stamp": {"en": "Each pixel is a stamp", "ja": "画素はスタンプです"},
    "lesson.transposed.stamp.text": {
        "en": "A convolution collects: nine pixels become one number. The transposed convolution spreads: one number "
        "becomes nine pixels. Each number of the small table is multiplied by the whole filter, and the result "
        "is stamped into the large table; where stamps overlap they add up.\n"
        "Press Play, or choose a number in the small table. Networks that draw segmentations or invent "
        "pictures grow in this way.",
        "ja": "畳み込みは集めます。九つの画素が一つの数になります。転置畳み込みは広げます。一つの数が九つの画素になり"
        "ます。小さな表の数をフィルタ全体に掛け、その結果を大きな表に押します。重なったところは足されます。\n"
        "「再生」を押すか、小さな表の数を選んでください。領域を塗り分けたり、画像を作り出したりするネットワーク"
        "は、このように大きくしていきます。",
    },
    "lesson.transposed.size": {"en": "Stride sets the stamps apart", "ja": "ストライドはスタンプの間隔です"},
    "lesson.transposed.size.text": {
        "en": "In a convolution the stride makes the map smaller, here it makes it larger: it is the distance of two "
        "stamps. With stride 1 they overlap nearly all, with 3 they lie side by side. The formula is the one "
        "for convolution, solved for the other side.",
        "ja": "畳み込みではストライドが大きいほど小さくなりますが、ここでは大きくなります。スタンプとスタンプの間隔だ"
        "からです。ストライド 1 ではほとんど重なり、3 では隣に並びます。式は、畳み込みの式を逆に解いたもので"
        "す。",
    },
    "lesson.transposed.checks": {"en": "Chequerboards", "ja": "市松模様"},
    "lesson.transposed.checks.text": {
        "en": "Even tables should give even pictures. But with a 3×3 filter and stride 2 some pixels get one stamp, "
        "some two and some four: a chequerboard that many drawn pictures show. If the stride divides the side "
        "of the filter, as 2 divides 4, all pixels inside get the same number of stamps.",
        "ja": "一様な表からは、一様な画像ができてほしいものです。しかし、3×3のフィルタとストライド 2 では、スタンプが"
        "一つの画素、二つの画素、四つの画素ができます。これが、生成された画像によく見られる市松模様です。フィル"
        "タの一辺がストライドで割り切れれば（4 は 2 で割り切れます）、内側の画素はどれも同じ数だけ押されます。",
    },
    "lesson.transposed.transpose": {"en": "Why it is called transposed", "ja": "転置と呼ばれる理由"},
    "lesson.transposed.transpose.text": {
        "en": "Write a convolution as a large matrix that acts on all pixels: then this is its transpose. The test: "
        "convolve a, multiply by b and sum; or spread b, multiply by a and sum. Both give the same number, "
        "whatever you fill in. It is not the inverse: what the convolution has lost does not come back.\n"
        "This also is how the gradient goes back through a convolution.",
        "ja": "畳み込みを、すべての画素に働く大きな行列として書くと、これはその転置行列にあたります。確かめる方法は次"
        "のとおりです。a を畳み込み、b を掛けて足します。または、b を広げ、a を掛けて足します。どんな数を入れて"
        "も、両方は同じになります。逆行列ではないので、畳み込みで失われたものは戻りません。\n"
        "勾配が畳み込みをさかのぼるときも、この計算をします。",
    },
    "lesson.label.stamped": {"en": "The large table", "ja": "大きな表"},
    "lesson.label.small": {"en": "The small table x", "ja": "小さな表 x"},
    "lesson.label.small.even": {"en": "An even table", "ja": "一様な表"},
    "lesson.label.stamp": {"en": "Filter", "ja": "フィルタ"},
    "lesson.label.stride.apart": {"en": "Stride s", "ja": "ストライド s"},
    "lesson.label.stamp.3": {"en": "3×3, stride 2", "ja": "3×3、ストライド 2"},
    "lesson.label.stamp.4": {"en": "4×4, stride 2", "ja": "4×4、ストライド 2"},
    "lesson.label.a": {"en": "a", "ja": "表 a"},
    "lesson.label.b": {"en": "b", "ja": "表 b"},
    "lesson.label.a.down": {"en": "a convolved", "ja": "畳み込んだ a"},
    "lesson.label.b.up": {"en": "b spread", "ja": "広げた b"},
    "lesson.label.left": {"en": "Σ of a convolved, times b", "ja": "畳み込んだ a と b の積の和"},
    "lesson.label.right_side": {"en": "Σ of a, times b spread", "ja": "a と広げた b の積の和"},
}
