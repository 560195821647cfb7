"""HiResCAM: the last maps that lie over the picture, each place weighed by what the score wants of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from miwake.explanation.methods.gradcam import last_maps

if TYPE_CHECKING:
    from torch import Tensor

    from miwake.explanation.methods import Score

PAPER = "Draelos and Carin 2020, Use HiResCAM instead of Grad-CAM for faithful explanations"
COST = 8
EXTRA = ""
SANE = True


def fits(model: nn.Module) -> bool:
    """Whether dense layers read every place of the last maps; where they read the means, Grad-CAM is the same."""
    channels = 0
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            channels = module.out_channels
        elif isinstance(module, nn.Linear) and channels:
            return module.in_features > channels and module.in_features % channels == 0
    return False


def maps(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> Tensor:
    """Equation 3: the gradient of each place, not its mean; what is below zero speaks against the target."""
    seen, gradient, places = last_maps(model, inputs, targets, score)
    return places.over((gradient * seen).sum(1), (inputs.shape[2], inputs.shape[3])).cpu()
