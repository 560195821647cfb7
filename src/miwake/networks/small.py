"""The default for small pictures and many kinds of them: a slim convolutional network that learns from scratch.

Each halving of the size doubles the filters, pooling comes before normalisation (Ioffe and Szegedy 2015) and
activation (SiLU, Elfwing et al. 2018), which then cost a quarter, and the features are the mean over the places
(Lin et al. 2014). What small and larger pictures need differs at the entrance only:

- up to 40 px every pixel counts: pairs of 3×3 convolutions from the full size on, as in VGG (Simonyan and Zisserman
  2015), few filters where there are many places;
- beyond, one 5×5 convolution with stride 2, then residual blocks (He et al. 2016), which cost nothing at full size.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

VARIANTS = ("small", "small-slim", "small-wide")
SIZE = 64
SMALLEST = 8
ANY_SIZE = True
PAPER = "after Simonyan and Zisserman 2015, and He et al. 2016"

COUNTS = {
    "small-slim": (275_062, 16_847_808),
    "small": (1_094_434, 65_546_112),
    "small-wide": (4_366_138, 258_494_208),
}

_TINY = 40
_FACTORS = {"small-slim": 0.5, "small": 1, "small-wide": 2}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    factor = _FACTORS[variant]
    return Small(channels=channels, classes=classes, size=size, factor=factor, dropout=dropout or 0.0)


class Small(nn.Module):
    """At 28 px: 16, 48, 96 filters at 28, 14, 7 px. At 64 px: 24, 48, 96, 192 filters at 32, 16, 8, 4 px."""

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], factor: float, dropout: float) -> None:
        super().__init__()
        tiny = min(size) <= _TINY
        widths = [round(factor * width) for width in ((16, 48, 96) if tiny else (24, 48, 96, 192))]
        self.layers = _pairs(channels, widths) if tiny else _blocks(channels, widths)
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(widths[-1], classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        x_BFhw = self.layers(x_BCHW)
        out: Tensor = self.dense(self.dropout(x_BFhw.mean((2, 3))))
        return out


def _pairs(channels: int, widths: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise([channels, *widths]):
        layers += [_conv(before, after), _conv(after, after, pool=after != widths[-1])]
    return nn.Sequential(*layers)


def _blocks(channels: int, widths: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = [_conv(channels, widths[0], kernel=5, stride=2)]
    for before, after in pairwise(widths):
        layers += [_conv(before, after, pool=True), Residual(after)]
    return nn.Sequential(*layers)


class Residual(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(_conv(width, width), _conv(width, width))

    def forward(self, x_BFHW: Tensor) -> Tensor:
        """Same shape out."""
        out: Tensor = x_BFHW + self.body(x_BFHW)
        return out


def _conv(before: int, after: int, *, kernel: int = 3, stride: int = 1, pool: bool = False) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)]
    if pool:
        layers.append(nn.MaxPool2d(2, ceil_mode=True))
    return nn.Sequential(*layers, nn.BatchNorm2d(after), nn.SiLU(inplace=True))
