"""Names and values: the model, its preprocessing, settings and environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from miwake.look.text import NONE, Language, clean, compact, percent, shorten
from miwake.look.words import paragraph, told, words
from miwake.report.contents import ModelSummary
from miwake.types import Preprocessing

_VALUE = 300


def model(summary: ModelSummary, language: Language) -> list[tuple[str, str]]:
    """Names and values of the model's facts."""
    facts = [
        ("architecture", clean(summary.architecture)),
        ("why", clean(paragraph(summary.why, language))),
        ("parameters", compact(summary.parameters, language)),
    ]
    if summary.operations is not None:
        operations = words("report.model.operations.value", language, n=compact(summary.operations, language))
        facts.append(("operations", operations))
    facts.append(("start", clean(summary.starting_weights) or words("report.model.scratch", language)))
    if summary.licence:
        facts.append(("licence", clean(told(summary.licence, language))))
    return [(words(f"report.model.{key}", language), value) for key, value in facts if value]


def preprocessing(how: Preprocessing, language: Language) -> list[tuple[str, str]]:
    """Names and values of what happens to a picture."""
    height, width = how.size
    named = {1: "grey", 3: "colour"}.get(how.channels)
    facts = [
        ("size", words("report.model.size.value", language, width=width, height=height)),
        ("channels", words(f"report.model.channels.{named}", language) if named else str(how.channels)),
        ("fit", words(f"report.model.fit.{how.fit}", language)),
    ]
    if how.crop < 1:
        facts.append(("cut", words("report.model.cut.value", language, value=percent(how.crop))))
    if how.window is not None:
        level, span = (f"{value:g}" for value in how.window)
        facts.append(("window", words("report.model.window.value", language, centre=level, width=span)))
    facts += [
        ("interpolation", how.interpolation),
        ("mean", ", ".join(f"{value:.3f}" for value in how.mean)),
        ("std", ", ".join(f"{value:.3f}" for value in how.std)),
    ]
    return [(words(f"report.model.{key}", language), value) for key, value in facts]


def settings(values: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """A nested mapping as rows of `a.b` and a text."""
    return [(shorten(clean(name), 80), shorten(clean(text), _VALUE)) for name, text in _flat(values, "", language)]


def _flat(values: Mapping[str, Any], before: str, language: Language) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.", language)
        else:
            yield f"{before}{name}", _text(value, language)


def _text(value: Any, language: Language) -> str:
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return words("report.yes" if value else "report.no", language)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(item, language) for item in value) or NONE
    return str(value)
