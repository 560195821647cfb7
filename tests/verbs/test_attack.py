"""`miwake attack` and `train --robust`, as their user sees them."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest
from PIL import Image

import miwake as mw
from miwake.run import Run, read_table

PARTS = ("curve", "smallest", "bound", "masking", "patch", "corruptions", "texture")


@pytest.fixture
def own(toy_run, tmp_path) -> Path:
    """A copy of the run, which may be changed."""
    shutil.copytree(toy_run, tmp_path / "run")
    return tmp_path / "run"


def figures(ended) -> dict:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_everything_on_the_runs_own_test_pictures(own, miwake) -> None:
    ended = miwake("attack", own, "--count", 6)
    assert ended.code == 0, ended.err
    assert all(len(line) <= 80 for line in ended.out.splitlines() if "/" not in line)
    folder = own / "attack"
    assert {file.name for file in folder.iterdir()} == {"report.html", "attack.json", "patch.png"}
    with Image.open(folder / "patch.png") as patch:
        assert patch.mode == "RGBA"
        assert patch.size == (1200, 1200)
        assert round(patch.info["dpi"][0]) == 300
    found = json.loads((folder / "attack.json").read_text())
    assert found["pictures"] == 6
    assert found["strength"] == 8
    assert all(found[part] for part in PARTS)
    plain = found["plain"]["value"]
    assert plain > 0.6
    accuracies = [level["accuracy"]["value"] for level in found["curve"]]
    assert accuracies == sorted(accuracies, reverse=True)
    assert found["bound"]["accuracy"]["value"] <= found["attacked"]["accuracy"]["value"] <= plain
    assert found["attacked"]["fooled"] == round(6 * (plain - found["attacked"]["accuracy"]["value"]))
    assert len(found["smallest"]["values"]) == len(set(found["smallest"]["pictures"])) == round(6 * plain)
    right = {row["path"] for row in read_table(own / "predictions.csv") if row["label"] == row["true"]}
    assert set(found["smallest"]["pictures"]) <= right
    assert len(found["corruptions"]["each"]) == 15
    assert all(check["passed"] for check in found["masking"])
    assert found["texture"]["shape"] + found["texture"]["texture"] + found["texture"]["neither"] > 0


def test_json_and_the_same_again(own, miwake) -> None:
    arguments = ("attack", own, "--parts", "smallest", "--strength", "0.1", "--json")
    first, second = figures(miwake(*arguments)), figures(miwake(*arguments))
    assert first["strength"] == pytest.approx(25.5)
    assert first["curve"] == []
    assert first["corruptions"] is None
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    # all of the run's test pictures, judged as evaluate judges them
    assert first["pictures"] == 15
    assert first["plain"]["value"] == pytest.approx(Run(own).evaluation()["test"]["accuracy"]["value"])


def test_a_stronger_change_fools_more_and_a_target_is_harder(own, miwake) -> None:
    def rate(*arguments: object) -> float:
        return figures(miwake("attack", own, "--parts", "bound", "--count", 8, "--json", *arguments))["attacked"][
            "rate"
        ]["value"]

    weak, strong = rate("--strength", "2/255"), rate("--strength", 100)
    assert weak < 0.5 < strong
    assert rate("--strength", 100, "--target", "upper-right") <= strong
    assert rate("--strength", 4000, "--norm", "l2") == pytest.approx(strong, abs=0.3)


def test_pictures_of_the_wanted_class_do_not_count(own, miwake) -> None:
    arguments = ("--parts", "curve", "smallest", "bound", "--strength", 120, "--target", "upper-right", "--json")
    found = figures(miwake("attack", own, *arguments))
    rows = [row for row in read_table(own / "predictions.csv") if row["split"] == "test"]
    others = [row for row in rows if row["label"] == row["true"] != "upper-right"]
    assert 0 < len(others) < sum(row["label"] == row["true"] for row in rows)
    assert set(found["smallest"]["pictures"]) <= {row["path"] for row in others}
    assert len(found["smallest"]["values"]) == len(others)
    assert found["curve"][-1]["rate"]["value"] == found["curve"][-1]["fooled"] / len(others)
    # the whole range holds a picture of the wanted class
    assert found["curve"][-1]["rate"]["value"] > 0.9
    assert found["bound"]["rate"]["value"] >= found["attacked"]["rate"]["value"]
    assert found["attacked"]["accuracy"]["value"] is None
    assert found["bound"]["accuracy"]["value"] is None


def test_other_data_japanese_and_another_place(place, toy_run, tmp_path, miwake) -> None:
    ended = miwake(
        "attack", toy_run, place / "toy", "--count", 3, "--parts", "curve", "--lang", "ja", "--out", tmp_path / "there"
    )
    assert ended.code == 0, ended.err
    assert any("ぁ" <= letter <= "ん" for letter in ended.out)
    assert 'lang="ja"' in (tmp_path / "there" / "report.html").read_text()
    assert not (toy_run / "attack").exists()


def test_time_is_kept_by_attacking_fewer_pictures(place, toy_run, tmp_path, miwake) -> None:
    arguments = ("--parts", "curve", "smallest", "--strength", "1", "--out", tmp_path / "a", "--json")
    found = figures(miwake("attack", toy_run, place / "toy", "--time-limit", "1s", *arguments))
    assert 8 <= found["pictures"] <= 96
    assert found["chosen_from"] == 96


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("--attack", "pdg"), 2, "Did you mean 'pgd'"),
        (("--strength", "lots"), 2, "8/255"),
        (("--strength", "300"), 2, "at most 255"),
        (("--target", "upper-rihgt"), 2, "Did you mean 'upper-right'"),
        (("--steps", "0"), 2, "--steps"),
        (("--count", "0"), 2, "--count"),
        (("--patch-area", "0.9"), 2, "--patch-area"),
        (("--time-limit", "soon"), 2, "no length of time"),
        (("--norm", "l3"), 2, "linf"),
        (("--parts", "curves"), 2, "curve"),
    ],
)
def test_wrong_use_is_answered_in_words(toy_run, miwake, arguments, code, text) -> None:
    ended = miwake("attack", toy_run, *arguments)
    assert ended.code == code
    assert text in " ".join(ended.err.split())
    assert not (toy_run / "attack").exists()


def test_imagenet_needs_pictures(miwake) -> None:
    ended = miwake("attack", "imagenet")
    assert ended.code == 2
    assert "miwake attack imagenet DATA" in ended.err


def test_several_labels(tmp_path, miwake) -> None:
    from miwake.data.toy import toy_pictures

    pictures, targets, classes = toy_pictures()
    rows = ["path,label"]
    for number, (picture, target) in enumerate(zip(pictures, targets.tolist(), strict=True)):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
        half = "left" if "left" in classes[target] else "right"
        rows.append(f"{number}.png,{classes[target]};{half}")
    (tmp_path / "table.csv").write_text("\n".join(rows))
    run = mw.train(
        tmp_path / "table.csv",
        model=mw.ModelOptions(model="small"),
        training=mw.Training(epochs=6, threads=1, precision="fp32"),
        out=tmp_path / "run",
    )
    ended = miwake(
        "attack",
        run.folder,
        "--count",
        4,
        "--strength",
        30,
        "--parts",
        "smallest",
        "texture",
        "patch",
    )
    assert ended.code == 0, ended.err
    found = json.loads((run.folder / "attack" / "attack.json").read_text())
    assert found["texture"] is None
    assert found["left_out"] == ["texture"]
    assert found["attacked"]["fooled"] > 0


QUICK = ("--model", "threshold", "--threads", "1", "--precision", "fp32", "--batch-size", "16", "--augment", "none")


def test_a_robust_run_says_so_and_is_attacked_at_its_own_strength(place, tmp_path, miwake) -> None:
    ended = miwake("train", place / "toy", *QUICK, "--epochs", 4, "--robust", "12/255", "--out", tmp_path / "run")
    assert ended.code == 0, ended.err
    said = " ".join(ended.out.split())
    assert "up to 12 of 255 grey levels" in said
    assert "Changed against it with 10 steps" in said
    run = Run(tmp_path / "run")
    assert run.config()["chosen"]["recipe"]["robust"] == 12
    rows = read_table(run.folder / "metrics.csv")
    assert all(math.isfinite(float(row["val_robust_accuracy"])) for row in rows)
    found = figures(miwake("attack", run.folder, "--parts", "bound", "--count", 5, "--json"))
    assert found["strength"] == found["hardened"] == 12


@pytest.mark.parametrize(("value", "text"), [("much", "8/255"), ("0.9", "half of the whole range")])
def test_a_strength_that_cannot_be_meant_trains_nothing(place, tmp_path, miwake, value, text) -> None:
    ended = miwake("train", place / "toy", *QUICK, "--robust", value, "--out", tmp_path / "run")
    assert ended.code == 2
    assert text in " ".join(ended.err.split())
    assert not (tmp_path / "run").exists()
