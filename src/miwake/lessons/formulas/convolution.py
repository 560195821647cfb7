"""Convolution as networks compute it, its gradient, and its transpose.

What the field calls convolution does not turn the filter round; mathematics calls it cross-correlation.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from miwake.errors import UsageError

Array = NDArray[np.float64]


def output_size(size: int, filter_size: int, stride: int = 1, padding: int = 0) -> int:
    """⌊(n + 2p − k) / s⌋ + 1: how many places the filter has along one side."""
    return (size + 2 * padding - filter_size) // stride + 1


def transposed_size(size: int, filter_size: int, stride: int = 1, padding: int = 0) -> int:
    """(n − 1) s + k − 2p: the side that a transposed convolution gives."""
    return (size - 1) * stride + filter_size - 2 * padding


def pad(x: Array, padding: int) -> Array:
    """p rows and columns of zeros around the last two axes."""
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + [(padding, padding)] * 2)


def unpad(x: Array, padding: int) -> Array:
    """The inverse of `pad`."""
    return x[..., padding : x.shape[-2] - padding, padding : x.shape[-1] - padding]


def windows(x: Array, height: int, width: int, stride: int = 1) -> Array:
    """x_{si+p, sj+q} as an array (…, i, j, p, q): every place of a height × width window.

    Raises:
        UsageError: the window is larger than the picture.
    """
    if height > x.shape[-2] or width > x.shape[-1]:
        raise UsageError(
            f"A window of {height}×{width} does not fit into {x.shape[-2]}×{x.shape[-1]}.",
            expected="a picture at least as large as the window",
            todo="take a smaller window or more padding.",
        )
    return np.asarray(sliding_window_view(x, (height, width), axis=(-2, -1))[..., ::stride, ::stride, :, :])


def convolve(x: Array, h: Array, stride: int = 1, padding: int = 0) -> Array:
    """u_ij = Σ_p Σ_q x_{i+p, j+q} h_pq for one channel and one filter.

    Args:
        x: (H, W).
        h: (k, l).
        stride: the filter goes so many pixels at a time: x_{si+p, sj+q}.
        padding: zeros around the picture.

    Returns:
        (H', W'), see `output_size`.
    """
    return np.asarray(np.einsum("ijpq,pq->ij", windows(pad(x, padding), h.shape[0], h.shape[1], stride), h))


def convolve_gradient(x: Array, h: Array, above: Array, stride: int = 1, padding: int = 0) -> tuple[Array, Array]:
    """∂E/∂h_pq = Σ_ij x_{i+p, j+q} ∂E/∂u_ij, and ∂E/∂x, which hands each ∂E/∂u_ij back through the filter."""
    to_x, to_h, _ = convolution_layer_gradient(
        x[None], h[None, None], np.zeros(1), above[None], stride=stride, padding=padding
    )
    return to_x[0], to_h[0, 0]


def convolution_layer(x: Array, h: Array, b: Array, stride: int = 1, padding: int = 0) -> Array:
    """u_fij = Σ_c Σ_p Σ_q x_{c, i+p, j+q} h_fcpq + b_f: every filter sees all channels and gives one map.

    Args:
        x: (C, H, W).
        h: (F, C, k, l).
        b: (F).
        stride: as in `convolve`.
        padding: as in `convolve`.

    Returns:
        (F, H', W').
    """
    seen = windows(pad(x, padding), h.shape[2], h.shape[3], stride)
    return np.asarray(np.einsum("cijpq,fcpq->fij", seen, h) + b[:, None, None])


def convolution_layer_gradient(
    x: Array, h: Array, b: Array, above: Array, stride: int = 1, padding: int = 0
) -> tuple[Array, Array, Array]:
    """∂E/∂x, ∂E/∂h and ∂E/∂b; each pixel gets back, from every window that saw it, Σ_f ∂E/∂u_fij h_fcpq."""
    seen = windows(pad(x, padding), h.shape[2], h.shape[3], stride)
    to_h = np.einsum("cijpq,fij->fcpq", seen, above)
    to_x = np.zeros_like(pad(x, padding))
    _, rows, columns = above.shape
    for p in range(h.shape[2]):
        for q in range(h.shape[3]):
            to_x[:, p : p + rows * stride : stride, q : q + columns * stride : stride] += np.einsum(
                "fij,fc->cij", above, h[:, :, p, q]
            )
    return unpad(to_x, padding), to_h, above.sum((1, 2))


def transposed_convolve(x: Array, h: Array, stride: int = 1, padding: int = 0) -> Array:
    """u_{si+p, sj+q} += x_ij h_pq: each pixel stamps the filter into a larger picture, and stamps add up.

    It is the gradient of `convolve` by its picture (Zeiler, Krishnan, Taylor and Fergus 2010).

    Args:
        x: (H, W).
        h: (k, l).
        stride: so many pixels lie between two stamps.
        padding: rows and columns that are cut off all round.

    Returns:
        (H', W'), see `transposed_size`.
    """
    return np.asarray(transposed_layer(x[None], h[None, None], np.zeros(1), stride, padding)[0])


def transposed_layer(x: Array, h: Array, b: Array, stride: int = 1, padding: int = 0) -> Array:
    """u_{f, si+p, sj+q} += Σ_c x_cij h_cfpq, then + b_f.

    Args:
        x: (C, H, W).
        h: (C, F, k, l).
        b: (F).
        stride: as in `transposed_convolve`.
        padding: as in `transposed_convolve`.

    Returns:
        (F, H', W').
    """
    _, rows, columns = x.shape
    _, filters, height, width = h.shape
    u = np.zeros((filters, transposed_size(rows, height, stride), transposed_size(columns, width, stride)))
    for p in range(height):
        for q in range(width):
            u[:, p : p + rows * stride : stride, q : q + columns * stride : stride] += np.einsum(
                "cij,cf->fij", x, h[:, :, p, q]
            )
    return unpad(u, padding) + b[:, None, None]


def transposed_layer_gradient(
    x: Array, h: Array, b: Array, above: Array, stride: int = 1, padding: int = 0
) -> tuple[Array, Array, Array]:
    """∂E/∂x is an ordinary convolution of what arrives; ∂E/∂h sums what arrives under each stamp, times its pixel."""
    _, rows, columns = x.shape
    seen = windows(pad(above, padding), h.shape[2], h.shape[3], stride)[:, :rows, :columns]
    return np.einsum("fijpq,cfpq->cij", seen, h), np.einsum("cij,fijpq->cfpq", x, seen), above.sum((1, 2))


def shift(x: Array, down: int, right: int) -> Array:
    """The picture (H, W) moved by whole pixels; zeros come in at the edge."""
    moved = np.zeros_like(x)
    height, width = x.shape
    moved[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = x[
        max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return moved
