"""Weather: snow, frost on the lens, fog, too much light."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from miwake.robustness.corruptions import at
from miwake.robustness.corruptions._filters import clouds, filtered, lines, zoomed


def snow(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Flakes that fall while the shutter is open, over a paler picture."""
    small = (
        (0.1, 0.2, 1.0, 0.6, 8, 3, 0.95),
        (0.1, 0.2, 1.0, 0.5, 10, 4, 0.9),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    )
    large = (
        (0.1, 0.3, 3.0, 0.5, 10, 4, 0.8),
        (0.2, 0.3, 2.0, 0.5, 12, 4, 0.7),
        (0.55, 0.3, 4.0, 0.9, 12, 8, 0.7),
        (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    )
    (mean, spread, zoom, least, radius, sigma, kept), factor = at(level, small, large, min(pictures.shape[2:]))
    count, device = len(pictures), pictures.device
    flakes = torch.empty((count, 1, *pictures.shape[2:]), device=device).normal_(mean, spread, generator=generator)
    flakes = zoomed(flakes, zoom)
    flakes = torch.where(flakes < least, 0.0, flakes).clamp(0, 1)
    angles = torch.empty(count, device=device).uniform_(math.pi / 4, 3 * math.pi / 4, generator=generator)
    flakes = filtered(flakes, lines(angles, radius * factor, sigma * factor))
    grey = pictures.mean(1, keepdim=True)
    paler = kept * pictures + (1 - kept) * torch.maximum(pictures, 1.5 * grey + 0.5)
    return paler + flakes + flakes.rot90(2, (2, 3))


def frost(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Needles of ice from the edges inwards. The paper lays photographs of frost over the picture; these are drawn."""
    small = ((1.0, 0.2), (1.0, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45))
    large = ((1.0, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75))
    (kept, strength), _ = at(level, small, large, min(pictures.shape[2:]))
    count, size = len(pictures), (pictures.shape[2], pictures.shape[3])
    # crests of a rough landscape are thin bright lines
    needles = (1 - (2 * clouds(count, size, 1.4, generator) - 1).abs()) ** 4
    coat = clouds(count, size, 2.0, generator)
    vertical, horizontal = (torch.linspace(-1, 1, length, device=pictures.device).abs() for length in size)
    edge = torch.maximum(vertical[:, None], horizontal[None])
    ice = (0.55 * needles + 0.45 * coat) * (0.45 + 0.55 * edge**2) * 1.3
    return kept * pictures + strength * ice.clamp(0, 1)


def fog(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Light from clouds of every size, the whole brought back to the picture's own white."""
    small = ((0.2, 3.0), (0.5, 3.0), (0.75, 2.5), (1.0, 2.0), (1.5, 1.75))
    large = ((1.5, 2.0), (2.0, 2.0), (2.5, 1.7), (2.5, 1.5), (3.0, 1.4))
    (strength, decay), _ = at(level, small, large, min(pictures.shape[2:]))
    white = pictures.amax((1, 2, 3), keepdim=True)
    mist = clouds(len(pictures), (pictures.shape[2], pictures.shape[3]), decay, generator)
    return (pictures + strength * mist) * white / (white + strength).clamp_min(1e-6)


def brightness(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """More light; hue and saturation stay."""
    more, _ = at(level, (0.05, 0.1, 0.15, 0.2, 0.3), (0.1, 0.2, 0.3, 0.4, 0.5), min(pictures.shape[2:]))
    value = pictures.amax(1, keepdim=True)
    brighter = (value + more).clamp_max(1)
    return torch.where(value > 1e-6, pictures * brighter / value.clamp_min(1e-6), brighter)


CORRUPTIONS = {"snow": snow, "frost": frost, "fog": fog, "brightness": brightness}
