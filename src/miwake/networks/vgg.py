"""VGG: nothing but 3×3 convolutions and pooling, then three dense layers."""

from __future__ import annotations

from torch import nn

from miwake.networks.zoo import from_timm

VARIANTS = ("vgg11", "vgg13", "vgg16", "vgg19", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn")
SIZE = 224
SMALLEST = 32
PAPER = "Simonyan and Zisserman 2015, Very deep convolutional networks for large-scale image recognition"
HUB = "timm"
LICENCE = "bsd-3-clause"
COUNTS = {
    "vgg11": (132_863_336, 7_609_090_048),
    "vgg13": (133_047_848, 11_308_466_176),
    "vgg16": (138_357_544, 15_470_264_320),
    "vgg19": (143_667_240, 19_632_062_464),
    "vgg11_bn": (132_868_840, 7_609_090_048),
    "vgg13_bn": (133_053_736, 11_308_466_176),
    "vgg16_bn": (138_365_992, 15_470_264_320),
    "vgg19_bn": (143_678_248, 19_632_062_464),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes). Dropout is the published half where none is asked for."""
    dropout = 0.5 if dropout is None else dropout
    return from_timm(variant, channels=channels, classes=classes, size=size, dropout=dropout)
