"""Files that are either whole or not there."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from miwake.errors import MiwakeError


class WriteError(MiwakeError):
    """A file could not be written: a full disk, a folder without permission."""

    exit_code = 2


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place in one step.

    A process that is killed at any moment leaves the old file or the new one, never half of one. A device or a pipe is
    written to as it is, since another file cannot take its place.

    Raises:
        WriteError: the system would not write; the old file is untouched.
    """
    temporary: Path | None = None
    try:
        if _is_device(path):
            write(path)
            return
        temporary = _beside(path)
        write(temporary)
        _put_in_place(temporary, path)
    except Exception as error:
        _drop(temporary)
        if _reason(error) is None:
            raise
        raise _unwritten(path, error) from None


class Lines:
    """Where text goes as it comes; for `csv.writer` and the like."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self._file, self._path = file, path

    def write(self, text: str) -> None:
        """Add to the file.

        Raises:
            WriteError: the system would not write.
        """
        try:
            self._file.write(text)
        except OSError as error:
            raise _unwritten(self._path, error) from None


@contextmanager
def text_as_it_comes(path: Path) -> Iterator[Lines]:
    """A text file for lines that come one by one: a temporary file that is put in place when the block ends.

    What was written before an error or an early end (Ctrl-C, a reader that has seen enough) is kept; where nothing was
    written yet, an old file stays as it is. A device or a pipe is written to as it is.

    Raises:
        WriteError: the system would not; said before the block begins where the place cannot be written to.
    """
    temporary: Path | None = None
    try:
        temporary = None if _is_device(path) else _beside(path)
        file = (temporary or path).open("w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        _drop(temporary)
        raise _unwritten(path, error) from None
    try:
        yield Lines(file, path)
    finally:
        try:
            file.close()
            if temporary is not None and temporary.stat().st_size:
                _put_in_place(temporary, path)
        except OSError as error:
            raise _unwritten(path, error) from None
        finally:
            _drop(temporary)


class Inputs:
    """Files that a command reads, and so must not write over.

    Args:
        files: their paths; looked at only when a target exists, each once.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = files

    @cached_property
    def _known(self) -> frozenset[tuple[int, int]]:
        return frozenset(found for file in self._files if (found := _identity(file)) is not None)

    def __contains__(self, target: Path) -> bool:
        """Whether a path leads to one of them, by another name or through links too."""
        found = _identity(target)
        return found is not None and found in self._known


def _identity(path: Path) -> tuple[int, int] | None:
    """What makes a file the same under all its names; None where there is none, or a device."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _is_device(path: Path) -> bool:
    """Whether a path leads to a device, a pipe, or an open file of this process (/dev/stdout)."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if stat.S_ISREG(mode):
        return path.is_symlink() and path.absolute().parts[1] in ("dev", "proc")
    return not stat.S_ISDIR(mode)


def _beside(path: Path) -> Path:
    """An empty file that will take the place of `path`; said now where a folder is in its way."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    return Path(name)


def _put_in_place(temporary: Path, path: Path) -> None:
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.chmod(0o666 & ~_umask())
    temporary.replace(path)
    _sync_folder(path.parent)


def _drop(temporary: Path | None) -> None:
    if temporary is not None:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _unwritten(path: Path, error: Exception) -> WriteError:
    return WriteError(
        f"{path} could not be written: {_reason(error)}.",
        expected="a folder that may be written to, on a disk with room left",
        todo="make room or choose another folder; what was written before is untouched.",
    )


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where they do not exist.

    Raises:
        WriteError: the system would not, or a file of that name is there.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(
            f"The folder {path} cannot be made: {error.strerror}.",
            expected="a folder that may be written to, or a name that is free",
            todo="choose another folder.",
        ) from None


def _reason(error: Exception) -> str | None:
    """What the system said, or None where the error is not the system's.

    safetensors wraps the system's errors in its own type, with the system's words in the text.
    """
    if isinstance(error, OSError):
        return error.strerror or str(error)
    text = str(error)
    return text if "os error" in text.lower() else None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    # the renaming itself must survive a loss of power; systems without folder handles do without
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, whole; what UTF-8 cannot hold, such as bytes of a file's name, is escaped with \\."""
    write_whole(path, lambda temporary: _write_text(temporary, text))


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)


def write_json(path: Path, data: Any) -> None:
    """Write JSON, whole; NaN and infinity are refused by the format and must be None before."""
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read JSON.

    Raises:
        MiwakeError: the file is missing or broken; says where.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MiwakeError(f"{path} cannot be read: {error.strerror}.", expected="a file that Miwake wrote") from None
    except json.JSONDecodeError as error:
        raise MiwakeError(
            f"{path}, line {error.lineno}: not JSON ({error.msg}).", expected="the file as Miwake wrote it"
        ) from None
