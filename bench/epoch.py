"""A real epoch over the same steps on one batch in memory: what data, augmentation and bookkeeping cost.

The network trains by the very loop, on photographs that were decoded by the cache; the bound is its forward, backward
and optimizer step on one batch that lies ready. Steps alternate in short stretches, so that load falls on both alike.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from harness import Line, Rounds, arguments, compare, data_set, ratios, report, settings, show

from miwake import machine
from miwake.data.config import DataOptions
from miwake.data.source import open_dataset
from miwake.networks.config import ModelOptions
from miwake.training.config import AugmentOptions, Training
from miwake.training.job import Job
from miwake.training.loop import Trainer
from miwake.training.prepare import Asked, make_job, prepare

NETWORKS = ("resnet18", "efficientnet_lite0")
BATCH, STEPS = 16, 2


def photographs(folder: Path) -> Path:
    """The photographs of coco-128 and imagenet-100, in two classes, under names of their own."""
    for name, pattern in (("coco-128", "*.jpg"), ("imagenet-100", "*.JPEG")):
        (folder / name).mkdir(parents=True)
        for file in sorted(data_set(name).rglob(pattern)):
            shutil.copy(file, folder / name / file.name)
    return folder


def job_of(architecture: str, folder: Path) -> tuple[Job, float]:
    """The job that `miwake train` would follow, and the seconds that decoding took."""
    asked = Asked(
        data=DataOptions(),
        model=ModelOptions(model=architecture, starting_weights="none", image_size=224),
        augment=AugmentOptions(augment="photo"),
        training=Training(batch_size=BATCH, epochs=1, precision="fp32", device="cpu"),
    )
    from contextlib import nullcontext

    start = time.monotonic()
    ready = prepare(
        open_dataset(folder), asked, decoding=lambda count: nullcontext(lambda done, total: None), seconds=lambda: 60.0
    )
    seconds = time.monotonic() - start
    return make_job(ready.choice, ready.dataset, ready.pictures, asked.model, None), seconds


def stretches(job: Job) -> dict[str, object]:
    """Seconds a step: of the loop, and of the bare network on one batch."""
    trainer = Trainer(replace(job, recipe=replace(job.recipe, average=0.0)), lambda moment: None, lambda: False)
    trainer._start_phase()
    trainer._train_mode(job.phases[0])
    batch = trainer._shown(0)
    ((turn, parameters, optimizer),) = trainer.turns

    def loop() -> float:
        start = time.monotonic()
        for _ in range(STEPS):
            trainer._step(job.phases[0])
            trainer._tick(job.phases[0])
            trainer.state.step %= trainer.steps
        return (time.monotonic() - start) / STEPS

    def bare() -> float:
        start = time.monotonic()
        for _ in range(STEPS):
            loss = job.task.step(job.model, batch, turn)["loss"]
            loss.backward()
            optimizer.step()
            for parameter in parameters.values():
                parameter.grad = None
        return (time.monotonic() - start) / STEPS

    return {"loop": loop, "bare": bare}


def main() -> None:
    """Measure."""
    machine.calm_allocator()
    rounds = arguments().rounds or settings(quick=1, usual=5)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        data = photographs(Path(folder) / "data")
        for architecture in settings(quick=NETWORKS[1:], usual=NETWORKS):
            machine.use_threads(None)
            cache = Path(folder) / f"cache-{architecture}"
            os.environ["MIWAKE_CACHE"] = str(cache)
            torch.manual_seed(0)
            job, decoding = job_of(architecture, data)
            found = compare(stretches(job), rounds=rounds)
            share = ratios(found["loop"], found["bare"])
            steps = statistics.median(found["bare"].values) * job.train.count / BATCH
            first = Rounds([ratio + decoding / steps for ratio in share.values])
            per = show(found["bare"], "{:.2f}", " s a step")
            lines.append(
                Line(
                    f"{architecture}, 224 px, later epochs",
                    "≤ 1.05",
                    show(share, "{:.3f}"),
                    f"{rounds} rounds; bound {per}",
                )
            )
            lines.append(
                Line(
                    f"{architecture}, 224 px, first epoch",
                    "≤ 1.25",
                    show(first, "{:.3f}"),
                    f"listing, decoding, dividing and caching {decoding:.1f} s for {len(job.paths)} photographs",
                )
            )
    report("epoch", "Epoch", lines)


if __name__ == "__main__":
    main()
