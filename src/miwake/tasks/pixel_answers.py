"""A class for every pixel as people and programs get it: told, listed, drawn; and by the file that leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from miwake.anomaly.outline import coloured
from miwake.data.classmap import read_classes
from miwake.data.masks import laid
from miwake.look.text import Language, cells, clean, shorten
from miwake.segmentation import draw
from miwake.segmentation.kept import chances, grid
from miwake.segmentation.parts import regions
from miwake.tasks.protocols import Calibrated, Leaving
from miwake.tasks.task import Task
from miwake.types import VOID, Dataset, Prediction, Segmentation

THERE = 1e-3
"""Share of the picture from which a class is said to be there."""


@dataclass(frozen=True, kw_only=True)
class PixelAnswers(Task):
    """What a task whose answer is a class for every pixel says, whatever it has learnt by."""

    ground: int | None = None
    """The class that is no thing, such as `background`."""

    def answers(
        self,
        outputs: NDArray[Any],
        paths: Sequence[str],
        header: Calibrated,
        *,
        sizes: Sequence[tuple[int, int]] | None = None,
    ) -> list[Prediction]:
        """Classes, shares and regions; without sizes these are in places of the map."""
        temperature = float(header.calibration.get("temperature", 1.0))
        found: list[Prediction] = []
        for number, path in enumerate(paths):
            kept, shares = outputs[number], chances(outputs[number]["logits"], temperature)
            size = kept["classes"].shape if sizes is None else sizes[number]
            found.append(self._answer(path, kept["classes"], shares.max(0), shares.mean((1, 2)), size))
        return found

    def _answer(
        self,
        path: str,
        classes: NDArray[np.uint8],
        sure: NDArray[np.floating],
        shares: NDArray[np.floating],
        size: tuple[int, int],
    ) -> Segmentation:
        counts = np.bincount(classes.reshape(-1), minlength=len(self.classes))
        order = [number for number in np.argsort(-counts, kind="stable").tolist() if counts[number]]
        there = [number for number in order if counts[number] >= THERE * classes.size]
        return Segmentation(
            path=path,
            label=";".join(self.classes[number] for number in there),
            probability=float(sure.mean()),
            probabilities=tuple(float(share) for share in shares),
            classes=classes,
            areas=tuple(round(float(count) * size[0] * size[1] / classes.size) for count in counts),
            regions=regions(classes, sure, (int(size[0]), int(size[1])), self.classes, ground=self.ground),
        )

    def leaving(self, header: Calibrated) -> Leaving:
        """The class of each pixel, how sure it is at a grid of places, and the classes' shares."""
        temperature = float(header.calibration.get("temperature", 1.0))
        return Leaving(
            module=PixelsChosen(temperature),
            outputs={
                "classes": "number of the class of each pixel (h, w), laid evenly over the picture, uint8",
                "sure": "calibrated probability of that class at a coarse grid of places, float32",
                "probabilities": "share of the picture that each class is expected to take, float32",
            },
        )

    def arrived(self, found: Mapping[str, NDArray[Any]], paths: Sequence[str]) -> list[Prediction]:
        """The answers that an exported file gave; regions are in places of the map."""
        return [
            self._answer(path, classes, sure, shares, classes.shape)
            for path, classes, sure, shares in zip(
                paths, found["classes"], found["sure"].astype(np.float64), found["probabilities"], strict=True
            )
        ]

    def foremost(self, answer: Prediction) -> str:
        """The largest thing, or what the ground is called where there is none."""
        assert isinstance(answer, Segmentation)
        there = [number for _, _, number in largest(answer, self.classes)]
        things = [number for number in there if number != self.ground] or there or [0]
        return self.classes[things[0]]

    def truth(self, dataset: Dataset, row: int) -> str:
        """Nothing in one word: a mask."""
        return ""

    def right(self, label: str | None, true: str) -> bool:
        """No single word is right or wrong: `judge` says how good the pixels are."""
        return True

    def columns(self, *, scale: float | None = None) -> tuple[str, ...]:
        """Of `row`."""
        return table_columns(self.classes, scale)

    def row(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """The classes that are there, how sure, the largest region, and each class's area."""
        assert isinstance(answer, Segmentation)
        return table_row(answer, self.classes, scale)

    def described(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """Each class's area and share, and all regions."""
        assert isinstance(answer, Segmentation)
        return told(answer, self.classes, scale)

    def line(self, answer: Prediction, language: Language) -> str:
        """How sure, and the largest classes with their shares."""
        assert isinstance(answer, Segmentation)
        parts = [f"{clean(name)} {100 * share:.0f}%" for name, share, _ in largest(answer, self.classes)[:3]]
        text = shorten(", ".join(parts), 44)
        return f"{100 * answer.probability:5.1f}%  {text}{' ' * (44 - cells(text))}"

    def apart(self, one: Prediction, other: Prediction) -> float:
        """How far two answers lie apart: in the probabilities, and in the share of pixels that have another class."""
        assert isinstance(one, Segmentation)
        assert isinstance(other, Segmentation)
        if one.classes.shape != other.classes.shape:
            return float("inf")
        pixels = float((one.classes != other.classes).mean())
        # of thousands of pixels some lie on the edge between two classes
        gaps = [abs(a - b) for a, b in zip(one.probabilities, other.probabilities, strict=True)]
        return max([pixels if pixels > THERE else 0.0, *gaps])

    def share_right(self, answer: Prediction, dataset: Dataset, row: int) -> float:
        """Share of the pixels that count whose class is right; 1 where none counts."""
        assert isinstance(answer, Segmentation)
        truth = read_classes(dataset, row)
        counted = truth != VOID
        right = (laid(answer.classes, (truth.shape[0], truth.shape[1])) == truth)[counted]
        return float(right.mean()) if len(right) else 1.0

    def draw(self, picture: NDArray[np.uint8], prediction: Prediction, *, style: str = "auto") -> NDArray[np.uint8]:
        """The classes' colours over the picture, lines around things, or the map alone; with a key of what is there."""
        if not isinstance(prediction, Segmentation):
            return draw.keyed(coloured(picture), [(prediction.label or "?", None)])
        colours = draw.palette(len(self.classes), self.ground)
        way = {"outline": draw.outlined, "map": draw.mapped}.get(style, draw.overlaid)
        shown = way(picture, prediction.classes, colours, self.ground)
        entries: list[tuple[str, tuple[int, int, int] | None]] = []
        for name, share, number in largest(prediction, self.classes)[:8]:
            red, green, blue = colours[number].tolist()
            entries.append((f"{name} {100 * share:.0f}%", (red, green, blue)))
        return draw.keyed(shown, entries)


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
