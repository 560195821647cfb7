"""Gabor functions and Mexican hats: how many filters of a layer are nearly one?

Simple cells of the visual cortex see through Gabor functions (Jones and Palmer 1987), ganglion cells of the retina
through differences of Gaussians (Rodieck 1965), and networks that learn from photographs come to filters like both.
A small filter is soon fitted by anything that has enough parameters, so the same is done with random filters beside.

All filters of a layer are fitted at once: N of them, each of h·w pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from miwake.evaluation.intervals import wilson
from miwake.types import Figure

Array = NDArray[np.float64]
Kind = Literal["gabor", "hat"]

GOOD = 0.8
"""R² from which a filter counts as fitted."""
_PARAMETERS = {"gabor": 8, "hat": 6}
_OTHER = 0.2
"""A blob has one sign alone: least share of the other sign, in a hat's weights and in the peaks of a Gabor function."""
_STARTS, _STEPS = 2, 40


@dataclass(frozen=True, kw_only=True, eq=False)
class Fits:
    """The nearest function of a kind to each of N filters."""

    kind: Kind
    pictures: Array
    """(N, h, w) the functions."""
    r2: Array
    """(N) share of the filter's variance about its mean that the function explains; 0 for a filter that is flat."""
    shape: Array
    """(N, 6) of a Gabor function: row and column of its centre, in pixels from the upper left corner; direction across
    the stripes, in radians from the x axis, clockwise; wavelength λ, and standard deviations σ across and τ along the
    stripes, in pixels. (N, 4) of a hat: row, column, standard deviations of its centre and its surround."""
    weights: Array
    """(N, 2) of a Gabor function: of the even one and the odd one. Of a hat: of its centre and its surround."""

    @property
    def good(self) -> NDArray[np.bool_]:
        """(N) whether it counts as fitted: a hat needs a surround, too, and a Gabor function stripes."""
        if self.kind == "hat":
            one, other = np.abs(self.weights).T
        else:
            other, one = np.sort([self.pictures.max((1, 2)), -self.pictures.min((1, 2))], axis=0)
        return np.asarray((self.r2 >= GOOD) & (other >= _OTHER * one))


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """The filters of a layer, and random ones treated alike."""

    filters: Array
    """(N, h, w), each in its main colour."""
    fits: dict[Kind, Fits]
    control: dict[Kind, Fits]
    """Of random filters of the same size."""

    def share(self, kind: Kind, *, control: bool = False) -> Figure:
        """How many count as fitted, with a 95% interval."""
        good = (self.control if control else self.fits)[kind].good
        return wilson(int(good.sum()), len(good))


def telling(filters: NDArray[Any]) -> bool:
    """Whether a fit of filters (N, C, h, w) says anything: each has twice as many pixels as a function parameters."""
    return len(filters) > 0 and filters[0, 0].size >= 2 * max(_PARAMETERS.values())


def study(filters: NDArray[Any], *, random: int = 32, seed: int = 0) -> Study:
    """Fit every filter of a layer, and random filters of the same shape.

    Args:
        filters: (N, C, h, w), such as the weights of a first convolution.
        random: how many random filters stand beside them.
        seed: of the random filters.
    """
    grey = main_colour(np.asarray(filters, np.float64))
    noise = np.random.default_rng(seed).standard_normal((random, *filters.shape[1:]))
    return Study(filters=grey, fits=_both(grey), control=_both(main_colour(noise)))


def _both(pictures: Array) -> dict[Kind, Fits]:
    return {"gabor": fit_gabor(pictures), "hat": fit_hat(pictures)}


def main_colour(filters: Array) -> Array:
    """(N, C, h, w) to (N, h, w): the picture that, in one colour, is nearest to the filter.

    The first singular vector; the largest part of its colour is positive.
    """
    count, channels, height, width = filters.shape
    colours, sizes, pictures = np.linalg.svd(filters.reshape(count, channels, -1), full_matrices=False)
    colour = colours[:, :, 0]
    largest = np.take_along_axis(colour, np.abs(colour).argmax(1)[:, None], 1)
    grey = np.where(largest >= 0, 1.0, -1.0) * sizes[:, :1] * pictures[:, 0]
    return np.asarray(grey.reshape(count, height, width))


# -- the functions ---------------------------------------------------------------------------------------------------


def gabor_pair(size: tuple[int, int], shape: Array) -> Array:
    """Even and odd Gabor functions, (N, 2, h·w), of N shapes (see `Fits`).

    exp(-x'²/2σ² - y'²/2τ²) times cos and sin of 2π x'/λ, with x' across the stripes (Jones and Palmer 1987, eq. 2).
    """
    row, column, angle, wavelength, across, along = shape.T[:, :, None]
    y, x = (np.indices(size) + 0.5).reshape(2, 1, -1)
    first = (x - column) * np.cos(angle) + (y - row) * np.sin(angle)
    second = (y - row) * np.cos(angle) - (x - column) * np.sin(angle)
    envelope = np.exp(-0.5 * (first / across) ** 2 - 0.5 * (second / along) ** 2)
    turn = 2 * np.pi * first / wavelength
    return np.stack([envelope * np.cos(turn), envelope * np.sin(turn)], 1)


def hat_pair(size: tuple[int, int], shape: Array) -> Array:
    """A narrow Gaussian and a wide one taken from it, each with sum 1 over the plane, (N, 2, h·w), of N shapes."""
    row, column, centre, surround = shape.T[:, :, None]
    y, x = (np.indices(size) + 0.5).reshape(2, 1, -1)
    distance = (x - column) ** 2 + (y - row) ** 2
    narrow, wide = (np.exp(-0.5 * distance / side**2) / (2 * np.pi * side**2) for side in (centre, surround))
    return np.stack([narrow, -wide], 1)


def fit_gabor(pictures: NDArray[Any]) -> Fits:
    """The Gabor function nearest to each filter (N, h, w), by least squares."""
    height, width = pictures.shape[1:]
    largest = float(max(height, width))
    starts = [
        [row, column, angle, wavelength, largest / 5, along]
        for row, column in _places(height, width)
        for angle in np.arange(8) * np.pi / 8
        for wavelength in (2.5, largest / 2, largest, 2 * largest)
        for along in (largest / 5, largest / 2.5)
    ]
    # stripes finer than two pixels cannot be told from coarser ones
    low = [-0.5, -0.5, -np.inf, 2, 0.4, 0.4]
    high = [height + 0.5, width + 0.5, np.inf, 8 * largest, largest, 2 * largest]
    return _fit("gabor", gabor_pair, _weights, pictures, np.array(starts), np.array([low, high]))


def fit_hat(pictures: NDArray[Any]) -> Fits:
    """The difference of Gaussians nearest to each filter (N, h, w), light or dark in the middle, by least squares."""
    height, width = pictures.shape[1:]
    largest = float(max(height, width))
    starts = [
        [row, column, centre, ratio * centre]
        for row, column in _places(height, width)
        for centre in (largest / 10, largest / 6, largest / 4)
        for ratio in (1.3, 2.0, 4.0)
    ]
    bounds = np.array([[-0.5, -0.5, 0.3, 0.33], [height + 0.5, width + 0.5, largest, 6 * largest]])
    return _fit("hat", hat_pair, _of_one_sign, pictures, np.array(starts), bounds)


def _places(height: int, width: int) -> list[tuple[float, float]]:
    """Nine centres to begin from."""
    return [(down * height, right * width) for down, right in product((0.3, 0.5, 0.7), repeat=2)]


# -- least squares ---------------------------------------------------------------------------------------------------

_Pair = Callable[[tuple[int, int], Array], Array]
_Solve = Callable[[Array, Array], Array]


def _fit(kind: Kind, pair: _Pair, solve: _Solve, pictures: NDArray[Any], starts: Array, bounds: Array) -> Fits:
    """The nearest functions: their weights are linear and follow from the shape (Golub and Pereyra 1973).

    The shape sets out from the best places of a grid.

    Args:
        kind: of the functions.
        pair: two functions (N, 2, h·w) of N shapes.
        solve: their weights (N, 2) that come nearest to y (N, h·w).
        pictures: (N, h, w).
        starts: (S, P) shapes on the grid.
        bounds: (2, P) the least and the largest.
    """
    count, *size = pictures.shape
    y = np.asarray(pictures, np.float64).reshape(count, -1)
    unit = y / np.maximum(np.linalg.norm(y, axis=1, keepdims=True), 1e-12)

    def residuals(shape: Array) -> Array:
        columns = pair((size[0], size[1]), shape)
        wanted = np.repeat(unit, len(shape) // count, 0)
        return np.asarray((solve(columns, wanted)[:, None] @ columns)[:, 0] - wanted)

    begun = starts[_best(pair((size[0], size[1]), starts), unit)]  # (N, S, P)
    shape = _descend(residuals, begun.reshape(-1, starts.shape[1]), bounds)
    cost = (residuals(shape) ** 2).sum(1).reshape(count, -1)
    shape = shape.reshape(*begun.shape)[np.arange(count), cost.argmin(1)]
    columns = pair((size[0], size[1]), shape)
    weights = solve(columns, y)
    shown = (weights[:, None] @ columns)[:, 0]
    return Fits(kind=kind, pictures=shown.reshape(pictures.shape), r2=_r2(y, shown), shape=shape, weights=weights)


def _best(columns: Array, unit: Array) -> NDArray[np.intp]:
    """Which of the grid's functions (S, 2, h·w) explain most of each filter: (N, _STARTS)."""
    square = columns @ columns.transpose(0, 2, 1) + 1e-9 * np.eye(2)
    along = np.einsum("skp,np->nsk", columns, unit)
    explained = np.einsum("nsk,skl,nsl->ns", along, np.linalg.inv(square), along)
    return np.argsort(-explained, axis=1, kind="stable")[:, :_STARTS]


def _descend(residuals: Callable[[Array], Array], shape: Array, bounds: Array) -> Array:
    """Levenberg and Marquardt's steps (Marquardt 1963) for all shapes (M, P) at once, within bounds."""
    shape, damping = np.clip(shape, *bounds), np.full(len(shape), 1e-2)
    left = residuals(shape)
    for _ in range(_STEPS):
        slope = np.stack([(residuals(shape + 1e-5 * axis) - left) / 1e-5 for axis in np.eye(shape.shape[1])], 2)
        square = slope.transpose(0, 2, 1) @ slope
        square += damping[:, None, None] * (square + 1e-9) * np.eye(shape.shape[1])
        step = np.linalg.solve(square, -slope.transpose(0, 2, 1) @ left[:, :, None])[:, :, 0]
        tried = np.clip(shape + step, *bounds)
        left_then = residuals(tried)
        better = (left_then**2).sum(1) < (left**2).sum(1)
        shape, left = np.where(better[:, None], tried, shape), np.where(better[:, None], left_then, left)
        damping = np.clip(np.where(better, damping / 5, damping * 4), 1e-9, 1e9)
    return shape


def _weights(columns: Array, y: Array) -> Array:
    """The weights (N, 2) of two functions (N, 2, h·w) that come nearest to y; a touch of decay where both are alike."""
    square = columns @ columns.transpose(0, 2, 1) + 1e-9 * np.eye(2)
    return np.asarray(np.linalg.solve(square, columns @ y[:, :, None])[:, :, 0])


def _of_one_sign(columns: Array, y: Array) -> Array:
    """As `_weights`, both weights of one sign: else the better function alone."""
    along, lengths = (columns @ y[:, :, None])[:, :, 0], (columns**2).sum(2) + 1e-12
    alone = np.where(np.eye(2)[(along**2 / lengths).argmax(1)] > 0, along / lengths, 0.0)
    both = _weights(columns, y)
    return np.where(both.prod(1, keepdims=True) >= 0, both, alone)


def _r2(y: Array, shown: Array) -> Array:
    """R² about the mean, (N)."""
    spread = ((y - y.mean(1, keepdims=True)) ** 2).sum(1)
    flat = spread <= 1e-12 * np.maximum((y**2).sum(1), math.ulp(0.0))
    return np.where(flat, 0.0, 1 - ((y - shown) ** 2).sum(1) / np.where(flat, 1.0, spread))
