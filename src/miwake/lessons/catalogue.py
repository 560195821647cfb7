"""What lessons there are. A file in `course/` is a lesson: its name, with hyphens, is the lesson's.

The file has

    PART: str           one of `PARTS`: where on the path it belongs
    ORDER: int          its place on the whole path
    PAPERS: tuple       where the ideas come from
    LESSON: Lesson      inputs, nodes and steps

and its texts are in the catalogue of words: `lesson.NAME`, `lesson.NAME.about`, and two for each step.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from miwake.errors import unknown
from miwake.lessons.model import Lesson

PARTS = ("neuron", "learning", "seeing", "depth", "models")
_LITERALS = ("PART", "ORDER", "PAPERS")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a lesson's file says of it."""

    name: str
    part: str
    order: int
    papers: tuple[str, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """Every lesson in the order of the path, read from the files without importing them."""
    found = []
    for path in (Path(__file__).parent / "course").glob("*.py"):
        literals = _literals(path)
        if all(name in literals for name in _LITERALS):
            part, order, papers = (literals[name] for name in _LITERALS)
            found.append(Entry(name=path.stem.replace("_", "-"), part=part, order=order, papers=papers))
    return tuple(sorted(found, key=lambda entry: (entry.order, entry.name)))


def _literals(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name in _LITERALS:
                found[name] = ast.literal_eval(statement.value)
    return found


def names() -> tuple[str, ...]:
    """Names of all lessons in the order of the path."""
    return tuple(entry.name for entry in entries())


def entry(name: str) -> Entry:
    """A lesson's facts.

    Raises:
        UsageError: there is none of that name; says the nearest.
    """
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    for known in entries():
        if known.name == wanted:
            return known
    raise unknown("lesson", name, names(), todo="miwake lesson")


def following(name: str) -> str:
    """The next lesson on the path, or an empty string."""
    path = names()
    return next(iter(path[path.index(name) + 1 :]), "")


def lesson(name: str) -> Lesson:
    """A lesson by its name.

    Raises:
        UsageError: there is none of that name; says the nearest.
    """
    found: Lesson = import_module(f"miwake.lessons.course.{entry(name).name.replace('-', '_')}").LESSON
    return found
