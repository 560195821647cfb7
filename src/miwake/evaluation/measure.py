"""Every figure of one split and its resamples, before they are given names and intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from miwake.choice import Choice, Rule
from miwake.evaluation import metrics, unseen
from miwake.evaluation.calibration import BINS, bin_of, confidences
from miwake.evaluation.intervals import bootstrap, interval, unbounded, wilson
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
    rule: Rule | None
    """By which `costs` are paid."""
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
        self.bins = {
            name: tuple(sums(part) for part in _bins(stated, truth, self.multilabel))
            for name, stated in (("before", answers.before), ("after", answers.after))
        }
        self.curves = metrics.curves(answers.after, truth, unit, units)
        self.costs = None if answers.costs is None else sums(answers.costs)
        if self.costs is not None:
            self.known, self.known_right = sums(known), sums(known & right)
            self.class_right = sums(truth & labels & known[:, None])
            self.class_unknown = sums(truth & ~known[:, None])

    def __call__(self, weights: Array) -> dict[str, Array]:
        """All figures by name, (M, r) each, from the weights (U, r) of the units; `averages` adds the rest."""
        total = self.total(weights)
        counts = Counts(self.true(weights), self.chosen(weights), self.both(weights), total)
        rates = counts.rates()
        if not self.multilabel:
            del rates["specificity"]
        auc, partial = metrics.areas(self.curves, weights)
        figures = rates | {"auc": auc, "partial_auc": partial, "total": total}
        figures |= {name: ratio(share(weights), total) for name, share in self.shares.items()}
        for name, (gap, count, _) in self.bins.items():
            figures |= {f"gap_{name}": gap(weights), f"count_{name}": count(weights)}
        if self.costs is not None:
            known = self.known(weights)
            figures |= {"answered": ratio(known, total), "accuracy_answered": ratio(self.known_right(weights), known)}
            figures["cost"] = ratio(self.costs(weights), total)
            right, unknown = self.class_right(weights), self.class_unknown(weights)
            figures["right"], figures["unknown"] = ratio(right, counts.true), ratio(unknown, counts.true)
            figures["wrong"] = ratio(np.maximum(counts.true - right - unknown, 0.0), counts.true)
        return figures


def _averages(figures: dict[str, Array], multilabel: bool) -> dict[str, Array]:
    """The figures that follow from others, (1, r) each."""
    present = np.isfinite(figures["recall"])
    found = {f"macro_{name}": metrics.macro(figures[name], present) for name in ("precision", "recall", "f1")}
    found |= {f"macro_{name}": metrics.mean_defined(figures[name]) for name in ("auc", "partial_auc")}
    found["balanced_accuracy"] = found["macro_recall"]
    if multilabel:
        found["balanced_accuracy"] = metrics.mean_defined((figures["recall"] + figures["specificity"]) / 2)
    for name in ("before", "after"):
        off = np.abs(figures[f"gap_{name}"]).sum(0)[None]
        found[f"ece_{name}"] = ratio(off, figures[f"count_{name}"].sum(0)[None])
    return found


def _bins(
    probabilities: NDArray[np.float64], truth: NDArray[np.bool_], multilabel: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(N, bins) each: outcome minus stated probability, summed over what a picture has in each bin; how many
    outcomes that are; how many came true. The absolute sums of the first over the pictures make up the expected
    calibration error (Naeini 2015; Guo 2017, equation 3)."""
    stated, right = confidences(probabilities, truth, multilabel=multilabel)
    place = (np.arange(len(stated))[:, None], bin_of(stated))
    gaps, count, hits = (np.zeros((len(stated), BINS)) for _ in range(3))
    np.add.at(gaps, place, right - stated)
    np.add.at(count, place, 1.0)
    np.add.at(hits, place, right)
    return gaps, count, hits


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
        self.of_class, self.as_class = sums.true.behind(), sums.chosen.behind()
        size = np.bincount(answers.unit, minlength=answers.units)
        self.others = answers.units - _full_units(sums.true, size)
        """(K) units that hold a picture of another class."""
        self.known = int(sums.known.behind()[0]) if sums.costs is not None else 0
        point = sums(np.ones((answers.units, 1)))
        point |= _averages(point, answers.multilabel)
        self.point = {name: rows[:, 0] for name, rows in point.items()}
        generator = np.random.default_rng((seed, 1))
        resampled = bootstrap(sums, answers.units, rounds, seed)
        self.resampled = resampled | _averages(resampled, answers.multilabel)
        draws = self._doubted(resampled, generator)
        self.chance = {}
        for name, (gap, count, hits) in sums.bins.items():
            stated = answers.before if name == "before" else answers.after
            bins = _basis(gap, count, hits, confidences(stated, answers.truth, multilabel=answers.multilabel)[0])
            draws[f"gap_{name}"] = bins.doubt(draws[f"gap_{name}"], draws[f"count_{name}"], generator)
            self.chance[f"ece_{name}"] = bins.by_chance(rounds, generator)
        if answers.costs is not None and answers.rule is not None:
            costs, targets, rule = answers.costs, answers.targets, answers.rule
            more = unseen.cost_doubt(costs, targets, answers.choice, rule, answers.unit, rounds, generator)
            draws["cost"] = draws["cost"] + more
        self.draws = draws | _averages(draws, answers.multilabel)

    def _doubted(self, draws: dict[str, Array], generator: np.random.Generator) -> dict[str, Array]:
        """The draws, with the doubt that resampling cannot see in shares that are 0 or 1."""
        true, chosen, pairs = self.of_class, self.as_class, self.pairs()
        behind = {"precision": chosen, "recall": true, "auc": pairs, "partial_auc": self.pairs(metrics.PARTIAL)}
        behind |= {"specificity": self.others, "right": true, "wrong": true, "unknown": true}
        behind |= {name: np.array([self.units]) for name in ("accuracy", "baseline", "top5", "answered")}
        behind["accuracy_answered"] = np.array([self.known])
        still = unseen.stand_still(draws["precision"]) | unseen.stand_still(draws["recall"])
        doubted = {
            name: unseen.with_doubt(self.point[name], draws[name], count.astype(np.float64), generator)
            for name, count in behind.items()
            if name in draws
        }
        # what a class that was never named would be worth, nobody has seen
        unnamed = np.flatnonzero((chosen == 0) & (true > 0))
        rounds = draws["recall"].shape[1]
        doubted["precision"] = doubted["precision"].copy()
        doubted["precision"][unnamed] = unseen.jeffreys(
            np.zeros(len(unnamed)), chosen[unnamed].astype(np.float64), rounds, generator
        )
        rows = still & (true > 0)
        doubted["f1"] = unseen.f1_with_doubt(draws["f1"], doubted["precision"], doubted["recall"], rows)
        return draws | doubted

    def value(self, name: str, row: int = 0) -> float:
        """The figure alone."""
        return float(self.point[name][row])

    def figure(self, name: str, behind: float, row: int = 0) -> Figure:
        """A figure with the interval of its bootstrap; `behind` is the number of units that it rests on."""
        draws, doubted = self.resampled[name][row], self.draws[name][row]
        return interval(self.value(name, row), draws, behind, self.units, doubted=doubted)

    def share(self, name: str, behind: float, row: int = 0) -> Figure:
        """A share of independent pictures with Wilson's interval; of groups as `figure`."""
        if self.grouped:
            return self.figure(name, behind, row)
        value = self.value(name, row)
        if not math.isfinite(value):
            return Figure(value, math.nan, math.nan)
        bounds = wilson(value * behind, behind)
        return Figure(value, min(value, bounds.low), max(value, bounds.high))

    def calibration_error(self, name: str) -> Figure:
        """An expected calibration error. It is 0 at best where honest probabilities would be as far off by chance."""
        found = unbounded(self.value(name), self.draws[name][0], self.units, top=1.0)
        if math.isfinite(found.low) and found.value <= self.chance[name]:
            return Figure(found.value, 0.0, found.high)
        return found

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


def _basis(gap: Sums, count: Sums, hits: Sums, stated: NDArray[np.float64]) -> unseen.Bins:
    """What a reliability diagram rests on, from the sums of its bins and the stated probabilities (N, M)."""
    ones = np.ones((gap.matrix.shape[1], 1))
    honest = np.bincount(bin_of(stated).ravel(), (stated * (1 - stated)).ravel(), BINS)
    # outcomes of a group, or the labels of a picture, may come true or not together
    together = np.asarray(gap.matrix.multiply(gap.matrix).sum(1)).ravel()
    return unseen.Bins(
        gap=gap(ones)[:, 0],
        count=count(ones)[:, 0],
        hits=hits(ones)[:, 0],
        units=count.behind().astype(np.float64),
        variance=np.maximum(honest, together),
    )


def _full_units(true: Sums, size: NDArray[np.int64]) -> NDArray[np.int64]:
    """(K) units all of whose pictures are of a class."""
    matrix = true.matrix
    full = matrix.data >= size[matrix.indices]
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.bincount(row, full, matrix.shape[0]).astype(np.int64)
