"""A convolutional autoencoder: what it cannot redraw is odd (the classic baseline; Bergmann 2019, section 4)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from miwake.anomaly.method import Detector, Plan, joined

PAPER = "Bergmann 2019, Improving unsupervised defect segmentation by applying structural similarity to autoencoders"
LEARNS = ("encoder.", "decoder.")
STAGES: tuple[tuple[str, int], ...] = ()
AFTER: tuple[tuple[str, int], ...] = ()
EPOCHS = (10, 300)
RECIPE: dict[str, Any] = {"learning_rate": 1e-3}
BACKBONE = False
SIZE = 128
_NARROW = 32
"""Channels of the bottleneck, which covers 16 × 16 pixels with each place."""
_WINDOW = 11
"""Side of the window of structural similarity, in pixels."""


def build(plan: Plan, network: nn.Module | None, *, channels: int, size: tuple[int, int]) -> Detector:
    """With random weights."""
    return Autoencoder(channels=channels, size=size)


class Autoencoder(Detector):
    """Four halvings down to a narrow picture and four doublings back; structural similarity and squared error."""

    def __init__(self, *, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.learns = True
        self.network = None
        self.size = size
        self.grid = (max(1, size[0] // 4), max(1, size[1] // 4))
        widths = (channels, 32, 64, 96, 128)
        down: list[nn.Module] = []
        for before, after in pairwise(widths):
            down += [nn.Conv2d(before, after, 4, 2, 1), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
        self.encoder = nn.Sequential(*down, nn.Conv2d(widths[-1], _NARROW, 1))
        up: list[nn.Module] = [nn.Conv2d(_NARROW, widths[-1], 1), nn.LeakyReLU(0.2)]
        for before, after in zip(widths[:0:-1], widths[-2:0:-1], strict=False):
            up += [nn.Upsample(scale_factor=2.0, mode="nearest"), nn.Conv2d(before, after, 3, 1, 1)]
            up += [nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
        up += [nn.Upsample(scale_factor=2.0, mode="nearest"), nn.Conv2d(widths[1], channels, 3, 1, 1)]
        self.decoder = nn.Sequential(*up)

    def redrawn(self, x_BCHW: Tensor) -> Tensor:
        """(B, C, H, W) what the bottleneck lets through; sides that 16 does not divide are filled up by reflection."""
        height, width = x_BCHW.shape[2:]
        down, right = -height % 16, -width % 16
        mode = "reflect" if down < height and right < width else "replicate"
        padded = functional.pad(x_BCHW, (0, right, 0, down), mode=mode)
        out: Tensor = self.decoder(self.encoder(padded))
        return out[..., :height, :width]

    def differences(self, x_BCHW: Tensor) -> Tensor:
        """(B, H, W) how unlike each place is: 1 - SSIM of its surroundings, and the squared error."""
        redrawn = self.redrawn(x_BCHW)
        unlike = 0.5 * (1 - ssim(x_BCHW, redrawn))
        return unlike.mean(1) + (x_BCHW - redrawn).square().mean(1)

    def loss(self, x_BCHW: Tensor) -> Tensor:
        """Mean difference."""
        return self.differences(x_BCHW).mean()

    def odd(self, x_BCHW: Tensor) -> Tensor:
        """The score is the mean of the oddest hundredth of the places."""
        odd = functional.adaptive_avg_pool2d(self.differences(x_BCHW)[:, None], self.grid)[:, 0]
        flat = odd.flatten(1)
        return joined(flat.topk(max(1, flat.shape[1] // 100)).values.mean(1), odd)

    def embedding(self, x_BCHW: Tensor) -> Tensor:
        """(B, F) the bottleneck, mean over the places."""
        height, width = x_BCHW.shape[2:]
        padded = functional.pad(x_BCHW, (0, -width % 16, 0, -height % 16), mode="replicate")
        out: Tensor = self.encoder(padded)
        return out.mean((2, 3))


def ssim(first: Tensor, second: Tensor) -> Tensor:
    """(B, C, H, W) structural similarity of two pictures around each place, -1 … 1 (Wang 2004, equation 13).

    Means over a square window. Pictures are normalised, so that their range is taken as 4 standard deviations.
    """
    side = min(_WINDOW, *first.shape[2:])
    side -= 1 - side % 2

    def mean(x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, side, 1, side // 2, count_include_pad=False)

    a, b = mean(first), mean(second)
    spread_a, spread_b = (mean(x * x) - m * m for x, m in ((first, a), (second, b)))
    common = mean(first * second) - a * b
    one, two = (0.01 * 4) ** 2, (0.03 * 4) ** 2
    return (2 * a * b + one) * (2 * common + two) / ((a * a + b * b + one) * (spread_a + spread_b + two))
