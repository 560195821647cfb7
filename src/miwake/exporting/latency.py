"""How long an answer takes with each way to compute it."""

from __future__ import annotations

import math
import shutil
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake import machine
from miwake.prediction import Predictor
from miwake.runtime import Runtime

BATCHES = (1, 16)
ROUNDS = 5
"""Turns."""
_STRETCH = 0.4
"""Seconds of a way in a round."""

Way = Callable[[NDArray[np.uint8]], Any]
"""Computes raw outputs of stored pictures (N, Hs, Ws, C)."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Of one way and one number of pictures."""

    way: str
    """`eager`, `compiled`, `onnx fp32`, `onnx int8`, `openvino fp32`, …"""
    batch: int
    median: float
    """Milliseconds a call."""
    low: float
    """A quarter of the calls took less."""
    high: float
    """A quarter took more."""
    calls: int

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return asdict(self)


def eager(predictor: Predictor) -> Way:
    """PyTorch as it is."""
    return lambda pictures: predictor.outputs(torch.from_numpy(pictures).permute(0, 3, 1, 2))


def compiled(predictor: Predictor) -> Way | None:
    """PyTorch after torch.compile; None where there is no C++ compiler."""
    if not any(shutil.which(name) for name in ("g++", "clang++", "c++", "cl")):
        return None
    model: Callable[[Tensor], Tensor] = torch.compile(predictor.model)

    @torch.inference_mode()
    def run(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = model(predictor.inputs(torch.from_numpy(pictures).permute(0, 3, 1, 2)))
        return found.float().numpy()

    return run


def exported(runtime: Runtime) -> Way:
    """A file's own program."""
    return runtime.run


def measure(
    ways: Mapping[str, Way],
    shape: Sequence[int],
    *,
    batches: Sequence[int] = BATCHES,
    rounds: int = ROUNDS,
    stretch: float = _STRETCH,
    report: Callable[[int], None] = lambda done: None,
) -> tuple[list[Timing], dict[str, str]]:
    """Time all ways in turns, so that whatever else the machine does strikes them alike.

    Args:
        ways: by name.
        shape: of a stored picture, (Hs, Ws, C).
        batches: numbers of pictures.
        rounds: turns.
        stretch: seconds that a way computes in each of them, one call at least.
        report: called with how many turns are done.

    Returns:
        Times, and the ways that failed, with what they said.
    """
    machine.use_threads(None)
    random = np.random.default_rng(0)
    found, failed, done = list[Timing](), dict[str, str](), 0
    for batch in batches:
        pictures = random.integers(0, 256, (batch, *shape), dtype=np.uint8)
        times: dict[str, list[float]] = {}
        for name in [name for name in ways if name not in failed]:
            try:
                ways[name](pictures)
                times[name] = []
            except Exception as error:  # a compiler that fails, an operator that is missing: then it is no way
                failed[name] = last_line(error)
        for _ in range(rounds):
            for name in times:
                times[name] += _stretch(ways[name], pictures, stretch)
            done += 1
            report(done)
        found += [_timing(name, batch, values) for name, values in times.items()]
    return found, failed


def last_line(error: Exception) -> str:
    """Of what a program said, which may be pages."""
    lines = str(error).strip().splitlines()
    return (lines[-1] if lines else type(error).__name__)[:200]


def _stretch(way: Way, pictures: NDArray[np.uint8], seconds: float) -> list[float]:
    way(pictures)
    times, end = list[float](), time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        way(pictures)
        times.append(time.perf_counter() - start)
    return times


def _timing(way: str, batch: int, times: Sequence[float]) -> Timing:
    low, median, high = statistics.quantiles([1000 * each for each in times] * (1 if len(times) > 1 else 2), n=4)
    return Timing(way=way, batch=batch, median=median, low=low, high=high, calls=len(times))


def fastest(timings: Sequence[Timing], among: Sequence[str]) -> str:
    """The way that is the fastest over all numbers of pictures, by the geometric mean of its medians."""

    def mean(way: str) -> float:
        values = [math.log(timing.median) for timing in timings if timing.way == way]
        return sum(values) / len(values) if values else math.inf

    return min(among, key=mean)
