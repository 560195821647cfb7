"""Every source that discovery finds: its toy is guessed, listed, divided, trained on, saved, loaded and answered."""

from __future__ import annotations

import json

import numpy as np
import pytest

import miwake as mw
from miwake.data.source import names, open_dataset, source
from miwake.run import read_table

from .conftest import QUICK, SMALL

OWN_FILES = [name for name in names() if name != "bundled"]


@pytest.mark.parametrize("name", names())
def test_toy_is_guessed_and_listed(name, tmp_path):
    path = source(name).toy(tmp_path)
    guessed = source(name).guess(path) is not None
    dataset = open_dataset(path, None if guessed else mw.DataOptions(source=name))
    assert dataset.source == name
    assert len(dataset) == len(dataset.paths) == len(dataset.targets) == len(dataset.split) > 0
    assert len(set(dataset.paths)) == len(dataset)
    assert not guessed or any(name in note for note in dataset.notes), "the guess is said"


@pytest.mark.parametrize("name", OWN_FILES)
def test_toy_is_learnt_from_end_to_end(name, tmp_path):
    (tmp_path / "toy").mkdir()
    data = source(name).toy(tmp_path / "toy")
    options = mw.DataOptions(source=name)
    run = mw.train(data, data_options=options, model=SMALL, training=QUICK, out=tmp_path / "run")
    for file in ("model.safetensors", "config.json", "split.csv", "metrics.csv", "evaluation.json", "report.html"):
        assert (run.folder / file).stat().st_size > 0, file
    figures = json.loads((run.folder / "evaluation.json").read_text())["test"]
    assert figures["accuracy"]["value"] > figures["baseline"]["value"]
    answers = {row["path"]: row for row in read_table(run.folder / "predictions.csv") if row["split"] == "test"}
    again = mw.evaluate(run, json=True).evaluation
    assert again.accuracy.value == pytest.approx(figures["accuracy"]["value"])
    assert len(answers) == again.count


def test_any_number_of_planes(tmp_path):
    (tmp_path / "toy").mkdir()
    data = source("cifar").toy(tmp_path / "toy")
    dataset = open_dataset(data)
    assert dataset.pixels is not None
    assert dataset.pixels.dtype == np.uint8
    assert dataset.pixels.shape[3] == 9, "three views of three colours; trained on above"
