"""Computes a lesson's nodes from its inputs: every operation by its name, as the page's script knows them too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.lessons.formulas import (
    backprop,
    blocks,
    boltzmann,
    convolution,
    descent,
    functions,
    neocognitron,
    neurons,
    oddity,
    pooling,
    sight,
)
from miwake.lessons.model import Lesson, Numbers

Array = NDArray[np.float64]
Operation = Callable[..., Any]
_CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def evaluate(lesson: Lesson, inputs: Mapping[str, Numbers]) -> dict[str, Array]:
    """All inputs and nodes as arrays; a single number has no axes."""
    values = {name: np.asarray(inputs[name], np.float64) for name in lesson.inputs}
    for name, node in lesson.nodes.items():
        given = [values[part] if isinstance(part, str) else np.float64(part) for part in node.of]
        values[name] = np.asarray(OPERATIONS[node.op](*given), np.float64)
    return values


def shown(value: float) -> str:
    """A number as the page writes it: two decimals at most, none from 1000 on, a dash for what is no number."""
    return _written(value, 2)


def precise(value: float) -> str:
    """A number that stands alone: three decimals at most, four where it is small."""
    return _written(value, 4 if abs(value) < 0.1 else 3)


def _written(value: float, digits: int) -> str:
    if not np.isfinite(value):
        return "–"
    # half up, as the page's script rounds; Python's own formatting rounds half to even
    step = Decimal(1).scaleb(0 if abs(value) >= 1000 else -digits)
    text = f"{Decimal(abs(float(value))).quantize(step, ROUND_HALF_UP):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if value < 0 and text != "0" else text


# -- small steps between formulas and figures ------------------------------------------------------------------------


def against(values: Array) -> Array:
    """(n, value) for n = 0, 1, …: a row of numbers as points of a plot."""
    return np.stack([np.arange(len(values), dtype=np.float64), values], axis=1)


def parabola(low: Array, high: Array) -> Array:
    """41 points of E = w²."""
    w = low + (high - low) * np.arange(41) / 40
    return np.stack([w, descent.square(w)], axis=1)


def on_parabola(path: Array) -> Array:
    """The points (w, w²) of a path."""
    return np.stack([path, descent.square(path)], axis=1)


def cost_curve(base: Array) -> Array:
    """50 points of E = −log p for p from 0.02 to 1."""
    p = np.arange(1, 51) / 50
    return np.stack([p, -np.log(p) / np.log(base)], axis=1)


def answers(points: Array, w: Array) -> Array:
    """What a threshold neuron with bias answers for each point (M, N): (M)."""
    return np.array([neurons.threshold_neuron(neurons.with_one(x), w, 0.0) for x in points])


def points_where(points: Array, flags: Array, value: Array) -> Array:
    """Those points whose flag has the value; the others are NaN, which no plot shows."""
    return np.where((flags == value)[:, None], points, np.nan)


def mistakes_path(path: Array, points: Array, targets: Array) -> Array:
    """How many points each of the weights of a path gets wrong."""
    return np.array([float(np.sum(answers(points, w) != targets)) for w in path])


def truth_table(w: Array, theta: Array) -> Array:
    """Rows (x₁, x₂, sum, y) of a threshold neuron for the four inputs."""
    return np.array([[*x, neurons.weighted_sum(x, w), neurons.threshold_neuron(x, w, float(theta))] for x in _CORNERS])


def two_layers(hidden: Array, w: Array) -> Array:
    """Rows (x₁, x₂, h₁, h₂, y) of two hidden threshold neurons (2, 3) and one above them (3)."""
    rows = []
    for x in _CORNERS:
        h = np.array([neurons.threshold_neuron(neurons.with_one(x), row, 0.0) for row in hidden])
        rows.append([*x, *h, neurons.threshold_neuron(neurons.with_one(h), w, 0.0)])
    return np.array(rows)


def ray(w: Array) -> Array:
    """From the origin to w."""
    return np.stack([np.zeros(2), w])


def pattern(patterns: Array, number: Array, columns: Array) -> Array:
    """One of the patterns as a picture."""
    return np.asarray(patterns[int(number)].reshape(-1, int(columns)))


def xor_training(w1: Array, w2: Array, rate: Array, epochs: Array) -> tuple[Array, Array, Array]:
    """Weights after some epochs over the four corners of XOR, and the error after each."""
    ones, errors = np.ones((4, 1)), []
    x = np.hstack([_CORNERS, ones])  # a row a corner, so that one product does all four
    for epoch in range(int(epochs) + 1):
        z = functions.sigmoid(x @ w1.T)
        y = functions.sigmoid(np.hstack([z, ones]) @ w2.T)
        errors.append(functions.squared_error(y, _XOR))
        if epoch == int(epochs):
            break
        above = backprop.output_delta(y, _XOR)
        delta = backprop.hidden_delta(above, w2, z)
        w1, w2 = w1 - rate * delta.T @ x, w2 - rate * above.T @ np.hstack([z, ones])
    return w1, w2, np.array(errors)


_XOR = np.array([[0.0], [1.0], [1.0], [0.0]])


def xor_table(w1: Array, w2: Array, rate: Array, epochs: Array) -> Array:
    """Rows (x₁, x₂, d, y) after some epochs."""
    w1, w2, _ = xor_training(w1, w2, rate, epochs)
    return np.array([[*x, *t, *backprop.forward(x, [w1, w2])[-1]] for x, t in zip(_CORNERS, _XOR, strict=True)])


def tuning(h: Array, width: Array) -> Array:
    """A simple cell's answer to bars of every direction: points (degrees, answer)."""
    turns = np.arange(0.0, 181.0, 5.0)
    found = [sight.simple_cell(sight.bar(len(h), turn, 0.0, float(width)), h) for turn in turns]
    return np.stack([turns, np.array(found)], axis=1)


def along(even: Array, odd: Array, angle: Array, width: Array, both: Array) -> Array:
    """Answers to a bar at every place across the field: points (pixels, answer) of a complex or a simple cell."""
    half = (len(even) - 1) // 2
    rows = []
    for offset in np.arange(-half, half + 0.5, 0.5):
        x = sight.bar(len(even), float(angle), float(offset), float(width))
        answer = sight.complex_cell(x, even, odd) if both else sight.simple_cell(x, even)
        rows.append([offset, answer])
    return np.array(rows)


def plane(planes: Array, number: Array) -> Array:
    """One of the rows of K planes as a square picture."""
    side = round(planes.shape[1] ** 0.5)
    return np.asarray(planes[int(number)].reshape(side, side))


def learnt_filter(learnt: Array, side: Array) -> Array:
    """The filter at the head of `boltzmann.divergence_after`."""
    return learnt[: int(side) ** 2].reshape(int(side), int(side))


def learnt_errors(learnt: Array, side: Array) -> Array:
    """The errors at its end, as points (step, error)."""
    errors = learnt[int(side) ** 2 + 1 :]
    return np.stack([np.arange(len(errors), dtype=np.float64), errors], axis=1).reshape(-1, 2)


def depth_gradients(layers: Array, x: Array, scale: Array, depth: Array, shortcut: Array) -> Array:
    """‖∂y/∂z‖ for the input z of each layer, from the last to the first: points (layers above it, size).

    Layer l computes z ← f(s W z), or with the shortcut z ← f(z + s W z); W are taken in turn; y is the sum of the last.
    """
    weights = [scale * layers[level % len(layers)] for level in range(int(depth))]
    z, slopes = x, []
    for w in weights:
        u = w @ z + shortcut * z
        slopes.append(u > 0)
        z = functions.relu(u)
    g = np.ones(len(x))
    rows = [[0.0, float(np.sqrt(np.sum(g**2)))]]
    for level in range(int(depth) - 1, -1, -1):
        back = g * slopes[level]
        g = weights[level].T @ back + shortcut * back
        rows.append([float(depth) - level, float(np.sqrt(np.sum(g**2)))])
    return np.array(rows)


def log_ten(points: Array) -> Array:
    """(x, log₁₀ y), not below −6."""
    return np.stack([points[:, 0], np.log10(np.maximum(points[:, 1], 1e-6))], axis=1)


def mean_of_draws(x: Array, randoms: Array, share: Array, count: Array) -> Array:
    """The mean of the first draws of dropout: (N)."""
    return np.asarray(np.mean([blocks.dropout(x, row, float(share)) for row in randoms[: int(count)]], axis=0))


def _whole(*places: int) -> Callable[[Operation], Operation]:
    """Wrap an operation some of whose arguments count."""

    def wrap(operation: Operation) -> Operation:
        return lambda *given: operation(*(int(g) if n in places else g for n, g in enumerate(given)))

    return wrap


OPERATIONS: dict[str, Operation] = {
    "threshold": neurons.threshold_neuron,
    "weighted_sum": neurons.weighted_sum,
    "with_one": neurons.with_one,
    "perceptron_path": _whole(4)(neurons.perceptron_path),
    "boundary": neurons.boundary,
    "hebb_path": _whole(3)(neurons.hebb_path),
    "oja_path": _whole(3)(neurons.oja_path),
    "som_after": _whole(2, 5)(neurons.som_after),
    "winner_point": lambda units, x: units[[neurons.winner(units, x)]],
    "layer": backprop.layer,
    "output_delta": backprop.output_delta,
    "hidden_delta": backprop.hidden_delta,
    "weight_gradient": backprop.weight_gradient,
    "squared_error": functions.squared_error,
    "convolve": _whole(2)(convolution.convolve),
    "transposed_convolve": _whole(2, 3)(convolution.transposed_convolve),
    "pad": _whole(1)(convolution.pad),
    "output_size": convolution.output_size,
    "shift": _whole(1, 2)(convolution.shift),
    "max_pool": _whole(1, 2)(pooling.max_pool),
    "average_pool": _whole(1, 2)(pooling.average_pool),
    "relu": functions.relu,
    "softmax": functions.softmax,
    "exp": np.exp,
    "cross_entropy": functions.cross_entropy,
    "dense": functions.dense,
    "descend": _whole(2)(descent.descend),
    "sgd_path": _whole(4, 6)(descent.sgd_path),
    "error_path": descent.error_path,
    "batch_norm": blocks.batch_norm,
    "batch_norm_afterwards": blocks.batch_norm_afterwards,
    "residual_block": blocks.residual_block,
    "dropout": blocks.dropout,
    "mexican_hat": _whole(0)(sight.mexican_hat),
    "gabor": _whole(0)(sight.gabor),
    "bar": _whole(0)(sight.bar),
    "balanced": sight.balanced,
    "simple_cell": sight.simple_cell,
    "complex_cell": sight.complex_cell,
    "s_cells": neocognitron.s_cells,
    "inhibitory_cells": _whole(1)(neocognitron.inhibitory_cells),
    "learnt_synapses": neocognitron.learnt_synapses,
    "learnt_inhibition": neocognitron.learnt_inhibition,
    "c_cells": _whole(2)(neocognitron.c_cells),
    "planes_after": _whole(4)(neocognitron.planes_after),
    "plane": plane,
    "sigmoid": functions.sigmoid,
    "hidden_chances": boltzmann.hidden_chances,
    "pooling_chances": boltzmann.pooling_chances,
    "first_block": boltzmann.first_block,
    "reconstruction": boltzmann.reconstruction,
    "together": boltzmann.together,
    "divergence_after": lambda w, pictures, bias, rate, sparse, steps: boltzmann.divergence_after(
        w, pictures, float(bias), float(rate), float(sparse), int(steps)
    ),
    "learnt_filter": learnt_filter,
    "learnt_errors": learnt_errors,
    "distance_from": lambda points, x: oddity.distances(points, x).min(),
    "nearest_points": _whole(2)(oddity.nearest_points),
    "left_out": oddity.left_out,
    "level": lambda scores, share: oddity.level(scores, float(share)),
    "coreset": _whole(1)(oddity.coreset),
    "reaches": oddity.reaches,
    "mahalanobis": oddity.mahalanobis,
    "mahalanobis_left_out": oddity.mahalanobis_left_out,
    "ellipse": oddity.ellipse,
    "rim": oddity.rim,
    "descending": lambda values: np.sort(values)[::-1],
    "divide": lambda a, b: a / b,
    "stack": lambda a, b: np.stack([a, b]),
    "against": against,
    "parabola": parabola,
    "on_parabola": on_parabola,
    "cost_curve": cost_curve,
    "answers": answers,
    "points_where": points_where,
    "mistakes_path": mistakes_path,
    "truth_table": truth_table,
    "two_layers": two_layers,
    "ray": ray,
    "recall": lambda patterns, probe: neurons.recall(neurons.memory(patterns), probe.ravel()).reshape(probe.shape),
    "pattern": pattern,
    "xor_errors": lambda *given: xor_training(*given)[2],
    "xor_table": xor_table,
    "tuning": tuning,
    "along": along,
    "depth_gradients": depth_gradients,
    "log_ten": log_ten,
    "mean_of_draws": mean_of_draws,
    "append": np.append,
    "modulo": lambda a, b: a % b,
    "length": np.linalg.norm,
    "points": lambda x, y: np.stack([x, y], axis=1),
    "as_list": lambda value: value.reshape(1),
    "pair_row": lambda a, b: np.array([a, b]),
    "entry": lambda table, row, column: table[int(row), int(column)],
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide_up": lambda a, b: np.ceil(a / b),
    "floor_divide": lambda a, b: np.floor(a / b),
    "row": lambda table, number: table[int(number)],
    "as_rows": lambda values: values.reshape(1, -1),
    "as_row": lambda table: table.reshape(1, -1),
    "mean": np.mean,
    "column_means": lambda table: table.mean(0),
    "column_variances": lambda table: table.var(0),
    "sum": np.sum,
    "maximum": np.max,
    "one_hot": lambda number, count: np.eye(int(count))[int(number)],
    "pair": lambda a, b: np.array([[float(a), float(b)]]),
    "line_points": lambda w, low, high: np.array([[low, w[0] * low + w[1]], [high, w[0] * high + w[1]]]),
}
"""Every operation that a lesson may use; the page's script has the same, by the same names."""
