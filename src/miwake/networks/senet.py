"""SENet: each block weighs its channels by what it sees in the whole picture (squeeze and excitation)."""

from __future__ import annotations

from torch import nn

from miwake.networks.zoo import from_timm

VARIANTS = ("seresnet18", "seresnet34", "seresnet50", "seresnet101", "seresnet152", "senet154")
SIZE = 224
SMALLEST = 8
ANY_SIZE = True
PAPER = "Hu, Shen and Sun 2018, Squeeze-and-excitation networks"
HUB = "timm"
HUB_NAMES = {
    "seresnet18": "legacy_seresnet18",
    "seresnet34": "legacy_seresnet34",
    "seresnet50": "legacy_seresnet50",
    "seresnet101": "legacy_seresnet101",
    "seresnet152": "legacy_seresnet152",
}
LICENCE = "apache-2.0"
COUNTS = {
    "seresnet18": (11_778_592, 1_814_160_384),
    "seresnet34": (21_958_868, 3_663_918_592),
    "seresnet50": (28_088_024, 3_860_488_192),
    "seresnet101": (49_326_872, 7_574_937_600),
    "seresnet152": (66_821_848, 11_288_993_792),
    "senet154": (115_088_984, 20_688_363_520),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    return from_timm(HUB_NAMES.get(variant, variant), channels=channels, classes=classes, size=size, dropout=dropout)
