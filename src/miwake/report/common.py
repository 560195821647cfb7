"""Small things that all parts of a report share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from miwake.evaluation.results import Evaluation
from miwake.look.text import Language, decimal, decimal_range, share
from miwake.look.words import words
from miwake.types import Figure

TABLE = 30
"""Classes up to which a table is shown whole; with more it folds away behind what matters most."""
ROWS = 1000
"""Rows of a table at most."""


def counted(number: int, unit: str, language: Language) -> str:
    """A number with its unit: `1 picture`, `2 pictures`."""
    return words(f"unit.{unit}", language, n=f"{number:,}")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number and its interval."""

    value: str
    interval: str


def cell(figure: Figure) -> Cell:
    """A share with its interval, as texts."""
    value, interval = share(figure)
    return Cell(value=value, interval=interval if math.isfinite(figure.value) else "")


def area(figure: Figure) -> Cell:
    """An area under a curve with its interval, as texts: decimals, as everywhere else."""
    interval = decimal_range(figure) if math.isfinite(figure.value) else ""
    return Cell(value=decimal(figure.value), interval=interval)


def hardest(evaluation: Evaluation) -> list[int]:
    """Class numbers by recall, lowest first; classes without test pictures last."""
    recalls = [one.recall.value if math.isfinite(one.recall.value) else math.inf for one in evaluation.per_class]
    return sorted(range(len(recalls)), key=lambda place: (recalls[place], -evaluation.per_class[place].count, place))
