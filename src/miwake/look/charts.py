"""The chart style: lines, reliability, icon arrays, ranked bars, and the small marks that stand in table rows.

All are inline SVG that needs no script, with a title and a description for screen readers; colours come from the
page's tokens. `matrix.py` draws the confusion matrix.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from markupsafe import Markup

from miwake.look.svg import Frame, Scale, drawing, measure, num, path, text, ticks
from miwake.look.text import natural
from miwake.types import Figure

WIDTH = 360.0
"""Charts are drawn for a telephone's width and stand side by side on wider pages."""
Tone = Literal["first", "second", "third"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One series of a line chart."""

    name: str
    values: tuple[float | None, ...]
    """One for each x; None and values that are not finite leave a gap."""
    tone: Tone


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something to point out: a phase that begins, the epoch that was kept."""

    x: float
    label: str


def lines(
    frame: Frame,
    series: Sequence[Line],
    *,
    x: Sequence[float],
    x_label: str,
    show: Callable[[float], str],
    bounds: tuple[float | None, float | None] = (None, None),
    phases: Sequence[Mark] = (),
    kept: Mark | None = None,
) -> Markup:
    """Lines over a common x, each with a legend entry.

    Args:
        frame: title and description.
        series: at least one; the last one carries the kept point.
        x: ascending.
        x_label: what x counts.
        show: how a y value is written at the axis.
        bounds: lowest and highest y; None takes them from the values.
        phases: vertical rules with labels.
        kept: a point of the last series, with its label.
    """
    finite = [v for line in series for v in line.values if v is not None and math.isfinite(v)]
    low = bounds[0] if bounds[0] is not None else min(finite, default=0.0)
    high = bounds[1] if bounds[1] is not None else max(finite, default=1.0)
    marks = ticks(low, high, 4)
    if bounds[1] is not None:
        marks = [mark for mark in marks if mark <= bounds[1] + 1e-9]
    labels = [show(mark) for mark in marks]
    left = max(measure(label) for label in labels) + 10
    legend = len(series) > 1
    top, bottom, height = 8.0 + 20 * legend + 16 * bool(phases), 196.0, 228.0
    across = Scale(min(x), max(x) if max(x) > min(x) else min(x) + 1, left, WIDTH - 10)
    up = Scale(marks[0], max(marks[-1], marks[0] + 1e-9), bottom, top)
    parts = [*_grid(marks, labels, up, left), *_x_axis(x, x_label, across, bottom)]
    parts += _phases(phases, across, top, bottom)
    at = left
    for line in series if legend else ():
        parts.append(f'<path class="s-{line.tone}" d="M{num(at)} 12h18"/>')
        parts.append(text(at + 24, 16, line.name, style="legend"))
        at += 24 + measure(line.name) + 18
    for line in series:
        points = [
            (across(place), up(value)) if value is not None and math.isfinite(value) else None
            for place, value in zip(x, line.values, strict=True)
        ]
        parts.append(f'<path class="s-{line.tone}" d="{path(points)}"/>')
        if len(points) == 1 and points[0]:
            parts.append(f'<circle class="f-{line.tone}" cx="{num(points[0][0])}" cy="{num(points[0][1])}" r="3"/>')
    if kept is not None:
        parts += _kept(kept, series[-1], x, across, up, (top, bottom))
    return drawing(frame, WIDTH, height, parts)


def _grid(marks: Sequence[float], labels: Sequence[str], up: Scale, left: float) -> list[str]:
    parts = []
    for mark, label in zip(marks, labels, strict=True):
        y = up(mark)
        parts.append(f'<path class="grid" d="M{num(left)} {num(y)}H{num(WIDTH - 10)}"/>')
        parts.append(text(left - 6, y + 4, label, anchor="end"))
    return parts


def _x_axis(x: Sequence[float], label: str, across: Scale, bottom: float) -> list[str]:
    shown = [mark for mark in ticks(min(x), max(x), 5) if min(x) <= mark <= max(x) and mark == round(mark)]
    if len(x) == 1:
        shown = [x[0]]
    parts = [text(across(mark), bottom + 16, f"{mark:,.0f}", anchor="middle") for mark in shown]
    return [*parts, text(WIDTH - 10, bottom + 31, label, anchor="end")]


def _phases(phases: Sequence[Mark], across: Scale, top: float, bottom: float) -> list[str]:
    parts = []
    starts = [across(mark.x) for mark in phases]
    for number, (mark, place, end) in enumerate(zip(phases, starts, [*starts[1:], WIDTH - 10], strict=False)):
        if number:
            parts.append(f'<path class="rule" d="M{num(place)} {num(top - 14)}V{num(bottom)}"/>')
        if end - place > measure(mark.label):
            parts.append(text(place + (4 if number else 0), top - 6, mark.label, style="small"))
    return parts


def _kept(kept: Mark, line: Line, x: Sequence[float], across: Scale, up: Scale, room: tuple[float, float]) -> list[str]:
    value = dict(zip(x, line.values, strict=True)).get(kept.x)
    if value is None or not math.isfinite(value):
        return []
    px, py = across(kept.x), up(value)
    above = py - room[0] > room[1] - py  # the label goes where there is more room
    anchor = "end" if px > WIDTH * 0.6 else "start" if px < WIDTH * 0.35 else "middle"
    return [
        f'<circle class="ring" cx="{num(px)}" cy="{num(py)}" r="4.5"/>',
        text(
            min(px + 6, WIDTH - 10) if anchor == "end" else px,
            py - 12 if above else py + 22,
            kept.label,
            anchor=anchor,
            style="strong halo",
        ),
    ]


def icons(frame: Frame, figure: Figure) -> Markup:
    """A share as a field of 100 or 1,000 marks: surely right, within the interval, surely wrong.

    Right ones are dots, doubtful ones rings, wrong ones crosses: the shapes tell them apart without colour.
    """
    of, _, low, high = natural(figure)
    columns, pitch, radius = (10, 24.0, 8.0) if of == 100 else (40, 9.0, 3.2)
    places = [((n % columns + 0.5) * pitch, (n // columns + 0.5) * pitch) for n in range(of)]
    dots = "".join(f"M{num(x)} {num(y)}h.01" for x, y in places[:low])
    arm = radius * 0.62
    crosses = "".join(
        f"M{num(x - arm)} {num(y - arm)}l{num(2 * arm)} {num(2 * arm)}m0 {num(-2 * arm)}l{num(-2 * arm)} {num(2 * arm)}"
        for x, y in places[high:]
    )
    parts = [f'<path class="dots" stroke-width="{num(2 * radius)}" d="{dots}"/>']
    parts += [
        f'<circle class="doubt" cx="{num(x)}" cy="{num(y)}" r="{num(radius * 0.8)}" '
        f'stroke-width="{num(radius * 0.3)}"/>'
        for x, y in places[low:high]
    ]
    parts.append(f'<path class="crosses" stroke-width="{num(radius * 0.5)}" d="{crosses}"/>')
    return drawing(frame, columns * pitch, of // columns * pitch, parts)


@dataclass(frozen=True, kw_only=True)
class Point:
    """One group of answers of a reliability diagram."""

    confidence: float
    """Mean stated probability, 0…1."""
    accuracy: float
    """Share of right answers, 0…1."""
    count: int


def reliability(frame: Frame, points: Sequence[Point], *, x_label: str, y_label: str, ideal: str) -> Markup:
    """Stated probability against the share of right answers; the stem is the gap, the dot's area the count."""
    left, top, bottom = 44.0, 24.0, 268.0
    right = left + bottom - top
    across, up = Scale(0, 1, left, right), Scale(0, 1, bottom, top)
    parts = []
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<path class="grid" d="M{num(left)} {num(up(mark))}H{num(right)}"/>')
        parts.append(text(left - 6, up(mark) + 4, f"{mark:.0%}", anchor="end"))
        parts.append(text(across(mark), bottom + 16, f"{mark:.0%}", anchor="middle"))
    parts.append(f'<path class="rule" d="M{num(left)} {num(bottom)}L{num(right)} {num(top)}"/>')
    parts.append(text(right, bottom + 31, x_label, anchor="end"))
    parts.append(text(left - 36, 12, y_label))
    largest = max((point.count for point in points), default=1)
    for point in points:
        if not point.count:
            continue
        px, py, ideal_y = across(point.confidence), up(point.accuracy), up(point.confidence)
        radius = max(2.5, 10 * math.sqrt(point.count / largest))
        parts.append(f'<path class="stem" d="M{num(px)} {num(ideal_y)}V{num(py)}"/>')
        parts.append(
            f'<circle class="blob" cx="{num(px)}" cy="{num(py)}" r="{num(radius)}"><title>'
            f"{point.confidence:.1%} → {point.accuracy:.1%} (n = {point.count:,})</title></circle>"
        )
    parts.append(text(across(0.28), up(0.28) - 6, ideal, anchor="middle", style="small halo", turn=-45))
    return drawing(frame, right + 16, bottom + 36, parts)


def ranked(frame: Frame, counts: Sequence[int], *, x_label: str, y_label: str) -> Markup:
    """How many pictures each class has, from most to fewest, for more classes than rows are read."""
    ordered = sorted(counts, reverse=True)
    marks = ticks(0, max(*ordered, 1), 3)
    left, top, bottom, width = max(measure(f"{m:,.0f}") for m in marks) + 10, 24.0, 150.0, 2 * WIDTH
    across, up = Scale(0, len(ordered), left, width - 10), Scale(0, marks[-1], bottom, top)
    parts = [text(0, 12, y_label)]
    for mark in marks:
        parts.append(f'<path class="grid" d="M{num(left)} {num(up(mark))}H{num(width - 10)}"/>')
        parts.append(text(left - 6, up(mark) + 4, f"{mark:,.0f}", anchor="end"))
    outline = "".join(f"V{num(up(count))}H{num(across(place + 1))}" for place, count in enumerate(ordered))
    parts.append(f'<path class="area" d="M{num(left)} {num(bottom)}{outline}V{num(bottom)}Z"/>')
    parts.append(text(left, bottom + 16, "1"))
    parts.append(text(width - 10, bottom + 16, f"{x_label} {len(ordered):,}", anchor="end"))
    return drawing(frame, width, bottom + 22, parts)


# -- marks for the rows of a table: the numbers stand beside them as text, so they are hidden from screen readers -----

_ROW, _SPAN, _EDGE = 18.0, 180.0, 6.0


def span(figures: Sequence[Figure], *, width: float = _SPAN) -> Scale:
    """The common scale of some rows: from a round number below all intervals up to 1."""
    lows = [figure.low for figure in figures if math.isfinite(figure.low)]
    low = min(lows, default=0.0)
    step = 0.1 if low < 0.9 else 0.05 if low < 0.95 else 0.01
    floor = math.floor(low / step + 1e-9) * step if low < 0.999 else 0.99
    if low - floor < 0.15 * (1 - floor):
        floor -= step  # room for the baseline's name
    floor = max(0.0, floor)
    return Scale(floor, 1.0, _EDGE, width - _EDGE)


def axis(scale: Scale) -> Markup:
    """The head of a column of intervals."""
    parts = [
        text(scale(scale.low), 12, f"{scale.low:.0%}"),
        text(scale(1), 12, "100%", anchor="end"),
    ]
    return _small(scale.end + _EDGE, parts)


def interval(figure: Figure, scale: Scale, baseline: float | None = None) -> Markup:
    """A value as a dot on its 95% interval, with the baseline as a short rule, or named where it lies off the scale."""
    middle = _ROW / 2
    parts = [f'<path class="grid" d="M{num(scale.start)} {num(middle)}H{num(scale.end)}"/>']
    if baseline is None or not math.isfinite(baseline):
        pass
    elif baseline >= scale.low:
        parts.append(f'<path class="base" d="M{num(scale(baseline))} 3V{num(_ROW - 3)}"/>')
    else:
        parts.append(text(0, middle + 4, f"◂ {baseline:.0%}", style="small halo"))
    if math.isfinite(figure.low) and math.isfinite(figure.high):
        low, high = scale(max(figure.low, scale.low)), scale(min(figure.high, 1.0))
        parts.append(f'<path class="whisker" d="M{num(low)} {num(middle)}H{num(high)}"/>')
    if math.isfinite(figure.value):
        parts.append(f'<circle class="f-first" cx="{num(scale(figure.value))}" cy="{num(middle)}" r="4.2"/>')
    return _small(scale.end + _EDGE, parts)


def stacked(counts: Sequence[int], largest: int) -> Markup:
    """Up to three counts, one after the other, on a scale whose end is `largest`."""
    scale = Scale(0, max(largest, 1), 0, _SPAN)
    ends = [scale(total) for total in accumulate(counts)]
    starts = [0.0, *ends[:-1]]
    parts = [
        f'<rect class="f-{tone}" x="{num(start)}" y="3" width="{num(max(end - start - 1, 0.6))}" height="12"/>'
        for tone, start, end, count in zip(("first", "second", "third"), starts, ends, counts, strict=False)
        if count
    ]
    return _small(_SPAN, parts)


def outcome(right: float, unknown: float) -> Markup:
    """Shares of right answers, of "I don't know" and of wrong answers; they sum to 1."""
    scale = Scale(0, 1, 0, _SPAN)
    first, second = scale(right), scale(min(1.0, right + unknown))
    parts = [
        f'<rect class="{style}" x="{num(start)}" y="3" width="{num(max(end - start - 1, 0.6))}" height="12"/>'
        for style, start, end in (("f-first", 0, first), ("f-unknown", first, second), ("f-wrong", second, _SPAN))
        if end - start > 0.05
    ]
    return _small(_SPAN, parts)


def key(style: str) -> Markup:
    """The colour of a series, such as `first`, for a column's head."""
    return Markup(
        f'<svg class="key" width="12" height="12" aria-hidden="true">'
        f'<rect class="f-{style}" width="12" height="12"/></svg>'
    )


def _small(width: float, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="mark" width="{num(width)}" height="{num(_ROW)}" viewBox="0 0 {num(width)} {num(_ROW)}" '
        f'aria-hidden="true">{"".join(parts)}</svg>'
    )
