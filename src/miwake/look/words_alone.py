"""Words of networks whose layers learn by themselves, without labels."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "unit.passes": {"en": "{n} pass|{n} passes", "ja": "{n}回"},
    "train.alone": {
        "en": "Learns without labels, one layer after the other: {layers}; then the last layer is fitted.",
        "ja": "ラベルを使わずに、層を一つずつ順に学習します（{layers}）。その後、最終層だけをラベルに合わせます。",
    },
    "train.alone.layer": {"en": "{name} ({passes})", "ja": "{name} を{passes}"},
    "train.alone.long": {
        "en": "That takes longer than the usual {seconds:.0f} s; --time-limit ends sooner.",
        "ja": "通常の{seconds:.0f}秒より長くかかります。--time-limit で早く終えられます。",
    },
    "train.plan.alone": {
        "en": "Plan: {network} ({parameters} parameters) at {height:d} × {width:d}, {passes} over the pictures in "
        "{precision}: about {seconds:.0f} s and {memory:.1f} GiB. Everything goes to {folder}.",
        "ja": "計画：{network}（パラメータ{parameters}個）を{height:d}×{width:d}画素、{precision} で学習します。画像全"
        "体を{passes}通して見ます。見積もりは{seconds:.0f}秒、メモリ{memory:.1f} GiB です。結果はすべて {folder} に保存"
        "します。",
    },
    "report.bases.layer": {"en": "Layer “{name}”", "ja": "層「{name}」"},
    "report.bases.sentence": {
        "en": "What each of its {n} kinds of units looks for, learnt without labels, as it would appear in the "
        "picture ({height:d} × {width:d} pixels). Mid-grey is zero.",
        "ja": "ラベルなしで学習した{n}種類のユニットが、画像の中に何を探しているかを示します（{height:d}×{width:d}画"
        "素）。中間の灰色がゼロです。",
    },
    "report.bases.alt": {
        "en": "What {n} kinds of units of the layer {name} look for, as small pictures.",
        "ja": "層 {name} の{n}種類のユニットが探すものを小さな画像で示したもの。",
    },
}
