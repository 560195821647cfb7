"""SENet: each block weighs its channels by what it sees in the whole picture (squeeze and excitation)."""

from __future__ import annotations

from torch import nn

from miwake.models.zoo import from_timm

VARIANTS = ("seresnet18", "seresnet34", "seresnet50", "seresnet101", "seresnet152", "senet154")
SIZE = 224
SMALLEST = 8
PAPER = "Hu, Shen and Sun 2018, Squeeze-and-excitation networks"
HUB = "timm"


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    return from_timm(variant, channels=channels, classes=classes, size=size, dropout=dropout)
