"""The run folder and the model file: what is written comes back; what is damaged is named."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from miwake.errors import MiwakeError, UsageError
from miwake.prediction import Predictor
from miwake.run import (
    FORMAT,
    Header,
    Run,
    load_weights,
    make_latest,
    new_run,
    open_run,
    read_header,
    read_table,
    save_model,
    write_table,
)
from miwake.types import Preprocessing

HEADER = Header(
    task="classify",
    settings={"classes": ["良", "不良"], "multilabel": False, "label_smoothing": 0.0, "class_weights": []},
    architecture="small",
    preprocessing=Preprocessing(size=(12, 16), channels=1, mean=(0.5,), std=(0.25,), fit="pad", crop=0.875),
    dropout=0.1,
    calibration={"temperature": 1.5},
    decision={"costs": [[0.0, 1.0], [50.0, 0.0]]},
    data={"name": "toy", "fingerprint": "0123"},
    starting_weights={"licence": "Apache-2.0"},
    versions={"miwake": "0.1.0"},
)


def rewrite(run: Path, folder: Path, **changes: object) -> Path:
    """A copy of a run whose model file's header says something else."""
    shutil.copytree(run, folder)
    file = folder / "model.safetensors"
    with safe_open(file, "pt") as opened:
        header = json.loads(opened.metadata()["miwake"])
    save_file(load_file(file), file, metadata={"miwake": json.dumps(header | changes)})
    return folder


# -- the model file ------------------------------------------------------------------------------------------------


def test_a_model_file_comes_back(tmp_path):
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 4, 3)
    model = nn.Sequential(layer, nn.BatchNorm2d(4)).to(memory_format=torch.channels_last)
    save_model(tmp_path / "m.safetensors", model, HEADER)
    assert read_header(tmp_path / "m.safetensors") == HEADER
    other = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    load_weights(tmp_path / "m.safetensors", other)
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), other.state_dict().values(), strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]


def test_a_newer_format_says_to_upgrade(tmp_path):
    save_model(tmp_path / "m.safetensors", nn.Linear(2, 2), replace(HEADER, format=FORMAT + 1))
    with pytest.raises(MiwakeError, match=rf"format {FORMAT + 1}, written by Miwake 0\.1\.0") as caught:
        read_header(tmp_path / "m.safetensors")
    assert "upgrade" in caught.value.todo


def test_what_a_newer_version_added_is_no_obstacle(toy_run, tmp_path):
    header = read_header(rewrite(toy_run, tmp_path / "run", colour="blue") / "model.safetensors")
    assert header == read_header(toy_run / "model.safetensors")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_truncated_file_is_named(toy_run, tmp_path, share):
    whole = (toy_run / "model.safetensors").read_bytes()
    path = tmp_path / "model.safetensors"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(MiwakeError, match="not a whole model file") as caught:
        read_header(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MiwakeError, match="no model file"):
        read_header(tmp_path / "model.safetensors")


def test_weights_of_others_are_no_model_file(tmp_path):
    save_file({"a": torch.zeros(3)}, tmp_path / "m.safetensors")
    with pytest.raises(MiwakeError, match="not Miwake's header") as caught:
        read_header(tmp_path / "m.safetensors")
    assert "--starting-weights" in caught.value.todo


@pytest.mark.parametrize(
    "changes",
    [
        {"settings": {}},
        {"settings": 3},
        {"settings": None},
        {"preprocessing": {}},
        {"preprocessing": 3},
        {"preprocessing": {"size": [4], "channels": 3, "mean": [0.5], "std": [0.5]}},
        {"format": None},
        {"format": "new"},
        {"format": FORMAT + 1, "versions": None},
        {"task": "clasify"},
        {"architecture": "smal"},
    ],
)
def test_a_strange_header_is_an_error_of_ours(toy_run, tmp_path, changes):
    with pytest.raises(MiwakeError):
        Predictor.open(rewrite(toy_run, tmp_path / "run", **changes))


def test_a_header_that_is_no_json(tmp_path):
    save_file({"a": torch.zeros(3)}, tmp_path / "m.safetensors", metadata={"miwake": "{"})
    with pytest.raises(MiwakeError, match="header of .* is damaged"):
        read_header(tmp_path / "m.safetensors")


def test_weights_that_do_not_fit(toy_run, tmp_path):
    run = rewrite(toy_run, tmp_path / "run", architecture="lecture-small")
    with pytest.raises(MiwakeError, match="do not fit the architecture"):
        Predictor.open(run)


# -- new runs ------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_runs_are_numbered(here, monkeypatch):
    monkeypatch.setattr("time.strftime", lambda _: "20260101-0000")
    names = [new_run(None, "my photos/2").name for _ in range(3)]
    assert names == ["my-photos-2-20260101-0000", "my-photos-2-20260101-0000-2", "my-photos-2-20260101-0000-3"]


@pytest.mark.parametrize("name", ["", "..", "///", "." * 300, "見分け", "x" * 400, "a\0b\nc", "写" * 300])
def test_any_name_gives_a_folder_below_runs(here, name):
    run = new_run(None, name)
    assert run.folder.is_dir()
    assert run.folder.parent == Path("runs")
    assert not run.name.startswith((".", "-"))


def _make(folder: str, count: int, queue: multiprocessing.SimpleQueue) -> None:
    with contextlib.chdir(folder):
        queue.put([new_run(None, "toy").name for _ in range(count)])


def test_runs_that_begin_at_once_get_folders_of_their_own(here):
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    workers = [context.Process(target=_make, args=(str(here), 20, queue)) for _ in range(4)]
    for worker in workers:
        worker.start()
    names = [name for _ in workers for name in queue.get()]
    for worker in workers:
        worker.join()
    assert len(names) == len(set(names)) == 80
    assert {path.name for path in Path("runs").iterdir()} == set(names)


def test_a_named_folder_must_be_new(here):
    assert new_run(Path("a/b/mine"), "x").folder.is_dir()
    new_run(Path("a/b/mine"), "x")  # still empty
    Path("a/b/mine/file").touch()
    for taken in ("a/b/mine", "a/b/mine/file"):
        with pytest.raises(UsageError, match="exists and is not empty") as caught:
            new_run(Path(taken), "x")
        assert f"--resume {taken}" in caught.value.todo
    with pytest.raises(UsageError, match="cannot be made"):
        new_run(Path("a/b/mine/file/below"), "x")
    assert Path("a/b/mine/file").read_bytes() == b""


def test_a_file_named_runs_is_in_the_way(here):
    Path("runs").touch()
    with pytest.raises(UsageError, match="cannot be made"):
        new_run(None, "x")


# -- finding runs --------------------------------------------------------------------------------------------------


@pytest.fixture
def two(here):
    for name in ("cats", "dogs"):
        run = new_run(Path("runs") / name, "x")
        (run.folder / "config.json").write_text('{"request": {}, "chosen": null}')
        make_latest(run)
    return here


def test_a_run_is_found_by_any_of_its_names(two):
    (Path("runs/cats/model.safetensors")).touch()
    dogs = Path("runs/dogs")
    assert open_run("latest").folder == dogs
    assert open_run("dogs").folder == dogs
    assert open_run("runs/dogs").folder == dogs
    assert open_run(dogs.absolute()).folder == dogs.absolute()
    assert open_run("runs/cats/model.safetensors").folder == Path("runs/cats")
    assert open_run(Run(dogs)).folder == dogs


@pytest.mark.parametrize(("wrong", "right"), [("cast", "cats"), ("runs/dog", "runs/dogs"), ("lates", "latest")])
def test_a_misspelt_run_is_answered_with_the_nearest(two, wrong, right):
    with pytest.raises(UsageError, match=f"Did you mean '{right}'"):
        open_run(wrong)


def test_a_run_elsewhere_is_found_by_its_neighbours(two):
    Path("elsewhere").mkdir()
    Path("runs/cats").rename("elsewhere/lions")
    with pytest.raises(UsageError, match="Did you mean 'elsewhere/lions'"):
        open_run("elsewhere/lion")


@pytest.mark.parametrize("name", ["", "x" * 5000, "a/" * 500, "latest", "imagenet", "~", "runs"])
def test_no_run_at_all(here, name):
    with pytest.raises(UsageError) as caught:
        open_run(name)
    assert f"Did you mean '{name}'" not in str(caught.value)


def test_the_newest_run_may_be_gone(two):
    shutil.rmtree("runs/dogs")
    with pytest.raises(UsageError, match="not there any more") as caught:
        open_run("latest")
    assert "runs/dogs" in str(caught.value)


def test_runs_elsewhere_are_not_the_latest(two):
    make_latest(new_run(Path("elsewhere"), "x"))
    assert open_run("latest").name == "dogs"


@pytest.mark.parametrize("text", ["[]", "{}", "3", "{", '{"request": {}}'])
def test_a_damaged_configuration_is_named(here, text):
    Path("config.json").write_text(text)
    with pytest.raises(MiwakeError, match=r"config\.json"):
        Run(here).config()


# -- tables --------------------------------------------------------------------------------------------------------


def test_tables_come_back(tmp_path):
    rows = [{"path": 'a,"b"\n.png', "label": "良;不良"}, {"path": "c", "p:x": 0.5}]
    write_table(tmp_path / "t.csv", rows)
    assert read_table(tmp_path / "t.csv") == [
        {"path": 'a,"b"\n.png', "label": "良;不良", "p:x": ""},
        {"path": "c", "label": "", "p:x": "0.5"},
    ]
    assert read_table(tmp_path / "none.csv") == []


def test_a_name_that_is_no_text_can_be_written(tmp_path):
    write_table(tmp_path / "t.csv", [{"path": b"\xff.png".decode("utf-8", "surrogateescape")}])
    assert read_table(tmp_path / "t.csv") == [{"path": "\\udcff.png"}]
