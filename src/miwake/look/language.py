"""Which language somebody is spoken to in."""

from __future__ import annotations

import os

from miwake.errors import unknown
from miwake.look.text import LANGUAGES, Language


def spoken(asked: str | None = None) -> Language:
    """The language that was asked for; else that of MIWAKE_LANG; else Japanese where the locale is; else English.

    The locale is the first of LC_ALL, LC_MESSAGES and LANG that is set.

    Raises:
        UsageError: a language that there is not.
    """
    if asked is not None:
        return _known(asked, "language")
    named = os.environ.get("MIWAKE_LANG")
    if named:
        return _known(named, "language (MIWAKE_LANG)")
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "ja" if locale.lower().startswith("ja") else "en"


def _known(name: str, kind: str) -> Language:
    for language in LANGUAGES:
        if name == language:
            return language
    raise unknown(kind, name, LANGUAGES)
