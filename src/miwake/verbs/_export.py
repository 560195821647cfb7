"""The way of an export: which pictures judge it, and which calibrate it."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from miwake.data.header import MAX_PIXELS
from miwake.errors import DataError, MissingExtra, UsageError
from miwake.exporting.config import ExportOptions, check_export
from miwake.exporting.gate import Case, readable
from miwake.files import make_folder
from miwake.look.terminal import progress
from miwake.look.text import Language
from miwake.look.words import words
from miwake.prediction import Predictor, Unreadable
from miwake.run import open_run
from miwake.runtime import installed
from miwake.tasks.task import Task
from miwake.types import TEST, TRAIN, VAL, Dataset
from miwake.verbs._evaluation import own_data

if TYPE_CHECKING:
    from miwake.exporting.leave import Left

_SEED = 0


def export(name: str, options: ExportOptions, out: Path | None, language: Language) -> Left:
    """See `miwake.verbs.export`."""
    check_export(options)
    run = open_run(name)
    _need(options)
    from miwake.exporting.leave import leave

    predictor = Predictor.open(run.folder, "cpu")
    dataset, _ = own_data(name)
    cases, calibration = _chosen(dataset, options, predictor)
    folder = out if out is not None else run.folder / "export"
    make_folder(folder)
    with progress(1000, words("export.at_work", language), language=language) as line:

        def report(done: float, part: str) -> None:
            line.update(round(1000 * done), words(f"export.at.{part}", language))

        return leave(run, predictor, cases, calibration, options, folder, report)


def _need(options: ExportOptions) -> None:
    """Refuse where the packages are not there.

    Raises:
        UsageError: says what to install.
    """
    from importlib.util import find_spec

    if find_spec("onnx") is None or not installed("onnx"):
        raise MissingExtra("export", "export")
    if options.to == "openvino" and not installed("openvino"):
        raise UsageError("OpenVINO is not installed.", todo="pip install openvino, or leave --to away.")


def _chosen(
    dataset: Dataset, options: ExportOptions, predictor: Predictor
) -> tuple[list[Case], NDArray[np.uint8] | None]:
    """Pictures that judge, and stored ones that calibrate: none does both while there are others."""
    random = np.random.default_rng(_SEED)
    train = random.permutation(dataset.rows(TRAIN))
    calibrates = train[: options.calibrated] if options.precision == "int8" else train[:0]
    unseen = random.permutation(np.concatenate([dataset.rows(TEST), dataset.rows(VAL)]))
    others = np.setdiff1d(train, calibrates, assume_unique=True)
    cases = list[Case]()
    for row in [*unseen.tolist(), *others.tolist(), *calibrates.tolist()]:
        if len(cases) == options.judges:
            break
        case = _case(dataset, row, predictor.task)
        if readable(case, predictor):
            cases.append(case)
    if not cases:
        raise DataError(
            f"{dataset.name} has no pictures that can be read, so that nothing can be judged.",
            expected="the pictures of training where they were",
            todo=f"ls {shlex.quote(str(dataset.root))}",
        )
    if options.precision != "int8":
        return cases, None
    loaded = [predictor.load(_source(dataset, row), max_pixels=MAX_PIXELS) for row in calibrates.tolist()]
    return cases, np.stack([picture for picture in loaded if not isinstance(picture, Unreadable)])


def _case(dataset: Dataset, row: int, task: Task) -> Case:
    right = partial(task.share_right, dataset=dataset, row=row)
    return Case(name=dataset.paths[row], source=_source(dataset, row), right=right)


def _source(dataset: Dataset, row: int) -> Path | NDArray[np.uint8]:
    return dataset.file(row) if dataset.pixels is None else dataset.pixels[row]
