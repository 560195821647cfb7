"""Figures of heat maps against masks, pixel by pixel, as sums over pictures that a bootstrap can weigh.

Names: N pictures, b bins of heat from the highest down, r resamples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_BINS = 400
LIMIT = 0.3
"""Highest false-positive rate of the area under the curve of per-region overlap (Bergmann 2021, section 5.1)."""
LARGEST = 512
"""Longer side at which masks are compared."""

Array = NDArray[np.floating]


def edges(maps: NDArray[np.floating]) -> NDArray[np.float64]:
    """Limits of the bins, descending: shares of all heat values from one in a million to all, closer near the top."""
    flat = maps.reshape(-1)
    step = max(1, len(flat) // 2_000_000)
    shares = np.unique(np.concatenate([np.geomspace(1e-6, 1.0, _BINS), np.linspace(0.01, 1.0, _BINS // 4)]))
    found = np.unique(np.quantile(flat[::step], 1 - shares))
    # bilinear maps never leave the range of their grid
    return np.unique(np.concatenate([found, [float(flat.max()), 1.0]]))[::-1].astype(np.float64)


@dataclass(frozen=True, eq=False)
class Places:
    """Sums over the pixels of each picture."""

    inside: NDArray[np.float32]
    """(N, b) pixels of defects in each bin."""
    outside: NDArray[np.float32]
    """(N, b) other pixels."""
    overlap: NDArray[np.float32]
    """(N, b) sum over the picture's regions of the share that is as hot as the bin or hotter."""
    regions: NDArray[np.float32]
    """(N) connected regions of the masks."""
    hot: NDArray[np.float32]
    """(N, 3) pixels that the outlines hold rightly, wrongly, and that they miss."""

    def take(self, rows: NDArray[np.bool_]) -> Places:
        """Some of the pictures."""
        return Places(self.inside[rows], self.outside[rows], self.overlap[rows], self.regions[rows], self.hot[rows])


def compare(
    heat: NDArray[np.float32], hot: NDArray[np.bool_], mask: NDArray[np.bool_] | None, limits: NDArray[np.float64]
) -> tuple[NDArray[Any], ...]:
    """One picture's part of `Places`: inside, outside, overlap (b), regions and (3) hot.

    Args:
        heat: (H, W) as large as the mask.
        hot: (H, W) what the outlines hold.
        mask: (H, W) what is a defect; None: nothing.
        limits: (b) descending.
    """
    bins = len(limits)
    # a value in bin k reaches the limit k and none before it
    place = np.searchsorted(-limits, -heat.reshape(-1).astype(np.float64), side="left").clip(0, bins - 1)
    if mask is None or not mask.any():
        outside = np.bincount(place, minlength=bins)
        return np.zeros(bins), outside, np.zeros(bins), np.zeros(()), np.array([0.0, float(hot.sum()), 0.0])
    flat = mask.reshape(-1)
    inside = np.bincount(place[flat], minlength=bins)
    outside = np.bincount(place[~flat], minlength=bins)
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    table = np.bincount((labels.reshape(-1)[flat] - 1) * bins + place[flat], minlength=count * bins)
    table = table.reshape(count, bins)
    overlap = (table.cumsum(1) / table.sum(1, keepdims=True)).sum(0)
    right, wrong, missed = (hot & mask).sum(), (hot & ~mask).sum(), (~hot & mask).sum()
    return inside, outside, overlap, np.array(float(count)), np.array([right, wrong, missed], np.float64)


def collected(parts: list[tuple[NDArray[Any], ...]]) -> Places:
    """The parts of N pictures."""
    columns = [np.stack([part[number] for part in parts]).astype(np.float32) for number in range(5)]
    return Places(*columns)


def figures(places: Places, weights: Array) -> dict[str, Array]:
    """Area under the ROC curve of pixels, under that of per-region overlap, and F1 of the outlines: (1, r) each.

    Args:
        places: of N pictures.
        weights: (N, r) of the pictures.
    """
    inside, outside = places.inside.T @ weights, places.outside.T @ weights  # (b, r)
    overlap, regions = places.overlap.T @ weights, places.regions @ weights
    hot = places.hot.T @ weights
    positives, negatives = inside.sum(0), outside.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        up, right = inside.cumsum(0) / positives, outside.cumsum(0) / negatives
        before_up, before_right = _before(up), _before(right)
        area = ((right - before_right) * (up + before_up) / 2).sum(0)
        share = overlap / regions
        pro = _to_limit(share, right)
        f1 = 2 * hot[0] / (2 * hot[0] + hot[1] + hot[2])
    return {"pixel_auroc": area[None], "pro": pro[None], "pixel_f1": f1[None]}


def _before(curve: Array) -> Array:
    return np.concatenate([np.zeros_like(curve[:1]), curve[:-1]])


def _to_limit(height: Array, place: Array) -> Array:
    """(r) area below `height` up to `LIMIT` of `place`, as a share of `LIMIT`; both (b, r), rising."""
    before_place, before = _before(place), _before(height)
    wide = np.clip(LIMIT - before_place, 0, place - before_place)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(place > before_place, wide / (place - before_place), 0.0)
    end = before + part * (height - before)
    return np.asarray((wide * (before + end) / 2).sum(0) / LIMIT)
