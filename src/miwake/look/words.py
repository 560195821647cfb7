"""The one catalogue of everything that is said to people, in English and Japanese.

Every `words_*.py` beside this file holds a part of it as `WORDS`; a new file is found by its name. Tests see to it that
every text exists in every language, with the same placeholders.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from string import Formatter
from typing import Any

import miwake.look
from miwake.look.language import spoken
from miwake.look.text import Language, labels
from miwake.types import Note, Sentence

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


def words(key: str, language: Language, /, **values: object) -> str:
    """One text with its placeholders filled in. `a|b` chooses by `{n}`: `a` for one, `b` for any other number.

    Whole numbers are written with commas, `1,234`, but for `{name:d}`; the items of a tuple are joined as the language
    does it, or with what `{name:; }` gives; notes are told; `{name:sh}` is a path that can be typed into a shell.

    Raises:
        KeyError: no such text, or a placeholder without a value.
    """
    text = catalogue()[key][language]
    if "|" in text:
        one, many = text.split("|")
        text = one if str(values["n"]) == "1" else many
    return _Filler(language).vformat(text, (), values)


def told(sentence: Sentence, lang: str | None = None) -> str:
    """A note in words; a text as it is.

    Args:
        sentence: what is to be said.
        lang: language, en or ja; left away, the one that `miwake` speaks here.

    Raises:
        UsageError: there is no such language.
    """
    if isinstance(sentence, str):
        return sentence
    try:
        return words(sentence.key, spoken(lang), **sentence.values)
    except (KeyError, ValueError):
        # of a file that another version wrote, with a text that this one lacks or words differently
        return f"{sentence.key}: {', '.join(f'{name}={value}' for name, value in sentence.values.items())}"


def paragraph(sentences: Iterable[Sentence], language: Language) -> str:
    """Sentences one after the other."""
    return ("" if language == "ja" else " ").join(told(sentence, language) for sentence in sentences)


def answered(label: str | None, language: Language) -> str:
    """What a model said of a picture: its labels, or that it does not know."""
    return words("report.unknown", language) if label is None else labels(label)


class _Filler(Formatter):
    """Fills values in as people of a language write them."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Note):
            return told(value, self.language)
        if format_spec == "sh":
            return shlex.quote(str(value))
        if isinstance(value, tuple):
            between = format_spec or words("report.and", self.language)
            return between.join(self.format_field(item, "") for item in value)
        return format(value, "," if type(value) is int and not format_spec else format_spec)
