"""How long one waits for an answer: pictures in memory, idle and while another program keeps one core busy.

Ours is `Predictor.outputs`, normalisation included; plain is the same network in eager PyTorch with its defaults. Each
lives in a process of its own, which the operating system also counts page faults for. Calls of both ways alternate in
stretches, idle and busy; the busy program computes without end at the usual priority.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

import numpy as np
import timm
import torch
from environments import Worker
from harness import Line, Rounds, arguments, report, settings, show, take_turns

NETWORKS = {"efficientnet_lite0": "tf_efficientnet_lite0", "resnet50": "resnet50"}
"""Name here, and at timm."""
CALLS = {("efficientnet_lite0", 1): 100, ("efficientnet_lite0", 16): 12, ("resnet50", 1): 40, ("resnet50", 16): 5}
"""Calls of a stretch."""
FAULTS = 5000
BUSY = 2.0


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Calls of one way, one after the other."""

    times: tuple[float, ...]
    """Seconds of each call."""
    faults: float
    """Page faults a call."""


@contextmanager
def one_core_busy() -> Iterator[None]:
    """Another program that computes without end."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def stretch(worker: Worker, batch: int, calls: int, *, busy: bool) -> Stretch:
    """Let a worker answer."""
    with one_core_busy() if busy else nullcontext():
        told = worker.ask(batch=batch, calls=calls)
    return Stretch(times=tuple(told["times"]), faults=told["faults"])


def all_times(found: list[Stretch]) -> np.ndarray:
    """Milliseconds of all calls."""
    return 1000 * np.concatenate([one.times for one in found])


def measure(network: str, at_timm: str, batch: int, rounds: int) -> list[Line]:
    """A line for ours and one for plain."""
    calls = settings(quick=2, usual=CALLS[network, batch])
    with (
        Worker("miwake", "latency", {"network": network}) as ours,
        Worker("torch", "latency", {"network": at_timm}) as plain,
    ):
        # what keeps the core busy was started here: it does not count as a disturbance
        found = take_turns(
            {
                (name, busy): partial(stretch, worker, batch, calls, busy=busy)
                for name, worker in (("ours", ours), ("plain", plain))
                for busy in (False, True)
            },
            rounds=rounds,
            warm=0,  # a stretch begins with calls that are not counted
            most=2,
        )
    table = []
    for name in ("ours", "plain"):
        idle, busy = all_times(found[name, False]), all_times(found[name, True])
        faults = Rounds([one.faults for one in found[name, False]])
        tail = np.percentile(busy, 99) / np.percentile(idle, 99)
        reached = f"busy p99 {tail:.1f} × idle p99; {show(faults, '{:,.0f}')} page faults"
        asked = f"≤ {BUSY:g} ×; ≤ {FAULTS:,} page faults" if name == "ours" else ""
        detail = "; ".join(
            f"{how} p50 {np.percentile(values, 50):.1f}, p99 {np.percentile(values, 99):.1f} ms"
            for how, values in (("idle", idle), ("busy", busy))
        )
        table.append(Line(f"{network} × {batch}, {name}", asked, reached, f"{idle.size} calls each; {detail}"))
    return table


def main() -> None:
    """Measure."""
    rounds = arguments().rounds or settings(quick=1, usual=2, long=5)
    cases = settings(quick=[("efficientnet_lite0", 1)], usual=list(CALLS))
    table = [line for network, batch in cases for line in measure(network, NETWORKS[network], batch, rounds)]
    few = "Where there are fewer than 100 calls, p99 is close to the slowest of them."
    report("latency", "Latency", table, notes=[few], versions=f"timm {timm.__version__}, torch {torch.__version__}")


if __name__ == "__main__":
    main()
