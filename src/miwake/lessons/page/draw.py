"""The views of a lesson as inline SVG; `draw.js` draws the same while the reader changes things."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from miwake.lessons.model import Bars, Grid, Net, Plot, Readings, Series, View
from miwake.lessons.sheet import precise, shown
from miwake.lessons.window import Box
from miwake.look.style import STEPS
from miwake.look.svg import Frame, Scale, drawing, num, path, text, ticks

Array = NDArray[np.float64]
Values = Mapping[str, Array]
HEAD, PLOT, LEFT, TOP, BOTTOM, MARGIN = 18.0, (340.0, 256.0), 44.0, 24.0, 38.0, 8.0
"""Pixels: a table's head, a plot and its margins."""
ROW, BAR = 28.0, (96.0, 170.0)
"""Pixels: the height of a bar's row, where bars begin and how long they are."""
NODE, ACROSS, DOWN = 21.0, 150.0, 84.0
"""Pixels: a neuron's radius, and from neuron to neuron."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """Of a drawing in pixels."""

    width: float
    height: float


def as_table(values: Array) -> Array:
    """Any array as rows and columns."""
    return np.atleast_2d(values)


def cell_side(view: Grid, values: Array) -> float:
    """Side of a cell in pixels, so that its number fits in."""
    if view.cell is not None:
        return view.cell
    table = as_table(values)
    if not view.numbers:
        return float(max(6, min(26, 234 // table.shape[1])))
    longest = max(len(shown(value)) for value in table.flat)
    return 30.0 if longest <= 3 else 40.0


def grid_size(view: Grid, values: Array, cell: float) -> Size:
    """With its head."""
    rows, columns = as_table(values).shape
    return Size(width=columns * cell, height=rows * cell + (HEAD if view.heads else 0))


def grid(view: Grid, values: Array, box: Box | None = None) -> tuple[Size, list[str]]:
    """A table of coloured cells, with an outline around the window."""
    table, cell = as_table(values), cell_side(view, values)
    top = HEAD if view.heads else 0.0
    scale = full_colour(view, table)
    parts = [text((column + 0.5) * cell, 12, head, style="cell") for column, head in enumerate(view.heads)]
    for row, line in enumerate(table):
        for column, value in enumerate(line):
            parts.append(_cell(view, value, column * cell, top + row * cell, cell, scale))
    if box is not None:
        row, column, height, width = box
        parts.append(
            f'<rect class="window" x="{num(column * cell)}" y="{num(top + row * cell)}" width="{num(width * cell)}" '
            f'height="{num(height * cell)}"/>'
        )
    return grid_size(view, values, cell), parts


def full_colour(view: Grid, table: Array) -> float:
    """The value that gets the full colour."""
    if view.scale is not None:
        return view.scale
    finite = np.abs(table[np.isfinite(table)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def _cell(view: Grid, value: float, x: float, y: float, cell: float, scale: float) -> str:
    place = f'x="{num(x + 0.5)}" y="{num(y + 0.5)}" width="{num(cell - 1)}" height="{num(cell - 1)}"'
    share = min(abs(value) / scale, 1.0) if math.isfinite(value) else 0.0
    written = shown(value) if view.numbers else ""
    number = (
        f'<text class="cell{{}}" x="{num(x + cell / 2)}" y="{num(y + cell / 2 + 4)}">{written}</text>'
        if view.numbers
        else ""
    )
    if view.look == "picture" and not view.numbers:
        # a photograph keeps its black and white on a dark page, too
        dark = f'<rect class="black" fill-opacity="{share:.2f}" {place}/>' if value > 0 and share >= 0.005 else ""
        return f'<rect class="sheet" {place}/>{dark}'
    if view.look == "picture" or not view.numbers:
        share = 0.0 if view.look == "picture" and value < 0 else share  # ±1 is ink and paper
        kind = "ink" if view.look == "picture" else "pos" if value >= 0 else "neg"
        tone = " paper" if share > 0.5 and kind == "ink" else ""
        colour = f'<rect class="{kind}" fill-opacity="{share:.2f}" {place}/>' if share >= 0.005 else ""
        return f'<rect class="field" {place}/>{colour}' + number.format(tone)
    if written in ("0", "–"):
        return f'<rect class="field" {place}/>' + number.format("")
    step = max(1, math.ceil(share * STEPS - 1e-9))
    kind = f"{'r' if value > 0 else 'w'}{step}"
    return f'<rect class="{kind}" {place}/>' + number.format(f" t{kind}")


def plot(view: Plot, values: Values, labels: Mapping[str, str]) -> tuple[Size, list[str]]:
    """Series over common axes; what leaves the field is cut off."""
    width, height = PLOT
    across = Scale(*view.x, LEFT, width - 10)
    up = Scale(*view.y, height - BOTTOM, TOP)
    parts = []
    for mark in axis(view.y):
        parts.append(f'<path class="grid" d="M{num(LEFT)} {num(up(mark))}H{num(width - 10)}"/>')
        parts.append(text(LEFT - 6, up(mark) + 4, shown(mark), anchor="end"))
    for mark in axis(view.x):
        parts.append(text(across(mark), height - BOTTOM + 16, shown(mark), anchor="middle"))
    parts.append(text(width - 10, height - 6, labels[view.x_label], anchor="end"))
    parts.append(text(0, 12, labels[view.y_label]))
    # marks at the edge of the field stay whole
    x, y, w, h = LEFT - MARGIN, TOP - MARGIN, width - 10 - LEFT + 2 * MARGIN, height - BOTTOM - TOP + 2 * MARGIN
    parts.append(
        f'<svg x="{num(x)}" y="{num(y)}" width="{num(w)}" height="{num(h)}" '
        f'viewBox="{num(x)} {num(y)} {num(w)} {num(h)}">'
    )
    for series in view.series:
        parts += _series(series, values[series.of], across, up)
    return Size(width=width, height=height), [*parts, "</svg>"]


def axis(span: tuple[float, float]) -> list[float]:
    """Round numbers within a span."""
    return [mark for mark in ticks(span[0], span[1], 4) if span[0] - 1e-9 <= mark <= span[1] + 1e-9]


def _series(series: Series, points: Array, across: Scale, up: Scale) -> list[str]:
    where = [(across(float(x)), up(float(y))) if math.isfinite(x) and math.isfinite(y) else None for x, y in points]
    # a path that has exploded must not make coordinates that no browser draws
    where = [None if p is None else (min(max(p[0], -999.0), 1999.0), min(max(p[1], -999.0), 1999.0)) for p in where]
    seen = [p for p in where if p is not None]
    tone = series.tone
    if series.style == "line":
        return [f'<path class="s-{tone}" d="{path(where)}"/>']
    if series.style == "dots":
        return [f'<circle class="f-{tone}" cx="{num(x)}" cy="{num(y)}" r="4.5"/>' for x, y in seen]
    if series.style == "rings":
        return [f'<circle class="o-{tone}" cx="{num(x)}" cy="{num(y)}" r="5"/>' for x, y in seen]
    if series.style == "crosses":
        return [f'<path class="s-{tone}" d="M{num(x - 4)} {num(y - 4)}l8 8m0 -8l-8 8"/>' for x, y in seen]
    if series.style == "last":
        return [f'<circle class="ring" cx="{num(x)}" cy="{num(y)}" r="6"/>' for x, y in seen[-1:]]
    columns = series.columns
    lines = [path(where[start : start + columns]) for start in range(0, len(where), columns)]
    lines += [path(where[start::columns]) for start in range(columns)]
    dots = [f'<circle class="f-{tone}" cx="{num(x)}" cy="{num(y)}" r="3.5"/>' for x, y in seen]
    return [f'<path class="s-{tone}" d="{"".join(lines)}"/>', *dots]


def bars(view: Bars, values: Array) -> tuple[Size, list[str]]:
    """A row of numbers, one bar below the other."""
    start, length = BAR
    parts = []
    for number, (name, value) in enumerate(zip(view.names, values, strict=False)):
        y = number * ROW
        share = min(abs(value) / view.high, 1.0) if math.isfinite(value) else 0.0
        parts.append(text(start - 8, y + 18, name, anchor="end", style="legend"))
        parts.append(
            f'<rect class="{"pos" if value >= 0 else "neg"}" x="{num(start)}" y="{num(y + 5)}" '
            f'width="{num(share * length)}" height="18"/>'
        )
        parts.append(text(start + share * length + 6, y + 18, shown(value), style="strong"))
    return Size(width=start + length + 50, height=len(view.names) * ROW), parts


def shown_phase(view: Net, values: Values) -> int:
    """How far the net is computed; all of the way forwards where it has no phase."""
    return int(values[view.phase]) if view.phase else len(view.weights)


def net(view: Net, values: Values) -> tuple[Size, list[str]]:
    """Neurons, their weights, and once the way back has begun Δ and ∂E/∂w in their places."""
    phase, depth = shown_phase(view, values), len(view.weights)
    layers = [np.atleast_1d(values[name]) for name in view.layers]
    tall = max(len(layer) for layer in layers)
    places = [
        [(46 + level * ACROSS, (tall - len(layer)) * DOWN / 2 + 40 + n * DOWN) for n in range(len(layer))]
        for level, layer in enumerate(layers)
    ]
    parts = []
    for level in range(depth):
        parts += _edges(view, values, level, places, phase)
    for level, layer in enumerate(layers):
        known = phase >= level
        # Δ of layer l is the turn L + 1 + 2 (L − l)
        back = bool(view.deltas) and level > 0 and phase >= depth + 1 + 2 * (depth - level)
        delta = np.atleast_1d(values[view.deltas[level - 1]]) if back else np.zeros(0)
        for n, (x, y) in enumerate(places[level]):
            active = known and (phase == level or (back and phase == depth + 1 + 2 * (depth - level)))
            parts.append(
                f'<circle class="node{" now" if active else ""}" cx="{num(x)}" cy="{num(y)}" r="{num(NODE)}"/>'
            )
            parts.append(text(x, y + 4, shown(layer[n]) if known else "?", anchor="middle", style="strong"))
            parts.append(text(x, y - NODE - 6, view.names[level][n], anchor="middle", style="halo"))
            if n < len(delta):
                parts.append(text(x - 14, y + NODE + 15, f"Δ {small(delta[n])}", anchor="middle", style="delta halo"))
    return Size(width=92 + depth * ACROSS, height=tall * DOWN), parts


def _edges(
    view: Net, values: Values, level: int, places: Sequence[Sequence[tuple[float, float]]], phase: int
) -> list[str]:
    depth = len(view.weights)
    weights = np.atleast_2d(values[view.weights[level]])
    turn = depth + 2 + 2 * (depth - 1 - level)  # of ∂E/∂w of this layer
    back = bool(view.gradients) and phase >= turn
    written = np.atleast_2d(values[view.gradients[level]]) if back else weights
    # forwards into layer level + 1; backwards when Δ of the layer below is made
    style = " flow" if phase == level + 1 else " flow back" if phase == turn + 1 and level > 0 else ""
    style += " now" if phase == turn and view.gradients else ""
    lines, labels = [], []
    for target, row in enumerate(weights):
        for source, weight in enumerate(row):
            (x1, y1), (x2, y2) = places[level][source], places[level + 1][target]
            lines.append(
                f'<path class="edge {"plus" if weight >= 0 else "minus"}{style}" '
                f'stroke-width="{num(0.8 + min(abs(float(weight)), 6.0) * 0.6)}" '
                f'd="M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}"/>'
            )
            share = 0.37  # near enough to its source to lie apart from those of other sources
            number = written[target, source]
            labels.append(
                text(
                    x1 + share * (x2 - x1),
                    y1 + share * (y2 - y1) + 4,
                    f"∂ {small(number)}" if back else shown(number),
                    anchor="middle",
                    style="small halo delta" if back else "small halo",
                )
            )
    return lines + labels


def small(value: float) -> str:
    """A gradient, with three decimals."""
    text = f"{round_half_up(abs(value) * 1000) / 1000:.3f}"
    return f"−{text}" if value < 0 and float(text) else text


def round_half_up(value: float) -> float:
    """As a browser's `Math.round` does."""
    return math.floor(value + 0.5)


def readings(view: Readings, values: Values, labels: Mapping[str, str]) -> Markup:
    """Names and numbers."""
    rows = (
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(labels[label], precise(float(values[of])))
        for label, of in view.rows
    )
    return Markup('<dl class="readings">{}</dl>').format(Markup("").join(rows))


def draw(view: View, values: Values, labels: Mapping[str, str], *, key: str, title: str, box: Box | None) -> Markup:
    """A view as it is at first.

    Args:
        view: what to draw.
        values: all inputs and nodes.
        labels: words by their short names.
        key: unique on the page.
        title: what it is called for those who cannot see it.
        box: a window to outline, in cells.
    """
    if isinstance(view, Readings):
        return readings(view, values, labels)
    if isinstance(view, Grid):
        size, parts = grid(view, values[view.of], box)
    elif isinstance(view, Plot):
        size, parts = plot(view, values, labels)
    elif isinstance(view, Bars):
        size, parts = bars(view, values[view.of])
    else:
        size, parts = net(view, values)
    frame = Frame(key=key, title=title, description=described(view, values))
    return drawing(frame, size.width, size.height, parts)


def described(view: View, values: Values) -> str:
    """The main numbers of a view in a line."""
    if isinstance(view, Grid):
        table = as_table(values[view.of])
        if not view.numbers:
            return f"{table.shape[0]} × {table.shape[1]}: {shown(table.min())} … {shown(table.max())}"
        return "; ".join(", ".join(shown(value) for value in line) for line in table)
    if isinstance(view, Bars):
        return "; ".join(f"{name} {shown(v)}" for name, v in zip(view.names, values[view.of], strict=False))
    if isinstance(view, Net):
        return "; ".join(", ".join(shown(v) for v in np.atleast_1d(values[name])) for name in view.layers)
    if isinstance(view, Plot):
        ends = (values[series.of][-1] for series in view.series)
        return "; ".join(f"({shown(x)}, {shown(y)})" for x, y in ends)
    return ""
