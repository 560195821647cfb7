"""Guided backpropagation: the gradient, of which each rectifier lets only the positive part pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from miwake.explanation.rules import rule

if TYPE_CHECKING:
    from torch import Tensor, nn

    from miwake.explanation.methods import Score

PAPER = "Springenberg et al. 2015, Striving for simplicity: the all convolutional net"
COST = 3
EXTRA = ""
SANE = False  # Adebayo et al. 2018: much the same map with random weights; Nie et al. 2018 say why


def maps(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> Tensor:
    """Section 3.4, for whatever rectifiers the network has; the largest amount over the channels of a pixel."""
    pictures = inputs.detach().requires_grad_()
    with torch.enable_grad():
        with rule("guided"):
            outputs = model(pictures)
        (gradient,) = torch.autograd.grad(score(outputs, targets).sum(), pictures)
    return gradient.abs().amax(1).float().cpu()
