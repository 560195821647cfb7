"""Segmentation from the command line: trained, judged, asked, drawn, explained, left, killed and gone on with."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import miwake as mw
from miwake.data import segmentation
from miwake.run import Run, read_table

QUICK = (
    "--threads",
    "1",
    "--precision",
    "fp32",
    "--device",
    "cpu",
    "--bootstrap-rounds",
    "100",
    "--model",
    "unet-slim",
)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return segmentation.toy(tmp_path_factory.mktemp("scenes"))


@pytest.fixture(scope="module")
def run(scenes: Path, tmp_path_factory: pytest.TempPathFactory, miwake) -> Path:
    """A run on the toy. Read only."""
    folder = tmp_path_factory.mktemp("pixels") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIWAKE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        ended = miwake("train", scenes, "--out", folder, "--epochs", "12", "--image-size", "32", *QUICK)
    assert ended.code == 0, ended.err
    assert all(len(line) <= 80 for line in ended.out.splitlines() if not line.startswith(("Model", "Report", "Use")))
    return folder


def test_the_run_says_what_was_found(run: Path) -> None:
    found = Run(run).evaluation()["test"]
    assert found["mean_iou"]["value"] > 0.8
    assert found["mean_iou"]["low"] < found["mean_iou"]["value"] < found["mean_iou"]["high"]
    assert [one["name"] for one in found["per_class"]] == ["ground", "square", "disc"]
    assert found["rand"]["value"] is None
    header = Run(run).header()
    assert (header.task, header.architecture) == ("segment", "unet-slim")
    assert header.settings["ground"] == 0
    assert header.settings["usual"] == [32, 32]
    assert len(header.settings["class_weights"]) == 3
    assert header.calibration["temperature"] > 0
    rows = read_table(run / "predictions.csv")
    assert {row["true"] for row in rows} == {""}
    assert {"area:disc", "probability", "left"} <= rows[0].keys()
    history = read_table(run / "metrics.csv")
    assert "val_mean_iou" in history[0]


def test_the_report_shows_it(run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    for section in ("result", "worst", "classes", "learning", "data", "model", "next", "details"):
        assert f'<section id="{section}"' in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert page.count("<img ") >= 4 * 6


def test_predict_says_where_and_how_large(run: Path, scenes: Path, tmp_path: Path, miwake) -> None:
    table, picture = tmp_path / "a.csv", scenes / "images" / "003.png"
    (tmp_path / "none.png").write_bytes(b"no picture")
    ended = miwake("predict", run, picture, tmp_path / "none.png", "--json", "--csv", table, "--scale", "0.5")
    assert ended.code == 3
    first, second = (json.loads(line) for line in ended.out.splitlines())
    assert "problem" in second
    truth = np.asarray(Image.open(scenes / "masks" / "003.png"))
    assert sum(one["area"] for one in first["classes"].values()) == truth.size
    for number, name in ((1, "square"), (2, "disc")):
        rows, columns = np.nonzero(truth == number)
        assert first["classes"][name]["area"] == pytest.approx(len(rows), rel=0.3)
        region = next(one for one in first["regions"] if one["label"] == name)
        assert region["left"] <= columns.mean() <= region["right"]
        assert region["top"] <= rows.mean() <= region["bottom"]
        assert region["area_mm2"] == pytest.approx(region["area"] / 4)
        assert region["probability"] > 0.4
    assert "ground" not in {one["label"] for one in first["regions"]}
    with table.open(encoding="utf-8", newline="") as file:
        answers = list(csv.DictReader(file))
    assert answers[0]["label"] == first["label"]
    assert float(answers[0]["mm2:disc"]) == pytest.approx(first["classes"]["disc"]["area"] / 4, rel=1e-3)
    assert answers[1]["problem"]


def test_a_larger_picture_is_answered_in_tiles_as_its_parts_would_be(run: Path, scenes: Path, tmp_path: Path) -> None:
    """A sheet of the toy's pictures, at the same scale: nine times as large."""
    files = [scenes / "images" / f"{number:03}.png" for number in range(9)]
    pictures = [np.asarray(Image.open(file)) for file in files]
    sheet = np.concatenate([np.concatenate(pictures[row * 3 : row * 3 + 3], 1) for row in range(3)])
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    truths = [np.asarray(Image.open(scenes / "masks" / file.name)) for file in files]
    truth = np.concatenate([np.concatenate(truths[row * 3 : row * 3 + 3], 1) for row in range(3)])
    answer, small = mw.predict(run, [tmp_path / "sheet.png", files[0]])
    assert isinstance(answer, mw.Segmentation)
    assert isinstance(small, mw.Segmentation)
    assert answer.classes.shape == truth.shape
    assert small.classes.shape == (32, 32)
    assert (answer.classes == truth).mean() > 0.93
    assert max(region.right for region in answer.regions) > 70
    assert sum(answer.areas) == truth.size


@pytest.mark.parametrize("style", ["auto", "overlay", "outline", "map"])
def test_answers_are_drawn(run: Path, scenes: Path, tmp_path: Path, miwake, style: str) -> None:
    picture = scenes / "images" / "003.png"
    assert miwake("predict", run, picture, "--pictures", tmp_path, "--style", style).code == 0
    drawn = np.asarray(Image.open(tmp_path / "003.png"))
    assert drawn.shape[2] == 3
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 3


def test_other_data_is_judged_by_the_classes_names(run: Path, scenes: Path, tmp_path: Path, miwake) -> None:
    """The same masks under other numbers, as their legend says."""
    shutil.copytree(scenes, tmp_path / "other")
    for file in (tmp_path / "other" / "masks").iterdir():
        values = np.asarray(Image.open(file))
        Image.fromarray(np.array([7, 3, 9], np.uint8)[values]).save(file)
    (tmp_path / "other" / "legend.csv").write_text("name,value\ndisc,9\nground,7\nsquare,3\n", encoding="utf-8")
    own = miwake("evaluate", run, scenes, "--json", "--bootstrap-rounds", "50")
    other = miwake("evaluate", run, tmp_path / "other", "--json", "--bootstrap-rounds", "50")
    assert own.code == other.code == 0, other.err
    assert json.loads(own.out)["mean_iou"] == json.loads(other.out)["mean_iou"]
    (tmp_path / "other" / "legend.csv").write_text("name,value\nring,9\nground,7\nsquare,3\n", encoding="utf-8")
    strange = miwake("evaluate", run, tmp_path / "other")
    assert strange.code == 3
    assert "ring" in strange.err


def test_larger_pictures_are_judged_as_predict_answers_them(run: Path, scenes: Path, tmp_path: Path, miwake) -> None:
    """Sheets of nine of the toy's pictures, beside one of its pictures."""
    for name in ("images", "masks"):
        (tmp_path / "sheets" / name).mkdir(parents=True)
        parts = [np.asarray(Image.open(scenes / name / f"{number:03}.png")) for number in range(18)]
        for sheet in range(2):
            of = parts[9 * sheet : 9 * sheet + 9]
            whole = np.concatenate([np.concatenate(of[row * 3 : row * 3 + 3], 1) for row in range(3)])
            Image.fromarray(whole).save(tmp_path / "sheets" / name / f"{sheet}.png")
        shutil.copy(scenes / name / "020.png", tmp_path / "sheets" / name / "2.png")
    table = tmp_path / "answers.csv"
    ended = miwake("evaluate", run, tmp_path / "sheets", "--json", "--csv", table, "--bootstrap-rounds", "20")
    assert ended.code == 0, ended.err
    pictures = [tmp_path / "sheets" / "images" / f"{number}.png" for number in range(3)]
    answers = list(mw.predict(run, pictures))
    truths = [np.asarray(Image.open(tmp_path / "sheets" / "masks" / file.name)) for file in pictures]
    right = sum(int((one.classes == truth).sum()) for one, truth in zip(answers, truths, strict=True))  # type: ignore[union-attr]
    found = json.loads(ended.out)
    assert found["accuracy"]["value"] == pytest.approx(right / sum(truth.size for truth in truths), abs=1e-6)
    assert found["accuracy"]["value"] > 0.9
    for row, one in zip(read_table(table), answers, strict=True):
        assert row["label"] == one.label  # type: ignore[union-attr]
        assert int(row["area:disc"]) == one.areas[2]  # type: ignore[union-attr]


def test_other_masks_need_no_legend_since_the_model_keeps_it(run: Path, scenes: Path, tmp_path: Path, miwake) -> None:
    shutil.copytree(scenes, tmp_path / "other")
    (tmp_path / "other" / "legend.csv").unlink()
    own = miwake("evaluate", run, scenes, "--json", "--bootstrap-rounds", "50")
    other = miwake("evaluate", run, tmp_path / "other", "--json", "--bootstrap-rounds", "50")
    assert own.code == other.code == 0, other.err
    assert json.loads(own.out) == json.loads(other.out)
    assert "as in training" in miwake("evaluate", run, tmp_path / "other", "--bootstrap-rounds", "5").out
    # a value that it does not know is not taken for a class that it knows
    file = tmp_path / "other" / "masks" / "000.png"
    Image.fromarray(np.asarray(Image.open(file)) + np.uint8(3)).save(file)
    strange = miwake("evaluate", run, tmp_path / "other")
    assert strange.code == 3
    assert "does not know the classes" in strange.err


def test_it_is_explained(run: Path, scenes: Path, tmp_path: Path, miwake) -> None:
    page = tmp_path / "page.html"
    ended = miwake(
        "explain", run, scenes / "images" / "003.png", "--target", "disc", "--methods", "gradcam", "occlusion",
        "--examples", "8", "--out", page,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert page.is_file()


def test_wrong_use_is_named(scenes: Path, tmp_path: Path, miwake) -> None:
    for flags, said in (
        (("--model", "resnet18"), "for --task classify"),
        (("--mixup", "0.2"), "--mixup"),
        (("--robust", "8"), "--robust"),
        (("--cost", "miss=2,false-alarm=1"), "--cost"),
        (("--task", "classify"), "segment"),
    ):
        ended = miwake("train", scenes, "--out", tmp_path / "none", *flags)
        assert ended.code in (2, 3), flags
        assert said in ended.err, ended.err
        assert not (tmp_path / "none" / "config.json").exists()


def test_a_stopped_run_goes_on_to_the_same_end(scenes: Path, tmp_path: Path, miwake, monkeypatch) -> None:
    from miwake.verbs import _training

    real = _training.fit

    def stopped(job, *, report, stop, resume=False):  # type: ignore[no-untyped-def]
        moments = iter(range(10**9))
        return real(job, report=report, stop=lambda: next(moments) > 2, resume=resume)

    flags = ("--epochs", "4", "--image-size", "32", *QUICK)
    assert miwake("train", scenes, "--out", tmp_path / "whole", *flags).code == 0
    monkeypatch.setattr(_training, "fit", stopped)
    assert miwake("train", scenes, "--out", tmp_path / "broken", *flags).code == 0
    monkeypatch.setattr(_training, "fit", real)
    assert miwake("train", "--resume", tmp_path / "broken").code == 0
    whole, broken = (Run(tmp_path / name).evaluation()["test"] for name in ("whole", "broken"))
    assert whole == broken


def test_evaluate_draws_every_answer(run: Path, scenes: Path, tmp_path: Path, miwake) -> None:
    ended = miwake("evaluate", run, "--pictures", tmp_path / "drawn", "--bootstrap-rounds", "20")
    assert ended.code == 0, ended.err
    assert len(list((tmp_path / "drawn").glob("*.png"))) == Run(run).evaluation()["test"]["count"]


def test_it_leaves_as_one_file_with_the_same_answers(run: Path, tmp_path: Path, miwake) -> None:
    pytest.importorskip("onnx", reason="needs the extra export")
    pytest.importorskip("onnxruntime", reason="needs the extra export")
    ended = miwake("export", run, "--out", tmp_path / "left", "--latency", "none")
    assert ended.code == 0, ended.err
    said = json.loads((tmp_path / "left" / "model.json").read_text(encoding="utf-8"))
    assert said["parity"]["passed"]
    fewer = miwake("export", run, "--out", tmp_path / "fewer", "--fp16", "--latency", "none")
    assert fewer.code == 0, fewer.err
    parity = json.loads((tmp_path / "fewer" / "model-fp16.json").read_text(encoding="utf-8"))["parity"]
    assert 0.8 < parity["accuracy_before"] < 1  # of the pixels
    assert abs(parity["accuracy"] - parity["accuracy_before"]) < 0.002
    # whole numbers are judged by the same figure, whether it is good enough or not
    fewest = miwake("export", run, "--out", tmp_path / "fewest", "--int8", "--latency", "none")
    assert fewest.code in (0, 1), fewest.err
    assert "accuracy" in fewest.err or "right answers" in fewest.out
