"""What is asked of a training run: kept in the run, and read back from it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from miwake import tasks
from miwake.anomaly.config import AnomalyOptions
from miwake.data.config import DataOptions
from miwake.data.source import open_dataset
from miwake.errors import MiwakeError
from miwake.evaluation.config import EvaluateOptions
from miwake.look.language import spoken
from miwake.look.text import Language
from miwake.networks.config import ModelOptions
from miwake.run import Run, open_run
from miwake.segmentation.config import SegmentOptions
from miwake.training.choice import Choice
from miwake.training.config import AugmentOptions, Training
from miwake.training.prepare import Asked
from miwake.types import Dataset, Sentence, sentences_from_json


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for; `config.json` keeps it for `--resume`."""

    data: str
    task: str = "auto"
    data_options: DataOptions = field(default_factory=DataOptions)
    model: ModelOptions = field(default_factory=ModelOptions)
    augment: AugmentOptions = field(default_factory=AugmentOptions)
    training: Training = field(default_factory=Training)
    evaluation: EvaluateOptions = field(default_factory=EvaluateOptions)
    anomaly: AnomalyOptions = field(default_factory=AnomalyOptions)
    segment: SegmentOptions = field(default_factory=SegmentOptions)
    lang: Language | None = None
    """None is said by MIWAKE_LANG or the locale."""

    @property
    def language(self) -> Language:
        """What people are spoken to in."""
        return spoken(self.lang)

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {key: _plain(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Request:
        """The inverse of `to_json`."""
        request: Request = _revive(cls, data)
        return request

    def asked(self) -> Asked:
        """The part that choices are made from."""
        return Asked(
            data=self.data_options,
            model=self.model,
            augment=self.augment,
            training=self.training,
            anomaly=self.anomaly,
            segment=self.segment,
            weighed=self.evaluation.cost is not None,
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


def _revive(kind: type[Any], data: Mapping[str, Any]) -> Any:
    hints, values = get_type_hints(kind), {}
    for entry in fields(kind):
        if entry.name not in data:
            continue
        value, hint = data[entry.name], hints[entry.name]
        if isinstance(value, Mapping):
            value = _revive(hint, value)
        elif isinstance(value, list):
            value = tuple(value)
        elif value is not None and Path in getattr(hint, "__args__", (hint,)):
            value = Path(value)
        values[entry.name] = value
    return kind(**values)


def settled(asked: Request) -> Request:
    """The same with paths that hold from any folder, and its language, for `--resume` and `evaluate`.

    Raises:
        MiwakeError: the starting weights name no run.
    """
    costs = asked.evaluation
    cost = None if costs.cost is None else _absolute(costs.cost)
    taxonomy = None if costs.taxonomy is None else costs.taxonomy.absolute()
    costs = replace(costs, cost=cost, taxonomy=taxonomy)
    data = asked.data_options
    data = data if data.legend is None else replace(data, legend=data.legend.absolute())
    anywhere = replace(
        asked, data=_absolute(asked.data), data_options=data, model=_resolved(asked.model), evaluation=costs
    )
    return replace(anywhere, lang=asked.language)


def _absolute(text: str) -> str:
    """A path as seen from anywhere; what is none (`digits`, `miss=50`) as it is."""
    return str(Path(text).absolute()) if os.path.lexists(text) else text


def _resolved(options: ModelOptions) -> ModelOptions:
    """Starting weights named as a run (`latest`, a name under runs/) by the path of its model file."""
    wanted = options.starting_weights
    if wanted in ("auto", "none", "imagenet"):
        return options
    if os.path.lexists(wanted):
        return replace(options, starting_weights=str(Path(wanted).absolute()))
    return replace(options, starting_weights=str(open_run(wanted).model_file))


def listed(asked: Request) -> Dataset:
    """The data set that was asked for.

    Raises:
        DataError: it cannot be read.
        UsageError: it does not suit the task.
    """
    dataset = open_dataset(asked.data, asked.data_options, task=asked.task)
    if asked.task in ("auto", dataset.task):
        return dataset
    return tasks.find(asked.task).adopt(dataset)


def request_of(run: Run) -> Request:
    """What was asked for when a run began.

    Raises:
        MiwakeError: config.json is damaged.
    """
    try:
        return Request.from_json(run.config()["request"])
    except (KeyError, TypeError, ValueError) as error:
        raise _strange(run, error) from None


def chosen_of(run: Run) -> tuple[Choice, tuple[Sentence, ...]]:
    """What was chosen when a run began, and how its data was divided.

    Raises:
        MiwakeError: config.json is damaged.
    """
    config = run.config()
    try:
        return Choice.from_json(config["chosen"]), sentences_from_json(config["split"])
    except (KeyError, TypeError, ValueError) as error:
        raise _strange(run, error) from None


def _strange(run: Run, error: Exception) -> MiwakeError:
    return MiwakeError(
        f"{run.folder / 'config.json'} is damaged, or of another version of Miwake ({error!r}).",
        expected="the file as this version of `miwake train` writes it",
        todo="train again.",
    )
