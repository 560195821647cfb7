"""The cache folder, and the system's part in it: indexes, positional reads, errors in words."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miwake.files import WriteError

_WAIT = 300.0
"""Seconds to wait for another writer, which holds the lock for as long as one chunk takes to reach the disk."""


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


def parts(items: list[bytes] | list[str], size: int) -> Iterator[list[bytes] | list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def connect(path: Path, schema: str | None = None) -> sqlite3.Connection:
    """Open an index, made with `schema` where there is none.

    Also whoever only reads may have to write: what a killed writer left half done is undone by the next to come.
    Without the right to write, an index that is there is opened for reading.
    """
    if os.access(path.parent, os.W_OK):
        way = "rw" if schema is None else "rwc"
    else:
        way, schema = "ro", None
    index = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={way}",
        uri=True,
        timeout=_WAIT,
        isolation_level=None,
        check_same_thread=False,
    )
    if schema is not None:
        index.execute(schema)
    return index


def write_at(handle: int, start: int, pictures: Sequence[NDArray[np.uint8]]) -> None:
    os.lseek(handle, start, os.SEEK_SET)
    for picture in pictures:
        rest = picture.reshape(-1).data
        while rest:
            rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


if hasattr(os, "preadv"):

    def read_at(handle: int, into: memoryview, start: int) -> int:
        done = os.preadv(handle, [into], start)
        while 0 < done < len(into):
            more = os.preadv(handle, [into[done:]], start + done)
            if not more:
                break
            done += more
        return done

else:
    _seeking = threading.Lock()

    def read_at(handle: int, into: memoryview, start: int) -> int:
        with _seeking:
            os.lseek(handle, start, os.SEEK_SET)
            data = os.read(handle, len(into))
        into[: len(data)] = data
        return len(data)


@contextlib.contextmanager
def explained(folder: Path, needed: int = 0) -> Iterator[None]:
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
