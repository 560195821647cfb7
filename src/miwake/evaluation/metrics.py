"""Figures of merit as functions of how much each picture weighs: all weights 1 give a figure, those of the
bootstrap its spread. Everything is a sum over pictures, or over the steps of a ROC curve, so that a thousand
resamples cost a few sparse products.

Names: K classes, N pictures, `units` U (groups, or the pictures themselves), r resamples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

PARTIAL = 0.1
"""Highest false-positive rate of the partial area under the ROC curve."""

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Sums:
    """M weighted sums over the pictures, from the weights of their units."""

    matrix: Any
    """(M, U) sparse."""

    @classmethod
    def of(cls, values: NDArray[Any], unit: NDArray[np.int64], units: int) -> Sums:
        """Sums of the columns of (N, M) values, most of which are zero; `unit` (N) is below `units`."""
        row, column = values.nonzero()
        entries = values[row, column].astype(np.float64)
        return cls(csr_matrix((entries, (column, unit[row])), shape=(values.shape[1], units)))

    def __call__(self, weights: Array) -> Array:
        """(M, r) from weights (U, r)."""
        return np.asarray(self.matrix.astype(weights.dtype) @ weights)

    def behind(self) -> NDArray[np.int64]:
        """(M) how many units have a part in each sum."""
        return np.asarray(np.diff(self.matrix.indptr), np.int64)


def ratio(part: Array, whole: Array) -> Array:
    """part / whole; NaN where there is no whole."""
    shape = np.broadcast_shapes(part.shape, whole.shape)
    return np.asarray(np.divide(part, whole, out=np.full(shape, np.nan), where=whole > 0))


@dataclass(frozen=True, eq=False)
class Counts:
    """Weights (K, r) of the pictures that are of a class, are said to be, and both; and of all pictures, (r)."""

    true: Array
    chosen: Array
    both: Array
    total: Array

    def rates(self) -> dict[str, Array]:
        """Per class (K, r): precision, recall, specificity, F1."""
        return {
            "precision": ratio(self.both, self.chosen),
            "recall": ratio(self.both, self.true),
            "specificity": ratio(self.total - self.true - self.chosen + self.both, self.total - self.true),
            "f1": ratio(2 * self.both, self.true + self.chosen),
        }


def macro(rates: Array, present: NDArray[np.bool_]) -> Array:
    """(1, r) mean of rates (K, r) over the classes that have pictures; an undefined rate of such a class counts 0."""
    return ratio(np.where(present, np.nan_to_num(rates), 0.0).sum(0), present.sum(0))[None]


def mean_defined(rates: Array) -> Array:
    """(1, r) mean over the classes (K, r) whose figure is defined."""
    defined = np.isfinite(rates)
    return ratio(np.where(defined, rates, 0.0).sum(0), defined.sum(0))[None]


@dataclass(frozen=True, eq=False)
class Curve:
    """The ROC curve of one class as steps, from the highest score down.

    Pictures of one kind with no other between them make one step (straight up or straight to the right), and so
    do pictures of both kinds with equal scores (a slope): neither changes any area (Fawcett 2006, section 5).
    """

    positives: Sums
    """Weights (S, r) of the pictures of the class in every step."""
    negatives: Sums
    """Weights (S, r) of all others."""

    @classmethod
    def of(cls, scores: Array, truth: NDArray[np.bool_], unit: NDArray[np.int64], units: int) -> Curve:
        """From scores (N), higher is more likely, and truth (N)."""
        order = np.argsort(-scores, kind="stable")
        sorted_scores, positive = scores[order], truth[order]
        first = np.concatenate([[True], sorted_scores[1:] != sorted_scores[:-1]])
        block = np.cumsum(first) - 1
        blocks = int(block[-1]) + 1
        up = np.bincount(block, positive, blocks) > 0
        right = np.bincount(block, ~positive, blocks) > 0
        mixed = up & right
        begins = np.concatenate([[True], (up[1:] != up[:-1]) | mixed[1:] | mixed[:-1]])
        step = (np.cumsum(begins) - 1)[block]
        steps = int(step[-1]) + 1

        def part(kind: NDArray[np.bool_]) -> Sums:
            limits = np.concatenate([[0], np.cumsum(np.bincount(step[kind], minlength=steps))])
            ones = np.ones(int(limits[-1]), np.float32)
            return Sums(csr_matrix((ones, unit[order[kind]].astype(np.int32), limits), shape=(steps, units)))

        return cls(part(positive), part(~positive))

    def areas(self, weights: Array) -> tuple[Array, Array]:
        """Area under the curve, and up to a false-positive rate of 10% standardised so that chance is 0.5 and the
        best 1 (McClish 1989); (r) each, NaN where there is only one kind of picture.
        """
        up, right = self.positives(weights), self.negatives(weights)
        positives, negatives = up.sum(0), right.sum(0)
        height, place = _before(up), _before(right)
        area = np.einsum("sr,sr->r", height, right) + np.einsum("sr,sr->r", up, right) / 2
        # steps that lie wholly beyond the limit in every resample need no look
        limit = PARTIAL * negatives
        steps = int((place < limit).any(1).sum())
        up, right, height = up[:steps], right[:steps], height[:steps]
        within = np.clip(limit - place[:steps], 0, right)
        share = np.divide(within, right, out=np.zeros_like(right), where=right > 0)
        partial = np.einsum("sr,sr->r", within, height + share * up / 2)
        pairs = positives * negatives
        chance = PARTIAL * PARTIAL / 2
        standard = (1 + (ratio(partial, pairs) - chance) / (PARTIAL - chance)) / 2
        return ratio(area, pairs), standard


def _before(steps: Array) -> Array:
    """Sum of all earlier rows; a loop, since NumPy's cumsum is slow along the first axis."""
    total = np.empty_like(steps)
    total[0] = 0
    for row in range(1, len(steps)):
        np.add(total[row - 1], steps[row - 1], out=total[row])
    return total


def curves(scores: Array, truth: NDArray[np.bool_], unit: NDArray[np.int64], units: int) -> tuple[Curve, ...]:
    """The curve of each class against all others, from scores (N, K) and truth (N, K)."""
    return tuple(Curve.of(scores[:, k], truth[:, k], unit, units) for k in range(truth.shape[1]))


def areas(curves: Sequence[Curve], weights: Array) -> tuple[Array, Array]:
    """`Curve.areas` of every class, (K, r) each."""
    pairs = [curve.areas(weights) for curve in curves]
    return np.stack([area for area, _ in pairs]), np.stack([partial for _, partial in pairs])


def in_top(probabilities: Array, target: NDArray[np.integer], top: int = 5) -> NDArray[np.bool_]:
    """(N) whether the true class is among the `top` most probable; of equals the earlier class goes first."""
    true = np.take_along_axis(probabilities, target[:, None], 1)
    above = (probabilities > true).sum(1)
    equal = (probabilities == true) & (np.arange(probabilities.shape[1]) < target[:, None])
    return np.asarray(above + equal.sum(1) < top)


def confusion(target: NDArray[np.integer], chosen: NDArray[np.integer], classes: int) -> tuple[tuple[int, ...], ...]:
    """(K, K) counts: rows true, columns chosen."""
    table = np.bincount(target * classes + chosen, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(int(count) for count in row) for row in table)
