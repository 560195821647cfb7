"""A folder of class folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from miwake.data import folder
from miwake.data.naming import natural_key
from miwake.data.source import open_dataset
from miwake.errors import DataError
from miwake.look.words import told
from miwake.types import TEST, TRAIN, UNASSIGNED, VAL


def _tree(root: Path, *files: str) -> Path:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"picture")
    return root


def _rows(dataset_path: Path) -> dict[str, tuple[str, int]]:
    dataset = folder.read(dataset_path)
    return {
        path: (dataset.classes[target], split)
        for path, target, split in zip(dataset.paths, dataset.targets, dataset.split.tolist(), strict=True)
    }


def test_flat_folders_are_classes_in_natural_order(tmp_path: Path) -> None:
    _tree(tmp_path, "10/a.jpg", "2/b.jpg", "2/deep/er/c.png", "1/d.jpg")
    dataset = folder.read(tmp_path)
    assert dataset.classes == ("1", "2", "10")
    assert list(dataset.paths) == ["1/d.jpg", "2/b.jpg", "2/deep/er/c.png", "10/a.jpg"]
    assert dataset.targets.tolist() == [0, 1, 1, 2]
    assert dataset.targets.dtype == np.int64
    assert dataset.split.tolist() == [UNASSIGNED] * 4
    assert all(dataset.file(row).is_file() for row in range(4))


@pytest.mark.parametrize(
    ("train", "val", "test"),
    [("train", "val", "test"), ("Training", "Validation", "TESTING"), ("TRAIN", "valid", "Test")],
)
def test_folders_of_splits(tmp_path: Path, train: str, val: str, test: str) -> None:
    _tree(tmp_path, f"{train}/cat/1.jpg", f"{train}/dog/2.jpg", f"{val}/cat/3.jpg", f"{test}/dog/4.jpg")
    assert _rows(tmp_path) == {
        f"{train}/cat/1.jpg": ("cat", TRAIN),
        f"{train}/dog/2.jpg": ("dog", TRAIN),
        f"{val}/cat/3.jpg": ("cat", VAL),
        f"{test}/dog/4.jpg": ("dog", TEST),
    }


def test_what_is_no_picture_is_ignored_and_said(tmp_path: Path, in_both: Any) -> None:
    _tree(tmp_path, "a/1.jpg", "b/2.weird", "a/.DS_Store", "a/Thumbs.db", "b/notes.TXT", "README.md", "stray.jpg")
    _tree(tmp_path, ".git/x/y.jpg", "__MACOSX/a/1.jpg", "a/.hidden.jpg")
    (tmp_path / "empty").mkdir()
    dataset = open_dataset(tmp_path)
    assert list(dataset.paths) == ["a/1.jpg", "b/2.weird"]
    in_both(dataset.notes)
    said = " ".join(map(told, dataset.notes))
    assert "1 .txt" in said
    assert "1 file outside" in said
    assert "No pictures in empty" in said
    assert "a, b" in told(dataset.notes[0])


def test_masks_beside_the_pictures_are_said(tmp_path: Path) -> None:
    _tree(tmp_path, "a/1.jpg", "a/1.png", "b/2.jpg", "b/2.png", "b/3.jpg")
    assert any(note.startswith("2 files named like another") for note in map(told, folder.read(tmp_path).notes))


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    _tree(tmp_path, "train/1.jpg", "plane/2.jpg")
    assert folder.read(tmp_path).classes == ("plane", "train")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["1.jpg", "2.jpg"], "no class with pictures; 2 files"),
        (["only/1.jpg"], "one class with pictures: only"),
        (["a/1.txt", "b/2.jpg"], "one class with pictures: b"),
        (["train/a/1.jpg", "test/a/2.jpg", "extra/a/3.jpg"], r"splits \(test, train\) beside others \(extra\)"),
        (["train/a/1.jpg", "train/b/1.jpg", "extra/a/3.jpg"], r"splits \(train\) beside others \(extra\)"),
        (["train/1.jpg", "test/2.jpg"], "no class with pictures; 2 files"),
    ],
)
def test_shapes_that_are_refused(tmp_path: Path, files: list[str], found: str) -> None:
    _tree(tmp_path, *files)
    with pytest.raises(DataError, match=found):
        folder.read(tmp_path)


def test_folders_of_other_tasks_are_not_taken_for_classes(tmp_path: Path) -> None:
    _tree(tmp_path, "train/image/1.png", "train/label/1.png")
    assert folder.guess(tmp_path) is None
    _tree(tmp_path / "camvid", "train/1.png", "trainannot/1.png", "val/2.png", "valannot/2.png")
    assert folder.guess(tmp_path / "camvid") is None


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    _tree(tmp_path, "a/1.jpg", "b/2.jpg", "elsewhere/c/3.jpg")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b" / "more").symlink_to(tmp_path / "elsewhere" / "c", target_is_directory=True)
    assert list(folder.read(tmp_path).paths) == ["a/1.jpg", "b/2.jpg", "b/more/3.jpg", "elsewhere/c/3.jpg"]


def test_a_name_that_is_not_unicode_is_named(tmp_path: Path) -> None:
    _tree(tmp_path, "a/1.jpg", "b/2.jpg")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path / "a") + b"/\x83\x4a.jpg")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system admits valid names only")
    with pytest.raises(DataError, match="the names of 1 file are"):
        folder.read(tmp_path)


def test_natural_order_of_long_numbers_and_leading_zeros() -> None:
    names = ["a10", "a9", "a09", "b", "10", "9" * 5000, "2", ""]
    assert sorted(names, key=natural_key) == ["", "2", "10", "9" * 5000, "a09", "a9", "a10", "b"]


def test_real_photographs(shared_data: Path) -> None:
    dataset = open_dataset(shared_data / "sign-digits" / "Dataset")
    assert len(dataset) == 2062
    assert dataset.classes == tuple("0123456789")
    assert np.bincount(dataset.targets).min() > 200
    for task in ("bccd/BCCD", "camvid-240x180", "membrane-em/train", "coco-128"):
        assert folder.guess(shared_data / task) is None
