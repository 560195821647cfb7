"""Time that several parts share."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping


class TimeOver(Exception):
    """The time of a part is over."""


class Clock:
    """Gives each part its share of the time; what one leaves over goes to those after it.

    Args:
        seconds: of the whole; None is no limit.
        shares: weight of each part, in their order.
        now: the time.
    """

    def __init__(
        self, seconds: float | None, shares: Mapping[str, float], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now, self._shares = now, dict(shares)
        self._whole, self._before, self._part = sum(shares.values()), 0.0, 0.0
        self.started = now()
        self._end = math.inf if seconds is None else self.started + seconds
        self._part_start, self._part_end = self.started, self._end

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return self._now() - self.started

    def begin(self, part: str) -> None:
        """A part begins; its share of what is left is weighed against the parts that have not begun."""
        left = sum(self._shares.values())
        share = self._shares.pop(part)
        self._before, self._part = self._before + self._part, share
        now = self._now()
        self._part_start = now
        self._part_end = now + (self._end - now) * share / left if math.isfinite(self._end) else math.inf

    def done(self, share: float) -> float:
        """Share of the whole that is done when `share` of the part is, or when its time is used up."""
        if math.isfinite(self._part_end):
            share = max(share, (self._now() - self._part_start) / max(self._part_end - self._part_start, 1e-9))
        return (self._before + self._part * min(share, 1.0)) / self._whole

    def left(self) -> float:
        """Seconds that the part has left."""
        return self._part_end - self._now()

    def enough(self) -> bool:
        """Whether the part's time is over."""
        return self.left() <= 0

    def check(self) -> None:
        """End what is at work when the part's time is over.

        Raises:
            TimeOver: it is.
        """
        if self.enough():
            raise TimeOver
