"""CIFAR-style batches, and pickles that want more than to be read."""

from __future__ import annotations

import os
import pickle
import pickletools
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from miwake.data import cifar
from miwake.errors import DataError
from miwake.look.words import told
from miwake.types import TEST, TRAIN


def _pictures(count: int, side: int, channels: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (count, side, side, channels), dtype=np.uint8)


def _rows(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A row a picture, plane by plane: CIFAR."""
    return pictures.transpose(0, 3, 1, 2).reshape(len(pictures), -1)


def _planes(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A row a plane: CUCUMBER-9."""
    return pictures.transpose(0, 3, 1, 2).reshape(-1, pictures.shape[1] * pictures.shape[2])


def _dump(path: Path, data: Any, protocol: int = 2) -> None:
    path.write_bytes(pickle.dumps(data, protocol=protocol))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("key", [str, str.encode])
def test_cifar10(tmp_path: Path, protocol: int, key: Any) -> None:
    pictures = _pictures(6, 32, 3)
    for name, rows in (("data_batch_1", [0, 1]), ("data_batch_2", [2, 3]), ("data_batch_10", [4]), ("test_batch", [5])):
        data = {key("data"): _rows(pictures[rows]), key("labels"): [r % 3 for r in rows], key("filenames"): [b"x"]}
        _dump(tmp_path / name, data, protocol)
    _dump(tmp_path / "batches.meta", {key("label_names"): [key("cat"), key("dog"), key("eel")]}, protocol)
    dataset = cifar.read(tmp_path)
    assert dataset.pixels is not None
    np.testing.assert_array_equal(dataset.pixels, pictures)
    assert dataset.targets.tolist() == [0, 1, 2, 0, 1, 2]
    assert dataset.split.tolist() == [TRAIN] * 5 + [TEST]
    assert dataset.classes == ("cat", "dog", "eel")
    assert dataset.paths[4] == "data_batch_10#0"
    assert dataset.file(4) == tmp_path / "data_batch_10"


def test_cifar100(tmp_path: Path) -> None:
    for name in ("train", "test"):
        _dump(tmp_path / name, {"data": _rows(_pictures(2, 32, 3)), "fine_labels": [1, 0], "coarse_labels": [0, 0]})
    _dump(tmp_path / "meta", {"fine_label_names": ["apple", "bee"], "coarse_label_names": ["all"]})
    dataset = cifar.read(tmp_path)
    assert dataset.classes == ("apple", "bee")
    assert dataset.targets.tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize("channels", [3, 9])
@pytest.mark.parametrize("layout", [_rows, _planes])
def test_cucumber9(tmp_path: Path, channels: int, layout: Any) -> None:
    pictures = _pictures(5, 32, channels)
    _dump(tmp_path / "data_batch_1", {"data": layout(pictures), "labels": [0, 1, 2, 3, 8]})
    dataset = cifar.read(tmp_path)
    assert dataset.pixels is not None
    np.testing.assert_array_equal(dataset.pixels, pictures)
    assert len(dataset.classes) == 9
    assert told(dataset.notes[-1]) == f"Pictures of 32 × 32 pixels with {channels} planes."


@pytest.mark.parametrize(("side", "channels"), [(28, 1), (8, 3), (64, 3)])
def test_other_sizes(tmp_path: Path, side: int, channels: int) -> None:
    pictures = _pictures(4, side, channels)
    _dump(tmp_path / "data_batch_1", {"data": _rows(pictures), "labels": np.array([0, 1, 1, 0])})
    dataset = cifar.read(tmp_path)
    assert dataset.pixels is not None
    np.testing.assert_array_equal(dataset.pixels, pictures)


class _Bomb:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self._reduced = function, arguments

    def __reduce__(self) -> Any:
        return self._reduced


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("where", ["data_batch_1", "batches.meta"])
@pytest.mark.parametrize("function", ["system", "eval", "Popen", "getattr", "memmap"])
def test_nothing_is_run(tmp_path: Path, protocol: int, where: str, function: str) -> None:
    witness = tmp_path / "witness"
    bomb = {
        "system": _Bomb(os.system, f"touch {witness}"),
        "eval": _Bomb(eval, f"open({str(witness)!r}, 'w')"),
        "Popen": _Bomb(subprocess.Popen, ["touch", str(witness)]),
        "getattr": _Bomb(getattr, witness, "touch"),
        "memmap": _Bomb(np.memmap, str(witness), "uint8", "w+", 0, (3,)),
    }[function]
    _dump(tmp_path / "data_batch_1", {"data": _rows(_pictures(2, 32, 3)), "labels": [0, 1]})
    _dump(tmp_path / where, {"data": bomb, "labels": [0, 1], "label_names": bomb}, protocol)
    with pytest.raises(DataError, match=f"asks for .*{function}.* not data"):
        cifar.read(tmp_path)
    assert not witness.exists()


def test_arrays_that_lie(tmp_path: Path) -> None:
    """Shapes, types and bytes are checked before NumPy sees them."""
    honest = pickle.dumps({"data": _rows(_pictures(2, 32, 3)), "labels": [0, 1]}, protocol=2)
    assert honest.count(b"M\x00\x0c") == 1  # 3072, a length of the shape
    for lie, found in (
        (honest.replace(b"M\x00\x0c", b"M\x01\x0c"), "cannot reshape"),
        (honest.replace(b"M\x00\x0c", b"J\xff\xff\xff\x7f"), "cannot reshape"),
        (honest.replace(b"M\x00\x0c", b"J\xff\xff\xff\xff"), "an array of shape"),
        (honest.replace(b"u1", b"O8"), "an array of type 'O8'"),
        (honest.replace(b"u1", b"V9"), "an array of type 'V9'"),
        (honest.replace(b"u1", b"f8"), "cannot reshape"),
        (honest[:-100], "cannot be read"),
        (b"", "cannot be read"),
        (b"not a pickle", "cannot be read"),
        (pickle.dumps([1, 2]), "not a dict"),
        (pickle.dumps({"data": b"bytes", "labels": [0, 1]}), "holds data, labels"),
        (pickle.dumps({"data": np.zeros((2, 3072), np.int8), "labels": [0, 1]}), "of type int8"),
    ):
        (tmp_path / "data_batch_1").write_bytes(lie)
        with pytest.raises(DataError, match=f"data_batch_1.*{found}"):
            cifar.read(tmp_path)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ([0], r"shape \(2, 7\) for 1 label"),
        ([0, "1"], "not all numbers"),
        ([0, -1], "not all numbers"),
        ([], "not all"),
    ],
)
def test_labels_that_do_not_fit(tmp_path: Path, labels: list[Any], found: str) -> None:
    _dump(tmp_path / "data_batch_1", {"data": np.zeros((2, 7), np.uint8), "labels": labels})
    with pytest.raises(DataError, match=found):
        cifar.read(tmp_path)


def test_class_names_that_do_not_fit(tmp_path: Path) -> None:
    _dump(tmp_path / "data_batch_1", {"data": _rows(_pictures(2, 32, 3)), "labels": [0, 2]})
    for names, found in ((["a", "b"], "names 2 classes, but there are labels up to 2"), (["a", "a", "b"], "distinct")):
        _dump(tmp_path / "batches.meta", {"label_names": names})
        with pytest.raises(DataError, match=found):
            cifar.read(tmp_path)


def test_scalars_and_other_arrays_are_read(tmp_path: Path) -> None:
    data = {"data": np.asfortranarray(_rows(_pictures(2, 32, 3))), "labels": [0, 1], "n": np.float32(1.5)}
    _dump(tmp_path / "data_batch_1", data)
    assert "scalar" in {op.arg.split()[-1] for op in _globals((tmp_path / "data_batch_1").read_bytes())}
    dataset = cifar.read(tmp_path)
    assert dataset.pixels is not None
    np.testing.assert_array_equal(dataset.pixels, _pictures(2, 32, 3))


def _globals(data: bytes) -> list[Any]:
    class Op:
        def __init__(self, arg: str) -> None:
            self.arg = arg

    return [Op(arg) for op, arg, _ in pickletools.genops(data) if op.name == "GLOBAL"]
