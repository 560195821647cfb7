"""The doubt that resampling cannot see.

A class whose pictures are all right is all right in every resample as well: in the mean over the classes it would
have no variance at all, as if its share were known. The same is true of a bin of a reliability diagram, and of a
class that never cost anything. Such a share gets draws from what its count leaves open instead: the Jeffreys
posterior Beta(k + ½, n − k + ½) of a share of k in n (Brown, Cai & DasGupta 2001, section 3.1.3). Among many classes
its ½ gives way to their pooled share, so that the prior keeps the weight of one picture (Kass & Wasserman 1995) and a
thousand small classes without a mistake are not given five hundred; but together they keep half a mistake. The mean of
the posterior is not the share: the intervals move the mean of all draws onto the figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from miwake.choice import Choice, Rule
from miwake.evaluation.metrics import Array, ratio

_STILL = 1e-6  # draws are in single precision


def jeffreys(
    share: Array, count: Array, rounds: int, generator: np.random.Generator, *, prior: float | Array = 0.5
) -> Array:
    """Draws (M, rounds) of shares (M), each seen in `count` (M) units; `count` need not be whole.

    Args:
        share: seen.
        count: units.
        rounds: draws.
        generator: of random numbers.
        prior: mean of the prior, which weighs as much as one unit; () or (M).
    """
    prior = np.broadcast_to(np.asarray(prior, np.float64), np.shape(share))[:, None]
    share, count = np.asarray(share, np.float64)[:, None], np.asarray(count, np.float64)[:, None]
    return generator.beta(share * count + prior, (1 - share) * count + 1 - prior, (len(share), rounds))


def stand_still(draws: Array) -> NDArray[np.bool_]:
    """(M) whether a figure is the same in all of its draws (M, r) that define it; False where none does."""
    low = np.where(np.isnan(draws), np.inf, draws).min(1, initial=np.inf)
    high = np.where(np.isnan(draws), -np.inf, draws).max(1, initial=-np.inf)
    return np.asarray((high >= low) & (high - low <= _STILL))


def with_doubt(share: Array, draws: Array, count: Array, generator: np.random.Generator) -> Array:
    """Draws (M, r) of shares (M); those that stand still come from `jeffreys`, undefined ones stay so."""
    rows = np.flatnonzero(stand_still(draws) & np.isfinite(share))
    if not len(rows):
        return draws
    count, some = np.asarray(count, np.float64), np.isfinite(share)
    pooled = (float(share[some] @ count[some]) + 0.5) / (float(count[some].sum()) + 1)
    least = 0.5 / len(rows)
    prior = min(max(pooled, least), 1 - least)
    drawn = jeffreys(share[rows], count[rows], draws.shape[1], generator, prior=prior)
    doubted = draws.copy()
    doubted[rows] = np.where(np.isnan(draws[rows]), np.nan, drawn)
    return doubted


def f1_with_doubt(f1: Array, precision: Array, recall: Array, rows: NDArray[np.bool_]) -> Array:
    """Draws (K, r) of F1, in `rows` (K) as the harmonic mean of the draws of precision and recall."""
    p, r = np.nan_to_num(precision[rows]), np.nan_to_num(recall[rows])
    doubted = f1.copy()
    doubted[rows] = np.where(np.isnan(f1[rows]), np.nan, np.nan_to_num(ratio(2 * p * r, p + r)))
    return doubted


@dataclass(frozen=True, kw_only=True, eq=False)
class Bins:
    """What a reliability diagram of B bins rests on."""

    gap: Array
    """(B) outcome minus stated probability, summed."""
    count: Array
    """(B) outcomes in each bin."""
    hits: Array
    """(B) how many of these came true."""
    units: Array
    """(B) pictures or groups that they come from."""
    variance: Array
    """(B) of `gap`, were every stated probability right."""

    def doubt(self, gaps: Array, counts: Array, generator: np.random.Generator) -> Array:
        """Draws (B, r) of the gaps. In a bin whose outcomes are all the same, a share of them turns out the other
        way: the one that `jeffreys` draws.

        Args:
            gaps: (B, r) resampled.
            counts: (B, r) resampled.
            generator: of random numbers.
        """
        same = (self.count > 0) & ((self.hits == 0) | (self.hits == self.count))
        rows = np.flatnonzero(same)
        turned = jeffreys(np.zeros(len(rows)), self.units[rows], gaps.shape[1], generator)
        sign = np.where(self.hits[rows] == 0, 1.0, -1.0)[:, None]
        doubted = gaps.astype(np.float64)
        doubted[rows] += sign * turned * counts[rows]
        return doubted

    def by_chance(self, rounds: int, generator: np.random.Generator) -> float:
        """The calibration error that one sample of 40 reaches or exceeds by chance, where every stated probability
        is right (the consistency resampling of Bröcker & Smith 2007, with normal sums)."""
        sums = np.abs(generator.normal(size=(rounds, len(self.gap)))) @ np.sqrt(self.variance)
        return float(np.quantile(sums, 0.975) / self.count.sum())


def cost_doubt(
    paid: NDArray[np.float64],
    targets: NDArray[np.int64],
    choice: Choice,
    rule: Rule,
    unit: NDArray[np.int64],
    rounds: int,
    generator: np.random.Generator,
) -> Array:
    """(rounds) what to add to draws of the cost per picture.

    Where all pictures of a class (of several labels: all that hold a label, or all that do not) cost the same, a share
    of them as `jeffreys` draws it costs what is farthest from that: nothing, or the dearest mistake with the class.

    Args:
        paid: (N) what each answer costs.
        targets: (N) class numbers, or (N, K) 0/1 labels.
        choice: of the N pictures.
        rule: the costs.
        unit: (N) number of the group (or picture) that a picture is drawn with.
        rounds: resamples.
        generator: of random numbers.
    """
    costs = np.array(rule.costs)
    if targets.ndim == 2:
        held, known = targets > 0, choice.known[:, None]
        member = np.concatenate([held & known, ~held & known], axis=1)
        dearest = np.concatenate([costs[:, 0], costs[:, 1]])
        wrong = choice.labels != held
        mistakes = (member & np.concatenate([wrong, wrong], axis=1)).sum(0)
        size = member.sum(0)
        same = (size > 0) & ((mistakes == 0) | (mistakes == size))
        now = np.where(mistakes > 0, dearest, 0.0)
        behind = np.array([len(np.unique(unit[member[:, s]])) for s in np.flatnonzero(same)])
    else:
        classes = len(costs)
        size = np.bincount(targets, minlength=classes)
        low, high = np.full(classes, np.inf), np.full(classes, -np.inf)
        np.minimum.at(low, targets, paid)
        np.maximum.at(high, targets, paid)
        same = (size > 0) & (low == high)
        now, dearest = low, np.maximum(costs.max(1), rule.unknown_cost or 0.0)
        pairs = np.unique(targets * (int(unit.max()) + 1) + unit)
        behind = np.bincount(pairs // (int(unit.max()) + 1), minlength=classes)[same]
    now, dearest = now[same], dearest[same]
    step = np.where(dearest - now >= now, dearest - now, -now) * size[same] / len(paid)
    if not len(step):
        return np.zeros(rounds)
    seldom = min(0.5, max(0.5 / len(step), (np.count_nonzero(paid) + 0.5) / (len(paid) + 1)))
    prior = np.where(now > 0, 0.5, seldom)
    return np.asarray(step @ jeffreys(np.zeros(len(step)), behind, rounds, generator, prior=prior))
