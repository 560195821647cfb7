"""A pointwise layer of thresholds, then two strided convolutions: slim, and quickly made robust.

A network that learns from pictures changed against it finds thresholds first, which wipe small changes of a pixel out
(Madry et al. 2018, appendix C). Here they have a layer of their own, each pixel for itself, so that few steps find
them. The rest is the network of Wong, Rice and Kolter 2020 for digits.
"""

from __future__ import annotations

from torch import Tensor, nn

VARIANTS = ("threshold",)
SIZE = 28
SMALLEST = 8
PAPER = "after Wong, Rice and Kolter 2020, Fast is better than free: revisiting adversarial training, and Madry 2018"
COUNTS = {
    "threshold": (169_270, 1_189_544),
}
_THRESHOLDS = 4
"""For each channel of the picture."""


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    return Threshold(channels=channels, classes=classes, size=size, dropout=dropout or 0.0)


class Threshold(nn.Module):
    """Thresholds, 16 and 32 filters of 4×4 pixels with stride 2, and two dense layers; no normalisation."""

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], dropout: float) -> None:
        super().__init__()
        height, width = (side // 4 for side in size)
        marks = _THRESHOLDS * channels
        self.layers = nn.Sequential(
            nn.Conv2d(channels, marks, 1),  # (B, 4, 28, 28) of a grey picture
            nn.ReLU(inplace=True),
            nn.Conv2d(marks, 16, 4, stride=2, padding=1),  # (B, 16, 14, 14)
            nn.ReLU(inplace=True),
            nn.Conv2d(16, 32, 4, stride=2, padding=1),  # (B, 32, 7, 7)
            nn.ReLU(inplace=True),
        )
        self.hidden = nn.Sequential(nn.Linear(32 * height * width, 100), nn.ReLU(inplace=True))
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(100, classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        features = self.hidden(self.layers(x_BCHW).flatten(1))  # (B, 100)
        out: Tensor = self.dense(self.dropout(features))
        return out
