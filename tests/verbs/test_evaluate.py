"""`miwake evaluate`, as its user sees it."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from miwake.run import Run, read_header, read_table


@pytest.fixture
def own(toy_run, tmp_path) -> Path:
    """A copy of the run, which may be changed."""
    shutil.copytree(toy_run, tmp_path / "run")
    return tmp_path / "run"


def figures(ended) -> dict:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_the_runs_own_test_pictures(toy_run, miwake):
    """The same figures as training wrote down."""
    found, written = figures(miwake("evaluate", toy_run, "--json")), Run(toy_run).evaluation()["test"]
    assert found["count"] == written["count"] == 15
    for name in ("accuracy", "balanced_accuracy", "auc", "f1", "baseline", "confusion"):
        assert found[name] == written[name], name


def test_a_table_and_sentences(toy_run, miwake):
    english = miwake("evaluate", toy_run)
    assert "Accuracy" in english.out
    assert "Of 100 pictures" in " ".join(english.out.split())
    japanese = miwake("evaluate", toy_run, "--lang", "ja")
    assert english.out != japanese.out
    assert any("ぁ" <= letter <= "ん" for letter in japanese.out)


def test_other_data_is_judged_as_a_whole(place, toy_run, tmp_path, miwake):
    found = figures(miwake("evaluate", toy_run, place / "toy", "--json", "--csv", tmp_path / "a.csv"))
    assert found["count"] == 96
    rows = read_table(tmp_path / "a.csv")
    assert len(rows) == 96
    right = sum(row["label"] == row["true"] for row in rows)
    assert found["accuracy"]["value"] == pytest.approx(right / 96)
    assert {row["split"] for row in rows} == {"data"}
    read, _, figures_of = miwake("evaluate", toy_run, place / "toy").out.partition("data: 96 pictures")
    assert read.startswith("Read by folder: ")
    assert figures_of
    read, _, figures_of = miwake("evaluate", toy_run, place / "toy", "--lang", "ja").out.partition(
        "指定データ：96枚の画像"
    )
    assert read.startswith("folder として読み込みました：")
    assert figures_of


def test_pictures_that_it_learnt_from_are_known_again_wherever_they_lie(own, place, toy_run, tmp_path, miwake):
    """Of 96 pictures 81 are for training and validation."""
    for number, file in enumerate(sorted((place / "toy").rglob("*.png"))):
        target = tmp_path / "data" / file.parent.name / f"another-{number}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    for run, data in (
        (toy_run, place / "toy"),
        (toy_run, tmp_path / "data"),
        (own / "model.safetensors", place / "toy"),
    ):
        said = " ".join(miwake("evaluate", run, data).out.split())
        assert "81 of the 96 pictures were learnt from or chosen by in training" in said, data
    known = {row["content"] for row in read_table(own / "split.csv") if row["split"] != "test"}
    for file in (tmp_path / "data").rglob("*.png"):
        if hashlib.sha256(file.read_bytes()).hexdigest()[:16] in known:
            file.unlink()
    assert "learnt from" not in miwake("evaluate", toy_run, tmp_path / "data").out
    assert "learnt from" not in miwake("evaluate", toy_run).out


def test_how_many_were_left_out_is_said(place, toy_run, tmp_path, miwake):
    shutil.copytree(place / "toy", tmp_path / "data")
    for name in ("a", "b"):
        (tmp_path / "data" / "lower-left" / f"{name}.png").touch()
    said = " ".join(miwake("evaluate", toy_run, tmp_path / "data", "--skip-bad").out.split())
    assert "2 pictures that cannot be read: left out." in said
    assert "data: 96 pictures" in said
    assert (
        "読み込めない画像2枚を除きました"
        in miwake("evaluate", toy_run, tmp_path / "data", "--skip-bad", "--lang", "ja").out
    )
    assert "left out" not in miwake("evaluate", toy_run, place / "toy", "--skip-bad").out


def test_a_run_that_was_killed(own, place, miwake):
    """There is no model yet, but a way on."""
    (own / "model.safetensors").unlink()
    named = own.rename(own.parent / "sp ace")
    for arguments in (("predict", named, place / "toy"), ("evaluate", named)):
        ended = miwake(*arguments)
        assert ended.code == 2
        assert "stopped before it was finished" in ended.err
        assert f"What to do: miwake train --resume '{named}'" in ended.err


def test_some_of_the_classes_in_another_order(place, toy_run, tmp_path, miwake):
    """Class numbers of the data are not those of the model."""
    for name in ("upper-right", "lower-right"):
        shutil.copytree(place / "toy" / name, tmp_path / "data" / name)
    found = figures(miwake("evaluate", toy_run, tmp_path / "data", "--json"))
    assert found["count"] == 48
    assert found["accuracy"]["value"] > 0.8


def test_unknown_classes_are_named(place, toy_run, tmp_path, miwake):
    shutil.copytree(place / "toy", tmp_path / "data")
    (tmp_path / "data" / "upper-left").rename(tmp_path / "data" / "upper-middle")
    ended = miwake("evaluate", toy_run, tmp_path / "data")
    assert ended.code == 3
    assert "does not know the class upper-middle" in ended.err
    assert "lower-left" in ended.err


def test_several_labels_for_a_model_of_one(place, toy_run, tmp_path, miwake):
    with (tmp_path / "a.csv").open("w", newline="") as file:
        rows = [("path", "label"), (place / "toy/lower-left/000.png", "lower-left;upper-right")]
        csv.writer(file).writerows([*rows, (place / "toy/lower-left/004.png", "upper-left")])
    ended = miwake("evaluate", toy_run, tmp_path / "a.csv")
    assert ended.code == 3, ended.out


def test_other_planes(toy_run, tmp_path, miwake):
    from miwake.data import cifar

    ended = miwake("evaluate", toy_run, cifar.toy(tmp_path))
    assert ended.code == 3
    assert "9 planes" in ended.err


def test_mistakes_as_pictures(place, toy_run, tmp_path, miwake):
    """Labels that are wrong on purpose, one of them no name for a folder."""
    shutil.copytree(place / "toy" / "upper-left", tmp_path / "data" / "lower-left")
    shutil.copytree(place / "toy" / "upper-right", tmp_path / "data" / "lower-right")
    ended = miwake("evaluate", toy_run, tmp_path / "data", "--pictures", tmp_path / "wrong", "--json")
    wrong = list((tmp_path / "wrong").rglob("*.png"))
    assert len(wrong) == round(48 * (1 - figures(ended)["accuracy"]["value"])) > 30
    assert {path.parent.name for path in wrong} == {"lower-left", "lower-right"}


def test_a_label_is_no_way_out_of_the_folder(place, tmp_path, miwake):
    """Two classes with hostile names, exchanged for the evaluation so that there are mistakes to draw."""
    labels = {"lower-left": "..", "upper-right": "a/../../b"}
    files = [path for name in labels for path in sorted((place / "toy" / name).iterdir())]
    exchanged = dict(zip(labels, reversed(labels.values()), strict=True))
    for table, names in {"a.csv": labels, "exchanged.csv": exchanged}.items():
        with (tmp_path / table).open("w", newline="") as file:
            csv.writer(file).writerows([("path", "label"), *((path, names[path.parent.name]) for path in files)])
    options = ("--model", "small", "--epochs", "1", "--threads", "1", "--precision", "fp32")
    assert miwake("train", tmp_path / "a.csv", *options, "--out", tmp_path / "run").code == 0
    (tmp_path / "deep").mkdir()
    before = {*tmp_path.rglob("*")}
    asked = ("--pictures", tmp_path / "deep/wrong")
    assert miwake("evaluate", tmp_path / "run", tmp_path / "exchanged.csv", *asked).code == 0
    new = {path for path in {*tmp_path.rglob("*")} - before if path.is_file()}
    assert len(new) > 10
    assert all(path.is_relative_to(tmp_path / "deep" / "wrong") for path in new)


def test_costs_for_once_and_for_good(own, place, miwake):
    costs = ("--cost", "miss=50,false-alarm=1", "--positive", "lower-left", "--unknown-cost", "0.001")
    before = (own / "model.safetensors").read_bytes()
    assert read_header(own / "model.safetensors").decision == {}
    found = figures(miwake("evaluate", own, *costs, "--json"))
    assert found["decision"] is not None
    assert (own / "model.safetensors").read_bytes() == before
    ended = miwake("evaluate", own, *costs, "--keep")
    assert ended.code == 0
    assert "From now on" in ended.out
    assert "neither a miss nor a false alarm" in " ".join(ended.out.split())  # what was assumed is said
    kept = read_header(own / "model.safetensors")
    assert kept.decision["positive"] == ["lower-left"]
    answers = [json.loads(line) for line in miwake("predict", own, place / "toy", "--json").out.splitlines()]
    assert any(answer["label"] is None for answer in answers)


def test_costs_need_answers_on_validation(own, miwake):
    (own / "predictions.csv").unlink()
    ended = miwake("evaluate", own, "--cost", "miss=2", "--positive", "lower-left")
    assert ended.code == 2
    assert "validation" in ended.err


def test_a_taxonomy(own, tmp_path, miwake):
    text = "fine,coarse\nlower-left,L\nlower-right,R\nupper-left,L\nupper-right,R\n"
    (tmp_path / "coarse.csv").write_text(text)
    found = figures(miwake("evaluate", own, "--taxonomy", tmp_path / "coarse.csv", "--json"))
    assert found["taxonomy"]["classes"] == ["L", "R"]
    (tmp_path / "coarse.csv").write_text(text.replace("upper-left,L\n", ""))
    ended = miwake("evaluate", own, "--taxonomy", tmp_path / "coarse.csv")
    assert ended.code == 3
    assert "upper-left" in ended.err


def test_groups_widen_the_intervals(place, toy_run, miwake):
    found = figures(miwake("evaluate", toy_run, place / "toy", "--group", r"(\d)\.png", "--json"))
    assert found["groups"] == 10


def test_a_model_file_by_itself(toy_run, tmp_path, place, miwake):
    shutil.copy(toy_run / "model.safetensors", tmp_path / "sorter.safetensors")
    assert figures(miwake("evaluate", tmp_path / "sorter.safetensors", place / "toy", "--json"))["count"] == 96
    assert miwake("evaluate", tmp_path / "sorter.safetensors").code == 2


def test_nothing_that_can_be_judged(toy_run, tmp_path, miwake):
    for name in ("lower-left", "lower-right"):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "a.png").touch()
    ended = miwake("evaluate", toy_run, tmp_path / "data", "--skip-bad")
    assert ended.code == 3
    assert "no pictures that can be judged" in ended.err


def test_imagenet_on_other_data(place, tmp_path, miwake):
    from PIL import Image
    from sklearn.datasets import load_sample_images

    for name, picture in zip(("palace", "daisy"), load_sample_images().images, strict=True):
        (tmp_path / "data" / name).mkdir(parents=True)
        Image.fromarray(picture).save(tmp_path / "data" / name / "a.png")
    found = figures(miwake("evaluate", "imagenet", tmp_path / "data", "--json", "--device", "cpu"))
    assert found["count"] == 2
    assert len(found["classes"]) == 1000
    ended = miwake("evaluate", "imagenet", place / "toy")
    assert ended.code == 3
    assert "does not know the classes" in ended.err
