"""What is kept of logits: the class of every pixel, and on a coarse grid the logits themselves.

Logits of all pixels of all validation pictures would fill the memory of most machines. Classes do not change when
logits are divided by a temperature; how sure they are is smooth, and a thousand places of each picture tell it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_PLACES = 1024
"""Of the coarse grid, at most."""


def grid(size: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of the coarse grid of an answer (h, w)."""
    step = max(1, math.ceil(math.sqrt(size[0] * size[1] / _PLACES)))
    while True:
        rows, columns = (slice(min(step // 2, side - 1), None, step) for side in size)
        if len(range(size[0])[rows]) * len(range(size[1])[columns]) <= _PLACES:
            return rows, columns
        step += 1  # steps that do not divide the sides leave a row and a column more


def record(classes: int, size: tuple[int, int]) -> np.dtype[Any]:
    """What is kept of one picture: `classes` (h, w) uint8 and `logits` (K, gh, gw) float32."""
    coarse = tuple(len(range(*part.indices(side))) for part, side in zip(grid(size), size, strict=True))
    return np.dtype([("classes", np.uint8, size), ("logits", np.float32, (classes, *coarse))])


def keep(logits: Tensor) -> NDArray[Any]:
    """(B) records, see `record`, of logits (B, K, h, w)."""
    count, classes, height, width = logits.shape
    rows, columns = grid((height, width))
    found = np.empty(count, record(classes, (height, width)))
    found["classes"] = logits.argmax(1).to(torch.uint8).cpu().numpy()
    found["logits"] = logits[:, :, rows, columns].float().cpu().numpy()
    return found


class Gathering:
    """The record of one picture whose logits come part for part.

    Args:
        classes: K.
        size: height and width of the answer.
    """

    def __init__(self, classes: int, size: tuple[int, int]) -> None:
        self.kept = np.empty(1, record(classes, size))
        self._rows, self._columns = grid(size)

    def write(self, top: int, left: int, logits: Tensor) -> None:
        """Take in logits (K, h, w), whose first row and column these are."""
        bottom, right = top + logits.shape[1], left + logits.shape[2]
        self.kept["classes"][0, top:bottom, left:right] = logits.argmax(0).to(torch.uint8).numpy()
        rows, first_row = _inside(self._rows, top, bottom)
        columns, first_column = _inside(self._columns, left, right)
        part = logits[:, rows, columns].numpy()
        self.kept["logits"][
            0, :, first_row : first_row + part.shape[1], first_column : first_column + part.shape[2]
        ] = part


def _inside(places: slice, start: int, stop: int) -> tuple[slice, int]:
    """Places of a grid between `start` and `stop`, counted from `start`, and the number of the first of them."""
    first = max(0, -(-(start - places.start) // places.step))
    return slice(places.start + first * places.step - start, stop - start, places.step), first


def chances(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Probabilities (…, K, gh, gw) of logits at their grid's places."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(-3, keepdims=True)
    raised = np.exp(scaled)
    return np.asarray(raised / raised.sum(-3, keepdims=True))


def truths(truth: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Classes (gh, gw) of a mask (H, W) at the grid's places of an answer (h, w)."""
    rows, columns = (
        ((np.arange(side)[part] + 0.5) * length / side).astype(np.int64)
        for side, length, part in zip(size, truth.shape, grid(size), strict=True)
    )
    found: NDArray[np.uint8] = truth[rows[:, None], columns]
    return found
