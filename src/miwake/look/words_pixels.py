"""Words on masks in which every pixel has its class."""

from __future__ import annotations

from miwake.look.text import Language

_READ: dict[str, dict[Language, str]] = {
    "pixels.guess": {
        "en": "pictures lie beside masks of their names: {pairs}.",
        "ja": "画像と同じ名前のマスクがあります（{pairs}）。",
    },
    "pixels.place": {"en": "{pictures} with {masks}", "ja": "{pictures} に対して {masks}"},
    "pixels.twins": {
        "en": "{n} picture has a mask of its name beside it.|{n} pictures have a mask of their name beside them.",
        "ja": "画像{n}枚について、同じ名前のマスクがそれぞれの隣にあります。",
    },
    "pixels.alone": {
        "en": "No masks for {names}: these pictures are not used.",
        "ja": "{names} にはマスクがないため、その画像は使いません。",
    },
    "pixels.legend": {
        "en": "Classes as {file} says: {n}, {classes}.",
        "ja": "クラスは {file} のとおりです（{n}種類：{classes}）。",
    },
    "pixels.legend.learnt": {
        "en": "No legend lies beside the masks: their values are read as in training ({n} classes: {classes}).",
        "ja": "マスクの隣に凡例がないので、値の意味は学習時と同じとします（{n}種類：{classes}）。",
    },
    "pixels.two": {
        "en": "The masks hold two values: {pairs}. A legend.csv (name,value) beside them gives other names.",
        "ja": "マスクの値は2種類で、{pairs} とします。別の名前にするには、legend.csv（name,value）をマスクの隣に置いて"
        "ください。",
    },
    "pixels.pair": {"en": "{value} is {name}", "ja": "{value} は {name}"},
    "pixels.soft": {
        "en": "The masks have soft edges ({share:.1%} of the pixels): up to {threshold:d} is {dark}, above it {light}.",
        "ja": "マスクの縁に中間の値があります（全画素の{share:.1%}）。{threshold:d}以下を {dark}、それより上を {light} "
        "とします。",
    },
    "pixels.indices": {
        "en": "No legend: each of the {n} values in the masks is taken for a class: {values}. A legend.csv "
        "(name,value) beside them names them.",
        "ja": "凡例がないため、マスクの{n}種類の値をそれぞれ一つのクラスとします（{values}）。名前を付けるには、"
        "legend.csv（name,value）をマスクの隣に置いてください。",
    },
    "pixels.colours": {
        "en": "No legend: each of the {n} colours in the masks is taken for a class: {values}. A legend.csv "
        "(name,r,g,b) beside them names them.",
        "ja": "凡例がないため、マスクの{n}色をそれぞれ一つのクラスとします（{values}）。名前を付けるには、"
        "legend.csv（name,r,g,b）をマスクの隣に置いてください。",
    },
    "pixels.void": {
        "en": "Void, which counts nothing: {values}.",
        "ja": "対象外（学習にも評価にも使わない）の値：{values}。",
    },
    "pixels.void.beside": {
        "en": "255 beside smaller indices is taken for void, which counts nothing ({share:.1%} of the pixels).",
        "ja": "小さな番号に混じる255は対象外（学習にも評価にも使わない）とみなします（全画素の{share:.1%}）。",
    },
    "data.coco.guess": {
        "en": "it holds annotations of COCO with outlines: {files}.",
        "ja": "輪郭を含むCOCO形式の注釈ファイルがあります（{files}）。",
    },
    "data.coco.classes": {
        "en": "{n} category is drawn, smaller things on larger ones; all other pixels are {ground}.|{n} categories are "
        "drawn, smaller things on larger ones; all other pixels are {ground}.",
        "ja": "{n}種類のカテゴリを描きます。重なる所では小さい物を上にし、残りの画素は {ground} とします。",
    },
    "data.coco.boxes": {
        "en": "{n} annotation of {file} has a box and no outline: not drawn.|{n} annotations of {file} have a "
        "box and no outline: not drawn.",
        "ja": "{file} の注釈{n}件は枠だけで輪郭がないため、描きません。",
    },
}

_BAD: dict[str, dict[Language, str]] = {
    "pixels.bad.turned": {
        "en": "its EXIF (orientation {orientation:d}) would turn it, and the program that drew it may or may not have",
        "ja": "EXIF情報（向き{orientation:d}）で回転することになりますが、描いた時の向きが分かりません",
    },
    "pixels.bad.picture": {"en": "its picture cannot be read: {reason}", "ja": "画像が読み込めません：{reason}"},
    "pixels.bad.size": {
        "en": "{width} × {height} pixels, its picture {wide} × {high}",
        "ja": "{width}×{height}画素で、画像の{wide}×{high}画素と合いません",
    },
    "pixels.bad.values": {
        "en": "holds values that no class has: {values}",
        "ja": "どのクラスにも当たらない値があります：{values}",
    },
}

_CHECK: dict[str, dict[Language, str]] = {
    "pixels.head": {
        "en": "{n} mask of classes.|{n} masks of classes.",
        "ja": "画素ごとのクラスを示すマスクが{n}枚あります。",
    },
    "pixels.missing": {
        "en": "{n} picture without a mask: {examples:; }. Add it, or move the picture out.|{n} pictures without a "
        "mask: {examples:; }. Add them, or move the pictures out.",
        "ja": "マスクのない画像が{n}枚あります：{examples:；}。マスクを足すか、画像を外に移してください。",
    },
    "pixels.bad": {
        "en": "{n} mask cannot be used:\n  {examples:\n  }|{n} masks cannot be used:\n  {examples:\n  }",
        "ja": "使えないマスクが{n}枚あります：\n  {examples:\n  }",
    },
    "pixels.strange": {
        "en": "{n} value that no class has; name it in the legend, or say --void VALUE:\n  {examples:\n  }|{n} values "
        "that no class has; name them in the legend, or say --void VALUE:\n  {examples:\n  }",
        "ja": "どのクラスにも当たらない値が{n}種類あります。凡例に書くか、--void で対象外にしてください：\n  "
        "{examples:\n  }",
    },
    "pixels.strange.item": {
        "en": "{value}: {share:.2%} of the pixels, in {n} mask, such as {example}|{value}: {share:.2%} of the "
        "pixels, in {n} masks, such as {example}",
        "ja": "{value}：全画素の{share:.2%}、マスク{n}枚（{example} など）",
    },
    "pixels.one": {
        "en": "The masks show one class only, so there is nothing to tell apart.",
        "ja": "マスクには1種類のクラスしかなく、見分けるものがありません。",
    },
    "pixels.class": {"en": "{name} ({values}) {share:.1%}", "ja": "{name}（{values}）{share:.1%}"},
    "pixels.class.named": {"en": "{name} {share:.1%}", "ja": "{name}：{share:.1%}"},
    "pixels.classes": {
        "en": "Classes, their values and their share of the pixels: {classes}.",
        "ja": "クラスとその値、画素の割合：{classes}。",
    },
    "pixels.share.void": {
        "en": "{share:.1%} of the pixels are void and count nothing.",
        "ja": "全画素の{share:.1%}は対象外で、学習にも評価にも使いません。",
    },
    "pixels.unseen": {
        "en": "{n} class is seen in no mask: {names}.|{n} classes are seen in no mask: {names}.",
        "ja": "どのマスクにも現れないクラスが{n}種類あります：{names}。",
    },
    "pixels.rare": {
        "en": "Less than {share:.0%} of the pixels each, so that they weigh little and their figures vary: {names}.",
        "ja": "画素の{share:.0%}に満たないクラスがあり、学習への影響が小さく、成績も安定しません：{names}。",
    },
    "pixels.lossy": {
        "en": "{n} mask is a JPEG, which smears values; PNG keeps them.|{n} masks are JPEGs, which smear values; PNG "
        "keeps them.",
        "ja": "JPEGのマスクが{n}枚あります。JPEGでは値がにじむため、PNGをお使いください。",
    },
}

_DIVIDE: dict[str, dict[Language, str]] = {
    "divide.pixels.frames": {
        "en": "The pictures are numbered. If they are frames of a film or slices of a volume, neighbours are nearly "
        "alike, and divided at random they make figures flatter: keep sequences together with --group, or give a test "
        "split of your own.",
        "ja": "画像には通し番号が付いています。動画のフレームや断層像であれば、隣どうしはほとんど同じなので、無作為に"
        "分けると成績が実際より良く見えます。--group で続きものをまとめるか、テスト用の分割を自分で用意してください。",
    },
    "divide.pixels.sequences": {
        "en": "By their names they are {n} sequences: --group '{pattern}' keeps each together.",
        "ja": "名前からは{n}本の続きものに見えます。--group '{pattern}' でそれぞれをまとめられます。",
    },
    "divide.none.train": {
        "en": "No training picture shows {classes}: they cannot be learnt. Add pictures, so that each split has some.",
        "ja": "{classes} の写った学習画像がないため、学習できません。どの分割にも入るよう、画像を追加してください。",
    },
}

WORDS: dict[str, dict[Language, str]] = {**_READ, **_BAD, **_CHECK, **_DIVIDE}
