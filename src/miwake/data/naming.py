"""Names that people give to classes, splits and files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from miwake.types import TEST, TRAIN, VAL

_T = TypeVar("_T")
_NUMBER = re.compile(r"(\d+)")

SPLIT_NAMES = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VAL,
    "valid": VAL,
    "validation": VAL,
    "test": TEST,
    "testing": TEST,
}


def split_of(name: str) -> int | None:
    """`TRAIN`, `VAL` or `TEST` for a name of a split in any case, or None."""
    return SPLIT_NAMES.get(name.strip().lower())


def natural_key(text: str) -> tuple[tuple[object, ...], str]:
    """Sorting key under which 2 comes before 10: runs of digits are compared as numbers.

    Numbers are compared by length and then as text, since `int` refuses very long ones.
    """
    pieces: list[object] = []
    for index, piece in enumerate(_NUMBER.split(text)):
        if index % 2:
            digits = piece.lstrip("0")
            pieces.append((len(digits), digits))
        else:
            pieces.append(piece)
    return tuple(pieces), text


def few(names: Sequence[str], most: int = 5) -> str:
    """The first names of a list for an error: `a, b, c, … (12)`."""
    return ", ".join(first(names, most))


def first(names: Sequence[_T], most: int = 5) -> tuple[_T | str, ...]:
    """The first names (or notes) of a list for a note: `a`, `b`, `c`, `… (12)`."""
    return tuple(names) if len(names) <= most else (*names[:most], f"… ({len(names)})")


def plural(count: int, word: str) -> str:
    """`1 picture`, `2,000 pictures`, `3 classes`."""
    if count == 1:
        return f"1 {word}"
    return f"{count:,} {word}es" if word.endswith("s") else f"{count:,} {word}s"
