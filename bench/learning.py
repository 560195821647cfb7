"""What the benches of learning share: Miwake watched while it trains, and the curves of all ways compared.

A curve is (seconds since the process began, accuracy on validation), one point an epoch. Rivals tell theirs; Miwake's
is read from `metrics.csv`, to which a run adds a line as soon as an epoch is judged.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environments
from harness import Line, Rounds, show

_EVERY = 0.2
_NEVER = float("inf")


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """One run of one way."""

    curve: tuple[tuple[float, float], ...]
    """Seconds since the process began, and the accuracy on validation that was reached then."""
    test: float
    """Accuracy on the test pictures at the end."""
    seconds: float
    """Wall clock of the whole process."""

    def until(self, accuracy: float) -> float:
        """Seconds until this accuracy on validation was first reached; infinite where it never was."""
        return next((seconds for seconds, reached in self.curve if reached >= accuracy), _NEVER)

    @property
    def best(self) -> float:
        """The highest accuracy on validation."""
        return max((reached for _, reached in self.curve), default=0.0)


def rival(name: str, task: str, asked: Mapping[str, Any]) -> Learnt:
    """Run a rival once."""
    told = environments.run(name, task, asked)
    return Learnt(
        curve=tuple((seconds, reached) for seconds, reached in told["curve"]),
        test=told["test"],
        seconds=told["seconds"],
    )


def ours(data: Path, *flags: str) -> Learnt:
    """`miwake train DATA` with these flags, in a process of its own, with an empty cache.

    Raises:
        RuntimeError: it failed; with the end of what it said.
    """
    with tempfile.TemporaryDirectory() as scratch:
        run = Path(scratch) / "run"
        command = [sys.executable, "-m", "miwake", "train", str(data), "--out", str(run), "--lang", "en", *flags]
        environment = {**os.environ, "MIWAKE_CACHE": str(Path(scratch) / "cache")}
        with (Path(scratch) / "said.txt").open("w+") as said:
            start = time.time()
            process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=environment)
            curve: list[tuple[float, float]] = []
            while process.poll() is None:
                time.sleep(_EVERY)
                curve += [(time.time() - start, one) for one in _judged(run / "metrics.csv")[len(curve) :]]
            seconds = time.time() - start
            if process.returncode:
                said.seek(0)
                raise RuntimeError(f"{' '.join(command)} failed:\n{said.read()[-3000:]}")
        figures = json.loads((run / "evaluation.json").read_text(encoding="utf-8"))
        return Learnt(curve=tuple(curve), test=_test_accuracy(figures), seconds=seconds)


def _judged(table: Path) -> list[float]:
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as file:
        return [float(row["val_accuracy"]) for row in csv.DictReader(file)]


def _test_accuracy(figures: dict[str, Any]) -> float:
    found: float = figures["test"]["accuracy"]["value"]
    return found


def lines(
    found: Mapping[str, Sequence[Learnt]],
    *,
    marks: Sequence[float],
    ahead: Mapping[str, tuple[str, Sequence[str], float]],
    what: Callable[[str], str],
) -> list[Line]:
    """The table: for each way the seconds to each mark, then by how much ours was ahead.

    Args:
        found: runs by way.
        marks: accuracies on validation.
        ahead: a way of ours to what is asked of it, the ways that it is compared with, and the mark; where that is 0
            each rival's own final accuracy is the mark.
        what: describes a way.
    """
    table = []
    for name, runs in found.items():
        until = "; ".join(f"{100 * mark:g}% in {_seconds([run.until(mark) for run in runs])}" for mark in marks)
        test, seconds = Rounds([100 * run.test for run in runs]), Rounds([run.seconds for run in runs])
        best = Rounds([100 * run.best for run in runs])
        table.append(
            Line(
                f"{name}: {what(name)}",
                "",
                until,
                f"{len(runs)} runs of {show(seconds)} s; best {show(best, '{:.1f}')}%, test {show(test, '{:.1f}')}%",
            )
        )
    for name, (asked, others, mark) in ahead.items():
        for other in others:
            table.append(_ahead(name, found[name], other, found[other], mark, asked))
    return table


def _ahead(name: str, mine: Sequence[Learnt], other: str, theirs: Sequence[Learnt], mark: float, asked: str) -> Line:
    """How many times sooner; a rival that never reached the mark counts with its whole run, which favours it."""
    factors, never, failed = list[float](), 0, 0
    for one, two in zip(mine, theirs, strict=True):
        goal = mark or two.curve[-1][1]
        never += two.until(goal) == _NEVER
        failed += one.until(goal) == _NEVER
        if one.until(goal) != _NEVER:
            factors.append(min(two.until(goal), two.seconds) / one.until(goal))
    final = Rounds([100 * run.curve[-1][1] for run in theirs])
    goals = f"{100 * mark:g}%" if mark else f"its final {show(final, '{:.1f}')}%"
    sooner = f"{show(Rounds(factors), '{:.1f}')} × sooner at {goals}" if factors else f"not reached: {goals}"
    missed = [
        f"{who} did not reach it in {count} of {len(theirs)} runs"
        for who, count in ((name, failed), (other, never))
        if count
    ]
    return Line(f"{name} before {other}", asked, sooner, "; ".join(missed))


def _seconds(values: Sequence[float]) -> str:
    reached = [value for value in values if value != _NEVER]
    if not reached:
        return "no run"
    few = "" if len(reached) == len(values) else f" in {len(reached)} of {len(values)} runs"
    return f"{show(Rounds(reached))} s{few}"
