"""The way of an explanation: from names to pictures and data, and from what was found to files."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from miwake.data.config import DataOptions
from miwake.data.decode import decode
from miwake.data.header import BadPicture
from miwake.data.pictures import Pictures, open_pictures
from miwake.data.preprocess import region
from miwake.data.source import open_dataset
from miwake.errors import DataError, MiwakeError, UsageError
from miwake.explanation.config import ExplainOptions
from miwake.explanation.contents import Examples, Explained, Subject
from miwake.explanation.draw import SIDE
from miwake.explanation.explaining import check_classes, chosen, tree
from miwake.explanation.explaining import explain as explained_of
from miwake.explanation.layers import pick
from miwake.explanation.page import write
from miwake.explanation.telling import write_pictures
from miwake.files import make_folder
from miwake.look.terminal import progress, say
from miwake.look.text import Language
from miwake.look.words import told, words
from miwake.prediction import Predictor, Unreadable
from miwake.run import is_run, open_run, read_table
from miwake.tasks.task import Task
from miwake.training.config import parse_time
from miwake.types import TRAIN, UNASSIGNED, Dataset
from miwake.verbs._evaluation import own_data, same_planes
from miwake.verbs._report import shown
from miwake.verbs._request import request_of
from miwake.verbs.predict import picture_files

_WRITE = 3.0
"""Seconds that the page takes, of those that the user gave."""


class _Data:
    """A data set with its pictures, which are decoded when they are first asked for."""

    def __init__(self, dataset: Dataset, predictor: Predictor, options: DataOptions) -> None:
        self.dataset, self.preprocessing = dataset, predictor.header.preprocessing
        # a picture that cannot be read is no reason to explain none
        self.options = replace(options, skip_bad=True)
        self.rows_of = {path: row for row, path in enumerate(dataset.paths)}

    @cached_property
    def opened(self) -> tuple[Pictures, NDArray[np.int64]]:
        """The pictures, and the rows that could not be read."""
        pictures, stored = open_pictures(self.dataset, self.preprocessing, self.options)
        return pictures, stored.bad_rows

    def examples(self, rows: NDArray[np.int64], labelled: bool = True) -> Examples:
        """Rows to look through."""
        pictures, bad = self.opened
        return Examples(
            name=self.dataset.name,
            rows=np.setdiff1d(rows, bad),
            gather=pictures.gather,
            shown=lambda row: shown(self.dataset, pictures, row),
            label=lambda row: self.dataset.label(row) if labelled else "",
            path=lambda row: str(self.dataset.paths[row]),
        )

    def row(self, name: str) -> int | None:
        """The row of a picture that is named as the data names it, or by its file."""
        if name in self.rows_of:
            return self.rows_of[name]
        if self.dataset.pixels is not None:
            return None
        try:
            below = Path(name).resolve().relative_to(self.dataset.root.resolve())
        except (ValueError, OSError):
            return None
        return self.rows_of.get(below.as_posix())


def explain(
    name: str,
    pictures: Sequence[str],
    *,
    options: ExplainOptions,
    out: Path | None,
    pictures_out: Path | None,
    time_limit: str | None,
    device: str,
    max_pixels: int,
    lang: Language,
) -> Explained:
    """See `miwake.verbs.explain`."""
    started = time.monotonic()
    until = math.inf if time_limit is None else started + parse_time(time_limit) - _WRITE
    _check(options)
    predictor = Predictor.open(name, device)
    run = None if name == "imagenet" and not is_run(Path(name)) else name
    check_classes(predictor, options)
    chosen(predictor, options)
    if not pictures and not options.mistakes:
        return _layers_only(predictor, name)
    if options.layer is not None:
        pick(tree(predictor), options.layer)
    if pictures_out is not None:
        make_folder(pictures_out)
    own, why = _own(run, predictor)
    subjects, unreadable = _subjects(predictor, own, run, pictures, options, max_pixels, lang)
    examples = _examples(predictor, own, options)
    if why is not None and options.data is None and options.examples:
        say(words("explain.data.gone", lang, why=why.found), file=sys.stderr)
    with progress(len(chosen(predictor, options)[0]) + 3, words("explain.label", lang), language=lang) as line:
        done = 0

        def doing(what: str) -> None:
            nonlocal done
            key = f"explain.doing.{what}" if what in ("look", "inside", "change") else f"explain.method.{what}"
            line.update(done, words(key, lang))
            done += 1

        found = explained_of(predictor, subjects, examples, options, name=_title(run, name), until=until, say=doing)
    page = _page(run, out)
    found = replace(found, unreadable=tuple(unreadable), seconds=time.monotonic() - started, page=page)
    write(found, page, lang)
    if pictures_out is not None:
        write_pictures(found, pictures_out)
    return found


def _check(options: ExplainOptions) -> None:
    """Refuse counts that cannot be meant.

    Raises:
        UsageError: names the flag and the value.
    """
    for flag, value in (("examples", options.examples), ("mistakes", options.mistakes)):
        if value < 0:
            raise UsageError(f"--{flag} is {value}.", expected="0 or more")


def _layers_only(predictor: Predictor, name: str) -> Explained:
    return Explained(
        model=name,
        architecture=predictor.header.architecture,
        classes=predictor.task.classes,
        layers=tree(predictor),
        filters=None,
        explanations=(),
        views=(),
        examples="",
        looked=0,
        left_out=(),
        unreadable=(),
        seconds=0.0,
    )


def _own(run: str | None, predictor: Predictor) -> tuple[_Data | None, MiwakeError | None]:
    """The run's own data set, divided as it was, or why it cannot be used."""
    if run is None:
        return None, None
    try:
        dataset, owner = own_data(run)
        return _Data(dataset, predictor, request_of(owner).data_options), None
    except MiwakeError as error:
        # a model that was given away without its pictures can still be asked
        return None, error


def own_examples(run: str, predictor: Predictor, options: ExplainOptions) -> Examples | None:
    """The training pictures of a run, or None where there are none to be had."""
    own, _ = _own(None if run == "imagenet" and not is_run(Path(run)) else run, predictor)
    return _examples(predictor, own, options)


def _examples(predictor: Predictor, own: _Data | None, options: ExplainOptions) -> Examples | None:
    if not options.examples:
        return None
    if options.data is None:
        return None if own is None else own.examples(own.dataset.rows(TRAIN))
    try:
        dataset, labelled = open_dataset(options.data), True
    except DataError:
        if not Path(options.data).is_dir():
            raise
        dataset, labelled = _unlabelled(Path(options.data)), False
    same_planes(dataset, predictor.header)
    return _Data(dataset, predictor, DataOptions()).examples(np.arange(len(dataset)), labelled)


def _unlabelled(folder: Path) -> Dataset:
    """Pictures of a folder that is no data set, to be looked through all the same."""
    files = picture_files([str(folder)])
    return Dataset(
        name=folder.absolute().name,
        source="folder",
        root=folder,
        task="classify",
        classes=("",),
        paths=[file.relative_to(folder).as_posix() for file in files],
        targets=np.zeros(len(files), np.int64),
        split=np.full(len(files), UNASSIGNED, np.int8),
    )


def _subjects(
    predictor: Predictor,
    own: _Data | None,
    run: str | None,
    pictures: Sequence[str],
    options: ExplainOptions,
    max_pixels: int,
    lang: Language,
) -> tuple[list[Subject], list[tuple[str, str]]]:
    """What is to be explained, and what cannot be read.

    Raises:
        UsageError: there is no such picture, or the model takes pictures that no file holds.
        DataError: none of the pictures can be read.
    """
    rows = [own.row(name) if own is not None else None for name in pictures]
    found = [_stored(own, row, options) for row in rows if own is not None and row is not None]
    found += _mistaken(predictor.task, own, run, options)
    files = [name for name, row in zip(pictures, rows, strict=True) if row is None]
    unreadable: list[tuple[str, str]] = []
    for file in picture_files(files) if files else []:
        row = None if own is None else own.row(str(file))
        if own is not None and row is not None:
            found.append(_stored(own, row, options))
            continue
        subject = _from_file(predictor, file, options.true, max_pixels, lang)
        if isinstance(subject, Unreadable):
            unreadable.append((subject.path, subject.reason))
        else:
            found.append(subject)
    if not found:
        reasons = "; ".join(f"{path}: {reason}" for path, reason in unreadable)
        raise DataError(
            f"There is no picture to explain{f': {reasons}' if reasons else ''}.",
            expected="a picture that can be read" if reasons else "a mistake on the test pictures, or a picture's name",
        )
    return found, unreadable


def _from_file(
    predictor: Predictor, file: Path, true: str | None, max_pixels: int, lang: Language
) -> Subject | Unreadable:
    shape = predictor.header.preprocessing
    if shape.channels not in (1, 3):
        raise UsageError(
            f"The model takes pictures of {shape.channels} planes, which no picture file holds.",
            expected="pictures of the run's own data, by the names in its predictions.csv",
            todo="--mistakes 3 explains mistakes on its test pictures.",
        )
    stored = predictor.load(file, max_pixels=max_pixels, lang=lang)
    if isinstance(stored, Unreadable):
        return stored
    try:
        picture = decode(
            file.read_bytes(),
            channels=shape.channels,
            at_least=(SIDE, SIDE),
            max_pixels=max_pixels,
            window=shape.window,
        )
    except BadPicture as error:
        return Unreadable(str(file), told(error.reason, lang))
    except OSError as error:
        return Unreadable(str(file), error.strerror or str(error))
    where = region((picture.shape[0], picture.shape[1]), shape)
    return Subject(path=str(file), stored=stored, shown=picture, region=where, true=true)


def _stored(own: _Data, row: int, options: ExplainOptions) -> Subject:
    """A row of the run's own data."""
    shape = own.preprocessing
    pictures, _ = own.opened
    stored = pictures.gather(torch.tensor([row]))[0].permute(1, 2, 0).numpy()
    picture = shown(own.dataset, pictures, row)
    return Subject(
        path=str(own.dataset.paths[row]),
        stored=np.ascontiguousarray(stored),
        shown=picture,
        region=region((picture.shape[0], picture.shape[1]), shape),
        true=own.dataset.label(row) if options.true is None else options.true,
    )


def _mistaken(task: Task, own: _Data | None, run: str | None, options: ExplainOptions) -> list[Subject]:
    """The most confident mistakes on the test pictures.

    Raises:
        UsageError: there are no predictions of a run, or its pictures are gone.
    """
    if not options.mistakes:
        return []
    if own is None or run is None:
        raise UsageError(
            "--mistakes needs a run and the pictures that it was trained with.", todo="name pictures instead."
        )
    rows = read_table(open_run(run).folder / "predictions.csv")
    said = [row for row in rows if row["split"] == "test" and row["label"]]
    wrong = [row for row in said if not task.right(row["label"], row["true"])]
    wrong.sort(key=lambda row: -float(row[task.columns()[1]]))
    found = [own.row(row["path"]) for row in wrong[: options.mistakes]]
    return [_stored(own, row, options) for row in found if row is not None]


def _title(run: str | None, name: str) -> str:
    return name if run is None else open_run(run).name


def _page(run: str | None, out: Path | None) -> Path:
    if out is not None:
        make_folder(out.parent)
        return out
    if run is not None:
        return open_run(run).folder / "explain.html"
    place, number = Path("explain.html"), 2
    while place.exists():  # the user's own folder: what lies there stays
        place, number = Path(f"explain-{number}.html"), number + 1
    return place
