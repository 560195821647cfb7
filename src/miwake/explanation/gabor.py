"""Gabor filters and Mexican hats: how much of a learnt filter is one?

Simple cells of the visual cortex see through Gabor functions (Jones and Palmer 1987), ganglion cells of the retina
through differences of Gaussians (Rodieck 1965), and networks that learn from photographs come to filters like both.
A small filter is soon fitted by anything that has enough parameters, so the same is done with random filters beside.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import fisher_exact

from miwake.evaluation.intervals import wilson
from miwake.types import Figure

Array = NDArray[np.float64]
Kind = Literal["gabor", "hat"]

GOOD = 0.8
"""R² from which a filter counts as fitted."""
PARAMETERS = {"gabor": 8, "hat": 6}
_STARTS = 3  # of the best places on a grid, from which least squares set out
_CONTROL = 64  # random filters at least


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """The nearest function of a kind to a filter."""

    kind: Kind
    r2: float
    """Share of the filter's variance about its mean that the function explains; 0 for a filter that is flat."""
    picture: Array
    """(h, w) the function."""
    row: float
    column: float
    """Its centre, in pixels from the filter's upper left corner; pixel centres lie at half-integers."""
    angle: float = 0.0
    """Gabor: direction across the stripes, in degrees from the x axis, 0 to 180, counted clockwise as rows grow."""
    wavelength: float = math.inf
    """Gabor: pixels from one light stripe to the next."""
    across: float = 0.0
    """Gabor: standard deviation of the envelope across the stripes, in pixels. Hat: of its centre."""
    along: float = 0.0
    """Gabor: standard deviation of the envelope along the stripes, in pixels. Hat: of its surround."""
    phase: float = 0.0
    """Gabor, in degrees: 0 is a line, 90 an edge."""
    balance: float = 0.0
    """Hat: weight of the surround over that of the centre; 1 answers nothing to an even surface, 0 is a blob."""

    @property
    def good(self) -> bool:
        """Whether it counts as fitted; a hat needs a surround too."""
        return self.r2 >= GOOD and (self.kind == "gabor" or self.balance >= 0.2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """A filter with the nearest Gabor function and the nearest Mexican hat."""

    filter: Array
    """(h, w), in its main colour."""
    colour: tuple[float, ...]
    """(C) the main colour: unit length."""
    share: float
    """Of the filter's energy that lies in its main colour."""
    gabor: Fit
    hat: Fit

    def fit(self, kind: Kind) -> Fit:
        """One of the two."""
        return self.gabor if kind == "gabor" else self.hat


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """The filters of a layer, and random ones treated alike."""

    filters: tuple[Fitted, ...]
    control: tuple[Fitted, ...]

    def share(self, kind: Kind, *, control: bool = False) -> Figure:
        """How many count as fitted, with a 95% interval."""
        good = self._good(kind, control)
        return wilson(sum(good), len(good))

    def median(self, kind: Kind, *, control: bool = False) -> float:
        """The median R²."""
        return float(np.median([one.fit(kind).r2 for one in (self.control if control else self.filters)]))

    def chance(self, kind: Kind) -> float:
        """How probable so many more than of the random filters are by chance alone (Fisher's exact test)."""
        table = [[sum(good), len(good) - sum(good)] for good in (self._good(kind, False), self._good(kind, True))]
        return float(fisher_exact(table, alternative="greater").pvalue)

    def tells(self, kind: Kind) -> bool:
        """Whether a fit says anything: a filter must have at least twice as many pixels as the function parameters."""
        return all(one.filter.size >= 2 * PARAMETERS[kind] for one in self.filters)

    def _good(self, kind: Kind, control: bool) -> list[bool]:
        return [one.fit(kind).good for one in (self.control if control else self.filters)]


def study(filters: NDArray[Any], *, seed: int = 0) -> Study:
    """Fit every filter of a layer, and random filters of the same shape.

    Args:
        filters: (F, C, h, w), such as the weights of a first convolution or `miwake.explanation.fields.fields`.
        seed: of the random filters.
    """
    filters = np.asarray(filters, np.float64)
    count, *shape = filters.shape
    random = np.random.default_rng(seed).standard_normal((max(count, _CONTROL), *shape))
    return Study(filters=fit_filters(filters), control=fit_filters(random))


def fit_filters(filters: NDArray[Any]) -> tuple[Fitted, ...]:
    """The nearest Gabor function and Mexican hat of each filter (F, C, h, w)."""
    found = []
    for weights in np.asarray(filters, np.float64):
        grey, colour, share = main_colour(weights)
        found.append(Fitted(filter=grey, colour=colour, share=share, gabor=fit_gabor(grey), hat=fit_hat(grey)))
    return tuple(found)


def main_colour(weights: Array) -> tuple[Array, tuple[float, ...], float]:
    """The picture (h, w) and colour (C) whose product is nearest to a filter (C, h, w), and its share of the energy.

    The first singular vectors; the colour's largest part is positive.
    """
    channels, height, width = weights.shape
    colours, sizes, pictures = np.linalg.svd(weights.reshape(channels, -1), full_matrices=False)
    colour, energy = colours[:, 0], float((sizes**2).sum())
    sign = 1.0 if colour[np.abs(colour).argmax()] >= 0 else -1.0
    grey = sign * sizes[0] * pictures[0].reshape(height, width)
    return grey, tuple((sign * colour).tolist()), float(sizes[0] ** 2) / energy if energy else 0.0


# -- Gabor functions -------------------------------------------------------------------------------------------------


def gabor_pair(
    shape: tuple[int, int], row: float, column: float, angle: float, wave: float, across: float, along: float
) -> Array:
    """The even and the odd Gabor function, (h·w, 2).

    exp(-x'²/2σ² - y'²/2τ²) times cos and sin of 2π x'/λ, with x' across the stripes (Jones and Palmer 1987, eq. 2).

    Args:
        shape: h, w.
        row: centre, in pixels from the upper edge.
        column: centre, in pixels from the left edge.
        angle: of x', in radians from the x axis.
        wave: λ in pixels.
        across: σ in pixels.
        along: τ in pixels.
    """
    y, x = (np.indices(shape) + 0.5).reshape(2, -1)
    first = (x - column) * np.cos(angle) + (y - row) * np.sin(angle)
    second = (y - row) * np.cos(angle) - (x - column) * np.sin(angle)
    envelope = np.exp(-0.5 * (first / across) ** 2 - 0.5 * (second / along) ** 2)
    turn = 2 * np.pi * first / wave
    return np.stack([envelope * np.cos(turn), envelope * np.sin(turn)], 1)


def fit_gabor(picture: NDArray[Any]) -> Fit:
    """The Gabor function nearest to a filter (h, w), by least squares.

    Strength and phase are linear and follow from the other six (Golub and Pereyra 1973, variable projection), which
    set out from the best places of a grid.
    """
    picture = np.asarray(picture, np.float64)
    search = _gabor_search(picture.shape[0], picture.shape[1])
    p, weights = _nearest(picture, search, _plain)
    r2, shown = _explained(picture, search.basis(p) @ weights)
    angle, odd = math.degrees(p[2]) % 360, float(weights[1])
    if angle >= 180:  # the other way round, the even function is the same and the odd one the opposite
        angle, odd = angle - 180, -odd
    return Fit(
        kind="gabor",
        r2=r2,
        picture=shown,
        row=float(p[0]),
        column=float(p[1]),
        angle=angle,
        wavelength=math.exp(p[3]),
        across=math.exp(p[4]),
        along=math.exp(p[5]),
        phase=math.degrees(math.atan2(-odd, float(weights[0]))),
    )


@lru_cache(maxsize=16)
def _gabor_search(height: int, width: int) -> _Search:
    """Row, column, angle, and the logarithms of wavelength and envelope."""
    largest = float(max(height, width))

    def basis(p: Array) -> Array:
        return gabor_pair((height, width), p[0], p[1], p[2], math.exp(p[3]), math.exp(p[4]), math.exp(p[5]))

    starts = [
        [row, column, angle, math.log(wave), math.log(across), math.log(along)]
        for row, column in _places(height, width)
        for angle in np.arange(8) * np.pi / 8
        for wave in (2.5, largest / 2, largest, 2 * largest)
        for across, along in ((largest / 5, largest / 5), (largest / 5, largest / 2.5))
    ]
    # stripes finer than two pixels cannot be told from coarser ones
    low = [-0.5, -0.5, -np.pi, math.log(2), math.log(0.4), math.log(0.4)]
    high = [height + 0.5, width + 0.5, 2 * np.pi, math.log(8 * largest), math.log(largest), math.log(2 * largest)]
    return _search(basis, starts, low, high)


# -- Mexican hats ----------------------------------------------------------------------------------------------------


def hat_pair(shape: tuple[int, int], row: float, column: float, centre: float, surround: float) -> Array:
    """A narrow Gaussian and a wide one taken from it, each with sum 1 over the plane, (h·w, 2).

    Args:
        shape: h, w.
        row: centre, in pixels from the upper edge.
        column: centre, in pixels from the left edge.
        centre: standard deviation of the narrow one, in pixels.
        surround: of the wide one.
    """
    y, x = (np.indices(shape) + 0.5).reshape(2, -1)
    distance = (x - column) ** 2 + (y - row) ** 2
    narrow, wide = (np.exp(-0.5 * distance / size**2) / (2 * np.pi * size**2) for size in (centre, surround))
    return np.stack([narrow, -wide], 1)


def fit_hat(picture: NDArray[Any]) -> Fit:
    """The difference of Gaussians nearest to a filter (h, w), light or dark in the middle, by least squares."""
    picture = np.asarray(picture, np.float64)
    search = _hat_search(picture.shape[0], picture.shape[1])
    p, weights = _nearest(picture, search, _one_sign)
    r2, shown = _explained(picture, search.basis(p) @ weights)
    return Fit(
        kind="hat",
        r2=r2,
        picture=shown,
        row=float(p[0]),
        column=float(p[1]),
        across=math.exp(p[2]),
        along=math.exp(p[2] + p[3]),
        balance=float(weights[1] / weights[0]) if weights[0] else 0.0,
    )


@lru_cache(maxsize=16)
def _hat_search(height: int, width: int) -> _Search:
    """Row, column, and the logarithms of the centre's size and of the surround's in centres."""
    largest = float(max(height, width))

    def basis(p: Array) -> Array:
        return hat_pair((height, width), p[0], p[1], math.exp(p[2]), math.exp(p[2] + p[3]))

    starts = [
        [row, column, math.log(size), math.log(ratio)]
        for row, column in _places(height, width)
        for size in (largest / 10, largest / 6, largest / 4)
        for ratio in (1.3, 2.0, 4.0)
    ]
    low = [-0.5, -0.5, math.log(0.3), math.log(1.1)]
    high = [height + 0.5, width + 0.5, math.log(largest), math.log(6)]
    return _search(basis, starts, low, high)


# -- least squares ---------------------------------------------------------------------------------------------------

_Basis = Callable[[Array], Array]
"""Two columns (h·w, 2) for the parameters in which a function is not linear."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """Where to look for the nearest function of a kind, for one size of filter."""

    basis: _Basis
    starts: Array
    """(S, P) parameters on a grid."""
    columns: Array
    """(S, h·w, 2) the columns of each."""
    low: Array
    high: Array


def _search(basis: _Basis, starts: Sequence[Sequence[float]], low: Sequence[float], high: Sequence[float]) -> _Search:
    bounds = np.array(low), np.array(high)
    within = np.clip(np.array(starts), bounds[0] + 1e-6, bounds[1] - 1e-6)
    columns = np.stack([basis(start) for start in within])
    return _Search(basis=basis, starts=within, columns=columns, low=bounds[0], high=bounds[1])


def _nearest(picture: Array, search: _Search, solve: Callable[[Array, Array], Array]) -> tuple[Array, Array]:
    """Non-linear and linear parameters of the nearest function."""
    y = picture.reshape(-1)
    y = y / max(float(np.linalg.norm(y)), 1e-12)

    def residuals(p: Array) -> Array:
        columns = search.basis(p)
        return columns @ solve(columns, y) - y

    square = np.einsum("sni,snj->sij", search.columns, search.columns) + 1e-9 * np.eye(2)
    along = np.einsum("sni,n->si", search.columns, y)
    explained = np.einsum("si,si->s", along, np.linalg.solve(square, along[..., None])[..., 0])
    begun = search.starts[np.argsort(-explained, kind="stable")[:_STARTS]]
    bounds = (search.low, search.high)
    ended = [least_squares(residuals, p, bounds=bounds, max_nfev=60, xtol=1e-5, ftol=1e-5) for p in begun]
    best: Array = min(ended, key=lambda result: float(result.cost)).x
    return best, solve(search.basis(best), picture.reshape(-1))


def _plain(columns: Array, y: Array) -> Array:
    """The weights of two columns (N, 2) that come nearest to y; a touch of decay where the columns are alike."""
    square = columns.T @ columns
    square[0, 0] += 1e-9
    square[1, 1] += 1e-9
    return np.asarray(np.linalg.solve(square, columns.T @ y), np.float64)


def _one_sign(columns: Array, y: Array) -> Array:
    """As `_plain`, both weights of one sign: else one column alone."""
    weights = _plain(columns, y)
    if weights[0] * weights[1] >= 0:
        return weights
    along = columns.T @ y
    lengths = (columns**2).sum(0) + 1e-12
    better = int((along**2 / lengths).argmax())
    alone = np.zeros(2)
    alone[better] = along[better] / lengths[better]
    return alone


def _explained(picture: Array, fitted: Array) -> tuple[float, Array]:
    """R² about the mean, and the fitted picture."""
    shown = fitted.reshape(picture.shape)
    spread = float(((picture - picture.mean()) ** 2).sum())
    if spread <= 1e-12 * max(float((picture**2).sum()), 1e-300):
        return 0.0, shown
    return 1 - float(((picture - shown) ** 2).sum()) / spread, shown


def _places(height: int, width: int) -> list[tuple[float, float]]:
    """Nine centres to begin from."""
    return [(share * height, other * width) for share in (0.3, 0.5, 0.7) for other in (0.3, 0.5, 0.7)]
