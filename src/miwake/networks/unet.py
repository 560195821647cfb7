"""U-Net: down to what is seen, up again to where it is, with what was seen on the way down beside.

Convolutions are padded here, so that the answer is as large as the picture, and each is followed by batch
normalisation (Ioffe and Szegedy 2015), which the paper does without. Its border weights are a loss
(`miwake.segmentation.borders`), its overlapping tiles a way to answer for large pictures (`miwake.segmentation.tiles`).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from miwake.networks.dense import Dense, Up, Upsampling

TASK = "segment"
VARIANTS = ("unet-slim", "unet")
SIZE = 256
SMALLEST = 1
ANY_SIZE = True
PAPER = "Ronneberger, Fischer and Brox 2015, U-Net: convolutional networks for biomedical image segmentation"
COUNTS = {
    "unet-slim": (1_812_170, 2_941_255_680),
    "unet": (28_949_258, 46_594_523_136),
}

_WIDTHS = {"unet-slim": 16, "unet": 64}
_LEVELS = 5


def build(
    variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None, upsampling: Upsampling
) -> nn.Module:
    """(B, C, H, W) to (B, classes, H, W). Dropout is the paper's half at the end of the way down."""
    return UNet(
        channels=channels,
        classes=classes,
        width=_WIDTHS[variant],
        dropout=0.5 if dropout is None else dropout,
        upsampling=upsampling,
    )


class UNet(Dense):
    """Figure 1. With 64 filters at full size: 64, 128, 256, 512, 1,024 on the way down, the same backwards up."""

    def __init__(self, *, channels: int, classes: int, width: int, dropout: float, upsampling: Upsampling) -> None:
        super().__init__(step=2 ** (_LEVELS - 1))
        widths = [width << level for level in range(_LEVELS)]
        self.down = nn.ModuleList(pair(a, b) for a, b in zip([channels, *widths[:-1]], widths, strict=True))
        self.pool = nn.MaxPool2d(2)
        self.dropout = nn.Dropout(dropout)
        rising = list(zip(widths[:0:-1], widths[-2::-1], strict=True))  # (1024, 512), (512, 256), …
        self.up = nn.ModuleList(Up(deep, high, upsampling) for deep, high in rising)
        self.joined = nn.ModuleList(pair(2 * high, high) for _, high in rising)
        self.head = nn.Conv2d(width, classes, 1)

    def places(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 64, H, W) and (B, 1024, H/16, W/16)."""
        seen: list[Tensor] = []
        x = x_BCHW
        for level, layers in enumerate(self.down):
            x = layers(x if level == 0 else self.pool(x))  # (B, 64 · 2^level, H / 2^level, W / 2^level)
            seen.append(x)
        x = deepest = self.dropout(seen.pop())
        for up, layers in zip(self.up, self.joined, strict=True):
            x = layers(torch.cat((seen.pop(), up(x)), 1))
        return x, deepest


def pair(before: int, after: int) -> nn.Sequential:
    """Two 3×3 convolutions, each with normalisation and ReLU."""
    layers: list[nn.Module] = []
    for width in (before, after):
        layers += [nn.Conv2d(width, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)
