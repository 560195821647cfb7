"""The multilayer perceptron, and back-propagation layer by layer (Rumelhart, Hinton and Williams 1986).

A network of sigmoid neurons is a list of weights: w of a layer is (M, N + 1), the bias last. Layer l computes
u = w x̃ with x̃ = (x, 1), and z = σ(u).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from miwake.lessons.formulas.functions import sigmoid
from miwake.lessons.formulas.neurons import with_one

Array = NDArray[np.float64]


def layer(x: Array, w: Array) -> Array:
    """z = σ(w x̃)."""
    return sigmoid(w @ with_one(x))


def forward(x: Array, weights: Sequence[Array]) -> list[Array]:
    """The outputs of all layers: [x, z¹, …, z^L]."""
    outputs = [np.asarray(x, np.float64)]
    for w in weights:
        outputs.append(layer(outputs[-1], w))
    return outputs


def output_delta(z: Array, target: Array) -> Array:
    """Δ_k = ∂E/∂u_k = (z_k − d_k) z_k (1 − z_k) for E = ½ Σ_k (z_k − d_k)²."""
    return np.asarray((z - target) * z * (1 - z))


def hidden_delta(above: Array, w: Array, z: Array) -> Array:
    """Δ_j = (Σ_k Δ_k w_kj) z_j (1 − z_j): the Δ of a layer from the Δ of the layer above it.

    Args:
        above: (M) Δ of the layer above.
        w: (M, N + 1) weights between the two; the bias has nobody below it.
        z: (N) outputs of this layer.
    """
    return np.asarray((above @ w[:, :-1]) * z * (1 - z))


def weight_gradient(delta: Array, x: Array) -> Array:
    """∂E/∂w_ji = Δ_j x̃_i: what arrives from above times what came from below; (M, N + 1)."""
    return np.outer(delta, with_one(x))


def backward(x: Array, weights: Sequence[Array], target: Array) -> tuple[list[Array], list[Array]]:
    """Δ of every layer and ∂E/∂w of every layer, both from the first to the last."""
    outputs = forward(x, weights)
    deltas = [output_delta(outputs[-1], target)]
    for number in range(len(weights) - 1, 0, -1):
        deltas.insert(0, hidden_delta(deltas[0], weights[number], outputs[number]))
    return deltas, [weight_gradient(delta, below) for delta, below in zip(deltas, outputs, strict=False)]
