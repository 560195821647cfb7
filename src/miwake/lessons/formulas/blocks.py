"""What lets deep networks learn: batch normalisation, the residual block, dropout."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from miwake.lessons.formulas.functions import relu, relu_gradient

Array = NDArray[np.float64]
EPSILON = 1e-5
"""Keeps the division finite where all values of a batch are equal."""


def batch_norm(x: Array, gamma: Array, beta: Array) -> Array:
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² of the batch (Ioffe and Szegedy 2015, algorithm 1).

    Args:
        x: (B, F) a row a picture, a column a feature.
        gamma: (F).
        beta: (F).

    Returns:
        (B, F).
    """
    return np.asarray(gamma * normalised(x) + beta)


def normalised(x: Array) -> Array:
    """x̂ = (x − μ) / √(σ² + ε), column by column: mean 0 and variance 1."""
    return np.asarray((x - x.mean(0)) / np.sqrt(x.var(0) + EPSILON))


def batch_norm_gradient(x: Array, gamma: Array, beta: Array, above: Array) -> tuple[Array, Array, Array]:
    """∂E/∂x = γ/√(σ²+ε) · (g − mean(g) − x̂ mean(g x̂)), ∂E/∂γ = Σ g x̂, ∂E/∂β = Σ g, where g arrives.

    μ and σ depend on every picture of the batch: hence the two means.
    """
    hat = normalised(x)
    to_x = gamma / np.sqrt(x.var(0) + EPSILON) * (above - above.mean(0) - hat * (above * hat).mean(0))
    return to_x, (above * hat).sum(0), above.sum(0)


def batch_norm_afterwards(x: Array, gamma: Array, beta: Array, mean: Array, variance: Array) -> Array:
    """y = γ (x − μ) / √(σ² + ε) + β with the μ and σ² that training has kept: one picture needs no batch."""
    return np.asarray(gamma * (x - mean) / np.sqrt(variance + EPSILON) + beta)


def residual_block(x: Array, w1: Array, w2: Array) -> Array:
    """y = f(x + F(x)) with F(x) = w₂ f(w₁ x) and f the ReLU: the layers learn what to add (He et al. 2016, eq. 1).

    Args:
        x: (N).
        w1: (M, N).
        w2: (N, M).

    Returns:
        (N).
    """
    return relu(x + w2 @ relu(w1 @ x))


def residual_block_gradient(x: Array, w1: Array, w2: Array, above: Array) -> tuple[Array, Array, Array]:
    """∂E/∂x = g + w₁ᵀ f'(w₁x) w₂ᵀ g, where g has come through the last ReLU: the 1 of the shortcut keeps it alive."""
    inner = w1 @ x
    g = relu_gradient(x + w2 @ relu(inner), above)
    back = relu_gradient(inner, w2.T @ g)
    return g + w1.T @ back, np.outer(back, x), np.outer(g, relu(inner))


def dropout(x: Array, random: Array, share: float) -> Array:
    """y_i = x_i / (1 − p) with probability 1 − p, otherwise 0 (Srivastava et al. 2014); at the end it is left away.

    Args:
        x: any shape.
        random: numbers between 0 and 1, of the same shape; below p a unit is dropped.
        share: p, 0 or more and below 1.
    """
    return np.asarray(x * (random >= share) / (1 - share))


def dropout_gradient(x: Array, random: Array, share: float, above: Array) -> Array:
    """∂E/∂x_i = ∂E/∂y_i / (1 − p) for those that were kept, 0 for those that were dropped."""
    return np.asarray(above * (random >= share) / (1 - share))
