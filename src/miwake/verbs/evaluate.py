"""Figures of a run with intervals: on its own test pictures, or on other data."""

from __future__ import annotations

import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from miwake.data.config import DataOptions
from miwake.evaluation.config import EvaluateOptions
from miwake.look.text import Language
from miwake.verbs._json import print_json

if TYPE_CHECKING:
    from miwake.tasks.task import Task
    from miwake.types import Sentence


@dataclass(frozen=True)
class Evaluated:
    """Figures, and how they are to be shown."""

    evaluation: Any
    """The task's own figures: `Evaluation` of a classifier, `OddityEvaluation` of an anomaly detector,
    `PixelEvaluation` of a segmentation."""
    task: Task
    notes: tuple[Sentence, ...]
    """How other data was read, and what was left out."""
    json: bool
    lang: Language


def evaluate(
    run: Annotated[str | PathLike[str], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    data: Annotated[str | PathLike[str] | None, tyro.conf.Positional, tyro.conf.arg(metavar="[DATA]")] = None,
    *,
    data_options: DataOptions = DataOptions(),
    evaluation: EvaluateOptions = EvaluateOptions(),
    keep: bool = False,
    json: bool = False,
    csv: str | PathLike[str] | None = None,
    pictures_out: Annotated[str | PathLike[str] | None, tyro.conf.arg(name="pictures")] = None,
    device: str = "auto",
    lang: Language | None = None,
) -> Evaluated:
    """Figures of a run with intervals: on its own test pictures, or on other data.

    Args:
        run: A run folder, its name under runs/, or `latest`; with data also a model file or `imagenet`.
        data: Other data, all of whose pictures are judged; left away, the run's own test pictures.
        data_options: How other data is read.
        evaluation: What mistakes cost, and how intervals are drawn.
        keep: Let the run answer by these costs from now on; they are fitted on its validation pictures.
        json: Print the figures as JSON.
        csv: Also write the answer to every picture.
        pictures_out: Also write the pictures that were answered wrong, with the answer drawn on them, to this folder;
            for --task segment all of them.
        device: cpu, cuda, cuda:1, …
        lang: Language of the table and the sentences: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        The figures.

    Raises:
        MiwakeError: no such run or data, or classes that the model does not know.
    """
    from miwake.look.language import spoken
    from miwake.verbs import _evaluation

    language = spoken(lang)
    task, found, notes = _evaluation.evaluate(
        os.fspath(run),
        None if data is None else os.fspath(data),
        data_options=data_options,
        options=evaluation,
        keep=keep,
        csv=None if csv is None else Path(csv),
        pictures_out=None if pictures_out is None else Path(pictures_out),
        device=device,
    )
    return Evaluated(found, task, notes, json, language)


def show(evaluated: Evaluated) -> int:
    """A short table and sentences, or JSON."""
    from miwake.evaluation.results import to_json
    from miwake.look.terminal import say
    from miwake.look.words import told

    if evaluated.json:
        print_json(to_json(evaluated.evaluation), indent=2)
        return 0
    for note in evaluated.notes:
        say(told(note, evaluated.lang))
    say(evaluated.task.summary(evaluated.evaluation, evaluated.lang))
    for sentence in evaluated.task.sentences(evaluated.evaluation, evaluated.lang):
        say(sentence)
    return 0
