"""What the loop works with, what it says on its way, and what it ends with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from torch import nn

from miwake.augment.config import Augmentation
from miwake.data.loader import Loader
from miwake.errors import MiwakeError
from miwake.tasks.task import Phase, Task
from miwake.training.config import Recipe
from miwake.training.schedule import Course
from miwake.types import Preprocessing, Sentence

Mirror = Literal["auto", "none", "horizontal", "both"]


class NonFiniteLoss(MiwakeError):
    """The loss became NaN or infinite. Exit code 1."""

    exit_code = 1


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
    elapsed: float
    """Seconds since training began, earlier parts of a resumed run included."""


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
    seconds: float = 0.0
    """Spent by earlier parts of a resumed run."""
