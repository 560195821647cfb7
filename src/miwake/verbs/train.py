"""Train a model on a folder of pictures, and say honestly how good it is."""

from __future__ import annotations

import os
import time
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from miwake.anomaly.config import AnomalyOptions
from miwake.data.config import DataOptions
from miwake.errors import UsageError
from miwake.evaluation.config import EvaluateOptions
from miwake.look.text import Language
from miwake.networks.config import ModelOptions
from miwake.segmentation.config import SegmentOptions
from miwake.training.config import AugmentOptions, Training

if TYPE_CHECKING:
    from miwake.run import Run


def train(
    data: Annotated[str | PathLike[str] | None, tyro.conf.Positional, tyro.conf.arg(metavar="[DATA]")] = None,
    *,
    task: str = "auto",
    data_options: DataOptions = DataOptions(),
    model: ModelOptions = ModelOptions(),
    augment: AugmentOptions = AugmentOptions(),
    training: Training = Training(),
    evaluation: EvaluateOptions = EvaluateOptions(),
    anomaly: AnomalyOptions = AnomalyOptions(),
    segment: SegmentOptions = SegmentOptions(),
    out: str | PathLike[str] | None = None,
    resume: str | PathLike[str] | None = None,
    lang: Language | None = None,
) -> Run:
    """Train a model on a folder of pictures, and say honestly how good it is.

    Args:
        data: A folder with a folder of pictures for each class, a CSV, IDX or CIFAR files, or `digits`; for an anomaly
            also MVTec's layout, good/ beside bad/, or good pictures alone; for pixels images/ beside masks/, or COCO.
        task: The question: classify, anomaly (is something wrong here?) or segment (which pixel is what?); auto takes
            the one that the data's shape asks.
        data_options: How the data is read and divided.
        model: Which network, at which size, from which weights.
        augment: How the training pictures are changed on their way.
        training: How to train.
        evaluation: What mistakes cost, and how intervals are drawn.
        anomaly: How to tell what is odd from what is good.
        segment: How every pixel is learnt.
        out: The run folder; left away, a new one under runs/.
        resume: A run that was stopped, to go on with.
        lang: Language of the terminal and the report: en or ja; left away, MIWAKE_LANG or the locale says it, or the
            run that is gone on with.

    Returns:
        The run, whose folder holds the model, its figures and the report.

    Raises:
        MiwakeError: says what was found, what was expected and what to do.
    """
    from miwake.verbs import _training
    from miwake.verbs._request import Request

    started = time.monotonic()
    _check_one(data, resume)
    asked = Request(
        data=os.fspath(data or ""),
        task=task,
        data_options=data_options,
        model=model,
        augment=augment,
        training=training,
        evaluation=evaluation,
        anomaly=anomaly,
        segment=segment,
        lang=lang,
    )
    return _training.train(
        asked,
        out=None if out is None else Path(out),
        resume=None if resume is None else os.fspath(resume),
        started=started,
    )


def _check_one(data: object, resume: object) -> None:
    """Refuse both, and neither.

    Raises:
        UsageError: says what is needed.
    """
    if (data is None) == (resume is None):
        raise UsageError(
            "Either data to train on or a run to go on with is needed" + (", not both." if data else "."),
            todo="miwake train photos/    or    miwake train --resume latest",
        )
