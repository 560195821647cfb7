"""`miwake watch` with real processes: pictures come, commands run, disks fill, folders go, somebody ends it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import miwake as mw
from miwake.watching.reference import FILE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals")

NOTE = "import json, os, sys\nwith open(sys.argv[1], 'a') as file:\n    file.write(json.dumps(sys.argv[2:]) + '\\n')\n"
"""Writes down how it was called."""


class Process:
    """`miwake watch ARGUMENTS…`, running."""

    def __init__(self, *arguments: object, cwd: Path, stdout: Any = subprocess.PIPE) -> None:
        command = [sys.executable, "-m", "miwake", "watch", *map(str, arguments)]
        self.process = subprocess.Popen(command, cwd=cwd, stdout=stdout, stderr=subprocess.PIPE, text=True)

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=120)
        assert "Traceback" not in err, err
        return self.process.returncode, out, err


def until(done: Callable[[], bool], process: Process | None = None, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert process is None or process.process.poll() is None, process.process.communicate()
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def events(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def kinds(log: Path) -> list[str]:
    return [str(event["event"]) for event in events(log)]


@pytest.fixture
def work(place: Path, toy_run: Path, tmp_path: Path) -> Path:
    """A folder with `in/`, `run/` and the command `note.py`."""
    (tmp_path / "in").mkdir()
    shutil.copytree(toy_run, tmp_path / "run")
    (tmp_path / "note.py").write_text(NOTE)
    return tmp_path


def first(place: Path) -> Path:
    return sorted((place / "toy" / "lower-left").iterdir())[0]


def shot(place: Path, label: str = "lower-left", number: int = 0) -> bytes:
    return sorted((place / "toy" / label).iterdir())[number].read_bytes()


NAMES = ["-rf.png", "a b.png", "new\nline.png", "$(touch pwned).png", "`id`;.png", "{label}.png", "猫.png"]


def test_a_whole_life(work: Path, place: Path) -> None:
    """Names that would harm a shell, a file that is half written, what is no picture, a folder that goes, the end."""
    log, called = work / "log.jsonl", work / "called"
    run = f"{shlex.quote(sys.executable)} note.py called {{label}} {{path}} {{probability}}"
    process = Process(
        *("in", "run", "--run", run, "--labels", "lower-left", "--threshold", "0.6"),
        *("--log", log, "--patience", "1", "--settle", "0.3"),
        cwd=work,
    )
    until(lambda: "started" in kinds(log), process)
    for number, name in enumerate(NAMES):
        (work / "in" / name).write_bytes(shot(place, number=number))
    (work / "in" / "other.png").write_bytes(shot(place, "upper-right"))
    (work / "in" / "text.png").write_text("this is no picture, however long one waits")
    half = shot(place, number=12)
    with (work / "in" / "half.png").open("wb", buffering=0) as file:
        file.write(half[:200])
        until(lambda: kinds(log).count("answer") == len(NAMES) + 1, process)
        time.sleep(0.5)
        assert not any(event.get("path", "").endswith("half.png") for event in events(log))
        file.write(half[200:])
    until(lambda: kinds(log).count("answer") == len(NAMES) + 2 and "unreadable" in kinds(log), process)
    (work / "in").rename(work / "away")
    until(lambda: "source-gone" in kinds(log), process)
    (work / "away").rename(work / "in")
    until(lambda: "source-back" in kinds(log), process)
    until(lambda: kinds(log).count("command-ended") == len(NAMES) + 1, process)
    code, out, err = process.end()
    assert code == 0, err
    found = [json.loads(line) for line in called.read_text().splitlines()]
    assert sorted(found) == sorted(
        ["lower-left", str(work / "in" / name), next(value for label, path, value in found if path.endswith(name))]
        for name in [*NAMES, "half.png"]
    )
    assert all(0.6 <= float(value) <= 1 for _, _, value in found)
    assert not (work / "pwned").exists()
    assert not (work / "in" / "pwned").exists()
    answered = [event["path"] for event in events(log) if event["event"] == "answer"]
    assert len(answered) == len(set(answered)) == len(NAMES) + 2
    last = events(log)[-1]
    assert (last["event"], last["pictures"], last["unreadable"], last["commands"]) == ("ended", 10, 1, 8)
    lines = out.splitlines()
    assert sum("run " in line for line in lines if "%" in line) == len(NAMES) + 1
    assert "10 pictures in" in out
    assert "The command was started 8 times; 0 failed, 0 were held off." in out
    assert all(len(line) <= 80 for line in out.splitlines() + err.splitlines())
    assert "text.png: not a picture" in err
    assert "in is gone" in err


def test_commands_that_fail_or_hang_are_said_and_ended_with_the_watching(work: Path, place: Path) -> None:
    log = work / "log.jsonl"
    run = 'sh -c "case $1 in *bad*) echo it broke >&2; exit 4;; esac; echo $$ > pid; exec sleep 300" sh {path}'
    process = Process("in", "run", "--run", run, "--log", log, "--run-timeout", "300", "--lang", "ja", cwd=work)
    until(lambda: "started" in kinds(log), process)
    (work / "in" / "bad.png").write_bytes(shot(place))
    until(lambda: "command-failed" in kinds(log), process)
    (work / "in" / "slow.png").write_bytes(shot(place, number=1))
    until(lambda: (work / "pid").exists() and (work / "pid").read_text().strip() != "", process)
    pid = int((work / "pid").read_text())
    process.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert process.process.poll() is None  # it waits for the command
    code, out, err = process.end(signal.SIGTERM)
    assert code == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    failed = [event for event in events(log) if event["event"] == "command-failed"]
    assert [(event["code"], event["said"]) for event in failed] == [(4, "it broke"), (-15, "")]
    assert "bad.png のコマンドが 4 で終了しました: it broke" in err
    assert "コマンドを2回起動しました（失敗2回、見送り0回）。" in out


def test_a_process_that_is_killed_leaves_whole_lines(work: Path, place: Path) -> None:
    log = work / "log.jsonl"
    process = Process("in", "run", "--log", log, "--json", cwd=work)
    until(lambda: "started" in kinds(log), process)
    for number in range(8):
        (work / "in" / f"{number}.png").write_bytes(shot(place, number=number))
    until(lambda: kinds(log).count("answer") >= 3, process)
    process.process.kill()
    out, _ = process.process.communicate()
    assert log.read_text().endswith("\n")
    printed = [json.loads(line) for line in out.splitlines()]
    assert printed == events(log)[: len(printed)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 32 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_said_once_and_survived(work: Path, place: Path, small_disk: Path) -> None:
    """For the log, and for what is printed."""
    (small_disk / "full").write_bytes(b"x" * (32 * 1024 - 8192))
    log, called = small_disk / "log.jsonl", work / "called"
    run = f"{shlex.quote(sys.executable)} note.py {called} {{path}}"
    with (small_disk / "out").open("w") as out:
        process = Process("in", "run", "--run", run, "--log", log, cwd=work, stdout=out)
    until(lambda: "started" in kinds(log), process)
    for start in range(0, 40, 8):  # as many as there is room for commands that wait
        for number in range(start, start + 8):
            (work / "in" / f"{number}.png").write_bytes(shot(place, number=number % 20))
        until(lambda done=start + 8: called.exists() and len(called.read_text().splitlines()) == done, process)  # type: ignore[misc]
    (small_disk / "full").unlink()
    (work / "in" / "last.png").write_bytes(shot(place, number=21))
    until(lambda: any(str(event.get("path", "")).endswith("last.png") for event in events(log)), process)
    code, _, err = process.end()
    assert code == 0
    err = " ".join(err.split())
    assert err.count("cannot be written: No space left on device") == 1
    assert err.count("goes on;") == 1
    (resumed,) = [event for event in events(log) if event["event"] == "log-resumed"]
    assert resumed["lost"] > 10


def test_standard_output_on_a_full_disk_is_survived(work: Path, place: Path) -> None:
    log = work / "log.jsonl"
    with Path("/dev/full").open("w") as out:
        process = Process("in", "run", "--log", log, cwd=work, stdout=out)
    until(lambda: "started" in kinds(log), process)
    for number in range(3):
        (work / "in" / f"{number}.png").write_bytes(shot(place, number=number))
        until(lambda wanted=number + 1: kinds(log).count("answer") == wanted, process)  # type: ignore[misc]
    code, _, err = process.end()
    assert code == 0
    assert err.count("Answers cannot be printed") == 1


def seen(watching: Any, enough: Callable[[list[Any]], bool]) -> list[Any]:
    """What is seen in this process until it is enough."""
    found: list[Any] = []
    alarm = threading.Timer(120, watching.stop)
    alarm.start()
    with watching:
        for event in watching:
            found.append(event)
            if enough(found):
                watching.stop()
    alarm.cancel()
    return found


def save(file: Path, pixels: np.ndarray) -> None:
    file.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(file)


def test_dark_pictures_are_named_and_ordinary_ones_are_not(
    work: Path, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    own = sorted((place / "toy").rglob("*.png"))
    for number, file in enumerate(own):
        # as training's, but for a grey level here and there
        pixels = np.asarray(Image.open(file)).copy()
        pixels[0, 0] = number
        save(work / "plain" / f"{number:03}.png", pixels)
        save(work / "dark" / f"{number:03}.png", (pixels * 0.3).astype(np.uint8))

    def drifts(folder: str, count: int) -> tuple[list[Any], int]:
        options = mw.WatchOptions(existing=True)
        watching = mw.watch(work / folder, work / "run", watching=options)
        found = seen(watching, lambda events: sum(isinstance(event, mw.Sighting) for event in events) >= count)
        return [event for event in found if isinstance(event, mw.Happening) and event.kind == "drift"], len(found)

    assert drifts("plain", len(own))[0] == []
    assert (work / "run" / FILE).is_file()
    found, _ = drifts("dark", len(own))
    assert ("brightness", "low") in [(event.facts["measure"], event.facts["side"]) for event in found]
    assert "Looking at the training pictures" not in capsys.readouterr().err.split("Looking", 1)[0]


def test_without_the_training_pictures_it_is_said_and_gone_without(work: Path, place: Path, miwake) -> None:
    config = json.loads((work / "run" / "config.json").read_text())
    config["request"]["data"] = str(work / "nowhere")
    (work / "run" / "config.json").write_text(json.dumps(config))
    watching = mw.watch(work / "in", work / "run")
    assert watching.drift is None
    assert [note.key for note in watching.notes] == ["watch.reference.gone"]
    watching.close()


def test_what_was_found_of_the_training_pictures_goes_with_the_run(
    work: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    mw.watch(work / "in", work / "run").close()
    config = json.loads((work / "run" / "config.json").read_text())
    config["request"]["data"] = str(work / "nowhere")
    (work / "run" / "config.json").write_text(json.dumps(config))
    watching = mw.watch(work / "in", work / "run")
    assert watching.drift is not None
    assert [note.key for note in watching.notes] == ["watch.reference"]
    watching.close()
    (work / "run" / FILE).write_bytes(b"damaged")
    watching = mw.watch(work / "in", work / "run")
    assert watching.drift is None
    watching.close()


def test_of_imagenet_there_are_no_training_pictures(work: Path) -> None:
    watching = mw.watch(work / "in", "imagenet")
    assert [note.key for note in watching.notes] == ["watch.reference.none"]
    watching.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("in",), "RUN is missing"),
        (("nowhere", "run"), "There is no folder nowhere"),
        (("in", "run", "--camera", "0"), "both a folder and a camera"),
        (("in", "run", "--labels", "cat"), "--run, too"),
        (("in", "run", "--run", "true", "--labels", "lower-lfet"), "Did you mean 'lower-left'"),
        (("in", "run", "--run", "true", "--threshold", "2"), "0 to 1"),
        (("in", "run", "--run", "no-such-program"), "which is not there"),
        (("in", "run", "--interval", "-1"), "--interval is -1"),
        (("in", "run", "--run-timeout", "0"), "more than 0"),
        (("in", "run", "--log", "in"), "cannot be written to"),
        (("in", "run", "--log", "run/config.json"), "would be damaged"),
        (("in", "run", "--keep", "kept"), "--camera and --run"),
        (("run", "--camera", "0", "--run", "true {path}"), "add --keep"),
        (("in", "run", "--thershold", "1"), "Did you mean --threshold"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], said: str, work: Path, miwake) -> None:
    ended = miwake("watch", *arguments, cwd=work)
    assert ended.code == 2
    assert said in ended.err


def test_a_camera_runs_a_command_and_keeps_its_picture(
    work: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cv2 = pytest.importorskip("cv2", reason="needs the extra camera: pip install 'miwake[camera]'")
    pixels = np.asarray(Image.open(first(place)))
    writer = cv2.VideoWriter(str(work / "film.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 10, (480, 480))
    for number in range(40):
        frame = np.repeat(np.repeat(pixels, 480 // len(pixels), 0), 480 // len(pixels), 1)[:480, :480, ::-1].copy()
        frame = cv2.resize(frame, (480, 480))
        frame[:8, :8] = number
        writer.write(frame)
    writer.release()
    monkeypatch.chdir(work)
    run = f"{shlex.quote(sys.executable)} note.py called {{label}} {{path}}"
    options = mw.WatchOptions(run=run, every=0, keep="kept", hold_off=1000)
    watching = mw.watch("run", camera="film.avi", watching=options)
    found = seen(watching, lambda events: sum(isinstance(event, mw.Sighting) for event in events) >= 3)
    sightings = [event for event in found if isinstance(event, mw.Sighting)]
    assert [event.acted for event in sightings[:3]] == ["started", "held", "held"]
    assert sightings[0].answer.label == "lower-left"
    ((label, path),) = [json.loads(line) for line in Path("called").read_text().splitlines()]
    assert (label, Path(path).parent) == ("lower-left", work / "kept")
    # the picture that was kept is the one that was answered
    (again,) = mw.predict("run", [path])
    assert again.probabilities == pytest.approx(sightings[0].answer.probabilities, abs=1e-6)


@pytest.mark.long
def test_an_anomaly_detector_is_watched_with(tmp_path: Path, miwake) -> None:
    from miwake.data import mvtec

    (tmp_path / "parts").mkdir()
    data = mvtec.toy(tmp_path / "parts")
    quick = ("--threads", "1", "--precision", "fp32", "--device", "cpu", "--image-size", "64")
    ended = miwake("train", data, "--out", tmp_path / "run", "--false-alarms", "1/20", *quick)
    assert ended.code == 0, ended.err
    (tmp_path / "in").mkdir()
    bad = next(file for file in sorted(Path(data).rglob("*.png")) if "scratch" in file.parts)
    shutil.copy(bad, tmp_path / "in" / "part.png")
    options = mw.WatchOptions(existing=True, run="true {label}", labels=("defect",), threshold=0.9)
    watching = mw.watch(tmp_path / "in", tmp_path / "run", watching=options)
    found = seen(watching, lambda events: any(isinstance(event, mw.Sighting) for event in events))
    (sighting,) = [event for event in found if isinstance(event, mw.Sighting)]
    assert isinstance(sighting.answer, mw.Oddity)
    assert (sighting.answer.label, sighting.acted) == ("defect", "started")
    # places are those of the picture, as predict gives them
    (same,) = mw.predict(tmp_path / "run", [bad])
    assert sighting.answer.regions == same.regions
