"""What a flag lets a verb write destroys nothing that was there: pictures, tables, runs, devices."""

from __future__ import annotations

import csv
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from miwake.run import read_table


@pytest.fixture
def here(place, toy_run, tmp_path, monkeypatch) -> Path:
    """A folder of one's own: `toy/` with pictures, `labels.csv` about them, `run/`."""
    shutil.copytree(place / "toy", tmp_path / "toy")
    shutil.copytree(toy_run, tmp_path / "run")
    files = sorted((tmp_path / "toy").rglob("*.png"))
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "label"), *((file, file.parent.name) for file in files)])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def content(*folders: str) -> dict[Path, bytes]:
    return {path: path.read_bytes() for folder in folders for path in Path(folder).rglob("*") if path.is_file()}


def test_drawn_pictures_go_beside_the_originals_and_never_over_them(here, miwake):
    Path("flat").mkdir()
    for path in sorted(Path("toy").rglob("*.png"))[:4]:
        shutil.copy(path, Path("flat", path.name))
    before = content("flat")
    for folder in ("flat", "../" + here.name + "/flat"):
        assert miwake("predict", "run", "flat", "--pictures", folder).code == 0
        assert {path: content("flat")[path] for path in before} == before
        assert len(content("flat")) == 8
        for path in content("flat").keys() - before.keys():
            path.unlink()
    Path("link").symlink_to("flat")
    assert miwake("predict", "run", "flat", "--pictures", "link").code == 0
    assert {path: content("flat")[path] for path in before} == before


def test_drawn_mistakes_never_go_over_the_pictures_that_are_judged(here, miwake):
    for name in ("lower-left", "lower-right"):  # labels that are wrong on purpose
        Path("data", name).mkdir(parents=True)
        for row, path in enumerate(sorted(Path("toy", name.replace("lower", "upper")).iterdir())):
            shutil.copy(path, Path("data", name, f"{path.stem}.png"))
            shutil.copy(path, Path("data", name, f"{path.stem}-{2 * row}.png"))
            shutil.copy(path, Path("data", name, f"{path.stem}-{2 * row + 1}.png"))
    before = content("data")
    assert miwake("evaluate", "run", "data", "--pictures", "data").code == 0
    after = content("data")
    assert len(after) > len(before)
    assert {path: after[path] for path in before} == before


@pytest.mark.parametrize(
    "line",
    [
        "evaluate run labels.csv --csv labels.csv",
        "evaluate run labels.csv --csv link.csv",
        "evaluate run toy --csv toy/lower-left/000.png",
        "evaluate run toy --taxonomy coarse.csv --csv coarse.csv",
        "evaluate run toy --cost costs.csv --csv costs.csv",
        "evaluate run --csv run/predictions.csv",
        "evaluate run --csv run/checkpoint/last.pt",
        "evaluate run toy --csv run/config.json",
        "evaluate sorter.safetensors toy --csv sorter.safetensors",
        "predict run toy --csv run/metrics.csv",
        "predict run toy --csv to-run/split.csv",
        "predict run toy --csv toy/lower-left/000.png",
        "predict sorter.safetensors toy --csv sorter.safetensors",
    ],
)
def test_a_table_never_goes_over_what_is_read_nor_into_a_run(here, miwake, line):
    Path("link.csv").symlink_to("labels.csv")
    Path("to-run").symlink_to("run")
    shutil.copy("run/model.safetensors", "sorter.safetensors")
    names = sorted(path.name for path in Path("toy").iterdir())
    Path("coarse.csv").write_text("fine,coarse\n" + "".join(f"{name},{name[0]}\n" for name in names))
    Path("costs.csv").write_text(
        "," + ",".join(names) + "\n" + "".join(f"{a},{','.join('01'[a != b] for b in names)}\n" for a in names)
    )
    before = content(".")
    ended = miwake(*line.split())
    assert ended.code == 2, ended.out + ended.err
    assert "--csv " + line.split()[-1] in ended.err
    assert "What to do: name another file" in ended.err
    assert ended.out == ""
    assert content(".") == before


def test_a_table_may_lie_beside_the_files_of_a_run(here, miwake):
    assert miwake("evaluate", "run", "--csv", "run/mine.csv").code == 0
    assert len(read_table(here / "run" / "mine.csv")) == 15
    # and be written anew
    assert miwake("evaluate", "run", "--csv", "run/mine.csv").code == 0


def test_the_folder_of_a_table_is_made(here, miwake):
    for number, arguments in enumerate((("predict", "run", "toy/lower-left"), ("evaluate", "run"))):
        assert miwake(*arguments, "--csv", f"new/{number}/a.csv").code == 0
        assert len(read_table(here / f"new/{number}/a.csv")) > 10


@pytest.mark.parametrize("arguments", [("predict", "run", "toy/lower-left"), ("evaluate", "run")])
def test_a_pipe_is_written_to_and_stays_one(here, miwake, arguments):
    os.mkfifo("pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.extend(Path("pipe").read_text().splitlines()))
    reader.start()
    ended = miwake(*arguments, "--csv", "pipe")
    reader.join(60)
    assert ended.code == 0, ended.err
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)
    assert read[0].startswith("path,")
    assert len(read) > 10


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [("predict", "run", "toy/lower-left"), ("evaluate", "run")])
def test_a_device_that_is_full_is_said(here, miwake, arguments):
    # through a link of one's own, so that a mistake does no harm to the machine
    Path("full").symlink_to("/dev/full")
    ended = miwake(*arguments, "--csv", "full")
    assert ended.code == 2
    assert "full could not be written: No space left" in ended.err
    assert Path("full").is_symlink()


def test_a_place_that_cannot_be_written_to_is_said_before_the_first_answer(here, miwake):
    Path("taken").mkdir()
    ended = miwake("predict", "run", "toy", "--csv", "taken")
    assert ended.code == 2
    assert ended.out == ""


def test_what_was_answered_is_kept_when_the_reader_has_seen_enough(here):
    line = f"{sys.executable} -u -m miwake predict run toy --csv a.csv | head -1"
    ended = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert 1 <= len(read_table(here / "a.csv")) <= 96
    assert not list(here.glob(".a.csv*"))


def test_rows_are_written_as_they_come(here):
    """No more than what is answered at the moment is held."""
    from miwake.verbs.predict import predict

    shutil.copytree("toy", "again")
    answers = predict("run", ["toy", "again"], csv="a.csv")
    stream = iter(answers)
    next(stream)
    (growing,) = here.glob(".a.csv*")
    assert not Path("a.csv").exists()
    for _ in range(180):
        next(stream)
    assert growing.stat().st_size > 0
    stream.close()
    assert len(read_table(here / "a.csv")) == 181
    assert not growing.exists()


def test_answers_that_nobody_asks_for_leave_nothing(here):
    from miwake.verbs.predict import predict

    Path("a.csv").write_text("of old\n")
    answers = predict("run", ["toy"], csv="a.csv")
    del answers
    assert Path("a.csv").read_text() == "of old\n"
    assert not list(here.glob(".a.csv*"))
