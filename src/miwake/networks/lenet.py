"""LeNet-5 as it was published: trainable subsampling, sparse connections, Gaussian outputs.

LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition", section II.B and
figure 2. Two things are left out: the second-order training of its appendix C, and the constant term of equation 9,
which stands for "none of these"; without it the loss is the usual cross-entropy of the outputs here.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

VARIANTS = ("lenet5",)
SIZE = 28
SMALLEST = 16
PAPER = "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition"
COUNTS = {
    "lenet5": (61_150, 651_720),
}

SIDE = 32
"""Side of the input, in pixels: larger than any digit, so that strokes may end in the middle of C3's fields."""

CONNECTIONS = (
    (0, 1, 2),
    (1, 2, 3),
    (2, 3, 4),
    (3, 4, 5),
    (0, 4, 5),
    (0, 1, 5),
    (0, 1, 2, 3),
    (1, 2, 3, 4),
    (2, 3, 4, 5),
    (0, 3, 4, 5),
    (0, 1, 4, 5),
    (0, 1, 2, 5),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)
"""Table I: which of S2's six maps each of C3's sixteen sees."""

# A row of the 12 × 7 bitmap as 7 bits, from the top; drawn here in the manner of the paper's figure 3.
_DIGITS = (
    "00 1c 22 41 41 41 41 41 41 22 1c 00",
    "00 08 18 28 08 08 08 08 08 08 3e 00",
    "00 3c 42 01 01 02 04 08 10 20 7f 00",
    "00 7f 02 04 08 1c 02 01 01 42 3c 00",
    "00 02 06 0a 12 22 42 7f 02 02 02 00",
    "00 7f 40 40 7c 02 01 01 01 42 3c 00",
    "00 1e 20 40 40 5c 62 41 41 22 1c 00",
    "00 7f 01 02 02 04 04 08 08 10 10 00",
    "00 3e 41 41 22 1c 22 41 41 41 3e 00",
    "00 1c 22 41 41 23 1d 01 01 02 3c 00",
)


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes). There is no dropout where none is asked for."""
    return LeNet5(channels=channels, classes=classes, size=size, dropout=dropout or 0.0)


class LeNet5(nn.Module):
    """Seven layers, 60,000 learnt numbers for one channel.

    Pictures below 32 px are continued at their edges, larger ones averaged down.
    """

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], dropout: float) -> None:
        super().__init__()
        height, width = (max(0, SIDE - side) for side in size)
        self.padding = (width // 2, width - width // 2, height // 2, height - height // 2)
        self.c1 = nn.Conv2d(channels, 6, 5)
        self.s2 = Subsampling(6)
        self.c3 = SparseConv(6, 16, 5, CONNECTIONS)
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.dropout = nn.Dropout(dropout)
        self.output = Gaussian(84, classes)
        for layer, inputs in ((self.c1, 25 * channels), (self.c5, 400), (self.f6, 120)):
            _start(layer.weight, inputs)
            assert layer.bias is not None
            _start(layer.bias, inputs)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        x = functional.pad(x_BCHW, self.padding, mode="replicate")
        x = functional.adaptive_avg_pool2d(x, SIDE)  # (B, C, 32, 32)
        x = squash(self.c1(x))  # (B, 6, 28, 28)
        x = squash(self.s2(x))  # (B, 6, 14, 14)
        x = squash(self.c3(x))  # (B, 16, 10, 10)
        x = squash(self.s4(x))  # (B, 16, 5, 5)
        x = squash(self.c5(x)).flatten(1)  # (B, 120)
        x = squash(self.f6(x))  # (B, 84)
        out: Tensor = self.output(self.dropout(x))
        return out


def squash(x: Tensor) -> Tensor:
    """Equation 6: the scaled hyperbolic tangent, which takes ±1 to ±1."""
    return 1.7159 * torch.tanh(2 / 3 * x)


class Subsampling(nn.Module):
    """Each 2×2 field is summed, times a coefficient, plus a bias; one of each is learnt for a map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.empty(maps, 1, 1))
        self.bias = nn.Parameter(torch.empty(maps, 1, 1))
        _start(self.coefficient, 4)
        _start(self.bias, 4)

    def forward(self, x: Tensor) -> Tensor:
        """(B, M, H, W) to (B, M, H/2, W/2)."""
        return self.coefficient * functional.avg_pool2d(x, 2, divisor_override=1) + self.bias


class SparseConv(nn.Module):
    """A convolution in which each output map sees some of the input maps only; the weights of the others do not exist.

    The learnt weights lie one after another and are put into place for each pass, the rest being zero.
    """

    place: Tensor

    def __init__(self, maps: int, outputs: int, side: int, connections: tuple[tuple[int, ...], ...]) -> None:
        super().__init__()
        self.shape = (outputs, maps, side, side)
        field = side * side
        place = [
            (output * maps + seen) * field + pixel
            for output, group in enumerate(connections)
            for seen in group
            for pixel in range(field)
        ]
        self.register_buffer("place", torch.tensor(place), persistent=False)
        self.weight = nn.Parameter(torch.empty(len(place)))
        self.bias = nn.Parameter(torch.empty(outputs))
        start = 0
        for output, group in enumerate(connections):
            inputs = field * len(group)
            _start(self.weight[start : start + inputs], inputs)
            _start(self.bias[output], inputs)
            start += inputs

    def dense(self) -> Tensor:
        """The weights in place: (outputs, maps, side, side)."""
        everywhere = self.weight.new_zeros(math.prod(self.shape))
        return everywhere.index_put((self.place,), self.weight).view(self.shape)

    def forward(self, x: Tensor) -> Tensor:
        """(B, maps, H, W) to (B, outputs, H - side + 1, W - side + 1)."""
        return functional.conv2d(x, self.dense(), self.bias)


class Gaussian(nn.Linear):
    """Euclidean radial basis functions (equation 7): how far are the features from each class's code of ±1?

    The output is not the squared distance |x - c|² but |x|² - |x - c|² = 2 x·c - |c|². Softmax does not see the
    difference, since |x|² is the same for all classes, and the layer is linear in x. The codes are fixed, as published:
    for ten classes a drawing of each digit on 7×12 pixels, else at random with equal chances.
    """

    def __init__(self, inputs: int, classes: int) -> None:
        super().__init__(inputs, classes)
        codes = codes_of(inputs, classes)
        with torch.no_grad():
            self.weight.copy_(2 * codes)
            assert self.bias is not None
            self.bias.copy_(-codes.square().sum(1))
        self.requires_grad_(False)


def codes_of(inputs: int, classes: int) -> Tensor:
    """(classes, inputs) of ±1; the same at every call."""
    if (inputs, classes) == (84, 10):
        rows = [[int(row, 16) for row in digit.split()] for digit in _DIGITS]
        bits = torch.tensor([[row >> bit & 1 for row in digit for bit in range(6, -1, -1)] for digit in rows])
    else:
        bits = torch.randint(2, (classes, inputs), generator=torch.Generator().manual_seed(1998))
    return bits * 2.0 - 1.0


@torch.no_grad()
def _start(weight: Tensor, inputs: int) -> None:
    """Section II.C: uniform between ±2.4 over the number of inputs."""
    weight.uniform_(-2.4 / inputs, 2.4 / inputs)
