"""A few steps of the very loop that will train, on a copy of the model: to time them, or to try rates."""

from __future__ import annotations

import copy
import time
from dataclasses import replace
from typing import Any

import torch

from miwake.training.config import Recipe
from miwake.training.job import Job
from miwake.training.loop import Trainer


class Rehearsal(Trainer):
    """The last phase of a job, with another recipe; nothing is written, and the job's model stays as it is."""

    def __init__(self, job: Job, recipe: Recipe) -> None:
        trial = replace(job, model=copy.deepcopy(job.model), recipe=recipe, phases=job.phases[-1:], folder=None)
        super().__init__(trial, lambda _: None, lambda: False)
        self._start_phase()
        self._train_mode(trial.phases[0])
        self.seen: Any = None

    def step_at(self, rate: float) -> float:
        """One step with the learning rate as given; returns its loss.

        Raises:
            NonFiniteLoss: the loss ran away.
        """
        self.job = replace(self.job, recipe=replace(self.job.recipe, learning_rate=rate))
        self._step(self.job.phases[0])
        self._read_losses()
        self.state.step %= self.steps
        loss, self.losses.total = self.losses.total / self.job.recipe.accumulate, 0.0
        return loss

    def step_times(self, seconds: float) -> list[float]:
        """Seconds of each of a few steps, two at least, after one that warms up."""
        times: list[float] = []
        while len(times) < 3 or sum(times) < seconds:
            start = time.monotonic()
            self._take_a_step()
            if self.engine.device.type == "cuda":
                torch.cuda.synchronize(self.engine.device)
            times.append(time.monotonic() - start)
            if sum(times) > 8 * seconds and len(times) > 1:
                break
        return times[1:]

    def _take_a_step(self) -> None:
        """Whatever the phase does with a batch."""
        phase = self.job.phases[0]
        if phase.observes:
            self.job.model.eval()
            with torch.no_grad():
                self.seen = self._look(phase, self.state.step, self.seen)
            self.state.step += 1
        else:
            self._step(phase)
        self.state.step %= self.steps
