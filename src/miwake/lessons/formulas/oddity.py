"""What is odd among points: nearest good neighbours, a thinned memory of them, and a Gaussian."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def distances(points: Array, x: Array) -> Array:
    """(N) Euclidean distances of x (d) from points (N, d)."""
    return np.asarray(np.sqrt(np.sum((points - x) ** 2, axis=1)))


def nearest_points(points: Array, x: Array, count: int) -> Array:
    """(count, d) the points nearest to x, the nearest first; the earlier of two that are equally near."""
    return points[np.argsort(distances(points, x), kind="stable")[:count]]


def left_out(points: Array, kept: Array) -> Array:
    """(N) for each point how far it is from the nearest of `kept`, itself left out (M, d)."""
    apart = np.sqrt(np.sum((points[:, None] - kept) ** 2, axis=2))
    return np.asarray(np.where(apart == 0, np.inf, apart).min(axis=1))


def level(scores: Array, share: float) -> float:
    """The threshold: no more than that share of the scores of good ones lies above it.

    Args:
        scores: (N), each taken as if its own point had not been seen.
        share: of false alarms, 0 … 1.
    """
    allowed = min(int(np.floor(share * len(scores) + 1e-9)), len(scores) - 1)
    return float(np.sort(scores)[::-1][allowed])


def coreset(points: Array, count: int) -> Array:
    """(count, d) of the points: the first, then always the one that is farthest from all picks (Gonzalez 1985).

    PatchCore thins its memory so (Roth 2022, algorithm 1). The earlier of two that are equally far.
    """
    picks = [0]
    far = distances(points, points[0])
    while len(picks) < count:
        picks.append(int(np.argmax(far)))
        far = np.minimum(far, distances(points, points[picks[-1]]))
    return points[picks]


def reaches(points: Array) -> Array:
    """(N, 2): with 1, 2, …, N picks, how far the farthest point is from the nearest of them."""
    rows, far = [], np.full(len(points), np.inf)
    for number, pick in enumerate(coreset(points, len(points)), 1):
        far = np.minimum(far, distances(points, pick))
        rows.append([number, far.max()])
    return np.array(rows)


def gaussian(points: Array) -> tuple[Array, Array]:
    """Mean μ (d) and covariance Σ (d, d), with N − 1 below."""
    mean = points.mean(0)
    apart = points - mean
    return mean, np.asarray(apart.T @ apart / (len(points) - 1))


def mahalanobis(points: Array, x: Array) -> float:
    """√((x − μ)ᵀ Σ⁻¹ (x − μ)): the distance of x in units of how the points spread (Mahalanobis 1936)."""
    mean, covariance = gaussian(points)
    return float(np.sqrt((x - mean) @ np.linalg.solve(covariance, x - mean)))


def mahalanobis_left_out(points: Array) -> Array:
    """(N) for each point its distance from the Gaussian of all others."""
    return np.array([mahalanobis(np.delete(points, n, axis=0), x) for n, x in enumerate(points)])


def ellipse(points: Array, radius: float) -> Array:
    """(73, 2) points of the plane whose Mahalanobis distance is the radius, once around."""
    mean, covariance = gaussian(points)
    return np.asarray(mean + radius * _circle(72) @ np.linalg.cholesky(covariance).T)


def rim(points: Array, radius: float) -> Array:
    """(M, 2) the edge of all that lies within the radius of one of the points; NaN where the pen is lifted."""
    rows = []
    for n, centre in enumerate(points):
        around = centre + radius * _circle(60)
        others = np.delete(points, n, axis=0)
        hidden = [len(others) > 0 and bool(distances(others, place).min() < radius - 1e-9) for place in around]
        rows += [*np.where(np.array(hidden)[:, None], np.nan, around), np.full(2, np.nan)]
    return np.array(rows)


def _circle(count: int) -> Array:
    """(count + 1, 2) once around the unit circle."""
    turns = 2 * np.pi * np.arange(count + 1) / count
    return np.stack([np.cos(turns), np.sin(turns)], axis=1)
