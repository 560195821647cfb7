"""Pictures larger than what the network sees: overlapping tiles, with seams that are blended (Ronneberger 2015).

Every tile has the size that the network was trained at. Near the edge of a tile a network sees less than it would in
the whole picture; so there its answer does not count where another tile sees more, and in what is left of the overlap
it counts the less, the nearer the edge is. The picture is gone over in parts of bounded size, so that memory does not
grow with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

OVERLAP = 0.25
"""Of two tiles beside each other, as a share of their side."""
_MARGIN = 0.25
"""Share of the overlap, at a tile's edge, in which its answer does not count."""
_BATCH, _PIXELS = 4, 1 << 20
"""Tiles that are answered at once, and their pixels, at most."""
_ROOM = 1 << 26
"""Numbers of the answers that are held at once: 256 MiB."""

Read = Callable[[slice, slice], NDArray[np.uint8]]
"""A part (h, w, C) of the picture, by its rows and columns."""
Answer = Callable[[Tensor], Tensor]
"""From tiles (B, C, h, w) uint8 to logits (B, K, h, w)."""
Write = Callable[[int, int, Tensor], None]
"""Takes logits (K, h, w) of a part of the picture, with its first row and column."""


def starts(length: int, tile: int) -> list[int]:
    """First places of tiles along one side: each overlaps the next by `OVERLAP` at least, the last ends with it."""
    if length <= tile:
        return [0]
    step = max(1, tile - round(OVERLAP * tile))
    return [*range(0, length - tile, step), length - tile]


def answer(
    read: Read, size: tuple[int, int], tile: tuple[int, int], logits: Answer, write: Write, *, classes: int
) -> None:
    """Answer for a picture of any size.

    Args:
        read: gives parts of the picture.
        size: height and width of the picture.
        tile: height and width of a tile; a smaller picture is filled up by repeating its last pixels.
        logits: the network.
        write: takes what was found, part for part, each pixel once.
        classes: K.
    """
    places = starts(size[0], tile[0]), starts(size[1], tile[1])
    for top, left, bottom, right in parts(size, tile, classes):
        write(top, left, _part(read, size, tile, places, logits, (top, left, bottom, right)))


def parts(size: tuple[int, int], tile: tuple[int, int], classes: int) -> Iterator[tuple[int, int, int, int]]:
    """First and last rows and columns of the parts of a picture that are worked on one after the other."""
    side = max(int((_ROOM / classes) ** 0.5), 2 * max(tile))
    # parts of equal size: no thin rest at the end
    height, width = (-(-length // -(-length // side)) for length in size)
    for top in range(0, size[0], height):
        for left in range(0, size[1], width):
            yield top, left, min(top + height, size[0]), min(left + width, size[1])


def _part(
    read: Read,
    size: tuple[int, int],
    tile: tuple[int, int],
    places: tuple[list[int], list[int]],
    logits: Answer,
    part: tuple[int, int, int, int],
) -> Tensor:
    """Logits (K, h, w) of the picture from `top`, `left` to `bottom`, `right`."""
    top, left, bottom, right = part
    rows = [row for row in places[0] if row < bottom and row + tile[0] > top]
    columns = [column for column in places[1] if column < right and column + tile[1] > left]
    corners = [(row, column) for row in rows for column in columns]
    total: Tensor | None = None
    weight = torch.zeros(bottom - top, right - left)
    many = max(1, min(_BATCH, _PIXELS // (tile[0] * tile[1])))
    for first in range(0, len(corners), many):
        batch = corners[first : first + many]
        stack = np.stack([_tile(read, size, tile, corner) for corner in batch])
        found = logits(torch.from_numpy(stack).permute(0, 3, 1, 2)).float().cpu()
        if total is None:
            total = torch.zeros(found.shape[1], bottom - top, right - left)
        for (row, column), one in zip(batch, found, strict=True):
            window = _window(row, size[0], tile[0])[:, None] * _window(column, size[1], tile[1])
            here = slice(max(row, top) - row, min(row + tile[0], bottom) - row)
            there = slice(max(column, left) - column, min(column + tile[1], right) - column)
            inside = (
                slice(row + here.start - top, row + here.stop - top),
                slice(column + there.start - left, column + there.stop - left),
            )
            weight[inside] += window[here, there]
            total[(slice(None), *inside)] += window[here, there] * one[:, here, there]
    assert total is not None
    return total.div_(weight)


def _tile(read: Read, size: tuple[int, int], tile: tuple[int, int], corner: tuple[int, int]) -> NDArray[np.uint8]:
    part = read(
        slice(corner[0], min(corner[0] + tile[0], size[0])), slice(corner[1], min(corner[1] + tile[1], size[1]))
    )
    missing = tile[0] - part.shape[0], tile[1] - part.shape[1]
    return np.pad(part, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge") if any(missing) else part


@lru_cache(maxsize=256)
def _window(first: int, length: int, tile: int) -> Tensor:
    """(tile) how much a tile's answer counts: fully in its middle and at the picture's own edges."""
    overlap = round(OVERLAP * tile)
    margin = round(_MARGIN * overlap)
    place = torch.arange(tile, dtype=torch.float32) + 0.5
    ramp = max(overlap - 2 * margin, 1)
    rise = ((place - margin) / ramp).clamp(0, 1) if first > 0 else torch.ones(tile)
    fall = ((tile - place - margin) / ramp).clamp(0, 1) if first + tile < length else torch.ones(tile)
    return torch.minimum(rise, fall)
