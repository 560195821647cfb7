"""MobileNet: convolutions divided into one per channel and one across channels, for small devices."""

from __future__ import annotations

from torch import nn

from miwake.networks.zoo import from_timm

VARIANTS = ("mobilenetv3_small_100", "mobilenetv2_100", "mobilenetv1_100", "mobilenetv3_large_100")
SIZE = 224
SMALLEST = 8
ANY_SIZE = True
PAPER = "Howard et al. 2017 (v1), Sandler et al. 2018 (v2), Howard et al. 2019 (v3)"
HUB = "timm"
LICENCE = "apache-2.0"
COUNTS = {
    "mobilenetv3_small_100": (2_542_856, 56_510_400),
    "mobilenetv2_100": (3_504_872, 300_774_272),
    "mobilenetv1_100": (4_231_976, 568_740_352),
    "mobilenetv3_large_100": (5_483_032, 216_589_760),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes). Dropout is the published one where none is asked for."""
    dropout = 0.2 if dropout is None else dropout
    return from_timm(variant, channels=channels, classes=classes, size=size, dropout=dropout)
