"""Files that are whole or not there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from miwake.errors import MiwakeError
from miwake.files import WriteError, read_json, write_json, write_text, write_whole


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "one")
    write_text(path, "two")
    assert path.read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_permissions_follow_the_umask(tmp_path):
    write_text(tmp_path / "a", "x")
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def fail(temporary):
        temporary.write_text("half")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        write_whole(path, fail)
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(WriteError) as caught:
        write_text(tmp_path / "no" / "a.txt", "x")
    assert str(tmp_path / "no" / "a.txt") in str(caught.value)


FILL = """
import resource, signal, sys
from pathlib import Path
import torch
from safetensors.torch import save_file
from miwake.files import WriteError, write_text, write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
folder = Path(sys.argv[1])
for write in (lambda p: p.write_bytes(b"x" * 9000), lambda p: save_file({"a": torch.zeros(5000)}, p)):
    try:
        write_whole(folder / "a", write)
    except WriteError as error:
        print("refused", error.found)
"""


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path):
    write_text(tmp_path / "a", "old")
    done = subprocess.run([sys.executable, "-c", FILL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.count(f"refused {tmp_path / 'a'}") == 2, done.stdout + done.stderr
    assert (tmp_path / "a").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_json_round_trip_and_damage(tmp_path):
    write_json(tmp_path / "a.json", {"x": [1, "見分け"]})
    assert read_json(tmp_path / "a.json") == {"x": [1, "見分け"]}
    (tmp_path / "a.json").write_text('{"x": \n nope}')
    with pytest.raises(MiwakeError, match="line 2"):
        read_json(tmp_path / "a.json")
    with pytest.raises(MiwakeError, match="cannot be read"):
        read_json(tmp_path / "b.json")
