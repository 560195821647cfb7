"""EfficientNet: depth, width and resolution scaled together; Lite0 is the one whose weights come with the install."""

from __future__ import annotations

from torch import nn

from miwake.networks.zoo import from_timm

VARIANTS = (
    "efficientnet_lite0",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
)
SIZE = {
    "efficientnet_lite0": 224,
    "efficientnet_b0": 224,
    "efficientnet_b1": 240,
    "efficientnet_b2": 260,
    "efficientnet_b3": 300,
    "efficientnet_b4": 380,
}
SMALLEST = 8
ANY_SIZE = True
PAPER = "Tan and Le 2019, EfficientNet: rethinking model scaling for convolutional neural networks"
HUB = "timm"
HUB_NAMES = {"efficientnet_lite0": "tf_efficientnet_lite0"}
LICENCE = "apache-2.0"
COUNTS = {
    "efficientnet_lite0": (4_652_008, 385_187_552),
    "efficientnet_b0": (5_288_548, 385_814_752),
    "efficientnet_b1": (7_794_184, 686_802_832),
    "efficientnet_b2": (9_109_994, 993_561_872),
    "efficientnet_b3": (12_233_232, 1_827_141_392),
    "efficientnet_b4": (19_341_616, 4_393_771_024),
}

_DROPOUT = {"efficientnet_b2": 0.3, "efficientnet_b3": 0.3, "efficientnet_b4": 0.4}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes). Dropout is the published one (section 5.2) where none is asked for."""
    return from_timm(
        HUB_NAMES.get(variant, variant),
        channels=channels,
        classes=classes,
        size=size,
        dropout=_DROPOUT.get(variant, 0.2) if dropout is None else dropout,
    )
