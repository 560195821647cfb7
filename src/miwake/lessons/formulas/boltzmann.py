"""A convolutional Boltzmann machine with probabilistic max pooling (Lee, Grosse, Ranganath and Ng 2009)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from miwake.lessons.formulas.convolution import convolve, transposed_convolve
from miwake.lessons.formulas.functions import sigmoid

Array = NDArray[np.float64]
_VISIBLE = -2.0  # bias of the visible units: one pixel in eight is ink


def drive(v: Array, w: Array, b: float) -> Array:
    """I_ij = b + Σ_p Σ_q v_{i+p,j+q} w_pq: what comes to each hidden unit from below."""
    return np.asarray(convolve(v, w) + b)


def hidden_chances(into: Array) -> Array:
    """P(h_ij = 1) = e^{I_ij} / (1 + Σ e^I), the sum over its block of 2 × 2; (H, W), both even (section 3.3)."""
    exponents = np.exp(into)
    return np.asarray(exponents / np.kron(_totals(exponents), np.ones((2, 2))))


def pooling_chances(into: Array) -> Array:
    """P(p = 1) = 1 − 1 / (1 + Σ e^I): that any unit of the block is on; (H/2, W/2)."""
    return np.asarray(1 - 1 / _totals(np.exp(into)))


def first_block(into: Array) -> Array:
    """The four chances of the first block, and that of none: (5), with sum 1."""
    chances = hidden_chances(into)[:2, :2].reshape(-1)
    return np.append(chances, 1 - chances.sum())


def _totals(exponents: Array) -> Array:
    height, width = exponents.shape
    return np.asarray(1 + exponents.reshape(height // 2, 2, width // 2, 2).sum((1, 3)))


def reconstruction(h: Array, w: Array, c: float) -> Array:
    """P(v = 1) = σ(Σ h w + c): what the hidden units would draw; (H + side − 1, W + side − 1)."""
    return np.asarray(sigmoid(transposed_convolve(h, w) + c))


def energy(v: Array, h: Array, w: Array, b: float, c: float) -> float:
    """E(v, h) = −Σ h I − c Σ v, with one unit of a block on at most."""
    return float(-np.sum(h * drive(v, w, b)) - c * np.sum(v))


def free_energy(v: Array, w: Array, b: float, c: float) -> float:
    """F(v) = −log Σ_h e^{−E(v, h)} = −Σ log(1 + Σ e^I) − c Σ v: the lower, the more probable is the picture."""
    return float(-np.sum(np.log(_totals(np.exp(drive(v, w, b))))) - c * np.sum(v))


def free_energy_gradient(v: Array, w: Array, b: float) -> Array:
    """∂F/∂w = −Σ P(h) v: minus what is on together."""
    return -together(v, hidden_chances(drive(v, w, b)))


def together(v: Array, h: Array) -> Array:
    """Σ_ij h_ij v_{i+p,j+q}: how often a hidden unit and what lies at p, q under it are on at once; (side, side)."""
    return convolve(v, h)


def divergence_after(w: Array, pictures: Array, bias: float, rate: float, sparse: float, steps: int) -> Array:
    """The filter after some steps of contrastive divergence, flat, and then the error of each step (Hinton 2002).

    w ← w + η (v ⋆ h − v' ⋆ h') / n: towards what the data does, away from what the model makes of it. The bias moves
    so that the share `sparse` of the hidden units is on. Chances stand for draws, so that it is the same every time.

    Args:
        w: (side, side) at the beginning.
        pictures: (N, H²) square pictures of 0 and 1, shown in turn.
        bias: of the hidden units at the beginning; that of the visible ones stays −2.
        rate: η.
        sparse: wanted share of hidden units.
        steps: pictures shown.
    """
    across = round(pictures.shape[1] ** 0.5)
    errors = []
    for step in range(steps):
        v = pictures[step % len(pictures)].reshape(across, across)
        h = hidden_chances(drive(v, w, bias))
        again = reconstruction(h, w, _VISIBLE)
        h_again = hidden_chances(drive(again, w, bias))
        w = w + rate * (together(v, h) - together(again, h_again)) / h.size
        bias += rate * (float(np.mean(h - h_again)) + sparse - float(np.mean(h)))
        errors.append(float(np.mean((v - again) ** 2)))
    return np.concatenate([w.reshape(-1), [bias], np.array(errors)])
