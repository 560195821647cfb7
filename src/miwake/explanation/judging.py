"""How good a map is, by what it leads to: the pointing game, and the deletion and insertion areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.transforms.v2.functional import gaussian_blur

from miwake.explanation.methods import Score

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def peak(values: NDArray[np.float32]) -> tuple[float, float]:
    """x and y of a map's largest value, in pixels; the middle of equally large ones, as in an even patch."""
    rows, columns = np.nonzero(values >= values.max())
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)


def points_into(point: tuple[float, float], boxes: Sequence[Box]) -> bool:
    """Whether a map's peak lies in one of the boxes (Zhang et al. 2016, section 4.1, without their tolerance)."""
    return any(left <= point[0] <= right and top <= point[1] <= bottom for left, top, right, bottom in boxes)


@torch.no_grad()
def areas(
    model: nn.Module, picture: Tensor, target: Tensor, values: NDArray[np.float32], score: Score, *, steps: int = 16
) -> tuple[float, float]:
    """Areas below the curves of deletion and insertion (Petsiuk, Das and Saenko 2018, section 4.2).

    Deletion hides pixels by the mean colour, those first that the map holds for most important: a good map has a
    small area. Insertion brings them into a blurred picture: a good map has a large one.

    Args:
        model: in evaluation mode.
        picture: (1, C, H, W) what the network sees.
        target: (1) int64.
        values: (H, W) the map.
        score: from outputs to numbers; for areas between 0 and 1 a probability.
        steps: pictures between the untouched one and the last.

    Returns:
        Deletion and insertion, in units of the score.
    """
    height, width = values.shape
    order = np.argsort(-values.ravel(), kind="stable")
    rank = np.empty(len(order), np.float32)
    rank[order] = np.arange(len(order)) / len(order)
    importance = torch.from_numpy(rank).view(1, 1, height, width).to(picture.device)
    shares = torch.linspace(0, 1, steps + 1, device=picture.device).view(-1, 1, 1, 1)
    first = importance < shares  # (steps + 1, 1, H, W): what the map holds for most important
    side = max(3, 2 * (min(height, width) // 10) + 1)
    blurred = gaussian_blur(picture, [side, side], [side / 4, side / 4])
    curves = [
        torch.cat([score(model(part), target.expand(len(part))) for part in torch.split(pictures, 32)])
        for pictures in (torch.where(first, 0.0, picture), torch.where(first, picture, blurred))
    ]
    deletion, insertion = (float(torch.trapezoid(curve.float(), dx=1 / steps)) for curve in curves)
    return deletion, insertion
