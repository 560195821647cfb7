"""Class maps by row number: each mask is read once, fitted as its picture is, and kept in a store like pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from miwake.data.cache import Job, Make, Progress, Row, decode_all, facts_of, fill_files, thumb_of
from miwake.data.check import bad_lines
from miwake.data.classmap import fit_classes, to_classes
from miwake.data.config import DataOptions
from miwake.data.header import BadPicture, header_of, opened
from miwake.data.masks import decode_values, picture_size
from miwake.data.naming import first, plural
from miwake.data.outlines import Outlines, outlines_of
from miwake.data.pictures import RAM, Pictures, held
from miwake.data.store import Entry, Facts, Store, open_mask_store
from miwake.errors import DataError, UsageError
from miwake.types import Dataset, Legend, Note, Preprocessing, Sentence


class Masks:
    """Random access to class maps of the stored size; nothing here decodes."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self.shape: tuple[int, int] = pictures.shape[1:]
        """Height and width of each."""

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def in_memory(self) -> bool:
        """Whether all of them are held in memory."""
        return self._pictures.in_memory

    def close(self) -> None:
        """Give back the store, where class maps are read from one."""
        self._pictures.close()

    def gather(self, rows: Tensor) -> Tensor:
        """Class maps by row.

        Args:
            rows: (B) int64 on the CPU.

        Returns:
            (B, H, W) uint8: class numbers, and `VOID`.

        Raises:
            IndexError: a row does not exist, or has no mask.
        """
        return self._pictures.gather(rows)[:, 0]


def open_masks(
    dataset: Dataset,
    preprocessing: Preprocessing,
    options: DataOptions,
    progress: Progress | None = None,
    *,
    ram: int = RAM // 2,
) -> Masks:
    """Make a data set's masks ready: read what is not in the store yet, and hold few enough in memory.

    May be stopped at any moment and called again: it goes on where it was.

    Args:
        dataset: with masks and a legend; rows without a mask are left out.
        preprocessing: how their pictures are fitted.
        options: gives the largest mask that is read.
        progress: called with how many are done, and of how many.
        ram: bytes up to which all of them are held in memory.

    Raises:
        UsageError: the data set has no classes of pixels.
        DataError: there are masks that cannot be used; says which and why.
        WriteError: the cache folder cannot be used.
    """
    legend = dataset.legend
    if legend is None or dataset.masks is None:
        raise UsageError(f"{dataset.name} has no classes of pixels.", expected="pictures with a mask each")
    store = open_mask_store(preprocessing, legend)
    try:
        rows = [row for row, mask in enumerate(dataset.masks) if mask is not None]
        if legend.outlines:
            found = _fill_outlines(store, dataset, rows, preprocessing, legend, progress)
        else:
            files = {row: dataset.root / str(dataset.masks[row]) for row in rows}
            found = fill_files(store, files, _mask(dataset, preprocessing, legend, options.max_pixels), progress)
        _raise_bad(dataset, found, options)
        slots = np.full(len(dataset), -1, np.int64)
        for row, what in found.items():
            slots[row] = -1 if what.facts is None else what.facts.slot
        return Masks(held(store, slots, ram))
    except BaseException:
        store.close()
        raise


def _mask(dataset: Dataset, preprocessing: Preprocessing, legend: Legend, max_pixels: int) -> Make:
    def make(row: int, data: bytes) -> tuple[NDArray[np.uint8], Facts]:
        with opened(data, max_pixels) as image:
            header = header_of(image)
        if header.orientation > 1:
            raise BadPicture(Note("pixels.bad.turned", {"orientation": header.orientation}))
        size = _size(dataset, row)
        if (header.height, header.width) != size:
            found = {"width": header.width, "height": header.height}
            raise BadPicture(Note("pixels.bad.size", {**found, "wide": size[1], "high": size[0]}))
        classes, strange = to_classes(decode_values(data, max_pixels), legend)
        if strange:
            raise BadPicture(Note("pixels.bad.values", {"values": first(strange)}))
        fitted = fit_classes(classes, preprocessing)[:, :, None]
        return fitted, facts_of(header, "mask", fitted)

    return make


def _fill_outlines(
    store: Store,
    dataset: Dataset,
    rows: list[int],
    preprocessing: Preprocessing,
    legend: Legend,
    progress: Progress | None,
) -> dict[int, Row]:
    found = {row: Row() for row in rows}
    files: dict[str, Outlines] = {}
    work = []
    for row in rows:
        assert dataset.masks is not None
        name, number = str(dataset.masks[row]).rsplit("#", 1)
        if name not in files:
            files[name] = outlines_of(dataset.root / name)
        work.append((row, _drawing(store, files[name], int(number), dataset, row, preprocessing, legend)))
    decode_all(store, work, found, len(work), 0, progress)
    return found


def _drawing(
    store: Store,
    outlines: Outlines,
    number: int,
    dataset: Dataset,
    row: int,
    preprocessing: Preprocessing,
    legend: Legend,
) -> Job:
    def job() -> tuple[bytes, Entry | None]:
        content = outlines.content(number)
        if store.find((content,)):
            return content, None
        size = _size(dataset, row)
        try:
            classes = outlines.draw(number, size, legend)
        except DataError as error:
            raise BadPicture(error.found) from None
        fitted = fit_classes(classes, preprocessing)[:, :, None]
        facts = Facts(
            slot=-1,
            width=size[1],
            height=size[0],
            format="outlines",
            mode="L",
            orientation=1,
            kind="outlines",
            thumb=thumb_of(fitted),
            pixels=None,
        )
        return content, Entry(content=content, picture=fitted, facts=facts)

    return job


def _size(dataset: Dataset, row: int) -> tuple[int, int]:
    try:
        return picture_size(dataset, row)
    except BadPicture as error:
        raise BadPicture(Note("pixels.bad.picture", {"reason": error.reason})) from None


def _raise_bad(dataset: Dataset, found: dict[int, Row], options: DataOptions) -> None:
    bad: list[tuple[str, Sentence]] = []
    for row, what in found.items():
        assert dataset.masks is not None
        picture = isinstance(what.reason, Note) and what.reason.key == "pixels.bad.picture"
        if what.facts is None and not (picture and options.skip_bad):
            bad.append((str(dataset.masks[row]), what.reason))
    if bad:
        raise DataError(
            f"{plural(len(bad), 'mask')} cannot be used:\n{bad_lines(bad)}",
            expected="masks as large as their pictures, which stand upright, with values that the legend names",
            todo="export them anew; --legend FILE names values, --void VALUE says which count nothing.",
        )
