"""Cached pictures, randomly cut and mirrored, to a batch that a network can take; one core.

The bound at 224 px is a bare gather of the same rows and a copy to floats: what any way must pay at least.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import torch
from harness import Line, arguments, compare, ratios, report, settings, show

from miwake import machine
from miwake.augment import augment
from miwake.augment.config import Augmentation
from miwake.data.loader import Loader
from miwake.data.preprocess import normalise_
from miwake.types import Preprocessing

SECONDS = 1.0


def epoch(side: int, stored: int, count: int, batch: int) -> dict[str, Callable[[], float]]:
    """Pictures a second: ours, and gather and copy alone."""
    pictures = torch.randint(0, 256, (count, stored, stored, 3), dtype=torch.uint8)
    shape = Preprocessing(size=(side, side), channels=3, mean=(0.5,) * 3, std=(0.25,) * 3, crop=side / stored)
    config = Augmentation(mirror="horizontal", shift=(stored - side) / (2 * side))

    def gather(rows: torch.Tensor) -> torch.Tensor:
        return pictures.index_select(0, rows).permute(0, 3, 1, 2)

    loader = Loader(
        gather,
        torch.zeros(count, dtype=torch.int64),
        torch.arange(count),
        batch_size=batch,
        seed=0,
        device=torch.device("cpu"),
    )
    generator, finish = torch.Generator(), partial(normalise_, preprocessing=shape)
    steps = 0

    def ours() -> None:
        nonlocal steps
        steps += 1
        batch = loader.batch(0, steps % loader.steps)
        augment(batch, config, size=(side, side), generator=generator, classes=10, finish=finish)

    order = torch.randperm(count)
    ready = torch.empty(batch, side, side, 3)

    def bare() -> None:
        nonlocal steps
        steps += 1
        start = steps % loader.steps * batch
        ready.copy_(pictures.index_select(0, order[start : start + batch])[:, :side, :side])

    def rate(way: Callable[[], None]) -> Callable[[], float]:
        def run() -> float:
            start, done = time.process_time(), 0
            while time.process_time() - start < SECONDS:
                way()
                done += batch
            return done / (time.process_time() - start)

        return run

    return {"ours": rate(ours), "bare": rate(bare)}


def main() -> None:
    """Measure."""
    machine.calm_allocator()
    machine.use_threads(1)
    rounds = arguments().rounds or settings(quick=1, usual=5)
    small, large = compare(epoch(32, 36, 20000, 256), rounds=rounds), compare(epoch(224, 256, 600, 32), rounds=rounds)
    lines = [
        Line(
            "32 px, random cut and mirror",
            "≥ 40,000 a second and core",
            f"{show(small['ours'], '{:,.0f}')} a second",
            f"{rounds} rounds; gather and copy alone {show(small['bare'], '{:,.0f}')}",
        ),
        Line(
            "224 px, random cut and mirror",
            "≤ 1.3 × gather and copy",
            f"{show(ratios(large['bare'], large['ours']), '{:.2f}')} ×",
            f"{show(large['ours'], '{:,.0f}')} a second",
        ),
    ]
    report("cache", "Cache", lines)


if __name__ == "__main__":
    main()
