"""Parts of `miwake.tasks.segment`: names that say what a class is, the meter of validation, answers against masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from miwake.data.classmap import read_classes
from miwake.evaluation import pixels as sums
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.segmentation import PixelEvaluation, evaluated
from miwake.segmentation.kept import grid, laid
from miwake.types import VOID, Batch, Dataset, Segmentation

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


THERE = 1e-3
"""Share of the picture from which a class is said to be there."""


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


class PixelsChosen(nn.Module):
    """From logits (B, K, h, w) to classes (B, h, w) uint8, how sure they are (B, gh, gw), and shares (B, K).

    Args:
        temperature: by which logits are divided.
    """

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """In 64-bit floats at the grid's places, as `miwake.segmentation.kept.chances`."""
        rows, columns = grid((int(outputs.shape[2]), int(outputs.shape[3])))
        chances = (outputs[:, :, rows, columns].double() / self.temperature).softmax(1)
        return outputs.argmax(1).to(torch.uint8), chances.amax(1).float(), chances.mean((2, 3)).float()


def compared(
    maps: NDArray[np.uint8],
    dataset: Dataset,
    rows: NDArray[np.int64],
    *,
    split: str,
    dividing: int | None,
    temperature: float,
    options: EvaluateOptions,
) -> PixelEvaluation:
    """Figures of class maps (n, h, w) against the masks of these rows, at the masks' own size."""
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


def told(answer: Segmentation, classes: Sequence[str], scale: float | None) -> dict[str, Any]:
    """An answer as an object of JSON: each class's area, share and expected share, and all regions.

    Args:
        answer: for one picture.
        classes: their names.
        scale: millimetres a pixel, or None.
    """
    total = max(sum(answer.areas), 1)

    def area(pixels: int) -> dict[str, Any]:
        return {"area": pixels} | ({} if scale is None else {"area_mm2": float(f"{pixels * scale * scale:.4g}")})

    return {
        "label": answer.label,
        "probability": round(answer.probability, 6),
        "classes": {
            name: {**area(pixels), "share": round(pixels / total, 6), "expected": round(expected, 6)}
            for name, pixels, expected in zip(classes, answer.areas, answer.probabilities, strict=True)
        },
        "regions": [
            {
                "label": region.label,
                "left": region.left,
                "top": region.top,
                "right": region.right,
                "bottom": region.bottom,
                **area(region.area),
                "probability": region.strength,
            }
            for region in answer.regions
        ],
    }


def largest(answer: Segmentation, classes: Sequence[str]) -> list[tuple[str, float, int]]:
    """Name, share of the picture and number of the classes that are there, the largest first."""
    total = max(sum(answer.areas), 1)
    order = sorted(range(len(classes)), key=lambda number: -answer.areas[number])
    found = [(classes[number], answer.areas[number] / total, number) for number in order]
    return [one for one in found if one[1] >= THERE]


def table_columns(classes: Sequence[str], scale: float | None) -> tuple[str, ...]:
    """Of `table_row`."""
    names = ("label", "probability", "regions", "left", "top", "right", "bottom", "area")
    areas = tuple(f"area:{name}" for name in classes)
    if scale is None:
        return (*names, *areas)
    return (*names, "area_mm2", *areas, *(f"mm2:{name}" for name in classes))


def table_row(answer: Segmentation, classes: Sequence[str], scale: float | None) -> dict[str, Any]:
    """An answer's columns in a table: the classes that are there, the largest region, and each class's area.

    Args:
        answer: for one picture.
        classes: their names.
        scale: millimetres a pixel, or None.
    """
    first = answer.regions[0] if answer.regions else None
    sides = ("left", "top", "right", "bottom", "area")
    found: dict[str, Any] = {
        "label": answer.label,
        "probability": f"{answer.probability:.6f}",
        "regions": len(answer.regions),
        **{side: "" if first is None else getattr(first, side) for side in sides},
    }
    areas = dict(zip(classes, answer.areas, strict=True))
    if scale is not None:
        found["area_mm2"] = "" if first is None else f"{first.area * scale * scale:.4g}"
    found |= {f"area:{name}": area for name, area in areas.items()}
    if scale is not None:
        found |= {f"mm2:{name}": f"{area * scale * scale:.4g}" for name, area in areas.items()}
    return found
