"""What an evaluation says: frozen dataclasses that are written to `evaluation.json` and read by the report."""

from __future__ import annotations

from dataclasses import dataclass

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
    recall: Figure
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
class Decision:
    """When to answer, and when to say "I don't know", from the user's costs."""

    costs: tuple[tuple[float, ...], ...]
    """(K, K): cost of answering column j where row i is true; the diagonal is zero."""
    unknown_cost: float | None
    """Cost of "I don't know"; None where it is not offered."""
    threshold: float | None
    """Answer only where the calibrated probability is at least this; chosen on validation. None: always answer."""
    answered: Figure
    """Share of the pictures that get an answer."""
    accuracy_answered: Figure
    """Accuracy among those."""
    cost_per_picture: Figure
    baseline_cost: float
    """Cost per picture of the cheapest constant answer."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """All figures of one split."""

    split: str
    count: int
    groups: int | None
    """Number of groups that the bootstrap draws from; None: single pictures."""
    classes: tuple[str, ...]
    multilabel: bool
    accuracy: Figure
    """Wilson's interval; by bootstrap over groups where there are groups. Several labels: exact match."""
    balanced_accuracy: Figure
    top5: Figure | None
    """None with five classes or fewer, or several labels."""
    precision: Figure
    """Macro averages from here on."""
    recall: Figure
    f1: Figure
    auc: Figure
    partial_auc: Figure
    loss: float
    """Mean negative log-likelihood of the calibrated probabilities, in nats."""
    baseline: Figure
    """Accuracy of always answering the class that is most frequent in training."""
    baseline_label: str
    per_class: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...] | None
    """(K, K): rows true, columns predicted. None for several labels."""
    calibration: Calibration | None
    decision: Decision | None
    taxonomy: Evaluation | None = None
    """The same figures for the coarse classes, where a taxonomy was given."""
