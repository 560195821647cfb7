"""Integrated gradients: the gradient along the way from an even picture of the mean colour to this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from miwake.explanation.methods import Score

PAPER = "Sundararajan, Taly and Yan 2017, Axiomatic attribution for deep networks"
STEPS = (16, 12)
"""On the first part of the way, and on the rest."""
COST = 3 * sum(STEPS)
EXTRA = "explain"
SANE = True

_BATCH = 16
_FIRST = 0.2
"""Share of the way on which most of the score is won: beyond, a network is sure of its answer already (section 5 of
Sturmfels et al. 2020), so that equal steps would miss the beginning."""


def maps(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> Tensor:
    """Equation 1, summed over the channels: the map's sum is the score less that of the even picture."""
    from captum.attr import IntegratedGradients

    integrated = IntegratedGradients(lambda pictures, wanted: score(model(pictures), wanted))
    inputs = inputs.detach()
    found = torch.zeros_like(inputs)
    ends = (torch.zeros_like(inputs), _FIRST * inputs, inputs)
    for start, end, steps in zip(ends, ends[1:], STEPS, strict=False):
        with torch.enable_grad():
            part: Tensor = integrated.attribute(
                end,
                baselines=start,
                additional_forward_args=(targets,),
                n_steps=steps,
                internal_batch_size=max(_BATCH, len(inputs)),
            )
        found += part.detach()
    return found.sum(1).float().cpu()
