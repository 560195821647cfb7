"""The Neocognitron: a network that learns without a teacher to know shapes wherever they stand.

Fukushima 1980, "Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition unaffected
by shift in position", Biological Cybernetics 36, 193-202. Equations are numbered in the order of that paper.

S-cells (after the simple cells of Hubel and Wiesel) look for a feature at a place; C-cells (complex cells) answer
wherever the feature is nearby. The cells of a plane share their synapses: they look for the same feature everywhere.
Two layers of a kind make a stage; here three stages see ever larger parts of the picture. The S-layers learn one after
the other by their own rule (`SCells.observe`), with no label and no gradient; then a linear layer reads the topmost
C-cells, where the paper takes the C-cell that answers most.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from miwake.networks.retina import ink

VARIANTS = ("neocognitron",)
SIZE = 28
SMALLEST = 12
PAPER = "Fukushima 1980, Neocognitron: a self-organizing neural network model"
COUNTS = {"neocognitron": (209_354, 16_664_733)}
STAGES = (("s1", 1), ("s2", 1), ("s3", 1))

ALPHA = 0.5
"""Saturation of the C-cells, as published."""
_START = 1e-4
"""Largest synapse before anything is learnt: enough that some cell of an unlearnt plane answers, and no more."""


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    return Neocognitron(channels=channels, classes=classes, size=size, dropout=dropout or 0.0)


class Neocognitron(nn.Module):
    """Three stages of S- and C-cells; the sizes in the comments are for a grey picture of 28 × 28 pixels."""

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], dropout: float) -> None:
        super().__init__()
        self.s1 = SCells(channels, 24, 5, r=2.5, q=1.0, column=5)
        self.c1 = CCells(5, stride=2)
        self.s2 = SCells(24, 64, 5, r=1.0, q=16.0, column=5)
        self.c2 = CCells(3, stride=2)
        self.s3 = SCells(64, 96, 5, r=1.0, q=16.0, column=5)
        self.c3 = CCells(3, stride=2)
        height, width = (-(-side // 8) for side in size)
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(96 * height * width, classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        x = ink(x_BCHW)  # (B, 1, 28, 28), the photoreceptors U0
        x = self.c1(self.s1(x))  # (B, 24, 28, 28), (B, 24, 14, 14)
        x = self.c2(self.s2(x))  # (B, 64, 14, 14), (B, 64, 7, 7)
        x = self.c3(self.s3(x))  # (B, 96, 7, 7), (B, 96, 4, 4)
        out: Tensor = self.dense(self.dropout(x.flatten(1)))
        return out

    @torch.no_grad()
    def bases(self) -> dict[str, Tensor]:
        """What the planes of each S-layer have learnt, as the layers below would draw it: (K, C, side, side)."""
        found = {"s1": self.s1.template()}
        for name, layers in (
            ("s2", (self.s2, self.c1, self.s1)),
            ("s3", (self.s3, self.c2, self.s2, self.c1, self.s1)),
        ):
            drawn = layers[0].template()
            for layer in layers[1:]:
                drawn = layer.down(drawn)
            found[name] = drawn
        return found


class Synapses(NamedTuple):
    """What an S-layer has learnt so far."""

    a: Tensor
    """(K, K before, side, side) excitatory."""
    b: Tensor
    """(K) inhibitory."""


class SCells(nn.Module):
    """A layer of S-cells: K planes, each of which looks for one feature at every place.

    Args:
        before: planes of the layer below.
        planes: K.
        side: of the field that a cell sees, in cells of the layer below.
        r: efficiency of the inhibition. A learnt cell answers where the cosine of what it sees with what it has learnt
            exceeds r / (1 + r): 0.8 for r = 4, 0.6 for r = 1.5.
        q: how much a representative learns from a picture.
        column: side of an S-column, in cells. The columns overlap by half.
    """

    c: Tensor

    def __init__(self, before: int, planes: int, side: int, *, r: float, q: float, column: int) -> None:
        super().__init__()
        self.r, self.q, self.column = r, q, column
        self.a = nn.Conv2d(before, planes, side, padding=side // 2, bias=False)
        self.b = nn.Parameter(torch.zeros(planes))
        # falls towards the edge of the field; the sum over field and planes is 1
        self.register_buffer("c", falling(side) / falling(side).sum() / before, persistent=False)
        nn.init.uniform_(self.a.weight, 0.0, _START)

    def forward(self, x: Tensor) -> Tensor:
        """(B, K before, H, W) to (B, K, H, W)."""
        return self.answers(x, Synapses(self.a.weight, self.b))

    def answers(self, x: Tensor, synapses: Synapses) -> Tensor:
        """Equations 1 and 2: excitation over shunting inhibition, as far as it exceeds 1.

        u_S(k, n) = r φ[(1 + Σ a(k, v) u_C(n + v)) / (1 + 2r/(1+r) b(k) v_C(n)) - 1], φ[x] = max(x, 0)
        """
        excitation = functional.conv2d(x, synapses.a, padding=self.a.padding)
        inhibition = 2 * self.r / (1 + self.r) * synapses.b.view(-1, 1, 1) * self.mean(x)
        return self.r * functional.relu((1 + excitation) / (1 + inhibition) - 1)

    def mean(self, x: Tensor) -> Tensor:
        """Equation 3: the inhibitory cells' root mean square, (B, 1, H, W). v_C(n) = √(Σ c(v) u_C²(n + v))."""
        energy = x.square().sum(1, keepdim=True)
        mean = functional.conv2d(energy, self.c[None, None], padding=self.a.padding)
        return mean.clamp_min(1e-12).sqrt()

    def template(self) -> Tensor:
        """What each plane has learnt, (K, K before, side, side), all of about the same strength."""
        return self.a.weight / self.b.clamp_min(_START).view(-1, 1, 1, 1)

    def down(self, u: Tensor) -> Tensor:
        """The sum of the planes' templates at the places and by the strengths of u, (B, K, H, W)."""
        return functional.conv_transpose2d(u, self.template())

    def observe(self, x: Tensor, state: Synapses | None) -> Synapses:
        """Learn from pictures, one after the other.

        Args:
            x: (B, K before, H, W), the layer's inputs.
            state: what was learnt from the pictures before; None at the beginning.
        """
        synapses = state or Synapses(self.a.weight.detach().clone(), self.b.detach().clone())
        for picture in torch.split(x, 1):
            self._reinforce(picture, synapses)
        return synapses

    def finish(self, state: Synapses) -> None:
        """Take over what was learnt."""
        with torch.no_grad():
            self.a.weight.copy_(state.a)
            self.b.copy_(state.b)

    def _reinforce(self, x: Tensor, synapses: Synapses) -> None:
        """Equations 7 and 8: the representative of each plane learns what it sees, and so do all cells of its plane.

        Δa(k, v) = q c(v) u_C(n̂ + v), Δb(k) = q/2 v_C(n̂)
        """
        found = self.representatives(self.answers(x, synapses)[0])
        if not found:
            return
        planes, rows, columns = (torch.tensor(numbers, device=x.device) for numbers in zip(*found, strict=True))
        side, edge = synapses.a.shape[-1], synapses.a.shape[-1] // 2
        fields = functional.pad(x[0], (edge,) * 4).unfold(1, side, 1).unfold(2, side, 1)
        seen = fields[:, rows, columns].transpose(0, 1)  # (n, K before, side, side)
        synapses.a[planes] += self.q * self.c * seen
        synapses.b[planes] += self.q / 2 * self.mean(x)[0, 0, rows, columns]

    def representatives(self, u: Tensor) -> list[tuple[int, int, int]]:
        """The cells that learn, as (plane, row, column), one a plane at most (section 4).

        An S-column holds the cells of all planes at nearby places; the one that answers most is its candidate. Where a
        plane has several candidates, the one that answers most is its representative.

        Args:
            u: (K, H, W), the layer's answers to a picture.
        """
        width = u.shape[2]
        most, plane = u.max(0)
        step = max(1, self.column // 2)
        _, places = functional.max_pool2d(
            most[None], self.column, step, self.column // 2, ceil_mode=True, return_indices=True
        )
        candidates = torch.unique(places)
        answers = most.flatten()[candidates]
        best: dict[int, tuple[float, int]] = {}
        for number, answer, place in zip(
            plane.flatten()[candidates].tolist(), answers.tolist(), candidates.tolist(), strict=True
        ):
            if answer > best.get(number, (0.0, 0))[0]:
                best[number] = answer, place
        return [(number, place // width, place % width) for number, (_, place) in sorted(best.items())]


class CCells(nn.Module):
    """A layer of C-cells: each answers where an S-cell of its plane does nearby.

    Args:
        side: of the field that a cell sees, in cells.
        stride: S-cells from one C-cell to the next.
    """

    d: Tensor

    def __init__(self, side: int, *, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.register_buffer("d", falling(side), persistent=False)

    def forward(self, u: Tensor) -> Tensor:
        """Equations 4 to 6: the planes inhibit each other, and answers saturate. (B, K, H, W) to (B, K, H/s, W/s).

        u_C(k, n) = ψ[(1 + Σ d(v) u_S(k, n + v)) / (1 + v_S(n)) - 1], ψ[x] = φ[x / (α + x)], and v_S is the mean
        excitation over all planes.
        """
        planes = int(u.shape[1])  # a tracing exporter must know the kernel's shape
        field = self.d.expand(planes, 1, -1, -1)
        excitation = functional.conv2d(u, field, stride=self.stride, padding=self.d.shape[0] // 2, groups=planes)
        inhibition = excitation.mean(1, keepdim=True)
        answer = functional.relu((1 + excitation) / (1 + inhibition) - 1)
        return answer / (ALPHA + answer)

    def down(self, u: Tensor) -> Tensor:
        """The field of each C-cell by the strengths of u: (B, K, H, W) to (B, K, sH + side - s, …)."""
        field = self.d.expand(u.shape[1], 1, -1, -1)
        return functional.conv_transpose2d(u, field, stride=self.stride, groups=u.shape[1])


def falling(side: int) -> Tensor:
    """(side, side) weights that fall from 1 in the middle as a Gaussian, to about a third at the middle of an edge."""
    place = torch.arange(side) - (side - 1) / 2
    distance = place.square()[:, None] + place.square()
    return torch.exp(-4 * distance / side**2)
