"""VGG: nothing but 3×3 convolutions and pooling, then three dense layers."""

from __future__ import annotations

from torch import nn

from miwake.models.zoo import from_timm

VARIANTS = ("vgg11", "vgg13", "vgg16", "vgg19", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn")
SIZE = 224
SMALLEST = 32
PAPER = "Simonyan and Zisserman 2015, Very deep convolutional networks for large-scale image recognition"
HUB = "timm"


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes). Dropout is the published half where none is asked for."""
    dropout = 0.5 if dropout is None else dropout
    return from_timm(variant, channels=channels, classes=classes, size=size, dropout=dropout)
