"""Anomaly detection from the command line: trained, judged, asked, drawn, explained, killed and gone on with."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import miwake as mw
from miwake.data import inspection, mvtec
from miwake.run import Run, read_table

QUICK = ("--threads", "1", "--precision", "fp32", "--device", "cpu", "--image-size", "64", "--bootstrap-rounds", "100")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mvtec.toy(tmp_path_factory.mktemp("parts"))


@pytest.fixture(scope="module")
def run(parts: Path, tmp_path_factory: pytest.TempPathFactory, miwake) -> Path:
    """A run on the toy. Read only."""
    folder = tmp_path_factory.mktemp("odd") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIWAKE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        ended = miwake("train", parts, "--out", folder, "--false-alarms", "1/20", *QUICK)
    assert ended.code == 0, ended.err
    assert "The task is anomaly" in " ".join(ended.out.split())
    assert all(len(line) <= 80 for line in ended.out.splitlines() if not line.startswith(("Model", "Report", "Use")))
    return folder


def test_the_run_says_what_was_found(run: Path) -> None:
    found = Run(run).evaluation()["test"]
    assert found["good"] == 15
    assert found["bad"] == found["masks"] == 16
    assert found["auroc"]["value"] > 0.95
    assert found["pixel_auroc"]["value"] > 0.9
    assert found["found"]["value"] > 0.8
    assert found["expected"]["value"] == pytest.approx(0.05, rel=0.1)
    assert [kind["name"] for kind in found["kinds"]] == ["scratch", "spot"]
    header = Run(run).header()
    assert header.task == "anomaly"
    assert header.settings["method"] == "patchcore"
    rows = read_table(run / "predictions.csv")
    assert {row["true"] for row in rows if row["split"] == "val"} == {"good"}


def test_an_attack_on_it_is_refused_in_words(run: Path, miwake) -> None:
    ended = miwake("attack", run)
    assert ended.code == 2
    said = " ".join(ended.err.split())
    for part in ("--task anomaly", "a run of --task classify", "miwake train DATA --task classify"):
        assert part in said
    assert not (run / "attack").exists()


def test_the_report_shows_it(run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    for section in ("result", "places", "kinds", "data", "model", "next", "details"):
        assert f'<section id="{section}"' in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert len(re.findall(r"<img ", page)) >= 3 * 12


def test_predict_says_where_and_how_sure(run: Path, parts: Path, tmp_path: Path, miwake) -> None:
    table = tmp_path / "a.csv"
    spot, good = parts / "test" / "spot" / "060.png", parts / "test" / "good" / "050.png"
    (tmp_path / "none.png").write_bytes(b"no picture")
    ended = miwake("predict", run, spot, good, tmp_path / "none.png", "--json", "--csv", table, "--scale", "0.5")
    assert ended.code == 3
    first, second, third = (json.loads(line) for line in ended.out.splitlines())
    assert (first["label"], second["label"]) == ("defect", "good")
    assert first["false_alarms"] < 0.05 < second["false_alarms"]
    mask = np.asarray(Image.open(parts / "ground_truth" / "spot" / "060_mask.png"))
    rows, columns = np.nonzero(mask)
    region = first["regions"][0]
    assert region["left"] <= columns.mean() <= region["right"]
    assert region["top"] <= rows.mean() <= region["bottom"]
    assert region["area_mm2"] == pytest.approx(region["area"] / 4)
    assert second["regions"] == []
    assert "problem" in third
    written = list(csv.DictReader(table.open(encoding="utf-8")))
    assert written[0]["label"] == "defect"
    assert float(written[0]["area_mm2"]) == pytest.approx(int(written[0]["area"]) / 4)
    assert written[2]["problem"]
    assert miwake("predict", run, spot, "--scale", "0").code == 2


def test_an_answer_is_the_same_in_evaluation_and_prediction(run: Path, parts: Path) -> None:
    written = {row["path"]: row for row in read_table(run / "predictions.csv") if row["split"] == "test"}
    files = [parts / path for path in list(written)[:6]]
    for answer, path in zip(mw.predict(run, files), list(written)[:6], strict=True):
        assert answer.label == written[path]["label"]
        assert answer.score == pytest.approx(float(written[path]["score"]), abs=1e-4)


@pytest.mark.parametrize("style", ["outline", "heat", "emphasis"])
def test_pictures_in_every_style(run: Path, parts: Path, tmp_path: Path, miwake, style: str) -> None:
    file = parts / "test" / "spot" / "060.png"
    assert miwake("predict", run, file, "--pictures", tmp_path, "--style", style).code == 0
    drawn = np.asarray(Image.open(tmp_path / "060.png")).astype(int)
    assert drawn.std() > 5
    bad = miwake("predict", run, file, "--pictures", tmp_path, "--style", "emphasiss")
    assert bad.code == 2
    assert "Did you mean 'emphasis'" in bad.err


def test_another_threshold_and_other_data(run: Path, parts: Path, tmp_path: Path, miwake) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    ended = miwake("evaluate", copy, "--false-alarms", "30%", "--keep", "--json")
    assert json.loads(ended.out)["expected"]["value"] == pytest.approx(0.3, rel=0.1)
    assert Run(copy).header().decision["expected"]["value"] == pytest.approx(0.3, rel=0.1)
    data = inspection.toy(tmp_path)  # kinds of defects need not be known
    for kind in ("spot", "scratch"):
        (data / kind).rename(data / f"new {kind}")
    shutil.rmtree(data / "masks")
    (data / "run").rename(tmp_path.parent / f"{tmp_path.name}-run")
    ended = miwake("evaluate", tmp_path.parent / f"{tmp_path.name}-run", data, "--csv", tmp_path / "all.csv")
    assert ended.code == 0, ended.err
    assert "new spot" in ended.out
    for flags, words in (
        (("--cost", "miss=5,false-alarm=1"), "needs defects among the validation pictures"),
        (("--unknown-cost", "1"), "--unknown-cost is for"),
        (("--false-alarms", "often"), "--false-alarms is 'often'"),
    ):
        ended = miwake("evaluate", run, *flags)
        assert ended.code == 2
        assert words in ended.err


def test_costs_set_the_threshold_on_validation(parts: Path, tmp_path: Path, miwake) -> None:
    data = inspection.toy(tmp_path / "d" if (tmp_path / "d").mkdir() is None else tmp_path)
    folder = tmp_path / "run"
    ended = miwake("train", data, "--cost", "miss=50,false-alarm=1", "--out", folder, *QUICK)
    assert ended.code == 0, ended.err
    found = Run(folder).evaluation()
    assert found["test"]["chosen"] == "costs"
    assert found["val"]["bad"] == 8
    assert found["test"]["bad"] == 8
    assert found["test"]["cost_per_picture"] is not None
    ended = miwake("evaluate", folder, "--cost", "miss=1,false-alarm=50", "--json")
    # the table that it judges again from holds six decimals
    assert json.loads(ended.out)["threshold"] >= found["test"]["threshold"] - 1e-5


def test_good_pictures_alone(parts: Path, tmp_path: Path, miwake) -> None:
    ended = miwake("train", parts / "train" / "good", "--out", tmp_path / "run", *QUICK)
    assert ended.code == 3
    assert "--task anomaly" in ended.err
    folder = tmp_path / "alone"
    ended = miwake("train", parts / "train" / "good", "--task", "anomaly", "--out", folder, "--lang", "ja", *QUICK)
    assert ended.code == 0, ended.err
    assert "欠陥の画像がない" in ended.out
    found = Run(folder).evaluation()["test"]
    assert found["bad"] == 0
    assert found["auroc"]["value"] is None
    assert found["false_alarms"]["high"] < 1
    assert 'lang="ja"' in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("method", ["panda", "padim", "efficientad", "autoencoder"])
def test_every_method_goes_all_the_way(parts: Path, tmp_path: Path, miwake, method: str) -> None:
    folder = tmp_path / "run"
    ended = miwake("train", parts, "--method", method, "--epochs", "12", "--out", folder, *QUICK)
    assert ended.code == 0, ended.err
    assert Run(folder).evaluation()["test"]["auroc"]["value"] > 0.8
    (answer,) = mw.predict(folder, [parts / "test" / "spot" / "060.png"])
    assert answer.heat.ndim == 2


def test_the_same_seed_gives_the_same_model(run: Path, parts: Path, tmp_path: Path, miwake) -> None:
    ended = miwake("train", parts, "--out", tmp_path / "run", "--false-alarms", "1/20", *QUICK)
    assert ended.code == 0
    assert (tmp_path / "run" / "predictions.csv").read_text() == (run / "predictions.csv").read_text()


def test_it_is_explained_by_its_score(run: Path, parts: Path, tmp_path: Path) -> None:
    options = mw.ExplainOptions(methods=("occlusion", "integrated_gradients"), examples=6)
    found = mw.explain(run, parts / "test" / "spot" / "060.png", explanation=options, out=tmp_path / "why.html")
    (one,) = found.explained.explanations
    assert {each.method for each in one.maps} >= {"occlusion"}
    assert all(each.values.std() > 0 for each in one.maps)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--method", "patchcor"), "Did you mean 'patchcore'"),
        (("--robust", "8/255"), "--robust is for --task classify"),
        (("--mixup", "0.2"), "learns from the pictures as they are"),
        (("--starting-weights", "none", "--method", "padim"), "looks through a network"),
        (("--memory", "1K"), "holds"),
        (("--bank", "0"), "--bank is 0"),
        (("--cost", "miss=1", "--false-alarms", "1/10"), "both set the threshold"),
        (("--taxonomy", "x.csv"), "--taxonomy is for"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    parts: Path, tmp_path: Path, miwake, flags: tuple[str, ...], words: str
) -> None:
    ended = miwake("train", parts, "--out", tmp_path / "run", *QUICK, *flags)
    assert ended.code == 2, ended.err
    assert words in ended.err
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_classes_that_name_no_good_one(tmp_path: Path, miwake) -> None:
    from miwake.data import folder

    data = folder.toy(tmp_path)
    ended = miwake("train", data, "--task", "anomaly", "--out", tmp_path / "run")
    assert ended.code == 2
    assert "which of the classes" in ended.err
    ended = miwake("train", data, "--false-alarms", "1/10", "--out", tmp_path / "run")
    assert "--false-alarms is for --task anomaly" in ended.err
