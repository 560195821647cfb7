"""Fukushima's cells (1980): S-cells that look, C-cells that forgive, and how S-cells learn without a teacher.

The weights c and d are the same everywhere here, where the paper lets them fall towards the edge of the field.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from miwake.lessons.formulas.convolution import convolve
from miwake.lessons.formulas.pooling import average_pool

Array = NDArray[np.float64]
ALPHA = 0.5
"""How soon C-cells saturate."""


def inhibitory_cells(x: Array, side: int) -> Array:
    """v = √(Σ c x²) with c = 1/side²: the root mean square of every field (equation 3)."""
    return np.asarray(np.sqrt(average_pool(x**2, side, 1)))


def s_cells(x: Array, a: Array, b: float, r: float) -> Array:
    """u = r φ[(1 + Σ a x) / (1 + 2r/(1+r) b v) − 1], φ[t] = max(0, t) (equations 1 and 2).

    Excitation is divided by inhibition instead of being reduced by it: what counts is the pattern, not its strength.

    Args:
        x: (H, W).
        a: (side, side) excitatory synapses.
        b: the inhibitory synapse.
        r: how strongly it is inhibited; a learnt cell answers where the cosine of what it sees with what it has learnt
            exceeds r / (1 + r).
    """
    inhibition = 2 * r / (1 + r) * b * inhibitory_cells(x, len(a))
    return np.asarray(r * np.maximum((1 + convolve(x, a)) / (1 + inhibition) - 1, 0))


def learnt_synapses(t: Array, q: float) -> Array:
    """a = q c t: what one look at the pattern t gives to synapses that were nothing (equation 7)."""
    return np.asarray(q * t / t.size)


def learnt_inhibition(t: Array, q: float) -> float:
    """b = q/2 v: and what it gives to the inhibitory synapse (equation 8)."""
    return float(q / 2 * np.sqrt(np.mean(t**2)))


def c_cells(own: Array, other: Array, side: int) -> Array:
    """u = ψ[(1 + Σ own) / (1 + v) − 1], ψ[t] = φ[t / (α + t)]: any S-cell nearby will do (equations 4 to 6).

    v is the mean over the planes: they inhibit each other. Places beyond the edge are empty.

    Args:
        own: (H, W) answers of the S-cells of its plane.
        other: (H, W) answers of the S-cells of another plane.
        side: of the field.
    """
    first, second = (side**2 * average_pool(np.pad(u, side // 2), side, 1) for u in (own, other))
    answer = np.maximum((1 + first) / (1 + (first + second) / 2) - 1, 0)
    return np.asarray(answer / (ALPHA + answer))


def planes_after(start: Array, pictures: Array, r: float, q: float, steps: int) -> Array:
    """What the planes have learnt after some pictures, one after the other: (K, side²).

    Of all cells of all planes the one that answers most is the representative. It learns what it sees, Δa = q c x and
    Δb = q/2 v, and with it all cells of its plane. (One S-column covers the whole layer here.)

    Args:
        start: (K, side²) synapses, all small.
        pictures: (N, H²) square pictures.
        r: see `s_cells`.
        q: how much is learnt at a time.
        steps: pictures shown.
    """
    side, across = round(start.shape[1] ** 0.5), round(pictures.shape[1] ** 0.5)
    a, b = start.reshape(-1, side, side).copy(), np.zeros(len(start))
    for step in range(steps):
        x = pictures[step % len(pictures)].reshape(across, across)
        u = np.array([s_cells(x, a[k], b[k], r) for k in range(len(a))])
        k, i, j = np.unravel_index(int(u.argmax()), u.shape)
        field = x[i : i + side, j : j + side]
        a[k] += learnt_synapses(field, q)
        b[k] += learnt_inhibition(field, q)
    return np.asarray(a.reshape(len(a), -1))
