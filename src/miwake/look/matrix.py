"""The confusion matrix as a heat map."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from miwake.look.style import STEPS
from miwake.look.svg import Frame, drawing, escape, fit, measure, num, text

LARGEST = 120
"""With more classes than these a cell would be too small to see; the most confused pairs are listed instead."""
_NUMBERED = 30
_ROOM = 760.0
"""Pixels for the cells of a large matrix."""


def confusion(frame: Frame, matrix: Sequence[Sequence[int]], names: Sequence[str], *, true: str, answer: str) -> Markup:
    """Rows are the true classes, columns the answers; blue is right, orange wrong, deeper is a larger share of the row.

    Up to 30 classes each cell bears its count; up to `LARGEST` the cells are small and every few classes are named.

    Args:
        frame: title and description.
        matrix: (K, K) counts.
        names: K class names.
        true: label of the rows.
        answer: label of the columns.
    """
    count = len(names)
    numbered = count <= _NUMBERED
    widest = max((len(f"{cell:,}") for row in matrix for cell in row), default=1)
    cell = max(26.0, 9 + 6.6 * widest) if numbered else max(6.0, math.floor(_ROOM / count))
    if count <= 6:
        cell = max(cell, 56.0)
    every = max(1, math.ceil(15 / cell))
    labels = [f"{place + 1} {name}" if every > 1 else name for place, name in enumerate(names)]
    side = min(max(measure(fit(label, 150)) for label in labels) + 8, 158.0)
    upright = all(measure(label) <= cell - 4 for label in labels)
    left, top = side + 20, 22 + (18.0 if upright else side * 0.72 + 8)
    edge = count * cell
    parts = [
        text(left, 12, f"{answer} →", style="strong"),
        text(2, top + 2, f"{true} →", style="strong", turn=90)
        if edge > measure(true) + 16
        else text(0, top - 6, f"{true} ↓", style="strong"),
        f'<rect class="field" x="{num(left)}" y="{num(top)}" width="{num(edge)}" height="{num(edge)}"/>',
    ]
    for place in range(0, count, every):
        middle = (place + 0.5) * cell
        parts.append(text(left - 6, top + middle + 4, labels[place], anchor="end", limit=side))
        turn = None if upright else -45.0
        parts.append(
            text(
                left + middle + (0 if upright else 3),
                top - 6,
                labels[place],
                limit=side,
                turn=turn,
                anchor="middle" if upright else "start",
            )
        )
    parts += _cells(matrix, names, left, top, cell) if numbered else _fields(matrix, left, top, cell)
    overhang = 0 if upright else min(side, measure(labels[-1])) * 0.72
    width = left + edge + max(4.0, overhang - cell / 2)
    return drawing(frame, width, top + edge + 4, parts, fixed=width > 400)


def _level(count: int, total: int, right: bool) -> int:
    """Step of the colour ramp, 1 … STEPS, for a count's share of its row."""
    # the root makes a single mistake visible beside hundreds of right answers
    share = count / total if right else math.sqrt(count / total)
    return max(1, math.ceil(share * STEPS - 1e-9))


def _filled(matrix: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int, str]]:
    """Row, column, count and style of each cell that is not empty."""
    for row, counts in enumerate(matrix):
        total = max(sum(counts), 1)
        for column, count in enumerate(counts):
            if count:
                right = row == column
                yield row, column, count, f"{'r' if right else 'w'}{_level(count, total, right)}"


def _cells(
    matrix: Sequence[Sequence[int]], names: Sequence[str], left: float, top: float, cell: float
) -> Iterator[str]:
    """Cells with their counts and tooltips."""
    side = num(cell - 1.5)
    for row, column, count, style in _filled(matrix):
        x, y = left + column * cell, top + row * cell
        yield (
            f'<rect class="{style}" x="{num(x + 0.7)}" y="{num(y + 0.7)}" width="{side}" height="{side}">'
            f"<title>{escape(names[row])} → {escape(names[column])}: {count:,}</title></rect>"
            f'<text class="t{style} cell" x="{num(x + cell / 2)}" y="{num(y + cell / 2 + 4)}">{count:,}</text>'
        )


def _fields(matrix: Sequence[Sequence[int]], left: float, top: float, cell: float) -> Iterator[str]:
    """Small cells, one path for each colour, so that 120 classes stay a small file."""
    paths: dict[str, list[str]] = {}
    side = num(cell)
    for row, column, _, style in _filled(matrix):
        corner = f"M{num(left + column * cell)} {num(top + row * cell)}"
        paths.setdefault(style, []).append(f"{corner}h{side}v{side}h-{side}z")
    for style, steps in sorted(paths.items()):
        yield f'<path class="{style}" d="{"".join(steps)}"/>'


def confused(matrix: Sequence[Sequence[int]], limit: int) -> list[tuple[int, int, int, float]]:
    """The pairs that are taken for one another most: true class, answer, count, share of the true class."""
    pairs = [
        (row, column, count, count / max(sum(counts), 1))
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
        if count and row != column
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], -pair[3], pair[0], pair[1]))[:limit]
