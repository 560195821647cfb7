"""Parts of `miwake.tasks.segment`: what names of classes say, the meter of validation, answers against masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from miwake.data.classmap import read_classes
from miwake.data.masks import laid
from miwake.evaluation import pixels as sums
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.segmentation import PixelEvaluation, evaluated
from miwake.types import VOID, Batch, Dataset

_GROUND = {
    "background",
    "ground",
    "back",
    "bg",
    "none",
    "nothing",
    "other",
    "others",
    "outside",
    "rest",
    "背景",
    "その他",
}
_DIVIDING = {
    "membrane",
    "membranes",
    "border",
    "borders",
    "boundary",
    "boundaries",
    "wall",
    "walls",
    "edge",
    "膜",
    "境界",
}


def named(classes: Sequence[str]) -> tuple[int | None, int | None]:
    """Numbers of the class that is no thing and of the one that parts things, by name; None where there is none.

    Of two classes one is always no thing: the one that parts things, or the first.
    """
    places = {name.strip().lower(): number for number, name in reversed(list(enumerate(classes)))}
    ground = next((places[name] for name in places if name in _GROUND), None)
    dividing = next((places[name] for name in places if name in _DIVIDING), None)
    if ground is None and len(classes) == 2:
        ground = 0 if dividing is None else dividing
    return ground, dividing


class PixelMeter:
    """Confusion of the pixels of a split, their loss, and how much of each picture is right."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._table = torch.zeros(classes, classes, dtype=torch.float64)
        self._loss, self._pixels = 0.0, 0
        self._right: list[Tensor] = []
        self._counts: list[Tensor] = []

    def update(self, outputs: Tensor, batch: Batch) -> None:
        """Add logits (B, K, h, w) against the batch's masks."""
        assert batch.masks is not None
        masks, logits, count = batch.masks, outputs.float(), len(outputs)
        counted = masks != VOID
        self._loss += functional.cross_entropy(logits, masks, ignore_index=VOID, reduction="sum").item()
        self._pixels += int(counted.sum())
        pairs = masks * self._classes + logits.argmax(1)
        # the pictures' tables side by side
        owner = torch.arange(count, device=masks.device)[:, None, None] * self._classes**2
        found = torch.bincount((pairs + owner)[counted], minlength=count * self._classes**2)
        tables = found.view(count, self._classes, self._classes).double().cpu()
        self._table += tables.sum(0)
        self._right.append(tables.diagonal(dim1=1, dim2=2).sum(1) / tables.sum((1, 2)).clamp_min(1))
        self._counts.append(tables.sum(2))

    def _most(self) -> tuple[Tensor, float]:
        """(n) share of each picture that the split's most frequent class takes, and half-way from it to all."""
        counts = torch.cat(self._counts)
        total = counts.sum(0)
        number = int(total.argmax())
        return counts[:, number] / counts.sum(1).clamp_min(1), (1 + float(total[number] / total.sum().clamp_min(1))) / 2

    def right(self) -> Tensor:
        """(n) bool: pictures of which more is right than half-way between guessing and all."""
        return torch.cat(self._right) > self._most()[1]

    def guessed(self) -> int:
        """Pictures of which that much would be right if every pixel were given the most frequent class."""
        shares, enough = self._most()
        return max(1, int((shares > enough).sum()))

    def compute(self) -> dict[str, float]:
        """`mean_iou` over the classes that the split has, `pixel_accuracy` and `loss`, in nats a pixel."""
        true, given, right = self._table.sum(1), self._table.sum(0), self._table.diagonal()
        here = true > 0
        overlap = right[here] / (true + given - right)[here]
        return {
            "mean_iou": overlap.mean().item() if len(overlap) else 0.0,
            "pixel_accuracy": (right.sum() / true.sum().clamp_min(1)).item(),
            "loss": self._loss / max(self._pixels, 1),
        }


def compared(
    maps: Sequence[NDArray[np.uint8]],
    dataset: Dataset,
    rows: NDArray[np.int64],
    *,
    split: str,
    dividing: int | None,
    temperature: float,
    options: EvaluateOptions,
) -> PixelEvaluation:
    """Figures of n class maps (h, w) against the masks of these rows, at the masks' own size."""
    parts: list[tuple[NDArray[Any], ...]] = []
    void = every = 0
    for classes, row in zip(maps, rows.tolist(), strict=True):
        truth = read_classes(dataset, row)
        answer = laid(classes, (truth.shape[0], truth.shape[1]))
        parts.append(sums.compare(answer, truth, len(dataset.classes), dividing=dividing))
        void, every = void + int((truth == VOID).sum()), every + truth.size
    return evaluated(
        sums.collected(parts),
        classes=dataset.classes,
        split=split,
        void=void / max(every, 1),
        dividing=dividing,
        temperature=temperature,
        groups=None if dataset.group is None else dataset.group[rows],
        options=options,
    )
