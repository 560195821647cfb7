"""How the learning rate moves, as a function of the share of training that is done."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

_PACE_SECONDS = 1.5  # before the pace is believed
_WORTH = 0.02  # share of the way that is left, by which the end must move to be moved


def rate(schedule: Literal["one-cycle", "cosine", "constant"], warmup: float, done: float) -> float:
    """Factor on the highest learning rate.

    Args:
        schedule: one-cycle: linear up, linear down to zero (Smith 2018, "Super-convergence", section 3).
            cosine: linear up, half a cosine down (Loshchilov and Hutter 2017, equation 5, without restarts).
            constant: linear up, then level.
        warmup: share of training over which the rate rises, 0 to 1.
        done: share of training that is done, 0 to 1.
    """
    if done < warmup:
        return max(done / warmup, 0.01)
    if schedule == "constant":
        return 1.0
    left = (1.0 - done) / (1.0 - warmup)
    if schedule == "one-cycle":
        return max(left, 0.0)
    return 0.5 * (1.0 - math.cos(math.pi * left))


SMALLER = 0.75
"""Sides of the pictures that a network sees first, as a share of those that it sees last."""
CHEAPER = 0.63
"""Cost of a step with them, as a share of a whole one: measured for the default for small pictures at 64 px."""


def side(progressive: float, done: float) -> float:
    """Share of the pictures' sides that is shown: smaller ones first (Tan and Le 2021, section 4, "progressive").

    Args:
        progressive: share of training on smaller pictures.
        done: share of training that is behind us.
    """
    return SMALLER if done < progressive else 1.0


def cost(progressive: float, done: float = 0.0) -> float:
    """Mean cost of the steps that are left, a step with whole pictures being 1."""
    small = max(progressive - done, 0.0) / max(1.0 - done, 1e-9)
    return 1.0 - small * (1.0 - CHEAPER)


@dataclass(slots=True)
class Course:
    """Where training stands between its first and its last step.

    With a time limit the last step moves nearer when the machine turns out slower than foreseen, and the schedule
    runs on smoothly from where it is; without one `done` is exactly step / total.
    """

    total: int
    step: int = 0
    anchor_step: int = 0
    anchor_done: float = 0.0

    @property
    def done(self) -> float:
        """Share of the schedule that is behind us."""
        if self.total <= self.anchor_step:
            return 1.0
        return self.anchor_done + (1.0 - self.anchor_done) * (self.step - self.anchor_step) / (
            self.total - self.anchor_step
        )

    def retarget(self, total: int) -> None:
        """End at the step `total` instead."""
        done = self.done
        self.anchor_step, self.anchor_done = self.step, done
        self.total = max(total, self.step)

    def keep_to(self, left: float, *, spent: float, steps: int, most: int, progressive: float = 0.0) -> None:
        """Let the last step come where the time ends, once the pace can be believed.

        Args:
            left: seconds until the time ends.
            spent: seconds that the last `steps` steps took.
            steps: see `spent`.
            most: the step to end at where there is time for all.
            progressive: share of training on smaller pictures: the steps to come may be dearer than those behind.
        """
        if side(progressive, self.done) != 1:
            left *= CHEAPER / cost(progressive, self.done)
        if steps < 2 or spent < _PACE_SECONDS:
            return
        total = min(most, self.step + max(int(left * steps / spent), 0))
        if abs(total - self.total) > _WORTH * (self.total - self.step):
            self.retarget(total)
