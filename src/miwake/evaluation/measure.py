"""Every figure of one split and its resamples, before they are given names and intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from miwake.choice import Choice
from miwake.evaluation import metrics
from miwake.evaluation.calibration import BINS, bin_of, confidences
from miwake.evaluation.intervals import bootstrap, interval, wilson
from miwake.evaluation.metrics import Array, Counts, Sums, ratio
from miwake.types import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What a model said of the N pictures of a split, and what is true."""

    targets: NDArray[np.int64]
    """(N) class numbers, or (N, K) 0/1 labels."""
    before: NDArray[np.float64]
    """(N, K) probabilities as trained."""
    after: NDArray[np.float64]
    """(N, K) probabilities, calibrated."""
    choice: Choice
    constant: NDArray[np.bool_]
    """(N) whether the constant answer is right."""
    costs: NDArray[np.float64] | None
    """(N) what each answer costs; None without costs."""
    unit: NDArray[np.int64]
    """(N) number of the group (or picture) that a picture is drawn with."""
    units: int
    grouped: bool
    """Whether units are groups."""

    @property
    def multilabel(self) -> bool:
        """Whether a picture may hold several labels."""
        return self.targets.ndim == 2

    @property
    def truth(self) -> NDArray[np.bool_]:
        """(N, K)."""
        if self.multilabel:
            return self.targets > 0
        return np.asarray(self.targets[:, None] == np.arange(self.after.shape[1]))

    @property
    def right(self) -> NDArray[np.bool_]:
        """(N) whether the choice is right; of several labels every one."""
        return np.asarray((self.choice.labels == self.truth).all(1))

    @property
    def top5(self) -> NDArray[np.bool_] | None:
        """(N) whether the truth is among the five most probable classes; None where that says little."""
        if self.multilabel or self.after.shape[1] <= 5:
            return None
        return metrics.in_top(self.after, self.targets)


class _Sums:
    """The sums from which all figures follow."""

    def __init__(self, answers: Answers) -> None:
        unit, units, truth = answers.unit, answers.units, answers.truth
        labels, known, right = answers.choice.labels, answers.choice.known, answers.right
        self.multilabel = answers.multilabel

        def sums(values: NDArray[np.generic]) -> Sums:
            return Sums.of(values if values.ndim == 2 else values[:, None], unit, units)

        self.total = sums(np.ones(len(truth), bool))
        self.true, self.chosen, self.both = sums(truth), sums(labels), sums(truth & labels)
        self.shares = {"accuracy": sums(right), "baseline": sums(answers.constant)}
        if answers.top5 is not None:
            self.shares["top5"] = sums(answers.top5)
        self.gaps = {
            "ece_before": sums(_gaps(answers.before, truth, self.multilabel)),
            "ece_after": sums(_gaps(answers.after, truth, self.multilabel)),
        }
        self.curves = metrics.curves(answers.after, truth, unit, units)
        self.costs = None if answers.costs is None else sums(answers.costs)
        if self.costs is not None:
            self.known, self.known_right = sums(known), sums(known & right)
            self.class_right = sums(truth & labels & known[:, None])
            self.class_unknown = sums(truth & ~known[:, None])

    def __call__(self, weights: Array) -> dict[str, Array]:
        """All figures by name, (M, r) each, from the weights (U, r) of the units."""
        total = self.total(weights)
        counts = Counts(self.true(weights), self.chosen(weights), self.both(weights), total)
        rates = counts.rates()
        auc, partial = metrics.areas(self.curves, weights)
        figures = {name: rates[name] for name in ("precision", "recall", "f1")}
        figures |= {f"macro_{name}": counts.macro(rates[name]) for name in ("precision", "recall", "f1")}
        figures |= {"auc": auc, "macro_auc": metrics.mean_defined(auc)}
        figures |= {"partial_auc": partial, "macro_partial_auc": metrics.mean_defined(partial)}
        both_sides = metrics.mean_defined((rates["recall"] + rates["specificity"]) / 2)
        figures["balanced_accuracy"] = both_sides if self.multilabel else figures["macro_recall"]
        figures |= {name: ratio(share(weights), total) for name, share in self.shares.items()}
        stated = total * (len(self.curves) if self.multilabel else 1)
        figures |= {name: ratio(np.abs(gap(weights)).sum(0)[None], stated) for name, gap in self.gaps.items()}
        if self.costs is not None:
            known = self.known(weights)
            figures |= {"answered": ratio(known, total), "accuracy_answered": ratio(self.known_right(weights), known)}
            figures["cost"] = ratio(self.costs(weights), total)
            right, unknown = self.class_right(weights), self.class_unknown(weights)
            figures["right"], figures["unknown"] = ratio(right, counts.true), ratio(unknown, counts.true)
            figures["wrong"] = ratio(np.maximum(counts.true - right - unknown, 0.0), counts.true)
        return figures


def _gaps(probabilities: NDArray[np.float64], truth: NDArray[np.bool_], multilabel: bool) -> NDArray[np.float64]:
    """(N, bins): outcome minus stated probability, summed over what a picture has in each bin; the absolute sums
    over the pictures make up the expected calibration error (Naeini 2015; Guo 2017, equation 3)."""
    stated, right = confidences(probabilities, truth, multilabel=multilabel)
    gaps = np.zeros((len(stated), BINS))
    np.add.at(gaps, (np.arange(len(stated))[:, None], bin_of(stated)), right - stated)
    return gaps


class Measured:
    """Figures with intervals, by name.

    Args:
        answers: of one split, N ≥ 1.
        rounds: resamples.
        seed: of the bootstrap.
    """

    def __init__(self, answers: Answers, rounds: int, seed: int) -> None:
        sums = _Sums(answers)
        self.units, self.grouped = answers.units, answers.grouped
        self.point = {name: rows[:, 0] for name, rows in sums(np.ones((answers.units, 1))).items()}
        self.draws = bootstrap(sums, answers.units, rounds, seed)
        self.of_class, self.as_class = sums.true.behind(), sums.chosen.behind()
        size = np.bincount(answers.unit, minlength=answers.units)
        self.others = answers.units - _full_units(sums.true, size)
        """(K) units that hold a picture of another class."""
        self.known = int(sums.known.behind()[0]) if sums.costs is not None else 0

    def value(self, name: str, row: int = 0) -> float:
        """The figure alone."""
        return float(self.point[name][row])

    def figure(self, name: str, behind: float, row: int = 0) -> Figure:
        """A figure with the interval of its bootstrap; `behind` is the number of units that it rests on."""
        return interval(self.value(name, row), self.draws[name][row], behind, self.units)

    def share(self, name: str, behind: float, row: int = 0) -> Figure:
        """A share of independent pictures with Wilson's interval; of groups as `figure`."""
        if self.grouped:
            return self.figure(name, behind, row)
        value = self.value(name, row)
        if not math.isfinite(value):
            return Figure(value, math.nan, math.nan)
        bounds = wilson(value * behind, behind)
        return Figure(value, min(value, bounds.low), max(value, bounds.high))

    def pairs(self, share: float = 1.0) -> NDArray[np.float64]:
        """(K) independent pairs of a picture of the class and one of the `share` highest of the others."""
        others = np.where(self.others > 0, np.maximum(1.0, np.floor(share * self.others)), 0.0)
        return np.minimum(self.of_class, others)

    def together(self, behind: NDArray[np.floating] | NDArray[np.integer]) -> float:
        """Units that would give a single share the variance of the mean of K shares with `behind` (K) units each.

        Classes without pictures have no part in it.
        """
        some = np.maximum(behind[self.of_class > 0], 1.0)
        return float(len(some) ** 2 / (1.0 / some).sum()) if len(some) else 0.0


def _full_units(true: Sums, size: NDArray[np.int64]) -> NDArray[np.int64]:
    """(K) units all of whose pictures are of a class."""
    matrix = true.matrix
    full = matrix.data >= size[matrix.indices]
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.bincount(row, full, matrix.shape[0]).astype(np.int64)
