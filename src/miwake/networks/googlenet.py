"""GoogLeNet: 1×1, 3×3 and 5×5 convolutions side by side (Inception v1), with batch normalisation."""

from __future__ import annotations

from torch import nn
from torchvision.models import googlenet
from torchvision.models.googlenet import BasicConv2d

VARIANTS = ("googlenet",)
SIZE = 224
SMALLEST = 15
PAPER = "Szegedy et al. 2015, Going deeper with convolutions"
HUB = "torchvision"
LICENCE = "not stated"
COUNTS = {
    "googlenet": (6_624_904, 1_498_376_192),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes).

    Without the two auxiliary classifiers: batch normalisation does what they were for. Dropout is the published 40%
    where none is asked for.
    """
    model: nn.Module = googlenet(
        num_classes=classes, aux_logits=False, init_weights=True, dropout=0.4 if dropout is None else dropout
    )
    if channels != 3:
        stem = BasicConv2d(channels, 64, kernel_size=7, stride=2, padding=3)
        nn.init.trunc_normal_(stem.conv.weight, std=0.01, a=-2, b=2)
        model.add_module("conv1", stem)
    return model
