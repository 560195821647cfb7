"""Runs a command beside the watching: bounded in number and time, ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from miwake.watching.command import Command
from miwake.watching.events import Acted

AT_ONCE = 16
"""Commands that are under way at most."""
_GRACE = 1.0
"""Seconds between asking a command to end and ending it."""
_TAIL = 2000
"""Bytes of what it printed last that are kept."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    label: str
    path: str
    code: int | None
    """What it returned, below 0 the number of the signal that ended it; None where it could not be started."""
    seconds: float
    said: str
    """The end of what it printed, or why it could not be started."""
    timed_out: bool = False

    @property
    def well(self) -> bool:
        """Whether it did what it was to do."""
        return self.code == 0 and not self.timed_out


class Runner:
    """Starts a command for pictures.

    Args:
        command: what is run.
        hold_off: seconds after a start during which it is not started again.
        timeout: seconds that it may take.
        ended: called, by another thread, when a command has ended.
    """

    def __init__(
        self,
        command: Command,
        *,
        hold_off: float,
        timeout: float,
        ended: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.command, self._hold_off, self._timeout = command, hold_off, timeout
        self._told, self._clock = ended, clock
        self._ended: queue.SimpleQueue[Ended] = queue.SimpleQueue()
        self._under_way: dict[threading.Thread, subprocess.Popen[bytes]] = {}
        self._last = -float("inf")

    def refuses(self) -> Acted:
        """Why it would not be started now; empty where it would."""
        if self._clock() - self._last < self._hold_off:
            return "held"
        self._under_way = {thread: process for thread, process in self._under_way.items() if thread.is_alive()}
        return "busy" if len(self._under_way) >= AT_ONCE else ""

    def start(self, label: str, path: str, probability: float) -> Acted:
        """Start it for a picture, unless it `refuses`."""
        refused = self.refuses()
        if refused:
            return refused
        values = {"label": label, "path": path, "probability": f"{probability:.4f}", "time": f"{time.time():.3f}"}
        started = self._clock()
        try:
            process = subprocess.Popen(
                self.command.filled(values),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error)
            self._ended.put(Ended(label=label, path=path, code=None, seconds=0.0, said=said))
            return "failed"
        self._last = started
        thread = threading.Thread(
            target=self._attend, args=(process, label, path, started), name="miwake-command", daemon=True
        )
        self._under_way[thread] = process
        thread.start()
        return "started"

    def _attend(self, process: subprocess.Popen[bytes], label: str, path: str, started: float) -> None:
        said = bytearray()
        assert process.stdout is not None
        # what it leaves behind may hold the pipe open, and that is not waited for
        reader = threading.Thread(target=_keep_tail, args=(process.stdout, said), daemon=True)
        reader.start()
        timed_out = False
        try:
            process.wait(self._timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            end(process)
        reader.join(0.2)
        text = bytes(said).decode("utf-8", "replace").strip()
        self._ended.put(
            Ended(
                label=label,
                path=path,
                code=process.returncode,
                seconds=self._clock() - started,
                said=text,
                timed_out=timed_out,
            )
        )
        self._told()

    def ended(self) -> list[Ended]:
        """Those that have ended since it was asked last."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._ended.get_nowait())
        return found

    def finish(self, stopped: Callable[[], bool]) -> None:
        """Wait for those that are under way, at most as long as they may take.

        Args:
            stopped: whether they are to be ended at once.
        """
        forced = False
        while alive := {thread: process for thread, process in self._under_way.items() if thread.is_alive()}:
            if stopped() and not forced:
                forced = True
                end(*alive.values())
            next(iter(alive)).join(0.05)


def end(*processes: subprocess.Popen[bytes]) -> None:
    """End commands and all that they started: asked first, then forced."""
    if os.name == "posix":
        _signal(processes, signal.SIGTERM)
        # they are not waited for in between: a number belongs to its group until then, and to nobody else
        time.sleep(_GRACE)
        _signal(processes, signal.SIGKILL)
    else:
        for process in processes:
            process.kill()
    for process in processes:
        process.wait()


def _signal(processes: Sequence[subprocess.Popen[bytes]], number: int) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def _keep_tail(file: IO[bytes], into: bytearray) -> None:
    with contextlib.suppress(OSError, ValueError), file:
        while chunk := os.read(file.fileno(), 65536):
            into += chunk
            del into[:-_TAIL]
