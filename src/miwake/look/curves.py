"""Charts over strengths that double: a share with its interval, and how many fall within each doubling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from miwake.look.charts import WIDTH
from miwake.look.svg import Frame, Scale, drawing, measure, num, path, text, ticks
from miwake.types import Figure

_TOP, _BOTTOM, _HEIGHT = 24.0, 196.0, 232.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """One strength."""

    label: str
    figure: Figure
    """A share, 0…1."""
    marked: bool = False
    """Whether it is the one that the page speaks of."""


def curve(frame: Frame, places: Sequence[Place], *, x_label: str, level: float | None, level_label: str) -> Markup:
    """Shares with their 95% intervals, one beside the other at equal distances, and a level to compare with.

    Args:
        frame: title and description.
        places: from left to right, two at least.
        x_label: what the labels count.
        level: a share, drawn as a dashed line; None leaves it out.
        level_label: what it is.
    """
    left = measure("100%") + 10
    across, up = _across(len(places), left), Scale(0, 1, _BOTTOM, _TOP)
    parts = []
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<path class="grid" d="M{num(left)} {num(up(mark))}H{num(WIDTH - 10)}"/>')
        parts.append(text(left - 6, up(mark) + 4, f"{mark:.0%}", anchor="end"))
    if level is not None:
        parts.append(f'<path class="rule" d="M{num(left)} {num(up(level))}H{num(WIDTH - 10)}"/>')
    known = [math.isfinite(place.figure.value) for place in places]
    points = [
        (across(number), up(place.figure.value)) if seen else None
        for number, (place, seen) in enumerate(zip(places, known, strict=True))
    ]
    for point, place in zip(points, places, strict=True):
        if point is not None and math.isfinite(place.figure.low):
            low, high = up(place.figure.low), up(place.figure.high)
            parts.append(f'<path class="whisker" d="M{num(point[0])} {num(low)}V{num(high)}"/>')
    parts.append(f'<path class="s-first" d="{path(points)}"/>')
    for point, place in zip(points, places, strict=True):
        if point is None:
            continue
        style, radius = ("ring", 5.0) if place.marked else ("f-first", 3.2)
        parts.append(f'<circle class="{style}" cx="{num(point[0])}" cy="{num(point[1])}" r="{num(radius)}"/>')
    if level is not None:
        parts.append(text(left + 4, up(level) - 5, level_label, style="small halo"))
    parts += _labels([place.label for place in places], across, x_label)
    return drawing(frame, WIDTH, _HEIGHT, parts)


def columns(frame: Frame, labels: Sequence[str], counts: Sequence[int], *, x_label: str, y_label: str) -> Markup:
    """Counts as columns at equal distances.

    Args:
        frame: title and description.
        labels: one for each column.
        counts: likewise.
        x_label: what the labels are.
        y_label: what is counted.
    """
    marks = ticks(0, max(*counts, 1), 4)
    names = [f"{mark:,.0f}" if mark == round(mark) else "" for mark in marks]
    left = max(measure(name) for name in names) + 10
    across, up = _across(len(labels), left), Scale(0, marks[-1], _BOTTOM, _TOP)
    wide = 0.72 * (WIDTH - 10 - left) / len(labels)
    parts = [text(0, 12, y_label)]
    for mark, name in zip(marks, names, strict=True):
        if name:
            parts.append(f'<path class="grid" d="M{num(left)} {num(up(mark))}H{num(WIDTH - 10)}"/>')
            parts.append(text(left - 6, up(mark) + 4, name, anchor="end"))
    for number, count in enumerate(counts):
        if count:
            x, y = across(number) - wide / 2, up(count)
            parts.append(
                f'<rect class="f-first" x="{num(x)}" y="{num(y)}" width="{num(wide)}" height="{num(_BOTTOM - y)}"/>'
            )
            parts.append(text(across(number), y - 5, f"{count:,}", anchor="middle", style="small"))
    parts += _labels(labels, across, x_label)
    return drawing(frame, WIDTH, _HEIGHT, parts)


def _across(count: int, left: float) -> Scale:
    """Numbers of places to pixels, half a place free at either end."""
    step = (WIDTH - 10 - left) / count
    return Scale(0, max(count - 1, 1), left + step / 2, WIDTH - 10 - step / 2 if count > 1 else left + 1.5 * step)


def _labels(labels: Sequence[str], across: Scale, x_label: str) -> list[str]:
    room = across(1) - across(0)
    every = 1 if max(measure(label) for label in labels) < room + 4 else 2
    parts = [
        text(across(number), _BOTTOM + 16, label, anchor="middle", style="small")
        for number, label in enumerate(labels)
        if (len(labels) - 1 - number) % every == 0
    ]
    return [*parts, text(WIDTH - 10, _BOTTOM + 33, x_label, anchor="end")]
