"""Noise: of a warm sensor, of little light, of dead pixels."""

from __future__ import annotations

import torch
from torch import Tensor

from miwake.robustness.corruptions import at


def gaussian_noise(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Normal noise on every value."""
    sigma, _ = at(level, (0.04, 0.06, 0.08, 0.09, 0.10), (0.08, 0.12, 0.18, 0.26, 0.38), min(pictures.shape[2:]))
    return pictures + sigma * torch.empty_like(pictures).normal_(generator=generator)


def shot_noise(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Poisson noise of so many photons at white."""
    photons, _ = at(level, (500, 250, 100, 75, 50), (60, 25, 12, 5, 3), min(pictures.shape[2:]))
    return torch.poisson(pictures * photons, generator=generator) / photons


def impulse_noise(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """A share of the values becomes black or white."""
    share, _ = at(level, (0.01, 0.02, 0.03, 0.05, 0.07), (0.03, 0.06, 0.09, 0.17, 0.27), min(pictures.shape[2:]))
    drawn = torch.empty_like(pictures).uniform_(generator=generator)
    return torch.where(drawn < share / 2, 0.0, torch.where(drawn > 1 - share / 2, 1.0, pictures))


CORRUPTIONS = {"gaussian_noise": gaussian_noise, "shot_noise": shot_noise, "impulse_noise": impulse_noise}
