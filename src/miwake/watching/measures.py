"""What pictures are like, in a few numbers that a change of light, lens or colour moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number for each picture."""

    name: str
    slack: float
    """What is too little to be of any consequence: added to the thresholds."""
    sides: tuple[int, ...] = (-1, 1)
    """Whether lower (-1) and higher (1) values tell of a change."""


BRIGHTNESS = Measure(name="brightness", slack=2.0)
"""Mean luma, 0…255."""
SHARPNESS = Measure(name="sharpness", slack=0.1)
"""Natural logarithm of the variance of the Laplacian of the luma, over the luma's own variance, so that less contrast
alone is not less sharp (the variance of the Laplacian: Pech-Pacheco et al. 2000, Diatom autofocusing in brightfield
microscopy, section 2.3)."""
RED = Measure(name="red", slack=1.5)
"""Mean of red less green, in grey levels."""
BLUE = Measure(name="blue", slack=1.5)
"""Mean of blue less the mean of red and green, in grey levels."""
DISTANCE = Measure(name="distance", slack=0.005, sides=(1,))
"""1 less the cosine to the most similar training picture, in the eyes of the network (Sun et al. 2022,
Out-of-distribution detection with deep nearest neighbors, section 3, with k = 1)."""

SEEN = (BRIGHTNESS, SHARPNESS, RED, BLUE)
"""Those that the pixels alone give."""
MEASURES = (*SEEN, DISTANCE)

_LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601."""


def seen(pictures: Tensor) -> NDArray[np.float64]:
    """The measures of `SEEN`.

    Args:
        pictures: (B, C, H, W) uint8, grey or RGB, as they are stored.

    Returns:
        (B, 4); grey pictures have no colour, 0.
    """
    values = pictures.float()
    if values.shape[1] == 3:
        luma = (values * values.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
        red, green, blue = values.mean((2, 3)).unbind(1)
        colours = torch.stack([red - green, blue - (red + green) / 2], 1)
    else:
        luma = values.mean(1, keepdim=True)
        colours = values.new_zeros(len(values), 2)
    kernel = values.new_tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]).view(1, 1, 3, 3)
    edges = functional.conv2d(luma, kernel) if min(luma.shape[2:]) > 2 else torch.zeros_like(luma)
    # half a grey level squared: what rounding alone gives
    sharp = torch.log((edges.var((1, 2, 3), correction=0) + 0.25) / (luma.var((1, 2, 3), correction=0) + 0.25))
    found = torch.cat([luma.mean((2, 3)), sharp[:, None], colours], 1)
    numbers: NDArray[np.float64] = found.double().cpu().numpy()
    return numbers


def directions(features: Tensor) -> NDArray[np.float32]:
    """Features (B, F) as directions, of length 1."""
    flat = features.float().flatten(1)
    found: NDArray[np.float32] = (flat / flat.norm(dim=1, keepdim=True).clamp_min(1e-12)).cpu().numpy()
    return found


def distances(pictures: NDArray[np.float32], bank: NDArray[np.float32]) -> NDArray[np.float64]:
    """`DISTANCE` of pictures.

    Args:
        pictures: (B, F) directions.
        bank: (N, F) directions of training pictures.

    Returns:
        (B).
    """
    likeness: NDArray[np.float32] = (pictures @ bank.T).max(1)
    return 1.0 - likeness.astype(np.float64)


def quantiles(values: Sequence[float] | NDArray[np.float64]) -> tuple[float, float, float]:
    """The middle, and between what nearly all, 98 of 100, lie."""
    low, middle, high = np.quantile(np.asarray(values, np.float64), (0.01, 0.5, 0.99))
    return float(middle), float(low), float(high)
