"""Words of the terminal: the progress line, and what `predict`, `models` and `cache` print."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "terminal.line": {"en": "{label}: {facts}", "ja": "{label}：{facts}"},
    "terminal.left": {"en": "{time} left", "ja": "残り{time}"},
    "terminal.done": {"en": "done in {time}", "ja": "{time}で完了"},
    "predict.unknown": {"en": "I don't know", "ja": "分からない"},
    "predict.none": {"en": "(none)", "ja": "（なし）"},
    "predict.bad": {
        "en": "{n} of the pictures could not be read.",
        "ja": "{n}枚の画像を読み込めませんでした。",
    },
    "models.network": {"en": "network", "ja": "ネットワーク"},
    "models.parameters": {"en": "params M", "ja": "パラメータ[M]"},
    "models.operations": {"en": "mult-adds M", "ja": "積和[M]"},
    "models.size": {"en": "pixels", "ja": "画素"},
    "models.weights": {"en": "weights", "ja": "重み"},
    "models.licence": {"en": "licence", "ja": "ライセンス"},
    "models.installed": {"en": "installed", "ja": "同梱"},
    "models.download": {
        "en": "Weights: installed come with Miwake; others are fetched with --download. timm:NAME takes any model of "
        "timm.",
        "ja": "重み：「同梱」は Miwake に付属し、ほかは --download で取得します。timm:NAME で timm のどのモデルも使えま"
        "す。",
    },
    "cache.freed": {"en": "{size:,.1f} MB are free again.", "ja": "{size:,.1f} MB を空けました。"},
    "cache.empty": {"en": "Nothing is kept.", "ja": "保存されている画像はありません。"},
    "cache.stored": {"en": "stored pictures", "ja": "保存した画像"},
    "cache.pictures": {"en": "pictures", "ja": "枚数"},
    "cache.in_use": {"en": "in use", "ja": "使用中"},
    "cache.folder": {
        "en": "Folder: {folder} (MIWAKE_CACHE names another). `miwake cache --clear` empties it.",
        "ja": "フォルダ：{folder}（MIWAKE_CACHE で変更できます）。`miwake cache --clear` で空になります。",
    },
}
