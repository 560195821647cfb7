"""Pooling and flattening: from maps to smaller maps, and to one row of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from miwake.lessons.formulas.convolution import windows

Array = NDArray[np.float64]


def max_pool(x: Array, size: int, stride: int) -> Array:
    """u_ij = max_{p,q} x_{si+p, sj+q}: the strongest answer in each window; (…, H, W) to (…, H', W')."""
    return np.asarray(windows(x, size, size, stride).max((-2, -1)))


def max_pool_gradient(x: Array, above: Array, size: int, stride: int) -> Array:
    """∂E/∂x: all of ∂E/∂u_ij goes to the first pixel that was the largest in its window."""
    to_x = np.zeros_like(x)
    seen = windows(x, size, size, stride)
    for place in np.ndindex(*above.shape):
        *channel, i, j = place
        p, q = divmod(int(seen[place].argmax()), size)
        to_x[(*channel, i * stride + p, j * stride + q)] += above[place]
    return to_x


def average_pool(x: Array, size: int, stride: int) -> Array:
    """u_ij = (1/k²) Σ_p Σ_q x_{si+p, sj+q}; (…, H, W) to (…, H', W')."""
    return np.asarray(windows(x, size, size, stride).mean((-2, -1)))


def average_pool_gradient(x: Array, above: Array, size: int, stride: int) -> Array:
    """∂E/∂x: each pixel of a window gets 1/k² of ∂E/∂u_ij."""
    to_x = np.zeros_like(x)
    rows, columns = above.shape[-2:]
    for p in range(size):
        for q in range(size):
            to_x[..., p : p + rows * stride : stride, q : q + columns * stride : stride] += above / size**2
    return to_x


def global_average_pool(x: Array) -> Array:
    """g_c = (1/HW) Σ_i Σ_j x_cij: one number a map; (C, H, W) to (C) (Lin, Chen and Yan 2014, section 3.2)."""
    return np.asarray(x.mean((-2, -1)))


def global_average_pool_gradient(x: Array, above: Array) -> Array:
    """∂E/∂x_cij = ∂E/∂g_c / HW."""
    return np.asarray(np.broadcast_to(above[..., None, None] / (x.shape[-2] * x.shape[-1]), x.shape))


def flatten(x: Array) -> Array:
    """The same numbers in one row, map after map and row after row: (C, H, W) to (C · H · W)."""
    return x.reshape(-1)


def flatten_gradient(x: Array, above: Array) -> Array:
    """∂E/∂x: what arrives, put back into its place."""
    return above.reshape(x.shape)
