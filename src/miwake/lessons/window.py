"""Where the window of a slide lies, and the sum that it makes there, term by term."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from miwake.lessons.model import Slide
from miwake.lessons.sheet import shown

Array = NDArray[np.float64]
Box = tuple[int, int, int, int]
"""Row, column, height and width in cells."""


def _number(what: str | float, values: Mapping[str, Array]) -> int:
    return int(values[what]) if isinstance(what, str) else int(what)


def side(slide: Slide, values: Mapping[str, Array]) -> tuple[int, int]:
    """Height and width of the window."""
    if slide.by:
        height, width = values[slide.by[0]].shape
        return height, width
    size = _number(slide.size, values)
    return size, size


def moves_over(slide: Slide) -> str:
    """The table whose places are gone through, one after the other."""
    return slide.over[0] if slide.kind == "stamp" else slide.into


def inside(slide: Slide, values: Mapping[str, Array], at: tuple[int, int]) -> tuple[int, int]:
    """The place, kept within the table that it moves over."""
    rows, columns = values[moves_over(slide)].shape
    return min(at[0], rows - 1), min(at[1], columns - 1)


def boxes(slide: Slide, values: Mapping[str, Array], at: tuple[int, int]) -> dict[str, Box]:
    """What is outlined in which table."""
    stride, (height, width) = _number(slide.stride, values), side(slide, values)
    window = (at[0] * stride, at[1] * stride, height, width)
    if slide.kind == "stamp":
        return {slide.over[0]: (*at, 1, 1), slide.into: window}
    return {**dict.fromkeys(slide.over, window), slide.into: (*at, 1, 1)}


def terms(slide: Slide, values: Mapping[str, Array], at: tuple[int, int]) -> list[str]:
    """The sum at a place, in lines that a narrow page can break between: `0·0 + 1·1`, …, `= 3`."""
    if slide.kind == "stamp":
        return [f"{shown(values[slide.over[0]][at])} ·"]
    row, column, height, width = boxes(slide, values, at)[slide.over[0]]
    windows = [values[name][row : row + height, column : column + width] for name in slide.over]
    result = f"= {shown(values[slide.into][at])}"
    if slide.kind != "conv":
        inner = ", " if slide.kind == "max" else " + "
        lines = [inner.join(map(_bracketed, line)) for line in windows[0]]
        last = ")" if slide.kind == "max" else f") / {windows[0].size}"
        lines = [line + (inner.rstrip() if n < len(lines) - 1 else last) for n, line in enumerate(lines)]
        return [("max(" if slide.kind == "max" else "(") + lines[0], *lines[1:], result]
    lines = []
    for seen, name in zip(windows, slide.by, strict=True):
        for pixels, weights in zip(seen, values[name], strict=True):
            products = (f"{_bracketed(x)}·{_bracketed(h)}" for x, h in zip(pixels, weights, strict=True))
            lines.append(("+ " if lines else "") + " + ".join(products))
    if slide.bias:
        lines.append(f"+ {_bracketed(float(values[slide.bias]))}")
    return [*lines, result]


def _bracketed(value: float) -> str:
    text = shown(value)
    return f"({text})" if text.startswith("−") else text
