"""The picture store: fitted pictures on disk, found by what is in the files, shared by all runs.

A store holds one kind of fitted picture: a flat file in which picture n takes the bytes from n·size on, and an SQLite
index from a file's SHA-256 to n. Writers take SQLite's write lock, append the pixels, bring them to the disk, and only
then enter them into the index and commit. So whatever a killed writer leaves behind is in no index, and the next
one writes over it; and two runs that fill a store at once find each other's pictures.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miwake.data.disk import cache_folder, connect, explained, parts, read_at, write_at
from miwake.data.known import COUNTED, NAME
from miwake.errors import UsageError
from miwake.locks import locked
from miwake.types import Legend, Preprocessing

VERSION = 1
"""Of the way from a file to stored pixels and of the files here; another number is another store."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pictures (
    content BLOB PRIMARY KEY, slot INTEGER NOT NULL UNIQUE, width INTEGER NOT NULL, height INTEGER NOT NULL,
    format TEXT NOT NULL, mode TEXT NOT NULL, orientation INTEGER NOT NULL, kind TEXT NOT NULL,
    thumb BLOB NOT NULL, pixels BLOB
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the index knows about a picture."""

    slot: int
    """Its number in the file of pictures."""
    width: int
    """Of the whole picture, upright, in pixels."""
    height: int
    """Of the whole picture, upright, in pixels."""
    format: str
    mode: str
    orientation: int
    kind: str
    """Pictures of one kind were decoded in one way; see `decode.Raw`."""
    thumb: bytes
    """Hash of the stored pixels: equal for equal pictures of one kind."""
    pixels: bytes | None
    """Hash of the whole picture, where it was needed."""


_columns = attrgetter(*(entry.name for entry in fields(Facts) if entry.name != "slot"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A picture on its way into the store."""

    content: bytes
    """SHA-256 of the file."""
    picture: NDArray[np.uint8]
    """(H, W, C) of the store's shape."""
    facts: Facts
    """`slot` is given by the store."""


class Store:
    """Fitted pictures of one kind; see the module.

    `find` and `read` may be called from several threads at once, the rest from one.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int]) -> None:
        self.folder = folder
        self.shape = shape
        """Height, width, channels."""
        self.bytes_per_picture = int(np.prod(shape))
        self._files = contextlib.ExitStack()
        try:
            with explained(folder):
                self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._files.enter_context(locked(self.folder, exclusive=False))
        self._index = connect(self.folder / "index.sqlite", _SCHEMA)
        self._files.callback(self._index.close)
        # looks up while the other one writes; what is found is what was committed
        self._reader = connect(self.folder / "index.sqlite")
        self._files.callback(self._reader.close)
        self._reading = threading.Lock()
        path = self.folder / "pictures.bin"
        writable = os.access(self.folder, os.W_OK)
        if writable:
            path.touch(exist_ok=True)
        self._pictures = self._files.enter_context(path.open("r+b" if writable else "rb", buffering=0))

    def close(self) -> None:
        """Give back the files."""
        self._files.close()

    def find(self, contents: Iterable[bytes]) -> dict[bytes, Facts]:
        """What is known about these contents; those that are not stored are left out."""
        found: dict[bytes, Facts] = {}
        columns = "content, slot, width, height, format, mode, orientation, kind, thumb, pixels"
        with explained(self.folder):
            for part in parts(list(contents), 500):
                marks = ",".join("?" * len(part))
                with self._reading:
                    rows = self._reader.execute(
                        f"SELECT {columns} FROM pictures WHERE content IN ({marks})", part
                    ).fetchall()
                found.update((row[0], Facts(**dict(zip(Facts.__slots__, row[1:], strict=True)))) for row in rows)
        return found

    def add(self, entries: Sequence[Entry]) -> None:
        """Store pictures, all or none; those that are there already, by whomever, are left as they are.

        Raises:
            WriteError: the disk is full or may not be written to; the store is as it was before.
        """
        needed = sum(entry.picture.nbytes for entry in entries)
        with explained(self.folder, needed), self._writing():
            known = self.find(entry.content for entry in entries)
            new = list({entry.content: entry for entry in entries if entry.content not in known}.values())
            (start,) = self._index.execute("SELECT COALESCE(MAX(slot) + 1, 0) FROM pictures").fetchone()
            end = start * self.bytes_per_picture
            try:
                write_at(self._pictures.fileno(), end, [np.ascontiguousarray(entry.picture) for entry in new])
            except BaseException:
                # give the disk its room back; nobody reads behind the last picture of the index
                with contextlib.suppress(OSError):
                    os.ftruncate(self._pictures.fileno(), end)
                raise
            self._index.executemany(
                "INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ((entry.content, start + n, *_columns(entry.facts)) for n, entry in enumerate(new)),
            )

    def note_pixels(self, hashes: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep hashes of whole pictures: pairs of a content and the hash of its pixels."""
        with explained(self.folder), self._writing():
            self._index.executemany(
                "UPDATE pictures SET pixels = ? WHERE content = ?", ((pixels, content) for content, pixels in hashes)
            )

    def read(self, slots: Iterable[int], into: NDArray[np.uint8]) -> None:
        """Copy pictures into (B, H, W, C), contiguous.

        Positional reads, not a memory map: pages of the file never count as this process's memory, and at 224
        pixels they are quicker than the page faults of a map.
        """
        size, handle = self.bytes_per_picture, self._pictures.fileno()
        view = into.reshape(-1).data
        for number, slot in enumerate(slots):
            if slot < 0:
                raise IndexError("this picture could not be read and is not in the store")
            target = view[number * size : (number + 1) * size]
            if read_at(handle, target, slot * size) != size:
                raise UsageError(
                    f"{self.folder / 'pictures.bin'} ends before picture {slot}.",
                    expected="the file as Miwake wrote it",
                    todo="run `miwake cache --clear`; the pictures are decoded anew then.",
                )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self._index.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._index.execute("COMMIT")
        except BaseException:
            # after some errors, such as a full disk, SQLite has rolled back by itself
            if self._index.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    self._index.execute("ROLLBACK")
            raise


def open_store(preprocessing: Preprocessing) -> Store:
    """The store of pictures that are fitted in this way, made where there is none.

    Raises:
        WriteError: the cache folder cannot be used.
    """
    height, width = preprocessing.stored
    way = f"{preprocessing.fit}-{preprocessing.interpolation}-v{VERSION}"
    if preprocessing.window is not None:
        way = f"window{','.join(map(repr, preprocessing.window))}-{way}"
    folder = cache_folder() / "pictures" / f"{height}x{width}x{preprocessing.channels}-{way}"
    return Store(folder, (height, width, preprocessing.channels))


def open_mask_store(preprocessing: Preprocessing, legend: Legend) -> Store:
    """The store of class maps that are fitted as pictures are, and mean what a legend says.

    Raises:
        WriteError: the cache folder cannot be used.
    """
    height, width = preprocessing.stored
    digest = hashlib.sha256(repr((legend.values, legend.void, legend.outlines)).encode()).hexdigest()[:16]
    folder = cache_folder() / "pictures" / f"{height}x{width}x1-masks-{preprocessing.fit}-{digest}-v{VERSION}"
    return Store(folder, (height, width, 1))


# -- what is there ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a store takes."""

    name: str
    """Size, window, fit and interpolation of its pictures."""
    pictures: int
    bytes: int
    in_use: bool
    """Whether a run has it open."""


def usage() -> list[Usage]:
    """The stores in the cache folder, by name."""
    found = []
    for folder in _stores():
        count = 0
        with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(folder / "index.sqlite")) as index:
            (count,) = index.execute("SELECT COUNT(*) FROM pictures").fetchone()
        try:
            with locked(folder, exclusive=True):
                in_use = False
        except BlockingIOError:
            in_use = True
        except OSError:
            in_use = False
        size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
        found.append(Usage(name=folder.name, pictures=count, bytes=size, in_use=in_use))
    return found


def clear(names: Iterable[str] | None = None) -> tuple[int, tuple[str, ...]]:
    """Delete stores, all where no names are given; the user's pictures are not touched.

    Returns:
        Bytes that became free, and the names of those stores that are in use and were left.

    Raises:
        WriteError: a folder may not be deleted.
    """
    wanted = None if names is None else set(names)
    freed, left = 0, []
    for folder in _stores():
        if wanted is not None and folder.name not in wanted:
            continue
        try:
            with explained(folder), locked(folder, exclusive=True):
                freed += sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
                # out of the way in one step: who opens the store from now on makes a new one
                trash = folder.with_name(f".{folder.name}-{os.getpid()}-{time.time_ns()}")
                folder.rename(trash)
            shutil.rmtree(trash, ignore_errors=True)
        except BlockingIOError:
            left.append(folder.name)
    for index in (cache_folder() / NAME, cache_folder() / COUNTED):
        if wanted is None and not left and index.exists():
            freed += index.stat().st_size
            with explained(index.parent):
                index.unlink()
    return freed, tuple(left)


def _stores() -> list[Path]:
    root = cache_folder() / "pictures"
    if not root.is_dir():
        return []
    return sorted(folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith("."))
