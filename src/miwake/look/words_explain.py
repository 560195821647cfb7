"""Words of `explain`: its methods, its page and what it says on the terminal."""

from __future__ import annotations

from miwake.look.text import Language

_METHODS: dict[str, dict[Language, str]] = {
    "explain.method.hirescam": {"en": "HiResCAM", "ja": "HiResCAM 法"},
    "explain.method.hirescam.what": {
        "en": "The last feature maps, each place by itself weighed by how much more of it would help the answer: for "
        "networks whose dense layers read every place.",
        "ja": "最後の特徴マップを、場所ごとに、その値が増えると答えがどれだけ有利になるかで重み付けします。全結合層が"
        "各位置を読むネットワーク向けです。",
    },
    "explain.method.gradcam": {"en": "Grad-CAM", "ja": "Grad-CAM 法"},
    "explain.method.gradcam.what": {
        "en": "The last maps of the network, weighed by how much each speaks for the class. Coarse, and no proof of "
        "the place: in photographs of several things its strongest point lay on the right one for 38 of 100, the "
        "middle of the picture for 25 (docs/results.md). It can stay empty where the last layer weighs every place by "
        "itself.",
        "ja": "ネットワーク最後の特徴マップを、そのクラスへの寄与で重み付けしたものです。粗く、場所の証拠にはなりませ"
        "ん。いくつもの物が写る写真では、最も強い点が正しい物の上にあったのは100のうち38で、画像の中央を選ぶだけでも"
        "25でした（docs/results.md）。最後の層が場所ごとに別の重みを持つネットワークでは、空白になることがあります。",
    },
    "explain.method.occlusion": {"en": "Occlusion", "ja": "遮蔽"},
    "explain.method.occlusion.what": {
        "en": "How much the score falls when a square of the pictures' mean colour hides this place. It asks the "
        "network itself, and needs no gradient.",
        "ja": "その場所を画像の平均色の四角で隠すとスコアがどれだけ下がるかを示します。勾配を使わず、ネットワークに直接"
        "尋ねる方法です。",
    },
    "explain.method.integrated_gradients": {"en": "Integrated gradients", "ja": "積分勾配"},
    "explain.method.integrated_gradients.what": {
        "en": "The score shared out among the pixels, on the way from an even picture of the mean colour to this one.",
        "ja": "平均色一色の画像からこの画像に至る道のりで、スコアを画素ごとに配分したものです。",
    },
    "explain.method.smoothgrad": {"en": "SmoothGrad", "ja": "SmoothGrad 法"},
    "explain.method.smoothgrad.what": {
        "en": "Where a small change of a pixel would move the score, averaged over noisy copies. It says how much, not "
        "in which direction.",
        "ja": "画素をわずかに変えるとスコアが動く場所です。ノイズを加えた複製で平均しています。大きさだけを示し、向きは"
        "示しません。",
    },
    "explain.method.guided_backpropagation": {"en": "Guided backpropagation", "ja": "ガイド付き誤差逆伝播"},
    "explain.method.guided_backpropagation.what": {
        "en": "The gradient, of which every layer lets only the positive part pass. It shows fine lines of the "
        "picture.",
        "ja": "各層で正の部分だけを通した勾配です。画像の細かな線が現れます。",
    },
    "explain.method.attention_rollout": {"en": "Attention rollout", "ja": "アテンション・ロールアウト"},
    "explain.method.attention_rollout.what": {
        "en": "How much of each patch has reached the token that the answer is read from. It is the same for every "
        "class.",
        "ja": "答えを読み出すトークンに、各パッチの情報がどれだけ届いたかを示します。どのクラスでも同じ図になります。",
    },
    "explain.insane": {
        "en": "Do not trust this map: it hardly changes when the weights of the network's upper half are shuffled, so "
        "it shows the picture rather than what the network makes of it (Adebayo 2018).",
        "ja": "この図は信用しないでください。出力側半分の重みをでたらめに入れ替えてもほとんど変わらないため、ネットワー"
        "クの判断ではなく画像そのものを示しています（Adebayo 2018）。",
    },
    "explain.insane.elsewhere": {
        "en": "Do not rely on this map: here it changes when the weights of the network's upper half are shuffled, but "
        "on networks for photographs maps of this kind hardly do (Adebayo 2018).",
        "ja": "この図に頼らないでください。出力側半分の重みをでたらめに入れ替えるとここでは変わりましたが、写真を見分け"
        "るネットワークでは、この方法の図はほとんど変わりません（Adebayo 2018）。",
    },
    "explain.empty": {
        "en": "Empty: by this method nothing in the picture speaks for the class.",
        "ja": "空白です。この方法では、このクラスを支持するところが画像に見つかりませんでした。",
    },
    "explain.likeness": {
        "en": "Rank correlation with the map after shuffling: {value}.",
        "ja": "重みを入れ替えた場合の図との順位相関：{value}。",
    },
}

_PAGE: dict[str, dict[Language, str]] = {
    "explain.title": {"en": "Why {model} answered so", "ja": "{model} はなぜそう答えたのか"},
    "explain.subtitle": {
        "en": "{architecture} · {pictures} · looked through {looked} of {data} for comparison",
        "ja": "{architecture} ・ {pictures} ・ 比較のため {data} の{looked}を参照",
    },
    "explain.subtitle.alone": {"en": "{architecture} · {pictures}", "ja": "{architecture} ・ {pictures}"},
    "explain.skip": {"en": "Skip to the first picture", "ja": "最初の画像へ移動"},
    "explain.nav.pictures": {"en": "Where it looked", "ja": "どこを見たか"},
    "explain.nav.inside": {"en": "From edges to wholes", "ja": "輪郭から全体へ"},
    "explain.nav.filters": {"en": "The first filters", "ja": "最初のフィルタ"},
    "explain.nav.tree": {"en": "All layers", "ja": "すべての層"},
    "explain.nav.methods": {"en": "How to read the maps", "ja": "図の読み方"},
    "explain.answered": {"en": "It answered", "ja": "モデルの答え"},
    "explain.is": {"en": "It is", "ja": "正解"},
    "explain.right": {"en": "Right.", "ja": "正解です。"},
    "explain.wrong": {"en": "Wrong.", "ja": "誤りです。"},
    "explain.probabilities": {"en": "What else it thought of", "ja": "ほかに考えた候補"},
    "explain.for": {"en": "What speaks for “{label}”", "ja": "「{label}」を支持する箇所"},
    "explain.versus": {
        "en": "Its answer and the right one, side by side",
        "ja": "モデルの答えと正解を並べて見る",
    },
    "explain.scale": {
        "en": "Warm colours speak for the class, cold ones against it; the deepest colour is the map's own largest "
        "amount.",
        "ja": "暖色はそのクラスを支持し、寒色は反対します。最も濃い色はその図の中での最大値です。",
    },
    "explain.scale.against": {"en": "against", "ja": "反対"},
    "explain.scale.for": {"en": "for", "ja": "支持"},
    "explain.original": {"en": "The picture", "ja": "元の画像"},
    "explain.original.crop": {
        "en": "In the maps, what is dark at the edges the network does not see.",
        "ja": "図の縁の暗い部分は、ネットワークには見えていません。",
    },
    "explain.map.alt": {
        "en": "{method} for {label} over the picture {path}",
        "ja": "{path} の上に描いた「{label}」の{method}",
    },
    "explain.change": {"en": "What would have to change", "ja": "何が変われば答えが変わるか"},
    "explain.change.right": {
        "en": "Hiding {share} of the picture, and no less was found to do it, it gives the right answer “{label}” "
        "({probability}).",
        "ja": "画像の{share}を隠すと、正しく「{label}」（{probability}）と答えます。これより小さい範囲は見つかりません"
        "でした。",
    },
    "explain.change.other": {
        "en": "Hiding {share} of the picture, and no less was found to do it, it answers “{label}” ({probability}).",
        "ja": "画像の{share}を隠すと「{label}」（{probability}）と答えます。これより小さい範囲は見つかりませんでした。",
    },
    "explain.change.none": {
        "en": "No square of up to half the shorter side, hidden, changes the answer: it does not hang on one spot.",
        "ja": "短辺の半分までの四角で隠しても答えは変わりません。答えは一か所に依存していません。",
    },
    "explain.change.none.wrong": {
        "en": "No square of up to half the shorter side, hidden, brings the right answer.",
        "ja": "短辺の半分までの四角で隠しても正しい答えにはなりません。",
    },
    "explain.change.alt": {"en": "The picture with the hidden rectangle", "ja": "隠した長方形を示した画像"},
    "explain.nearest": {"en": "What it has seen that is like this", "ja": "よく似た画像"},
    "explain.nearest.sentence": {
        "en": "Of the {looked} of {data} that were looked through, those whose features are nearest to this one's, "
        "before the last layer decides.",
        "ja": "参照した {data} の{looked}のうち、最終層で判断する直前の特徴がこの画像に最も近いものです。",
    },
    "explain.nearest.alt": {"en": "A picture of {label}", "ja": "{label}の画像"},
    "explain.nearest.likeness": {"en": "likeness {value}", "ja": "類似度 {value}"},
    "explain.inside.sentence": {
        "en": "What the layers make of {path}, from the input to the output. White is where a unit answers. First come "
        "edges and colours, then textures and parts, at last whole things.",
        "ja": "入力側から出力側へ、各層が {path} から作り出すものです。白いところで各ユニットが反応しています。はじめは"
        "輪郭や色、次に質感や部分、最後に物の全体が現れます。",
    },
    "explain.inside.units": {
        "en": "Units that this picture drives more than others do, each with the patches that drive it most in the "
        "{looked} of {data} that were looked through. Below each patch what of it drives the unit, projected back to "
        "the pixels (deconvnet).",
        "ja": "この画像で特に強く反応したユニットと、参照した {data} の{looked}の中でそれを最も強く反応させた部分画像"
        "です。各部分画像の下は、ユニットを反応させたものを画素へ逆投影したものです（deconvnet）。",
    },
    "explain.inside.caution": {
        "en": "A projection shows which lines of the patch reach the unit. It is partly a copy of the patch, and no "
        "proof of what the unit is for (Nie 2018).",
        "ja": "逆投影は、部分画像のどの線がユニットに届くかを示します。部分画像の写しでもあるため、ユニットの役割の証拠"
        "にはなりません（Nie 2018）。",
    },
    "explain.inside.reach": {
        "en": "{maps} units; what drives them spans up to {width} × {height} pixels.",
        "ja": "{maps}ユニット。反応に効くのは最大 {width}×{height} 画素です。",
    },
    "explain.inside.maps": {"en": "{maps} units.", "ja": "{maps}ユニット。"},
    "explain.inside.shown": {
        "en": "The {n} strongest maps are shown.",
        "ja": "反応の強い{n}枚を示しています。",
    },
    "explain.inside.own": {"en": "this picture", "ja": "この画像"},
    "explain.inside.unit": {"en": "Unit {n}", "ja": "ユニット{n}"},
    "explain.inside.map.alt": {"en": "Feature map of unit {n}", "ja": "ユニット{n}の特徴マップ"},
    "explain.inside.patch.alt": {"en": "Patch of {path}", "ja": "{path} の部分画像"},
    "explain.inside.projection.alt": {"en": "Its projection", "ja": "その逆投影"},
    "explain.tree.sentence": {
        "en": "Every layer with the shape of its output for one picture. To see the feature maps of one that has rows "
        "and columns, add --layer NAME.",
        "ja": "すべての層を、1枚あたりの出力の形とともに示します。縦横の並びを持つ層の特徴マップは --layer "
        "名前 で表示できます。",
    },
    "explain.tree.layer": {"en": "layer", "ja": "層"},
    "explain.tree.kind": {"en": "kind", "ja": "種類"},
    "explain.tree.shape": {"en": "output", "ja": "出力"},
    "explain.tree.parameters": {"en": "parameters", "ja": "パラメータ数"},
    "explain.tree.hint": {
        "en": "--layer NAME shows the feature maps of a layer with rows and columns, such as {name}.",
        "ja": "行と列のある層（例：{name}）の特徴マップは、--layer 名前 で表示できます。",
    },
    "explain.left": {"en": "Left out", "ja": "省いたもの"},
    "explain.left.time": {
        "en": "{what}: the time did not suffice (--time-limit).",
        "ja": "{what}：時間が足りませんでした（--time-limit）。",
    },
    "explain.left.why": {"en": "{what}: {why}", "ja": "{what}：{why}"},
    "explain.left.change": {"en": "Smallest change", "ja": "最小の変更"},
    "explain.left.inside": {"en": "What drives the units", "ja": "ユニットを反応させるもの"},
    "explain.made": {
        "en": "Written by Miwake in {time}. This page is one file: it opens offline and loads nothing.",
        "ja": "Miwake が{time}で作成しました。このページは一つのファイルで、オフラインで開き、外部から何も読み込みませ"
        "ん。",
    },
}

_TERMINAL: dict[str, dict[Language, str]] = {
    "explain.said": {"en": "{path}: {label} ({probability})", "ja": "{path}：{label}（{probability}）"},
    "explain.said.true": {"en": "It is {label}.", "ja": "正解は{label}です。"},
    "explain.said.seen": {
        "en": "Strongest: {places}.",
        "ja": "最も強い場所：{places}。",
    },
    "explain.said.place": {"en": "{method} {place}", "ja": "{method}は{place}"},
    "explain.said.nearest": {"en": "Most like it: {labels}.", "ja": "似ている画像：{labels}。"},
    "explain.place.upper-left": {"en": "at the upper left", "ja": "左上"},
    "explain.place.upper": {"en": "at the top", "ja": "上"},
    "explain.place.upper-right": {"en": "at the upper right", "ja": "右上"},
    "explain.place.left": {"en": "at the left", "ja": "左"},
    "explain.place.middle": {"en": "in the middle", "ja": "中央"},
    "explain.place.right": {"en": "at the right", "ja": "右"},
    "explain.place.lower-left": {"en": "at the lower left", "ja": "左下"},
    "explain.place.lower": {"en": "at the bottom", "ja": "下"},
    "explain.place.lower-right": {"en": "at the lower right", "ja": "右下"},
    "explain.empty.said": {
        "en": "{methods}: the map is empty, by this method nothing in the picture speaks for the answer.",
        "ja": "{methods}：図は空白です。この方法では、答えを支持するところが画像に見つかりませんでした。",
    },
    "explain.insane.elsewhere.said": {
        "en": "{methods}: changes when the weights of the network's upper half are shuffled, but on networks for "
        "photographs it hardly does (Adebayo 2018). Do not rely on it.",
        "ja": "{methods}：出力側半分の重みを入れ替えるとここでは変わりましたが、写真を見分けるネットワークではほとんど"
        "変わりません（Adebayo 2018）。頼らないでください。",
    },
    "explain.insane.said": {
        "en": "{methods}: hardly changes when the weights of the network's upper half are shuffled, so it shows the "
        "picture rather than the network. Do not trust it.",
        "ja": "{methods}：出力側半分の重みを入れ替えてもほとんど変わらず、ネットワークではなく画像を示しています。"
        "信用しないでください。",
    },
    "explain.said.page": {"en": "The page: {path}", "ja": "ページ：{path}"},
    "explain.doing.look": {"en": "Looking through the data", "ja": "データを参照中"},
    "explain.doing.inside": {"en": "What drives the units", "ja": "ユニットの分析中"},
    "explain.doing.change": {"en": "Smallest change", "ja": "最小の変更を探索中"},
    "explain.label": {"en": "Explaining", "ja": "説明を作成中"},
    "explain.data.gone": {
        "en": "The run's own pictures cannot be used: {why} Nearest pictures and what drives a unit are left out; "
        "--data names others.",
        "ja": "学習に使った画像を利用できません（{why}）。似た画像とユニットの分析は省きます。--data で別の画像を指定で"
        "きます。",
    },
}

WORDS: dict[str, dict[Language, str]] = {**_METHODS, **_PAGE, **_TERMINAL}
