"""Gradient descent: on w², on mini-batches, over epochs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def square(w: Array) -> Array:
    """E(w) = w²."""
    return np.asarray(w**2)


def square_gradient(w: Array) -> Array:
    """dE/dw = 2w."""
    return np.asarray(2 * w)


def descend(w: float, rate: float, steps: int) -> Array:
    """w ← w − η dE/dw on E = w²: w after 0, 1, …, `steps` steps. Each multiplies w by 1 − 2η."""
    path = [float(w)]
    for _ in range(steps):
        path.append(path[-1] - rate * 2 * path[-1])
    return np.array(path)


def line_error(w: Array, x: Array, d: Array) -> float:
    """E = (1/2B) Σ_n (w_1 x_n + w_0 − d_n)²: how badly a line fits B points.

    Args:
        w: (2) slope w_1 and height w_0.
        x: (B).
        d: (B) what the line should give.
    """
    return float(np.mean((w[0] * x + w[1] - d) ** 2) / 2)


def line_error_gradient(w: Array, x: Array, d: Array) -> Array:
    """∂E/∂w_1 = (1/B) Σ_n r_n x_n and ∂E/∂w_0 = (1/B) Σ_n r_n, with r_n = w_1 x_n + w_0 − d_n."""
    r = w[0] * x + w[1] - d
    return np.array([np.mean(r * x), np.mean(r)])


def mini_batches(order: Array, size: int) -> list[NDArray[np.intp]]:
    """One epoch: every example once, in the given order, `size` at a time; the last batch takes what is left."""
    places = np.asarray(order, np.intp)
    return [places[start : start + size] for start in range(0, len(places), size)]


def sgd_path(w: Array, x: Array, d: Array, order: Array, batch: int, rate: float, steps: int) -> Array:
    """w ← w − η ∂E_B/∂w, where E_B is the error on a mini-batch B: w after 0, 1, …, `steps` steps (steps + 1, 2).

    Args:
        w: (2) at first.
        x: (N).
        d: (N).
        order: (epochs, N) the order of the examples in each epoch; taken again from its beginning when it ends.
        batch: examples in a mini-batch; N is the whole of the data, 1 a single example.
        rate: the step width η.
        steps: how many.
    """
    path, batches = [np.asarray(w, np.float64)], [b for epoch in order for b in mini_batches(epoch, batch)]
    for step in range(steps):
        taken = batches[step % len(batches)]
        path.append(path[-1] - rate * line_error_gradient(path[-1], x[taken], d[taken]))
    return np.stack(path)


def error_path(path: Array, x: Array, d: Array) -> Array:
    """The error on all points after each step: (steps + 1)."""
    return np.array([line_error(w, x, d) for w in path])
