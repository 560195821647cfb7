"""Which way learns these pictures better? A few seconds of each, judged on validation."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace

from miwake.training.config import Training
from miwake.training.job import Job
from miwake.training.loop import Trainer
from miwake.training.probe import measure


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How far one way got."""

    figure: float
    """The task's monitored figure on validation."""
    seconds: float


def run_trial(job: Job, training: Training, *, seconds: float, least: int = 0) -> Trial:
    """Follow a job's first phase, on a copy of its model; nothing is written.

    Args:
        job: what would be trained.
        training: what was asked for.
        seconds: time for a phase that learns, which runs its whole schedule in the epochs that fit; a phase that
            observes (a head on frozen features) goes over the pictures once.
        least: steps that are taken even where they last longer.
    """
    phase = replace(job.phases[0], share=1.0, passes=1)
    recipe = job.recipe
    if phase.turns[0].kind == "learn":
        cost = measure(replace(job, phases=(phase,)), training)
        steps = max(job.train.steps, 1)
        epochs = max(1, round(seconds / (cost.step * steps)), math.ceil(least / steps))
        recipe = replace(recipe, precision=cost.precision, threads=cost.threads, epochs=epochs)
    model = copy.deepcopy(job.model)
    trial = replace(job, model=model, phases=(phase,), recipe=recipe, folder=None)
    fitted = Trainer(trial, lambda _: None, lambda: False).run(resume=False)
    return Trial(figure=float(fitted.best[f"val_{job.task.monitor}"]), seconds=float(fitted.history[-1]["seconds"]))
