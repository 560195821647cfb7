"""Answers for every pixel against masks, as sums over pictures that a bootstrap can weigh.

Names: N pictures, K classes, r resamples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from miwake.types import VOID

TOLERANCE = 0.0075
"""Distance at which borders still match, as a share of the picture's diagonal (Csurka et al. 2013, section 4)."""
_LARGEST = 2048
"""Longer side at which borders are compared."""
_BITS = 64

Array = NDArray[np.floating]
Map = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Pixels:
    """Sums over the pixels of each picture."""

    confusion: NDArray[np.float32]
    """(N, K, K) pixels of the true class (row) that were given a class (column); void pixels are left out."""
    borders: NDArray[np.float32]
    """(N, K, 4): of the answer's border of a class how much lies near a true one, and its length; the same of the true
    border near the answer's."""
    rand: NDArray[np.float32]
    """(N, 3) sums of squared shares of joint parts, of the answer's parts and of the true ones; zeros where no class
    divides."""


def compare(answer: Map, truth: Map, classes: int, *, dividing: int | None = None) -> tuple[NDArray[Any], ...]:
    """One picture's part of `Pixels`.

    Args:
        answer: (H, W) classes.
        truth: (H, W) classes, `VOID` where nothing counts.
        classes: K.
        dividing: the class that parts things from each other, such as a membrane; None: there is none.
    """
    counted = truth != VOID
    pairs = truth[counted].astype(np.int64) * classes + answer[counted]
    confusion = np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    borders = _borders(np.where(counted, answer, np.uint8(VOID)), truth, classes)
    parts = np.zeros(3) if dividing is None else rand(answer, truth, dividing)
    return confusion, borders, parts


def collected(parts: list[tuple[NDArray[Any], ...]]) -> Pixels:
    """The parts of N pictures."""
    columns = [np.stack([part[number] for part in parts]).astype(np.float32) for number in range(3)]
    return Pixels(*columns)


def figures(pixels: Pixels, weights: Array) -> dict[str, Array]:
    """IoU, Dice, border F1, precision and recall of each class (K, r); their means, accuracy and Rand score (1, r).

    A class without true pixels has no figures, and no part in the means. Sums are over all pictures, so that a class's
    pixels count alike wherever they are.

    Args:
        pixels: of N pictures.
        weights: (N, r) of the pictures.
    """
    count, classes = pixels.confusion.shape[:2]
    table = (pixels.confusion.reshape(count, -1).T @ weights).reshape(classes, classes, -1)  # (K, K, r)
    right, true, given = table[np.arange(classes), np.arange(classes)], table.sum(1), table.sum(0)
    near = (pixels.borders.reshape(count, -1).T @ weights).reshape(classes, 4, -1)
    joint = pixels.rand.T @ weights  # (3, r)
    with np.errstate(invalid="ignore", divide="ignore"):
        present = np.where(true > 0, 1.0, np.nan)
        found = {
            "iou": present * right / (true + given - right),
            "dice": present * 2 * right / (true + given),
            "border_f1": _border_f1(near, present),
            "precision": present * right / given,
            "recall": right / true,
            "accuracy": (right.sum(0) / true.sum(0))[None],
            "rand": (joint[0] / (0.5 * joint[1] + 0.5 * joint[2]))[None],
        }
        for name in ("iou", "dice", "border_f1"):
            found[f"mean_{name}"] = _mean(found[name])
    return {name: np.asarray(value, np.float64) for name, value in found.items()}


def _border_f1(near: Array, present: Array) -> Array:
    """(K, r) from (K, 4, r); a class that fills every picture has no border, and no such figure."""
    precision = np.where(near[:, 1] > 0, near[:, 0] / near[:, 1], 0.0)
    recall = np.where(near[:, 3] > 0, near[:, 2] / near[:, 3], np.nan)
    total = precision + recall
    return np.asarray(present * np.where(total > 0, 2 * precision * recall / total, total))


def _mean(values: Array) -> Array:
    """(1, r) mean of the numbers among (K, r)."""
    known = np.isfinite(values)
    return np.asarray((np.where(known, values, 0).sum(0) / known.sum(0))[None])


# -- borders --------------------------------------------------------------------------------------------------------


def _borders(answer: Map, truth: Map, classes: int) -> NDArray[np.float64]:
    """(K, 4), see `Pixels.borders`."""
    step = -(-max(truth.shape) // _LARGEST)
    answer, truth = answer[::step, ::step], truth[::step, ::step]
    reach = max(1.0, TOLERANCE * math.hypot(*truth.shape))
    found = np.zeros((classes, 4))
    edges = _edge(answer), _edge(truth)
    for column, (own, other, edge, others) in enumerate(
        ((answer, truth, edges[0], edges[1]), (truth, answer, edges[1], edges[0]))
    ):
        found[:, 2 * column + 1] = np.bincount(own[edge], minlength=classes)[:classes]
        for first in range(0, classes, _BITS):
            near = _near(_bits(other, others, first), reach)
            here = edge & (own >= first) & (own < first + _BITS)
            kind = own[here].astype(np.uint64) - np.uint64(first)
            hit = (near[here] >> kind) & np.uint64(1)
            found[:, 2 * column] += np.bincount(own[here][hit > 0], minlength=classes)[:classes]
    return found


def _edge(classes: Map) -> NDArray[np.bool_]:
    """(H, W) pixels beside another class, up, down, left or right; void is no class."""
    edge = np.zeros(classes.shape, bool)
    known = classes != VOID
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        apart = (classes[one] != classes[other]) & known[one] & known[other]
        edge[one] |= apart
        edge[other] |= apart
    return edge


def _bits(classes: Map, edge: NDArray[np.bool_], first: int) -> NDArray[np.uint64]:
    """(H, W) with bit k set where class `first` + k has its border."""
    here = edge & (classes >= first) & (classes < first + _BITS)
    bits = np.zeros(classes.shape, np.uint64)
    bits[here] = np.left_shift(np.uint64(1), classes[here].astype(np.uint64) - np.uint64(first))
    return bits


def _near(bits: NDArray[np.uint64], reach: float) -> NDArray[np.uint64]:
    """Each pixel's bits joined with those of all pixels up to `reach` away: a disc, row by row from its ends."""
    found, wide, half = np.zeros_like(bits), bits.copy(), 0
    for down in range(int(reach), -1, -1):
        for _ in range(int(math.sqrt(reach * reach - down * down)) - half):
            grown = wide.copy()
            grown[:, 1:] |= wide[:, :-1]
            grown[:, :-1] |= wide[:, 1:]
            wide, half = grown, half + 1
        found[down:] |= wide[: len(wide) - down]
        found[: len(found) - down] |= wide[down:]
    return found


# -- parts ----------------------------------------------------------------------------------------------------------


def rand(answer: Map, truth: Map, dividing: int) -> NDArray[np.float64]:
    """(3) for the foreground-restricted Rand score (Arganda-Carreras et al. 2015, equation 4 with alpha one half).

    Sums of squared shares of the true foreground's pixels: of parts that both have, of the answer's and of the true
    ones. Parts are connected by their sides. A pixel of the true foreground that the answer takes for dividing is a
    part of its own there.
    """
    inside = (truth != dividing) & (truth != VOID)
    total = int(inside.sum())
    if not total:
        return np.zeros(3)
    real = ndimage.label(inside)[0][inside].astype(np.int64)
    given = ndimage.label(answer != dividing)[0][inside].astype(np.int64)
    alone = int((given == 0).sum())
    both = np.unique(real[given > 0] * (int(given.max()) + 1) + given[given > 0], return_counts=True)[1]
    return np.array(
        [
            np.square(both / total).sum() + alone / total**2,
            np.square(np.bincount(given)[1:] / total).sum() + alone / total**2,
            np.square(np.bincount(real) / total).sum(),
        ]
    )
