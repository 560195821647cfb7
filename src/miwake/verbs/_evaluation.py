"""The way of an evaluation: on a run's own test pictures, or on other data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from miwake import tasks
from miwake.data.config import DataOptions
from miwake.data.pictures import Pictures, open_pictures
from miwake.data.source import open_dataset
from miwake.data.split import read_contents, read_split
from miwake.errors import DataError, UsageError
from miwake.evaluation.config import EvaluateOptions
from miwake.files import Inputs, make_folder, write_whole
from miwake.prediction import Predictor
from miwake.run import Header, Run, find_model, open_run, read_table, save_model, write_table
from miwake.tasks.task import Task
from miwake.types import TEST, TRAIN, VAL, Dataset, Note, Prediction, Sentence, sentences_from_json
from miwake.verbs._judge import answered, prediction_rows
from miwake.verbs._options import check_evaluation
from miwake.verbs._outputs import check_csv, free_place
from miwake.verbs._report import shown
from miwake.verbs._request import listed, request_of


def evaluate(
    name: str,
    data: str | None,
    *,
    data_options: DataOptions,
    options: EvaluateOptions,
    keep: bool,
    csv: Path | None,
    pictures_out: Path | None,
    device: str,
) -> tuple[Task, Any, tuple[Sentence, ...]]:
    """See `miwake.verbs.evaluate`; beside the figures, how other data was read and what was left out."""
    check_evaluation(options)
    if pictures_out is not None:
        make_folder(pictures_out)
    predictor = Predictor.open(name, device)
    header = predictor.header
    if data is None:
        dataset, run, split = *own_data(name), "test"
        rows = dataset.rows(TEST)
        train = np.asarray(dataset.targets)[dataset.rows(TRAIN)]
        data_options = request_of(run).data_options
    else:
        dataset, split = renamed(opened(data, data_options, header), header), "data"
        rows = np.arange(len(dataset))
        train = np.asarray(dataset.targets)
    inputs = Inputs(_read_here(name, data, dataset, options))
    said: tuple[Sentence, ...] = ()
    check_csv(csv, inputs)
    if options.cost is not None or options.unknown_cost is not None or options.false_alarms is not None:
        header = _with_costs(open_run(name), header, options)
        said = sentences_from_json(header.decision.get("notes", ()))
    same_planes(dataset, header)
    pictures, stored = open_pictures(dataset, header.preprocessing, data_options)
    asked_for = len(rows)
    rows = np.setdiff1d(rows, stored.bad_rows)
    bad = asked_for - len(rows)
    left_out = (Note("divide.unreadable", {"n": bad}),) if bad else ()
    if not len(rows):
        raise DataError(f"{dataset.name} has no pictures that can be judged.", expected="one at least")
    outputs = predictor.dataset_outputs(dataset, pictures.gather, rows, max_pixels=data_options.max_pixels)
    task = predictor.task
    found = task.judge(outputs, dataset, rows, header, train=train, split=split, options=options)
    answers = answered(task, outputs, dataset, rows, header)
    if csv is not None:
        write_table(csv, prediction_rows(task, answers, rows, dataset, split))
    if pictures_out is not None:
        _draw_mistakes(predictor, answers, rows, dataset, pictures, pictures_out, inputs)
    if keep:
        save_model(open_run(name).model_file, predictor.model, header)
        said = (*said, Note("evaluate.kept", {"run": name}))
    if data is None:
        return task, found, (*said, *left_out)
    return task, found, (*dataset.notes, *said, *left_out, *_learnt(find_model(name), stored.content, rows))


def _learnt(model_file: Path | None, contents: Sequence[str], rows: NDArray[np.int64]) -> list[Note]:
    """That pictures which judge the model have taught it."""
    learnt = frozenset() if model_file is None else read_contents(model_file.parent / "split.csv", (TRAIN, VAL))
    count = sum(contents[row] in learnt for row in rows.tolist())
    return [Note("evaluate.learnt", {"n": count, "total": len(rows)})] if count else []


def _read_here(name: str, data: str | None, dataset: Dataset, options: EvaluateOptions) -> Iterator[Path]:
    """Files that an evaluation reads: the model, the tables, the pictures."""
    yield from (Path(text) for text in (name, options.cost) if text is not None)
    if options.taxonomy is not None:
        yield options.taxonomy
    path = Path(request_of(open_run(name)).data if data is None else data)
    yield path
    if path.is_dir():
        yield from path.iterdir()
    packed = dataset.pixels is not None
    names = {row.rsplit("#", 1)[0] for row in dataset.paths} if packed else dataset.paths
    yield from (dataset.root / row for row in names)


def own_data(name: str) -> tuple[Dataset, Run]:
    """The data set that a run was trained on, divided as it was."""
    run = open_run(name)
    asked = request_of(run)
    return read_split(run.folder / "split.csv", listed(asked)), run


def opened(data: str, options: DataOptions, header: Header) -> Dataset:
    """Other data, read as the model's task takes it.

    Raises:
        UsageError: it has the shape of another task.
    """
    kind = tasks.find(header.task)
    learnt = kind.from_json(header.settings).meant()
    dataset = open_dataset(data, options, task=header.task, learnt=learnt)
    known = tasks.find(dataset.task).family == kind.family
    return dataset if known else kind.adopt(dataset)


def renamed(dataset: Dataset, header: Header) -> Dataset:
    """A data set with the model's classes in the model's order.

    Raises:
        DataError: there are classes that the model does not know, or one label a picture meets several.
    """
    return tasks.find(header.task).from_json(header.settings).renamed(dataset)


def same_planes(dataset: Dataset, header: Header) -> None:
    """Refuse data whose pictures have another number of planes than the model takes.

    Raises:
        DataError: grey and colour are turned into each other, other numbers are not.
    """
    wanted = header.preprocessing.channels
    found = 3 if dataset.pixels is None else dataset.pixels.shape[3]
    if found != wanted and not {found, wanted} <= {1, 3}:
        what = "colour or grey pictures" if dataset.pixels is None else f"pictures of {found} planes"
        raise DataError(f"{dataset.name} holds {what}, and the model takes {wanted} planes.", expected="as in training")


def _with_costs(run: Run, header: Header, options: EvaluateOptions) -> Header:
    """The header with a rule for these costs, fitted on what the run answered on its validation pictures."""
    rows = [row for row in read_table(run.folder / "predictions.csv") if row["split"] == "val"]
    if not rows:
        raise UsageError(
            f"{run.folder / 'predictions.csv'} has no validation pictures, on which costs are weighed.",
            todo="train with --cost instead.",
        )
    task = tasks.find(header.task).from_json(header.settings)
    return replace(header, decision=task.decided(rows, header, options))


def _draw_mistakes(
    predictor: Predictor,
    answers: Sequence[Prediction],
    rows: NDArray[np.int64],
    dataset: Dataset,
    pictures: Pictures,
    folder: Path,
    inputs: Inputs,
) -> None:
    """Pictures that were answered wrong, as `TRUE/NAME.png`."""
    taken: set[Path] = set()
    for row, answer in zip(rows.tolist(), answers, strict=True):
        true = predictor.task.truth(dataset, row)
        # of thousands of pixels some are always wrong
        every = predictor.task.masked
        if not every and (answer.label is None or predictor.task.right(answer.label, true)):
            continue
        # a label from a table may be anything, `..` too
        inner = folder if every else folder / re.sub(r"[/\\\0]|^\.+", "_", true)
        make_folder(inner)
        drawn = Image.fromarray(predictor.task.draw(shown(dataset, pictures, row), answer))
        place = free_place(inner, f"{Path(answer.path).stem}-{row}", taken, inputs)
        write_whole(place, lambda temporary, drawn=drawn: drawn.save(temporary, "PNG"))  # type: ignore[misc]
