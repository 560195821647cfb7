"""A data set's pictures by row number, wherever they lie."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake.data.cache import Progress, Stored, content_name, fill, packed_content, packed_mode
from miwake.data.check import raise_bad
from miwake.data.config import DataOptions
from miwake.data.store import Store, open_store
from miwake.errors import UsageError
from miwake.types import Dataset, Preprocessing

RAM = 2**30
"""Bytes of pictures that are held in memory; more are read from the store as they are needed."""


class Pictures:
    """Random access to stored pictures; nothing here decodes.

    Args:
        source: pictures (n, H, W, C) uint8 in memory, or the store that they are read from.
        places: (N) number in `source` of each row's picture, -1 where there is none; None where row n is picture n.
        window: through which they are seen, so that their files can be shown alike.
    """

    def __init__(
        self, source: Tensor | Store, places: Tensor | None = None, *, window: tuple[float, float] | None = None
    ) -> None:
        self._source, self._places, self.window = source, places, window
        shape = source.shape[1:] if isinstance(source, Tensor) else source.shape
        self.shape: tuple[int, int, int] = (shape[2], shape[0], shape[1])
        """Channels, height and width of each."""

    def __len__(self) -> int:
        if self._places is not None:
            return len(self._places)
        return len(self._source) if isinstance(self._source, Tensor) else 0

    @property
    def in_memory(self) -> bool:
        """Whether all of them are held in memory."""
        return isinstance(self._source, Tensor)

    def close(self) -> None:
        """Give back the store, where pictures are read from one."""
        if isinstance(self._source, Store):
            self._source.close()

    def gather(self, rows: Tensor) -> Tensor:
        """Pictures by row.

        Args:
            rows: (B) int64 on the CPU.

        Returns:
            (B, C, H, W) uint8, channels-last.

        Raises:
            IndexError: a row does not exist, or its picture could not be read.
        """
        places = rows if self._places is None else self._places.index_select(0, rows)
        if isinstance(self._source, Tensor):
            return self._source.index_select(0, places).permute(0, 3, 1, 2)
        pictures = torch.empty((len(places), *self._source.shape), dtype=torch.uint8)
        self._source.read(places.tolist(), pictures.numpy())
        return pictures.permute(0, 3, 1, 2)


def open_pictures(
    dataset: Dataset,
    preprocessing: Preprocessing,
    options: DataOptions,
    progress: Progress | None = None,
    *,
    ram: int = RAM,
) -> tuple[Pictures, Stored]:
    """Make a data set's pictures ready: decode what is not in the store yet, and hold few enough in memory.

    Args:
        dataset: packed pixels of the stored size are used as they are, without a store.
        preprocessing: how pictures are fitted.
        options: whether pictures that cannot be read are an error.
        progress: called with how many are done, and of how many.
        ram: bytes up to which all pictures are held in memory.

    Raises:
        DataError: there are pictures that cannot be read, and `skip_bad` is off.
        UsageError: a window is asked for that is not the one of `preprocessing`.
        WriteError: the cache folder cannot be used.
    """
    _same_window(preprocessing, options)
    wanted = (*preprocessing.stored, preprocessing.channels)
    if dataset.pixels is not None and dataset.pixels.shape[1:] == wanted:
        return Pictures(_tensor(dataset.pixels)), _as_they_are(dataset.pixels)
    store = open_store(preprocessing)
    try:
        stored = fill(store, dataset, preprocessing, options, progress=progress)
        raise_bad(stored.bad, options)
        return held(store, stored.slots, ram, preprocessing.window), stored
    except BaseException:
        store.close()
        raise


def held(store: Store, slots: NDArray[np.int64], ram: int, window: tuple[float, float] | None = None) -> Pictures:
    """The pictures of a store at these numbers (N), -1 where there is none; in memory where they take `ram` bytes at
    most, and then the store is closed."""
    used = np.unique(slots[slots >= 0])
    if used.size * store.bytes_per_picture > ram:
        return Pictures(store, torch.from_numpy(slots), window=window)
    pictures = torch.empty((len(used), *store.shape), dtype=torch.uint8)
    store.read(used.tolist(), pictures.numpy())
    store.close()
    places = np.where(slots >= 0, np.searchsorted(used, slots), -1)
    return Pictures(pictures, torch.from_numpy(places), window=window)


def _same_window(preprocessing: Preprocessing, options: DataOptions) -> None:
    """A model goes on seeing what it has learnt from.

    Raises:
        UsageError: another window is asked for.
    """
    if options.shown is None or options.shown == preprocessing.window:
        return
    window = preprocessing.window
    learnt = "without a window" if window is None else f"through the window {window[0]:g},{window[1]:g}"
    raise UsageError(
        f"The model has learnt from pictures {learnt}, and --window {options.window} is another one.",
        expected="the model's own, which its file carries",
        todo="leave --window away, or train with the other window.",
    )


def _as_they_are(pixels: NDArray[np.uint8]) -> Stored:
    count, height, width, channels = pixels.shape
    first: dict[bytes, int] = {}
    contents = [packed_content(picture) for picture in pixels]
    return Stored(
        slots=np.arange(count, dtype=np.int64),
        identity=np.array([first.setdefault(content, row) for row, content in enumerate(contents)], np.int64),
        width=np.full(count, width, np.int32),
        height=np.full(count, height, np.int32),
        content=tuple(map(content_name, contents)),
        mode=(packed_mode(channels),) * count,
        bad_rows=np.empty(0, np.int64),
        bad=(),
    )


def _tensor(pixels: NDArray[np.uint8]) -> Tensor:
    # torch wants memory that may be written to, and would warn; nobody writes
    return torch.from_numpy(np.require(pixels, requirements=["C", "W"]))
