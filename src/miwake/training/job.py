"""What the loop works with, what it says on its way, and what it ends with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from miwake.augment.config import Augmentation
from miwake.data.loader import Loader
from miwake.errors import MiwakeError
from miwake.tasks.phases import Phase
from miwake.tasks.task import Task
from miwake.training.config import Recipe
from miwake.training.schedule import Course
from miwake.types import Preprocessing, Sentence

Mirror = Literal["auto", "none", "horizontal", "both"]
_SHOWN = 8  # pictures of a batch that an error names


class NonFiniteLoss(MiwakeError):
    """The loss became NaN or infinite. Exit code 1."""

    exit_code = 1
    kept = False
    """Whether the model holds good weights again; there are none before the first judgement."""


class Opponent(Protocol):
    """Changes pictures against the model while it learns; see `miwake.robustness.hardening`."""

    @property
    def steps(self) -> int:
        """Gradients that are taken for a training batch."""

    @property
    def rise(self) -> float:
        """Share of training after which it has its full strength."""

    @property
    def test_steps(self) -> int:
        """Gradients that are taken for a batch of `test`."""

    @property
    def test_pictures(self) -> int:
        """Validation pictures that are to be tested after each epoch."""

    def train(
        self,
        loss: Callable[[Tensor], Tensor],
        pictures: Tensor,
        *,
        done: float,
        careful: bool,
        generator: torch.Generator,
    ) -> Tensor:
        """What is learnt from instead of normalised pictures (B, C, H, W).

        Args:
            loss: of such pictures.
            pictures: unchanged.
            done: share of training that is behind us.
            careful: whether the model has learnt to mislead the usual way, so that another must be taken.
            generator: of everything random.
        """

    def test(self, loss: Callable[[Tensor], Tensor], pictures: Tensor, *, generator: torch.Generator) -> Tensor:
        """What the model is tested on instead of normalised pictures."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything that the loop works with."""

    task: Task
    model: nn.Module
    groups: Sequence[Sequence[str]]
    """Parameter names from input to output."""
    phases: tuple[Phase, ...]
    recipe: Recipe
    augmentation: Augmentation
    preprocessing: Preprocessing
    train: Loader
    val: Loader
    paths: Sequence[str]
    """(N) of the data set, to name pictures."""
    folder: Path | None
    """The run folder; None writes nothing, for trials."""
    opponent: Opponent | None = None
    """Changes the pictures before they are learnt from, and tests the model after each epoch."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where training is, for the progress line."""

    phase: str
    epoch: int
    epochs: int
    step: int
    total: int
    loss: float
    """Mean over the epoch so far; 0 while observing."""
    done: float = 0.0
    """Share of the training that is behind us, 0 to 1."""
    figures: dict[str, float]
    """Of the last validation."""

    @classmethod
    def of(cls, phase: str, state: State, *, epochs: int, loss: float, done: float) -> Moment:
        """Of a phase by this name, which foresees so many epochs and may take more."""
        # an epoch need not have been judged
        last: dict[str, Any] = next((row for row in reversed(state.history) if "val_loss" in row), {})
        return cls(
            phase=phase,
            epoch=state.phase_epoch + 1,
            epochs=max(state.phase_epoch + 1, epochs),
            step=state.course.step,
            total=state.course.total,
            loss=loss,
            done=done,
            figures={key[4:]: value for key, value in last.items() if key.startswith("val_")},
        )


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What training ends with; the model holds its best weights."""

    model: nn.Module
    history: list[dict[str, Any]]
    best: dict[str, Any]
    """The row of `history` whose weights were kept."""
    interrupted: bool
    augmentation: Augmentation
    """With mirroring as the validation pictures decided."""
    mirror_reason: Sentence
    careful: int | None = None
    """Epoch after which the opponent tried harder, since the model had learnt to mislead it; None: it never did."""


@dataclass(kw_only=True)
class State:
    """What changes while training goes on."""

    course: Course
    phase: int = 0
    epoch: int = 0
    """Counted over all phases, so that no two epochs draw alike."""
    step: int = 0
    """Within the epoch."""
    phase_epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    best: dict[str, Any] = field(default_factory=dict)
    since_best: int = 0
    loss_sum: float = 0.0
    learning_rate: float | None = None
    """Of the last step, near the output."""
    mirror: Mirror = "none"
    """`auto` until the validation pictures have decided."""
    mirror_reason: Sentence = ""
    careful: int | None = None
    """Epoch after which the opponent tries harder."""
    seconds: float = 0.0
    """Spent by earlier parts of a resumed run."""

    def done(self, phases: int, observed: float) -> float:
        """Share of the training that is behind us; where nothing learns by gradients all phases count alike.

        Args:
            phases: that there are.
            observed: share of the present one that is behind us, if it observes.
        """
        if self.course.total:
            return self.course.step / self.course.total
        return (self.phase + observed) / phases


def non_finite(job: Job, step: int, rows: Tensor, *, kept: bool) -> NonFiniteLoss:
    """The error that names the step (from 0) and the pictures, rows (B) of the data set, whose loss was no number."""
    shown = [job.paths[row] for row in rows.tolist()]
    listed = "\n  ".join(shown[:_SHOWN]) + (f"\n  … and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")
    error = NonFiniteLoss(
        f"The loss became NaN or infinite at step {step + 1}, on these pictures:\n  {listed}",
        expected="a finite loss",
        todo=f"a lower --learning-rate (now {job.recipe.learning_rate:g}), --clip 1 or --precision fp32; "
        + ("the last good weights are kept in the run folder." if kept else "nothing was learnt before it."),
    )
    error.kept = kept
    return error
