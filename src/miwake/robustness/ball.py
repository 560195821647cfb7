"""All pictures within a distance of given ones: the room that an attack has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from miwake.robustness.strength import LEVELS

Norm = Literal["linf", "l2"]
_TINY = 1e-12


def lengths(changes: Tensor, norm: Norm) -> Tensor:
    """(B) size of changes (B, C, H, W): the largest of a picture's, or the root of the sum of their squares."""
    flat = changes.flatten(1)
    return flat.abs().amax(1) if norm == "linf" else flat.square().sum(1).sqrt()


@dataclass(frozen=True, kw_only=True, eq=False)
class Ball:
    """Pictures with values in 0…255 at a distance of at most `strength` from `centre`."""

    centre: Tensor
    """(B, C, H, W) float32."""
    strength: Tensor
    """(B) grey levels."""
    norm: Norm

    @property
    def radius(self) -> Tensor:
        """(B, 1, 1, 1) strength."""
        return self.strength[:, None, None, None]

    def take(self, rows: Tensor) -> Ball:
        """The same for some of the pictures."""
        return Ball(centre=self.centre[rows], strength=self.strength[rows], norm=self.norm)

    def project(self, pictures: Tensor) -> Tensor:
        """The nearest pictures within."""
        change = pictures - self.centre
        if self.norm == "linf":
            change = torch.maximum(torch.minimum(change, self.radius), -self.radius)
        else:
            change = change * (self.strength / lengths(change, "l2").clamp_min(_TINY)).clamp_max(1)[:, None, None, None]
        # a picture within 0…255 only comes nearer to its centre by this
        return (self.centre + change).clamp(0, LEVELS)

    def anywhere(self, generator: torch.Generator) -> Tensor:
        """A random picture within: each value for itself, or a random direction and a random share of the way."""
        noise = torch.empty_like(self.centre)
        if self.norm == "linf":
            return self.project(self.centre + self.radius * noise.uniform_(-1, 1, generator=generator))
        share = torch.empty_like(self.strength).uniform_(0, 1, generator=generator)
        along = unit(noise.normal_(generator=generator), "l2")
        return self.project(self.centre + share[:, None, None, None] * self.radius * along)

    def up(self, pictures: Tensor, slope: Tensor, size: float | Tensor) -> Tensor:
        """Within, after a step of `size` strengths along the slope."""
        return self.project(pictures + size * self.radius * unit(slope, self.norm))


def unit(slope: Tensor, norm: Norm) -> Tensor:
    """The direction of length 1 in which a step brings most: the sign of the slope, or the slope's own."""
    if norm == "linf":
        return slope.sign()
    return slope / lengths(slope, "l2").clamp_min(_TINY)[:, None, None, None]
