"""The two networks of the lectures on handwritten digits."""

from __future__ import annotations

from torch import Tensor, nn

VARIANTS = ("lecture-small", "lecture-deep")
SIZE = 28
SMALLEST = 8
PAPER = "teaching networks"
COUNTS = {
    "lecture-small": (65_162, 1_944_320),
    "lecture-deep": (147_578, 7_639_040),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    if variant == "lecture-small":
        return LectureSmall(channels=channels, classes=classes, size=size, dropout=dropout or 0.0)
    return LectureDeep(channels=channels, classes=classes, size=size, dropout=0.3 if dropout is None else dropout)


class LectureSmall(nn.Module):
    """One 5×5 convolution, ReLU, pooling, one dense layer. Its filters are large enough to be looked at."""

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], dropout: float) -> None:
        super().__init__()
        height, width = (side // 2 for side in size)
        self.layers = nn.Sequential(
            nn.Conv2d(channels, 32, 5, padding=2),  # (B, 32, 28, 28)
            nn.MaxPool2d(2),  # (B, 32, 14, 14); before ReLU for the same numbers with a quarter of the work
            nn.ReLU(inplace=True),
        )
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(32 * height * width, classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        features = self.layers(x_BCHW).flatten(1)  # (B, 6272)
        out: Tensor = self.dense(self.dropout(features))
        return out


class LectureDeep(nn.Module):
    """Six 3×3 convolutions in pairs, pooling after each pair, two dense layers; batch normalisation all along.

    Pooling comes before normalisation and activation (SiLU, Elfwing et al. 2018), which then cost a quarter.
    """

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], dropout: float) -> None:
        super().__init__()
        height, width = (side // 8 for side in size)
        self.layers = nn.Sequential(
            _conv(channels, 16),  # (B, 16, 28, 28)
            _conv(16, 16, pool=True),  # (B, 16, 14, 14)
            _conv(16, 32),
            _conv(32, 32, pool=True),  # (B, 32, 7, 7)
            _conv(32, 64),
            _conv(64, 64, pool=True),  # (B, 64, 3, 3)
        )
        self.hidden = nn.Sequential(
            nn.Linear(64 * height * width, 128, bias=False), nn.BatchNorm1d(128), nn.SiLU(inplace=True)
        )
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(128, classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        features = self.hidden(self.layers(x_BCHW).flatten(1))  # (B, 128)
        out: Tensor = self.dense(self.dropout(features))
        return out


def _conv(before: int, after: int, *, pool: bool = False) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(before, after, 3, padding=1, bias=False)]
    if pool:
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.BatchNorm2d(after), nn.SiLU(inplace=True))
