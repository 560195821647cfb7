"""A run belongs to the process that trains it, for as long as that lives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from miwake.errors import MiwakeError, UsageError
from miwake.locks import holder, training
from miwake.run import read_header


def test_a_run_is_held_while_it_is_trained(tmp_path: Path) -> None:
    """By another process, which is then killed: nothing is left that holds it."""
    (tmp_path / "config.json").write_text("{}")
    code = (
        "import sys, time; from pathlib import Path; from miwake.locks import training\n"
        "with training(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert holder(tmp_path / "checkpoint") == other.pid
        with (
            pytest.raises(UsageError, match=f"being trained at the moment, by process {other.pid}"),
            training(tmp_path),
        ):
            pass
        with pytest.raises(MiwakeError, match="being trained at the moment"):
            read_header(tmp_path / "model.safetensors")
    finally:
        other.kill()
        other.wait()
    assert holder(tmp_path / "checkpoint") == 0
    with training(tmp_path):
        pass
    with pytest.raises(MiwakeError, match="was stopped before it was finished"):
        read_header(tmp_path / "model.safetensors")


def test_what_goes_wrong_in_training_is_no_lock_that_fails(tmp_path: Path) -> None:
    for error in (BlockingIOError, OSError):
        with pytest.raises(error), training(tmp_path):
            raise error
