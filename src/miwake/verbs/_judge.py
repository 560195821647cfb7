"""What happens after training and in `evaluate`: outputs, calibration, figures, predictions, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.data.masks import picture_size
from miwake.data.pictures import Pictures
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.results import to_json
from miwake.files import write_json
from miwake.prediction import Predictor
from miwake.run import Header, Run, write_table
from miwake.tasks.task import Task
from miwake.types import SPLITS, TEST, TRAIN, VAL, Dataset, Prediction


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A model's answers and figures on validation and test."""

    task: Task
    header: Header
    """With calibration and decision."""
    evaluations: dict[str, Any]
    """By split, the task's own figures."""
    rows: dict[str, NDArray[np.int64]]
    answers: dict[str, list[Prediction]]


def judge(predictor: Predictor, dataset: Dataset, pictures: Pictures, options: EvaluateOptions) -> Judged:
    """Calibrate on validation, then give the figures of validation and test."""
    task = predictor.task
    targets = np.asarray(dataset.targets)
    rows = {SPLITS[split]: dataset.rows(split) for split in (VAL, TEST)}
    outputs = {name: predictor.dataset_outputs(dataset, pictures.gather, of) for name, of in rows.items()}
    of_val = rows["val"]
    groups = None if dataset.group is None else dataset.group[of_val]
    calibration, decision = task.calibrate(
        outputs["val"], targets[of_val], options, groups, dataset=dataset, rows=of_val
    )
    header = replace(predictor.header, calibration=calibration, decision=decision)
    train = targets[dataset.rows(TRAIN)]
    evaluations = {
        name: task.judge(outputs[name], dataset, of, header, train=train, split=name, options=options)
        for name, of in rows.items()
        if len(of)
    }
    answers = {name: answered(task, outputs[name], dataset, of, header) for name, of in rows.items()}
    return Judged(task=task, header=header, evaluations=evaluations, rows=rows, answers=answers)


def answered(
    task: Task, outputs: NDArray[Any], dataset: Dataset, rows: NDArray[np.int64], header: Header
) -> list[Prediction]:
    """The answers to rows of a data set."""
    sizes = [picture_size(dataset, row) for row in rows.tolist()] if task.places else None
    return task.answers(outputs, [dataset.paths[row] for row in rows.tolist()], header, sizes=sizes)


def write(run: Run, judged: Judged, dataset: Dataset) -> None:
    """`evaluation.json` and `predictions.csv`."""
    write_json(run.folder / "evaluation.json", {name: to_json(found) for name, found in judged.evaluations.items()})
    rows = [
        row
        for split, answers in judged.answers.items()
        for row in prediction_rows(judged.task, answers, judged.rows[split], dataset, split)
    ]
    write_table(run.folder / "predictions.csv", rows)


def prediction_rows(
    task: Task, answers: Sequence[Prediction], rows: NDArray[np.int64], dataset: Dataset, split: str
) -> list[dict[str, Any]]:
    """A row of `predictions.csv` for every picture."""
    return [
        {
            "path": answer.path,
            "split": split,
            "true": task.truth(dataset, row),
            **task.row(answer),
        }
        for row, answer in zip(rows.tolist(), answers, strict=True)
    ]


def counts(dataset: Dataset) -> tuple[tuple[int, int, int], ...]:
    """(K, 3) pictures of each class in training, validation and test."""
    targets, kinds = np.asarray(dataset.targets), len(dataset.classes)

    def count(split: int) -> Sequence[int]:
        of = targets[dataset.rows(split)]
        return [int(n) for n in (of.sum(0) if dataset.multilabel else np.bincount(of, minlength=kinds))]

    return tuple(zip(count(TRAIN), count(VAL), count(TEST), strict=True))
