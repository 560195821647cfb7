"""ZFNet: AlexNet after its first layers had been looked at, with smaller filters and a smaller stride.

Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", figure 3; written about in 2013. Weights
start as in He et al. 2015 instead of at 0.01, since the published start needs many epochs to get going.
"""

from __future__ import annotations

from torch import Tensor, nn

VARIANTS = ("zfnet",)
SIZE = 224
SMALLEST = 53
PAPER = "Zeiler and Fergus 2013, Visualizing and understanding convolutional networks"
COUNTS = {
    "zfnet": (58_301_578, 1_163_977_856),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes). Dropout is the published half where none is asked for."""
    return ZFNet(channels=channels, classes=classes, dropout=0.5 if dropout is None else dropout)


class ZFNet(nn.Module):
    """Five convolutions and three dense layers; shapes are for pictures of 224×224."""

    def __init__(self, *, channels: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, 96, 7, stride=2, padding=1),  # (B, 96, 110, 110)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),  # (B, 96, 55, 55)
            nn.LocalResponseNorm(5),  # contrast across the maps
            nn.Conv2d(96, 256, 5, stride=2),  # (B, 256, 26, 26)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),  # (B, 256, 13, 13)
            nn.LocalResponseNorm(5),
            nn.Conv2d(256, 384, 3, padding=1),  # (B, 384, 13, 13)
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 384, 3, padding=1),  # (B, 384, 13, 13)
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1),  # (B, 256, 13, 13)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),  # (B, 256, 6, 6)
            nn.AdaptiveAvgPool2d(6),  # changes nothing at 224, makes other sizes fit
        )
        self.dense = nn.Sequential(
            nn.Flatten(),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(4096, classes),
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                assert layer.bias is not None
                nn.init.zeros_(layer.bias)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        out: Tensor = self.dense(self.layers(x_BCHW))
        return out
