"""Miwake as a process of its own, so that its allocator and its threads are no other way's."""

from __future__ import annotations

import csv
import os
import resource
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as the command does before it loads torch

import numpy as np
import say
import torch

from miwake import machine
from miwake.data.config import DataOptions
from miwake.networks.config import ModelOptions
from miwake.networks.folding import folded
from miwake.networks.imagenet import INSTALLED_PREPROCESSING, class_names
from miwake.networks.registry import build
from miwake.prediction import Predictor
from miwake.run import Header
from miwake.tasks.classify import Classify
from miwake.training.config import AugmentOptions, Training
from miwake.training.prepare import Asked, make_job, prepare
from miwake.training.probe import measure
from miwake.training.rehearsal import Rehearsal
from miwake.types import UNASSIGNED, Dataset, Prediction


def noise(count: int, side: int) -> Dataset:
    """Pictures of noise in ten classes."""
    pixels = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), np.uint8)
    return Dataset(
        name="noise",
        source="noise",
        root=Path(),
        task="classify",
        classes=tuple("0123456789"),
        paths=[f"noise#{row}" for row in range(count)],
        targets=np.arange(count) % 10,
        split=np.full(count, UNASSIGNED, np.int8),
        pixels=pixels,
    )


def step(asked: say.Asked) -> say.Asked:
    """A worker that times steps of the very loop, data and augmentation included, as `miwake train` would choose."""
    machine.calm_allocator()
    training = Training(batch_size=asked["batch"], epochs=1, device="cpu")
    wanted = Asked(
        data=DataOptions(),
        model=ModelOptions(model=asked["network"], starting_weights="none", image_size=224),
        augment=AugmentOptions(augment="photo"),
        training=training,
    )
    ready = prepare(
        noise(max(100, 3 * asked["batch"]), 224),
        wanted,
        decoding=lambda count: nullcontext(lambda done, total: None),
        seconds=lambda: 60.0,
    )
    job = make_job(ready.choice, ready.dataset, ready.pictures, wanted.model, None)
    cost = measure(job, training)
    rehearsal = Rehearsal(job, replace(job.recipe, precision=cost.precision, threads=cost.threads))

    def work(what: say.Asked) -> say.Asked:
        start = time.monotonic()
        for _ in range(what["steps"]):
            rehearsal._take_a_step()
        seconds = (time.monotonic() - start) / what["steps"]
        return {"step": seconds, "chosen": f"{cost.precision}, {cost.threads} threads"}

    return say.serve(asked, work)


def predictor_of(network: str) -> Predictor:
    """A network with random weights, prepared as a run's is; its answers take as long as any."""
    machine.calm_allocator()
    header = Header(
        task="classify",
        settings=Classify(classes=class_names()).to_json(),
        architecture=network,
        preprocessing=INSTALLED_PREPROCESSING,
    )
    return Predictor(build(network, channels=3, classes=1000, size=(224, 224)), header, torch.device("cpu"))


def predict(asked: say.Asked) -> say.Asked:
    """A worker that answers files as `miwake predict --csv` does, or lets the bare network answer noise in memory."""
    predictor, count, size = predictor_of(asked["network"]), len(asked["files"]), asked["batch"]
    batch = torch.randn(size, 3, 224, 224).to(memory_format=torch.channels_last)
    # the quickest that we know of; a network that is built in inference mode could not be folded
    network = folded(predictor.model, batch[:1])
    assert network is not predictor.model

    def files() -> None:
        with (Path(asked["scratch"]) / "answers.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            for answer in predictor.predict(asked["files"]):
                assert isinstance(answer, Prediction)
                writer.writerow([answer.path, answer.label, answer.probability])

    @torch.inference_mode()
    def bare() -> None:
        for first in range(0, count, size):
            network(batch[: min(size, count - first)])

    ways = {"files": files, "bare": bare}

    def work(what: say.Asked) -> say.Asked:
        start = time.monotonic()
        ways[what["way"]]()
        return {"seconds": time.monotonic() - start}

    return say.serve(asked, work)


def latency(asked: say.Asked) -> say.Asked:
    """A worker that times answers to stored pictures in memory, as `Predictor` gives them."""
    predictor = predictor_of(asked["network"])
    height, width = INSTALLED_PREPROCESSING.stored

    def work(what: say.Asked) -> say.Asked:
        pictures = torch.randint(0, 256, (what["batch"], height, width, 3), dtype=torch.uint8).permute(0, 3, 1, 2)
        times, before = [], 0
        for number in range(what["calls"] + 2):
            if number == 2:  # the first two warm up
                before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            start = time.monotonic()
            predictor.outputs(pictures)
            times.append(time.monotonic() - start)
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
        return {"times": times[2:], "faults": faults / what["calls"]}

    return say.serve(asked, work)


if __name__ == "__main__":
    say.main(step=step, latency=latency, predict=predict)
