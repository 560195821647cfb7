"""Who works in a folder: locks that the system gives back when their holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from miwake.errors import UsageError

_LOCK = "lock"


@contextlib.contextmanager
def locked(folder: Path, *, exclusive: bool) -> Iterator[int | None]:
    """Hold a folder: alone, or with others who keep it from being held alone. It is made where there is none.

    Yields:
        The open lock file; None where nobody here can hold anything (Windows, where a file that is open cannot be
        deleted, and a folder that may only be read).

    Raises:
        BlockingIOError: exclusively, and somebody holds it.
        OSError: exclusively, and the folder may not be written to, or its file system has no locks.
    """
    if sys.platform == "win32":
        yield None
        return
    import fcntl

    path = folder / _LOCK
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except PermissionError:
            if exclusive:
                raise
            # read-only: nobody here can clear it either
            yield None
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusive else fcntl.LOCK_SH)
            # whoever held it may have cleared the folder while this waited
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                yield handle
                return
        finally:
            os.close(handle)


@contextlib.contextmanager
def training(run: Path) -> Iterator[None]:
    """While a run folder is trained: no other process may go on with it. A killed process holds nothing.

    Raises:
        UsageError: another process trains it.
    """
    folder = run / "checkpoint"
    with contextlib.ExitStack() as stack:
        try:
            handle = stack.enter_context(locked(folder, exclusive=True))
        except BlockingIOError:
            raise busy(run, holder(folder)) from None
        except OSError:  # no locks there, or nothing can be written: whoever saves a checkpoint will say so
            handle = None
        if handle is not None:
            os.ftruncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
        yield


def holder(folder: Path) -> int:
    """Number of the process that holds a folder alone at the moment, -1 where it is not known; 0 where none does."""
    if sys.platform == "win32":
        return 0
    import fcntl

    with contextlib.suppress(OSError), (folder / _LOCK).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read()
            return int(text) if text.isdecimal() else -1
    return 0


def busy(run: Path, process: int) -> UsageError:
    """The error for a run that is being trained by another process."""
    return UsageError(
        f"The run {run} is being trained at the moment" + (f", by process {process}." if process > 0 else "."),
        expected="a run that has ended or was stopped",
        todo="wait until it is finished, or stop it with Ctrl-C in its window.",
    )
