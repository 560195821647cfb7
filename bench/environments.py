"""Environments of rivals, outside the project, made when they are first needed; and rivals as processes of their own.

A rival is a script `rivals/with_NAME.py`. Where there is `rivals/requirements-NAME.txt` it runs in an environment of
its own under MIWAKE_BENCH_ENVS (by default ~/.cache/miwake-bench), else in the project's. Its last line of output is
one JSON object.

PyTorch alone takes 5.5 GB, so an environment borrows what it does not have from the project's: a `.pth` file names the
project's packages after its own. All ways thus run the same PyTorch, and the lists of requirements are complete but
for what the project has, and are installed without looking for dependencies.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

HOME = Path(os.environ.get("MIWAKE_BENCH_ENVS", Path.home() / ".cache" / "miwake-bench"))
RIVALS = Path(__file__).parent / "rivals"
_OFFLINE = {"HF_HUB_OFFLINE": "1", "YOLO_OFFLINE": "true", "KERAS_HOME": str(HOME / "keras-home"), "TQDM_DISABLE": "1"}


@cache
def interpreter(name: str) -> str:
    """The Python of a rival's environment, which is made where it is missing or its requirements have changed."""
    wanted = RIVALS / f"requirements-{name}.txt"
    if not wanted.exists():
        return sys.executable
    folder, borrowed = HOME / name, sysconfig.get_path("purelib")
    made = folder / "made-from.txt"
    recipe = f"{wanted.read_text(encoding='utf-8')}# borrows from {borrowed}, Python {sys.version}\n"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if made.exists() and made.read_text(encoding="utf-8") == recipe:
        return str(python)
    print(f"Making an environment for {name} in {folder}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "-r", str(wanted)], check=True)
    own = subprocess.check_output(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    ).strip()
    (Path(own) / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    made.write_text(recipe, encoding="utf-8")
    return str(python)


def versions(name: str, *packages: str) -> str:
    """`package 1.2, other 3.4` of a rival's environment."""
    code = (
        "import sys; from importlib.metadata import version as v; print(', '.join(f'{n} {v(n)}' for n in sys.argv[1:]))"
    )
    return subprocess.check_output([interpreter(name), "-c", code, *packages], text=True).strip()


def run(name: str, task: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Run a rival to its end and return what it tells; `seconds` is the wall clock of the whole process.

    Raises:
        RuntimeError: it failed; with the end of what it said.
    """
    command = _command(name, task)
    with tempfile.TemporaryDirectory() as scratch:
        start = time.time()
        given = json.dumps({**asked, "started": start, "scratch": scratch})
        done = subprocess.run([*command, given], capture_output=True, text=True, env=_environment(scratch), check=False)
        seconds = time.time() - start
    if done.returncode:
        raise RuntimeError(f"{name} {task} failed:\n{done.stderr[-3000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {**told, "seconds": seconds}


class Worker:
    """A rival that stays, does a stretch of work each time it is asked, and so can take turns with others.

    Settings of a process, such as its allocator and its threads, stay its own.
    """

    def __init__(self, name: str, task: str, asked: Mapping[str, Any]) -> None:
        self._scratch = tempfile.TemporaryDirectory()
        given = json.dumps({**asked, "started": time.time(), "scratch": self._scratch.name})
        self._process = subprocess.Popen(
            [*_command(name, task), given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(self._scratch.name),
        )

    def ask(self, **what: Any) -> dict[str, Any]:
        """Let it work; returns what it tells.

        Raises:
            RuntimeError: it has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(what), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self._process.args[:3])} has ended")  # type: ignore[index,arg-type]
        told: dict[str, Any] = json.loads(line)
        return told

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._scratch.cleanup()


def _command(name: str, task: str) -> list[str]:
    return [interpreter(name), str(RIVALS / f"with_{name}.py"), task]


def _environment(scratch: str) -> dict[str, str]:
    return {**os.environ, **_OFFLINE, "YOLO_CONFIG_DIR": scratch, "MIWAKE_CACHE": str(Path(scratch) / "cache")}
