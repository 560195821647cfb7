"""Lays a lesson out and writes it as one file, which loads nothing; without a script its figures stand still."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from miwake.files import write_text
from miwake.lessons.catalogue import entry, following
from miwake.lessons.catalogue import lesson as find
from miwake.lessons.model import Bars, Grid, Lesson, Net, Plot, Readings, Series, View, state
from miwake.lessons.page import draw
from miwake.lessons.sheet import evaluate
from miwake.lessons.texts import WORDS_OF_THE_PAGE, about, labels, part, step_text, step_title, title, ui
from miwake.lessons.window import boxes, inside, terms
from miwake.look import page
from miwake.look.svg import ticks
from miwake.look.text import Language

SCRIPTS = ("formulas.js", "oddity.js", "draw.js", "moving.js", "engine.js")


def write(name: str, path: Path, language: Language) -> None:
    """Write a lesson's page, whole or not at all.

    Raises:
        UsageError: there is no such lesson.
        WriteError: the file could not be written.
    """
    write_text(path, render(name, language))


def render(name: str, language: Language) -> str:
    """A lesson's page as HTML.

    Raises:
        UsageError: there is no such lesson.
    """
    name, lesson = entry(name).name, find(name)
    script = _script()
    contents = {
        "hash": _hash(script),
        "script": Markup(script),
        "json": Markup(_json(lesson, language)),
        "title": title(name, language),
        "subtitle": about(name, language),
        "part": part(entry(name).part, language),
        "papers": entry(name).papers,
        "following": following(name),
        "steps": [_step(name, lesson, number, language) for number in range(len(lesson.steps))],
        "sections": [f"step-{number}" for number in range(1, len(lesson.steps) + 1)],
    }
    return page.render("lessons/page/lesson.html.j2", contents, language)


@cache
def _script() -> str:
    """The engine, in a scope of its own."""
    sources = (files("miwake.lessons.page").joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS)
    return "(() => {\n" + "\n".join(sources) + "\n})();"


def _hash(script: str) -> str:
    """For the page's policy, which lets this script run and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _json(lesson: Lesson, language: Language) -> str:
    """What the script needs: the lesson as data, and the words that it says."""
    data = {
        "lesson": asdict(lesson) | {"steps": [_plain(lesson, number) for number in range(len(lesson.steps))]},
        "labels": labels(lesson, language),
        "words": {key: ui(key, language) for key in WORDS_OF_THE_PAGE},
    }
    # a closing tag within the data would end it
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _plain(lesson: Lesson, number: int) -> dict[str, Any]:
    """A step as data; what Python has chosen for its figures, the script takes over."""
    step, values = lesson.steps[number], evaluate(lesson, state(lesson, number))
    plain = asdict(step)
    for view, data in zip(step.views, plain["views"], strict=True):
        data["kind"] = view.kind
        if isinstance(view, Grid):
            data["cell"] = draw.cell_side(view, values[view.of])
        if isinstance(view, Plot):
            data["x_ticks"], data["y_ticks"] = ticks(*view.x, 4), ticks(*view.y, 4)
    return plain


def _step(name: str, lesson: Lesson, number: int, language: Language) -> dict[str, Any]:
    step, values = lesson.steps[number], evaluate(lesson, state(lesson, number))
    words = labels(lesson, language)
    marked, sum_, stamp = {}, [], ""
    if step.slide is not None:
        at = inside(step.slide, values, step.slide.at)
        marked, sum_ = boxes(step.slide, values, at), terms(step.slide, values, at)
        stamp = ui("stamp", language) if step.slide.kind == "stamp" else ""
    return {
        "title": step_title(name, step, language),
        "paragraphs": step_text(name, step, language).split("\n"),
        "formulas": [formula(line) for line in step.formula.splitlines()],
        "views": [
            _view(view, values, words, key=f"s{number}v{place}", box=marked.get(getattr(view, "of", "")))
            | {"by": step.slide is not None and getattr(view, "of", "") in step.slide.by}
            for place, view in enumerate(step.views)
        ],
        "sum": sum_,
        "stamp": stamp,
    }


def _view(view: View, values: draw.Values, words: Mapping[str, str], *, key: str, box: Any) -> dict[str, Any]:
    heading = "" if isinstance(view, Readings) else words[view.label]
    return {
        "kind": view.kind,
        "title": heading,
        "width": "" if isinstance(view, Readings) else round(_width(view, values) * 1.25),
        "legend": _legend(view, words),
        "drawing": draw.draw(view, values, words, key=key, title=heading, box=box),
    }


def _width(view: View, values: draw.Values) -> float:
    if isinstance(view, Grid):
        return draw.grid_size(view, values[view.of], draw.cell_side(view, values[view.of])).width
    if isinstance(view, Bars):
        return sum(draw.BAR) + 50
    return 92 + len(view.weights) * draw.ACROSS if isinstance(view, Net) else draw.PLOT[0]


def _legend(view: View, words: Mapping[str, str]) -> list[tuple[Markup, str]]:
    if not isinstance(view, Plot):
        return []
    return [(_key(series), words[series.label]) for series in view.series if series.label]


def _key(series: Series) -> Markup:
    marks = {
        "line": f'<path class="s-{series.tone}" d="M0 6h18"/>',
        "mesh": f'<path class="s-{series.tone}" d="M0 6h18"/><circle class="f-{series.tone}" cx="9" cy="6" r="3.5"/>',
        "dots": f'<circle class="f-{series.tone}" cx="9" cy="6" r="4.5"/>',
        "rings": f'<circle class="o-{series.tone}" cx="9" cy="6" r="5"/>',
        "crosses": f'<path class="s-{series.tone}" d="M5 2l8 8m0 -8l-8 8"/>',
        "last": '<circle class="ring" cx="9" cy="6" r="5"/>',
    }
    return Markup(f'<svg width="18" height="12" aria-hidden="true">{marks[series.style]}</svg>')


_MARKED = re.compile(r"([_^])(?:\{([^}]*)\}|(\S))")


def formula(line: str) -> Markup:
    """`u_{ij} = w^2` with its indices and powers set low and high."""
    tags = {"_": "sub", "^": "sup"}
    return Markup(_MARKED.sub(lambda m: f"<{tags[m[1]]}>{m[2] or m[3]}</{tags[m[1]]}>", str(escape(line))))


def plain_formula(line: str) -> str:
    """The same for a terminal: `u_ij = x_(i+p) w^2`."""
    return _MARKED.sub(lambda m: m[1] + (m[3] or (m[2] if m[2].isalnum() else f"({m[2]})")), line)
