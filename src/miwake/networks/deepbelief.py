"""A convolutional deep belief network: it learns, without labels, what its pictures are made of.

Lee, Grosse, Ranganath and Ng 2009, "Convolutional deep belief networks for scalable unsupervised learning of
hierarchical representations", ICML. Each layer is a restricted Boltzmann machine whose hidden units share their weights
over the picture, and which is pooled in a way that still is a probability (section 3.3). As in the deep belief network
of Hinton, Osindero and Teh 2006, the layers learn one after the other by contrastive divergence; then a linear layer
reads the pooling units of both (section 4.3).

`deep-belief` is for strokes on an even ground: its visible units are ink or none. `deep-belief-photo` is for
photographs: its visible units are contrasts, real numbers with about unit variance.
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from miwake.networks.retina import contrast, ink

VARIANTS = ("deep-belief", "deep-belief-photo")
SIZE = {"deep-belief": 28, "deep-belief-photo": 32}
SMALLEST = 24
PAPER = "Lee, Grosse, Ranganath and Ng 2009, Convolutional deep belief networks"
COUNTS = {"deep-belief": (106_210, 5_660_080), "deep-belief-photo": (137_570, 7_861_744)}
STAGES = (("first", 12), ("second", 8))

POOL = 2
"""Side of a block. Of its hidden units one at most is on, and then so is its pooling unit."""
_RATE, _MOMENTUM, _DECAY = 0.2, 0.9, 3e-4
_AT_ONCE = 16
"""Pictures of a step."""
_SPARSITY = 3.0
"""How much stronger than by the data a bias is drawn towards the wanted activity."""


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes)."""
    photo = variant.endswith("photo")
    return DeepBelief(channels=channels, classes=classes, size=size, dropout=dropout or 0.0, photo=photo)


class DeepBelief(nn.Module):
    """Two layers; the sizes in the comments are for a grey picture of 28 × 28 pixels that is no photograph."""

    def __init__(self, *, channels: int, classes: int, size: tuple[int, int], dropout: float, photo: bool) -> None:
        super().__init__()
        self.photo = photo
        if photo:
            self.first = CRBM(channels, 40, 7, active=0.02, real=True)
        else:
            self.first = CRBM(channels, 40, 11, active=0.03)
        self.second = CRBM(40, 40, 6, active=0.05)
        inside = [self.first.pooled(side) for side in size]
        above = [self.second.pooled(side) for side in inside]
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(40 * (math.prod(inside) + math.prod(above)), classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes)."""
        v = contrast(x_BCHW) if self.photo else ink(x_BCHW)  # (B, 1, 28, 28)
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
        first, second = self.first.w.weight, self.second.w.weight
        spread = second.repeat_interleave(POOL, 2).repeat_interleave(POOL, 3) / POOL**2
        return {"first": first.clone(), "second": functional.conv_transpose2d(spread, first)}


class Learning(NamedTuple):
    """A machine that is learning, and what moves it."""

    machine: CRBM
    descent: torch.optim.SGD


class CRBM(nn.Module):
    """A convolutional restricted Boltzmann machine with probabilistic max pooling.

    E(v, h) = -Σ h I(v) - Σ c v, and Σ v²/2 more where v are real numbers; I is what comes to a hidden unit from below.

    Args:
        before: groups of visible units, C.
        groups: of hidden units, K; those of a group share weights and bias.
        side: of the weights, in visible units.
        active: wanted share of the hidden units that are on.
        real: whether visible units are real numbers with unit variance, instead of 0 or 1. Nothing bounds what is
            drawn again then: it overshoots more at every step unless K · side² · active² · rate lies well below
            2 (1 + momentum).
    """

    c: Tensor

    def __init__(self, before: int, groups: int, side: int, *, active: float, real: bool = False) -> None:
        super().__init__()
        self.side, self.active, self.real = side, active, real
        self.w = nn.Conv2d(before, groups, side)
        # the bias of the visible units, which only a reconstruction needs
        self.register_buffer("c", torch.zeros(before))
        nn.init.normal_(self.w.weight, std=0.01)
        nn.init.constant_(_bias(self.w), math.log(active / (1 - active)))

    def forward(self, v: Tensor) -> Tensor:
        """P(p = 1 | v), (B, C, H, W) to (B, K, H', W')."""
        return 1 - self._choices(v)[:, :, -1]

    def pooled(self, length: int) -> int:
        """Pooling units along a side of so many visible units."""
        return (length - self.side + 1) // POOL

    def within(self, v: Tensor) -> Tensor:
        """The visible units that blocks of hidden units see; the last row and column may be left over."""
        height, width = (POOL * self.pooled(length) + self.side - 1 for length in v.shape[2:])
        return v[:, :, :height, :width]

    # -- the model -------------------------------------------------------------------------------------------------

    def drive(self, v: Tensor) -> Tensor:
        """I, what comes from below to the units of each block, and 0 for none of them: (B, K, POOL² + 1, H', W')."""
        into = functional.pixel_unshuffle(self.w(self.within(v)), POOL)  # (B, K · POOL², H', W')
        blocks = into.reshape(-1, self.w.out_channels, POOL**2, *into.shape[2:])
        return functional.pad(blocks, (0, 0, 0, 0, 0, 1))

    def _choices(self, v: Tensor) -> Tensor:
        """Section 3.3: P(h = 1 | v) = exp I / (1 + Σ exp I) of each unit of a block, and of none, as `drive`."""
        return self.drive(v).softmax(2)

    def chances(self, v: Tensor) -> Tensor:
        """P(h = 1 | v), (B, K, 2H', 2W')."""
        return _places(self._choices(v))

    def draw(self, v: Tensor) -> Tensor:
        """Hidden units of 0 and 1 by their chances, (B, K, 2H', 2W'), one at most in a block."""
        choices = self._choices(v)
        upto, luck = choices.cumsum(2), torch.rand_like(choices[:, :, :1])
        return _places(((luck < upto) & (luck >= upto - choices)).to(v.dtype))

    def reconstruct(self, h: Tensor) -> Tensor:
        """P(v = 1 | h) = σ(Σ_k W^k * h^k + c); of real units the mean. (B, K, H, W) to (B, C, H + side - 1, …)."""
        down = functional.conv_transpose2d(h, self.w.weight, self.c)
        return down if self.real else down.sigmoid()

    def free_energy(self, v: Tensor) -> Tensor:
        """F(v) = -log Σ_h exp -E(v, h), (B): the lower, the more probable is v."""
        v = self.within(v)
        visible = self.c.view(-1, 1, 1) * v
        if self.real:
            visible = visible - 0.5 * v.square()
        return -self.drive(v).logsumexp(2).flatten(1).sum(1) - visible.flatten(1).sum(1)

    # -- learning --------------------------------------------------------------------------------------------------

    def observe(self, v: Tensor, state: Learning | None) -> Learning:
        """Contrastive divergence (Hinton 2002) on visible units (B, C, H, W), a few pictures at a time.

        A picture has hundreds of places to learn from, so that many small steps get further than one large one.
        """
        learning = state or self._begin(v)
        for pictures in torch.split(v, _AT_ONCE):
            self._step(self.within(pictures), *learning)
        return learning

    def _step(self, v: Tensor, machine: CRBM, descent: torch.optim.SGD) -> None:
        """The free energy falls at the data and rises at the machine's own reconstruction of it.

        And the biases move so that a share `active` of the units is on (Lee, Ekanadham and Ng 2008, section 3).
        """
        again = _framed(machine.reconstruct(machine.draw(v)), v, self.side // 3)
        on = machine.chances(v)
        descent.zero_grad()
        with torch.enable_grad():
            divergence = (machine.free_energy(v) - machine.free_energy(again)).sum() / on[:, 0].numel()
            divergence.backward()  # type: ignore[no-untyped-call]
        gradient = _bias(machine.w).grad
        assert gradient is not None
        gradient += _SPARSITY * (on.mean((0, 2, 3)) - self.active)
        descent.step()

    def _begin(self, v: Tensor) -> Learning:
        """The weights as they are, and a bias that gives the visible units their mean."""
        machine, mean = copy.deepcopy(self), v.mean((0, 2, 3))
        machine.c.copy_(mean if self.real else mean.clamp(0.01, 0.99).logit())
        biases = {"params": [_bias(machine.w), machine.c.requires_grad_()], "weight_decay": 0.0}
        weights = {"params": [machine.w.weight], "weight_decay": _DECAY}
        return Learning(machine, torch.optim.SGD([weights, biases], lr=_RATE, momentum=_MOMENTUM))

    def finish(self, state: Learning) -> None:
        """Take over what was learnt."""
        self.load_state_dict(state.machine.state_dict())


def _bias(convolution: nn.Conv2d) -> Tensor:
    assert convolution.bias is not None
    return convolution.bias


def _places(choices: Tensor) -> Tensor:
    """What the units of all blocks, (B, K, POOL² + 1, H', W'), are at their places: (B, K, POOL · H', POOL · W')."""
    return functional.pixel_shuffle(choices[:, :, :-1].flatten(1, 2), POOL)


def _framed(again: Tensor, v: Tensor, edge: int) -> Tensor:
    """A reconstruction with the edge of the data: few units see it, and they would learn to make up for the others.

    So the machine learns the middle, given what is around it (Norouzi, Ranjbar and Mori 2009, section 3.2).
    """
    framed, middle = v.clone(), (..., slice(edge, -edge or None), slice(edge, -edge or None))
    framed[middle] = again[middle]
    return framed
