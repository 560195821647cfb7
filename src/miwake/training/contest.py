"""The part of the loop in which an opponent changes the pictures against the model; see `miwake.training.job.Opponent`.

Everything that it draws is a function of (seed, epoch, step).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from miwake.data.loader import mix
from miwake.data.preprocess import network_input
from miwake.tasks.phases import Turn
from miwake.training.engine import Engine
from miwake.training.job import Job, Opponent, State
from miwake.types import Batch

_FALLEN = 0.75  # share of the best figure against the opponent, below which it has collapsed
_POINTS = 0.1  # by how much it must have fallen, too
_CHEATED, _WORSE = 5.0, 1.0  # times the loss in training, and how much more, that the loss in the test may be


class Contest:
    """What an opponent does in a run of the loop.

    Args:
        job: with an opponent.
        opponent: the job's.
        engine: precision.
        generator: on the device; it is seeded anew for every batch.
    """

    def __init__(self, job: Job, opponent: Opponent, engine: Engine, generator: torch.Generator) -> None:
        self.job, self.opponent, self.engine, self.generator = job, opponent, engine, generator

    def change(self, batch: Batch, turn: Turn, state: State, number: int) -> Batch:
        """The batch that is learnt from instead, changed against the model as it answers: the model ends in `eval`."""
        self.generator.manual_seed(mix(self.job.recipe.seed, 3, state.epoch, number))
        self.job.model.eval()
        pictures = self.opponent.train(
            self._loss(self.job.model, batch, turn),
            batch.pictures,
            done=state.course.done,
            careful=state.careful is not None,
            generator=self.generator,
        )
        return replace(batch, pictures=pictures)

    @torch.no_grad()
    def test(self, model: nn.Module, turn: Turn) -> dict[str, float]:
        """Figures over some validation pictures, changed against the model; the same noise every time."""
        model.eval()
        meter, left = self.job.task.meter(), self.opponent.test_pictures
        for number in range(self.job.val.steps):
            batch = self.job.val.batch(0, number)
            self.generator.manual_seed(mix(self.job.recipe.seed, 4, number))
            inputs = network_input(batch.pictures, self.job.preprocessing)
            inputs = self.opponent.test(self._loss(model, batch, turn), inputs, generator=self.generator)
            with self.engine.autocast():
                meter.update(model(inputs), batch)
            left -= len(batch.pictures)
            if left <= 0:
                break
        return {f"robust_{name}": value for name, value in meter.compute().items()}

    def collapsed(self, row: dict[str, Any], state: State) -> bool:
        """Whether the model has learnt to mislead its opponent instead of holding against it.

        That is catastrophic overfitting (Wong, Rice and Kolter 2020, section 5.4): against one step it seems to hold
        ever better, against several it falls within an epoch. Or it never held against several at all.
        """
        if state.careful is not None or state.course.done < self.opponent.rise or row["train_loss"] is None:
            return False
        figure = f"val_robust_{self.job.task.monitor}"
        now, best = row[figure], state.best[figure]
        fallen = now < _FALLEN * best and now < best - _POINTS
        return bool(fallen or row["val_robust_loss"] > _CHEATED * row["train_loss"] + _WORSE)

    def _loss(self, model: nn.Module, batch: Batch, turn: Turn) -> Callable[[Tensor], Tensor]:
        """The summed loss of a batch as a function of its pictures: small gradients would vanish in 16 bits."""

        def loss(pictures: Tensor) -> Tensor:
            with self.engine.autocast():
                return len(pictures) * self.job.task.step(model, replace(batch, pictures=pictures), turn)["loss"]

        return loss
