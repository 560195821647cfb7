"""Words of `export`, and of what `predict` computes with."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "export.at_work": {"en": "Exporting", "ja": "書き出し"},
    "export.at.write": {"en": "writing", "ja": "変換中"},
    "export.at.judge": {"en": "comparing answers", "ja": "答えを照合中"},
    "export.at.time": {"en": "timing", "ja": "時間を計測中"},
    "export.same": {
        "en": "{file} ({size:.1f} MB) answers as predict does: on the picture that was tried, the same class, and a "
        "probability within {largest}.|{file} ({size:.1f} MB) answers as predict does: on all {n} pictures that "
        "were tried, the same classes, and probabilities within {largest}.",
        "ja": "{file}（{size:.1f} MB）は predict と同じ答えを出します。試した{n}枚すべてで答えが一致し、確率の差は"
        "最大 {largest} でした。",
    },
    "export.good": {
        "en": "{file} ({size:.1f} MB) is as good as predict: on {n} pictures {accuracy} right answers instead of "
        "{before}, a loss of {drop} points (95% interval {low} to {high}).",
        "ja": "{file}（{size:.1f} MB）の精度は predict と同程度です。{n}枚での正解率は {before} から {accuracy} に"
        "なり、低下は {drop} ポイントです（95%区間 {low}～{high}）。",
    },
    "export.decoded": {
        "en": "Where predict decodes a large JPEG at a smaller scale, one answer differs: {names}.|"
        "Where predict decodes large JPEGs at a smaller scale, {n} answers differ: {names}.",
        "ja": "predict は大きな JPEG を縮小しながら復号するため、{n}枚で答えが異なります：{names}。",
    },
    "export.other.yes": {
        "en": "{backend} runs it, too, with the same answers (probabilities within {largest}).",
        "ja": "{backend} でも動き、答えは同じです（確率の差は最大 {largest}）。",
    },
    "export.other.no": {
        "en": "{backend} runs it, too, but not with the same answers (accuracy {accuracy} instead of {before}); "
        "it is not used.",
        "ja": "{backend} でも動きますが、答えが一致しないため使いません（正解率 {before} → {accuracy}）。",
    },
    "export.other.cannot": {"en": "{backend} cannot run it: {said}", "ja": "{backend} では動きません：{said}"},
    "export.beside": {
        "en": "A picture with its answer lies beside it; python {script:sh} checks them with numpy and onnxruntime "
        "alone.",
        "ja": "見本の画像と答えも保存しました。python {script:sh} で、numpy と onnxruntime だけを使って確認できます。",
    },
    "export.uses": {
        "en": "predict computes with {way} from now on, the fastest here with the same answers.",
        "ja": "今後 predict は、同じ答えを出す中でここで最も速い {way} を使います。",
    },
    "export.uses.torch": {
        "en": "predict goes on computing with PyTorch, the fastest here.",
        "ja": "predict は、ここで最も速い PyTorch を引き続き使います。",
    },
    "export.uses.before": {
        "en": "It is no faster here than {way}; predict goes on computing with what it did.",
        "ja": "ここでは {way} より速くないため、predict の計算方法は変わりません。",
    },
    "export.way": {"en": "milliseconds", "ja": "ミリ秒"},
    "export.batch": {"en": "{n} picture|{n} pictures", "ja": "{n}枚"},
    "export.faster": {"en": "× eager", "ja": "eager 比"},
    "backend.missing": {
        "en": "The fastest way needs {package}, which is not installed; PyTorch answers.",
        "ja": "最も速い方法に必要な {package} がないため、PyTorch で計算します。",
    },
    "backend.gone": {
        "en": "The exported file {file} is not there any more; PyTorch answers.",
        "ja": "書き出したファイル {file} が見つからないため、PyTorch で計算します。",
    },
    "backend.stale": {
        "en": "The exported file {file} is of an earlier model; PyTorch answers. "
        "`miwake export {run:sh}` makes it anew.",
        "ja": "書き出したファイル {file} は以前のモデルのものです。PyTorch で計算します。"
        "`miwake export {run:sh}` で作り直せます。",
    },
    "backend.broken": {
        "en": "The exported file {file} cannot be read ({said}); PyTorch answers.",
        "ja": "書き出したファイル {file} を読み込めないため（{said}）、PyTorch で計算します。",
    },
}
