"""How often a score would raise a false alarm: from good pictures that were not learnt from, and how surely."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from miwake.errors import UsageError
from miwake.types import Figure

USUAL = 0.01
"""Share of good pictures that may raise an alarm where nothing is asked for."""
_KEPT = 1000
_TAIL = 0.1  # share of the scores, at the top, whose mean excess gives the tail
_LEAST = 5
RAREST = 1e-6
"""No picture is said to be rarer among good ones than that: beyond, a tail is no more than a formula."""


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """The scores of good pictures, as the model file keeps them."""

    levels: tuple[float, ...]
    """Ascending: all of them, or so many quantiles."""
    count: int
    """Good pictures behind them."""
    units: int
    """Groups of pictures behind them, or the pictures themselves."""

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Alarms:
        """The inverse of `to_json`."""
        return cls(
            levels=tuple(float(level) for level in data["levels"]), count=int(data["count"]), units=int(data["units"])
        )

    @property
    def _top(self) -> tuple[float, float, float]:
        """Score where the tail begins, the rate there, and the mean excess beyond it."""
        levels = np.array(self.levels)
        many = max(1, min(len(levels) - 1, max(_LEAST, round(_TAIL * len(levels)))))
        knee = float(levels[-many])
        excess = float((levels[-many:] - knee).mean())
        spread = float(levels[-1] - levels[0])
        return knee, self._share(many), max(excess, 1e-3 * spread, 1e-9)

    def _share(self, above: float) -> float:
        """Rate for a score that so many of the levels reach: never 0, however few pictures there are."""
        return (1 + self.count * above / len(self.levels)) / (self.count + 1)

    def rates(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N) share of good pictures that would score at least as high.

        Among the scores of the good pictures the share of those that do (Vovk 2005, section 2.2: with the picture
        itself counted); where they thin out, and beyond them, an exponential tail of their mean excess, down to
        `RAREST`.
        """
        levels = np.array(self.levels)
        knee, rate, excess = self._top
        above = len(levels) - np.interp(scores, levels, np.arange(len(levels), dtype=np.float64))
        body = (1 + self.count * np.clip(above, 0, len(levels)) / len(levels)) / (self.count + 1)
        tail = rate * np.exp(-np.clip(scores - knee, 0, None) / excess)
        return np.asarray(np.maximum(np.where(scores < knee, np.minimum(body, 1.0), tail), RAREST))

    def threshold(self, rate: float) -> float:
        """The score that such a share of good pictures reaches; the inverse of `rates`."""
        knee, at, excess = self._top
        if rate < at:
            return knee + excess * math.log(at / rate)
        low, high = self.levels[0], knee
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if float(self.rates(np.array([middle]))[0]) > rate else (low, middle)
        return high

    def expected(self, threshold: float) -> Figure:
        """The share of good pictures that will raise an alarm, with its exact interval (Clopper and Pearson 1934).

        Where pictures come in groups the interval is as wide as if each group were one.
        """
        levels = np.array(self.levels)
        above = float((levels >= threshold).mean()) * self.units
        low = float(beta.ppf(0.025, above, self.units - above + 1)) if above > 0 else 0.0
        high = float(beta.ppf(0.975, above + 1, self.units - above)) if above < self.units else 1.0
        value = float(self.rates(np.array([threshold]))[0])
        return Figure(value, min(low, value), max(high, value))


def gather(scores: NDArray[np.float64], groups: NDArray[Any] | None) -> Alarms:
    """The scores of good validation pictures, (N), for the model file.

    Args:
        scores: N is 1 at least.
        groups: (N), or None.
    """
    ordered = np.sort(scores)
    if len(ordered) > _KEPT:
        ordered = np.quantile(ordered, np.linspace(0, 1, _KEPT))
    units = len(scores) if groups is None else len(np.unique(groups))
    return Alarms(levels=tuple(float(score) for score in ordered), count=len(scores), units=units)


def parse_rate(text: str) -> float:
    """A share of `1/1000`, `0.1%` or `0.001`.

    Raises:
        UsageError: anything else, or a share that is not between 0 and 1.
    """
    try:
        plain = text.strip()
        value = float(Fraction(plain[:-1]) / 100) if plain.endswith("%") else float(Fraction(plain))
    except (ValueError, ZeroDivisionError):
        value = math.nan
    if not 0 < value < 1:
        raise UsageError(
            f"--false-alarms is '{text}'.",
            expected="the share of good pictures that may raise an alarm: 1/1000, 0.1% or 0.001",
            todo="--false-alarms 1/100",
        )
    return value


def cheapest(good: NDArray[np.float64], bad: NDArray[np.float64], miss: float, alarm: float) -> float:
    """The threshold at which misses and false alarms cost least on these pictures.

    Args:
        good: (G) scores.
        bad: (B) scores, 1 at least.
        miss: cost of a bad picture below the threshold.
        alarm: cost of a good one at or above it.
    """
    levels = np.unique(np.concatenate([good, bad]))
    places = np.concatenate([[levels[0]], 0.5 * (levels[1:] + levels[:-1]), [levels[-1] + 1e-6 * abs(levels[-1])]])
    missed = np.searchsorted(np.sort(bad), places, side="left")
    alarms = len(good) - np.searchsorted(np.sort(good), places, side="left")
    costs = miss * missed + alarm * alarms
    best = np.flatnonzero(costs <= costs.min() * (1 + 1e-12))
    return float(places[best[len(best) // 2]])
