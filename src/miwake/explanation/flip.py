"""What would have to change: the smallest rectangle whose hiding brings another answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Rectangle = tuple[int, int, int, int]
"""Top, left, bottom and right in pixels of what the network sees."""
_SHARES = (1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2)
"""Sides of the squares that are tried, of the shorter side of the picture."""
_BATCH = 32


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A rectangle that, hidden by the mean colour, changes the answer."""

    rectangle: Rectangle
    share: float
    """Of what the network sees."""
    outputs: NDArray[Any]
    """(1, …) raw outputs of the changed picture."""


def smallest(
    outputs: Callable[[Tensor], NDArray[Any]],
    picture: Tensor,
    flipped: Callable[[NDArray[Any]], Sequence[float]],
    *,
    until: float = math.inf,
) -> Flip | None:
    """Squares from small to large, half of their side apart; the best of the first size that does it is trimmed.

    A greedy search: a smaller one of another shape may exist.

    Args:
        outputs: of the network for pictures (B, C, H, W).
        picture: (1, C, H, W) what the network sees.
        flipped: how far outputs (B, K) are beyond another answer; above zero is changed.
        until: reading of `time.monotonic` after which no further size is tried.

    Returns:
        None where nothing up to a quarter of the picture does it, or the time was up.
    """
    height, width = picture.shape[2:]

    def tried(rectangles: list[Rectangle]) -> tuple[list[float], NDArray[Any]]:
        parts = [
            outputs(torch.cat([hidden(picture, one) for one in rectangles[start : start + _BATCH]]))
            for start in range(0, len(rectangles), _BATCH)
        ]
        found = np.concatenate(parts)
        return [float(value) for value in flipped(found)], found

    before = 0
    for share in _SHARES:
        side = max(1, round(share * min(height, width)))
        if side == before:
            continue
        if time.monotonic() > until:
            return None
        before = side
        squares = [
            (top, left, min(top + side, height), min(left + side, width))
            for top in _starts(height, side, min(height, width))
            for left in _starts(width, side, min(height, width))
        ]
        beyond, _ = tried(squares)
        best = int(np.argmax(beyond))
        if beyond[best] > 0:
            rectangle = _trimmed(squares[best], tried)
            _, found = tried([rectangle])
            top, left, bottom, right = rectangle
            area = (bottom - top) * (right - left)
            return Flip(rectangle=rectangle, share=area / (height * width), outputs=found[:1])
    return None


def hidden(picture: Tensor, rectangle: Rectangle) -> Tensor:
    """The picture (1, C, H, W) with a rectangle of the mean colour."""
    top, left, bottom, right = rectangle
    changed = picture.clone()
    changed[:, :, top:bottom, left:right] = 0
    return changed


def _starts(length: int, side: int, shorter: int) -> list[int]:
    """Half a side apart, but no finer than a tenth of the picture."""
    step = max(1, side // 2, shorter // 10)
    return sorted({*range(0, length - side + 1, step), max(0, length - side)})


def _trimmed(rectangle: Rectangle, tried: Callable[[list[Rectangle]], tuple[list[float], NDArray[Any]]]) -> Rectangle:
    """Move the edges inwards, by ever smaller steps, as long as the answer stays changed."""
    step = max(1, (rectangle[2] - rectangle[0]) // 4)
    while True:
        top, left, bottom, right = rectangle
        smaller = [
            one
            for one in (
                (top + step, left, bottom, right),
                (top, left + step, bottom, right),
                (top, left, bottom - step, right),
                (top, left, bottom, right - step),
            )
            if one[2] > one[0] and one[3] > one[1]
        ]
        beyond = tried(smaller)[0] if smaller else []
        if beyond and max(beyond) > 0:
            rectangle = smaller[int(np.argmax(beyond))]
        elif step == 1:
            return rectangle
        else:
            step = max(1, step // 2)
