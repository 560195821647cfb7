"""A light U-Net over EfficientNet-Lite0, whose ImageNet weights come with the install: the default for photographs.

What a photograph is made of need not be learnt anew; the decoder is narrow, since on a processor the layers at full
size cost most; and a few filters at full size look at the picture itself, for poles and signs that no coarser layer
has seen.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from miwake.networks import lean
from miwake.networks.dense import Dense, Up, Upsampling

TASK = "segment"
VARIANTS = ("lite-unet",)
SIZE = 256
SMALLEST = 1
ANY_SIZE = True
BACKBONE = "efficientnet_lite0"
PAPER = "after Ronneberger et al. 2015, over Tan and Le 2019"
COUNTS = {
    "lite-unet": (3_275_506, 1_091_516_416),
}

_WIDTHS = (96, 64, 40, 24)
"""Filters of the decoder at 1/16, 1/8, 1/4 and 1/2 of the size."""
_FULL = 12
"""At full size, of the picture and of the decoder; what they become together."""
_LAST = 16


def build(
    variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None, upsampling: Upsampling
) -> nn.Module:
    """(B, C, H, W) to (B, classes, H, W). Dropout is a tenth, of the deepest features, where none is asked for."""
    return LiteUNet(
        channels=channels, classes=classes, dropout=0.1 if dropout is None else dropout, upsampling=upsampling
    )


class LiteUNet(Dense):
    """Features of five stages, 16, 24, 40, 112 and 320 at 1/2 … 1/32 of the size, joined on the way up."""

    def __init__(self, *, channels: int, classes: int, dropout: float, upsampling: Upsampling) -> None:
        super().__init__(step=32)
        encoder: Any = lean.create("tf_efficientnet_lite0", in_chans=channels, features_only=True)
        self.encoder: nn.Module = encoder
        seen = list(encoder.feature_info.channels())[::-1]  # 320, 112, 40, 24, 16
        self.dropout = nn.Dropout2d(dropout)
        befores = [seen[0], *_WIDTHS[:-1]]
        self.up = nn.ModuleList(Up(a, b, upsampling) for a, b in zip(befores, _WIDTHS, strict=True))
        self.joined = nn.ModuleList(conv(skip + width, width) for skip, width in zip(seen[1:], _WIDTHS, strict=True))
        self.picture = conv(channels, _FULL)
        self.last_up = Up(_WIDTHS[-1], _FULL, upsampling)
        self.last = conv(2 * _FULL, _LAST)
        self.head = nn.Conv2d(_LAST, classes, 1)

    def backbone(self) -> nn.Module:
        """EfficientNet-Lite0 up to its last stage."""
        return self.encoder

    def places(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 16, H, W) and (B, 320, H/32, W/32)."""
        stages = self.encoder(x_BCHW)
        x = self.dropout(stages.pop())
        deepest = x
        for up, join in zip(self.up, self.joined, strict=True):
            x = join(torch.cat((stages.pop(), up(x)), 1))
        return self.last(torch.cat((self.picture(x_BCHW), self.last_up(x)), 1)), deepest


def conv(before: int, after: int) -> nn.Sequential:
    """3×3 with normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)
    )
