"""`miwake check`, `cache`, `models` and `demo`, as their user sees them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from miwake.networks import names
from miwake.run import Run, read_header

# -- check ---------------------------------------------------------------------------------------------------------


def test_good_data_passes(place, miwake):
    ended = miwake("check", place / "toy")
    assert ended.code == 0
    words = " ".join(ended.out.split())
    assert "96 pictures of 4 classes, typically 12 × 12 pixels" in words
    assert "Nothing stands in the way" in words


def test_bad_data_fails_and_is_left_alone(place, tmp_path, miwake):
    data = tmp_path / "toy"
    shutil.copytree(place / "toy", data)
    (data / "lower-left" / "empty.png").touch()
    shutil.copy(data / "lower-left" / "000.png", data / "upper-right" / "copy.png")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in data.rglob("*")}
    ended = miwake("check", data, "--json")
    assert ended.code == 1
    report = json.loads(ended.out)
    assert report["ok"] is False
    assert [Path(path).name for path, _ in report["bad"]] == ["empty.png"]
    assert any("copy.png" in path for same in report["same"] for path in same["paths"])
    assert "Mend this before training" in " ".join(miwake("check", data).out.split())
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in data.rglob("*")} == before


@pytest.mark.parametrize("name", ["digits"])
def test_bundled_data_is_sound(miwake, name):
    ended = miwake("check", name, "--json")
    report = json.loads(ended.out)
    assert report["pictures"] == 5000
    assert report["bad"] == []


def test_how_the_data_was_read_is_said_first(place, miwake):
    ended = miwake("check", place / "toy")
    assert ended.out.startswith("Read by folder: ")
    assert miwake("check", place / "toy", "--lang", "ja").out.startswith("folder として読み込みました：")
    assert json.loads(miwake("check", place / "toy", "--json").out)["notes"][0].startswith("Read by folder: ")


def test_bad_files_are_listed_and_may_be_left_out(place, tmp_path, miwake):
    shutil.copytree(place / "toy", tmp_path / "toy")
    for number in range(23):
        (tmp_path / "toy" / "lower-left" / f"bad{number:02}.png").touch()
    ended = miwake("check", tmp_path / "toy")
    assert ended.code == 1
    listed = [line for line in ended.out.splitlines() if line.startswith("  lower-left/bad")]
    assert listed == [f"  lower-left/bad{number:02}.png: empty file" for number in range(20)]
    assert "  … (3 more)" in ended.out.splitlines()
    assert "--skip-bad" in ended.out
    japanese = miwake("check", tmp_path / "toy", "--lang", "ja").out
    assert "--skip-bad を付けると" in japanese
    assert len([line for line in japanese.splitlines() if line.startswith("  lower-left/bad")]) == 20
    skipped = miwake("check", tmp_path / "toy", "--skip-bad")
    assert skipped.code == 0
    assert "With --skip-bad they are left out." in skipped.out
    assert "Nothing stands in the way" in skipped.out
    # but what else is wrong still counts
    shutil.copy(tmp_path / "toy/lower-left/000.png", tmp_path / "toy/upper-right/copy.png")
    assert miwake("check", tmp_path / "toy", "--skip-bad").code == 1


def test_one_class_is_none_to_tell_apart(place, tmp_path, miwake):
    shutil.copytree(place / "toy" / "lower-left", tmp_path / "one" / "lower-left")
    ended = miwake("check", tmp_path / "one")
    assert ended.code == 3
    assert "has only one class: lower-left." in ended.err
    assert "idx" not in ended.err


# -- cache ---------------------------------------------------------------------------------------------------------


def test_the_cache_is_shown_and_cleared(place, tmp_path, monkeypatch, miwake):
    monkeypatch.setenv("MIWAKE_CACHE", str(tmp_path / "cache"))
    assert "Nothing is kept" in miwake("cache").out
    run = ("--model", "small", "--epochs", "1", "--threads", "1", "--precision", "fp32", "--out", tmp_path / "run")
    assert miwake("train", place / "toy", *run).code == 0
    shown = miwake("cache")
    assert shown.code == 0
    assert "96" in shown.out
    assert str(tmp_path / "cache") in shown.out.replace("\n", "")
    cleared = miwake("cache", "--clear")
    assert "MB are free again" in cleared.out
    assert "Nothing is kept" in cleared.out
    # what was kept can be had again
    assert miwake("evaluate", tmp_path / "run").code == 0


def test_a_cache_that_cannot_be_written_is_named(place, tmp_path, monkeypatch, miwake):
    (tmp_path / "cache").touch()
    monkeypatch.setenv("MIWAKE_CACHE", str(tmp_path / "cache"))
    ended = miwake("train", place / "toy", "--model", "small", "--epochs", "1", "--out", tmp_path / "run")
    assert ended.code == 2
    assert str(tmp_path / "cache") in ended.err
    assert miwake("cache").code in (0, 2)


# -- models --------------------------------------------------------------------------------------------------------


def test_every_network_is_listed(miwake):
    ended = miwake("models")
    assert ended.code == 0
    listed = {line.split()[0] for line in ended.out.splitlines() if line.strip()}
    assert set(names()) <= listed
    assert all(len(line) <= 80 for line in ended.out.splitlines())


def test_a_part_of_a_name(miwake):
    listed = miwake("models", "ResNet18").out
    assert "resnet18" in listed
    assert "resnet50" not in listed
    assert "11.69" in listed


def test_one_network_comes_with_its_paper(miwake):
    assert "1998" in miwake("models", "lenet5").out


def test_any_model_of_timm(miwake):
    ended = miwake("models", "timm:resnet10t")
    assert ended.code == 0
    assert "timm:resnet10t" in ended.out


# -- demo ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_demo_learns_digits_and_says_where_the_report_is(tmp_path, miwake):
    ended = miwake("demo", "--out", tmp_path / "run")
    assert ended.code == 0, ended.err
    assert str(tmp_path / "run" / "report.html") in ended.out
    assert (tmp_path / "run" / "report.html").stat().st_size < 5e6
    assert Run(tmp_path / "run").evaluation()["test"]["accuracy"]["value"] > 0.9  # few epochs, where the cores are busy
    assert read_header(tmp_path / "run" / "model.safetensors").preprocessing.channels == 1


def test_the_demo_needs_its_digits(tmp_path, monkeypatch, miwake):
    from miwake.data import bundled

    monkeypatch.setattr(bundled, "find_spec", lambda _: None)
    ended = miwake("demo", "--out", tmp_path / "run")
    assert ended.code == 2
    assert "pip install 'miwake[demo]'" in ended.err
    assert not (tmp_path / "run").exists()
