"""`miwake train`, as its user sees it."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from miwake import Run, open_run
from miwake.data.toy import toy_pictures
from miwake.run import read_header, read_table
from miwake.training.plan import settle

SMALL = ("--model", "small", "--threads", "1", "--precision", "fp32", "--device", "cpu")


def write_toy(folder: Path, *, each: int = 24) -> list[tuple[str, str]]:
    """Toy pictures in one folder; their paths and labels."""
    pictures, targets, classes = toy_pictures(each)
    (folder / "pictures").mkdir(parents=True)
    rows = []
    for number, (picture, target) in enumerate(zip(pictures, targets, strict=True)):
        name = f"pictures/{number:03}.png"
        Image.fromarray(picture).save(folder / name)
        rows.append((name, classes[target]))
    return rows


def write_table(file: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


# -- the run folder ------------------------------------------------------------------------------------------------


def test_a_run_has_all_that_it_promises(toy_run):
    names = {path.name for path in toy_run.iterdir()}
    assert names == {
        *("model.safetensors", "config.json", "split.csv", "metrics.csv", "predictions.csv"),
        *("evaluation.json", "environment.json", "report.html", "checkpoint"),
    }
    run = Run(toy_run)
    config = run.config()
    assert config["finished"] is True
    assert config["request"]["training"]["epochs"] == config["chosen"]["recipe"]["epochs"] == 8
    assert config["chosen"]["architecture"] == "small"
    assert len(run.history()) == 8
    assert set(run.evaluation()) == {"val", "test"}
    assert run.evaluation()["test"]["accuracy"]["value"] > 0.8
    assert run.environment()["versions"]["miwake"]
    header = run.header()
    assert header.settings["classes"] == ["lower-left", "lower-right", "upper-left", "upper-right"]
    assert header.data["pictures"] == 96
    assert header.calibration["temperature"] > 0
    assert not list(toy_run.rglob("*.part"))


def test_the_split_is_written_down_and_no_picture_is_in_two(toy_run):
    rows = read_table(toy_run / "split.csv")
    assert len(rows) == len({row["path"] for row in rows}) == 96
    counts = {name: sum(row["split"] == name for row in rows) for name in ("train", "val", "test")}
    assert counts == {"train": 67, "val": 14, "test": 15}
    judged = {row["path"]: row["split"] for row in read_table(toy_run / "predictions.csv")}
    assert judged == {row["path"]: row["split"] for row in rows if row["split"] != "train"}


def test_the_newest_run_is_the_latest(place, toy_run, monkeypatch):
    monkeypatch.chdir(place)
    assert open_run("latest").folder.resolve() == toy_run.resolve()


def test_what_is_said(place, tmp_path, miwake):
    ended = miwake("train", place / "toy", *SMALL, "--epochs", "1", "--out", tmp_path / "run")
    assert ended.code == 0
    words = " ".join(ended.out.split())
    for said in ("96 pictures, 4 classes", "Read by folder", "Training 67; validation 14; test 15", "Plan: small"):
        assert said in words
    for said in ("Accuracy", "95% interval", "Baseline", "report.html", "miwake predict"):
        assert said in words
    assert "Training: done" in ended.err
    unbroken = [line for line in ended.out.splitlines() if str(tmp_path) not in line]
    assert all(len(line) <= 80 for line in unbroken)


def test_the_same_seed_gives_the_same_weights(place, toy_run, tmp_path, miwake):
    quick = ("--model", "small", "--epochs", "8", "--threads", "1", "--precision", "fp32")
    for seed in (0, 1):
        ended = miwake("train", place / "toy", *quick, "--seed", seed, "--out", tmp_path / str(seed))
        assert ended.code == 0
    one = (toy_run / "metrics.csv").read_text().splitlines()
    other = (tmp_path / "0" / "metrics.csv").read_text().splitlines()
    assert [line.rsplit(",", 1)[0] for line in one] == [line.rsplit(",", 1)[0] for line in other]
    assert read_table(tmp_path / "1" / "split.csv") != read_table(tmp_path / "0" / "split.csv")


def test_a_run_is_found_again_from_any_folder(toy_run, tmp_path, monkeypatch, miwake):
    """It was trained on `toy`, as seen from the folder where that lay."""
    monkeypatch.chdir(tmp_path)
    assert miwake("evaluate", toy_run).code == 0
    ended = miwake("train", "--resume", toy_run)
    assert ended.code == 0
    assert "is finished" in " ".join(ended.out.split())


def test_a_run_whose_pictures_have_changed(place, toy_run, tmp_path, miwake):
    shutil.copytree(place / "toy", tmp_path / "toy")
    shutil.copytree(toy_run, tmp_path / "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    config["request"]["data"] = str(tmp_path / "toy")
    (tmp_path / "run" / "config.json").write_text(json.dumps(config))
    assert miwake("evaluate", tmp_path / "run").code == 0
    (tmp_path / "toy" / "lower-left" / "000.png").unlink()
    ended = miwake("evaluate", tmp_path / "run")
    assert ended.code == 3
    assert "lower-left/000.png" in ended.err


@pytest.mark.parametrize("damage", ["{}", '{"request": {"data_options": {"val": 7}}, "chosen": null}', "nothing"])
def test_a_damaged_run_is_named(toy_run, tmp_path, miwake, damage):
    shutil.copytree(toy_run, tmp_path / "run")
    (tmp_path / "run" / "config.json").write_text(damage)
    for arguments in (("train", "--resume", tmp_path / "run"), ("evaluate", tmp_path / "run")):
        assert miwake(*arguments).code in (2, 3)


def test_a_run_of_another_version(toy_run, tmp_path, miwake):
    shutil.copytree(toy_run, tmp_path / "run")
    config = json.loads((toy_run / "config.json").read_text()) | {"finished": False}
    config["chosen"]["recipe"]["colour"] = "blue"
    (tmp_path / "run" / "config.json").write_text(json.dumps(config))
    ended = miwake("train", "--resume", tmp_path / "run")
    assert ended.code == 2
    assert "another version" in ended.err


# -- bad pictures --------------------------------------------------------------------------------------------------


@pytest.fixture
def spoilt(place, tmp_path) -> Path:
    """The toy pictures and four that cannot be read."""
    folder = tmp_path / "toy"
    shutil.copytree(place / "toy", folder)
    whole = (folder / "lower-left" / "000.png").read_bytes()
    (folder / "lower-left" / "empty.png").touch()
    (folder / "lower-right" / "text.jpg").write_text("a text that somebody has named like a picture")
    (folder / "upper-left" / "half.png").write_bytes(whole[: len(whole) // 2])
    (folder / "upper-right" / "icon.ico").write_bytes(b"\0\0\1\0\1\0" + bytes(40))
    return folder


BAD = ("empty.png", "text.jpg", "half.png", "icon.ico")


def test_bad_pictures_are_listed_and_stop_it(spoilt, tmp_path, miwake):
    ended = miwake("train", spoilt, *SMALL, "--epochs", "1", "--out", tmp_path / "run")
    assert ended.code == 3
    assert "4 pictures cannot be used" in ended.err
    assert "--skip-bad" in ended.err
    assert all(name in ended.err for name in BAD)
    assert not (tmp_path / "run").exists()


def test_bad_pictures_are_left_out_where_asked(spoilt, tmp_path, miwake):
    ended = miwake("train", spoilt, *SMALL, "--epochs", "1", "--skip-bad", "--out", tmp_path / "run")
    assert ended.code == 0, ended.err
    rows = read_table(tmp_path / "run" / "split.csv")
    assert {Path(row["path"]).name for row in rows if not row["split"]} == set(BAD)
    assert len(read_table(tmp_path / "run" / "predictions.csv")) < 40
    assert miwake("evaluate", tmp_path / "run").code == 0
    # on other data it is the user who says so
    assert miwake("evaluate", tmp_path / "run", spoilt).code == 3
    assert miwake("evaluate", tmp_path / "run", spoilt, "--skip-bad").code == 0


# -- kinds of data -------------------------------------------------------------------------------------------------


def test_several_labels_end_to_end(tmp_path, miwake):
    rows = []
    for name, label in write_toy(tmp_path):
        upper, left = label.split("-")
        rows.append((name, f"{upper};{left}" if int(name[9:12]) % 10 else ""))
    write_table(tmp_path / "labels.csv", ("path", "label"), rows)
    run = tmp_path / "run"
    ended = miwake("train", tmp_path / "labels.csv", *SMALL, "--epochs", "3", "--out", run)
    assert ended.code == 0, ended.err
    assert "several labels" in " ".join(ended.out.split())
    header = read_header(run / "model.safetensors")
    assert header.settings["multilabel"] is True
    assert header.settings["classes"] == ["left", "lower", "right", "upper"]
    for row in read_table(run / "predictions.csv"):
        shares = {name: float(row[f"p:{name}"]) for name in header.settings["classes"]}
        # each for itself: they need not add up to one
        assert row["label"] == ";".join(name for name, share in shares.items() if share > 0.5)
    ended = miwake("predict", run, tmp_path / "pictures", "--json", "--pictures", tmp_path / "drawn")
    assert ended.code == 0
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert len(answers) == 96
    assert len(list((tmp_path / "drawn").iterdir())) == 96
    assert miwake("evaluate", run, tmp_path / "labels.csv", "--cost", "miss=5,false-alarm=1").code == 0
    # one label a picture is judged as well by what knows several
    write_table(tmp_path / "one.csv", ("path", "label"), [(name, label.split(";")[0]) for name, label in rows if label])
    assert miwake("evaluate", run, tmp_path / "one.csv").code == 0


def test_groups_stay_together(tmp_path, miwake):
    rows = [(name, label, f"p{number // 6}") for number, (name, label) in enumerate(write_toy(tmp_path))]
    write_table(tmp_path / "all.csv", ("path", "label", "patient"), rows)
    run = tmp_path / "run"
    ended = miwake("train", tmp_path / "all.csv", *SMALL, "--epochs", "1", "--group", "patient", "--out", run)
    assert ended.code == 0, ended.err
    splits: dict[str, set[str]] = {}
    for row in read_table(run / "split.csv"):
        splits.setdefault(row["group"], set()).add(row["split"])
    assert len(splits) == 16
    assert all(len(found) == 1 for found in splits.values())
    assert Run(run).evaluation()["test"]["groups"] >= 2


def test_classes_that_are_uneven_are_said(tmp_path, miwake):
    rows = [row for number, row in enumerate(write_toy(tmp_path)) if row[1] != "upper-left" or number % 16 == 2]
    write_table(tmp_path / "all.csv", ("path", "label"), rows)
    ended = miwake("train", tmp_path / "all.csv", *SMALL, "--epochs", "1", "--out", tmp_path / "run")
    assert ended.code == 0, ended.err
    assert "Classes are uneven" in " ".join(ended.out.split())
    weights = read_header(tmp_path / "run" / "model.safetensors").settings["class_weights"]
    assert weights[2] > 2 * max(weights[0], weights[1], weights[3])


def test_costs_move_the_answers_and_i_dont_know_is_one(place, tmp_path, miwake):
    costs = ("--cost", "miss=50,false-alarm=1", "--positive", "lower-left", "--unknown-cost", "0.02")
    run = tmp_path / "run"
    assert miwake("train", place / "toy", *SMALL, "--epochs", "2", *costs, "--out", run).code == 0
    decision = read_header(run / "model.safetensors").decision
    assert decision["positive"] == ["lower-left"]
    assert decision["costs"][0] == [0.0, 50.0, 50.0, 50.0]
    ended = miwake("predict", run, place / "toy", "--json")
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert any(answer["label"] is None for answer in answers)
    assert "I don't know" in miwake("predict", run, place / "toy").out
    for answer in answers:
        if answer["label"] not in (None, "lower-left"):
            assert answer["probabilities"]["lower-left"] < 0.03
    assert Run(run).evaluation()["test"]["decision"] is not None


def test_a_taxonomy_sums_classes(place, tmp_path, miwake):
    write_table(
        tmp_path / "coarse.csv",
        ("fine", "coarse"),
        [(f"{row}-{column}", row) for row in ("lower", "upper") for column in ("left", "right")],
    )
    run = tmp_path / "run"
    ended = miwake("train", place / "toy", *SMALL, "--epochs", "1", "--taxonomy", tmp_path / "coarse.csv", "--out", run)
    assert ended.code == 0, ended.err
    found = Run(run).evaluation()["test"]
    assert found["taxonomy"]["classes"] == ["lower", "upper"]


def test_nine_planes_from_end_to_end(tmp_path, miwake):
    from miwake.data import cifar

    (tmp_path / "nine").mkdir()
    data, run = cifar.toy(tmp_path / "nine"), tmp_path / "run"
    ended = miwake("train", data, *SMALL, "--epochs", "30", "--out", run)
    assert ended.code == 0, ended.err
    assert read_header(run / "model.safetensors").preprocessing.channels == 9
    assert Run(run).evaluation()["test"]["accuracy"]["value"] > 0.8
    assert miwake("evaluate", run, data).code == 0
    ended = miwake("predict", run, tmp_path)
    assert ended.code in (2, 3)


# -- too little time for the usual network --------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "taken"), [("auto", "small-slim"), ("small", "small")])
def test_a_slimmer_network_where_the_usual_one_is_too_slow(place, tmp_path, miwake, monkeypatch, model, taken):
    planned = []

    def slow(job, training, **more):
        planned.append(job)
        return replace(settle(job, training, **more), short=True)

    monkeypatch.setattr("miwake.verbs._training.settle", slow)
    flags = ("--epochs", "1", "--threads", "1", "--precision", "fp32", "--starting-weights", "none", "--model", model)
    ended = miwake("train", place / "toy", *flags, "--out", tmp_path / "run")
    assert ended.code == 0, ended.err
    assert read_header(tmp_path / "run" / "model.safetensors").architecture == taken
    assert ("so small-slim was taken" in " ".join(ended.out.split())) == (model == "auto")
    assert len(planned) == (2 if model == "auto" else 1)


# -- starting from a run -------------------------------------------------------------------------------------------


def test_starting_from_an_earlier_run(place, toy_run, tmp_path, miwake):
    """Head first, then everything; from another folder the weights are still found."""
    flags = ("--image-size", "12", "--starting-weights", toy_run, "--epochs", "1")
    ended = miwake("train", place / "toy", *SMALL, *flags, "--out", tmp_path / "run")
    assert ended.code == 0, ended.err
    assert [row["phase"] for row in Run(tmp_path / "run").history()] == ["head", "all"]
    assert Run(tmp_path / "run").evaluation()["val"]["accuracy"]["value"] > 0.8
    assert read_header(tmp_path / "run" / "model.safetensors").starting_weights["source"] == "run"


def test_an_earlier_run_says_the_size(place, toy_run, tmp_path, miwake):
    flags = ("--starting-weights", toy_run, "--epochs", "1")
    ended = miwake("train", place / "toy", *SMALL, *flags, "--out", tmp_path / "run")
    assert ended.code == 0, ended.err


def test_pictures_that_taught_the_earlier_run_do_not_judge_unsaid(place, toy_run, tmp_path, miwake):
    flags = ("--starting-weights", toy_run, "--epochs", "1", "--image-size", "12")
    alike = miwake("train", place / "toy", *SMALL, *flags, "--out", tmp_path / "alike")
    other = miwake("train", place / "toy", *SMALL, *flags, "--seed", "5", "--out", tmp_path / "other")
    assert "pictures for validation and test have taught the run" in " ".join(other.out.split())
    taught = {row["content"] for row in read_table(toy_run / "split.csv") if row["split"] == "train"}
    judges = [row for row in read_table(tmp_path / "alike" / "split.csv") if row["split"] in ("val", "test")]
    assert not any(row["content"] in taught for row in judges)
    assert alike.code == 0
    assert "have taught" not in alike.out


# -- what goes wrong on the way ------------------------------------------------------------------------------------


def test_a_loss_that_is_no_number(place, tmp_path, miwake):
    flags = ("--epochs", "3", "--learning-rate", "1e30", "--augment", "none")
    ended = miwake("train", place / "toy", *SMALL, *flags, "--out", tmp_path / "run")
    assert ended.code == 1
    assert "at step 2" in ended.err
    assert ".png" in ended.err
    assert "--learning-rate" in ended.err
    # the loop met it, not what was measured before the plan
    assert "Plan:" in ended.out
    assert "nothing was learnt before it" in ended.err
    # nothing good was learnt yet, so nothing is called a model
    assert not (tmp_path / "run" / "model.safetensors").exists()


LIMITED = """
import resource, sys
from miwake.cli import run
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
sys.exit(run(sys.argv[2:]))
"""


def test_a_full_disk_is_named_and_the_last_checkpoint_stays(place, tmp_path, miwake):
    run = tmp_path / "run"
    flags = ("--epochs", "4", "--checkpoint-every", "0", "--out", run)
    assert miwake("train", place / "toy", *SMALL, *flags).code == 0
    expected = (run / "model.safetensors").read_bytes()
    # as if it had been killed before the end
    config = json.loads((run / "config.json").read_text()) | {"finished": False}
    (run / "config.json").write_text(json.dumps(config))
    (run / "model.safetensors").unlink()
    before = {path.name: path.read_bytes() for path in (run / "checkpoint").glob("*.safetensors")}

    command = [sys.executable, "-c", LIMITED, "200000", "train", "--resume", str(run)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2, ended.stderr
    assert str(run / "checkpoint" / "last.safetensors") in ended.stderr
    assert "could not be written" in ended.stderr
    assert "File too large" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert {path.name: path.read_bytes() for path in (run / "checkpoint").glob("*.safetensors")} == before
    assert not list(run.rglob("*.part"))

    assert miwake("train", "--resume", run).code == 0
    assert (run / "model.safetensors").read_bytes() == expected


def test_a_full_disk_in_the_first_epoch(place, tmp_path):
    command = [sys.executable, "-c", LIMITED, "200000", "train", str(place / "toy"), *SMALL]
    ended = subprocess.run(
        [*command, "--epochs", "2", "--out", str(tmp_path / "run")], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2, ended.stderr
    assert "could not be written" in ended.stderr
    assert "File too large" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_checkpoint_folder_cannot_be_written(place, tmp_path, miwake):
    """A file where the folder must be: root may write into folders that are read-only."""
    run = tmp_path / "run"
    run.mkdir()
    assert miwake("train", place / "toy", *SMALL, "--epochs", "1", "--out", run).code == 0
    shutil.rmtree(run / "checkpoint")
    (run / "checkpoint").touch()
    config = json.loads((run / "config.json").read_text()) | {"finished": False}
    (run / "config.json").write_text(json.dumps(config))
    ended = miwake("train", "--resume", run)
    assert ended.code == 2
    assert "checkpoint" in ended.err


def test_the_pictures_are_never_changed(place):
    pictures, targets, classes = toy_pictures()
    for number, (picture, target) in enumerate(zip(pictures, targets, strict=True)):
        stored = Image.open(place / "toy" / classes[target] / f"{number:03}.png")
        np.testing.assert_array_equal(np.asarray(stored), picture)
    assert len(list((place / "toy").rglob("*"))) == 100


def test_a_finished_run_offers_commands_that_can_be_typed(toy_run, place, tmp_path, miwake):
    page = (toy_run / "report.html").read_text("utf-8")
    assert f"miwake predict runs/{toy_run.name} PICTURES…" in page
    assert "--resume" not in page
    ended = miwake(
        "train", place / "toy", "--model", "small", "--epochs", "1", "--threads", "1", "--out", "sp ace", cwd=tmp_path
    )
    assert ended.code == 0
    assert "miwake predict 'sp ace' PICTURES…" in ended.out
    assert "miwake evaluate &#39;sp ace&#39; DATA" in (tmp_path / "sp ace" / "report.html").read_text("utf-8")
    ended = miwake("train", place / "toy", "--out", "sp ace", cwd=tmp_path)
    assert "miwake train --resume 'sp ace'" in ended.err
