"""Gathers what a run's report shows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from miwake.augment import augment
from miwake.data.decode import decode
from miwake.data.header import BadPicture
from miwake.data.pictures import Pictures
from miwake.data.preprocess import centre
from miwake.look.text import Language
from miwake.networks.facts import measure
from miwake.report.contents import Command, DataFacts, Examples, ModelSummary, Seen
from miwake.run import Run
from miwake.training.choice import Choice
from miwake.training.job import Fitted
from miwake.types import TEST, TRAIN, VAL, Batch, Dataset, Note, Sentence, sentences_from_json
from miwake.verbs._judge import Judged, counts

_EXAMPLES, _SEEN, _VERSIONS = 8, 8, 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Finished:
    """A run at its end, of which a report is made."""

    run: Run
    judged: Judged
    dataset: Dataset
    pictures: Pictures
    fitted: Fitted
    choice: Choice
    language: Language


class Reporter(Protocol):
    """What a file `_report_FAMILY.py` of this room has; see `Task.family`."""

    def write(self, finished: Finished) -> None:
        """Gather what the report shows, and write it."""


def write(finished: Finished) -> None:
    """Write a run's report, as its task's family does."""
    family = finished.judged.task.family
    cast(Reporter, import_module(f"miwake.verbs._report_{family}")).write(finished)


def settings_of(chosen: dict[str, Any]) -> dict[str, Any]:
    """What was chosen, without the reasons, which stand beside the model."""
    return {key: value for key, value in chosen.items() if key != "reasons"}


def as_trained(choice: Choice, fitted: Fitted) -> Choice:
    """The choice with the augmentation that training ended with."""
    return replace(choice, augmentation=fitted.augmentation)


def data_facts(dataset: Dataset, judged: Judged) -> DataFacts:
    """What the data is."""
    return DataFacts(
        name=dataset.name,
        source=dataset.source,
        classes=dataset.classes,
        counts=counts(dataset),
        pictures=(len(dataset.rows(TRAIN)), len(dataset.rows(VAL)), len(dataset.rows(TEST))),
        notes=dataset.notes,
        split=sentences_from_json(judged.header.data.get("split", ())),
    )


def model_summary(judged: Judged, choice: Choice, model: nn.Module, dataset: Dataset) -> ModelSummary:
    """What the model is."""
    shape, start = judged.header.preprocessing, judged.header.starting_weights
    operations = None
    if (
        not judged.task.places or judged.task.masked
    ):  # of a network that is looked through in part, nobody counts the part
        kinds = len(dataset.classes)
        _, operations = measure(choice.architecture, channels=shape.channels, classes=kinds, size=shape.size)
    return ModelSummary(
        architecture=choice.architecture,
        why=choice.reasons,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        operations=operations,
        starting_weights=str(start.get("name", "")),
        licence=_licence(start),
    )


def _licence(start: Mapping[str, Any]) -> Sentence:
    """Of the starting weights."""
    stated = str(start.get("licence", ""))
    if not stated and start.get("source") == "run":
        return Note("licence.own")
    return Note("licence.unstated") if stated == "not stated" else stated


def shown(dataset: Dataset, pictures: Pictures, row: int) -> NDArray[np.uint8]:
    """The picture as a person knows it: the file's, or what is stored where the file is gone."""
    if dataset.pixels is None:
        try:
            channels = 1 if pictures.shape[0] == 1 else 3
            data = dataset.file(row).read_bytes()
            return decode(data, channels=channels, at_least=(192, 192), window=pictures.window)
        except (BadPicture, OSError):
            pass
    else:
        packed: NDArray[np.uint8] = np.asarray(dataset.pixels[row], np.uint8)
        return packed
    (stored,) = _array(pictures.gather(torch.tensor([row])))
    return np.asarray(stored, np.uint8)


def _array(pictures_BCHW: torch.Tensor) -> NDArray[np.uint8]:
    rounded = pictures_BCHW.round().clamp(0, 255).to(torch.uint8)
    return np.ascontiguousarray(rounded.permute(0, 2, 3, 1).numpy())


def examples(dataset: Dataset, pictures: Pictures) -> Sequence[Examples]:
    """Some training pictures of each class."""
    rows, targets = dataset.rows(TRAIN), np.asarray(dataset.targets)
    found = []
    for number, name in enumerate(dataset.classes[:60]):
        of_class = rows[(targets[rows, number] > 0) if dataset.multilabel else (targets[rows] == number)]
        drawn = of_class[np.linspace(0, len(of_class) - 1, min(len(of_class), _EXAMPLES)).astype(np.int64)]
        if len(drawn):
            found.append(Examples(label=name, pictures=tuple(shown(dataset, pictures, int(row)) for row in drawn)))
    return found


def seen(dataset: Dataset, pictures: Pictures, judged: Judged, choice: Choice) -> Sequence[Seen]:
    """A few training pictures: the file's, what the network sees, and what it saw in training."""
    rows, shape = dataset.rows(TRAIN), judged.header.preprocessing
    drawn = np.random.default_rng(choice.recipe.seed).permutation(rows)[:_SEEN]
    stored = pictures.gather(torch.from_numpy(drawn))
    plain = _array(centre(stored, shape).float())
    # mixing is left out: each picture is followed by itself
    settings = replace(choice.augmentation, mixup=0.0, cutmix=0.0)
    if settings.mirror == "auto":
        settings = replace(settings, mirror="none")
    generator = torch.Generator().manual_seed(choice.recipe.seed)
    batch = Batch(stored, None, torch.from_numpy(drawn))
    changed = [
        _array(augment(batch, settings, size=settings.cut or shape.size, generator=generator, classes=1).pictures)
        for _ in range(_VERSIONS)
    ]
    return [
        Seen(
            label=dataset.label(int(row)),
            original=shown(dataset, pictures, int(row)),
            preprocessed=plain[number],
            augmented=tuple(version[number] for version in changed),
        )
        for number, row in enumerate(drawn)
    ]


def commands(run: Run, *, interrupted: bool) -> Sequence[Command]:
    """What to type next."""
    folder = shlex.quote(str(run.folder))
    resume = Command(line=f"miwake train --resume {folder}", why=Note("next.resume"))
    return (
        *((resume,) if interrupted else ()),
        Command(line=f"miwake predict {folder} PICTURES…", why=Note("next.predict")),
        Command(line=f"miwake evaluate {folder} DATA", why=Note("next.evaluate")),
    )
