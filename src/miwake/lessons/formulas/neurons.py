"""Single neurons and how they learn: threshold, perceptron, Hebb's rule, the memory, the self-organising map."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def weighted_sum(x: Array, w: Array) -> float:
    """s = Σ_i w_i x_i."""
    return float(np.sum(w * x))


def threshold_neuron(x: Array, w: Array, theta: float) -> float:
    """y = 1 if Σ_i w_i x_i ≥ θ, otherwise 0 (McCulloch and Pitts 1943).

    Args:
        x: (N) inputs, 0 or 1.
        w: (N) weights.
        theta: the threshold θ.
    """
    return float(weighted_sum(x, w) >= theta)


def with_one(x: Array) -> Array:
    """(x_1, …, x_N, 1): the weight of the constant input 1 is the bias b = −θ."""
    return np.append(x, 1.0)


def perceptron_update(w: Array, x: Array, target: float, rate: float) -> Array:
    """w ← w + η (t − y) x, where y is the answer: a mistake alone changes the weights (Rosenblatt 1958).

    Args:
        w: (N + 1) weights, the bias last.
        x: (N) inputs.
        target: what the answer should be, 0 or 1.
        rate: the step width η.
    """
    x = with_one(x)
    answer = threshold_neuron(x, w, 0.0)
    return np.asarray(w + rate * (target - answer) * x)


def perceptron_path(w: Array, x: Array, targets: Array, rate: float, steps: int) -> Array:
    """The weights after 0, 1, …, `steps` examples (steps + 1, N + 1), the examples (M, N) taken in turn."""
    path = [np.asarray(w, np.float64)]
    for step in range(steps):
        turn = step % len(x)
        path.append(perceptron_update(path[-1], x[turn], targets[turn], rate))
    return np.stack(path)


def boundary(w: Array, low: float, high: float) -> Array:
    """Two points of the line w_1 x_1 + w_2 x_2 + b = 0 that separates 0 from 1: the rows (x_1, x_2) of a (2, 2) array.

    NaN where there is no line, since w_1 = w_2 = 0.
    """
    w1, w2, b = (float(value) for value in w)
    if w1 == 0 and w2 == 0:
        return np.full((2, 2), np.nan)
    if abs(w2) >= abs(w1):  # rather flat: go along x_1
        return np.array([[low, -(b + w1 * low) / w2], [high, -(b + w1 * high) / w2]])
    return np.array([[-(b + w2 * low) / w1, low], [-(b + w2 * high) / w1, high]])


def hebb_update(w: Array, x: Array, rate: float) -> Array:
    """w_i ← w_i + η y x_i with y = Σ w_i x_i: what fires together, wires together (Hebb 1949).

    It climbs ½ y², so without a limit the weights grow for ever.
    """
    return np.asarray(w + rate * weighted_sum(x, w) * x)


def oja_update(w: Array, x: Array, rate: float) -> Array:
    """w_i ← w_i + η y (x_i − y w_i): Hebb's rule with forgetting; the weights stay near length 1 (Oja 1982, eq. 3)."""
    y = weighted_sum(x, w)
    return np.asarray(w + rate * y * (x - y * w))


def hebb_path(w: Array, x: Array, rate: float, steps: int, *, forgetting: bool = False) -> Array:
    """The weights after 0, 1, …, `steps` examples (steps + 1, N), the examples (M, N) taken in turn."""
    update = oja_update if forgetting else hebb_update
    path = [np.asarray(w, np.float64)]
    for step in range(steps):
        path.append(update(path[-1], x[step % len(x)], rate))
    return np.stack(path)


def oja_path(w: Array, x: Array, rate: float, steps: int) -> Array:
    """As `hebb_path`, with forgetting."""
    return hebb_path(w, x, rate, steps, forgetting=True)


def memory(patterns: Array) -> Array:
    """w_ij = Σ_p x_pi x_pj for i ≠ j, and w_ii = 0: Hebb's rule once for each pattern (Hopfield 1982, eq. 2).

    Args:
        patterns: (P, N) of −1 and 1.

    Returns:
        (N, N), symmetric.
    """
    return np.asarray(patterns.T @ patterns * (1 - np.eye(patterns.shape[1])))


def recall(w: Array, x: Array) -> Array:
    """y_i = sign Σ_j w_ij x_j, with 0 taken for 1: all units of the memory answer once (Hopfield 1982, eq. 1).

    The paper's units are 0 and 1, and answer one after the other.

    Args:
        w: (N, N) of `memory`.
        x: (N) of −1 and 1, a pattern or a part of one.
    """
    return np.where(w @ x >= 0, 1.0, -1.0)


def winner(units: Array, x: Array) -> int:
    """c = argmin_i ‖x − m_i‖: the unit (of (U, N)) that is most like x (N)."""
    return int(np.argmin(np.sum((units - x) ** 2, axis=1)))


def neighbourhood(places: Array, winner: int, radius: float) -> Array:
    """h_i = exp(−‖r_i − r_c‖² / 2σ²): 1 for the winner, less the farther away on the map; (U) for places (U, 2)."""
    return np.asarray(np.exp(-np.sum((places - places[winner]) ** 2, axis=1) / (2 * radius**2)))


def som_update(units: Array, x: Array, places: Array, rate: float, radius: float) -> Array:
    """m_i ← m_i + η h_i (x − m_i): the winner and its neighbours on the map move towards x (Kohonen 1982)."""
    h = neighbourhood(places, winner(units, x), radius)
    return np.asarray(units + rate * h[:, None] * (x - units))


def map_places(rows: int, columns: int) -> Array:
    """Where the units lie on the map, row by row: (rows · columns, 2)."""
    return np.stack(np.divmod(np.arange(rows * columns), columns), axis=1).astype(np.float64)


def som_after(units: Array, x: Array, columns: int, rate: float, radius: float, steps: int, total: int) -> Array:
    """The units after `steps` examples of `total`; η and σ shrink: η (1 − s/T) and σ (0.3/σ)^(s/T).

    Args:
        units: (U, N) at first.
        x: (M, N) examples, taken in turn.
        columns: of the map.
        rate: the step width η at first.
        radius: the neighbourhood's width σ at first, in units of the map.
        steps: examples that are shown.
        total: T, for which the shrinking is planned.
    """
    places = map_places(len(units) // columns, columns)
    for step in range(steps):
        done = step / total
        now: Any = radius * (0.3 / radius) ** done
        units = som_update(units, x[step % len(x)], places, rate * (1 - done), now)
    return np.asarray(units)
