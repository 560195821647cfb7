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
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miwake.errors import UsageError
from miwake.files import WriteError
from miwake.types import Preprocessing

VERSION = 1
"""Of the way from a file to stored pixels and of the files here; another number is another store."""

_WAIT = 300.0
"""Seconds to wait for another writer, which holds the lock for as long as one chunk takes to reach the disk."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pictures (
    content BLOB PRIMARY KEY, slot INTEGER NOT NULL UNIQUE, width INTEGER NOT NULL, height INTEGER NOT NULL,
    format TEXT NOT NULL, mode TEXT NOT NULL, orientation INTEGER NOT NULL, kind TEXT NOT NULL,
    thumb BLOB NOT NULL, pixels BLOB
) WITHOUT ROWID
"""


def cache_folder() -> Path:
    """Where Miwake keeps what it can make anew: `MIWAKE_CACHE`, or `miwake` in the user's cache directory."""
    named = os.environ.get("MIWAKE_CACHE")
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "miwake"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "miwake"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "miwake"


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

    One object may be used from several threads for reading pixels, and from one at a time for all else.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int]) -> None:
        self.folder = folder
        self.shape = shape
        """Height, width, channels."""
        self.bytes_per_picture = int(np.prod(shape))
        self._files = contextlib.ExitStack()
        try:
            with _explained(folder):
                self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._files.enter_context(_locked(self.folder, exclusive=False))
        self._index = _connect(self.folder / "index.sqlite", _SCHEMA)
        self._files.callback(self._index.close)
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
        with _explained(self.folder):
            for part in _parts(list(contents), 500):
                marks = ",".join("?" * len(part))
                for row in self._index.execute(f"SELECT {columns} FROM pictures WHERE content IN ({marks})", part):
                    found[row[0]] = Facts(**dict(zip(Facts.__slots__, row[1:], strict=True)))
        return found

    def add(self, entries: Sequence[Entry]) -> None:
        """Store pictures, all or none; those that are there already, by whomever, are left as they are.

        Raises:
            WriteError: the disk is full or may not be written to; the store is as it was before.
        """
        needed = sum(entry.picture.nbytes for entry in entries)
        with _explained(self.folder, needed), self._writing():
            known = self.find(entry.content for entry in entries)
            new = list({entry.content: entry for entry in entries if entry.content not in known}.values())
            (start,) = self._index.execute("SELECT COALESCE(MAX(slot) + 1, 0) FROM pictures").fetchone()
            end = start * self.bytes_per_picture
            try:
                _write_at(self._pictures.fileno(), end, [np.ascontiguousarray(entry.picture) for entry in new])
            except BaseException:
                # give the disk its room back; nobody reads behind the last picture of the index
                with contextlib.suppress(OSError):
                    os.ftruncate(self._pictures.fileno(), end)
                raise
            self._index.executemany(
                "INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (e.content, start + n, e.facts.width, e.facts.height, e.facts.format, e.facts.mode)
                    + (e.facts.orientation, e.facts.kind, e.facts.thumb, e.facts.pixels)
                    for n, e in enumerate(new)
                ),
            )

    def note_pixels(self, hashes: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep hashes of whole pictures: pairs of a content and the hash of its pixels."""
        with _explained(self.folder), self._writing():
            self._index.executemany(
                "UPDATE pictures SET pixels = ? WHERE content = ?", ((pixels, content) for content, pixels in hashes)
            )

    def read(self, slots: Iterable[int], into: NDArray[np.uint8]) -> None:
        """Copy pictures into (B, H, W, C), contiguous.

        Positional reads, not a memory map: pages of the file never count as this process's memory, and at 224
        pixels they are quicker than the page faults of a map.
        """
        size, handle = self.bytes_per_picture, self._pictures.fileno()
        view = memoryview(into.reshape(-1))
        for number, slot in enumerate(slots):
            if slot < 0:
                raise IndexError("this picture could not be read and is not in the store")
            target = view[number * size : (number + 1) * size]
            if _read_at(handle, target, slot * size) != size:
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
    folder = cache_folder() / "pictures" / f"{height}x{width}x{preprocessing.channels}-{way}"
    return Store(folder, (height, width, preprocessing.channels))


# -- files that have not changed --------------------------------------------------------------------------------------


class Known:
    """Which content a file had when it was last read, so that a file that has not changed is not read again."""

    def __init__(self) -> None:
        self.folder = cache_folder()
        with _explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._index = _connect(
                self.folder / "files.sqlite",
                "CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, stat BLOB NOT NULL, content BLOB NOT NULL)"
                " WITHOUT ROWID",
            )

    def close(self) -> None:
        """Give back the file."""
        self._index.close()

    def find(self, stats: dict[str, bytes | None]) -> dict[str, bytes]:
        """From absolute paths and their `stat_key` to contents, for those files that are as they were."""
        found: dict[str, bytes] = {}
        with _explained(self.folder):
            for part in _parts(list(stats), 500):
                marks = ",".join("?" * len(part))
                for path, stat, content in self._index.execute(
                    f"SELECT path, stat, content FROM files WHERE path IN ({marks})", part
                ):
                    if stats[path] == stat:
                        found[path] = content
        return found

    def note(self, rows: Sequence[tuple[str, bytes, bytes]]) -> None:
        """Keep paths with their `stat_key` and content."""
        with _explained(self.folder), self._index:
            self._index.execute("BEGIN IMMEDIATE")
            self._index.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", rows)


def stat_key(path: str | Path) -> bytes | None:
    """Changes whenever the file does; None where there is no telling.

    A file that changed within the last two seconds may change again within the file system's clock tick, unseen.
    """
    try:
        stat = os.stat(path)
    except OSError:
        return None
    if time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) < 2_000_000_000:
        return None
    facts = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev)
    return hashlib.sha256(repr(facts).encode()).digest()[:16]


# -- what is there ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a store takes."""

    name: str
    """Size, fit and interpolation of its pictures."""
    pictures: int
    bytes: int
    in_use: bool
    """Whether a run has it open."""


def usage() -> list[Usage]:
    """The stores in the cache folder, by name."""
    found = []
    for folder in _stores():
        count = 0
        with contextlib.suppress(sqlite3.Error), contextlib.closing(_connect(folder / "index.sqlite")) as index:
            (count,) = index.execute("SELECT COUNT(*) FROM pictures").fetchone()
        try:
            with _locked(folder, exclusive=True):
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
            with _explained(folder), _locked(folder, exclusive=True):
                freed += sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
                # out of the way in one step: who opens the store from now on makes a new one
                trash = folder.with_name(f".{folder.name}-{os.getpid()}-{time.time_ns()}")
                folder.rename(trash)
            shutil.rmtree(trash, ignore_errors=True)
        except BlockingIOError:
            left.append(folder.name)
    return freed, tuple(left)


def _stores() -> list[Path]:
    root = cache_folder() / "pictures"
    if not root.is_dir():
        return []
    return sorted(folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith("."))


# -- the system -------------------------------------------------------------------------------------------------------


def _parts(items: list[bytes] | list[str], size: int) -> Iterator[list[bytes] | list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _connect(path: Path, schema: str | None = None) -> sqlite3.Connection:
    """Open an index; without the right to write, one that is there for reading."""
    if schema is not None and os.access(path.parent, os.W_OK):
        index = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        index.execute(schema)
    else:
        index = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_WAIT, isolation_level=None, check_same_thread=False
        )
    return index


@contextlib.contextmanager
def _locked(folder: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold a store, so that nobody clears it meanwhile.

    Raises:
        BlockingIOError: exclusively, and somebody has it open.
    """
    if sys.platform == "win32":
        # where a file that is open cannot be deleted
        yield
        return
    import fcntl

    path = folder / "lock"
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except PermissionError:
            if exclusive:
                raise
            # read-only: nobody here can clear it either
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusive else fcntl.LOCK_SH)
            # whoever held it may have cleared the store while this waited
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                yield
                return
        finally:
            os.close(handle)


def _write_at(handle: int, start: int, pictures: Sequence[NDArray[np.uint8]]) -> None:
    os.lseek(handle, start, os.SEEK_SET)
    for picture in pictures:
        rest = memoryview(picture.reshape(-1))
        while rest:
            rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


if hasattr(os, "preadv"):

    def _read_at(handle: int, into: memoryview, start: int) -> int:
        done = os.preadv(handle, [into], start)
        while 0 < done < len(into):
            more = os.preadv(handle, [into[done:]], start + done)
            if not more:
                break
            done += more
        return done

else:
    import threading

    _seeking = threading.Lock()

    def _read_at(handle: int, into: memoryview, start: int) -> int:
        with _seeking:
            os.lseek(handle, start, os.SEEK_SET)
            data = os.read(handle, len(into))
        into[: len(data)] = data
        return len(data)


@contextlib.contextmanager
def _explained(folder: Path, needed: int = 0) -> Iterator[None]:
    """Turn the system's and SQLite's errors into words."""
    try:
        yield
    except BlockingIOError:
        raise
    except (OSError, sqlite3.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        room = ""
        if needed:
            with contextlib.suppress(OSError):
                free = shutil.disk_usage(folder).free
                room = f" {needed:,} bytes were to be written, and {free:,} are free."
        raise WriteError(
            f"The cache in {folder} cannot be used: {reason}.{room}",
            expected="a folder that may be written to, on a disk with room left",
            todo="make room (`miwake cache` shows and clears what is there), or set MIWAKE_CACHE to another folder.",
        ) from None
