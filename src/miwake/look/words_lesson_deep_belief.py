"""Words of the lesson `deep-belief`."""

from __future__ import annotations

from miwake.look.text import Language

_STEPS: dict[str, dict[Language, str]] = {
    "lesson.deep-belief": {
        "en": "Deep belief: learning by redrawing what one sees",
        "ja": "深層信念ネットワーク：見たものを描き直して学びます",
    },
    "lesson.deep-belief.about": {
        "en": "A Boltzmann machine that looks through filters finds out what pictures are made of, without labels.",
        "ja": "フィルタを通して見るボルツマンマシンは、画像が何からできているかを、ラベルなしで見つけます。",
    },
    "lesson.deep-belief.hidden": {
        "en": "A hidden unit is on with a probability",
        "ja": "隠れユニットは、ある確率でオンになります",
    },
    "lesson.deep-belief.hidden.text": {
        "en": "Visible units are the pixels, 0 or 1. Each hidden unit sees a small field through a filter, the same "
        "everywhere: a convolution, plus a bias b. The sum I is turned into a probability by the sigmoid function. "
        "With so low a bias a unit is rarely on, unless its filter's pattern lies under it.\n"
        "Draw another stroke, and see where units wake up.",
        "ja": "可視ユニットは画素で、0か1です。隠れユニットはそれぞれ、どこでも同じフィルタを通して小さな範囲を見ます。"
        "畳み込みにバイアス b を足したものです。この和 I を、シグモイド関数が確率に変えます。バイアスがこれほど低いと、"
        "フィルタと同じ形が下にない限り、ユニットがオンになることはまれです。\n"
        "別の線を描いて、どのユニットが目を覚ますか見てください。",
    },
    "lesson.deep-belief.pooling": {
        "en": "Pooling that is still a probability",
        "ja": "確率のままのプーリング",
    },
    "lesson.deep-belief.pooling.text": {
        "en": "The hidden units of a block of 2 × 2 share one choice: one of the four is on, or none. The five "
        "chances have sum 1, as the bars show for the upper left block. A pooling unit is on if any of its four is. "
        "This is max pooling as a probability, so that the machine can run backwards through it, too.\n"
        "Raise the bias: units of a block compete, and no block ever has more than one chance in all.",
        "ja": "2×2の区画にある隠れユニットは、一つの選択を分け合います。四つのうち一つがオンになるか、どれもならない"
        "かです。五つの確率を足すと1になります（棒は左上の区画です）。四つのどれかがオンなら、プーリングユニットもオ"
        "ンになります。確率としての最大プーリングなので、逆向きに通ることもできます。\n"
        "バイアスを上げてみてください。区画の中のユニットは競い合い、確率の合計が1を超えることはありません。",
    },
    "lesson.deep-belief.draws": {
        "en": "Redraw, compare, correct",
        "ja": "描き直し、比べ、直します",
    },
    "lesson.deep-belief.draws.text": {
        "en": "Backwards, each hidden unit stamps its filter onto the picture: that is what the machine believes it "
        "has seen. Then it looks at its own drawing. What was on together for the data, minus what is on together "
        "for the drawing, tells how to change the filter: contrastive divergence. Where the drawing is as the data, "
        "nothing is left to learn.\n"
        "Draw a stroke that does not suit the filter: the drawing misses it, and the change is large.",
        "ja": "逆向きには、隠れユニットがそれぞれ自分のフィルタを画像に押します。機械が「見た」と信じているものです。"
        "次に機械は、自分の絵を見ます。データで同時にオンだったものから、絵で同時にオンだったものを引くと、フィルタを"
        "どう変えればよいかが分かります。これがコントラスティブ・ダイバージェンスです。絵がデータと同じなら、学ぶこと"
        "は残っていません。\n"
        "フィルタに合わない線を描いてみてください。絵にはその線が現れず、変化は大きくなります。",
    },
    "lesson.deep-belief.learns": {
        "en": "From nearly nothing to a stroke",
        "ja": "ほとんど何もないところから、線へ",
    },
    "lesson.deep-belief.learns.text": {
        "en": "Press Play: slanted strokes are shown in turn, in four places, and the filter becomes a slanted "
        "stroke. Nobody said what was in the pictures or where. The error of the redrawn picture falls, slowly at "
        "first, then fast, once the filter has a direction.\n"
        "The network is deep because the next layer learns in the same way, and its picture is what the pooling "
        "units of this one say. miwake train digits --model deep-belief learns forty such filters from handwritten "
        "digits, then forty more of what they form together; the report shows them all.",
        "ja": "「再生」を押すと、斜めの線を四つの場所に順に見せます。すると、フィルタは斜めの線になっていきます。何が"
        "どこに写っているかは、誰も教えていません。描き直した画像の誤差は、はじめはゆっくり、フィルタの向きが決まると"
        "急に減ります。\n"
        "次の層は、この層のプーリングユニットの値を画像として、同じように学びます。これを重ねるので「深層」です。"
        "miwake train digits --model deep-belief は、このようなフィルタを手書き数字から40個、さらにそれらの組み合わせ"
        "を40個学習します。レポートで全部を見られます。",
    },
}

_LABELS: dict[str, dict[Language, str]] = {
    "lesson.label.visible": {"en": "Visible units v", "ja": "可視ユニット v"},
    "lesson.label.belief.weights": {"en": "Filter w", "ja": "フィルタ w"},
    "lesson.label.drive": {"en": "Sum I", "ja": "和 I"},
    "lesson.label.chance.alone": {"en": "Chance to be on", "ja": "オンになる確率"},
    "lesson.label.chance.block": {"en": "Chance within the block", "ja": "区画の中での確率"},
    "lesson.label.pooling": {"en": "Pooling units", "ja": "プーリングユニット"},
    "lesson.label.block": {"en": "The upper left block, and none of it", "ja": "左上の区画と、どれでもない場合"},
    "lesson.label.again": {"en": "Redrawn v'", "ja": "描き直した v'"},
    "lesson.label.together.data": {"en": "Together: data", "ja": "同時にオン：データ"},
    "lesson.label.together.model": {"en": "Together: drawing", "ja": "同時にオン：絵"},
    "lesson.label.change": {"en": "Change of the filter", "ja": "フィルタの変化"},
    "lesson.label.bias.hidden": {"en": "Bias b of hidden units", "ja": "隠れユニットのバイアス b"},
    "lesson.label.bias.visible": {"en": "Bias c of visible units", "ja": "可視ユニットのバイアス c"},
    "lesson.label.stroke.one": {"en": "One of the strokes", "ja": "線の一つ"},
    "lesson.label.errors": {"en": "Error of what is redrawn", "ja": "描き直しの誤差"},
}

WORDS: dict[str, dict[Language, str]] = {**_STEPS, **_LABELS}
