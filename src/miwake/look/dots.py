"""Scores of two kinds of pictures against each other, as dots that can be counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from miwake.look.svg import Frame, Scale, drawing, num, text

_WIDTH, _COLUMNS, _PITCH = 360.0, 56, 6.0
_LEFT, _RIGHT = 4.0, 356.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of pictures."""

    name: str
    scores: Sequence[float]
    """Quantiles: a dot each."""
    tone: str
    """`first` or `wrong`."""


def dots(frame: Frame, rows: Sequence[Row], *, level: float, level_label: str, x_label: str) -> Markup:
    """Quantile dot plots, one above the other, over a common axis (Kay 2016).

    Args:
        frame: title and description.
        rows: from the top down.
        level: score of the threshold, a vertical line.
        level_label: stands beside it.
        x_label: what the axis is; it has no numbers, since a method's scores mean nothing by themselves.
    """
    every = [score for row in rows for score in row.scores if math.isfinite(score)]
    # the farthest of all must not press the others together
    high = max(1.25 * level, min(max(every, default=1.0), 4 * level)) if level > 0 else max(every, default=1.0)
    low = min(every, default=0.0)
    across = Scale(low, max(high, low + 1e-9), _LEFT + _PITCH, _RIGHT - _PITCH)
    parts: list[str] = []
    names: list[str] = []
    top = 18.0
    for row in rows:
        stacks = _stacks(row.scores, across)
        tall = max([*stacks.values(), 3]) * _PITCH
        bottom = top + tall + 14
        names.append(text(_LEFT, top + 6, row.name, style="halo"))
        parts += [
            f'<circle class="f-{row.tone}" cx="{num(_LEFT + (column + 0.5) * (_RIGHT - _LEFT) / _COLUMNS)}" '
            f'cy="{num(bottom - (place + 0.5) * _PITCH)}" r="2.6"/>'
            for column, count in sorted(stacks.items())
            for place in range(count)
        ]
        parts.append(f'<path class="rule" d="M{num(_LEFT)} {num(bottom)}H{num(_RIGHT)}"/>')
        top = bottom + 12
    x = across(level)
    parts.append(f'<path class="base" d="M{num(x)} 16V{num(top - 12)}"/>')
    right = x < 0.6 * _WIDTH
    parts.append(text(x + (5 if right else -5), 11, level_label, anchor="start" if right else "end", style="small"))
    parts.append(text(_RIGHT, top + 6, x_label, anchor="end", style="small"))
    return drawing(frame, _WIDTH, top + 12, [*parts, *names])


def _stacks(scores: Sequence[float], across: Scale) -> Counter[int]:
    """How many dots stand in each column; what is off the axis stands at its end."""
    columns = Counter[int]()
    for score in scores:
        if math.isfinite(score):
            x = min(max(across(score), across.start), across.end)
            columns[min(_COLUMNS - 1, int((x - _LEFT) / (_RIGHT - _LEFT) * _COLUMNS))] += 1
    return columns
