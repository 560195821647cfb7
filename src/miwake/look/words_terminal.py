"""Words of the progress line."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "terminal.left": {"en": "{time} left", "ja": "残り{time}"},
    "terminal.done": {"en": "done in {time}", "ja": "{time}で完了"},
}
