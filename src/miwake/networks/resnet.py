"""ResNet: each block learns what to add to its input."""

from __future__ import annotations

from torch import nn

from miwake.networks.zoo import from_timm

VARIANTS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
SIZE = 224
SMALLEST = 8
ANY_SIZE = True
PAPER = "He, Zhang, Ren and Sun 2016, Deep residual learning for image recognition"
HUB = "timm"
LICENCE = "apache-2.0"
COUNTS = {
    "resnet18": (11_689_512, 1_814_073_344),
    "resnet34": (21_797_672, 3_663_761_408),
    "resnet50": (25_557_032, 4_089_184_256),
    "resnet101": (44_549_160, 7_801_405_440),
    "resnet152": (60_192_808, 11_513_626_624),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    return from_timm(variant, channels=channels, classes=classes, size=size, dropout=dropout)
