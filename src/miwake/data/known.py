"""Files that have not changed since they were last read."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from miwake.data.disk import cache_folder, connect, parts

NAME = "files.sqlite"
COUNTED = "masks.sqlite"
"""What was counted in masks, in place of contents."""

_TICK = 2_000_000_000
"""Nanoseconds; the coarsest clock of the usual file systems (FAT) ticks every two seconds."""


class Known:
    """Which content a file had when it was last read, so that a file that has not changed is not read again.

    Only saves time: where it cannot be read or written, every file is read.

    Args:
        name: of the index in the cache folder.
    """

    def __init__(self, name: str = NAME) -> None:
        self._index: sqlite3.Connection | None = None
        with contextlib.suppress(OSError, sqlite3.Error):
            cache_folder().mkdir(parents=True, exist_ok=True)
            self._index = connect(
                cache_folder() / name,
                "CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, stat BLOB NOT NULL, content BLOB NOT NULL)"
                " WITHOUT ROWID",
            )

    def close(self) -> None:
        """Give back the file."""
        if self._index is not None:
            self._index.close()

    def find(self, stats: dict[str, bytes | None]) -> dict[str, bytes]:
        """From absolute paths and their `stat_key` to contents, for those files that are as they were."""
        found: dict[str, bytes] = {}
        if self._index is None:
            return found
        with contextlib.suppress(sqlite3.Error):
            for part in parts(list(stats), 500):
                marks = ",".join("?" * len(part))
                rows = self._index.execute(f"SELECT path, stat, content FROM files WHERE path IN ({marks})", part)
                found.update((path, content) for path, stat, content in rows if stats[path] == stat)
        return found

    def note(self, rows: Sequence[tuple[str, bytes, bytes]]) -> None:
        """Keep paths with their `stat_key` and content."""
        if self._index is None:
            return
        with contextlib.suppress(sqlite3.Error), self._index:
            self._index.execute("BEGIN IMMEDIATE")
            self._index.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", rows)


def stat_key(path: str | Path) -> bytes | None:
    """Changes whenever the file does; None where there is no telling.

    A file that has only just changed may change again within the tick of the file system's clock, unseen.
    """
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    if time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) < _TICK:
        return None
    facts = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev)
    return hashlib.sha256(repr(facts).encode()).digest()[:16]
