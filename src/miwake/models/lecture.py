"""The two networks of the lectures on handwritten digits."""

from __future__ import annotations

from torch import Tensor, nn

VARIANTS = ("lecture-small", "lecture-deep")
SIZE = 28
SMALLEST = 6
PAPER = "teaching networks"
COUNTS = {
    "lecture-small": (48_522, 1_428_480),
    "lecture-deep": (123_840, 7_615_732),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    if variant == "lecture-small":
        return LectureSmall(channels=channels, classes=classes, size=size, dropout=dropout or 0.0)
    return LectureDeep(channels=channels, classes=classes, size=size, dropout=0.5 if dropout is None else dropout)


class LectureSmall(nn.Module):
    """One 5×5 convolution, ReLU, pooling, one dense layer. Its filters are large enough to be looked at."""

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], dropout: float) -> None:
        super().__init__()
        height, width = ((side - 4 + 1) // 2 for side in size)
        self.layers = nn.Sequential(
            nn.Conv2d(channels, 32, 5),  # 28 → 24
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, ceil_mode=True),  # 24 → 12
        )
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(32 * height * width, classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        features = self.layers(x_BCHW).flatten(1)  # (B, 32·h·w)
        out: Tensor = self.dense(self.dropout(features))
        return out


class LectureDeep(nn.Module):
    """Six 3×3 convolutions in pairs, pooling after each pair, two dense layers."""

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], dropout: float) -> None:
        super().__init__()
        height, width = (-(-side // 8) for side in size)
        self.layers = nn.Sequential(
            *_pair(channels, 16),  # 28 → 14
            *_pair(16, 32),  # 14 → 7
            *_pair(32, 64),  # 7 → 4
        )
        self.hidden = nn.Sequential(nn.Linear(64 * height * width, 50), nn.ReLU(inplace=True))
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(50, classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        features = self.hidden(self.layers(x_BCHW).flatten(1))  # (B, 50)
        out: Tensor = self.dense(self.dropout(features))
        return out


def _pair(before: int, after: int) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(after, after, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2, ceil_mode=True),
    ]
