"""Batches as CIFAR-10, CIFAR-100 and CUCUMBER-9 have them: pickles of NumPy arrays.

Pickles can run any program when they are opened. These are opened without: whatever they name beyond arrays, numbers,
bytes, strings, lists and dicts is refused, and arrays are built by this file and not by what the pickle says.
"""

from __future__ import annotations

import math
import pickle
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from miwake.data.naming import few, first, natural_key, plural
from miwake.errors import DataError
from miwake.types import TEST, TRAIN, Dataset, Note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOKS_FOR = "CIFAR-style batches (data_batch_1, …, test_batch, batches.meta, or train, test, meta of CIFAR-100)"

_BATCH = re.compile(r"data_batch(_\d+)?")
_DTYPE = re.compile(r"[|<>=]?[biufSU]\d+")


def guess(path: Path) -> Note | None:
    """Why this looks like CIFAR-style batches, or None."""
    files = _files(path)
    return Note("data.cifar.guess", {"files": first([file.name for file, _ in files])}) if files else None


def read(path: Path) -> Dataset:
    """Read all batches of a folder; `data_batch_*` and `train` are for training, `test_batch` and `test` to test.

    Pictures are rows of C·S·S bytes, plane by plane (Krizhevsky, "Learning multiple layers of features from tiny
    images", 2009), or, as in CUCUMBER-9, one row of S·S bytes for each plane: three planes in its first prototype;
    nine in its second, which are RGB from above, from below and from the side.

    Raises:
        DataError: a batch names something that is not data, is cut short, or its labels do not fit its pictures.
    """
    import numpy as np

    files = _files(path)
    if not files:
        raise DataError(f"{path} holds no CIFAR-style batches.", expected=LOOKS_FOR)
    pixels: list[NDArray[np.uint8]] = []
    labels: list[NDArray[np.int64]] = []
    split, paths = [], []
    for file, part in files:
        pictures, numbers = _batch(file)
        if pixels and pictures.shape[1:] != pixels[0].shape[1:]:
            raise DataError(
                f"{file} holds pictures of {pictures.shape[1:]}, {files[0][0].name} of {pixels[0].shape[1:]}.",
                expected="pictures of one size and number of planes",
            )
        pixels.append(pictures)
        labels.append(numbers)
        split.append(np.full(len(numbers), part, np.int8))
        paths += [f"{file.name}#{row}" for row in range(len(numbers))]
    targets = np.concatenate(labels)
    classes = _classes(path, int(targets.max()) + 1)
    side, _, planes = pixels[0].shape[1:]
    return Dataset(
        name=path.absolute().name,
        source="cifar",
        root=path.absolute(),
        task="classify",
        classes=classes,
        paths=paths,
        targets=targets,
        split=np.concatenate(split),
        pixels=np.concatenate(pixels),
        notes=(
            Note("data.splits.files", {"parts": first([file.name for file, _ in files])}),
            Note("data.cifar.pictures", {"side": side, "n": planes}),
        ),
    )


def toy(folder: Path) -> Path:
    """Write 96 pictures of four classes with nine planes, laid out as CUCUMBER-9: two batches and a test batch."""
    from miwake.data.toy import toy_pictures

    pictures, targets, classes = toy_pictures(channels=9)
    for name, rows in (
        ("data_batch_1", slice(0, 32)),
        ("data_batch_2", slice(32, 64)),
        ("test_batch", slice(64, 96)),
    ):
        planes = pictures[rows].transpose(0, 3, 1, 2).reshape(-1, pictures.shape[1] * pictures.shape[2])
        batch = {"data": planes, "labels": targets[rows].tolist()}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list(classes)}, protocol=2))
    return folder


def _files(path: Path) -> list[tuple[Path, int]]:
    """Batches with their splits, in order."""
    if not path.is_dir():
        return []
    names = [entry.name for entry in path.iterdir() if entry.is_file()]
    batches = sorted((name for name in names if _BATCH.fullmatch(name)), key=natural_key)
    if batches:
        return [(path / name, TRAIN) for name in batches] + [(path / "test_batch", TEST)] * ("test_batch" in names)
    if {"train", "test", "meta"} <= {*names}:
        return [(path / "train", TRAIN), (path / "test", TEST)]
    return []


def _batch(file: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures (N, S, S, C) and labels (N) of a batch."""
    import numpy as np

    batch = _load(file)
    labels = batch.get("fine_labels", batch.get("labels"))
    labels = labels.tolist() if isinstance(labels, np.ndarray) else labels
    data = batch.get("data")
    if not isinstance(data, np.ndarray) or not isinstance(labels, list):
        raise DataError(
            f"{file} holds {few(sorted(batch)) or 'nothing'}.",
            expected="an array under 'data' and a list under 'labels' or 'fine_labels'",
        )
    if data.dtype != np.uint8 or data.ndim < 2:
        raise DataError(
            f"The data of {file} is of type {data.dtype} and shape {data.shape}.", expected="rows of unsigned bytes"
        )
    if not labels or not all(type(label) is int and 0 <= label < 1_000_000 for label in labels):
        raise DataError(f"The labels of {file} are not all numbers from 0 on.", expected="a list of class numbers")
    channels, side = _layout(file, data.shape, len(labels))
    pictures = data.reshape(len(labels), channels, side, side).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pictures), np.array(labels, np.int64)


def _layout(file: Path, shape: tuple[int, ...], count: int) -> tuple[int, int]:
    """Planes and side of a picture, from the shape of the data and the number of labels."""
    values = math.prod(shape)
    if values and values % count == 0:
        each = values // count
        # a row for each plane; whole pictures in colour; of 32 pixels a side with other planes; in grey
        options = [shape[1]] if len(shape) == 2 and shape[0] > count else []
        options += ([each // 3] if each % 3 == 0 else []) + [32 * 32, each]
        for plane in options:
            side = math.isqrt(plane)
            if side * side == plane and each % plane == 0:
                return each // plane, side
    raise DataError(
        f"The data of {file} has the shape {shape} for {plural(count, 'label')}.",
        expected="for each label a row of planes, each a square: 3 · 32 · 32 = 3,072 values for colour pictures",
    )


def _classes(path: Path, least: int) -> tuple[str, ...]:
    """Class names of `batches.meta` or `meta`; numbers where there is neither."""
    file = next((path / name for name in ("batches.meta", "meta") if (path / name).is_file()), None)
    if file is None:
        return tuple(str(number) for number in range(least))
    meta = _load(file)
    names = meta.get("fine_label_names", meta.get("label_names"))
    texts = [_text(name) for name in names] if isinstance(names, list) else []
    if not texts or not all(isinstance(name, str) for name in texts) or len(set(texts)) < len(texts):
        raise DataError(f"{file} holds no list of class names.", expected="distinct names under 'label_names'")
    if len(texts) < least:
        raise DataError(
            f"{file} names {plural(len(texts), 'class')}, but there are labels up to {least - 1}.",
            expected="a name for each label",
        )
    return tuple(texts)


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _load(file: Path) -> dict[str, Any]:
    """A pickled dict of plain data; arrays become NumPy's.

    Raises:
        DataError: it is something else, names anything that is not data, or is cut short.
    """
    try:
        with file.open("rb") as stream:
            data = _Unpickler(stream, file).load()
        if not isinstance(data, dict):
            raise ValueError("it is not a dict")
        return {str(_text(key)): _array(value) if isinstance(value, _Array) else value for key, value in data.items()}
    except DataError:
        raise
    except Exception as error:  # a broken pickle may raise anything
        raise DataError(
            f"{file} cannot be read: {str(error).rstrip('.') or type(error).__name__}.",
            expected="a pickled dict as CIFAR-10's Python version has it",
            todo="fetch the file again; it may be cut short.",
        ) from None


@dataclass(slots=True)
class _DType:
    """A NumPy type as a pickle describes it: its name and byte order."""

    name: str
    order: str = "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order = _text(state[1])
        if order not in ("|", "<", ">", "="):
            raise ValueError(f"the byte order {order!r}")
        self.order = order


@dataclass(slots=True)
class _Array:
    """A NumPy array as a pickle describes it. NumPy itself sees only what `_array` has checked."""

    shape: tuple[int, ...] = ()
    dtype: _DType | None = None
    fortran: bool = False
    data: bytes = b""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, self.shape, self.dtype, self.fortran, self.data = state


def _array(array: _Array) -> NDArray[Any]:
    import numpy as np

    if not isinstance(array.dtype, _DType) or not isinstance(array.data, bytes | bytearray):
        raise ValueError("an array without plain values")
    dtype = np.dtype(array.dtype.name).newbyteorder(array.dtype.order)  # type: ignore[arg-type]
    if not all(type(length) is int and length >= 0 for length in array.shape):
        raise ValueError(f"an array of shape {array.shape}")
    flat = np.frombuffer(array.data, dtype)
    return flat.reshape(array.shape, order="F" if array.fortran else "C")


class _Unpickler(pickle.Unpickler):
    """Knows the few names that pickled arrays need, and answers each with a function of its own."""

    def __init__(self, stream: IO[bytes], file: Path) -> None:
        super().__init__(stream, encoding="bytes")
        self._file = file

    def find_class(self, module: str, name: str) -> Any:
        known: dict[str, Any] = {
            "multiarray._reconstruct": self._reconstruct,
            "multiarray.scalar": self._scalar,
            "numeric._frombuffer": self._frombuffer,
        }
        for core in ("numpy.core.", "numpy._core."):
            if module.startswith(core) and (found := known.get(f"{module[len(core) :]}.{name}")):
                return found
        others: dict[str, Any] = {
            "numpy.ndarray": "ndarray",
            "numpy.dtype": self._dtype,
            "_codecs.encode": self._encode,
            "builtins.bytes": self._no_bytes,
            "__builtin__.bytes": self._no_bytes,
        }
        if (found := others.get(f"{module}.{name}")) is not None:
            return found
        raise DataError(
            f"{self._file} is a pickle that asks for {module}.{name}, which is not data. It was not opened.",
            expected="arrays, numbers, bytes, strings, lists and dicts only",
            todo="do not open this file with other programs either, unless you know who made it.",
        )

    def _reconstruct(self, *_: Any) -> _Array:
        return _Array()

    def _dtype(self, name: Any, *_: Any) -> _DType:
        name = _text(name)
        if not isinstance(name, str) or not _DTYPE.fullmatch(name):
            raise ValueError(f"an array of type {name!r}")
        return _DType(name)

    def _scalar(self, dtype: _DType, data: bytes) -> Any:
        return _array(_Array((), dtype, False, data)).item()

    def _frombuffer(self, data: bytes, dtype: _DType, shape: tuple[int, ...], order: str, *_: Any) -> _Array:
        return _Array(shape, dtype, order == "F", bytes(data))

    def _encode(self, text: str, encoding: str) -> bytes:
        if _text(encoding) != "latin1":
            raise ValueError(f"bytes written as {encoding!r}")
        return text.encode("latin1")

    def _no_bytes(self) -> bytes:
        return b""
