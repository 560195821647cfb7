"""The log: bounded, whole lines, and a full disk is survived."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from miwake.errors import UsageError
from miwake.watching.log import Log


def lines(file: Path) -> list[dict[str, object]]:
    text = file.read_text(encoding="ascii")
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_it_is_bounded_and_no_line_is_divided(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", limit=1000, files=2)
    for number in range(200):
        assert log.add({"number": number, "text": "あ\n\udcff"})
    log.close()
    files = [tmp_path / name for name in ("log.2", "log.1", "log")]
    assert set(tmp_path.iterdir()) == set(files)
    found = [line["number"] for file in files for line in lines(file)]
    assert found == list(range(200 - len(found), 200))
    assert all(900 < file.stat().st_size <= 1000 for file in files[:2])


def test_without_old_logs_it_begins_anew(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", limit=1000, files=0)
    for number in range(100):
        log.add({"number": number})
    log.close()
    assert [file.name for file in tmp_path.iterdir()] == ["log"]
    assert lines(tmp_path / "log")[-1] == {"number": 99}


def test_it_goes_on_with_what_is_there_and_where_it_was_taken_away(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"old": 1}\n')
    log = Log(tmp_path / "log", limit=1000, files=2)
    log.add({"new": 1})
    (tmp_path / "log").rename(tmp_path / "taken")
    log.add({"new": 2})
    log.close()
    assert lines(tmp_path / "taken") == [{"old": 1}, {"new": 1}]
    assert lines(tmp_path / "log") == [{"new": 2}]


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--log"):
        Log(tmp_path, limit=1000, files=2)


def test_a_full_disk_is_survived(small_disk: Path) -> None:
    log = Log(small_disk / "log", limit=10_000_000, files=2)
    said = [log.add({"number": number, "text": "x" * 1000}) for number in range(100)]
    kept = said.index(False)
    assert not any(said[kept:])
    assert log.lost == 100 - kept
    assert log.reason == os.strerror(28)
    assert [line["number"] for line in lines(small_disk / "log")] == list(range(kept))
    os.truncate(small_disk / "log", 0)  # somebody makes room
    assert log.add({"number": 100})
    assert lines(small_disk / "log") == [
        {"time": None, "event": "log-resumed", "lost": 100 - kept},
        {"number": 100},
    ]
    log.close()


def test_a_line_that_the_system_takes_a_part_of_is_taken_back(tmp_path: Path) -> None:
    """By the limit on the size of a file, which needs no rights."""
    code = (
        "import resource, sys; from pathlib import Path; from miwake.watching.log import Log\n"
        "log = Log(Path(sys.argv[1]), limit=10**9, files=1)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))\n"
        "print([log.add({'number': n, 'text': 'x' * 300}) for n in range(30)].count(True), log.lost)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, resource.RLIM_INFINITY))\n"
        "print(log.add({'number': 30}))\n"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "log"], capture_output=True, text=True, check=True)
    kept, lost, well = done.stdout.split()
    found = lines(tmp_path / "log")
    assert well == "True"
    assert int(kept) + int(lost) == 30
    assert int(kept) > 5
    assert [line.get("number") for line in found] == [*range(int(kept)), None, 30]
