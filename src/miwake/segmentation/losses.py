"""What is minimised: cross-entropy, Dice, focal, and sums of them; pixels that count nothing are left out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from miwake.types import VOID

_SMOOTH = 1.0
"""Pixels added to both sides of the overlap, so that a class of few pixels gives no wild gradients."""


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
    total = logits.new_zeros(())
    for part in name.split("+"):
        if part == "dice":
            total = total + dice(logits, truth)
        elif part == "focal":
            total = total + cross_entropy(logits, truth, class_weights, pixel_weights, focus=focus)
        elif part == "cross-entropy":
            total = total + cross_entropy(logits, truth, class_weights, pixel_weights)
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
    weight = logits.new_tensor(class_weights) if class_weights else None
    if pixel_weights is None and focus == 0:
        # the mean of nothing is no number
        counted = bool((truth != VOID).any())
        if not counted:
            return 0 * logits.sum()
        return functional.cross_entropy(logits, truth, weight=weight, ignore_index=VOID)
    each = functional.cross_entropy(logits, truth, reduction="none", ignore_index=VOID)
    counts = (truth != VOID).to(logits.dtype)
    if weight is not None:
        counts = counts * weight[truth.clamp(max=len(weight) - 1)]
    if pixel_weights is not None:
        counts = counts * pixel_weights
    if focus:
        each = (1 - torch.exp(-each)).clamp_min(1e-8) ** focus * each
    return (counts * each).sum() / counts.sum().clamp_min(1e-8)


def dice(logits: Tensor, truth: Tensor) -> Tensor:
    """One minus the mean, over the classes that the batch holds, of 2 sum(p t) / (sum(p) + sum(t)).

    Milletari et al. 2016, section 3, with p in place of its square, the sums over the whole batch (Kervadec's and
    nnU-Net's "batch Dice", Isensee 2021), which spares pictures without a class.
    """
    classes = logits.shape[1]
    counts = (truth != VOID).unsqueeze(1).to(logits.dtype)  # (B, 1, H, W)
    chances = logits.softmax(1) * counts
    inside = functional.one_hot(truth.clamp(max=classes - 1), classes).permute(0, 3, 1, 2).to(logits.dtype) * counts
    overlap = (chances * inside).sum((0, 2, 3))
    pixels = inside.sum((0, 2, 3))
    share = (2 * overlap + _SMOOTH) / (chances.sum((0, 2, 3)) + pixels + _SMOOTH)
    present = (pixels > 0).to(logits.dtype)
    return ((1 - share) * present).sum() / present.sum().clamp_min(1)
