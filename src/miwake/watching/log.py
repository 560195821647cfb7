"""A log of bounded size: JSON, an object a line, never half a line, and no reason to stop when the disk is full."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from miwake.errors import UsageError


class Log:
    """Adds lines to a file, and begins a new one when it is full.

    Args:
        path: of the file; `path.1` is the one before it, and so on.
        limit: bytes of each.
        files: kept beside the one that is written to.

    Raises:
        UsageError: it cannot be written to.
    """

    def __init__(self, path: Path, *, limit: int, files: int) -> None:
        self.path, self.limit, self.files = path.absolute(), limit, files
        self.lost = 0
        """Lines that could not be written since the last one that could."""
        self.reason = ""
        """Why; empty while all is well."""
        self._handle: int | None = None
        try:
            self._open()
        except OSError as error:
            raise UsageError(
                f"--log {path} cannot be written to: {error.strerror}.",
                expected="a file in a folder that may be written to",
                todo="name another file.",
            ) from None

    def add(self, facts: Mapping[str, Any]) -> bool:
        """Write a line; False where the system would not, and no half of a line is left.

        Tried anew with each line; the first one that succeeds is preceded by how many were lost.
        """
        lines = [facts]
        if self.lost:
            lines.insert(0, {"time": facts.get("time"), "event": "log-resumed", "lost": self.lost})
        try:
            self._write("".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines).encode())
        except OSError as error:
            self.lost += 1
            self.reason = error.strerror or str(error)
            return False
        self.lost, self.reason = 0, ""
        return True

    def _open(self) -> int:
        self.close()
        self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        return self._handle

    def _write(self, data: bytes) -> None:
        handle = self._current()
        size = os.fstat(handle).st_size
        if size and size + len(data) > self.limit:
            self._rotate()
            handle, size = self._open(), 0
        try:
            rest = memoryview(data)
            while rest:
                # a disk that becomes full takes a part of it, and says why at the next one
                rest = rest[os.write(handle, rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, size)
            raise

    def _current(self) -> int:
        """The open file, or a new one where somebody took it away."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(self._handle), self.path.stat()):
                    return self._handle
        return self._open()

    def _rotate(self) -> None:
        names = [self.path, *(self.path.with_name(f"{self.path.name}.{n}") for n in range(1, self.files + 1))]
        if len(names) == 1:
            self.path.unlink()
        for old, new in reversed(list(pairwise(names))):
            with contextlib.suppress(FileNotFoundError):
                old.replace(new)

    def close(self) -> None:
        """Give the file back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
