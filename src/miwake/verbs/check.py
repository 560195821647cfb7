"""The data doctor: read every picture, change nothing, and say what is wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Annotated

import tyro

from miwake.data.config import DataOptions
from miwake.look.text import Language
from miwake.verbs._json import print_json

if TYPE_CHECKING:
    from miwake.data.check import CheckReport
    from miwake.data.check_masks import MaskReport
    from miwake.types import Sentence


@dataclass(frozen=True)
class Checked:
    """What the doctor found."""

    report: CheckReport
    notes: tuple[Sentence, ...]
    """How the data was read, and what is to be said of it."""
    json: bool
    lang: Language
    masks: MaskReport | None = None
    """Where pixels have classes."""

    @property
    def ok(self) -> bool:
        """Whether one may train on this as it is."""
        return self.report.ok and (self.masks is None or self.masks.ok)


def check(
    data: Annotated[str | PathLike[str], tyro.conf.Positional, tyro.conf.arg(metavar="DATA")],
    *,
    task: str = "auto",
    data_options: DataOptions = DataOptions(),
    json: bool = False,
    lang: Language | None = None,
) -> Checked:
    """The data doctor: read every picture, change nothing, and say what is wrong.

    Args:
        data: What `miwake train` would be given.
        task: As for `miwake train`: classify, anomaly or segment; auto takes the one that the data's shape asks.
        data_options: How the data is read and divided.
        json: Print a JSON object in place of sentences.
        lang: Language of the sentences: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        The findings; the command ends with code 1 where something must be mended before training.

    Raises:
        MiwakeError: there is no such data.
    """
    from miwake.data.check import check as examine
    from miwake.data.check_masks import look_at_masks
    from miwake.data.masks import check_masks
    from miwake.data.source import open_dataset
    from miwake.look.language import spoken
    from miwake.look.terminal import progress
    from miwake.look.words import words

    language = spoken(lang)
    dataset = open_dataset(os.fspath(data), data_options, task=task)
    if task not in ("auto", dataset.task):
        from miwake import tasks

        dataset = tasks.find(task).adopt(dataset)
    pixels = dataset.legend is not None
    said = () if pixels else check_masks(dataset)
    with progress(len(dataset), words("train.reading", language), language=language) as line:
        report = examine(dataset, data_options, lambda done, total: line.update(done))
    masks = look_at_masks(dataset) if pixels else None
    if masks is not None and not masks.ok:
        report = replace(report, mend=True)
    return Checked(report, (*dataset.notes, *said), json, language, masks)


def show(checked: Checked) -> int:
    """Sentences, or JSON."""
    from miwake.look.terminal import say
    from miwake.look.words import told

    if checked.json:
        notes = [told(note, checked.lang) for note in checked.notes]
        found = {"notes": notes} | checked.report.to_json(checked.lang)
        print_json(found | ({} if checked.masks is None else {"masks": checked.masks.to_json(checked.lang)}), indent=2)
    else:
        for note in checked.notes:
            say(told(note, checked.lang))
        for note in () if checked.masks is None else checked.masks.notes():
            say(told(note, checked.lang))
        for sentence in checked.report.sentences(checked.lang):
            say(sentence)
    return 0 if checked.ok else 1
