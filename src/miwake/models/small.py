"""The default for small pictures: a plain stack of 3×3 convolutions that ends at about 4×4 whatever the size.

Plain 3×3 stacks are VGG's (Simonyan and Zisserman 2015); with batch normalisation (Ioffe and Szegedy 2015) they need
no large dense layers. The features are the largest answer of each filter anywhere in the picture.
"""

from __future__ import annotations

import math
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

VARIANTS = ("small", "small-residual")
SIZE = 64
SMALLEST = 8
PAPER = "after Simonyan and Zisserman 2015, and He et al. 2016 for small-residual"
COUNTS = {
    "small": (1_133_722, 39_520_768),
    "small-residual": (1_968_986, 115_018_240),
}

_WIDEST = 256


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    residual = variant == "small-residual"
    return Small(channels=channels, classes=classes, size=size, residual=residual, dropout=dropout or 0.0)


class Small(nn.Module):
    """Stages of 3×3 convolutions, each half the size and twice the width of the one before.

    At 64 px: 16, 32, 64, 128, 256 filters; at 32 px: 32, 64, 128, 256. The last two stages have two convolutions.
    """

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], residual: bool, dropout: float) -> None:
        super().__init__()
        halvings = max(1, round(math.log2(min(size) / 4.5)))
        widths = [max(16, _WIDEST >> (halvings - stage)) for stage in range(halvings + 1)]
        layers: list[nn.Module] = [_conv(channels, widths[0])]
        for stage, (before, after) in enumerate(pairwise([widths[0], *widths])):
            if stage:
                layers += [nn.MaxPool2d(2, ceil_mode=True), _conv(before, after)]
            if residual:
                layers.append(Residual(after))
            elif stage >= halvings - 1:
                layers.append(_conv(after, after))
        self.layers = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(widths[-1], classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        maps = self.layers(x_BCHW)  # (B, 256, about 4, about 4)
        features = maps.amax((2, 3))  # (B, 256)
        out: Tensor = self.classifier(self.dropout(features))
        return out


class Residual(nn.Module):
    """Two convolutions beside a shortcut (He et al. 2016, figure 2)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(width, width), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out."""
        return functional.relu(x + self.body(x))


def _conv(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)
    )
