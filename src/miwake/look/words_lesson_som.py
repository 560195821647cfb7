"""Words of the lesson `som`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.som": {
        "en": "The self-organising map: neighbours learn together",
        "ja": "自己組織化マップ：隣どうしが一緒に学びます",
    },
    "lesson.som.about": {
        "en": "How a sheet of neurons lays itself over its data, so that what is alike lies side by side.",
        "ja": "ニューロンのシートがデータの上に広がり、似たものが隣に並ぶ仕組みです。",
    },
    "lesson.som.rule": {"en": "The winner moves, and its neighbours with it", "ja": "勝者が動き、隣も一緒に動きます"},
    "lesson.som.rule.text": {
        "en": "Each of the 36 units has a place m among the data, and a place r on a map of 6×6, drawn as a net. A "
        "signal x comes in. The unit nearest to it wins and moves a little towards it. Its neighbours on the "
        "map move, too, the less the farther they are away on the map.\n"
        "Move the slider slowly: the ring is the signal, the orange circle the winner.",
        "ja": "36個のユニットは、それぞれデータの中の位置 m と、網として描いた6×6のマップ上の位置 r を持っています。"
        "信号 x が来ると、最も近いユニットが勝ち、少しだけ信号に近づきます。マップ上の隣のユニットも一緒に動き"
        "ますが、マップ上で遠いほど動きは小さくなります。\n"
        "スライダーをゆっくり動かしてください。輪が信号、オレンジの円が勝者です。",
    },
    "lesson.som.unfolds": {"en": "The net unfolds", "ja": "網が広がっていきます"},
    "lesson.som.unfolds.text": {
        "en": "Press Play. At first all units lie in a heap. A wide neighbourhood pulls them into order, then it "
        "shrinks, and the units spread until they cover the square. Nobody has told them about the square: "
        "only single signals were shown.\n"
        "The visual cortex has maps like this one: neighbouring cells see neighbouring places and similar "
        "directions.",
        "ja": "「再生」を押してください。初めはすべてのユニットがひとかたまりになっています。広い近傍が全体を整え、近"
        "傍が狭まるにつれてユニットは広がり、正方形を覆います。正方形のことは誰も教えていません。信号を一つずつ"
        "見せただけです。\n"
        "視覚野にもこのような地図があります。隣り合う細胞は、隣り合う場所や似た方向を見ています。",
    },
    "lesson.som.radius": {"en": "Without neighbours there is no order", "ja": "隣がなければ、秩序は生まれません"},
    "lesson.som.radius.text": {
        "en": "Here the neighbourhood is narrow from the beginning, so that every unit learns almost alone. The "
        "units still spread, but the net is in knots: neighbours on the map are not neighbours in the data. "
        "Widen the neighbourhood with the slider and compare.",
        "ja": "ここでは近傍が初めから狭く、どのユニットもほとんど一人で学びます。ユニットは広がりますが、網はもつれま"
        "す。マップ上の隣が、データの中の隣になっていません。スライダーで近傍を広げて、比べてください。",
    },
    "lesson.som.density": {
        "en": "Where there is more to see, more units go",
        "ja": "データが多いところに、ユニットが集まります",
    },
    "lesson.som.density.text": {
        "en": "When signals come more often from one corner, more units settle there: the map spends its room where "
        "it is needed, as the cortex does with fingertips and the centre of the eye. On a ring the net has to "
        "cover a hole, and stretches across it.",
        "ja": "信号が一つの隅から多く来ると、そこに多くのユニットが集まります。大脳皮質が指先や視野の中心に広い場所を"
        "割り当てるのと同じように、マップは必要なところに場所を使います。輪の形のデータでは、網は穴をまたいで伸"
        "びなければなりません。",
    },
    "lesson.label.som": {"en": "The net among its data", "ja": "データの中の網"},
    "lesson.label.units": {"en": "the net of units", "ja": "ユニットの網"},
    "lesson.label.winner": {"en": "the winner", "ja": "勝者"},
    "lesson.label.radius": {"en": "Neighbourhood σ", "ja": "近傍の広さ σ"},
    "lesson.label.data.square": {"en": "A square", "ja": "正方形"},
    "lesson.label.data.ring": {"en": "A ring", "ja": "輪"},
    "lesson.label.data.corner": {"en": "Mostly one corner", "ja": "一つの隅に多い"},
}
