"""Whether what comes in is like what the model has learnt from: a test that may be looked at after every picture.

For each measure and side, thresholds come from n training pictures. That of the j-th most extreme of them is passed by
a picture of the same kind with a probability E that is not known, but is distributed as Beta(j, n + 1 - j) (Wilks
1941, Determination of sample sizes for setting tolerance limits); with confidence 1 - δ it is at most q, the quantile
of that. After each picture, passed (b = p/q) or not (b = (1 - p)/(1 - q)),

    R ← (1 + R) · b,    p > q the share that would pass after a change worth naming,

the Shiryaev-Roberts statistic (Roberts 1966, A comparison of some control chart procedures, with the likelihood ratio
of two Bernoulli distributions). While pictures are like those of training the mean of b is at most 1, whatever came
before, so that R less the number of pictures is a supermartingale; so is a sum of m such statistics less m times that
number. Stopping when one of them first reaches c, the sum is c at least, and hence

    mean number of pictures until a false warning ≥ c / m

(Shin, Ramdas and Rinaldo 2023, E-detectors: a nonparametric framework for sequential change detection, section 2).
That holds for any number of looks, any distribution of the measures and any dependence between them; it needs pictures
that come one independently of the other, as training's did.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from miwake.types import Note
from miwake.watching.events import Happening
from miwake.watching.measures import BRIGHTNESS, DISTANCE, MEASURES, SHARPNESS, Measure, quantiles

CONFIDENCE = 0.95
"""That all thresholds hold, over which pictures happen to be those of training."""
LEAST = 20
"""Training pictures of which a measure is known well enough."""
_LEVELS = ((0.01, 0.5), (0.1, 0.6))
"""Share of the training pictures beyond a threshold, and share of pictures beyond it after a change worth naming."""
_RECENT = 10
"""Pictures whose middle a warning tells."""
_OVER = 30
"""Pictures of which so few as usual must be extreme until a change is over."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """A threshold, and what a picture beyond it or not says."""

    threshold: float
    """Of the value times the side."""
    passed: float
    """Likelihood ratio of a picture beyond it."""
    below: float
    """Likelihood ratio of any other."""


def levels(values: NDArray[np.float64], side: int, slack: float, doubt: float) -> tuple[Level, ...]:
    """Thresholds of a measure on one side.

    Args:
        values: (n) of training pictures.
        side: 1 for high values, -1 for low ones.
        slack: that is added to them.
        doubt: δ, the probability that one of them is passed more often than is reckoned with.
    """
    from scipy.special import betaincinv

    ordered = np.sort(values * side)[::-1]
    found = []
    for share, after in _LEVELS:
        rank = max(1, int(share * len(ordered)))
        often = float(betaincinv(rank, len(ordered) + 1 - rank, 1 - doubt))
        if often < after / 1.5:
            found.append(
                Level(
                    threshold=float(ordered[rank - 1]) + slack,
                    passed=after / often,
                    below=(1 - after) / (1 - often),
                )
            )
    return tuple(found)


@dataclass(kw_only=True)
class Chart:
    """One measure, one side."""

    measure: Measure
    side: int
    levels: tuple[Level, ...]
    usual: tuple[float, float, float]
    """The middle of training, and between what nearly all of it lies."""
    limit: float
    """c of the statistic, the mean over the levels."""
    sums: list[float] = field(default_factory=list)
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))
    beyond: deque[bool] = field(default_factory=lambda: deque(maxlen=_OVER))
    since: int = 0
    """Pictures since the statistic was last at its beginning: the estimated change."""
    changed: bool = False
    """Whether a warning was given that is not over."""

    def __post_init__(self) -> None:
        self.sums = [0.0] * len(self.levels)

    def add(self, value: float) -> bool:
        """Take one more picture into account; True where the warning state changes."""
        self.recent.append(value)
        at = value * self.side
        self.beyond.append(at > self.levels[-1].threshold)
        if self.changed:
            if len(self.beyond) == _OVER and sum(self.beyond) <= 0.25 * _OVER:
                self.changed, self.sums = False, [0.0] * len(self.levels)
                return True
            return False
        self.sums = [
            (1 + past) * (level.passed if at > level.threshold else level.below)
            for past, level in zip(self.sums, self.levels, strict=True)
        ]
        self.since = self.since + 1 if max(self.sums) > 1.5 else 0
        if sum(self.sums) / len(self.sums) < self.limit:
            return False
        self.changed = True
        self.beyond.clear()
        return True

    def middle(self) -> tuple[float, int]:
        """The middle of the newest pictures since the change seems to have begun, and how many these are."""
        newest = list(self.recent)[-max(1, min(self.since, _RECENT)) :]
        return float(np.median(newest)), len(newest)


class Drift:
    """All charts.

    Args:
        reference: values (n) of training pictures for each measure, by name; one of fewer than `LEAST` pictures is
            left out.
        apart: pictures that pass at least, on average, between two false warnings of all charts together.
    """

    def __init__(self, reference: Mapping[str, NDArray[np.float64]], apart: int) -> None:
        known = [each for each in MEASURES if len(reference.get(each.name, ())) >= LEAST]
        sides = [(measure, side) for measure in known for side in measure.sides]
        doubt = (1 - CONFIDENCE) / max(1, len(sides) * len(_LEVELS))
        self.charts = []
        for measure, side in sides:
            values = np.asarray(reference[measure.name], np.float64)
            found = levels(values, side, measure.slack, doubt)
            if found:
                self.charts.append(
                    Chart(measure=measure, side=side, levels=found, usual=quantiles(values), limit=apart * len(sides))
                )

    def add(self, values: Mapping[str, float]) -> list[Happening]:
        """One more picture; what is to be said of it.

        Args:
            values: by the measure's name; one that was not measured is left out.
        """
        said = []
        for chart in self.charts:
            value = values.get(chart.measure.name)
            if value is not None and np.isfinite(value) and chart.add(value):
                said.append(_warning(chart) if chart.changed else _over(chart))
        return said


def _warning(chart: Chart) -> Happening:
    now, count = chart.middle()
    shown, usual = _shown(chart.measure, now, chart.usual), chart.usual
    name = f"{chart.measure.name}.{'high' if chart.side > 0 else 'low'}"
    facts = {
        "measure": chart.measure.name,
        "side": "high" if chart.side > 0 else "low",
        "now": round(now, 4),
        "pictures": count,
        "training": round(usual[0], 4),
        "training_low": round(usual[1], 4),
        "training_high": round(usual[2], 4),
    }
    note = Note(f"watch.drift.{name}", {"n": count, **shown})
    return Happening(kind="drift", note=note, time=time.time(), facts=facts)


def _over(chart: Chart) -> Happening:
    what = Note(f"watch.drift.name.{chart.measure.name}")
    return Happening(
        kind="drift-over",
        note=Note("watch.drift.over", {"what": what}),
        time=time.time(),
        facts={"measure": chart.measure.name, "side": "high" if chart.side > 0 else "low"},
    )


def _shown(measure: Measure, now: float, usual: Sequence[float]) -> dict[str, str]:
    """The numbers of a warning, as people read them."""
    if measure is SHARPNESS:
        # of a logarithm people know nothing; times and shares they know
        return {"now": f"{100 * np.exp(now - usual[0]):.0f}", "low": f"{100 * np.exp(usual[1] - usual[0]):.0f}",
                "high": f"{100 * np.exp(usual[2] - usual[0]):.0f}"}  # fmt: skip
    if measure is DISTANCE:
        texts = (f"{value:.3f}" for value in (now, *usual))
    elif measure is BRIGHTNESS:
        texts = (f"{value:.0f}" for value in (now, *usual))
    else:
        texts = (f"{value:+.0f}" for value in (now, *usual))
    return dict(zip(("now", "usual", "low", "high"), texts, strict=True))
