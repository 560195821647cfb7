"""Masks as a network learns from them: the class of every pixel, fitted as its picture is and never blended."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from miwake.data.census import BEYOND, Counted, as_codes, in_colours, recoded, value_of
from miwake.data.header import BadPicture
from miwake.data.legend import shown
from miwake.data.masks import Values, picture_size, read_values
from miwake.data.naming import few, plural
from miwake.data.preprocess import coverage, place, whole_size
from miwake.errors import DataError
from miwake.types import VOID, Dataset, Legend, Preprocessing

_STRIP = 1 << 22
"""Numbers that are weighed at a time."""


def read_classes(dataset: Dataset, row: int) -> NDArray[np.uint8]:
    """The class of every pixel of a row's picture.

    Args:
        dataset: with masks and a legend.
        row: of a picture with a mask.

    Returns:
        (H, W) class numbers as large as the upright picture; `VOID` where nothing counts.

    Raises:
        DataError: the row has no mask, or its mask cannot be used: it cannot be read, is of another size than the
            picture, would be turned, or holds a value that the legend does not name.
    """
    mask = None if dataset.masks is None else dataset.masks[row]
    if mask is None or dataset.legend is None:
        raise DataError(
            f"{dataset.paths[row]} has no mask.", expected="a mask for each picture", todo="add it, or move it out."
        )
    try:
        size = picture_size(dataset, row)
    except BadPicture as error:
        raise DataError(f"{dataset.file(row)} cannot be used: {error.found}", expected="a whole picture") from None
    if dataset.legend.outlines:
        from miwake.data.outlines import outlines_of

        return outlines_of(dataset.root / mask.rsplit("#", 1)[0]).draw(
            int(mask.rsplit("#", 1)[1]), size, dataset.legend
        )
    file = dataset.root / mask
    classes, strange = to_classes(read_values(file, size), dataset.legend)
    if strange:
        raise DataError(
            f"The mask {file} holds {plural(len(strange), 'value')} that no class has: {few(strange)}.",
            expected=f"the values of {plural(len(dataset.legend.values), 'class')} and of void",
            todo="name them in the legend, or say --void VALUE where such pixels are to count nothing.",
        )
    return classes


def to_classes(values: Values, legend: Legend) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Class numbers (H, W) of a mask's values, and those values that the legend does not name: void in the result."""
    table, colours = _table(legend)
    pixels = values.pixels
    if colours:
        if values.palette is not None:
            classes = table[as_codes(values.palette[None])[0]][pixels]
        elif pixels.ndim == 2:
            classes = table[np.minimum(in_colours(pixels.astype(np.int64)), BEYOND)]
        else:
            classes = table[as_codes(pixels)]
    elif pixels.ndim == 3:
        return np.full(pixels.shape[:2], VOID, np.uint8), ("colours",)
    else:
        classes = table[pixels]
    unknown = classes < 0
    if not unknown.any():
        return classes.astype(np.uint8), ()
    codes = pixels if values.palette is not None else as_codes(pixels)
    strange = np.unique(codes[unknown]).tolist()
    classes[unknown] = VOID
    return classes.astype(np.uint8), tuple(shown(value_of(code, pixels.ndim == 3)) for code in strange)


def classes_of(counted: Counted, legend: Legend) -> NDArray[np.int16]:
    """(v) the class of each value of a mask, `VOID` or -1 where the legend does not name it."""
    table, colours = _table(legend)
    if colours:
        return table[np.minimum(recoded(counted, True), BEYOND)]
    if counted.colours:
        return np.full(len(counted.codes), -1, np.int16)
    return table[counted.codes]


@lru_cache(maxsize=4)
def _table(legend: Legend) -> tuple[NDArray[np.int16], bool]:
    """From every code, see `as_codes`, to its class; -1 where no class has it; and whether codes are colours."""
    colours = legend.colours
    table = np.full(BEYOND + 1 if colours else 1 << 16, -1, np.int16)
    for number, values in ((VOID, legend.void), *enumerate(legend.values)):
        for value in values:
            code = value[0] if not colours else int.from_bytes(bytes(value if len(value) == 3 else value * 3), "big")
            table[code] = number
    table.setflags(write=False)
    return table, colours


def fit_classes(classes: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """Bring class numbers (H, W) to the stored size (h, w) exactly as `preprocess.fit` brings the picture.

    Every new pixel takes the class of most of the area that it covers; `VOID` counts as one. What a letterbox adds is
    `VOID`.
    """
    scaled = majority(classes, whole_size((classes.shape[0], classes.shape[1]), preprocessing))
    return place(scaled[:, :, None], preprocessing, fill=VOID)[:, :, 0]


def majority(classes: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Class numbers (H, W) at another size (h, w): of the classes in the area of a new pixel the one with most of it.

    Of equal ones the lowest number is taken.
    """
    height, width = classes.shape
    if (height, width) == size:
        return classes
    down, across = coverage(height, size[0], height), coverage(width, size[1], width)
    step = max(1, _STRIP * size[0] // (height * width))
    result = np.empty(size, np.uint8)
    for start in range(0, size[0], step):
        rows = down[start : start + step]
        first, last = int(rows.indices.min()), int(rows.indices.max()) + 1
        part, rows = classes[first:last], rows[:, first:last]
        best = np.full((rows.shape[0], size[1]), -1.0, np.float32)
        for number in np.bincount(part.reshape(-1)).nonzero()[0].tolist():
            share = across @ np.ascontiguousarray((rows @ (part == number).astype(np.float32)).T)
            # sums of shares differ in their last digit: nearly equal is equal
            more = best + 1e-5 < share.T
            result[start : start + step][more] = number
            best[more] = share.T[more]
    return result
