"""Starting, watching and ending the processes that decode and compute, from the one that talks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from miwake.serving import wire
from miwake.serving.zygote import PID

PROGRAM = "miwake.verbs._served"


class Zygotes:
    """The process that workers are forked from; another takes its place when it is gone."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def fork(self) -> tuple[int, socket.socket]:
        """A new worker's process id, and our end of its socket.

        Raises:
            OSError: no process can be started.
        """
        async with self._lock:
            ours, theirs = socket.socketpair()
            try:
                try:
                    pid = await asyncio.to_thread(self._ask, theirs)
                except OSError:
                    self.close()
                    pid = await asyncio.to_thread(self._ask, theirs)
            except BaseException:
                ours.close()
                raise
            finally:
                theirs.close()
            return pid, ours

    def _ask(self, theirs: socket.socket) -> int:
        if self._control is None:
            self._start()
        assert self._control is not None
        socket.send_fds(self._control, [b"f"], [theirs.fileno()])
        answer = b""
        while len(answer) < PID.size:
            more = self._control.recv(PID.size - len(answer))
            if not more:
                raise ConnectionResetError("the process that others are forked from has died")
            answer += more
        return int(PID.unpack(answer)[0])

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # -P: a file in the folder where somebody stands must not take a module's place
            arguments = [sys.executable, "-P", "-m", PROGRAM, "zygote", str(theirs.fileno())]
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                arguments, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, env=environment
            )
        self._control = ours

    def close(self) -> None:
        """End it; the workers live on."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None


@dataclass(eq=False)
class Worker:
    """A process that answers, and what it has been given to do."""

    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    facts: dict[str, Any]
    seconds: float
    """That a picture took when it warmed up."""
    under_way: dict[int, Any] = field(default_factory=dict)

    def send(self, message: dict[str, Any], parts: list[bytes]) -> None:
        """Give it something to do."""
        self.writer.write(wire.packed(message, parts))

    def kill(self) -> None:
        """End it at once; it is seen by its socket's end."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let it end when it has done what it is doing."""
        self.writer.close()


class Failed(Exception):
    """A worker could not open the model.

    Args:
        said: in words for people.
        code: exit code.
    """

    def __init__(self, said: str, code: int) -> None:
        super().__init__(said)
        self.code = code


async def launch(zygotes: Zygotes, setup: dict[str, Any]) -> Worker:
    """Start a worker and wait until it is ready.

    Raises:
        Failed: the model cannot be opened.
        OSError: it died before it was ready.
    """
    pid, ours = await zygotes.fork()
    reader, writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
    try:
        writer.write(wire.packed(setup))
        answer = await wire.receive(reader)
    except BaseException:
        writer.close()
        raise
    if answer is not None and "ready" in answer[0]:
        return Worker(pid, reader, writer, answer[0]["ready"], float(answer[0]["seconds"]))
    writer.close()
    if answer is not None and "failed" in answer[0]:
        raise Failed(str(answer[0]["failed"]), int(answer[0].get("code", 2)))
    raise ConnectionResetError("a worker died before it was ready")
