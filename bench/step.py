"""What the training loop costs a step beyond plain slices of a tensor.

    python bench/step.py [--quick]

A network so small that a step is all overhead, trained by the loop itself (augmentation off; logging, progress, best
weights and checkpoints on) and by the shortest loop that one can write over the same uint8 tensor. Rounds alternate;
the medians over the rounds are compared, in microseconds of
processor time a step, which other programs disturb less than the clock.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from harness import settings
from torch import Tensor, nn
from torch.nn import functional

from miwake import machine
from miwake.augment.config import Augmentation
from miwake.data.loader import Loader
from miwake.data.preprocess import normalise
from miwake.tasks.classify import Classify
from miwake.training.config import Training
from miwake.training.job import Job
from miwake.training.loop import Trainer
from miwake.training.plan import draft
from miwake.types import Preprocessing

BATCH, SIDE, STEPS = 64, 8, 200
ROUNDS = settings(quick=2, usual=40)
SHAPE = Preprocessing(size=(SIDE, SIDE), channels=1, mean=(0.5,), std=(0.25,))


def network() -> nn.Sequential:
    """Two dense layers."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(SIDE * SIDE, 32), nn.ReLU(), nn.Linear(32, 10))


def plain(pictures: Tensor, labels: Tensor) -> float:
    """Seconds a step of the shortest loop: slices, normalisation, forward, backward, optimizer."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, fused=True)
    order = torch.randperm(len(pictures))
    start = time.process_time()
    for step in range(STEPS):
        rows = order[step * BATCH : (step + 1) * BATCH]
        batch = normalise(pictures[rows].permute(0, 3, 1, 2), SHAPE)
        loss = functional.cross_entropy(model(batch), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return (time.process_time() - start) / STEPS


def ours(pictures: Tensor, labels: Tensor, folder: Path, average: float) -> float:
    """Seconds a step of the loop, the judgement at the end of the epoch left out."""

    def gather(rows: Tensor) -> Tensor:
        return pictures.index_select(0, rows).permute(0, 3, 1, 2)

    cpu, count = torch.device("cpu"), STEPS * BATCH
    recipe = draft(Training(threads=1, optimizer="sgd", device="cpu"), pictures=count, pretrained=False)
    job = Job(
        task=Classify(classes=tuple("0123456789")),
        model=network(),
        groups=[],
        phases=Classify(classes=tuple("0123456789")).phases(pretrained=False),
        recipe=replace(recipe, batch_size=BATCH, epochs=1, learning_rate=0.01, weight_decay=0.0, average=average),
        augmentation=Augmentation(),
        preprocessing=SHAPE,
        train=Loader(gather, labels, torch.arange(count), batch_size=BATCH, seed=0, device=cpu),
        val=Loader(gather, labels, torch.arange(64), batch_size=64, seed=None, device=cpu),
        paths=[str(row) for row in range(count)],
        folder=folder,
    )
    trainer = Trainer(job, lambda moment: None, lambda: False)
    trainer._start_phase()
    trainer._train_mode(job.phases[0])
    start = time.process_time()
    for _ in range(STEPS):
        trainer._step(job.phases[0])
        trainer._tick(job.phases[0])
    return (time.process_time() - start) / STEPS


def main() -> None:
    """Measure and print."""
    machine.calm_allocator()
    machine.use_threads(1)
    pictures = torch.randint(0, 256, (STEPS * BATCH, SIDE, SIDE, 1), dtype=torch.uint8)
    labels = torch.randint(0, 10, (STEPS * BATCH,))
    times: dict[str, list[float]] = {"plain": [], "loop": [], "loop with moving average": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS + 1):
            found = (
                plain(pictures, labels),
                ours(pictures, labels, Path(folder), 0.0),
                ours(pictures, labels, Path(folder), 0.1),
            )
            if number:  # the first round warms up
                for name, seconds in zip(times, found, strict=True):
                    times[name].append(1e6 * seconds)
    print(machine.machine())
    for name, values in times.items():
        beyond = statistics.median(v - p for v, p in zip(values, times["plain"], strict=True))
        spread = f"{min(values):.0f} to {max(values):.0f}"
        print(f"{name:<26}{statistics.median(values):7.0f} µs a step ({spread}), beyond plain {beyond:+.0f} µs")


if __name__ == "__main__":
    sys.exit(main())
