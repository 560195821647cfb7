"""What is minimised: cross-entropy, Dice, focal, and sums of them; pixels that count nothing are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from miwake.types import VOID

_SMOOTH = 1.0
"""Pixels added to both sides of the overlap, so that a class of few pixels gives no wild gradients."""
_TINY = 1e-8


@dataclass(frozen=True, kw_only=True)
class _Pixels:
    """A batch's n = B·H·W pixels in rows: what all losses need, computed once."""

    chances: Tensor
    """(n, K) logarithms of the probabilities."""
    truth: Tensor
    """(n) int64 classes; any, where nothing counts."""
    right: Tensor
    """(n) logarithm of the true class's probability."""
    counts: Tensor
    """(n) 1, or 0 where nothing counts."""


def loss(
    logits: Tensor,
    truth: Tensor,
    *,
    name: str = "cross-entropy",
    class_weights: Sequence[float] = (),
    focus: float = 2.0,
    pixel_weights: Tensor | None = None,
) -> Tensor:
    """Mean loss of a batch, or the sum of two.

    Args:
        logits: (B, K, H, W), float32.
        truth: (B, H, W) int64, `VOID` where nothing counts.
        name: parts joined by `+`: `cross-entropy`, `dice`, `focal`.
        class_weights: K, by which pixels count in cross-entropy and focal; empty: all the same.
        focus: gamma of focal.
        pixel_weights: (B, H, W), by which pixels count further in them, such as U-Net's at borders.
    """
    pixels = _rows(logits, truth)
    total = logits.new_zeros(())
    for part in name.split("+"):
        if part == "dice":
            total = total + _dice(pixels)
        elif part in ("cross-entropy", "focal"):
            total = total + _cross_entropy(pixels, class_weights, pixel_weights, focus if part == "focal" else 0.0)
        else:
            raise ValueError(f"no loss is called {part}")
    return total


def cross_entropy(
    logits: Tensor,
    truth: Tensor,
    class_weights: Sequence[float] = (),
    pixel_weights: Tensor | None = None,
    *,
    focus: float = 0.0,
) -> Tensor:
    """sum of w(x) (1 - p(x))^focus (-log p(x)) over the sum of w(x), p(x) being the probability of the true class.

    With focus 0 it is the weighted cross-entropy of Ronneberger 2015, equation 1, as a mean; with more, the focal loss
    of Lin et al. 2017, equation 5. It is 0 where nothing counts.
    """
    return _cross_entropy(_rows(logits, truth), class_weights, pixel_weights, focus)


def dice(logits: Tensor, truth: Tensor) -> Tensor:
    """One minus the mean, over the classes that the batch holds, of 2 sum(p t) / (sum(p) + sum(t)).

    Milletari et al. 2016, section 3, with p in place of its square, the sums over the whole batch (Kervadec's and
    nnU-Net's "batch Dice", Isensee 2021), which spares pictures without a class.
    """
    return _dice(_rows(logits, truth))


def _rows(logits: Tensor, truth: Tensor) -> _Pixels:
    classes = logits.shape[1]
    # channels-last logits lie so in memory already
    chances = logits.permute(0, 2, 3, 1).reshape(-1, classes).log_softmax(1)
    flat = truth.reshape(-1)
    inside = flat.clamp(max=classes - 1)
    return _Pixels(
        chances=chances,
        truth=inside,
        right=chances.gather(1, inside[:, None])[:, 0],
        counts=(flat != VOID).to(logits.dtype),
    )


def _cross_entropy(
    pixels: _Pixels, class_weights: Sequence[float], pixel_weights: Tensor | None, focus: float
) -> Tensor:
    counts, each = pixels.counts, -pixels.right
    if class_weights:
        counts = counts * each.new_tensor(class_weights)[pixels.truth]
    if pixel_weights is not None:
        counts = counts * pixel_weights.reshape(-1)
    if focus:
        each = (1 - torch.exp(-each)).clamp_min(_TINY) ** focus * each
    return (counts * each).sum() / counts.sum().clamp_min(_TINY)


def _dice(pixels: _Pixels) -> Tensor:
    # sums, not products of matrices: these would be rounded to 16 bits where training is
    counts = pixels.counts[:, None]
    chances = pixels.chances.exp() * counts
    inside = pixels.truth[:, None] == torch.arange(chances.shape[1], device=chances.device)
    there = torch.where(inside, counts, 0.0).sum(0)
    overlap = torch.where(inside, chances, 0.0).sum(0)
    share = (2 * overlap + _SMOOTH) / (chances.sum(0) + there + _SMOOTH)
    present = (there > 0).to(chances.dtype)
    return ((1 - share) * present).sum() / present.sum().clamp_min(1)
