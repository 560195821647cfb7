"""docs/watch.md is true: its examples are run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import miwake as mw
from miwake.verbs import _watched
from miwake.watching.command import PLACES
from miwake.watching.config import WatchOptions

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals")

TEXT = (Path(__file__).parents[2] / "docs" / "watch.md").read_text(encoding="utf-8")
ON, OFF = bytes([0xA0, 1, 1, 0xA2]), bytes([0xA0, 1, 0, 0xA1])


def first(place: Path) -> Path:
    return sorted((place / "toy" / "lower-left").iterdir())[0]


def block(language: str, word: str) -> str:
    (found,) = (text for text in re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S) if word in text)
    return str(found)


@pytest.fixture
def work(toy_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the page's scripts, `runs/latest.txt`, and a file for the relay."""
    for name, source in re.findall(r"^`(\w+\.py)`\n\n```python\n(.*?)^```$", TEXT, re.M | re.S):
        (tmp_path / name).write_text(source)
    assert {file.name for file in tmp_path.iterdir()} == {"relay.py", "eject.py"}
    shutil.copytree(toy_run, tmp_path / "runs" / "toy")
    (tmp_path / "runs" / "latest.txt").write_text("toy\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def arguments(line: str, **changes: str) -> tuple[list[str], WatchOptions]:
    """Words of a line of the page before its flags, and its options, with a relay that is a file."""
    words = shlex.split(line.strip())[2:]
    flags = {words[n][2:].replace("-", "_"): words[n + 1] for n in range(len(words)) if words[n].startswith("--")}
    first = next(n for n, word in enumerate(words) if word.startswith("--"))
    flags.update(changes)
    flags.pop("camera", None)
    run = flags.pop("run").replace("/dev/ttyUSB0", "relay").replace("python ", f"{shlex.quote(sys.executable)} ")
    numbers = {name: float(flags.pop(name)) for name in ("threshold", "hold_off", "run_timeout") if name in flags}
    labels = (flags.pop("labels"),)
    return words[:first], WatchOptions(run=run, labels=labels, no_drift=True, **numbers, **flags)  # type: ignore[arg-type]


def watch_until(watching, act: Callable[[], None], done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    with watching:
        for event in watching:
            if isinstance(event, mw.Happening) and event.kind == "started":
                act()
            if isinstance(event, mw.Happening) and event.kind in ("command-ended", "command-failed") and done():
                watching.stop()
            assert time.monotonic() < end


def test_the_conveyor_belt(work: Path, place: Path) -> None:
    line = block("sh", "eject.py")
    (source, run), options = arguments(line, labels="lower-left")
    assert (source, run) == ("belt/", "latest")
    Path("belt").mkdir()

    def act() -> None:
        for label in ("lower-left", "upper-right"):
            for number, name in enumerate([file.name for file in sorted((place / "toy" / label).iterdir())[:2]]):
                shutil.copy(place / "toy" / label / name, f"belt/{label}-{number}.png")

    watching = mw.watch(source, run, watching=options)
    watch_until(watching, act, lambda: len(list(Path("rejects").glob("*"))) == 2)
    assert sorted(file.name for file in Path("rejects").iterdir()) == ["lower-left-0.png", "lower-left-1.png"]
    assert sorted(file.name for file in Path("belt").iterdir()) == ["upper-right-0.png", "upper-right-1.png"]
    assert sorted(Path("relay").read_bytes()) == sorted(2 * (ON + OFF))
    assert watching.summary.failed == 0


def test_the_garden_sprinkler(work: Path, place: Path) -> None:
    cv2 = pytest.importorskip("cv2", reason="needs the extra camera: pip install 'miwake[camera]'")
    line = block("sh", "relay.py").replace("relay.py /dev/ttyUSB0 5", "relay.py /dev/ttyUSB0 0.2")
    words, options = arguments(line, labels="lower-left")
    assert words == ["latest"]
    pixels = cv2.resize(np.asarray(Image.open(first(place)))[..., ::-1].copy(), (320, 320))
    writer = cv2.VideoWriter("film.avi", cv2.VideoWriter_fourcc(*"MJPG"), 10, (320, 320))
    for number in range(60):
        pixels[:8, :8] = number
        writer.write(pixels)
    writer.release()
    watching = mw.watch("latest", camera="film.avi", watching=options)
    watch_until(watching, lambda: None, lambda: True)
    assert Path("relay").read_bytes() == ON + OFF
    assert watching.summary.commands == 1


def test_the_valve_is_closed_when_it_is_ended_early(work: Path) -> None:
    process = subprocess.Popen([sys.executable, "relay.py", "relay", "60"], stderr=subprocess.DEVNULL)
    while not (Path("relay").exists() and Path("relay").read_bytes() == ON):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    assert Path("relay").read_bytes() == ON + OFF


def test_the_example_from_python(work: Path, place: Path) -> None:
    (work / "incoming").mkdir()
    source = block("python", "mw.watch").replace("mw.watch(", "mw_watch(")

    def mw_watch(folder: str, run: str):
        options = mw.WatchOptions(existing=True)
        shutil.copy(first(place), folder)
        return mw.watch(folder, run, watching=options)

    exec(compile(source, "watch.md", "exec"), {"mw_watch": mw_watch})


def test_what_the_page_names_is_there() -> None:
    for name in re.findall(r"`--([a-z-]+)", TEXT):
        field = name.replace("-", "_")
        assert hasattr(WatchOptions(), field) or field in ("camera", "json", "lang"), name
    assert set(re.findall(r"^\| `\{(\w+)\}` \|", TEXT, re.M)) == set(PLACES)
    assert _watched.LEAST == 20
