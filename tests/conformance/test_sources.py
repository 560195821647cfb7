"""Every source that discovery finds: its toy is written, guessed, opened, split, stored, learnt and predicted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from miwake import open_dataset, tasks
from miwake.data import source
from miwake.data.classmap import read_classes
from miwake.data.config import DataOptions
from miwake.data.fingerprint import fingerprint
from miwake.data.pictures import open_pictures
from miwake.data.split import read_split, write_split
from miwake.look.words import told
from miwake.prediction import Predictor
from miwake.run import Run, read_table
from miwake.tasks.task import Task
from miwake.types import TRAIN, UNASSIGNED, Preprocessing

NAMES = source.names()
FLAGS = ("--model", "small", "--threads", "1", "--precision", "fp32", "--device", "cpu")


def toy(name: str, folder: Path) -> Path:
    (folder / "data").mkdir()
    return source.source(name).toy(folder / "data")


def asking(task: str) -> type[Task]:
    """The class of a task; a test skips where nothing asks it yet."""
    if task not in tasks.names():
        pytest.skip(f"there is no task {task}")
    return tasks.find(task)


def test_discovery_finds_them() -> None:
    assert {"folder", "csv", "idx", "cifar", "bundled"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_is(name: str) -> None:
    module = source.source(name)
    assert module.LOOKS_FOR
    assert module.__doc__
    assert module.read.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_its_toy_is_guessed_and_no_other_reader_claims_it(name: str, tmp_path: Path) -> None:
    path = toy(name, tmp_path)
    claimed = {other: source.source(other).guess(path) for other in NAMES}
    if claimed[name] is None:
        return  # a reader of something that looks like another's asks to be named with --source
    assert [other for other, reason in claimed.items() if reason] == [name]
    assert told(claimed[name]).endswith(".")  # a sentence, to be said aloud


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_is_whole(name: str, tmp_path: Path, in_both) -> None:
    path = toy(name, tmp_path)
    dataset = open_dataset(path, DataOptions(source=name))
    assert dataset.masks is None or len(dataset.masks) == len(dataset)
    assert all(dataset.mask_file(row) is None or dataset.mask_file(row).is_file() for row in range(len(dataset)))
    count, kinds = len(dataset), len(dataset.classes)
    assert count > 0
    assert kinds >= 2
    pixels = dataset.legend is not None  # that have classes, where pictures have none
    assert pixels == (dataset.task == "segment")
    if dataset.legend is not None:
        assert len(dataset.legend.values) == kinds
        assert read_classes(dataset, 0).max() < kinds
    assert dataset.source == name
    assert dataset.task in (*tasks.names(), "segment")
    assert len(set(dataset.paths)) == count
    assert dataset.targets.shape == ((count, kinds) if dataset.multilabel else (count,))
    assert dataset.targets.min() >= 0
    assert set(np.unique(dataset.targets)) == ({0} if pixels else set(range(kinds)))
    assert dataset.split.shape == (count,)
    assert set(np.unique(dataset.split)) <= {UNASSIGNED, 0, 1, 2}
    assert all(dataset.file(row).is_file() for row in range(0, count, 7)) or dataset.pixels is not None
    assert dataset.pixels is None or (dataset.pixels.ndim == 4 and dataset.pixels.dtype == np.uint8)
    assert told(dataset.notes[0]).startswith(f"Read by {name}: ")
    # texts are the same in every language; who has notes has them in both
    in_both(note for note in dataset.notes if not isinstance(note, str))
    asked = open_dataset(path, DataOptions(source=name))
    assert list(asked.paths) == list(dataset.paths)
    np.testing.assert_array_equal(asked.targets, dataset.targets)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_divided_and_stored(name: str, tmp_path: Path) -> None:
    path = toy(name, tmp_path)
    dataset = open_dataset(path)
    channels = 3 if dataset.pixels is None else dataset.pixels.shape[3]
    shape = Preprocessing(size=(14, 10), channels=channels, mean=(0.5,) * channels, std=(0.5,) * channels)
    pictures, stored = open_pictures(dataset, shape, DataOptions())
    assert pictures.shape == (channels, 14, 10)
    assert stored.bad == ()
    kind = asking(dataset.task)
    divided, report = kind.divide(dataset, DataOptions(), 0, stored.identity)
    assert report.sentences
    for number in range(3):
        rows = divided.rows(number)
        if kind.family == "classify":
            assert set(np.unique(dataset.targets[rows])) == set(range(len(dataset.classes)))
        batch = pictures.gather(torch.from_numpy(rows[:5]))
        assert batch.shape == (5, channels, 14, 10)
        assert batch.float().std() > 5  # they show something
    write_split(tmp_path / "split.csv", divided, stored.content)
    again = read_split(tmp_path / "split.csv", open_dataset(path))
    np.testing.assert_array_equal(again.split, divided.split)
    assert fingerprint(again, pictures) == fingerprint(divided, pictures)


@pytest.mark.parametrize("name", NAMES)
def test_the_fingerprint_tells_data_apart(name: str, tmp_path: Path) -> None:
    dataset = open_dataset(toy(name, tmp_path))
    channels = 3 if dataset.pixels is None else dataset.pixels.shape[3]
    shape = Preprocessing(size=(12, 12), channels=channels, mean=(0.5,) * channels, std=(0.5,) * channels)
    order = np.random.default_rng(0).permutation(len(dataset))
    marks = []
    for rows in (np.arange(len(dataset)), order, order[1:]):
        part = dataset.take(rows)
        marks.append(fingerprint(part, open_pictures(part, shape, DataOptions())[0]))
    assert marks[0] == marks[1]  # whatever the order of the files
    assert marks[0] != marks[2]
    assert len(marks[0]) == 32


@pytest.mark.parametrize("name", NAMES)
def test_it_is_learnt_saved_loaded_and_predicted(name: str, tmp_path: Path, miwake) -> None:
    path, run = toy(name, tmp_path), tmp_path / "run"
    epochs = "1" if name == "bundled" else "30"
    task = open_dataset(path, DataOptions(source=name)).task
    flags = FLAGS if asking(task).family == "classify" else FLAGS[2:]
    ended = miwake("train", path, *flags, "--epochs", epochs, "--out", run)
    assert ended.code == 0, ended.err
    found = Run(run).evaluation()["test"]
    if "accuracy" not in found:
        assert found["auroc"]["value"] >= 0.8  # by chance 0.5
    else:
        assert found["accuracy"]["value"] >= (0.5 if name == "bundled" else 0.8)  # by chance 0.1 and 0.25

    # the model file answers as the evaluation did, from what the source gives
    dataset = read_split(run / "split.csv", open_dataset(path))
    if tasks.find(dataset.task).family != "classify":
        return
    rows = {path: row for row, path in enumerate(dataset.paths)}
    answered = [row for row in read_table(run / "predictions.csv") if row["split"] == "test"][:100]
    predictor = Predictor.open(run, "cpu")
    chosen = [rows[row["path"]] for row in answered]
    pictures = [dataset.file(row) if dataset.pixels is None else dataset.pixels[row] for row in chosen]
    for answer, written in zip(predictor.predict(pictures), answered, strict=True):
        assert answer.label == written["label"]
        shares = [float(written[f"p:{name}"]) for name in dataset.classes]
        np.testing.assert_allclose(answer.probabilities, shares, rtol=0, atol=1e-6)
    assert len(dataset.rows(TRAIN)) == predictor.header.data["training_pictures"]
