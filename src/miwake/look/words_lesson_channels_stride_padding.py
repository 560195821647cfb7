"""Words of the lesson `channels-stride-padding`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.channels-stride-padding": {
        "en": "Padding, stride, channels and filters",
        "ja": "パディング、ストライド、チャンネル、フィルタ",
    },
    "lesson.channels-stride-padding.about": {
        "en": "What the words in every description of a network mean, and how large its maps become.",
        "ja": "ネットワークの説明に必ず出てくる言葉の意味と、特徴マップの大きさの決まり方です。",
    },
    "lesson.channels-stride-padding.padding": {
        "en": "Padding: zeros around the picture",
        "ja": "パディング：画像の周りに 0 を付けます",
    },
    "lesson.channels-stride-padding.padding.text": {
        "en": "A 3×3 filter has no place at the very edge, so the map is smaller than the picture: 7 instead of 9. "
        "With one row of zeros all round (p = 1) the map is as large as the picture: every pixel is the middle "
        "of one window. A corner then lies in four windows instead of one; inside, a pixel lies in nine. Move "
        "the slider and watch the size that comes out, n'.",
        "ja": "3×3のフィルタは画像の端に置けないので、特徴マップは画像より小さく、9ではなく7になります。周りに 0 を一"
        "列付けると（p = 1）、特徴マップは画像と同じ大きさになり、どの画素も一つの窓の中心になります。角の画素が"
        "入る窓は、一つから四つに増えます。内側の画素は九つです。スライダーを動かして、出力の大きさ n' を見て"
        "ください。",
    },
    "lesson.channels-stride-padding.stride": {
        "en": "Stride: the filter makes larger steps",
        "ja": "ストライド：フィルタを大きく動かします",
    },
    "lesson.channels-stride-padding.stride.text": {
        "en": "With the stride s = 2 the filter moves two pixels at a time; the map has half the side and a quarter "
        "of the numbers. It saves work, and the next layer sees a larger part of the picture at once. The "
        "formula gives the side of the map; ⌊ ⌋ rounds down: what does not fill a whole step is left out.",
        "ja": "ストライド s = 2 では、フィルタは2画素ずつ動きます。特徴マップの一辺は半分に、数は4分の1になります。計"
        "算が減り、次の層は画像のより広い部分を一度に見ることになります。式は特徴マップの一辺を表します。⌊ ⌋ は"
        "切り捨てで、一歩に足りない分は使いません。",
    },
    "lesson.channels-stride-padding.channels": {
        "en": "Several channels: the sums are added",
        "ja": "複数のチャンネル：和を足し合わせます",
    },
    "lesson.channels-stride-padding.channels.text": {
        "en": "A colour picture has three tables, red, green and blue; deeper in a network there are hundreds. Here "
        "there are two. A filter has a slice for each channel. Each slice slides over its own channel, the "
        "sums are added, and a bias b on top: one map comes out, whatever the number of channels.\n"
        "This filter likes ink in the first channel and dislikes it in the second.",
        "ja": "カラー画像には赤、緑、青の三つの表があり、ネットワークの深いところでは数百になります。ここでは二つで"
        "す。フィルタはチャンネルごとに一枚ずつあり、それぞれが自分のチャンネルの上を動きます。その和を足し、さ"
        "らにバイアス b を加えます。チャンネルがいくつあっても、出てくる特徴マップは一枚です。\n"
        "このフィルタは、一つ目のチャンネルのインクを好み、二つ目のチャンネルのインクを嫌います。",
    },
    "lesson.channels-stride-padding.filters": {
        "en": "Several filters: a map for each",
        "ja": "複数のフィルタ：それぞれに一枚の特徴マップ",
    },
    "lesson.channels-stride-padding.filters.text": {
        "en": "One filter looks for one thing. A layer has many filters, and each gives a map of its own. These "
        "three look for rising strokes, falling strokes and bars. Their maps together are the channels of the "
        "next layer, whose filters look at all of them at once: a pointed top is where a rising and a falling "
        "stroke meet.",
        "ja": "一つのフィルタは一つのものを探します。層には多くのフィルタがあり、それぞれが一枚の特徴マップを作りま"
        "す。この三つは、右上がりの線、右下がりの線、横棒を探します。三枚の特徴マップが次の層のチャンネルにな"
        "り、次の層のフィルタはそのすべてを同時に見ます。とがった頂点は、右上がりと右下がりの線が出会うところで"
        "す。",
    },
    "lesson.channels-stride-padding.count": {"en": "How many numbers are learnt", "ja": "学習する数はいくつあるか"},
    "lesson.channels-stride-padding.count.text": {
        "en": "A filter has k · k numbers for each of C channels, and one bias; F filters have F times as many. The "
        "size of the picture does not matter: the same filter is used everywhere. That is the great saving of "
        "convolution. A dense layer from 224×224×3 pixels to as many numbers would need nearly 23 thousand "
        "million weights.",
        "ja": "フィルタは、C 個のチャンネルそれぞれに k・k 個の数と、一つのバイアスを持ちます。F 個のフィルタなら、そ"
        "の F 倍です。画像の大きさは関係ありません。同じフィルタをどこでも使うからです。これが畳み込みの大きな"
        "節約です。224×224×3画素から同じ数の出力への全結合層には、約227億個の重みが必要です。",
    },
    "lesson.label.padded": {"en": "Picture with its padding", "ja": "パディングを付けた画像"},
    "lesson.label.padding": {"en": "Padding p", "ja": "パディング p"},
    "lesson.label.stride": {"en": "Stride s", "ja": "ストライド s"},
    "lesson.label.size": {"en": "Side of the map n'", "ja": "特徴マップの一辺 n'"},
    "lesson.label.channel.1": {"en": "Channel 1", "ja": "チャンネル1"},
    "lesson.label.channel.2": {"en": "Channel 2", "ja": "チャンネル2"},
    "lesson.label.filter.1": {"en": "Filter, slice 1", "ja": "フィルタの1枚目"},
    "lesson.label.filter.2": {"en": "Filter, slice 2", "ja": "フィルタの2枚目"},
    "lesson.label.map.1": {"en": "Map 1", "ja": "特徴マップ1"},
    "lesson.label.map.2": {"en": "Map 2", "ja": "特徴マップ2"},
    "lesson.label.map.3": {"en": "Map 3", "ja": "特徴マップ3"},
    "lesson.label.channels": {"en": "Channels C", "ja": "チャンネル数 C"},
    "lesson.label.filters": {"en": "Filters F", "ja": "フィルタ数 F"},
    "lesson.label.side": {"en": "Side of a filter k", "ja": "フィルタの一辺 k"},
    "lesson.label.per_filter": {"en": "Numbers of one filter", "ja": "一つのフィルタの数"},
    "lesson.label.parameters": {"en": "Numbers of the layer", "ja": "層全体の数"},
}
