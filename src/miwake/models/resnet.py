"""ResNet: each block learns what to add to its input."""

from __future__ import annotations

from torch import nn

from miwake.models.zoo import from_timm

VARIANTS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
SIZE = 224
SMALLEST = 8
PAPER = "He, Zhang, Ren and Sun 2016, Deep residual learning for image recognition"
HUB = "timm"


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    return from_timm(variant, channels=channels, classes=classes, size=size, dropout=dropout)
