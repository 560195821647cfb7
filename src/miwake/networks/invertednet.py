"""InvertedNet: a U-Net turned inside out, most filters where the picture is largest.

Fine structures need many filters at full size and few below, which makes the network small: a tenth of U-Net's numbers.
The first pooling keeps the size ("delayed subsampling"), activations are ELU (Clevert 2016), and dropout is Gaussian
(Srivastava et al. 2014, section 10), after every convolution.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from miwake.networks.dense import Dense, Up, Upsampling

TASK = "segment"
VARIANTS = ("invertednet-slim", "invertednet")
SIZE = 256
SMALLEST = 2
ANY_SIZE = True
PAPER = "Novikov et al. 2018, Fully convolutional architectures for multiclass segmentation in chest radiographs"
COUNTS = {
    "invertednet-slim": (227_426, 13_827_768_320),
    "invertednet": (3_584_810, 219_369_701_376),
}

_WIDTHS = {"invertednet-slim": (64, 32, 16, 8, 8), "invertednet": (256, 128, 64, 32, 16)}


def build(
    variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None, upsampling: Upsampling
) -> nn.Module:
    """(B, C, H, W) to (B, classes, H, W). Dropout is a tenth where none is asked for."""
    return InvertedNet(
        channels=channels,
        classes=classes,
        widths=_WIDTHS[variant],
        dropout=0.1 if dropout is None else dropout,
        upsampling=upsampling,
    )


class InvertedNet(Dense):
    """Section III-C: the way down has 256, 128, 64, 32, 16 filters, and pools by 1, 2, 2, 2."""

    def __init__(
        self, *, channels: int, classes: int, widths: tuple[int, ...], dropout: float, upsampling: Upsampling
    ) -> None:
        super().__init__(step=2 ** (len(widths) - 2))
        self.down = nn.ModuleList(_pair(a, b, dropout) for a, b in pairwise([channels, *widths]))
        self.pools = nn.ModuleList(nn.MaxPool2d(3, 1, 1) if level == 0 else nn.MaxPool2d(2) for level in range(4))
        rising = list(zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.up = nn.ModuleList(
            nn.Conv2d(deep, high, 1) if place == len(rising) - 1 else Up(deep, high, upsampling)
            for place, (deep, high) in enumerate(rising)
        )
        self.joined = nn.ModuleList(_pair(2 * high, high, dropout) for _, high in rising)
        self.head = nn.Conv2d(widths[0], classes, 1)

    def places(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 256, H, W) and (B, 16, H/8, W/8)."""
        x = self.down[0](x_BCHW)
        seen = [x]  # at full size, full size, 1/2, 1/4
        for pool, layers in zip(self.pools, list(self.down)[1:], strict=True):
            x = layers(pool(x))
            seen.append(x)
        x = deepest = seen.pop()
        for up, layers in zip(self.up, self.joined, strict=True):
            x = layers(torch.cat((seen.pop(), up(x)), 1))
        return x, deepest


class GaussianDropout(nn.Module):
    """Multiplies by noise of mean 1 and the variance p/(1-p) of plain dropout, in training."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.deviation = math.sqrt(rate / (1 - rate))

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out."""
        if not self.training or self.deviation == 0:
            return x
        return x * (1 + self.deviation * torch.randn_like(x))


def _pair(before: int, after: int, dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in (before, after):
        layers += [nn.Conv2d(width, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ELU(inplace=True)]
        layers.append(GaussianDropout(dropout))
    return nn.Sequential(*layers)
