"""U-Net's border weights: pixels between two things that nearly touch count more, so that they are kept apart."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from miwake.types import VOID

SIGMA = 5.0
"""Pixels; Ronneberger 2015, below equation 2."""
_REACH = 6
"""Standard deviations beyond which the weight is nothing: exp(-18)."""


def border_weights(truth: Tensor, *, ground: int = 0, most: float = 10.0, sigma: float = SIGMA) -> Tensor:
    """(B, H, W) float32: 1 + most · exp(-(d1 + d2)² / (2 sigma²)), Ronneberger 2015, equation 2 without its class part.

    d1 and d2 are the distances, in pixels, to the nearest and the second nearest thing; inside of things the weight is
    1. Class weights are multiplied onto it by the loss.

    Args:
        truth: (B, H, W) classes.
        ground: the class that lies between the things, which are the connected parts of all the others.
        most: w0.
        sigma: in pixels.
    """
    found = [_weights(one, most, sigma, ground) for one in truth.cpu().numpy()]
    return torch.from_numpy(np.stack(found)).to(truth.device)


def _weights(truth: NDArray[np.int64], most: float, sigma: float, ground: int) -> NDArray[np.float32]:
    labels, count = ndimage.label((truth != ground) & (truth != VOID))
    reach = int(np.ceil(_REACH * sigma))
    first = np.full(truth.shape, np.inf, np.float32)
    second = first.copy()
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        # farther away the weight is nothing
        around = tuple(
            slice(max(0, side.start - reach), min(length, side.stop + reach))
            for side, length in zip(box, truth.shape, strict=True)
        )
        distance = ndimage.distance_transform_edt(labels[around] != number).astype(np.float32)
        near, far = first[around], second[around]
        far[...] = np.minimum(far, np.maximum(near, distance))
        near[...] = np.minimum(near, distance)
    found = np.ones(truth.shape, np.float32)
    if count > 1:
        between = (labels == 0) & np.isfinite(second)
        sums = first[between] + second[between]
        found[between] += np.float32(most) * np.exp(-np.square(sums) / np.float32(2 * sigma * sigma))
    return found
