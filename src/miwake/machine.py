"""What this computer can do: cores, accelerator, memory; threads, allocator and precision that suit it."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_PACKAGES = (
    "torch",
    "torchvision",
    "timm",
    "lightning-fabric",
    "numpy",
    "pillow",
    "simplejpeg",
    "safetensors",
)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The computer, as a report names it."""

    processor: str
    cores: int
    memory: int
    """Bytes."""
    instructions: tuple[str, ...]
    """Those that matter here: avx2, avx512, avx512_bf16, amx_bf16."""
    gpus: tuple[str, ...]
    system: str
    python: str

    def __str__(self) -> str:
        gpus = f", {', '.join(self.gpus)}" if self.gpus else ""
        extra = f" ({', '.join(self.instructions)})" if self.instructions else ""
        return f"{self.cores} cores of {self.processor}{extra}, {self.memory / 2**30:.0f} GiB{gpus}"


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> int:
    """Bytes of memory that this process may use: the machine's, or its control group's limit."""
    total = sys.maxsize
    if hasattr(os, "sysconf"):
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            total = min(total, int(Path(limit).read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue
    return total


@cache
def machine() -> Machine:
    """Look once."""
    import torch

    processor, flags = platform.processor() or platform.machine(), set[str]()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                processor = value.strip()
            if key.strip() == "flags":
                flags = set(value.split())
                break
    except OSError:
        pass
    wanted = (
        ("avx2", "avx2"),
        ("avx512f", "avx512"),
        ("avx512_bf16", "avx512_bf16"),
        ("amx_bf16", "amx_bf16"),
    )
    gpus = tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
    return Machine(
        processor=processor,
        cores=cores(),
        memory=memory(),
        instructions=tuple(name for flag, name in wanted if flag in flags),
        gpus=gpus,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def environment() -> dict[str, Any]:
    """What `environment.json` keeps: the machine and the versions of what did the work."""
    from miwake.version import __version__

    versions = {"miwake": __version__}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {"machine": asdict(machine()), "versions": versions}


def calm_allocator() -> None:
    """Keep freed memory instead of giving it back to the system after every batch.

    glibc maps every large block anew and unmaps it when freed, so that each batch pays a page fault for every
    4 KiB that it touches. Raising M_MMAP_THRESHOLD and M_TRIM_THRESHOLD (mallopt(3)) removes most of them.
    """
    if sys.platform != "linux" or any(name in os.environ for name in ("MALLOC_MMAP_THRESHOLD_", "LD_PRELOAD")):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    trim_threshold, mmap_threshold = -1, -3
    mallopt(mmap_threshold, 1 << 30)
    mallopt(trim_threshold, (1 << 31) - 1)


def pick_device(wanted: str) -> torch.device:
    """`auto` is the first GPU where there is one.

    Raises:
        UsageError: the device does not exist here.
    """
    import torch

    from miwake.errors import UsageError

    if wanted == "auto":
        return torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    try:
        device = torch.device(wanted)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        there = ["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
        # torch's words tell the cause for a device that is there; of a name that is none they tell nothing
        known = wanted in (*there, "cuda") and len(there) > 1
        raise UsageError(
            f"The device '{wanted}' cannot be used: {str(error).splitlines()[0]}"
            if known
            else f"There is no device '{wanted}' here.",
            expected=f"one of {', '.join(there)}",
            todo="leave --device away, which takes a GPU where there is one, or name one of these.",
        ) from None
    return device


def use_threads(count: int | None) -> int:
    """Let torch compute on so many threads, all cores where None; returns the number."""
    import torch

    torch.set_num_threads(count or cores())
    return torch.get_num_threads()
