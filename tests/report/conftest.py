"""A made-up run, as plausible as a real one, for any number of classes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from miwake.evaluation.results import Bin, Calibration, ClassDecision, ClassFigures, Decision, Evaluation
from miwake.explanation.gabor import study
from miwake.look.text import Language
from miwake.report.contents import (
    Command,
    DataFacts,
    Examples,
    Mistake,
    ModelSummary,
    ReportContents,
    Seen,
)
from miwake.types import Figure, Preprocessing

Contents = Callable[..., ReportContents]
STUDY = study(np.random.default_rng(2).normal(size=(4, 1, 5, 5)), random=2)


def figure(value: float, count: int) -> Figure:
    """A share with Wilson's interval; no number without pictures."""
    if not count or not math.isfinite(value):
        return Figure(math.nan, math.nan, math.nan)
    centre = (value + 1.92 / count) / (1 + 3.84 / count)
    half = 1.96 / (1 + 3.84 / count) * math.sqrt(value * (1 - value) / count + 0.96 / count**2)
    return Figure(value, max(0.0, min(value, centre - half)), min(1.0, max(value, centre + half)))


def _confusion(names: int, each: int, errors: float, random: np.random.Generator) -> NDArray[np.int64]:
    matrix = np.zeros((names, names), dtype=np.int64)
    for row in range(names):
        wrong = min(each, int(random.poisson(errors * each * (1 + (row % 5 == 3))))) if names > 1 else 0
        matrix[row, row] = each - wrong
        near = (row + random.choice([1, 1, 1, 2, -1, 5], wrong)) % names
        near = np.where(near == row, (row + 1) % names, near)
        np.add.at(matrix[row], near, 1)
    return matrix


def _classes(names: tuple[str, ...], matrix: NDArray[np.int64]) -> tuple[ClassFigures, ...]:
    rows = []
    for place, name in enumerate(names):
        hit, count, predicted = matrix[place, place], matrix[place].sum(), matrix[:, place].sum()
        recall = figure(hit / count if count else math.nan, int(count))
        precision = figure(hit / predicted if predicted else math.nan, int(predicted))
        f1 = figure(2 * hit / max(count + predicted, 1), int(count))
        auc = figure(math.nan if len(names) < 2 else 1 - 0.1 * (1 - recall.value), int(count))
        rows.append(
            ClassFigures(
                name=name,
                count=int(count),
                predicted=int(predicted),
                precision=precision,
                recall=recall,
                f1=f1,
                auc=auc,
                partial_auc=auc,
            )
        )
    return tuple(rows)


def _calibration(accuracy: float, count: int) -> Calibration:
    def bins(shift: float) -> tuple[Bin, ...]:
        made = []
        for place in range(15):
            low, high = place / 15, (place + 1) / 15
            share = int(count * 2.0 ** (place - 15)) if place > 4 else 0
            middle = (low + high) / 2
            made.append(
                Bin(low=low, high=high, count=share, confidence=middle, accuracy=max(0.0, min(1.0, middle - shift)))
            )
        return tuple(made)

    return Calibration(
        temperature=1.47,
        ece_before=figure(0.061, count),
        ece_after=figure(0.012, count),
        bins_before=bins(0.12),
        bins_after=bins(0.015),
    )


def _decision(names: tuple[str, ...], per_class: tuple[ClassFigures, ...], count: int) -> Decision:
    def outcome(one: ClassFigures) -> ClassDecision:
        right = 0.96 * one.recall.value
        shares = [figure(share, one.count) for share in (right, 0.6 * (1 - right), 0.4 * (1 - right))]
        return ClassDecision(name=one.name, right=shares[0], unknown=shares[1], wrong=shares[2])

    costs = tuple(
        tuple(0.0 if a == b else 50.0 if a == 1 else 1.0 for b in range(len(names))) for a in range(len(names))
    )
    return Decision(
        costs=costs,
        positive=names[1:2],
        unknown_cost=0.5,
        highest_cost=0.38,
        answered=figure(0.962, count),
        accuracy_answered=figure(0.994, count),
        cost_per_picture=Figure(0.041, 0.028, 0.06),
        baseline_cost=0.9,
        per_class=tuple(outcome(one) for one in per_class),
    )


def make_evaluation(
    names: tuple[str, ...], *, each: int = 41, errors: float = 0.03, multilabel: bool = False, split: str = "test"
) -> Evaluation:
    """An evaluation whose parts agree with one another."""
    matrix = _confusion(len(names), each, errors, np.random.default_rng(7))
    count = int(matrix.sum())
    accuracy = figure(float(np.trace(matrix)) / count, count)
    per_class = _classes(names, matrix)
    auc = figure(math.nan if len(names) < 2 else 0.994, count)
    return Evaluation(
        split=split,
        count=count,
        groups=None,
        classes=names,
        multilabel=multilabel,
        accuracy=accuracy,
        balanced_accuracy=accuracy,
        top5=figure(0.999, count) if len(names) > 5 and not multilabel else None,
        precision=accuracy,
        recall=accuracy,
        f1=accuracy,
        auc=auc,
        partial_auc=auc,
        loss=0.08,
        baseline=figure(1 / len(names), count),
        baseline_label=names[0],
        per_class=per_class,
        confusion=None if multilabel else tuple(tuple(map(int, row)) for row in matrix),
        calibration=_calibration(accuracy.value, count),
        decision=_decision(names, per_class, count),
    )


def make_picture(seed: int, side: int = 32, channels: int = 3) -> NDArray[np.uint8]:
    """A soft blob on a soft ground."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side] / side
    centre, radius = random.uniform(0.3, 0.7, 2), random.uniform(0.1, 0.3)
    blob = np.exp(-(((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / radius**2))
    tint, ground = random.uniform(90, 255, channels), random.uniform(10, 120, channels)
    return (ground + blob[:, :, None] * (tint - ground)).astype(np.uint8)


def _history(epochs: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for epoch in range(epochs):
        head = epoch < epochs // 6
        fade = math.exp(-epoch / max(epochs / 5, 1))
        rows.append(
            {
                "phase": "head" if head else "all",
                "epoch": epoch + 1,
                "step": (epoch + 1) * 46,
                "train_loss": None if head else 0.25 + 1.6 * fade + 0.03 * math.sin(epoch * 2.1),
                "val_loss": 0.06 + 1.9 * fade + 0.02 * math.sin(epoch * 1.3),
                "val_accuracy": 0.985 - 0.7 * fade + 0.004 * math.sin(epoch * 1.7),
                "learning_rate": 3e-3 * math.sin(math.pi * (epoch + 1) / (epochs + 1)),
                "seconds": 2.4 * (epoch + 1),
            }
        )
    return rows


def make_contents(
    classes: int | tuple[str, ...] = 4,
    *,
    language: Language = "en",
    multilabel: bool = False,
    channels: int = 3,
    side: int = 32,
    each: int = 41,
    errors: float = 0.03,
    **changes: Any,
) -> ReportContents:
    """A report of a made-up run; `changes` replace its fields."""
    names = classes if isinstance(classes, tuple) else tuple(f"kind {place:02d}" for place in range(classes))
    evaluation = make_evaluation(names, each=each, errors=errors, multilabel=multilabel)
    counts = tuple((140 + 13 * (place % 7), 41, each) for place in range(len(names)))
    pictures = [make_picture(place, side, channels) for place in range(24)]

    def some(start: int, number: int) -> tuple[NDArray[np.uint8], ...]:
        return tuple(pictures[(start + place) % len(pictures)] for place in range(number))

    contents: dict[str, Any] = {
        "title": "blobs-20250314-0926",
        "data": DataFacts(
            name="blobs",
            source="folder",
            classes=names,
            counts=counts,
            pictures=tuple(sum(column) for column in zip(*counts, strict=True)),
            notes=("Folder names were taken as class names.",),
            split=("70% training, 15% validation, 15% test, each class in proportion.", "No picture is in two splits."),
        ),
        "evaluation": evaluation,
        "validation": make_evaluation(names, multilabel=multilabel, split="val"),
        "model": ModelSummary(
            architecture="small-64",
            why=("Few small pictures: a small network from scratch won the trial.",),
            parameters=1_234_567,
            operations=23_400_000,
            starting_weights="",
            licence="",
        ),
        "preprocessing": Preprocessing(
            size=(64, 64), channels=channels, mean=(0.5,) * channels, std=(0.25,) * channels, crop=0.9
        ),
        "history": _history(36),
        "kept": 31,
        "mistakes": [
            Mistake(
                picture=pictures[place],
                path=f"{names[place % len(names)]}/IMG_{1100 + 7 * place}.JPG",
                true=names[place % len(names)],
                predicted=names[(place + 1) % len(names)],
                probability=0.99 - 0.05 * place,
            )
            for place in range(12)
        ],
        "examples": [Examples(label=name, pictures=some(place, 8)) for place, name in enumerate(names)],
        "seen": [
            Seen(
                label=names[place % len(names)],
                original=pictures[place],
                preprocessed=pictures[place],
                augmented=some(place, 6),
            )
            for place in range(4)
        ],
        "filters": np.random.default_rng(1).normal(size=(32, channels, 5, 5)),
        "study": STUDY,
        "configuration": {"model": "auto", "augmentation": {"rotation": 15.0, "mirror": "none"}, "classes": ["a", 1]},
        "environment": {"machine": "2 cores", "versions": {"torch": "2.9.0"}},
        "commands": [
            Command(line="miwake predict latest new/*.jpg", why="Ask it about new pictures."),
            Command(line="miwake explain latest photo.jpg", why="See where it looks."),
        ],
        "language": language,
    }
    return ReportContents(**{**contents, **changes})


@pytest.fixture(scope="session")
def contents() -> Contents:
    """`make_contents`."""
    return make_contents
