"""From a classifier's raw outputs to probabilities and answers: the one way, in evaluation as in prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.types import Sentence, sentences_from_json

TIE = 1e-12  # expected costs nearer than this share of the largest cost are the same but for rounding


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What mistakes cost, and when "I don't know" is the better answer. Carried by the model file."""

    costs: tuple[tuple[float, ...], ...]
    """One class: (K, K), cost of answering column j where row i is true. Several labels: (K, 2), cost of missing
    label k and of naming it wrongly."""
    unknown_cost: float | None = None
    """Cost of "I don't know"; None where it is not offered."""
    highest_cost: float | None = None
    """An answer is given where its expected cost is at most this; None: always."""
    positive: tuple[str, ...] = ()
    """The classes that `miss` is about; none where the costs came as a matrix or were not given."""
    notes: tuple[Sentence, ...] = ()
    """What was guessed or assumed, to be said aloud."""

    def to_json(self) -> dict[str, Any]:
        """Plain types for the model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rule | None:
        """The inverse of `to_json`; nothing is no rule."""
        if not data:
            return None
        return cls(
            costs=tuple(tuple(float(cost) for cost in row) for row in data["costs"]),
            unknown_cost=data.get("unknown_cost"),
            highest_cost=data.get("highest_cost"),
            positive=tuple(data.get("positive", ())),
            notes=sentences_from_json(data.get("notes", ())),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Answers to B pictures."""

    labels: NDArray[np.bool_]
    """(B, K) the classes that were chosen; exactly one each, but for several labels."""
    known: NDArray[np.bool_]
    """(B) False where "I don't know" is the answer."""
    cost: NDArray[np.float64]
    """(B) expected cost of the chosen classes; without a rule the probability of a mistake (several labels: the
    expected number of wrong labels)."""


def probabilities(logits: NDArray[Any], *, temperature: float = 1.0, multilabel: bool = False) -> NDArray[np.float64]:
    """Calibrated probabilities (B, K): softmax or, for several labels, sigmoid of logits (B, K) / temperature."""
    scaled = np.asarray(logits, np.float64) / temperature
    if multilabel:
        tail = np.exp(-np.abs(scaled))
        return np.asarray(np.where(scaled >= 0, 1.0, tail) / (1.0 + tail))
    scaled -= scaled.max(1, keepdims=True)
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(1, keepdims=True)
    return scaled


def choose(probabilities: NDArray[np.float64], rule: Rule | None, *, multilabel: bool = False) -> Choice:
    """The answers that cost least by their expectation (Elkan 2001, section 1); without a rule the most probable.

    "I don't know" is the answer where even the cheapest class is expected to cost more than `rule.highest_cost`
    (Chow 1970).

    Args:
        probabilities: (B, K) calibrated.
        rule: costs and threshold.
        multilabel: whether several labels may hold at once; each is then decided for itself.
    """
    labels, cost = (_labels if multilabel else _classes)(probabilities, rule)
    known = np.ones(len(cost), bool)
    if rule is not None and rule.highest_cost is not None:
        known = cost <= rule.highest_cost
    return Choice(labels, known, cost)


def _classes(probabilities: NDArray[np.float64], rule: Rule | None) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    count, classes = probabilities.shape
    matrix = np.ones((classes, classes)) - np.eye(classes) if rule is None else np.array(rule.costs)
    expected = probabilities @ matrix
    # among answers that cost the same the most probable one
    least = expected.min(1, keepdims=True) + TIE * matrix.max()
    best = np.where(expected <= least, probabilities, -1.0).argmax(1)
    rows = np.arange(count)
    labels = np.zeros((count, classes), bool)
    labels[rows, best] = True
    return labels, expected[rows, best]


def _labels(probabilities: NDArray[np.float64], rule: Rule | None) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    costs = np.ones((probabilities.shape[1], 2)) if rule is None else np.array(rule.costs)
    missed, alarm = probabilities * costs[:, 0], (1.0 - probabilities) * costs[:, 1]
    return missed > alarm, np.minimum(missed, alarm).sum(1)
