"""IDX files."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from miwake.data import idx
from miwake.errors import DataError
from miwake.types import TEST, TRAIN, UNASSIGNED, VAL


def _idx(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def _write(folder: Path, name: str, pictures: NDArray[np.uint8], labels: list[int], *, packed: bool = False) -> None:
    for kind, array in ((f"images-idx{pictures.ndim}", pictures), ("labels-idx1", np.array(labels, np.uint8))):
        data = _idx(array)
        path = folder / f"{name}{kind}-ubyte{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(data) if packed else data)


def _random(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("packed", [False, True])
def test_files_give_splits_pictures_and_labels(tmp_path: Path, packed: bool) -> None:
    pictures = _random(7, 5, 4)
    _write(tmp_path, "train-", pictures[:4], [3, 9, 3, 9], packed=packed)
    _write(tmp_path, "t10k-", pictures[4:6], [9, 12], packed=packed)
    _write(tmp_path, "val-", pictures[6:], [3], packed=packed)
    dataset = idx.read(tmp_path)
    assert dataset.classes == ("3", "9", "12")
    assert dataset.pixels is not None
    split = {TEST: pictures[4:6], TRAIN: pictures[:4], VAL: pictures[6:]}
    for part, expected in split.items():
        np.testing.assert_array_equal(dataset.pixels[dataset.rows(part)][..., 0], expected)
    assert dataset.targets[dataset.rows(TRAIN)].tolist() == [0, 1, 0, 1]
    assert dataset.targets[dataset.rows(TEST)].tolist() == [1, 2]
    row = int(dataset.rows(TRAIN)[3])
    ending = ".gz" if packed else ""
    assert dataset.paths[row] == f"train-images-idx3-ubyte{ending}#3"
    assert dataset.file(row) == tmp_path / f"train-images-idx3-ubyte{ending}"


def test_colour_dots_and_a_single_file(tmp_path: Path) -> None:
    pictures = _random(3, 2, 2, 3)
    (tmp_path / "images.idx4-ubyte").write_bytes(_idx(pictures))
    (tmp_path / "labels.idx1-ubyte").write_bytes(_idx(np.array([0, 1, 1], np.uint8)))
    dataset = idx.read(tmp_path / "images.idx4-ubyte")
    assert dataset.pixels is not None
    np.testing.assert_array_equal(dataset.pixels, pictures)
    assert dataset.split.tolist() == [UNASSIGNED] * 3


@given(st.integers(1, 9), st.integers(1, 6), st.integers(1, 6), st.booleans())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, n: int, h: int, w: int, packed: bool
) -> None:
    folder = tmp_path_factory.mktemp("idx")
    pictures = _random(n + 1, h, w)
    _write(folder, "", pictures, [*range(n + 1)], packed=packed)
    dataset = idx.read(folder)
    assert dataset.pixels is not None
    np.testing.assert_array_equal(dataset.pixels[..., 0], pictures)


def _damage(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda data: b"", "starts with nothing"),
        (lambda data: b"\x89PNG" + data[4:], "starts with 89 50 4e 47"),
        (lambda data: data[:2] + b"\x0d" + data[3:], "values are of type 0x0d"),
        (lambda data: data[:3] + b"\x01" + data[4:], "starts with 00 00 08 01"),
        (lambda data: data[:9], "ends within its header"),
        (lambda data: data[:-1], "promises|ends after 31 of 32 values"),
        (lambda data: data + b"\0", "goes on after its 32 values"),
        (lambda data: data[:4] + b"\x7f\xff\xff\xff" + data[8:], "promises"),
        (lambda data: data[:4] + b"\0\0\0\x01" + data[8:], "goes on|holds 2 labels"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_broken_files(tmp_path: Path, damage: object, found: str, packed: bool) -> None:
    _write(tmp_path, "", _random(2, 4, 4), [0, 1], packed=packed)
    path = tmp_path / f"images-idx3-ubyte{'.gz' if packed else ''}"
    data = damage(_idx(_random(2, 4, 4)))  # type: ignore[operator]
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(DataError, match=found):
        idx.read(tmp_path)


def test_gzip_that_is_cut_or_none(tmp_path: Path) -> None:
    _write(tmp_path, "", _random(2, 40, 40), [0, 1], packed=True)
    path = tmp_path / "images-idx3-ubyte.gz"
    whole = path.read_bytes()
    for data in (whole[:-20], whole[:200], b"not gzipped", whole[:300] + b"\xff" * 40 + whole[340:]):
        path.write_bytes(data)
        with pytest.raises(DataError, match="not a whole IDX file"):
            idx.read(tmp_path)


def test_labels_that_are_missing_or_do_not_fit(tmp_path: Path) -> None:
    _write(tmp_path, "train-", _random(2, 4, 4), [0, 1, 1])
    with pytest.raises(DataError, match="holds 3 labels, train-images-idx3-ubyte 2 pictures"):
        idx.read(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="no labels: there is no train-labels-idx1-ubyte"):
        idx.read(tmp_path)


def test_sizes_and_families_do_not_mix(tmp_path: Path) -> None:
    _write(tmp_path, "train-", _random(2, 4, 4), [0, 1])
    _write(tmp_path, "t10k-", _random(2, 4, 5), [0, 1])
    with pytest.raises(DataError, match="holds pictures of"):
        idx.read(tmp_path)
    _write(tmp_path, "t10k-", _random(2, 4, 4), [0, 1])
    _write(tmp_path, "emnist-letters-train-", _random(2, 4, 4), [0, 1])
    with pytest.raises(DataError, match="several data sets: , emnist-letters"):
        idx.read(tmp_path)


def test_mnist(shared_data: Path) -> None:
    dataset = idx.read(shared_data / "mnist")
    assert dataset.pixels is not None
    assert dataset.pixels.shape == (70_000, 28, 28, 1)
    assert len(dataset.rows(TRAIN)) == 60_000
    assert dataset.targets[dataset.rows(TRAIN)[:5]].tolist() == [5, 0, 4, 1, 9]
    assert dataset.targets[dataset.rows(TEST)[:5]].tolist() == [7, 2, 1, 0, 4]
