"""What is minimised: cross-entropy, Dice, focal, and sums of them; pixels that count nothing are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from miwake.types import VOID

_SMOOTH = 1.0
"""Pixels added to both sides of the overlap, so that a class of few pixels gives no wild gradients."""
_TINY, _LEAST = 1e-8, 1e-30


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
    parts = name.split("+")
    for part in parts:
        if part not in ("cross-entropy", "dice", "focal"):
            raise ValueError(f"no loss is called {part}")
    total = logits.new_zeros(())
    if "focal" in parts:
        total = total + cross_entropy(logits, truth, class_weights, pixel_weights, focus=focus)
    if "cross-entropy" in parts or "dice" in parts:
        weights = _weights(logits, truth, class_weights, pixel_weights) if "cross-entropy" in parts else None
        total = total + _together(logits, truth, weights, overlap="dice" in parts)
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
    weights = _weights(logits, truth, class_weights, pixel_weights)
    if not focus:
        return _together(logits, truth, weights, overlap=False)
    each = functional.cross_entropy(logits, truth, reduction="none", ignore_index=VOID)
    each = (1 - torch.exp(-each)).clamp_min(_TINY) ** focus * each
    return (weights * each).sum() / weights.sum().clamp_min(_TINY)


def dice(logits: Tensor, truth: Tensor) -> Tensor:
    """One minus the mean, over the classes that the batch holds, of 2 sum(p t) / (sum(p) + sum(t)).

    Milletari et al. 2016, section 3, with p in place of its square, the sums over the whole batch (Kervadec's and
    nnU-Net's "batch Dice", Isensee 2021), which spares pictures without a class.
    """
    return _together(logits, truth, None, overlap=True)


def _weights(logits: Tensor, truth: Tensor, class_weights: Sequence[float], pixel_weights: Tensor | None) -> Tensor:
    """(B, H, W) by how much each pixel counts."""
    counts = (truth != VOID).to(logits.dtype)
    if class_weights:
        counts = counts * logits.new_tensor(class_weights)[truth.clamp(max=len(class_weights) - 1)]
    return counts if pixel_weights is None else counts * pixel_weights


def _together(logits: Tensor, truth: Tensor, weights: Tensor | None, *, overlap: bool) -> Tensor:
    """Cross-entropy by these weights (B, H, W), where there are some, plus Dice, where `overlap`."""
    classes, flat = logits.shape[1], truth.reshape(-1)
    counts = (flat != VOID).to(logits.dtype)
    found: Tensor = _Together.apply(
        logits,
        flat.clamp(max=classes - 1),
        counts if overlap else None,
        None if weights is None else weights.reshape(-1),
    )
    return found


class _Together(torch.autograd.Function):
    """Both losses of n = B·H·W pixels from one softmax, with their gradients by hand.

    There are millions of probabilities a step, and autograd would go over them twenty times. They lie in planes here,
    one a class: long rows of numbers, which processors are quick with.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, truth: Tensor, counts: Tensor | None, weights: Tensor | None) -> Tensor:
        """The loss.

        Args:
            ctx: of autograd.
            logits: (B, K, H, W).
            truth: (n) classes; any, where nothing counts.
            counts: (n) 0 or 1, for Dice; None leaves it out.
            weights: (n) for cross-entropy, likewise.
        """
        planes = logits.transpose(0, 1).flatten(1)
        chances = (planes - planes.amax(0)).exp_()
        chances /= chances.sum(0)
        right = chances.gather(0, truth[None])[0]
        total = logits.new_zeros(())
        slope = pull = None
        if counts is not None:
            given = (chances * counts).sum(1)
            there, overlap = (torch.zeros_like(given).index_add_(0, truth, each) for each in (counts, right * counts))
            below = given + there + _SMOOTH
            share, present = (2 * overlap + _SMOOTH) / below, (there > 0).to(given.dtype)
            present = present / present.sum().clamp_min(1)
            total = total + ((1 - share) * present).sum()
            # by how much it grows with `given`, and with `overlap`
            slope, pull = share / below * present, -2 / below * present
        if weights is not None:
            weights = weights / weights.sum().clamp_min(_TINY)
            total = total - (weights * right.clamp_min(_LEAST).log()).sum()
        ctx.save_for_backward(chances, truth, right, counts, weights, slope, pull)
        ctx.shape = logits.shape
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        """With p the probabilities and t the true class: p (g - sum(p g)) for g, what the loss grows by with p."""
        chances, truth, right, counts, weights, slope, pull = ctx.saved_tensors
        flat, at_truth = torch.zeros_like(right), torch.zeros_like(right)
        if counts is not None:
            pulled = pull[truth] * right
            flat -= counts * ((chances * slope[:, None]).sum(0) + pulled)
            at_truth += counts * pulled
        if weights is not None:
            flat += weights
            at_truth -= weights
        factor = flat if counts is None else torch.addcmul(flat, counts, slope[:, None])
        found = (chances * factor).scatter_add_(0, truth[None], at_truth[None]).mul_(gradient)
        count, classes, height, width = ctx.shape
        return found.view(classes, count, height, width).transpose(0, 1), None, None, None
