"""Miwake on data sets of any size, stage by stage; memory is the highest that a stage held resident."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import say

from miwake import machine, tasks
from miwake.data.check import check
from miwake.data.config import DataOptions
from miwake.data.pictures import open_pictures
from miwake.data.source import open_dataset
from miwake.data.split import split
from miwake.networks.config import ModelOptions
from miwake.training.choice import Choice
from miwake.training.config import AugmentOptions, Training
from miwake.training.loop import fit
from miwake.training.plan import draft, weigh
from miwake.training.prepare import augmentation_for, make_job
from miwake.types import Dataset, Preprocessing

SIDE = 8


def measure(asked: say.Asked) -> say.Asked:
    """Seconds and bytes of each stage that a training run goes through, over one folder of pictures."""
    machine.calm_allocator()
    machine.use_threads(None)
    stages: dict[str, dict[str, float]] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        forget_peak()
        start = time.monotonic()
        yield
        stages[name] = {"seconds": time.monotonic() - start, "bytes": say.peak()}

    options = DataOptions()
    shape = Preprocessing(size=(SIDE, SIDE), channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    with stage("listing"):
        dataset = open_dataset(asked["folder"], options)
    with stage("checking"):
        check(dataset, options)
    with stage("caching"):
        pictures, stored = open_pictures(dataset, shape, options)
    with stage("opening again"):
        pictures, stored = open_pictures(dataset, shape, options)
    with stage("dividing"):
        dataset, _ = split(dataset, options, 0, np.where(stored.slots < 0, -1, stored.identity))
    with stage("one epoch"), tempfile.TemporaryDirectory() as folder:
        job = make_job(choice_for(dataset, shape), dataset, pictures, ModelOptions(model="lecture-small"), Path(folder))
        fit(job, report=lambda moment: None, stop=lambda: False)
    return {"stages": stages, "pictures": len(dataset)}


def choice_for(dataset: Dataset, shape: Preprocessing) -> Choice:
    """One epoch of the lectures' small net, so light that data and bookkeeping have their full weight."""
    training = Training(epochs=1, device="cpu", batch_size=256)
    task = tasks.find(dataset.task).from_dataset(dataset)
    task, _ = weigh(task, dataset, training, "small")
    return Choice(
        architecture="lecture-small",
        dropout=None,
        starting_weights="none",
        preprocessing=shape,
        augmentation=augmentation_for(AugmentOptions(), "small"),
        task=task,
        phases=task.phases(pretrained=False, stages=()),
        recipe=draft(training, pictures=len(dataset), pretrained=False),
    )


def forget_peak() -> None:
    """Let the highest resident size begin anew (Linux; elsewhere it is that of the whole process)."""
    place = Path("/proc/self/clear_refs")
    if place.exists():
        place.write_text("5")


if __name__ == "__main__":
    say.main(measure=measure)
