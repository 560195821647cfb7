"""What an evaluation says: frozen dataclasses that are written to `evaluation.json` and read by the report.

A figure that cannot be computed, or an interval that nothing can be said of, is NaN here and null in the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from miwake.types import Figure


@dataclass(frozen=True, kw_only=True)
class ClassFigures:
    """The figures of one class against all others."""

    name: str
    count: int
    """Pictures whose true class this is."""
    predicted: int
    """Pictures that were given this class."""
    precision: Figure
    """NaN where no picture was given this class; macro averages then count 0."""
    recall: Figure
    """NaN where no picture is of this class; macro averages leave such classes out."""
    f1: Figure
    auc: Figure
    """Area under the ROC curve."""
    partial_auc: Figure
    """The same up to a false-positive rate of 10%, standardised to 0.5 … 1 (McClish 1989)."""


@dataclass(frozen=True, kw_only=True)
class Bin:
    """One bar of a reliability diagram."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How far a stated probability can be taken at its word, before and after temperature scaling."""

    temperature: float
    """Fitted on validation (Guo 2017); logits are divided by it."""
    ece_before: Figure
    """Expected calibration error with 15 equal-width bins."""
    ece_after: Figure
    bins_before: tuple[Bin, ...]
    bins_after: tuple[Bin, ...]


@dataclass(frozen=True, kw_only=True)
class ClassDecision:
    """What becomes of the pictures of one class; the three shares sum to 1."""

    name: str
    right: Figure
    wrong: Figure
    unknown: Figure
    """Share that gets "I don't know"."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """When to answer, and when to say "I don't know", from the user's costs. Chosen on validation, applied here."""

    costs: tuple[tuple[float, ...], ...]
    """(K, K): cost of answering column j where row i is true; the diagonal is zero. Several labels: (K, 2), cost of
    missing label k and of naming it wrongly."""
    positive: tuple[str, ...]
    """The classes that a miss is about; none where the costs are a matrix or not given."""
    unknown_cost: float | None
    """Cost of "I don't know"; None where it is not offered."""
    highest_cost: float | None
    """Answer only where the answer's expected cost is at most this. None: always answer."""
    answered: Figure
    """Share of the pictures that get an answer."""
    accuracy_answered: Figure
    """Accuracy among those."""
    cost_per_picture: Figure
    baseline_cost: float
    """Cost per picture of the cheapest constant answer, "I don't know" among them."""
    per_class: tuple[ClassDecision, ...]

    @property
    def threshold(self) -> float | None:
        """The limit as a probability of the answer, where all mistakes cost the same; None where they don't."""
        costs = {cost for true, row in enumerate(self.costs) for answer, cost in enumerate(row) if true != answer}
        square = all(len(row) == len(self.costs) for row in self.costs)
        if self.highest_cost is None or len(costs) != 1 or not square:
            return None
        return max(0.0, 1.0 - self.highest_cost / costs.pop())


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """All figures of one split.

    They are of the answers that the model gives: the most probable class, or with costs the one that is expected to
    cost least; "I don't know" counts in `decision` only.
    """

    split: str
    count: int
    groups: int | None
    """Number of groups that the bootstrap draws from; None: single pictures."""
    classes: tuple[str, ...]
    multilabel: bool
    accuracy: Figure
    """Wilson's interval; by bootstrap over groups where there are groups. Several labels: exact match."""
    balanced_accuracy: Figure
    """Mean recall of the classes; several labels: mean over the labels of (sensitivity + specificity) / 2."""
    top5: Figure | None
    """None with five classes or fewer, or several labels."""
    precision: Figure
    """Macro averages, over the classes that have pictures here, from here on."""
    recall: Figure
    f1: Figure
    auc: Figure
    partial_auc: Figure
    loss: float
    """Mean negative log-likelihood of the calibrated probabilities, in nats; several labels: their sum."""
    baseline: Figure
    """Accuracy of always answering the class (several labels: the set of labels) most frequent in training."""
    baseline_label: str
    """Several labels are joined by `;`; none is an empty text."""
    per_class: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...] | None
    """(K, K): rows true, columns predicted. None for several labels."""
    calibration: Calibration | None
    decision: Decision | None
    taxonomy: Evaluation | None = None
    """The same figures for the coarse classes, where a taxonomy was given."""


def to_json(evaluation: Any) -> dict[str, Any]:
    """Plain types of the figures of any task, a frozen dataclass; NaN becomes None."""
    plain = _plain(evaluation)
    assert isinstance(plain, dict)
    return plain


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def from_json(data: Mapping[str, Any]) -> Evaluation:
    """The inverse of `to_json`; entries of a later version are ignored.

    Raises:
        KeyError, TypeError: entries are missing or of another kind.
    """
    evaluation = _parse(Evaluation, data)
    assert isinstance(evaluation, Evaluation)
    return evaluation


def _parse(kind: Any, value: Any) -> Any:
    if isinstance(kind, UnionType):
        if value is None:
            return None
        (kind,) = (option for option in get_args(kind) if option is not NoneType)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: _parse(hints[field.name], value[field.name]) for field in fields(kind)})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        return tuple(_parse(get_args(kind)[0], item) for item in value)
    if kind is float:
        return math.nan if value is None else float(value)
    return kind(value)
