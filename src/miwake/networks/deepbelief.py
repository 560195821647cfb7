"""A convolutional deep belief network: it learns, without labels, what its pictures are made of, and could draw them.

Lee, Grosse, Ranganath and Ng 2009, "Convolutional deep belief networks for scalable unsupervised learning of
hierarchical representations", ICML. Each layer is a Boltzmann machine whose hidden units share their weights over the
picture, and which is pooled in a way that still is a probability (section 3.3). The layers learn one after the other
by contrastive divergence; then a linear layer reads the pooling units of both, as in section 4.3.

`deep-belief` is for strokes on an even ground: its visible units are ink or none. `deep-belief-photo` is for
photographs: they are whitened first, and its visible units are real numbers with unit variance.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from miwake.networks.retina import Whitening, ink

VARIANTS = ("deep-belief", "deep-belief-photo")
SIZE = {"deep-belief": 28, "deep-belief-photo": 32}
SMALLEST = 24
PAPER = "Lee, Grosse, Ranganath and Ng 2009, Convolutional deep belief networks"
COUNTS = {"deep-belief": (106_210, 5_660_080), "deep-belief-photo": (124_939, 9_899_776)}
STAGES = {
    "deep-belief": (("first", 8), ("second", 8)),
    "deep-belief-photo": (("retina", 1), ("first", 8), ("second", 8)),
}

_RATE, _MOMENTUM = 0.5, 0.9
_SPARSITY_RATE = 3.0
"""How much faster than by the data a bias moves towards the wanted activity."""


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    photo = variant.endswith("photo")
    return DeepBelief(channels=channels, classes=classes, size=size, dropout=dropout or 0.0, photo=photo)


class DeepBelief(nn.Module):
    """Two layers; the sizes in the comments are for a grey picture of 28 × 28 pixels."""

    def __init__(
        self, *, channels: int, classes: int, size: tuple[int, int], dropout: float, photo: bool = False
    ) -> None:
        super().__init__()
        if photo:
            self.retina = Whitening(channels, 9)
        self.photo = photo
        self.first = CRBM(channels, 40, 11, pool=2, active=0.05, real=photo)
        self.second = CRBM(40, 40, 6, pool=2, active=0.1)
        inside = [self.first.pooled(side) for side in size]
        above = [self.second.pooled(side) for side in inside]
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(40 * inside[0] * inside[1] + 40 * above[0] * above[1], classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        v = self.retina(x_BCHW) if self.photo else ink(x_BCHW)  # (B, 1, 28, 28)
        first = self.first(v)  # (B, 40, 9, 9)
        second = self.second(first)  # (B, 40, 2, 2)
        out: Tensor = self.dense(self.dropout(torch.cat([first.flatten(1), second.flatten(1)], 1)))
        return out

    @torch.no_grad()
    def bases(self) -> dict[str, Tensor]:
        """What the units of each layer look for, projected down to the visible units, (K, C, side, side) by layer.

        A unit of the second layer is the sum of the first layer's bases by its weights (section 4.1); a pooling unit
        stands for a hidden unit anywhere in its block, and so for the mean of them.
        """
        below = self.first.w.weight
        pool = self.first.pool
        spread = self.second.w.weight.repeat_interleave(pool, 2).repeat_interleave(pool, 3) / pool**2
        return {"first": below.clone(), "second": functional.conv_transpose2d(spread, below)}


@dataclass
class Learning:
    """What a layer has learnt so far, and how fast it is moving."""

    w: Tensor
    b: Tensor
    c: Tensor
    pace_w: Tensor
    pace_b: Tensor
    pace_c: Tensor
    errors: list[float]
    """Mean squared error of the reconstruction, a number a batch."""


class CRBM(nn.Module):
    """A convolutional restricted Boltzmann machine with probabilistic max pooling.

    Args:
        before: groups of visible units, C.
        groups: of hidden units, K; those of a group share weights and bias.
        side: of the weights, in visible units.
        pool: side of a block; of the hidden units of a block one at most is on, and then so is its pooling unit.
        active: wanted share of the hidden units that are on.
        real: whether visible units are real numbers with unit variance, instead of 0 or 1.
    """

    c: Tensor

    def __init__(self, before: int, groups: int, side: int, *, pool: int, active: float, real: bool = False) -> None:
        super().__init__()
        self.side, self.pool, self.active, self.real = side, pool, active, real
        self.w = nn.Conv2d(before, groups, side)
        # only a reconstruction needs the bias of the visible units
        self.register_buffer("c", torch.zeros(before))
        assert self.w.bias is not None
        nn.init.normal_(self.w.weight, std=0.01)
        nn.init.constant_(self.w.bias, math.log(active / (1 - active)))

    def pooled(self, length: int) -> int:
        """Pooling units along a side of so many visible units."""
        return (length - self.side + 1) // self.pool

    def forward(self, v: Tensor) -> Tensor:
        """P(p = 1 | v), (B, C, H, W) to (B, K, H', W')."""
        return self.chances(self.drive(v))[1]

    # -- the model -------------------------------------------------------------------------------------------------

    def drive(self, v: Tensor, w: Tensor | None = None, b: Tensor | None = None) -> Tensor:
        """I(h) = b + (W̃ * v), what a hidden unit gets from below; rows that fill no block are cut off.

        Args:
            v: (B, C, H, W).
            w: (K, C, side, side), the layer's own where None.
            b: (K), the layer's own where None.
        """
        into = self.w(v) if w is None else functional.conv2d(v, w, b)
        height, width = (length // self.pool * self.pool for length in into.shape[2:])
        return into[:, :, :height, :width]

    def chances(self, into: Tensor) -> tuple[Tensor, Tensor]:
        """Section 3.3: P(h = 1 | v) = exp I(h) / (1 + Σ exp I) over the block, and P(p = 1 | v), its sum.

        Args:
            into: (B, K, H, W), I(h).

        Returns:
            (B, K, H, W), and (B, K, H / pool, W / pool).
        """
        exponents, none, total = self._block_sums(into)
        on = torch.empty_like(into)
        for unit, exponent in zip(self._units(), exponents, strict=True):
            on[unit] = exponent / total
        return on, 1 - none / total

    def draw(self, on: Tensor) -> Tensor:
        """Hidden units of 0 and 1 by their chances (B, K, H, W), one at most in a block."""
        h = torch.zeros_like(on)
        left = torch.rand_like(on[:, :, :: self.pool, :: self.pool])
        for unit in self._units():
            h[unit] = ((left >= 0) & (left < on[unit])).to(h.dtype)
            left = left - on[unit]
        return h

    def reconstruct(self, h: Tensor, w: Tensor | None = None, c: Tensor | None = None) -> Tensor:
        """P(v = 1 | h) = σ(Σ_k W^k * h^k + c); for real units their mean. (B, K, H, W) to (B, C, H + side - 1, …)."""
        down = functional.conv_transpose2d(h, self.w.weight if w is None else w, self.c if c is None else c)
        return down if self.real else torch.sigmoid(down)

    def energy(self, v: Tensor, h: Tensor) -> Tensor:
        """E(v, h) = -Σ h I(h) - c Σ v, and Σ v²/2 for real units: (B). Infinite states are not looked for."""
        v = self._within(v, h.shape)
        return -(h * self.drive(v)).flatten(1).sum(1) + self._visible_energy(v)

    def free_energy(self, v: Tensor) -> Tensor:
        """F(v) = -log Σ_h exp -E(v, h) = -Σ log(1 + Σ exp I) over all blocks, and the visible units' part: (B)."""
        into = self.drive(v)
        _, none, total = self._block_sums(into)
        blocks = (total / none).log().flatten(1).sum(1)
        return -blocks + self._visible_energy(self._within(v, into.shape))

    def _visible_energy(self, v: Tensor) -> Tensor:
        bias = (self.c.view(-1, 1, 1) * v).flatten(1).sum(1)
        return 0.5 * v.square().flatten(1).sum(1) - bias if self.real else -bias

    def _within(self, v: Tensor, shape: torch.Size) -> Tensor:
        """The visible units that hidden units of this shape see."""
        return v[:, :, : shape[2] + self.side - 1, : shape[3] + self.side - 1]

    def _block_sums(self, into: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        """exp I of the units of each block in turn, 1 for none of them, and their sum, each (B, K, H', W').

        All over one factor, lest exp overflow.
        """
        units = [into[unit] for unit in self._units()]
        top = functional.max_pool2d(into, self.pool).clamp_min(0)
        exponents, none = [(unit - top).exp() for unit in units], (-top).exp()
        return exponents, none, torch.stack([none, *exponents]).sum(0)

    def _units(self) -> list[tuple[Any, ...]]:
        """The places of each unit of a block, in all blocks at once."""
        places = itertools.product(range(self.pool), repeat=2)
        return [(..., slice(row, None, self.pool), slice(column, None, self.pool)) for row, column in places]

    # -- learning --------------------------------------------------------------------------------------------------

    def observe(self, v: Tensor, state: Learning | None) -> Learning:
        """One step of contrastive divergence (Hinton 2002) on a batch of visible units (B, C, H, W).

        The data's statistics minus those of a reconstruction from drawn hidden units; and the biases move so that a
        share `active` of the units is on (Lee, Ekanadham and Ng 2008, section 3).
        """
        learnt = state or self._begin(v)
        into = self.drive(v, learnt.w, learnt.b)
        v = self._within(v, into.shape)
        on, _ = self.chances(into)
        again = self.reconstruct(self.draw(on), learnt.w, learnt.c)
        on_again, _ = self.chances(self.drive(again, learnt.w, learnt.b))
        places = on.numel() / on.shape[1]
        data, model = together(v, on), together(again, on_again)
        learnt.pace_w.mul_(_MOMENTUM).add_((data - model) / places, alpha=_RATE)
        sparse = _SPARSITY_RATE * (self.active - on.mean((0, 2, 3)))
        learnt.pace_b.mul_(_MOMENTUM).add_((on - on_again).mean((0, 2, 3)) + sparse, alpha=_RATE)
        learnt.pace_c.mul_(_MOMENTUM).add_((v - again).mean((0, 2, 3)), alpha=_RATE)
        for value, pace in ((learnt.w, learnt.pace_w), (learnt.b, learnt.pace_b), (learnt.c, learnt.pace_c)):
            value.add_(pace)
        learnt.errors.append((v - again).square().mean().item())
        return learnt

    def _begin(self, v: Tensor) -> Learning:
        """From the weights as they are, and a bias that gives the visible units their mean."""
        assert self.w.bias is not None
        w, b = self.w.weight.detach().clone(), self.w.bias.detach().clone()
        mean = v.mean((0, 2, 3))
        c = mean if self.real else mean.clamp(0.01, 0.99).logit()
        still = torch.zeros_like(w), torch.zeros_like(b), torch.zeros_like(c)
        return Learning(w, b, c.clone(), *still, [])

    def finish(self, state: Learning) -> None:
        """Take over what was learnt."""
        assert self.w.bias is not None
        with torch.no_grad():
            self.w.weight.copy_(state.w)
            self.w.bias.copy_(state.b)
            self.c.copy_(state.c)


def together(v: Tensor, h: Tensor) -> Tensor:
    """How often hidden units are on together with what they see: v ⋆ h, summed over places and pictures.

    Args:
        v: (B, C, H, W) visible units.
        h: (B, K, H - side + 1, W - side + 1) hidden units, or their chances.

    Returns:
        (K, C, side, side).
    """
    return functional.conv2d(v.transpose(0, 1), h.transpose(0, 1)).transpose(0, 1)
