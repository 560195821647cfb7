"""Words of the lesson `sight`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.sight": {
        "en": "Sight: cells that look for spots and for stripes",
        "ja": "視覚：点を見る細胞、線を見る細胞",
    },
    "lesson.sight.about": {
        "en": "What Hubel and Wiesel heard in the visual cortex of the cat, as filters that you can turn.",
        "ja": "ヒューベルとウィーゼルがネコの視覚野で見つけたことを、回せるフィルタとして体験します。",
    },
    "lesson.sight.hat": {"en": "The retina: centre against surround", "ja": "網膜：中心と周囲"},
    "lesson.sight.hat.text": {
        "en": "A ganglion cell of the retina is excited by light in the middle of its field and inhibited by light "
        "around it. Drawn as a filter it has the shape of a Mexican hat. On an even ground both parts cancel "
        "and the cell is silent; at an edge they do not. So the eye sends the brain edges rather than "
        "brightness.\n"
        "Draw in the picture, or use one of your own. In the answers, blue is excited and orange inhibited.",
        "ja": "網膜の神経節細胞は、受容野の中心に光が当たると興奮し、周囲に光が当たると抑制されます。フィルタとして描"
        "くと、メキシコの帽子（メキシカンハット）の形になります。一様な明るさでは両方が打ち消し合って細胞は黙"
        "り、輪郭では打ち消し合いません。目は、明るさよりも輪郭を脳に送っているのです。\n"
        "画像に描き込むか、自分の画像を使ってください。応答の青は興奮、オレンジは抑制です。",
    },
    "lesson.sight.simple": {
        "en": "A simple cell: a stripe of one direction at one place",
        "ja": "単純型細胞：決まった場所の、決まった向きの線",
    },
    "lesson.sight.simple.text": {
        "en": "Simple cells of the visual cortex have fields like this one: stripes under a bell, called a Gabor "
        "filter. The cell fires for a bar that lies just so: in the direction of the stripes, on the blue one. "
        "Turn the bar away, or move the stripes with the phase, and it falls silent.\n"
        "Trained convolutional networks find such filters in their first layer by themselves.",
        "ja": "視覚野の単純型細胞の受容野は、釣鐘形の中に縞がある形をしていて、ガボールフィルタと呼ばれます。この細胞"
        "は、縞と同じ向きの線が、ちょうど青い縞の上にあるときに発火します。線の向きを変えたり、位相で縞を動かし"
        "たりすると黙ります。\n"
        "学習した畳み込みネットワークの最初の層にも、このようなフィルタがひとりでに現れます。",
    },
    "lesson.sight.tuning": {"en": "Its tuning curve", "ja": "方位選択性の曲線"},
    "lesson.sight.tuning.text": {
        "en": "Press Play: the bar turns through all directions. The cell answers to its own direction and its near "
        "neighbours, and to no others. This curve is what Hubel and Wiesel heard as crackling from the "
        "loudspeaker, when a bar of light happened to have the right direction.",
        "ja": "「再生」を押すと、線がすべての向きに回ります。細胞は、自分の向きとその近くの向きにだけ応えます。ヒュー"
        "ベルとウィーゼルは、光の線がたまたま正しい向きになったとき、この応答をスピーカーの音として聞きました。",
    },
    "lesson.sight.complex": {
        "en": "A complex cell: the same stripe, anywhere in its field",
        "ja": "複雑型細胞：受容野の中なら、どこにある線でも",
    },
    "lesson.sight.complex.text": {
        "en": "Move the bar across the field. The simple cell answers only where its blue stripe is. A complex cell "
        "has the same direction, but does not mind where the stripe lies. The model adds the squares of two "
        "simple fields a quarter of a wave apart: when one is silent the other speaks.\n"
        "Simple cells that look, complex cells that forgive: Fukushima made of this his Neocognitron, and its "
        "layers became convolution and pooling.",
        "ja": "線を受容野の上で動かしてください。単純型細胞は、青い縞のあるところでだけ応えます。複雑型細胞は、向きは"
        "同じでも、線がどこにあるかを気にしません。このモデルは、4分の1波長ずれた二つの受容野の応答を二乗して足"
        "します。一方が黙るときは、もう一方が応えます。\n"
        "見る単純型細胞と、ずれを許す複雑型細胞。福島はここからネオコグニトロンを作り、その層が畳み込みとプーリ"
        "ングになりました。",
    },
    "lesson.sight.own": {"en": "One direction over a whole picture", "ja": "画像全体を一つの向きで見ます"},
    "lesson.sight.own.text": {
        "en": "Let the same field look at every place of a picture: this is a convolution. Press Play to turn it: "
        "edges light up one direction after the other. A picture of your own shows it best, perhaps a face or "
        "a house.",
        "ja": "同じ受容野に、画像のあらゆる場所を見せると、畳み込みになります。「再生」を押すと向きが変わり、その向き"
        "の輪郭が順に浮かび上がります。顔や家など、自分の画像で試すとよく分かります。",
    },
    "lesson.label.scene": {"en": "Picture of 28 × 28 pixels, dark is 1", "ja": "28×28画素の画像（暗いほど 1）"},
    "lesson.label.hat": {"en": "Mexican hat", "ja": "メキシカンハット"},
    "lesson.label.answers": {"en": "Answers of all cells", "ja": "すべての細胞の応答"},
    "lesson.label.hat.sigma": {"en": "Width σ", "ja": "広さ σ"},
    "lesson.label.field": {"en": "Field of the cell", "ja": "細胞の受容野"},
    "lesson.label.field.odd": {"en": "A quarter wave aside", "ja": "4分の1波長ずらした受容野"},
    "lesson.label.bar": {"en": "The bar", "ja": "線"},
    "lesson.label.field.angle": {"en": "Direction of the field", "ja": "受容野の向き"},
    "lesson.label.wave": {"en": "Wavelength λ", "ja": "波長 λ"},
    "lesson.label.phase.field": {"en": "Phase φ", "ja": "位相 φ"},
    "lesson.label.bar.angle": {"en": "Direction of the bar", "ja": "線の向き"},
    "lesson.label.bar.offset": {"en": "Place of the bar", "ja": "線の位置"},
    "lesson.label.simple": {"en": "simple cell", "ja": "単純型細胞"},
    "lesson.label.complex": {"en": "complex cell", "ja": "複雑型細胞"},
    "lesson.label.tuning": {"en": "Answer by direction", "ja": "向きと応答"},
    "lesson.label.along": {"en": "Answer by place", "ja": "位置と応答"},
    "lesson.label.response": {"en": "answer", "ja": "応答"},
}
