"""Wrong uses and bad data end with a sentence and an exit code, never with a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import miwake as mw
from miwake.cli import run as command
from miwake.data import folder as source


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Toy pictures and a run trained on them with the command line."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "toy").mkdir()
    source.toy(folder / "toy")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MIWAKE_CACHE", str(folder / "cache"))
        flags = ["--model", "small", "--epochs", "4", "--batch-size", "16", "--threads", "1", "--precision", "fp32"]
        assert command(["train", "toy", *flags]) == 0
    return folder


def _wrong_uses() -> list[tuple[list[str], int, str]]:
    return [
        (["trian"], 2, "train"),
        (["train"], 2, "data to train on"),
        (["train", "toy", "--resume", "latest"], 2, "not both"),
        (["train", "nowhere"], 3, "nowhere"),
        (["train", "toy", "--epochs", "0"], 2, "--epochs"),
        (["train", "toy", "--time-limit", "soon"], 2, "soon"),
        (["train", "toy", "--model", "resnet81"], 2, "resnet18"),
        (["train", "toy", "--model", "vgg16", "--image-size", "4"], 2, "vgg16"),
        (["train", "toy", "--source", "folders"], 2, "folder"),
        (["train", "toy", "--group", "("], 2, "("),
        (["train", "toy", "--group", "no such thing"], 2, "no such thing"),
        (["train", "toy", "--starting-weights", "nothing.pth"], 2, "nothing.pth"),
        (["train", "toy", "--model", "resnet18", "--starting-weights", "imagenet"], 2, "--download"),
        (["train", "toy", "--device", "cuda:7"], 2, "cuda:7"),
        (["train", "toy", "--cost", "missed=3"], 2, "missed"),
        (["train", "toy", "--taxonomy", "none.csv"], 3, "none.csv"),
        (["train", "toy", "--precision", "fp16", "--device", "cpu"], 2, "fp16"),
        (["train", "toy", "--task", "segment"], 2, "classify"),
        (["train", "--resume", "lattest"], 2, "latest"),
        (["predict", "latest"], 2, "No pictures"),
        (["predict", "latest", "gone.jpg"], 2, "gone.jpg"),
        (["predict", "nowhere", "toy"], 2, "nowhere"),
        (["evaluate", "nowhere"], 2, "nowhere"),
        (["evaluate", "latest", "gone"], 3, "gone"),
        (["check", "nowhere"], 3, "nowhere"),
        (["models", "resnat"], 2, "resnet"),
    ]


@pytest.mark.parametrize(("arguments", "code", "said"), _wrong_uses(), ids=lambda value: str(value)[:40])
def test_wrong_use(arguments, code, said, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    before = sorted(str(path) for path in place.rglob("*") if "cache" not in path.parts)
    found = command(arguments)
    output = capsys.readouterr()
    assert said in output.err + output.out
    assert "Traceback" not in output.err
    assert "a bug in Miwake" not in output.err
    assert found == code
    assert sorted(str(path) for path in place.rglob("*") if "cache" not in path.parts) == before, "nothing is left"


@pytest.mark.parametrize("flag", ["--epchs", "--lerning-rate"])
def test_a_misspelt_flag_is_answered_with_the_nearest(flag, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    assert command(["train", "toy", flag, "3"]) == 2
    right = flag.replace("epchs", "epochs").replace("lerning", "learning")
    assert f"Did you mean {right}?" in capsys.readouterr().err


def test_bad_pictures_are_listed_and_can_be_left_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "toy").mkdir()
    data = source.toy(tmp_path / "toy")
    first = sorted(folder for folder in data.iterdir() if folder.is_dir())[0]
    (first / "text.jpg").write_text("not a picture at all")
    (first / "empty.png").touch()
    flags = ["--model", "small", "--epochs", "1", "--threads", "1", "--precision", "fp32"]
    assert command(["train", "toy", *flags]) == 3
    said = capsys.readouterr().err
    assert "text.jpg" in said
    assert "empty.png" in said
    assert "--skip-bad" in said
    assert command(["check", "toy"]) == 1
    assert command(["train", "toy", "--skip-bad", *flags]) == 0
    assert "text.jpg" not in (next((tmp_path / "runs").glob("*/predictions.csv"))).read_text()


def test_predict_table_json_csv_and_pictures(place, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(place)
    classes = sorted(folder.name for folder in (place / "toy").iterdir() if folder.is_dir())
    assert command(["predict", "latest", "toy"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(list((place / "toy").rglob("*.png")))
    assert all("%" in line for line in lines)

    out = tmp_path / "answers.csv"
    arguments = ["predict", "latest", f"toy/{classes[0]}/*.png", "--json", "--csv", str(out)]
    assert command([*arguments, "--pictures", str(tmp_path / "drawn")]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {answer["label"] for answer in answers} <= set(classes)
    assert len(out.read_text().splitlines()) == len(answers) + 1
    assert len(list((tmp_path / "drawn").glob("*.png"))) == len(answers)


def test_predict_reads_paths_from_standard_input(place, monkeypatch, capsys):
    import io

    monkeypatch.chdir(place)
    files = sorted(str(file) for file in (place / "toy").rglob("*.png"))[:3]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(files) + "\n"))
    assert command(["predict", "latest", "-"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_an_unreadable_picture_is_exit_code_3(place, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(place)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not more")
    assert command(["predict", "latest", str(tmp_path / "broken.jpg")]) == 3
    assert "broken.jpg" in capsys.readouterr().err


def test_evaluate_on_other_data_and_unknown_classes(place, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(place)
    assert command(["evaluate", "latest", "--json"]) == 0
    own = json.loads(capsys.readouterr().out)
    assert own["split"] == "test"
    assert command(["evaluate", "latest", "toy", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["count"] == len(list((place / "toy").rglob("*.png")))
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        for number in range(3):
            shade = np.full((12, 12, 3), 40 * number, np.uint8)
            Image.fromarray(shade).save(tmp_path / name / f"{number}.png")
    assert command(["evaluate", "latest", str(tmp_path)]) == 3
    assert "cats" in capsys.readouterr().err


def test_costs_are_kept_when_asked(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    name = sorted(folder.name for folder in (place / "toy").iterdir() if folder.is_dir())[0]
    costs = ["--cost", "miss=50,false-alarm=1", "--positive", name, "--unknown-cost", "0.001"]
    assert command(["evaluate", "latest", *costs, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decision"]["unknown_cost"] == 0.001
    assert mw.open_run("latest").header().decision == {}
    assert command(["evaluate", "latest", *costs, "--keep"]) == 0
    assert mw.open_run("latest").header().decision["unknown_cost"] == 0.001


def test_cache_models_and_version(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    monkeypatch.setenv("MIWAKE_CACHE", str(place / "cache"))
    assert command(["cache"]) == 0
    assert command(["cache", "--clear"]) == 0
    assert command(["models", "lenet"]) == 0
    assert command(["--version"]) == 0
    said = capsys.readouterr().out
    assert "lenet5" in said
    assert mw.__version__ in said


def test_several_labels_end_to_end(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    random, lines = np.random.default_rng(0), ["path,label"]
    for number in range(80):
        left, right = random.random(2) < 0.5
        pixels = random.integers(0, 40, (16, 16, 3), dtype=np.uint8)
        pixels[4:12, 1:7] += np.uint8(200 if left else 0)
        pixels[4:12, 9:15] += np.uint8(200 if right else 0)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        lines.append(f"{number}.png,{';'.join(name for name, on in (('left', left), ('right', right)) if on)}")
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n")
    flags = ["--model", "small", "--epochs", "12", "--batch-size", "8", "--threads", "1", "--augment", "none"]
    assert command(["train", "table.csv", *flags, "--out", "run"]) == 0
    figures = json.loads((tmp_path / "run" / "evaluation.json").read_text())["test"]
    assert figures["multilabel"]
    assert figures["accuracy"]["value"] > 0.7


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["predict", "--help"], ["predict", "latest", "toy"]])
def test_a_full_disk_below_what_is_printed_is_no_bug(place: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "miwake", *arguments], cwd=place, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith("miwake: What was to be printed could not be: No space left on device.")
    assert "bug" not in ended.stderr
