"""Figures of "is something wrong here?": pictures and pixels, over all and for each kind of defect, with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from miwake.evaluation import places as pixels
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.intervals import bootstrap, interval, wilson
from miwake.evaluation.metrics import Curve
from miwake.evaluation.places import Places
from miwake.types import Figure

NONE = Figure(math.nan, math.nan, math.nan)
Array = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class KindFigures:
    """One kind of defect against the good pictures."""

    name: str
    count: int
    masks: int
    """Pictures of it with a mask."""
    found: Figure
    """Share of its pictures that are called odd."""
    auroc: Figure
    """Area under the ROC curve of pictures."""
    pixel_auroc: Figure
    """The same of pixels, as all that follow; NaN without masks."""
    pro: Figure
    """Area under the per-region overlap up to 30% false positives (Bergmann 2021)."""
    pixel_f1: Figure
    """F1 of the outlines as they are drawn."""


@dataclass(frozen=True, kw_only=True)
class OddityEvaluation:
    """All figures of one split. Figures that cannot be computed are NaN here and null in the file."""

    split: str
    count: int
    good: int
    bad: int
    masks: int
    """Pictures with a mask."""
    groups: int | None
    """Groups that the bootstrap draws from; None: single pictures."""
    threshold: float
    """Score from which a picture is called odd; chosen on validation."""
    chosen: str
    """`rate`: from a rate of false alarms. `costs`: where mistakes cost least."""
    expected: Figure
    """Share of good pictures that raise an alarm, as validation promised it, with its exact interval."""
    false_alarms: Figure
    """Share of good pictures here that raise an alarm."""
    found: Figure
    """Share of defective pictures here that are called odd."""
    precision: Figure
    """Share of alarms that are defects, with as many defects among the pictures as here."""
    f1: Figure
    """At the threshold."""
    auroc: Figure
    pixel_auroc: Figure
    pro: Figure
    pixel_f1: Figure
    cost_per_picture: float | None
    """With costs; where as many are defective as here."""
    kinds: tuple[KindFigures, ...]
    good_scores: tuple[float, ...]
    """Quantiles of the good pictures' scores, for a drawing: 101 at most."""
    bad_scores: tuple[float, ...]
    """Likewise of the others."""


def figures(
    scores: Array,
    targets: NDArray[np.integer],
    places: Places | None,
    *,
    classes: Sequence[str],
    split: str,
    threshold: float,
    chosen: str,
    expected: Figure,
    costs: tuple[float, float] | None,
    groups: NDArray[np.generic] | None,
    options: EvaluateOptions,
) -> OddityEvaluation:
    """Figures of N pictures.

    Args:
        scores: (N) how odd each is.
        targets: (N) 0 for good, else a kind of defect.
        places: sums over their pixels, of pictures with a mask and of good ones (others count nothing); None: no masks.
        classes: names of good and of the kinds.
        split: name of the split.
        threshold: score from which a picture is called odd.
        chosen: how it was chosen.
        expected: share of false alarms that was promised.
        costs: of a miss and of a false alarm, or None.
        groups: (N), or None.
        options: how intervals are drawn.
    """
    unit = np.arange(len(scores)) if groups is None else np.unique(groups, return_inverse=True)[1].reshape(-1)
    units = int(unit.max(initial=-1)) + 1
    bad, said = targets != 0, scores >= threshold
    measure = _Measure(scores, said, unit, units, places, options)
    return OddityEvaluation(
        split=split,
        count=len(scores),
        good=int((~bad).sum()),
        bad=int(bad.sum()),
        masks=measure.masks(bad),
        groups=None if groups is None else units,
        threshold=threshold,
        chosen=chosen,
        expected=expected,
        false_alarms=measure.share(~bad),
        found=measure.share(bad),
        cost_per_picture=_cost(bad, said, costs),
        kinds=tuple(
            _kind(measure, targets, number, name) for number, name in enumerate(classes) if number in targets[bad]
        ),
        good_scores=_quantiles(scores[~bad]),
        bad_scores=_quantiles(scores[bad]),
        **measure.of(bad),
    )


def _kind(measure: _Measure, targets: NDArray[np.integer], number: int, name: str) -> KindFigures:
    """Of one kind of defect against all good pictures."""
    of_kind = targets == number
    found = measure.of(of_kind, (targets == 0) | of_kind)
    return KindFigures(
        name=name,
        count=int(of_kind.sum()),
        masks=measure.masks(of_kind),
        found=measure.share(of_kind),
        **{key: found[key] for key in ("auroc", "pixel_auroc", "pro", "pixel_f1")},
    )


def _cost(bad: NDArray[np.bool_], said: NDArray[np.bool_], costs: tuple[float, float] | None) -> float | None:
    """Mean over the pictures."""
    return None if costs is None else float((costs[0] * (bad & ~said) + costs[1] * (~bad & said)).mean())


def _quantiles(scores: Array) -> tuple[float, ...]:
    if not len(scores):
        return ()
    return tuple(round(float(x), 6) for x in np.quantile(scores, np.linspace(0, 1, min(101, len(scores)))))


class _Measure:
    """Figures of parts of the pictures, each with its bootstrap."""

    def __init__(
        self,
        scores: Array,
        said: NDArray[np.bool_],
        unit: NDArray[np.int64],
        units: int,
        places: Places | None,
        options: EvaluateOptions,
    ) -> None:
        self.scores, self.said, self.unit, self.units, self.places = scores, said, unit, units, places
        self.options = options

    def masks(self, rows: NDArray[np.bool_]) -> int:
        """Pictures with a mask."""
        return 0 if self.places is None else int((self.places.regions[rows] > 0).sum())

    def share(self, rows: NDArray[np.bool_]) -> Figure:
        """Share of the pictures that raise an alarm: Wilson's interval, of groups as if each were one picture."""
        count = int(rows.sum())
        if not count:
            return NONE
        value = float(self.said[rows].mean())
        behind = len(np.unique(self.unit[rows]))
        plain = wilson(value * behind, behind)
        return Figure(value, plain.low, plain.high)

    def of(self, bad: NDArray[np.bool_], among: NDArray[np.bool_] | None = None) -> dict[str, Figure]:
        """AUROC of pictures and pixels, PRO, and the figures at the threshold, of `bad` against the rest of `among`."""
        rows = np.ones(len(bad), bool) if among is None else among
        truth, said, unit = bad[rows], self.said[rows], self.unit[rows]
        unit = np.unique(unit, return_inverse=True)[1].reshape(-1)
        units = int(unit.max(initial=-1)) + 1
        names = ("auroc", "precision", "f1", "pixel_auroc", "pro", "pixel_f1")
        if not truth.any() or truth.all():
            return dict.fromkeys(names, NONE)
        curve = Curve.of(self.scores[rows], truth, unit, units)
        # without a mask nobody knows which pixels of a defective picture are good
        seen = None if self.places is None else self.places.take(rows)
        masked = seen is not None and bool((seen.regions > 0).any())

        def statistics(weights: Array) -> dict[str, Array]:
            each = weights[unit]
            right, wrong = each[truth & said].sum(0), each[~truth & said].sum(0)
            missed = each[truth & ~said].sum(0)
            with np.errstate(invalid="ignore", divide="ignore"):
                found = {
                    "auroc": curve.areas(weights)[0][None],
                    "precision": (right / (right + wrong))[None],
                    "f1": (2 * right / (2 * right + wrong + missed))[None],
                }
            if masked and seen is not None:
                found |= pixels.figures(seen, each)
            return {name: np.asarray(value, np.float64) for name, value in found.items()}

        return self._intervals(statistics, units, len(np.unique(unit[truth])), names)

    def _intervals(
        self, statistics: Callable[[Array], dict[str, Array]], units: int, behind: int, names: Sequence[str]
    ) -> dict[str, Figure]:
        values = statistics(np.ones((units, 1), np.float32))
        draws = bootstrap(statistics, units, self.options.bootstrap_rounds, self.options.bootstrap_seed)
        return {
            name: interval(float(values[name][0, 0]), draws[name][0], behind, units) if name in values else NONE
            for name in names
        }
