"""95% intervals: Wilson's for plain shares, the bootstrap for everything else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from miwake.types import Figure

Z = 1.959963984540054
"""97.5% quantile of the normal distribution."""
FEW = 5
"""With fewer pictures (or groups) than this behind a figure, resampling them says too little."""
_ROUNDING = 1e-6  # of draws in single precision
_BLOCK = 4_194_304  # weights that are held at once

Statistics = Callable[[NDArray[np.floating]], dict[str, NDArray[np.floating]]]
"""Figures (M, r) by name from weights (units, r) of the units."""


def wilson(successes: float, count: float) -> Figure:
    """A share with its score interval (Wilson 1927); it stays honest at 0 and 1. All NaN where nothing was counted.

    Args:
        successes: need not be whole.
        count: need not be whole.
    """
    if count <= 0:
        return Figure(math.nan, math.nan, math.nan)
    share = successes / count
    scale = 1 + Z * Z / count
    centre = (share + Z * Z / (2 * count)) / scale
    half = Z / scale * math.sqrt(max(0.0, share * (1 - share) / count + Z * Z / (4 * count * count)))
    return Figure(share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)))


def interval(
    value: float,
    draws: NDArray[np.floating],
    count: float,
    units: int,
    *,
    doubted: NDArray[np.floating] | None = None,
) -> Figure:
    """A figure between 0 and 1 with the expanded percentile interval of its bootstrap (Hesterberg 2015).

    Where the draws run into 0 or 1, or fewer than five pictures stand behind the figure, resampling cannot see
    what it has not drawn: a class whose pictures are all right would get the interval [1, 1]. There it is Wilson's,
    for the effective number of pictures (Korn & Graubard 1998): as many as would give the draws' variance, but at
    most `count`.

    Args:
        value: the figure; NaN where it is undefined.
        draws: (r) the same for every resample; NaN where a resample left it undefined.
        count: pictures (or groups) behind the figure.
        units: pictures (or groups) that are drawn from; of one alone nothing can be said, and the limits are NaN.
        doubted: (r) the draws with what they cannot see (`miwake.evaluation.unseen`); they give the limits wherever
            Wilson's interval, which has that doubt already, is not called for.
    """
    draws = draws[np.isfinite(draws)]
    if not math.isfinite(value) or units < 2 or count <= 0 or not len(draws):
        return Figure(value, math.nan, math.nan)
    low, high = _limits(value, draws, count)
    shift = value - float(draws.mean())
    if count < FEW or min(low, low - shift) <= _ROUNDING or max(high, high - shift) >= 1 - _ROUNDING:
        spread, noise = value * (1 - value), float(draws.var())
        effective = min(count, spread / noise) if spread > 0 and noise > 0 else count
        wide = wilson(value * effective, effective)
        low, high = wide.low, wide.high
    elif doubted is not None:
        low, high = _limits(value, doubted[np.isfinite(doubted)], count)
    return Figure(value, min(max(low, 0.0), value), max(min(high, 1.0), value))


def _limits(value: float, draws: NDArray[np.floating], count: float) -> tuple[float, float]:
    """Percentiles of the draws, moved so that their mean lies on the value: F1 of many small classes only falls when
    it is resampled, a calibration error only grows.

    Of a sample of n, resamples spread too little by (n-1)/n, and their normal tails are too short for Student's t;
    so percentiles farther out are taken.
    """
    tail = 0.0
    if count > 1:
        tail = float(ndtr(math.sqrt(count / (count - 1)) * stdtrit(count - 1, 0.025)))
    low, high = np.quantile(draws, (tail, 1 - tail)) - draws.mean() + value
    return float(low), float(high)


def unbounded(value: float, draws: NDArray[np.floating], units: int, *, top: float = math.inf) -> Figure:
    """A figure of 0 or more and at most `top`, such as a cost, with the limits that `interval` begins with."""
    draws = draws[np.isfinite(draws)]
    if not math.isfinite(value) or units < 2 or not len(draws):
        return Figure(value, math.nan, math.nan)
    low, high = _limits(value, draws, units)
    return Figure(value, min(value, max(0.0, low)), max(value, min(top, high)))


def resamples(units: int, rounds: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Blocks of weights (units, r): how often each unit was drawn, with replacement, in each of `rounds` in all."""
    generator = np.random.default_rng(seed)
    block = max(16, _BLOCK // units)
    for start in range(0, rounds, block):
        weights = np.empty((min(block, rounds - start), units), np.float32)
        for row in weights:
            row[:] = np.bincount(generator.integers(units, size=units), minlength=units)
        yield np.ascontiguousarray(weights.T)


def bootstrap(statistics: Statistics, units: int, rounds: int, seed: int) -> dict[str, NDArray[np.floating]]:
    """The figures (M, rounds) of every resample."""
    blocks = [statistics(weights) for weights in resamples(units, rounds, seed)]
    return {name: np.concatenate([block[name] for block in blocks], axis=1) for name in blocks[0]}
