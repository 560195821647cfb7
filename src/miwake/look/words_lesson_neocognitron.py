"""Words of the lesson `neocognitron`."""

from __future__ import annotations

from miwake.look.text import Language

_STEPS: dict[str, dict[Language, str]] = {
    "lesson.neocognitron": {
        "en": "The Neocognitron: cells that look, cells that forgive",
        "ja": "ネオコグニトロン：見分ける細胞と、ずれを許す細胞",
    },
    "lesson.neocognitron.about": {
        "en": "Fukushima's network of 1980, from which convolutional networks descend. It learns without a teacher.",
        "ja": "福島邦彦が1980年に発表した、畳み込みネットワークの祖先です。教師なしで学習します。",
    },
    "lesson.neocognitron.looks": {
        "en": "An S-cell divides what is for it by what is against",
        "ja": "S細胞は、興奮を抑制で割ります",
    },
    "lesson.neocognitron.looks.text": {
        "en": "S-cells stand for the simple cells of the visual cortex. Each sees a small field and has learnt one "
        "pattern, the same for all cells of its plane. Excitation adds up what fits the pattern: a convolution. "
        "Inhibition measures how much there is in the field at all. The cell divides one by the other, which is "
        "called shunting, and answers only if enough of what it sees is its pattern.\n"
        "Excitation answers to the whole 7 and to its bar as well. The S-cells answer on the upright stroke alone. "
        "Draw in the picture, change the pattern, and make the inhibition r weaker to have more forgiving cells.",
        "ja": "S細胞は、視覚野の単純型細胞にあたります。それぞれが小さな受容野を見て、一つのパターンを覚えています。"
        "パターンは同じ面の細胞すべてに共通です。興奮は、パターンに合うものを足し合わせたもので、畳み込みそのものです。"
        "抑制は、受容野の中に全部でどれだけあるかを測ります。細胞は興奮を抑制で割り（分流型の抑制）、見えているものの"
        "十分な割合が自分のパターンであるときだけ応えます。\n"
        "興奮は7の全体に、横棒にも応えます。S細胞が応えるのは縦の線だけです。画像に描き込んだり、パターンを変えたり、"
        "抑制 r を弱めて寛容な細胞にしたりしてみてください。",
    },
    "lesson.neocognitron.light": {
        "en": "The pattern counts, not its strength",
        "ja": "大切なのは形で、強さではありません",
    },
    "lesson.neocognitron.light.text": {
        "en": "Press Play: the picture becomes brighter and brighter. The excitation grows with it, sixteen times "
        "from the first to the last. Inhibition grows alike, and so the S-cells' answer hardly changes. A plain "
        "convolution needs normalisation for that; here it is built in.",
        "ja": "「再生」を押すと、画像がだんだん明るくなります。興奮は最初から最後までに16倍になりますが、抑制も同じよ"
        "うに強くなるので、S細胞の応答はほとんど変わりません。ふつうの畳み込みで同じことをするには正規化が必要です。"
        "この細胞には、はじめから備わっています。",
    },
    "lesson.neocognitron.learns": {
        "en": "Learning without a teacher: the strongest learns",
        "ja": "教師なしの学習：最も強く応えた細胞が学びます",
    },
    "lesson.neocognitron.learns.text": {
        "en": "Three strokes are shown in turn, and nobody says what they are. Of all S-cells the one that answers "
        "most becomes the representative: it learns what it sees, and all cells of its plane learn it with it. Next "
        "time that plane answers to this stroke, and its inhibition silences it for others, so another plane has to "
        "take those. Planes divide the strokes among themselves.\n"
        "Press Play, or move the slider. The second plane stays as it was: there is nothing left for it to learn.",
        "ja": "三つの線を順に見せます。それが何かは誰も教えません。すべてのS細胞のうち最も強く応えたものが代表になり、"
        "見えているものを学びます。同じ面の細胞もみな、いっしょに学びます。次からこの面はその線に応え、ほかの線に対し"
        "ては抑制が働いて黙るので、ほかの線は別の面が受け持つことになります。こうして、いくつもの面が線を分け合います。\n"
        "「再生」を押すか、スライダを動かしてください。2番目の面は最初のままです。学ぶものが残っていないからです。",
    },
    "lesson.neocognitron.forgives": {
        "en": "A C-cell forgives where it was",
        "ja": "C細胞は、位置のずれを許します",
    },
    "lesson.neocognitron.forgives.text": {
        "en": "C-cells stand for complex cells: each answers if any S-cell of its plane nearby does. Move the "
        "picture by a pixel: the S-cells' answers move along, and the cells that answered fall silent. Of the "
        "C-cells most answer as before. The planes inhibit each other, too: where the plane for level strokes is "
        "strong, this one is weak.\n"
        "The next stage of S-cells looks at C-cells, and so sees the stroke wherever it lies. In today's networks "
        "this is pooling. miwake train digits --model neocognitron learns with three such stages.",
        "ja": "C細胞は、複雑型細胞にあたります。近くにある同じ面のS細胞がどれか一つでも応えれば、応えます。画像を1画"
        "素ずらすと、S細胞の応答もずれて、それまで応えていた細胞は黙ります。C細胞の多くは、前と同じように応えます。面"
        "どうしは抑制し合うので、横線の面が強いところでは、この面は弱くなります。\n"
        "次の段のS細胞はC細胞を見るので、線がどこにあっても気づきます。今のネットワークのプーリングにあたります。"
        "miwake train digits --model neocognitron は、このような段を三つ重ねて学習します。",
    },
}

_LABELS: dict[str, dict[Language, str]] = {
    "lesson.label.learnt": {"en": "Learnt pattern", "ja": "覚えたパターン"},
    "lesson.label.light": {"en": "Light", "ja": "明るさ"},
    "lesson.label.inhibition.r": {"en": "Inhibition r", "ja": "抑制 r"},
    "lesson.label.excitation": {"en": "Excitation", "ja": "興奮"},
    "lesson.label.excitation.most": {"en": "Strongest excitation", "ja": "最も強い興奮"},
    "lesson.label.inhibition": {"en": "Inhibition v", "ja": "抑制 v"},
    "lesson.label.s_cells": {"en": "S-cells", "ja": "S細胞"},
    "lesson.label.s_cells.most": {"en": "Strongest S-cell", "ja": "最も強いS細胞"},
    "lesson.label.c_cells": {"en": "C-cells", "ja": "C細胞"},
    "lesson.label.c_cells.other": {"en": "C-cells for level strokes", "ja": "横線の面のC細胞"},
    "lesson.label.stroke.upright": {"en": "First stroke", "ja": "1番目の線"},
    "lesson.label.stroke.level": {"en": "Second stroke", "ja": "2番目の線"},
    "lesson.label.stroke.slanted": {"en": "Third stroke", "ja": "3番目の線"},
    "lesson.label.plane.first": {"en": "Plane 1", "ja": "面1"},
    "lesson.label.plane.second": {"en": "Plane 2", "ja": "面2"},
    "lesson.label.plane.third": {"en": "Plane 3", "ja": "面3"},
    "lesson.label.plane.fourth": {"en": "Plane 4", "ja": "面4"},
    "lesson.label.one": {"en": "A stroke", "ja": "縦の線"},
    "lesson.label.seven": {"en": "A seven", "ja": "数字の7"},
}

WORDS: dict[str, dict[Language, str]] = {**_STEPS, **_LABELS}
