"""Which way learns these pictures better? A few seconds of each, judged on validation."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import Tensor

from miwake.training.config import Training
from miwake.training.job import Job, Moment
from miwake.training.loop import Trainer
from miwake.training.probe import measure

_CLEAR = 0.25  # lead of a rival that more steps would not turn
_SHORT, _LONG = 0.06, 0.15  # shares of the time: until a clear lead of the rival ends it, and at the utmost
_STEPS = 100  # before anything shows; twice as many at the utmost
_CLOCK, _LEAST = 0.25, 5.0  # share of the time that a slow machine may spend on these steps; seconds at least


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How far one way got."""

    weights: Mapping[str, Tensor]
    """What was learnt, for training to go on from."""

    figure: float
    """The task's monitored figure on validation."""
    seconds: float


def try_observing(job: Job) -> Trial:
    """Follow a first phase that observes (a head on frozen features), once over the pictures; nothing is written."""
    return _follow(job, Race(job.task.monitor))


def try_learning(job: Job, training: Training, *, rival: float, seconds: float) -> Trial:
    """Learn until the rival is beaten or cannot be any more; nothing is written.

    The rate stays level, so that every epoch shows how far it is; a model from scratch that overtakes a rival with
    most of its steps still before it will stay ahead.

    Args:
        job: what would be trained; its model stays as it is.
        training: what was asked for.
        rival: the figure to be beaten.
        seconds: what is left for the whole command.
    """
    cost = measure(replace(job, phases=job.phases[:1]), training)
    short, longest = (
        max(int(share * seconds / cost.step), least) for share, least in ((_SHORT, _STEPS), (_LONG, 2 * _STEPS))
    )
    epochs = math.ceil(longest / max(job.train.steps, 1))
    recipe = replace(
        job.recipe, precision=cost.precision, threads=cost.threads, epochs=epochs, schedule="constant", progressive=0.0
    )
    ends = time.monotonic() + max(_CLOCK * seconds, _LEAST)
    race = Race(job.task.monitor, rival=rival, short=short, longest=longest, ends=ends)
    return _follow(replace(job, recipe=recipe), race)


class Race:
    """Watches the loop and ends it when it is decided."""

    def __init__(
        self,
        monitor: str,
        *,
        rival: float = math.inf,
        short: float = math.inf,
        longest: float = math.inf,
        ends: float = math.inf,
    ) -> None:
        self.monitor, self.rival, self.short, self.longest, self.ends = monitor, rival, short, longest, ends
        self.step, self.figure = 0, math.nan

    def report(self, moment: Moment) -> None:
        """Take in how far it is."""
        self.step, self.figure = moment.step, moment.figures.get(self.monitor, math.nan)

    def decided(self) -> bool:
        """Whether the rival is beaten, or the time is over, or the rival leads clearly."""
        behind = self.rival - self.figure  # not a number, which compares as false, before the first judgement
        over = self.step >= self.longest or time.monotonic() >= self.ends
        return behind < 0 or over or (self.step >= self.short and behind >= _CLEAR)


def _follow(job: Job, race: Race) -> Trial:
    phase = replace(job.phases[0], share=1.0, passes=1)
    trial = replace(job, model=copy.deepcopy(job.model), phases=(phase,), folder=None)
    fitted = Trainer(trial, race.report, race.decided).run(resume=False)
    return Trial(
        weights=fitted.model.state_dict(),
        figure=float(fitted.best[f"val_{race.monitor}"]),
        seconds=float(fitted.history[-1]["seconds"]),
    )
