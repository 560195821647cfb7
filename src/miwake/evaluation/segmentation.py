"""Figures of "which pixel is what?": over all classes and of each, with intervals over pictures or groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from miwake.evaluation import pixels as sums
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.intervals import bootstrap, interval
from miwake.evaluation.pixels import Pixels
from miwake.types import Figure

MEANS = ("mean_iou", "mean_dice", "mean_border_f1", "accuracy", "rand")
OF_CLASS = ("iou", "dice", "border_f1", "precision", "recall")


@dataclass(frozen=True, kw_only=True)
class PixelClass:
    """The pixels of one class. Figures are NaN where the split has none of them."""

    name: str
    pictures: int
    """Pictures that have such pixels."""
    share: float
    """Of all pixels that count."""
    answered: float
    """Share of the pixels that were given this class."""
    iou: Figure
    """Intersection over union: right ones, of all that are it or were taken for it."""
    dice: Figure
    """Twice the right ones over the sum of both (Dice 1945), which is F1."""
    border_f1: Figure
    """F1 of its borders, which match within 0.75% of the diagonal (Csurka et al. 2013)."""
    precision: Figure
    recall: Figure


@dataclass(frozen=True, kw_only=True)
class PixelEvaluation:
    """All figures of one split. Figures that cannot be computed are NaN here and null in the file."""

    split: str
    count: int
    """Pictures."""
    groups: int | None
    """Groups that the bootstrap draws from; None: single pictures."""
    classes: tuple[str, ...]
    pixels: float
    """That count."""
    void: float
    """Share of all pixels that count nothing."""
    mean_iou: Figure
    """Means over the classes that the split has."""
    mean_dice: Figure
    mean_border_f1: Figure
    accuracy: Figure
    """Share of the pixels that are right."""
    baseline: float
    """The same, if every pixel were given the class that most pixels of this split have."""
    rand: Figure
    """Foreground-restricted Rand score (Arganda-Carreras et al. 2015); NaN where no class parts things."""
    dividing: str
    """The class that does; empty where there is none."""
    per_class: tuple[PixelClass, ...]
    confusion: tuple[tuple[float, ...], ...]
    """(K, K): share of a true class's pixels (row) that were given a class (column)."""
    pictures: tuple[float, ...]
    """Mean IoU of single pictures, over the classes that each has, from the worst up: 101 quantiles at most."""
    temperature: float
    """By which logits are divided, fitted on validation."""


def evaluated(
    pixels: Pixels,
    *,
    classes: Sequence[str],
    split: str,
    void: float,
    dividing: int | None,
    temperature: float,
    groups: NDArray[np.generic] | None,
    options: EvaluateOptions,
) -> PixelEvaluation:
    """Figures of N pictures.

    Args:
        pixels: their sums.
        classes: K names.
        split: name of the split.
        void: share of all pixels that count nothing.
        dividing: the class that parts things, or None.
        temperature: see `PixelEvaluation`.
        groups: (N), or None.
        options: how intervals are drawn.
    """
    count = len(pixels.confusion)
    unit = np.arange(count) if groups is None else np.unique(groups, return_inverse=True)[1].reshape(-1)
    units = int(unit.max(initial=-1)) + 1

    def statistics(weights: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
        return dict(sums.figures(pixels, weights[unit]))

    values = statistics(np.ones((units, 1), np.float32))
    draws = bootstrap(statistics, units, options.bootstrap_rounds, options.bootstrap_seed)

    def figure(name: str, number: int = 0, behind: int = units) -> Figure:
        return interval(float(values[name][number, 0]), draws[name][number], behind, units)

    table = pixels.confusion.sum(0, dtype=np.float64)
    total = float(table.sum())
    return PixelEvaluation(
        split=split,
        count=count,
        groups=None if groups is None else units,
        classes=tuple(classes),
        pixels=total,
        void=void,
        **{name: figure(name) for name in MEANS},
        baseline=float(table.sum(1).max() / total) if total else math.nan,
        dividing="" if dividing is None else classes[dividing],
        per_class=_of_classes(pixels, table, classes, unit, figure),
        confusion=tuple(
            tuple(float(cell) for cell in (row / row.sum() if row.sum() else np.zeros(len(classes)))) for row in table
        ),
        pictures=_quantiles(of_pictures(pixels)),
        temperature=temperature,
    )


def _of_classes(
    pixels: Pixels,
    table: NDArray[np.float64],
    classes: Sequence[str],
    unit: NDArray[np.int64],
    figure: Callable[[str, int, int], Figure],
) -> tuple[PixelClass, ...]:
    """What is known of each class.

    Args:
        pixels: sums of N pictures.
        table: (K, K) sum of their confusion.
        classes: K names.
        unit: (N) number of each picture's group, or of the picture.
        figure: by its name, the class's number, and how many units have such pixels.
    """
    has = pixels.confusion.sum(2) > 0  # (N, K)
    true, given, total = table.sum(1), table.sum(0), float(table.sum())
    return tuple(
        PixelClass(
            name=name,
            pictures=int(has[:, number].sum()),
            share=float(true[number] / total) if total else math.nan,
            answered=float(given[number] / total) if total else math.nan,
            **{key: figure(key, number, len(np.unique(unit[has[:, number]]))) for key in OF_CLASS},
        )
        for number, name in enumerate(classes)
    )


def of_pictures(pixels: Pixels) -> NDArray[np.float64]:
    """(N) mean IoU of each picture over the classes that it has; NaN where none of its pixels count."""
    found = sums.figures(pixels, np.eye(len(pixels.confusion), dtype=np.float32))["mean_iou"][0]
    return np.asarray(found, np.float64)


def _quantiles(values: NDArray[np.float64]) -> tuple[float, ...]:
    known = values[np.isfinite(values)]
    if not len(known):
        return ()
    return tuple(round(float(x), 6) for x in np.quantile(known, np.linspace(0, 1, min(101, len(known)))))
