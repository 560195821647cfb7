"""Where a lesson's texts lie in the catalogue of words."""

from __future__ import annotations

from collections.abc import Iterator

from miwake.lessons.model import Lesson, Plot, Readings, Step
from miwake.look.text import Language
from miwake.look.words import catalogue, words

WORDS_OF_THE_PAGE = (
    "play",
    "pause",
    "reset",
    "back",
    "next",
    "of",
    "cell",
    "less",
    "more",
    "own",
    "own.bad",
    "stamp",
    "hint.switch",
    "hint.number",
    "hint.move",
    "moved",
)
"""What the script says; places in braces it fills in itself."""


def title(name: str, language: Language) -> str:
    """A lesson's title."""
    return words(f"lesson.{name}", language)


def about(name: str, language: Language) -> str:
    """What a lesson is about, in a sentence or two."""
    return words(f"lesson.{name}.about", language)


def part(name: str, language: Language) -> str:
    """Title of a part of the path."""
    return words(f"lesson.part.{name}", language)


def step_title(name: str, step: Step, language: Language) -> str:
    """Title of a step."""
    return words(f"lesson.{name}.{step.key}", language)


def step_text(name: str, step: Step, language: Language) -> str:
    """What a step says; paragraphs in lines."""
    return words(f"lesson.{name}.{step.key}.text", language)


def label(name: str, language: Language) -> str:
    """A label by its short name."""
    return words(f"lesson.label.{name}", language)


def ui(key: str, language: Language) -> str:
    """A word of the page as it stands in the catalogue, with its places for numbers."""
    return catalogue()[f"lesson.ui.{key}"][language]


def labels(lesson: Lesson, language: Language) -> dict[str, str]:
    """All labels of a lesson by their short names."""
    return {name: label(name, language) for name in sorted(set(_used(lesson)))}


def _used(lesson: Lesson) -> Iterator[str]:
    for step in lesson.steps:
        yield from (preset.label for preset in step.presets)
        yield from (lesson.inputs[name].label for name in step.controls)
        for view in step.views:
            if isinstance(view, Readings):
                yield from (name for name, _ in view.rows)
                continue
            yield view.label
            if isinstance(view, Plot):
                yield from (view.x_label, view.y_label)
                yield from (series.label for series in view.series if series.label)
