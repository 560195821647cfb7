"""Settings of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions:
    """What mistakes cost, which classes belong together, and how intervals are drawn."""

    cost: str | None = None
    """`miss=50,false-alarm=1` (`other=…` for the rest), or a CSV matrix by class names: rows true, columns answered."""
    positive: tuple[str, ...] = ()
    """Class (or classes) that `miss` in --cost is about; guessed from the names where it is not given."""
    unknown_cost: float | None = None
    """Cost of the answer "I don't know", on the scale of --cost (where a mistake costs 1 if that is not given)."""
    false_alarms: str | None = None
    """For --task anomaly: share of good pictures that may raise an alarm, such as 1/1000 or 0.1%; 1/100 is usual."""
    taxonomy: Path | None = None
    """CSV file with the columns `fine,coarse`: figures are also given for the coarse classes."""
    bootstrap_rounds: int = 1000
    """Resamples of the bootstrap."""
    bootstrap_seed: int = 0
    """Seed of the bootstrap."""
