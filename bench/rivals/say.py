"""What the scripts here share: what is asked of them, and how they tell what they found. Standard library only."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Asked = dict[str, Any]


class Curve:
    """Accuracy on validation over the wall clock of the whole process, its start included."""

    def __init__(self, asked: Asked) -> None:
        self._started = float(asked["started"])
        self.points: list[tuple[float, float]] = []

    def mark(self, accuracy: float) -> None:
        """The accuracy that has just been reached."""
        self.points.append((round(time.time() - self._started, 2), accuracy))


def main(**tasks: Callable[[Asked], dict[str, Any]]) -> None:
    """Do the task that the command line names, and tell its figures as one line of JSON."""
    task, asked = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(tasks[task](asked)), flush=True)


def serve(asked: Asked, work: Callable[[Asked], dict[str, Any]]) -> dict[str, Any]:
    """For a `Worker`: a line of JSON comes in, one goes out, until there are no more."""
    for line in sys.stdin:
        print(json.dumps(work(json.loads(line))), flush=True)
    return {}


def peak() -> float:
    """Bytes of this process that were resident at the most."""
    # what getrusage tells on Linux is never less than what the process that began this one held
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024.0 * int(line.split()[1])
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (1 if sys.platform == "darwin" else 1024)
