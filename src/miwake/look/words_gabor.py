"""Words on filters that are like the cells of the visual cortex."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "report.gabor.title": {"en": "As cells of the visual cortex see", "ja": "視覚野の細胞との比較"},
    "report.gabor.sentence": {
        "en": "Simple cells of the visual cortex see through Gabor functions, stripes that fade out. Nearly one, "
        "with at least {least} of its variance explained (R²), are {gabor} of {n} filters of the first layer (95% "
        "interval {range}), and {random_gabor} of {random} random ones. Cells of the retina see through Mexican "
        "hats, a spot against its surround: nearly one are {hat}, and {random_hat} of the random ones.",
        "ja": "視覚野の単純型細胞は、端へ向かって消えていく縞（ガボール関数）を通して見ています。最初の層のフィルタ"
        "{n}個のうち、ガボール関数でほぼ表せるもの（分散の一致 R² が{least}以上）は{gabor}個です（95%信頼区間 {range}）"
        "。同じ大きさのランダムなフィルタでは、{random}個のうち{random_gabor}個です。網膜の細胞は、中心と周辺が逆に応え"
        "る形（メキシカンハット）を通して見ています。これに近いフィルタは{hat}個、ランダムなものでは{random_hat}個で"
        "す。",
    },
    "report.gabor.shown": {
        "en": "Above, the filters that come nearest, in their main colour; below, the Gabor function that fits each.",
        "ja": "上は最も近いフィルタ（主な色の成分）、下はそれぞれに最もよく合うガボール関数です。",
    },
    "report.gabor.alt": {
        "en": "The {n} filters that are nearest to a Gabor function, each above that function.",
        "ja": "ガボール関数に最も近いフィルタ{n}個と、その下に並べた関数。",
    },
}
