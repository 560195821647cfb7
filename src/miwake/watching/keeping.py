"""Pictures of a camera, kept in a folder of bounded size: the oldest make room."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from miwake.errors import UsageError
from miwake.files import WriteError, make_folder, write_whole

_NAME = re.compile(r"\d{8}-\d{6}-\d{3}(-\d+)?_.*\.png")
_LONGEST = 60


class Keeper:
    """A folder with the newest pictures. Others' files in it are neither counted nor touched.

    Args:
        folder: made where it does not exist.
        limit: bytes of all of its pictures.

    Raises:
        UsageError: the folder cannot be used.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder.absolute(), limit
        try:
            make_folder(self.folder)
            own = sorted(file for file in self.folder.iterdir() if _NAME.fullmatch(file.name))
            self._kept = {file: file.stat().st_size for file in own}
        except (WriteError, OSError) as error:
            raise UsageError(f"--keep {folder} cannot be used: {error}") from None

    def keep(self, picture: NDArray[np.uint8], label: str) -> Path:
        """Write a picture (H, W, 3) as PNG, which holds every pixel as it is; returns where.

        Raises:
            WriteError: the system would not write it.
        """
        drawn = io.BytesIO()
        Image.fromarray(picture).save(drawn, "PNG", compress_level=1)
        data = drawn.getvalue()
        now = time.time()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now)) + f"-{int(now * 1000) % 1000:03}"
        plain = re.sub(r"[^\w-]+", "-", label)[:_LONGEST].strip("-") or "picture"
        place, number = self.folder / f"{stamp}_{plain}.png", 2
        while place in self._kept:
            place, number = self.folder / f"{stamp}-{number}_{plain}.png", number + 1
        self._make_room(len(data))
        write_whole(place, lambda temporary: _write(temporary, data))
        self._kept[place] = len(data)
        return place

    def _make_room(self, size: int) -> None:
        while self._kept and sum(self._kept.values()) + size > self.limit:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            oldest.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
