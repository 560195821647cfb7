"""Commands run beside the watching: real ones, which fail, hang, talk and leave children behind."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from miwake.watching import running
from miwake.watching.command import parse
from miwake.watching.running import Ended, Runner

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals")


def runner(text: str, *, hold_off: float = 0.0, timeout: float = 20.0, clock=time.monotonic) -> Runner:
    return Runner(parse(text), hold_off=hold_off, timeout=timeout, ended=lambda: None, clock=clock)


def wait(of: Runner, count: int = 1) -> list[Ended]:
    found: list[Ended] = []
    end = time.monotonic() + 30
    while len(found) < count and time.monotonic() < end:
        found += of.ended()
        time.sleep(0.01)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs, and is not one that has ended and nobody asked about."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2] != "Z"
    except OSError:
        return False


def test_a_command_that_fails_says_why() -> None:
    of = runner("sh -c 'echo first; echo it broke >&2; exit 3'")
    assert of.start("cat", "/x", 0.9) == "started"
    (ended,) = wait(of)
    assert (ended.code, ended.well, ended.label, ended.path) == (3, False, "cat", "/x")
    assert ended.said.splitlines()[-1] == "it broke"


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """Also what does not listen to being asked."""
    script = f"trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > {tmp_path}/child; sleep 60' & sleep 60; sleep 60"
    of = runner(f"sh -c {shlex.quote(script)}", timeout=0.5)
    of.start("cat", "/x", 0.9)
    (ended,) = wait(of)
    assert ended.timed_out
    assert not ended.well
    pid = int((tmp_path / "child").read_text())
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert not alive(pid)


def test_what_a_command_leaves_behind_is_not_waited_for() -> None:
    of = runner("sh -c 'sleep 30 & echo done'")
    began = time.monotonic()
    of.start("cat", "/x", 0.9)
    (ended,) = wait(of)
    assert (ended.code, ended.said) == (0, "done")
    assert time.monotonic() - began < 20


def test_only_the_end_of_much_output_is_kept() -> None:
    of = runner(f'{shlex.quote(sys.executable)} -c \'print("x" * 5_000_000); print("the end")\'')
    of.start("cat", "/x", 0.9)
    (ended,) = wait(of)
    assert len(ended.said) <= running._TAIL
    assert ended.said.endswith("the end")


def test_a_start_holds_the_next_off() -> None:
    now = [0.0]
    of = runner("true", hold_off=30, clock=lambda: now[0])
    assert of.start("cat", "/x", 0.9) == "started"
    now[0] = 29.9
    assert of.start("cat", "/x", 0.9) == "held"
    now[0] = 30.0
    assert of.start("cat", "/x", 0.9) == "started"
    assert len(wait(of, 2)) == 2


def test_there_is_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 2)
    of = runner("sleep 30")
    assert [of.start("cat", "/x", 0.9) for _ in range(3)] == ["started", "started", "busy"]
    of.finish(lambda: True)
    assert len(of.ended()) == 2


def test_the_end_waits_for_what_is_under_way() -> None:
    of = runner("sleep 0.3")
    of.start("cat", "/x", 0.9)
    of.finish(lambda: False)
    (ended,) = of.ended()
    assert ended.well


def test_what_cannot_be_started_is_told() -> None:
    of = runner("true {path}")
    assert of.start("cat", "x" * 10_000_000, 0.9) == "failed"
    (ended,) = of.ended()
    assert ended.code is None
    assert "too long" in ended.said
