"""What a step costs here: measured on a copy of the model with the very loop that will train it."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass, replace

import torch

from miwake.machine import machine, use_threads
from miwake.training.config import Precision, Training
from miwake.training.job import Job
from miwake.training.rehearsal import Rehearsal
from miwake.types import Note

_SECONDS = 0.4  # of steps, after one that warms up
_GAIN = 0.93  # share of the time of plain floats that others must stay below, to be worth their rounding


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What was measured."""

    precision: Precision
    threads: int
    step: float
    """Seconds a step with these."""
    tried: dict[tuple[Precision, int], float]
    """Seconds a step for each precision and number of threads that was tried."""
    memory: int
    """Most bytes of memory that this process, or the GPU, has held until now."""

    def note(self) -> Note:
        """What was tried, and which was the quickest; threads are named where it is not as many as there are."""
        full = max(threads for _, threads in self.tried)
        tried = tuple(
            Note(
                "train.way" if threads == full else "train.way.threads",
                {"precision": precision, "n": threads, "milliseconds": 1000 * seconds},
            )
            for (precision, threads), seconds in self.tried.items()
        )
        threads = Note("unit.threads", {"n": self.threads})
        return Note("train.quickest", {"precision": self.precision, "threads": threads, "tried": tried})


def precisions(training: Training, device: torch.device) -> tuple[Precision, ...]:
    """Precisions that are worth trying, the plain one first."""
    if training.precision != "auto":
        return (training.precision,)
    if device.type == "cuda":
        return ("bf16",) if torch.cuda.is_bf16_supported(including_emulation=False) else ("fp32",)
    fast = {"avx512_bf16", "amx_bf16"} & set(machine().instructions)
    return ("fp32", "bf16") if fast else ("fp32",)


def measure(job: Job, training: Training) -> Cost:
    """Time the steps of the job's last phase for each precision, then with half the threads.

    Half the threads are quicker by far where another program keeps a core busy: a step waits for the slowest of them.
    """
    state = torch.get_rng_state()
    device, full = torch.device(job.recipe.device), job.recipe.threads
    tried: dict[tuple[Precision, int], float] = {}
    plain = precisions(training, device)[0], full
    for precision in precisions(training, device):
        tried[precision, full] = _time(job, precision, full)
    best = _best(tried, plain)
    if training.threads is None and device.type == "cpu" and full > 1:
        tried[best[0], full // 2] = _time(job, best[0], full // 2)
        best = _best(tried, best)
    use_threads(best[1])
    torch.set_rng_state(state)
    return Cost(
        precision=best[0],
        threads=best[1],
        step=tried[best],
        tried=tried,
        memory=_memory(device),
    )


def _best(tried: dict[tuple[Precision, int], float], plain: tuple[Precision, int]) -> tuple[Precision, int]:
    best = min(tried, key=lambda way: tried[way])
    return best if tried[best] < _GAIN * tried[plain] else plain


def _time(job: Job, precision: Precision, threads: int) -> float:
    use_threads(threads)
    # weights that stand still cannot run away, whatever rate was asked for
    recipe = replace(job.recipe, precision=precision, threads=threads, learning_rate=0.0, progressive=0.0)
    times = Rehearsal(job, recipe).step_times(_SECONDS)
    return sorted(times)[len(times) // 2]


def _memory(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    # Linux counts in KiB, macOS in bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
