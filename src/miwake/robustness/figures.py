"""Shares of pictures with 95% intervals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.evaluation.intervals import interval, resamples, wilson
from miwake.types import Figure

_ROUNDS = 2000


def share(values: NDArray[Any], groups: NDArray[Any] | None = None) -> Figure:
    """The mean of n values in 0…1, one for each picture.

    Wilson's interval for yes and no of independent pictures; else resamples of pictures, or of groups, which are
    independent where pictures of one patient or part are not.

    Args:
        values: (n) bool, or float for pictures that were answered several times.
        groups: (n) names.
    """
    values = np.asarray(values)
    if not len(values):
        return Figure(math.nan, math.nan, math.nan)
    if values.dtype == bool and groups is None:
        return wilson(float(values.sum()), len(values))
    _, unit = np.unique(np.arange(len(values)) if groups is None else groups, return_inverse=True)
    units = int(unit.max()) + 1
    sums = np.bincount(unit, values.astype(np.float64), units)
    counts = np.bincount(unit, minlength=units).astype(np.float64)
    draws = np.concatenate([(sums @ weights) / (counts @ weights) for weights in resamples(units, _ROUNDS, 0)])
    return interval(float(values.mean()), draws, units, units)
