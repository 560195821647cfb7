"""A prediction on raw files is what training's own evaluation said of them."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from miwake import tasks
from miwake.data.preprocess import load
from miwake.errors import MiwakeError, UsageError
from miwake.prediction import BATCH, Predictor, Unreadable
from miwake.run import Run, read_table
from miwake.types import Prediction


@pytest.fixture(scope="module")
def mixed(tmp_path_factory, miwake) -> tuple[Path, Path]:
    """Photographs of all kinds (large and small, JPEG and PNG, turned, grey, with alpha), and a run on them."""
    place = tmp_path_factory.mktemp("mixed")
    random = np.random.default_rng(0)
    for number in range(48):
        side, ground = (int(n) for n in random.integers(70, 400, 2))
        bright = number % 2
        pixels = random.integers(0, 90, (side, ground, 3), dtype=np.uint8)
        pixels[: side // 2] += np.uint8(120 * bright)
        pixels[side // 2 :] += np.uint8(120 * (1 - bright))
        image = Image.fromarray(pixels)
        folder = place / "photos" / ("dark-above", "light-above")[bright]
        folder.mkdir(parents=True, exist_ok=True)
        match number // 2 % 4:
            case 0:
                image.save(folder / f"{number}.jpg", quality=90)
            case 1:
                exif = Image.Exif()
                exif[0x0112] = 6
                image.rotate(90, expand=True).save(folder / f"{number}.jpeg", exif=exif)
            case 2:
                image.convert("L").save(folder / f"{number}.png")
            case 3:
                image.convert("RGBA").save(folder / f"{number}.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIWAKE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        options = ("--epochs", "2", "--threads", "1", "--precision", "fp32", "--batch-size", "8", "--test", "0.5")
        ended = miwake("train", "photos", "--model", "small", *options, "--out", "run", cwd=place)
    assert ended.code == 0, ended.err
    return place / "photos", place / "run"


@pytest.fixture(scope="module")
def predictor(toy_run) -> Predictor:
    return Predictor.open(toy_run, "cpu")


@pytest.fixture(scope="module")
def files(place) -> list[Path]:
    return sorted((place / "toy").rglob("*.png"))


def answers(predictor: Predictor, pictures: list[Path]) -> list[Prediction]:
    found = list(predictor.predict(pictures))
    assert all(isinstance(answer, Prediction) for answer in found)
    return found  # type: ignore[return-value]


def same(left: list[Prediction], right: list[Prediction], tolerance: float = 1e-6) -> None:
    assert [answer.label for answer in left] == [answer.label for answer in right]
    for one, other in zip(left, right, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, rtol=0, atol=tolerance)


# -- the same numbers ----------------------------------------------------------------------------------------------


def as_evaluated(data: Path, run: Path) -> None:
    rows = read_table(run / "predictions.csv")
    assert {row["split"] for row in rows} == {"val", "test"}
    predictor = Predictor.open(run, "cpu")
    found = answers(predictor, [data / row["path"] for row in rows])
    for answer, row in zip(found, rows, strict=True):
        assert answer.label == row["label"]
        assert answer.probability == pytest.approx(float(row["probability"]), abs=1e-6)
        shares = [float(row[f"p:{name}"]) for name in predictor.task.classes]
        np.testing.assert_allclose(answer.probabilities, shares, rtol=0, atol=1e-6)
    test = [row for row in rows if row["split"] == "test"]
    accuracy = Run(run).evaluation()["test"]["accuracy"]["value"]
    assert np.mean([row["label"] == row["true"] for row in test]) == pytest.approx(accuracy)


def test_raw_files_get_the_answers_of_the_evaluation(place, toy_run):
    as_evaluated(place / "toy", toy_run)


def test_photographs_too_whatever_their_format(mixed):
    as_evaluated(*mixed)


def test_predict_prints_what_predict_returns(mixed, miwake):
    data, run = mixed
    (answer,) = answers(Predictor.open(run, "cpu"), [data / "light-above" / "1.jpg"])
    printed = miwake("predict", run, data / "light-above" / "1.jpg", "--device", "cpu").out
    assert printed.startswith(f"{100 * answer.probability:5.1f}%  {answer.label}")


def test_an_answer_does_not_depend_on_its_neighbours(predictor, files):
    many = files * (1 + 2 * BATCH // len(files))
    assert len(many) > 2 * BATCH
    together = answers(predictor, many)
    assert [answer.path for answer in together] == [str(path) for path in many]
    same(together[: len(files)], [answer for path in files for answer in answers(predictor, [path])])


def test_many_pictures_are_answered_by_a_folded_network(predictor, files):
    fresh = Predictor(predictor.model, predictor.header, predictor.device)
    expected = answers(fresh, files[:2])
    assert "_hastened" not in vars(fresh)
    answers(fresh, files * (1 + BATCH // len(files)))
    quick, slow = (
        sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())
        for network in (vars(fresh)["_hastened"]._answering, fresh.model)
    )
    assert quick < slow
    # of few pictures the network itself is asked, before and after
    same(answers(fresh, files[:2]), expected, tolerance=0)


def test_files_bytes_and_arrays_are_the_same_picture(predictor, files):
    chosen = files[::7]
    arrays = [np.asarray(Image.open(path)) for path in chosen]
    expected = answers(predictor, chosen)
    same(expected, list(predictor.predict(path.read_bytes() for path in chosen)))  # type: ignore[arg-type]
    same(expected, list(predictor.predict(arrays)))  # type: ignore[arg-type]


def test_stored_pictures_give_the_same_outputs(predictor, files):
    stored = torch.from_numpy(np.stack([load(path, predictor.header.preprocessing) for path in files]))

    def gather(rows: torch.Tensor) -> torch.Tensor:
        return stored[rows].permute(0, 3, 1, 2)

    outputs = predictor.split_outputs(gather, torch.arange(len(files)))
    again = predictor.task.answers(outputs, [str(path) for path in files], predictor.header)
    same(again, answers(predictor, files))
    assert predictor.split_outputs(gather, torch.arange(0)).shape == (0, 4)


def test_probabilities_are_calibrated(predictor, files):
    header = replace(predictor.header, calibration={"temperature": 2.5})
    (answer,) = answers(Predictor(predictor.model, header, predictor.device), [files[0]])
    stored = torch.from_numpy(load(files[0], header.preprocessing)[None]).permute(0, 3, 1, 2)
    expected = torch.softmax(torch.from_numpy(predictor.outputs(stored)) / 2.5, 1)[0]
    np.testing.assert_allclose(answer.probabilities, expected, atol=1e-9)


# -- what cannot be read -------------------------------------------------------------------------------------------


def test_unreadable_ones_come_in_their_place(predictor, files, tmp_path):
    (tmp_path / "text.jpg").write_text("this is no picture at all, but a text of some length")
    (tmp_path / "empty.png").touch()
    (tmp_path / "half.png").write_bytes(files[0].read_bytes()[:200])
    asked = []
    for number, path in enumerate(files):
        asked.append(path)
        if number % 20 == 0:
            asked += [tmp_path / "text.jpg", tmp_path / "none.png", tmp_path / "half.png", tmp_path / "empty.png"]
    found = list(predictor.predict(asked))
    assert [answer.path for answer in found] == [str(path) for path in asked]
    bad = {Path(answer.path).name: answer.reason for answer in found if isinstance(answer, Unreadable)}
    assert set(bad) == {"text.jpg", "none.png", "half.png", "empty.png"}
    assert "text" in bad["text.jpg"]
    assert "empty" in bad["empty.png"]
    same([answer for answer in found if isinstance(answer, Prediction)], answers(predictor, files))


def test_nothing_but_unreadable_ones(predictor, tmp_path):
    assert [type(answer) for answer in predictor.predict([tmp_path / "a", tmp_path / "b"])] == [Unreadable] * 2
    assert list(predictor.predict([])) == []


def test_a_folder_is_no_picture_and_a_large_one_is_refused(predictor, tmp_path, files):
    large, folder = predictor.predict([files[0], tmp_path], max_pixels=100)
    assert isinstance(large, Unreadable)
    assert "over the limit" in large.reason
    assert isinstance(folder, Unreadable)


def test_answers_come_before_all_pictures_are_there(predictor, files):
    asked = 0

    def endless():
        nonlocal asked
        while True:
            asked += 1
            yield files[0]

    stream = predictor.predict(endless())
    assert isinstance(next(stream), Prediction)
    stream.close()
    assert asked <= 3 * BATCH


# -- opening -------------------------------------------------------------------------------------------------------


def test_opened_by_folder_file_and_name(place, toy_run, files, monkeypatch, tmp_path):
    monkeypatch.chdir(place)
    copy = tmp_path / "sorter.safetensors"
    copy.write_bytes((toy_run / "model.safetensors").read_bytes())
    expected = answers(Predictor.open(toy_run), files[:3])
    for name in (toy_run.name, "latest", toy_run / "model.safetensors", copy, str(copy), Run(toy_run)):
        same(expected, answers(Predictor.open(name), files[:3]), tolerance=0)


def test_no_such_run_or_device(tmp_path, monkeypatch, toy_run):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no run 'imagnet'. Did you mean 'imagenet'"):
        Predictor.open("imagnet")
    with pytest.raises(UsageError, match="device 'tpu'"):
        Predictor.open(toy_run, "tpu")
    (tmp_path / "bad.safetensors").write_text("x")
    with pytest.raises(MiwakeError, match="not a whole model file"):
        Predictor.open("bad.safetensors")


def test_the_model_is_for_looking_only(predictor):
    assert not predictor.model.training
    assert not any(parameter.requires_grad for parameter in predictor.model.parameters())
    assert tasks.find(predictor.header.task).from_json(predictor.header.settings) == predictor.task


# -- imagenet ------------------------------------------------------------------------------------------------------


def test_imagenet_answers_without_a_network(monkeypatch, tmp_path):
    """scikit-learn brings a photograph of a Chinese temple."""
    from sklearn.datasets import load_sample_image

    def refuse(*_: object) -> None:
        raise AssertionError("nobody asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "imagenet").mkdir()  # somebody's pictures, and no run
    Image.fromarray(load_sample_image("china.jpg")).save(tmp_path / "temple.png")
    predictor = Predictor.open("imagenet", "cpu")
    assert len(predictor.task.classes) == 1000
    assert predictor.header.starting_weights["licence"] == "Apache-2.0"
    (answer,) = answers(predictor, [tmp_path / "temple.png"])
    assert sum(answer.probabilities) == pytest.approx(1)
    order = np.argsort(answer.probabilities)[::-1]
    best = [predictor.task.classes[number] for number in order[:5]]
    assert answer.label == best[0]
    assert {"palace", "bell cote", "stupa", "monastery"} & set(best), best
