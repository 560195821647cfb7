"""Occlusion: how much the score falls when a square of the mean colour hides a part of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from miwake.explanation.methods import Score

PAPER = "Zeiler and Fergus 2013, Visualizing and understanding convolutional networks, section 4.2"
COST = 90
EXTRA = "explain"
SANE = True

_SHARE = 7  # squares side by side along the shorter side
_BATCH = 32


def maps(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> Tensor:
    """Squares of a seventh of the shorter side, a quarter of their side overlapping; each pixel's mean fall."""
    from captum.attr import Occlusion

    count, channels, height, width = inputs.shape
    side = max(1, round(min(height, width) / _SHARE))
    step = max(1, round(0.75 * side))
    with torch.no_grad():
        found: Tensor = Occlusion(lambda pictures, wanted: score(model(pictures), wanted)).attribute(
            inputs.detach(),
            sliding_window_shapes=(channels, side, side),
            strides=(channels, step, step),
            baselines=0,
            additional_forward_args=(targets,),
            perturbations_per_eval=max(1, _BATCH // count),
        )
    return found.mean(1).float().cpu()
