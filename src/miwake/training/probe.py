"""What a step costs here: measured on a copy of the model with the very loop that will train it."""

from __future__ import annotations

import copy
import resource
import sys
from dataclasses import dataclass, replace
from typing import Literal

import torch

from miwake.machine import machine
from miwake.training.config import Precision, Recipe
from miwake.training.job import Job
from miwake.training.loop import Trainer

_SECONDS = 0.4  # of steps, after one that warms up
_GAIN = 0.93  # share of the time of plain floats that others must stay below, to be worth their rounding


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What was measured."""

    precision: Precision
    """The quicker one."""
    step: float
    """Seconds a step."""
    tried: dict[Precision, float]
    """Seconds a step for each precision."""
    memory: int
    """Most bytes of memory that this process, or the GPU, has held until now."""

    def __str__(self) -> str:
        others = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in self.tried.items())
        return f"{self.precision} ({others} a step)"


def candidates(wanted: Literal["auto"] | Precision, device: torch.device) -> tuple[Precision, ...]:
    """Precisions that are worth trying, the plain one first."""
    if wanted != "auto":
        return (wanted,)
    if device.type == "cuda":
        return ("bf16",) if torch.cuda.is_bf16_supported(including_emulation=False) else ("fp32",)
    fast = {"avx512_bf16", "amx_bf16"} & set(machine().instructions)
    return ("fp32", "bf16") if fast else ("fp32",)


def measure(job: Job, precisions: tuple[Precision, ...]) -> Cost:
    """Time the steps of the job's last phase for each precision."""
    state = torch.get_rng_state()
    tried = {precision: _time(job, replace(job.recipe, precision=precision)) for precision in precisions}
    torch.set_rng_state(state)
    best = min(tried, key=lambda name: tried[name])
    if tried[best] > _GAIN * tried[precisions[0]]:
        best = precisions[0]
    return Cost(precision=best, step=tried[best], tried=tried, memory=_memory(torch.device(job.recipe.device)))


def _time(job: Job, recipe: Recipe) -> float:
    phase = job.phases[-1]
    trial = replace(job, model=copy.deepcopy(job.model), recipe=recipe, phases=(phase,))
    trainer = Trainer(trial, lambda _: None, lambda: False)
    times = trainer.rehearse(_SECONDS)
    return sorted(times)[len(times) // 2]


def _memory(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    # Linux counts in KiB, macOS in bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
