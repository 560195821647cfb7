"""Blur: out of focus, through structured glass, of a moving camera, of a camera that moves towards the thing."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from miwake.robustness.corruptions import at
from miwake.robustness.corruptions._filters import filtered, gaussian, lines, zoomed


def defocus_blur(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """A disc with a soft edge in place of every point."""
    small = ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1.0, 0.2), (1.5, 0.1))
    large = ((3.0, 0.1), (4.0, 0.5), (6.0, 0.5), (8.0, 0.5), (10.0, 0.5))
    (radius, soft), factor = at(level, small, large, min(pictures.shape[2:]))
    radius *= factor
    reach = math.ceil(radius) + 2
    fine = 4  # points a pixel, so that radii below one pixel are discs, too
    grid = (torch.arange(fine * (2 * reach + 1), device=pictures.device) + 0.5) / fine - reach - 0.5
    disc = ((grid[:, None] ** 2 + grid[None] ** 2) <= max(radius, 0.5 / fine) ** 2).float()
    kernel = functional.avg_pool2d(disc[None, None], fine)
    kernel = gaussian(kernel, soft * factor)[0]
    return filtered(pictures, kernel / kernel.sum())


def glass_blur(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Every pixel comes from a random near place, between two Gaussian blurs."""
    small = ((0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2))
    large = ((0.7, 1, 2), (0.9, 2, 1), (1.0, 2, 3), (1.1, 3, 2), (1.5, 4, 2))
    (sigma, reach, rounds), factor = at(level, small, large, min(pictures.shape[2:]))
    reach = max(1, round(reach * factor))
    changed = gaussian(pictures, sigma * factor)
    count, channels, height, width = pictures.shape
    y, x = torch.meshgrid(
        torch.arange(height, device=pictures.device), torch.arange(width, device=pictures.device), indexing="ij"
    )
    for _ in range(rounds):
        moves = torch.randint(-reach, reach + 1, (2, count, height, width), generator=generator, device=pictures.device)
        places = (y + moves[0]).clamp(0, height - 1) * width + (x + moves[1]).clamp(0, width - 1)
        taken = changed.flatten(2).gather(2, places.flatten(1)[:, None].expand(-1, channels, -1))
        changed = taken.reshape(pictures.shape)
    return gaussian(changed, sigma * factor)


def motion_blur(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Movement within 45° of the horizontal."""
    small = ((6, 1.0), (6, 1.5), (6, 2.0), (8, 2.0), (9, 2.5))
    large = ((10, 3.0), (15, 5.0), (15, 8.0), (15, 12.0), (20, 15.0))
    (radius, sigma), factor = at(level, small, large, min(pictures.shape[2:]))
    angles = torch.empty(len(pictures), device=pictures.device).uniform_(-math.pi / 4, math.pi / 4, generator=generator)
    return filtered(pictures, lines(angles, radius * factor, sigma * factor))


def zoom_blur(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """The mean of the picture at many enlargements."""
    small = ((1.05, 0.01), (1.10, 0.01), (1.15, 0.01), (1.20, 0.01), (1.25, 0.01))
    large = ((1.10, 0.01), (1.15, 0.01), (1.20, 0.02), (1.25, 0.02), (1.30, 0.03))
    (most, step), _ = at(level, small, large, min(pictures.shape[2:]))
    factors = [1 + step * number for number in range(1, round((most - 1) / step) + 1)]
    return torch.stack([pictures, *(zoomed(pictures, factor) for factor in factors)]).mean(0)


CORRUPTIONS = {
    "defocus_blur": defocus_blur,
    "glass_blur": glass_blur,
    "motion_blur": motion_blur,
    "zoom_blur": zoom_blur,
}
