"""Inception v3: convolutions of several sizes side by side, factorised into rows and columns."""

from __future__ import annotations

from torch import nn

from miwake.networks.zoo import from_timm

VARIANTS = ("inception_v3",)
SIZE = 299
SMALLEST = 39
PAPER = "Szegedy et al. 2016, Rethinking the inception architecture for computer vision"
HUB = "timm"
LICENCE = "apache-2.0"
COUNTS = {
    "inception_v3": (23_834_568, 5_713_216_096),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes). There is no auxiliary classifier. Dropout is the published 20%."""
    dropout = 0.2 if dropout is None else dropout
    return from_timm(variant, channels=channels, classes=classes, size=size, dropout=dropout)
