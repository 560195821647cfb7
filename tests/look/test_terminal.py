from __future__ import annotations

import io
import subprocess
import sys

import pytest

from miwake.look.terminal import WIDTH, progress, say, table
from miwake.look.text import cells


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_say_wraps_and_obeys_nothing() -> None:
    out = io.StringIO()
    say("word " * 40 + "[red]class[/red] \x1b[31m :smile:", file=out)
    text = out.getvalue()
    assert all(cells(line) <= WIDTH for line in text.splitlines())
    assert "[red]class[/red]" in text
    assert ":smile:" in text
    assert "\x1b" not in text
    assert "\\x1b[31m" in text


def test_say_keeps_lines_and_long_paths() -> None:
    out = io.StringIO()
    path = "/photos/" + "x" * 120
    say(f"one\n\n  two {path}", file=out)
    assert out.getvalue() == f"one\n\n  two\n{path}\n"


def test_colour_only_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain, terminal = io.StringIO(), Terminal()
    say("important", bold=True, file=plain)
    say("important", bold=True, file=terminal)
    assert plain.getvalue() == "important\n"
    assert "\x1b[1m" in terminal.getvalue()


def test_a_table_fits_and_aligns_numbers() -> None:
    out = io.StringIO()
    rows = [["accuracy", "98.6%", "97.0–99.3%"], ["a" * 90, "–", "9–10%"]]
    table(rows, header=["figure", "value", "interval"], file=out)
    lines = out.getvalue().splitlines()
    assert all(cells(line) <= WIDTH for line in lines)
    assert len(lines) == 3
    assert "…" in lines[2]
    end = lines[1].index("98.6%") + len("98.6%")
    assert lines[2][end - 1] == "–"
    assert lines[0][:end].endswith("value")


def test_tables_without_a_head_or_rows() -> None:
    out = io.StringIO()
    table([["model", "small"], ["bad [name]", "\x1b"]], file=out)
    assert out.getvalue().splitlines()[1].split() == ["bad", "[name]", "\\x1b"]
    table([], file=out)


def test_progress_without_a_terminal_is_seldom_and_whole_lines() -> None:
    out, clock = io.StringIO(), Clock()
    with progress(100, "Training", file=out, clock=clock) as line:
        for done in range(101):
            clock.now = float(done)
            line.update(done, f"loss {1 / (done + 1):.2f}")
    lines = out.getvalue().splitlines()
    assert lines[0] == "Training: 30%, 1 min 10 s left, loss 0.03"
    assert lines[-1] == "Training: done in 1 min 40 s, loss 0.01"
    assert len(lines) == 4
    assert "\r" not in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_progress_in_japanese() -> None:
    out, clock = io.StringIO(), Clock()
    with progress(2, "学習", language="ja", file=out, clock=clock) as line:
        clock.now = 40
        line.update(1, "損失0.5")
        clock.now = 90
    assert out.getvalue().splitlines() == ["学習：50%、残り40秒、損失0.5", "学習：1分30秒で完了、損失0.5"]


def test_progress_in_a_terminal_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    out, clock = Terminal(), Clock()
    with progress(10, "Training", file=out, clock=clock) as line:
        for done in range(11):
            clock.now = float(done)
            line.update(done, "loss 0.5")
    text = out.getvalue()
    assert text.count("\n") == 1
    assert "100%" in text
    assert "loss 0.5" in text


def test_a_failure_is_not_reported_as_done() -> None:
    out = io.StringIO()
    with pytest.raises(RuntimeError), progress(10, "Training", file=out):
        raise RuntimeError
    assert "done" not in out.getvalue()


def test_nothing_to_do_is_done() -> None:
    out, clock = io.StringIO(), Clock()
    with progress(0, "Reading", file=out, clock=clock) as line:
        clock.now = 100.0
        line.update(0)
    assert "100%" in out.getvalue()


def test_names_that_the_encoding_lacks_do_not_stop_anything() -> None:
    code = "from miwake.look.terminal import say, table; say('見分け caf\\udce9'); table([['見', '1']])"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONIOENCODING": "ascii", "PATH": ""}, capture_output=True, check=True
    )
    assert done.stdout.isascii()
    assert b"\\u898b" in done.stdout


def test_the_room_loads_without_torch() -> None:
    code = (
        "import sys, pkgutil, importlib, miwake.look\n"
        "for m in pkgutil.iter_modules(miwake.look.__path__): importlib.import_module('miwake.look.' + m.name)\n"
        "assert 'torch' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_time_left_counts_from_where_a_run_goes_on() -> None:
    now, file = [0.0], io.StringIO()
    with progress(100, "Training", file=file, clock=lambda: now[0]) as line:
        line.update(70)  # a checkpoint was that far
        now[0] = 60.0
        line.update(80)
        now[0] = 60.5
    assert file.getvalue().splitlines()[0] == "Training: 80%, 2 min 00 s left"


def test_what_is_brief_or_was_stopped_is_not_called_done() -> None:
    now, out = [0.0], io.StringIO()
    for seconds, stopped in ((0.5, False), (2.0, False), (2.0, True)):
        with progress(3, "Reading", file=out, brief=True, clock=lambda: now[0]) as line:
            line.update(3)
            now[0] += seconds
            if stopped:
                line.stopped()
    assert out.getvalue().splitlines() == ["Reading: done in 2.0 s"]
