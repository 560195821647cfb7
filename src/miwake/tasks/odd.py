"""Parts of `miwake.tasks.anomaly`: the decision, the meter of validation, and maps against masks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake.anomaly.outline import inside, spread
from miwake.data.header import BadPicture
from miwake.data.masks import picture_size, read_mask
from miwake.errors import UsageError
from miwake.evaluation import places as pixels
from miwake.evaluation.alarms import USUAL, Alarms, cheapest, parse_rate
from miwake.evaluation.config import EvaluateOptions
from miwake.types import Batch, Dataset, Figure

_GOOD_SIDE = 96
"""Longer side at which maps of good pictures are counted; their pixels are weighed up to the picture's."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """From which score on a picture is odd, and why."""

    threshold: float
    heat: float
    """What the map has where outlines run: what as many good pictures reach somewhere as raise an alarm."""
    chosen: str
    """`rate` or `costs`."""
    expected: Figure
    """Share of good pictures that will raise an alarm."""
    costs: tuple[float, float] | None = None
    """Of a miss and of a false alarm."""

    def to_json(self) -> dict[str, Any]:
        """Plain types for the model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Decision:
        """The inverse of `to_json`."""
        costs = data.get("costs")
        return cls(
            threshold=float(data["threshold"]),
            heat=float(data["heat"]),
            chosen=str(data["chosen"]),
            expected=Figure(**data["expected"]),
            costs=None if costs is None else (float(costs[0]), float(costs[1])),
        )

    @staticmethod
    def asked(options: EvaluateOptions) -> float:
        """The share of good pictures that may raise an alarm.

        Raises:
            UsageError: it is no share.
        """
        return USUAL if options.false_alarms is None else parse_rate(options.false_alarms)

    @staticmethod
    def grid_of(places: NDArray[np.float64]) -> NDArray[np.float64]:
        """A map (h, w) from its places (h·w); maps are square but for pictures that are not."""
        side = math.isqrt(len(places))
        return places.reshape(side, -1) if side * side == len(places) else places[None]


def decide(
    good: NDArray[np.float64],
    bad: NDArray[np.float64],
    alarms: Alarms,
    heat: Alarms,
    options: EvaluateOptions,
    costs: tuple[float, float] | None,
) -> Decision:
    """The threshold: where mistakes cost least on validation, or from a rate of false alarms.

    Args:
        good: (G) scores of good validation pictures.
        bad: (B) of others.
        alarms: of the scores of good ones.
        heat: of the highest places of their maps.
        options: the rate that was asked for.
        costs: of a miss and of a false alarm, or None.

    Raises:
        UsageError: costs without defects to weigh them with.
    """
    if costs is None:
        threshold = alarms.threshold(Decision.asked(options))
    elif not len(bad):
        raise UsageError(
            "--cost needs defects among the validation pictures, to weigh misses against false alarms.",
            expected="a run that was trained with --cost, which keeps half of the defects for that",
            todo="train with --cost, or use --false-alarms 1/1000.",
        )
    else:
        threshold = cheapest(good, bad, *costs)
    expected = alarms.expected(threshold)
    rate = min(max(expected.value, 1e-6), 0.5)
    return Decision(
        threshold=threshold,
        heat=heat.threshold(rate),
        chosen="rate" if costs is None else "costs",
        expected=expected,
        costs=costs,
    )


class OddityMeter:
    """Scores of a split, with the place of each picture among the good ones."""

    def __init__(self) -> None:
        self._scores: list[Tensor] = []
        self._bad: list[Tensor] = []

    def update(self, outputs: Tensor, batch: Batch) -> None:
        """Add outputs (B, 1 + h·w)."""
        assert batch.labels is not None
        self._scores.append(outputs[:, 0].double().cpu())
        self._bad.append((batch.labels != 0).cpu())

    def _joined(self) -> tuple[Tensor, Tensor]:
        return torch.cat(self._scores), torch.cat(self._bad)

    def right(self) -> Tensor:
        """(n) bool: good pictures that look no odder than nineteen of twenty of them, and others that do."""
        scores, bad = self._joined()
        good = scores[~bad] if bool((~bad).any()) else scores
        return (scores > good.quantile(0.95)) == bad

    def guessed(self) -> int:
        """Pictures of the more frequent kind."""
        _, bad = self._joined()
        return max(int(bad.sum()), int((~bad).sum()))

    def compute(self) -> dict[str, float]:
        """`loss`, the mean score of good pictures, and `fit`: the area under the ROC curve where there are others too,
        else 1 / (1 + loss), so that lower scores of good pictures are better.
        """
        scores, bad = self._joined()
        good, odd = scores[~bad], scores[bad]
        loss = good.mean().item() if len(good) else scores.mean().item()
        if not len(good) or not len(odd):
            return {"fit": 1 / (1 + max(loss, 0.0)), "loss": loss}
        above = (odd[:, None] > good).double() + 0.5 * (odd[:, None] == good)
        return {"fit": above.mean().item(), "loss": loss}


def compared(
    maps: NDArray[np.float64], dataset: Dataset, rows: NDArray[np.int64], chosen: Decision
) -> pixels.Places | None:
    """Maps (n, h·w) against the masks of these rows; None where none of them has one."""
    masks = [dataset.mask_file(row) for row in rows.tolist()]
    if not any(masks):
        return None
    heat = (maps / max(chosen.heat, 1e-12)).astype(np.float32)
    limits = pixels.edges(heat)
    parts = []
    for place, row in enumerate(rows.tolist()):
        grid = chosen.grid_of(heat[place])
        file = masks[place]
        try:
            size = picture_size(dataset, row)
        except BadPicture:
            size = grid.shape
        if file is not None:
            mask = _small(read_mask(file, size).inside())
            full = spread(grid, (mask.shape[0], mask.shape[1]))
            parts.append(pixels.compare(full, inside(full), mask, limits))
        elif dataset.targets[row] == 0:
            shrink = min(1.0, _GOOD_SIDE / max(size))
            small = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
            weight = _pixels(size) / (small[0] * small[1])
            full = spread(grid, small)
            found = pixels.compare(full, inside(full), None, limits)
            parts.append((found[0], found[1] * weight, found[2], found[3], found[4] * weight))
        else:
            # without a mask nobody knows which of its pixels are good
            none = np.zeros(len(limits))
            parts.append((none, none, none, np.zeros(()), np.zeros(3)))
    return pixels.collected(parts)


def _pixels(size: tuple[int, int]) -> float:
    """Pixels of a picture at the size at which masks are compared."""
    shrink = min(1.0, pixels.LARGEST / max(size))
    return size[0] * size[1] * shrink * shrink


def _small(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask with a longer side of `pixels.LARGEST` at most; a defect of few pixels stays."""
    step = -(-max(mask.shape) // pixels.LARGEST)
    if step == 1:
        return mask
    height, width = (-(-side // step) * step for side in mask.shape)
    padded = np.zeros((height, width), bool)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    blocks = padded.reshape(height // step, step, width // step, step)
    return np.asarray(blocks.any((1, 3)))
