"""DenseNet: each layer sees the outputs of all layers before it."""

from __future__ import annotations

from torch import nn

from miwake.networks.zoo import from_timm

VARIANTS = ("densenet121", "densenet169", "densenet201", "densenet161")
SIZE = 224
SMALLEST = 8
ANY_SIZE = True
PAPER = "Huang, Liu, van der Maaten and Weinberger 2017, Densely connected convolutional networks"
HUB = "timm"
LICENCE = "apache-2.0"
COUNTS = {
    "densenet121": (7_978_856, 2_834_161_664),
    "densenet169": (14_149_480, 3_359_843_328),
    "densenet201": (20_013_928, 4_291_365_888),
    "densenet161": (28_681_000, 7_727_907_072),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    return from_timm(variant, channels=channels, classes=classes, size=size, dropout=dropout)
