"""What was chosen for a run: enough to build it again, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from miwake import tasks
from miwake.augment.config import Augmentation
from miwake.tasks.phases import Phase, Turn
from miwake.tasks.task import Task
from miwake.training.config import Recipe
from miwake.types import Preprocessing, Sentence, sentences_from_json, sentences_to_json


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A network, what it sees, how it starts and how it is trained."""

    architecture: str
    dropout: float | None
    starting_weights: str
    """`none`, `imagenet`, a file or a run; see `miwake.networks.weights`."""
    preprocessing: Preprocessing
    augmentation: Augmentation
    task: Task
    phases: tuple[Phase, ...]
    recipe: Recipe
    reasons: tuple[Sentence, ...] = ()
    """Why."""

    @property
    def pretrained(self) -> bool:
        """Whether it starts from weights that know something."""
        return self.starting_weights != "none"

    def because(self, *reasons: Sentence) -> Choice:
        """The same, with more reasons."""
        return replace(self, reasons=(*self.reasons, *reasons))

    def to_json(self) -> dict[str, Any]:
        """Plain types for `config.json`."""
        return {
            "architecture": self.architecture,
            "dropout": self.dropout,
            "starting_weights": self.starting_weights,
            "preprocessing": self.preprocessing.to_json(),
            "augmentation": asdict(self.augmentation),
            "task": {"name": self.task.name, **self.task.to_json()},
            "phases": [asdict(phase) for phase in self.phases],
            "recipe": asdict(self.recipe),
            "reasons": sentences_to_json(self.reasons),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Choice:
        """The inverse of `to_json`."""
        augmentation: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data["augmentation"].items()
        }
        return cls(
            architecture=data["architecture"],
            dropout=data["dropout"],
            starting_weights=data["starting_weights"],
            preprocessing=Preprocessing.from_json(data["preprocessing"]),
            augmentation=Augmentation(**augmentation),
            task=tasks.find(data["task"]["name"]).from_json(data["task"]),
            phases=tuple(_phase(phase) for phase in data["phases"]),
            recipe=Recipe(**data["recipe"]),
            reasons=sentences_from_json(data["reasons"]),
        )


def _phase(data: Mapping[str, Any]) -> Phase:
    turns = tuple(Turn(**{**turn, "parameters": tuple(turn["parameters"])}) for turn in data["turns"])
    return Phase(**{**data, "turns": turns})
