"""Pictures that were answered wrongly, kept with the right answer as a data set for the next training."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from miwake.errors import UsageError
from miwake.files import WriteError, make_folder, write_whole

_TABLE = "labels.csv"
_SPARE = 50_000_000
"""Bytes of the disk that are left to others."""


class NoRoom(Exception):
    """The folder, or its disk, is full."""


class Keeper:
    """A folder of bounded size: a folder for each class; for several labels a picture, a table.

    Args:
        folder: where pictures are kept; made where it does not exist.
        limit: bytes of all of them.
        classes: the answers that there are.
        several: whether a picture may have several of them.

    Raises:
        UsageError: the folder cannot be used.
    """

    def __init__(self, folder: Path, limit: int, classes: Sequence[str], several: bool) -> None:
        self.folder, self.limit, self.several = folder, limit, several
        self.classes = frozenset(classes)
        try:
            make_folder(folder)
            self.used = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        except (WriteError, OSError) as error:
            raise UsageError(f"--keep {folder} cannot be used: {error}") from None

    def keep(self, picture: bytes, labels: Sequence[str]) -> bool:
        """Keep a picture (PNG) with its right answer; False where it is there already.

        Raises:
            ValueError: there is no such class, or one label was expected.
            NoRoom: the folder or the disk is full.
        """
        if not set(labels) <= self.classes or len(set(labels)) != len(labels):
            raise ValueError("there is no such class")
        if not self.several and len(labels) != 1:
            raise ValueError("one class was expected")
        # named by its content: a sender's name for it decides nothing
        name = f"{hashlib.sha256(picture).hexdigest()[:32]}.png"
        place = self.folder / ("pictures" if self.several else folder_name(labels[0])) / name
        if place.exists():
            return False

        def write(temporary: Path) -> None:
            temporary.write_bytes(picture)

        size = len(picture) + 200
        if self.used + size > self.limit:
            raise NoRoom
        try:
            if shutil.disk_usage(self.folder).free < size + _SPARE:
                raise NoRoom
            make_folder(place.parent)
            write_whole(place, write)
            if self.several:
                self._add_row(place, labels)
        except (WriteError, OSError):
            raise NoRoom from None
        self.used += size
        return True

    def _add_row(self, place: Path, labels: Sequence[str]) -> None:
        table, text = self.folder / _TABLE, io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not table.exists():
            writer.writerow(("path", "label"))
        # the semicolon says that there may be several, even where there is one
        writer.writerow(
            (place.relative_to(self.folder).as_posix(), ";".join(labels) + (";" if len(labels) < 2 else ""))
        )
        with table.open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())


def folder_name(label: str) -> str:
    """A folder for a class: its name, where that is one that cannot lead elsewhere."""
    if re.fullmatch(r"\w[\w .()+-]{0,99}", label) and not label.endswith((".", " ")):
        return label
    plain = re.sub(r"[^\w-]+", "-", label)[:60].strip("-") or "class"
    return f"{plain}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"
