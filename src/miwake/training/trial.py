"""Which way learns these pictures better? A few seconds of each, judged on validation."""

from __future__ import annotations

import copy
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


def run_trial(job: Job, training: Training, *, seconds: float) -> Trial:
    """Follow a job's first phase for about so many seconds, on a copy of its model; nothing is written.

    A phase that observes (a head on frozen features) is run whole; one that learns runs its whole schedule in the
    epochs that fit.
    """
    phase = replace(job.phases[0], share=1.0)
    learns = phase.turns[0].kind == "learn"
    recipe = job.recipe
    if learns:
        cost = measure(replace(job, phases=(phase,)), training)
        epochs = max(1, round(seconds / (cost.step * max(job.train.steps, 1))))
        recipe = replace(recipe, precision=cost.precision, threads=cost.threads, epochs=epochs)
    trainer = Trainer(
        replace(job, model=copy.deepcopy(job.model), phases=(phase,), recipe=recipe, folder=None),
        lambda _: None,
        lambda: False,
    )
    fitted = trainer.run(resume=False)
    return Trial(figure=float(fitted.best[f"val_{job.task.monitor}"]), seconds=float(fitted.history[-1]["seconds"]))
