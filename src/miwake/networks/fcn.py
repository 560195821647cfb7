"""FCN-8s: a classifier made fully convolutional, its coarse answer sharpened twice by finer layers.

The body is VGG's with sixteen layers; its dense layers became convolutions. Where the paper pads the picture by 100
pixels and crops the answer, convolutions are padded here.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from miwake.networks.dense import Dense, Upsampling, enlarged

TASK = "segment"
VARIANTS = ("fcn8s-slim", "fcn8s")
SIZE = 224
SMALLEST = 1
ANY_SIZE = True
PAPER = "Long, Shelhamer and Darrell 2015, Fully convolutional networks for semantic segmentation"
COUNTS = {
    "fcn8s-slim": (2_598_030, 1_058_186_752),
    "fcn8s": (134_313_438, 21_208_993_792),
}

_BODY = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Filters and convolutions of each block, pooling after each: configuration D of Simonyan and Zisserman 2015."""
_SHARE = {"fcn8s-slim": 4, "fcn8s": 1}
_DENSE = 4096


def build(
    variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None, upsampling: Upsampling
) -> nn.Module:
    """(B, C, H, W) to (B, classes, H, W). Dropout is VGG's half where none is asked for."""
    return FCN8s(
        channels=channels,
        classes=classes,
        share=_SHARE[variant],
        dropout=0.5 if dropout is None else dropout,
        upsampling=upsampling,
    )


class FCN8s(Dense):
    """Section 4.2, figure 3: scores at 1/32, 1/16 and 1/8 of the size are summed, and enlarged to the whole."""

    def __init__(self, *, channels: int, classes: int, share: int, dropout: float, upsampling: Upsampling) -> None:
        super().__init__(step=32)
        widths = [width // share for width, _ in _BODY]
        self.body = nn.ModuleList(
            _block(before, after, count)
            for (before, after), (_, count) in zip(pairwise([channels, *widths]), _BODY, strict=True)
        )
        dense = _DENSE // share**2
        self.dense = nn.Sequential(
            nn.Conv2d(widths[-1], dense, 7, padding=3),  # "fc6"
            nn.ReLU(inplace=True),
            nn.Dropout2d(dropout),
            nn.Conv2d(dense, dense, 1),  # "fc7"
            nn.ReLU(inplace=True),
            nn.Dropout2d(dropout),
        )
        self.score16, self.score8 = (nn.Conv2d(widths[level], classes, 1) for level in (3, 2))
        transposed = upsampling == "transposed"
        self.up16, self.up8 = (_transposed(classes, 2) if transposed else None for _ in range(2))
        self.up1 = _transposed(classes, 8) if transposed else None
        self.head = nn.Conv2d(dense, classes, 1)
        for score in (self.score16, self.score8):  # "we initialize … to zero", section 4.2
            nn.init.zeros_(score.weight)

    def answer(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """(B, classes, H, W) and "fc7", (B, 4096, H/32, W/32)."""
        x, pooled = x_BCHW, list[Tensor]()
        for block in self.body:
            x = block(x)
            pooled.append(x)
        deepest = self.dense(x)
        scores = self.head(deepest)  # (B, K, H/32, W/32)
        scores = _twice(scores, self.up16) + self.score16(pooled[3])  # (B, K, H/16, W/16)
        scores = _twice(scores, self.up8) + self.score8(pooled[2])  # (B, K, H/8, W/8)
        return (enlarged(scores, 8) if self.up1 is None else self.up1(scores)), deepest


def _twice(scores: Tensor, up: nn.Module | None) -> Tensor:
    if up is None:
        return enlarged(scores, 2)
    out: Tensor = up(scores)
    return out


def _block(before: int, after: int, count: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in [before, *[after] * (count - 1)]:
        layers += [nn.Conv2d(width, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.MaxPool2d(2))


def _transposed(classes: int, factor: int) -> nn.ConvTranspose2d:
    """Enlarges by `factor`; begins as bilinear interpolation and may learn another (section 4.2)."""
    layer = nn.ConvTranspose2d(classes, classes, 2 * factor, factor, factor // 2, groups=classes, bias=False)
    place = (torch.arange(2 * factor) + 0.5) / factor - 1
    ramp = 1 - place.abs()
    with torch.no_grad():
        layer.weight.copy_((ramp[:, None] * ramp).expand_as(layer.weight))
    return layer
