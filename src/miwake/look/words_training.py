"""Words of training: what was chosen and why, what mistakes cost, and what is said of a run."""

from __future__ import annotations

from miwake.look.text import Language

_REASONS: dict[str, dict[Language, str]] = {
    "train.uneven": {
        "en": "Classes are uneven: {most} training pictures of '{large}', {least} of '{small}'. Rare classes count "
        "more in the loss (--class-weights none turns this off).",
        "ja": "クラスに偏りがあります。学習画像は「{large}」が{most}枚、「{small}」が{least}枚です。少ないクラスほど損"
        "失で重く数えます（--class-weights none で無効になります）。",
    },
    "train.small": {
        "en": "A small network from scratch at {height:d} × {width:d} pixels suits them.",
        "ja": "{height:d}×{width:d}画素の小さなネットワークを一から学習するのに向いたデータです。",
    },
    "train.tried": {
        "en": "Tried on validation: {network} from scratch for {seconds:.0f} s, {figure} {alone:.1%}; a new head on "
        "{rival} with ImageNet weights, {head:.1%}.",
        "ja": "検証データで比べたところ、{network} を一から{seconds:.0f}秒学習すると{figure}は{alone:.1%}、ImageNetの"
        "重みを持つ {rival} の最終層だけを学習すると{head:.1%}でした。",
    },
    "train.accuracy": {"en": "accuracy", "ja": "正解率"},
    "train.transfer": {
        "en": "So it starts from the ImageNet weights.",
        "ja": "そこで、ImageNetの重みから始めます。",
    },
    "train.scratch": {"en": "So it goes on from there.", "ja": "そこで、その学習を続けます。"},
    "train.quickest": {
        "en": "Quickest here: {precision} on {threads} ({tried} a step).",
        "ja": "このマシンでは{threads}の {precision} が最も速く動きます（1ステップあたり {tried}）。",
    },
    "train.way": {"en": "{precision} {milliseconds:.0f} ms", "ja": "{precision} で{milliseconds:.0f}ミリ秒"},
    "train.way.threads": {
        "en": "{precision} with {n} thread {milliseconds:.0f} ms|{precision} with {n} threads {milliseconds:.0f} ms",
        "ja": "{n}スレッドの {precision} で{milliseconds:.0f}ミリ秒",
    },
    "train.long": {
        "en": "{n} epochs take longer than the usual {seconds:.0f} s; --time-limit ends sooner.",
        "ja": "{n}エポックには、通常の{seconds:.0f}秒より長くかかります。--time-limit で早く終えられます。",
    },
    "train.goes_on": {
        "en": "{run} goes on at epoch {epoch} of {epochs}.",
        "ja": "{run} の学習を、全{epochs}エポックのうち{epoch}エポック目から再開します。",
    },
    "train.progressive": {
        "en": "The first {share:.0%} of training shows them at {height} × {width}, where a step takes less.",
        "ja": "学習の最初の{share:.0%}では、1ステップが速く済む {height} × {width} に縮小して見せます。",
    },
    "train.slim": {
        "en": "With a network twice as wide the time would allow too few epochs, so {network} was taken.",
        "ja": "倍の幅のネットワークではこの時間に十分なエポックを学習できないため、{network} を選びました。",
    },
    "train.short": {
        "en": "The time allows {n} epoch, fewer than the {least} that make sense: a longer --time-limit would do "
        "better.|The time allows {n} epochs, fewer than the {least} that make sense: a longer --time-limit would do "
        "better.",
        "ja": "この時間では{n}エポックしか学習できず、目安の{least}エポックに足りません。--time-limit を長くすると改善"
        "します。",
    },
    "train.rate": {
        "en": "Learning rate {rate:.2g}, found by a range test.",
        "ja": "学習率はレンジテストで{rate:.2g}に決めました。",
    },
    "train.mirrored": {
        "en": "{lost} of {total} validation pictures are lost in the mirror, {won} are won",
        "ja": "検証画像{total}枚のうち、反転すると{lost}枚が不正解に、{won}枚が正解に変わりました",
    },
    "train.mirror.on": {
        "en": "Mirroring was tried: {reason}; the training pictures were mirrored from then on.",
        "ja": "左右の反転を試しました。{reason}。以後の学習では反転した画像も使いました。",
    },
    "train.mirror.off": {
        "en": "Mirroring was tried: {reason}; the training pictures were left unmirrored.",
        "ja": "左右の反転を試しました。{reason}。学習画像は反転しませんでした。",
    },
}

_COSTS: dict[str, dict[Language, str]] = {
    "costs.plain": {"en": "Every mistake is taken to cost 1.", "ja": "誤りの費用はすべて1とみなします。"},
    "costs.default": {
        "en": "'{kind}' is not given and taken to cost 1.",
        "ja": "「{kind}」の指定がないため、その費用を1とみなします。",
    },
    "costs.other": {
        "en": "A mistake that is neither a miss nor a false alarm is taken to cost {other:g} (other={other:g}).",
        "ja": "見逃しでも誤報でもない誤りの費用は{other:g}とみなします（other={other:g}）。",
    },
    "costs.guess.name": {
        "en": "'miss' is taken to be about '{name}', going by the name; name another with --positive.",
        "ja": "名前から判断して、「miss」は「{name}」の見逃しとみなします。別のクラスは --positive で指定できます。",
    },
    "costs.guess.names": {
        "en": "'miss' is taken to be about '{name}', going by the names; name another with --positive.",
        "ja": "もう一方の名前から判断して、「miss」は「{name}」の見逃しとみなします。別のクラスは --positive で指定で"
        "きます。",
    },
    "costs.guess.rest": {
        "en": "'miss' is taken to be about all classes but '{name}', going by the names; name another with --positive.",
        "ja": "名前から判断して、「miss」は「{name}」以外の全クラスの見逃しとみなします。別のクラスは --positive で指"
        "定できます。",
    },
    "costs.guess.rare": {
        "en": "'miss' is taken to be about '{name}', the rarer class; name another with --positive.",
        "ja": "「miss」は、少ないほうのクラス「{name}」の見逃しとみなします。別のクラスは --positive で指定できます。",
    },
}

_WAY: dict[str, dict[Language, str]] = {
    "unit.threads": {"en": "{n} thread|{n} threads", "ja": "{n}スレッド"},
    "unit.epochs": {"en": "{n} epoch|{n} epochs", "ja": "{n}エポック"},
    "train.data": {"en": "{name}: {pictures}, {classes}.", "ja": "{name}：{classes}、{pictures}"},
    "train.plan": {
        "en": "Plan: {network} ({parameters} parameters) at {height:d} × {width:d}, {epochs} of {steps} steps in "
        "{precision}: about {seconds:.0f} s and {memory:.1f} GiB. Everything goes to {folder}.",
        "ja": "計画：{network}（パラメータ{parameters}個）を{height:d}×{width:d}画素、{precision} で{epochs}（1エポック"
        "{steps}ステップ）学習します。見積もりは{seconds:.0f}秒、メモリ{memory:.1f} GiB です。結果はすべて {folder} に"
        "保存します。",
    },
    "train.how": {
        "en": "{start}. Batches of {batch}, {optimizer} at {rate:.2g}; training pictures vary by: {changes}.",
        "ja": "{start}。バッチは{batch}枚、{optimizer}、学習率{rate:.2g}です。学習画像には次の変化を加えます：{changes}"
        "。",
    },
    "train.start.nothing": {"en": "It starts from random weights", "ja": "乱数の重みから始めます"},
    "train.start.weights": {
        "en": "It starts from the weights {name}: first the last layer on frozen features, then everything",
        "ja": "重み {name} から始め、まず特徴を固定して最終層を、次に全体を学習します",
    },
    "train.start.whole": {
        "en": "It starts from the weights {name} and learns everything",
        "ja": "重み {name} から始め、全体を学習します",
    },
    "train.unchanged": {"en": "nothing", "ja": "なし"},
    "train.reading": {"en": "Reading pictures", "ja": "画像の読み込み"},
    "train.training": {"en": "Training", "ja": "学習"},
    "train.moment": {"en": "loss {loss:.3f}", "ja": "損失{loss:.3f}"},
    "train.moment.val": {"en": "loss {loss:.3f}, {figure:.1%} val", "ja": "損失{loss:.3f}、検証{figure:.1%}"},
    "train.stopped": {
        "en": "Stopped. The best weights so far are kept; `miwake train --resume {folder:sh}` would go on from here.",
        "ja": "中断しました。ここまでで最もよい重みを保存しました。続きは `miwake train --resume {folder:sh}` で"
        "再開できます。",
    },
    "train.finished": {
        "en": "{folder} is finished; its report is {report}",
        "ja": "{folder} の学習は完了しています。レポートは {report} です。",
    },
    "train.end": {
        "en": "Model:  {model}\nReport: {report}\nUse it: miwake predict {folder:sh} PICTURES…",
        "ja": "モデル　：{model}\nレポート：{report}\n使い方　：miwake predict {folder:sh} PICTURES…",
    },
}

_REPORT: dict[str, dict[Language, str]] = {
    "licence.unstated": {"en": "not stated", "ja": "記載なし"},
    "licence.own": {
        "en": "that of the run's own pictures",
        "ja": "その学習に使った画像のライセンスに従います",
    },
    "next.predict": {"en": "answers for new pictures", "ja": "新しい画像に答えます"},
    "next.evaluate": {
        "en": "figures on other data, such as next month's",
        "ja": "来月の画像など、別のデータで成績を求めます",
    },
    "next.resume": {"en": "goes on where a stopped run was", "ja": "中断した学習を続きから再開します"},
}

_CHANGES: dict[str, dict[Language, str]] = {
    "augment.mirror": {"en": "mirroring", "ja": "左右反転"},
    "augment.shift": {"en": "shift", "ja": "平行移動"},
    "augment.scale": {"en": "size", "ja": "拡大縮小"},
    "augment.stretch": {"en": "proportions", "ja": "縦横比"},
    "augment.rotation": {"en": "rotation", "ja": "回転"},
    "augment.shear": {"en": "slant", "ja": "せん断"},
    "augment.perspective": {"en": "perspective", "ja": "遠近"},
    "augment.crop": {"en": "crop", "ja": "切り出し"},
    "augment.cut": {"en": "parts at full scale", "ja": "等倍の部分"},
    "augment.elastic": {"en": "bending", "ja": "弾性変形"},
    "augment.brightness": {"en": "brightness", "ja": "明るさ"},
    "augment.contrast": {"en": "contrast", "ja": "コントラスト"},
    "augment.saturation": {"en": "saturation", "ja": "彩度"},
    "augment.hue": {"en": "hue", "ja": "色相"},
    "augment.tint": {"en": "tint", "ja": "色かぶり"},
    "augment.blur": {"en": "blur", "ja": "ぼかし"},
    "augment.noise": {"en": "noise", "ja": "ノイズ"},
    "augment.erase": {"en": "erasing", "ja": "部分消去"},
    "augment.mixup": {"en": "mixup", "ja": "混合（mixup）"},
    "augment.cutmix": {"en": "CutMix", "ja": "貼り合わせ（CutMix）"},
}

WORDS: dict[str, dict[Language, str]] = {**_REASONS, **_COSTS, **_WAY, **_REPORT, **_CHANGES}
