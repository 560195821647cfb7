"""The one catalogue of everything that is said to people, in English and Japanese.

Every `words_*.py` beside this file holds a part of it as `WORDS`; a new file is found by its name. Tests see to it that
every text exists in every language, with the same placeholders.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from string import Formatter
from typing import get_args

import miwake.look
from miwake.look.text import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
Catalogue = dict[str, dict[Language, str]]


@cache
def catalogue() -> Catalogue:
    """All texts: key → language → text with `{placeholders}`.

    Raises:
        ValueError: two files define one key.
    """
    merged: Catalogue = {}
    for module in sorted(info.name for info in iter_modules(miwake.look.__path__)):
        if not module.startswith("words_"):
            continue
        part: Catalogue = import_module(f"miwake.look.{module}").WORDS
        twice = merged.keys() & part.keys()
        if twice:
            raise ValueError(f"{module} defines again: {', '.join(sorted(twice))}")
        merged.update(part)
    return merged


def placeholders(text: str) -> frozenset[str]:
    """Names in braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def words(key: str, language: Language, **values: object) -> str:
    """One text with its placeholders filled in. `a|b` chooses by `{n}`: `a` for one, `b` for any other number.

    Raises:
        KeyError: no such text, or a placeholder without a value.
    """
    text = catalogue()[key][language]
    if "|" in text:
        one, many = text.split("|")
        text = one if str(values["n"]) == "1" else many
    return text.format(**values)
