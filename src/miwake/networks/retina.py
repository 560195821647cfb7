"""What comes before the first learnt features: ink on its ground, and the retina's Mexican hats."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

_FLOOR = 0.02
"""Variance, as a share of the mean one, below which a direction of the patches counts as noise."""


def ink(x_BCHW: Tensor) -> Tensor:
    """How far each pixel is from the ground, 0 to 1; the ground is the channel's median.

    For units that know no negative answers. Ink on paper and chalk on slate become the same.
    """
    ground = x_BCHW.flatten(2).median(2).values[..., None, None]
    off = (x_BCHW - ground).abs()
    return off / off.amax((1, 2, 3), keepdim=True).clamp_min(1e-6)


class Moments(NamedTuple):
    """Sums over patches of a picture."""

    patches: int
    first: Tensor
    """(N) sum of the patches."""
    second: Tensor
    """(N, N) sum of their outer products."""


class Whitening(nn.Module):
    """Makes neighbouring pixels independent, as far as two of them can be: what they share tells nothing new.

    The filter is the middle row of the symmetric whitening of patches (ZCA: Bell and Sejnowski 1997, section 3). On
    photographs it becomes a Mexican hat, which is how the retina's ganglion cells see (Atick and Redlich 1992).
    """

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.filter = nn.Conv2d(channels, channels, side, bias=False)
        nn.init.dirac_(self.filter.weight)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, C, H, W), the edges continued; about unit variance once it has learnt."""
        edge = self.side // 2
        out: Tensor = self.filter(functional.pad(x_BCHW, (edge,) * 4, mode="replicate"))
        return out

    def observe(self, x_BCHW: Tensor, state: Moments | None) -> Moments:
        """Add the patches of some pictures, a few from each."""
        step = max(1, self.side // 2)
        patches = functional.unfold(x_BCHW, self.side, stride=step).transpose(1, 2).flatten(0, 1).double()
        first, second = patches.sum(0), patches.T @ patches
        if state is None:
            return Moments(len(patches), first, second)
        return Moments(state.patches + len(patches), state.first + first, state.second + second)

    def finish(self, state: Moments) -> None:
        """Take over the filter that whitens what was seen."""
        mean = state.first / state.patches
        variance, directions = torch.linalg.eigh(state.second / state.patches - mean[:, None] * mean)
        floor = _FLOOR * variance.mean().clamp_min(1e-12)
        whitening = directions * (variance.clamp_min(0) + floor).rsqrt() @ directions.T
        channels = self.filter.weight.shape[0]
        middle = self.side**2 // 2 + torch.arange(channels, device=mean.device) * self.side**2
        with torch.no_grad():
            self.filter.weight.copy_(whitening[middle].view_as(self.filter.weight))
