"""Files that are either whole or not there."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from miwake.errors import MiwakeError


class WriteError(MiwakeError):
    """A file could not be written: a full disk, a folder without permission."""

    exit_code = 2


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place in one step.

    A process that is killed at any moment leaves the old file or the new one, never half of one.

    Raises:
        WriteError: the system would not write; the old file is untouched.
    """
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
        _sync_folder(path.parent)
    except Exception as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        reason = _reason(error)
        if reason is None:
            raise
        raise WriteError(
            f"{path} could not be written: {reason}.",
            expected="a folder that may be written to, on a disk with room left",
            todo="make room or choose another folder; what was written before is untouched.",
        ) from None


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
