"""A lesson in a terminal: 80 columns, numbers in tables, pictures and plots in characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from miwake.lessons.catalogue import entry
from miwake.lessons.catalogue import lesson as find
from miwake.lessons.model import Bars, Grid, Lesson, Net, Plot, Readings, Series, View, state
from miwake.lessons.page.draw import Values, as_table, axis, full_colour, shown_phase, small
from miwake.lessons.page.write import plain_formula
from miwake.lessons.sheet import evaluate, precise, shown
from miwake.lessons.texts import about, labels, part, step_text, step_title, title
from miwake.lessons.window import inside, terms
from miwake.look.terminal import WIDTH
from miwake.look.text import Language, cells, shorten, wrap
from miwake.look.words import words

Array = NDArray[np.float64]
Words = Mapping[str, str]
_SHADES = "·░▒▓█"
_GAP = "   "
_SIGNS = {"mesh": "o", "dots": "●", "crosses": "x", "rings": "o", "last": "@"}
_LINES = {"first": "•", "second": "~", "third": "*", "wrong": "+", "quiet": "."}
_PLOT = (52, 13)
"""Columns and rows of a plot."""


def told(name: str, language: Language) -> Iterator[str]:
    """A lesson line by line, none wider than 80 columns.

    Raises:
        UsageError: there is no such lesson.
    """
    name, lesson = entry(name).name, find(name)
    heading = title(name, language)
    yield from wrap(heading, WIDTH)
    yield "═" * min(cells(heading), WIDTH)
    yield from wrap(about(name, language), WIDTH)
    yield from wrap(words("lesson.ui.still", language), WIDTH)
    for number in range(len(lesson.steps)):
        yield ""
        yield from _step(name, lesson, number, language)
    yield ""
    yield words("lesson.ui.papers", language)
    for paper in entry(name).papers:
        yield from _indented(paper, "  ")


def listed(language: Language) -> Iterator[str]:
    """All lessons by the parts of the path, a line or two each."""
    from miwake.lessons.catalogue import entries

    last = ""
    for found in entries():
        if found.part != last:
            yield from ([""] if last else [])
            yield part(found.part, language)
            last = found.part
        room = " " * 28
        lines = wrap(title(found.name, language), WIDTH - len(room))
        yield f"  {found.name:<26}{lines[0]}"
        yield from (room + line for line in lines[1:])
    yield ""
    yield from wrap(words("lesson.list", language), WIDTH)


def _step(name: str, lesson: Lesson, number: int, language: Language) -> Iterator[str]:
    step, values = lesson.steps[number], evaluate(lesson, state(lesson, number))
    named = labels(lesson, language)
    heading = f"{number + 1}. {step_title(name, step, language)}"
    yield from wrap(heading, WIDTH)
    yield "─" * min(cells(heading), WIDTH)
    for paragraph in step_text(name, step, language).split("\n"):
        yield from wrap(paragraph, WIDTH)
    for line in step.formula.splitlines():
        yield "    " + plain_formula(line)
    yield ""
    yield from side_by_side([block(view, values, named) for view in step.views])
    if step.slide is not None:
        at = inside(step.slide, values, step.slide.at)
        yield ""
        yield words("lesson.example", language, row=at[0] + 1, column=at[1] + 1)
        last = words("lesson.ui.stamp", language) if step.slide.kind == "stamp" else ""
        yield from _indented(" ".join([*terms(step.slide, values, at), last]).rstrip(), "  ")


def _indented(text: str, room: str) -> Iterator[str]:
    for line in wrap(text, WIDTH - len(room)):
        yield room + line


def side_by_side(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    """Blocks in rows, as many beside each other as 80 columns hold."""
    row: list[Sequence[str]] = []
    for each in blocks:
        if row and sum(map(_wide, [*row, each])) + len(_GAP) * len(row) > WIDTH:
            yield from _row(row)
            yield ""
            row = []
        row.append(each)
    yield from _row(row)


def _wide(lines: Sequence[str]) -> int:
    return max((cells(line) for line in lines), default=0)


def _row(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [_wide(lines) for lines in blocks]
    for number in range(max(map(len, blocks), default=0)):
        parts = [lines[number] if number < len(lines) else "" for lines in blocks]
        padded = (part + " " * (width - cells(part)) for part, width in zip(parts, widths, strict=True))
        yield _GAP.join(padded).rstrip()


def block(view: View, values: Values, named: Words) -> list[str]:
    """One view in lines."""
    if isinstance(view, Readings):
        return [f"{named[key]}: {precise(float(values[of]))}" for key, of in view.rows]
    lines = _lines(view, values, named)
    return [*wrap(named[view.label], max(_wide(lines), 16)), *lines]


def _lines(view: View, values: Values, named: Words) -> list[str]:
    if isinstance(view, Grid):
        return _table(view, values[view.of])
    if isinstance(view, Bars):
        return _bars(view, values[view.of])
    if isinstance(view, Net):
        return _net(view, values)
    if isinstance(view, Plot):
        return _plot(view, values, named)
    return []


def _table(view: Grid, numbers: Array) -> list[str]:
    table = as_table(numbers)
    scale = full_colour(view, table)
    if view.look == "picture" and (view.numbers or table.shape[1] <= 9):
        return ["".join(_shade(value / scale) * 2 for value in row) for row in table]
    if not view.numbers:
        return _halves(table / scale, view.look == "picture")
    texts = [[shown(value) for value in row] for row in table]
    width = max(len(text) for row in texts for text in row)
    width = max(width, max((len(head) for head in view.heads), default=0))
    lines = [" ".join(f"{text:>{width}}" for text in row) for row in texts]
    return [" ".join(f"{head:>{width}}" for head in view.heads), *lines] if view.heads else lines


def _shade(share: float) -> str:
    return _SHADES[round(min(max(share, 0.0), 1.0) * (len(_SHADES) - 1))]


def _halves(table: Array, ink: bool) -> list[str]:
    """Large tables: a character a cell; what is below 0 is shown by letters, o for a little and O for much."""

    def sign(value: float) -> str:
        if value >= 0 or ink:
            return _shade(value)
        return "·" if value > -0.125 else "o" if value > -0.5 else "O"

    return ["".join(sign(value) for value in row) for row in table]


def _bars(view: Bars, numbers: Array) -> list[str]:
    width = max(map(cells, view.names))
    lines = []
    for name, value in zip(view.names, numbers, strict=False):
        length = round(min(abs(value) / view.high, 1.0) * 20)
        lines.append(f"{name}{' ' * (width - cells(name))} {('█' if value >= 0 else '▒') * length} {shown(value)}")
    return lines


def _net(view: Net, values: Values) -> list[str]:
    phase, depth = shown_phase(view, values), len(view.weights)
    lines = []
    for level, name in enumerate(view.layers):
        row = np.atleast_1d(values[name])
        known = phase >= level
        parts = (
            f"{node} = {shown(value) if known else '?'}" for node, value in zip(view.names[level], row, strict=True)
        )
        lines.append("  ".join(parts))
        if view.deltas and level and phase >= depth + 1 + 2 * (depth - level):
            delta = np.atleast_1d(values[view.deltas[level - 1]])
            lines.append("  " + "  ".join(f"Δ {small(value)}" for value in delta))
        if level < depth:
            lines += _weights(view, values, level, phase)
    return lines


def _weights(view: Net, values: Values, level: int, phase: int) -> list[str]:
    depth = len(view.weights)
    back = bool(view.gradients) and phase >= depth + 2 + 2 * (depth - 1 - level)
    weights = np.atleast_2d(values[view.weights[level]])
    gradients = np.atleast_2d(values[view.gradients[level]]) if back else weights
    lines = []
    for target, row in enumerate(weights):
        line = f"  w → {view.names[level + 1][target]}: " + "  ".join(map(shown, row))
        lines.append(line + ("   ∂ " + "  ".join(map(small, gradients[target])) if back else ""))
    return lines


def _drawn(series: Series, points: Array) -> Array:
    """The points that get a sign: the last one, or a line's with those between them."""
    if series.style == "last":
        return points[-1:]
    if series.style != "line" or len(points) < 2:
        return points
    share = np.linspace(0, 1, 40, endpoint=False)[:, None]
    between = [(1 - share) * start + share * end for start, end in pairwise(points)]
    return np.concatenate([*between, points[-1:]])


def _plot(view: Plot, values: Values, named: Words) -> list[str]:
    columns, rows = _PLOT
    field = [[" "] * columns for _ in range(rows)]
    legend = []
    for series in view.series:
        sign = _LINES[series.tone] if series.style == "line" else _SIGNS[series.style]
        if series.label:
            legend.append(f"{sign} {named[series.label]}")
        for x, y in _drawn(series, values[series.of]):
            across = (x - view.x[0]) / (view.x[1] - view.x[0])
            up = (y - view.y[0]) / (view.y[1] - view.y[0])
            if -1e-9 <= across <= 1 + 1e-9 and -1e-9 <= up <= 1 + 1e-9:
                field[rows - 1 - round(up * (rows - 1))][round(across * (columns - 1))] = sign
    marks = {rows - 1 - round((m - view.y[0]) / (view.y[1] - view.y[0]) * (rows - 1)): shown(m) for m in axis(view.y)}
    lines = [f"{marks.get(number, ''):>6} │{''.join(row)}".rstrip() for number, row in enumerate(field)]
    ends = axis(view.x)
    below = [" "] * (columns + 12)
    for mark in ends:
        start = 8 + round((mark - view.x[0]) / (view.x[1] - view.x[0]) * (columns - 1))
        below[start : start + len(shown(mark))] = shown(mark)
    return [
        f"  {named[view.y_label].rstrip()}",
        *lines,
        "       └" + "─" * columns,
        "".join(below).rstrip(),
        " " * max(0, columns + 8 - cells(named[view.x_label].rstrip())) + named[view.x_label].rstrip(),
        *[shorten(line, WIDTH) for line in wrap("  ".join(legend), columns + 8) if line],
    ]
