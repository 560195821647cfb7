"""Servers in processes of their own on this computer, and a browser with a camera that is none."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


class Served:
    """`miwake serve` in its own process."""

    def __init__(self, run: Path, folder: Path, *flags: object) -> None:
        self.out, self.err = folder / "out.txt", folder / "err.txt"
        command = [sys.executable, "-m", "miwake", "serve", str(run), "--port", "0", *map(str, flags)]
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, cwd=folder)
        self.url = self._until_ready()

    def _until_ready(self) -> str:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            found = re.search(r"(https?://\S+?)/?\. ", self.out.read_text().replace("\n", " "))
            if found:
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"no server: {self.out.read_text()} {self.err.read_text()}")

    def client(self, **settings: Any) -> Any:
        import httpx

        return httpx.Client(base_url=self.url, timeout=60, **settings)

    def workers(self) -> list[int]:
        """Process ids of all that it has forked."""
        return [worker for zygote in self.zygotes() for worker in children(zygote)]

    def zygotes(self) -> list[int]:
        """What the workers are forked from."""
        return children(self.process.pid)

    def memory(self) -> int:
        """Bytes that belong to it and to its workers alone."""
        return sum(_private(pid) for pid in (self.process.pid, *self.workers()))

    def stop(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def log(self) -> str:
        return self.err.read_text()


def children(parent: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*"):
        with contextlib.suppress(OSError):
            found += [int(pid) for pid in (task / "children").read_text().split()]
    return found


def _private(pid: int) -> int:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))
    return 0


@pytest.fixture(scope="session")
def start(toy_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Start a server with flags; all are ended at the end."""
    pytest.importorskip("httpx", reason="needs httpx: pip install 'miwake[dev]'")
    pytest.importorskip("miwake.serving.server", reason="needs the extra serve: pip install 'miwake[serve]'")
    if not Path("/proc/self/task").is_dir():
        pytest.skip("needs Linux, to see and end the server's processes")
    started: list[Served] = []

    def begin(*flags: object, run: Path = toy_run) -> Served:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MIWAKE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
            patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
            served = Served(run, tmp_path_factory.mktemp("served"), *flags)
        started.append(served)
        return served

    yield begin
    for served in started:
        served.stop()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared server keeps what it answered wrongly."""
    return tmp_path_factory.mktemp("kept") / "wrong"


@pytest.fixture(scope="session")
def server(start: Callable[..., Served], kept: Path) -> Served:
    """One server for all tests that leave it as it was."""
    return start("--workers", 1, "--keep", kept, "--max-bytes", 300_000, "--max-pictures", 8, "--max-pixels", 3_000_000)


@pytest.fixture(scope="session")
def toy(place: Path) -> Path:
    """A picture whose answer is lower-left."""
    return place / "toy" / "lower-left" / "000.png"


@pytest.fixture(scope="session")
def at_once() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    """Call a function from many threads at once; what it returns, in order."""

    def run(count: int, call: Callable[[int], Any]) -> list[Any]:
        found: list[Any] = [None] * count

        def one(number: int) -> None:
            found[number] = call(number)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    return run
