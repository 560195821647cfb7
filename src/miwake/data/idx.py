"""IDX files as MNIST has them: `train-images-idx3-ubyte.gz` and its like.

The format: two zero bytes, the type (8: unsigned bytes), the number of dimensions, each dimension as a big-endian
32-bit number, then the values (LeCun, Cortes and Burges, "The MNIST database of handwritten digits").
"""

from __future__ import annotations

import gzip
import math
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from miwake.data.naming import few, first, natural_key, plural, split_of
from miwake.errors import DataError
from miwake.types import SPLITS, TEST, UNASSIGNED, Dataset, Note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOKS_FOR = "MNIST-style files (train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz), or one of them"

_IMAGES = re.compile(r"(?P<stem>.*?)[-._]?images[-._]idx[34][-._]ubyte(?P<gz>\.gz)?", re.IGNORECASE)
# deflate never packs tighter than this (zlib technical details: 1032 to 1)
_PACKED_MOST = 1100


@dataclass(frozen=True)
class _Pair:
    """A file of pictures and the file of their labels."""

    images: Path
    labels: Path
    split: int
    family: str
    """What is left of the name without the split: `emnist-letters`."""


def guess(path: Path) -> Note | None:
    """Why this looks like MNIST-style files, or None."""
    files = _image_files(path)
    return Note("data.idx.guess", {"files": first([file.name for file in files])}) if files else None


def read(path: Path) -> Dataset:
    """Read pictures and labels: all pairs of a folder, or the pair of one file.

    `train`, `t10k` or `test`, and `val` in front of the names give the splits.

    Raises:
        DataError: labels are missing, a header is wrong, a file is too short or too long, sizes differ between
            files, or the folder mixes several data sets.
    """
    import numpy as np

    pairs = [_pair(file) for file in _image_files(path)]
    if not pairs:
        raise DataError(f"{path} holds no IDX files.", expected=LOOKS_FOR)
    families = sorted({pair.family for pair in pairs})
    if len(families) > 1:
        raise DataError(
            f"{path} holds several data sets: {few(families)}.",
            expected="one data set a folder",
            todo=f"give one of the files, such as {pairs[0].images}, or move each set to a folder of its own.",
        )
    shapes = [_shape(pair.images, (3, 4)) for pair in pairs]
    for pair, shape in zip(pairs, shapes, strict=True):
        if shape[1:] != shapes[0][1:]:
            raise DataError(
                f"{pair.images} holds pictures of {shape[1:]} pixels, {pairs[0].images.name} of {shapes[0][1:]}.",
                expected="pictures of one size",
            )
    pixels = np.empty((sum(shape[0] for shape in shapes), *shapes[0][1:]), np.uint8)
    labels, split, paths, start = [], [], [], 0
    for pair, shape in zip(pairs, shapes, strict=True):
        count = shape[0]
        _fill(pair.images, pixels[start : start + count])
        labels.append(_labels(pair, count))
        split.append(np.full(count, pair.split, np.int8))
        paths += [f"{pair.images.name}#{row}" for row in range(count)]
        start += count
    return _dataset(path, pairs, pixels, np.concatenate(labels), np.concatenate(split), paths)


def toy(folder: Path) -> Path:
    """Write 96 grey pictures of four classes: 64 to train, 32 to test, gzipped."""
    from miwake.data.toy import toy_pictures

    pictures, targets, _ = toy_pictures(channels=1)
    for name, rows in (("train", slice(0, 64)), ("t10k", slice(64, None))):
        for kind, values in (("images-idx3", pictures[rows, :, :, 0]), ("labels-idx1", targets[rows].astype("uint8"))):
            header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
            data = gzip.compress(header + values.tobytes(), mtime=0)
            (folder / f"{name}-{kind}-ubyte.gz").write_bytes(data)
    return folder


def _dataset(
    path: Path,
    pairs: list[_Pair],
    pixels: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    split: NDArray[np.int8],
    paths: list[str],
) -> Dataset:
    import numpy as np

    values = np.unique(labels)
    if len(values) < 2:
        raise DataError(f"All labels in {path} are alike.", expected="pictures of at least two classes")
    root = pairs[0].images.parent.absolute()
    parts = [(pair.images.name, SPLITS[pair.split]) for pair in pairs if pair.split != UNASSIGNED]
    given = first([Note("data.part", {"name": name, "split": part}) for name, part in parts])
    return Dataset(
        name=root.name,
        source="idx",
        root=root,
        task="classify",
        classes=tuple(str(value) for value in values),
        paths=paths,
        targets=np.searchsorted(values, labels).astype(np.int64),
        split=split,
        pixels=pixels if pixels.ndim == 4 else pixels[..., None],
        notes=(Note("data.splits.files", {"parts": given}),) if given else (),
    )


def _image_files(path: Path) -> list[Path]:
    """Files of pictures; of a file and its gzipped copy only the former."""
    if path.is_file():
        return [path] if _IMAGES.fullmatch(path.name) else []
    if not path.is_dir():
        return []
    names = sorted((file.name for file in path.iterdir() if _IMAGES.fullmatch(file.name)), key=natural_key)
    return [path / name for name in names if not (name.lower().endswith(".gz") and name[:-3] in names)]


def _pair(images: Path) -> _Pair:
    match = cast("re.Match[str]", _IMAGES.fullmatch(images.name))
    stem = match["stem"]
    words = re.split(r"[-._]", stem)
    known = {"t10k": TEST}.get(words[-1].lower(), split_of(words[-1]))
    family = "-".join(words[:-1] if known is not None else words)
    start = re.sub("images", "labels", images.name[len(stem) :], flags=re.IGNORECASE)
    start = re.sub(r"idx[34]", "idx1", start, flags=re.IGNORECASE)
    plain = stem + (start[:-3] if match["gz"] else start)
    for name in (stem + start, plain, plain + ".gz"):
        if (images.parent / name).is_file():
            return _Pair(images, images.parent / name, UNASSIGNED if known is None else known, family)
    raise DataError(
        f"{images} has no labels: there is no {stem + start} beside it.",
        expected=f"the file {plain} or {plain}.gz",
        todo="put it there.",
    )


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def _shape(path: Path, dimensions: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that the header names; checked against the file's size before anything is allocated."""
    try:
        with _open(path) as file:
            magic = file.read(4)
            if len(magic) < 4 or magic[:2] != b"\0\0" or magic[3] not in dimensions:
                raise _broken(path, f"it starts with {magic.hex(' ') or 'nothing'}", f"00 00 08 {dimensions[0]:02x}")
            if magic[2] != 8:
                raise _broken(path, f"its values are of type {magic[2]:#04x}", "unsigned bytes (0x08)")
            header = file.read(4 * magic[3])
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from None
    if len(header) < 4 * magic[3]:
        raise _broken(path, "it ends within its header", f"{magic[3]} dimensions")
    shape = struct.unpack(f">{magic[3]}I", header)
    most = path.stat().st_size * (_PACKED_MOST if path.suffix.lower() == ".gz" else 1)
    if math.prod(shape) > most:
        raise _broken(
            path, f"its header promises {math.prod(shape):,} values, which the file cannot hold", "a whole file"
        )
    if 0 in shape:
        raise _broken(path, f"its shape is {shape}", "at least one picture")
    return shape


def _fill(path: Path, array: NDArray[np.uint8]) -> None:
    """Read the values after the header into `array`, which must hold them exactly."""
    try:
        with _open(path) as file:
            file.seek(4 + 4 * array.ndim)
            view, done = array.reshape(-1).data, 0
            while done < len(view):
                count = cast("int", file.readinto(view[done:]))  # type: ignore[attr-defined]
                if not count:
                    raise _broken(path, f"it ends after {done:,} of {len(view):,} values", "a whole file")
                done += count
            if file.read(1):
                raise _broken(path, f"it goes on after its {len(view):,} values", "a file as long as its header says")
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from None


def _labels(pair: _Pair, count: int) -> NDArray[np.uint8]:
    import numpy as np

    (labels,) = _shape(pair.labels, (1,))
    if labels != count:
        raise DataError(
            f"{pair.labels} holds {plural(labels, 'label')}, {pair.images.name} {plural(count, 'picture')}.",
            expected="a label for each picture",
        )
    values = np.empty(count, np.uint8)
    _fill(pair.labels, values)
    return values


def _broken(path: Path, what: str, expected: str) -> DataError:
    return DataError(
        f"{path} is not a whole IDX file: {what}.", expected=expected, todo="fetch the file again; it may be cut short."
    )


def _unreadable(path: Path, error: Exception) -> DataError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _broken(path, reason.rstrip("."), "an IDX file, gzipped where its name ends in .gz")
