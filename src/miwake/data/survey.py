"""A quick look at the headers, for choosing how pictures are prepared before any is decoded."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.data.config import DataOptions
from miwake.data.decode import decode
from miwake.data.header import BadPicture, Header, read_header
from miwake.data.preprocess import read_bytes
from miwake.machine import cores
from miwake.types import Dataset, Sentence

_COLOUR = 8
"""Red, green and blue of a grey picture lie no further apart, of 255: a JPEG rounds them."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What the headers say, for choosing how pictures are prepared before any is decoded."""

    looked_at: int
    """Headers that were read."""
    height: int
    """Median, in pixels; 0 where nothing could be read."""
    width: int
    """Median, in pixels; 0 where nothing could be read."""
    smallest: tuple[int, int]
    """Least height and least width."""
    largest: tuple[int, int]
    """Greatest height and greatest width."""
    channels: int
    """1 where all pictures are grey, if only to look at; else 3; the number of planes for packed sources."""
    formats: dict[str, int]
    """Pictures of each format."""
    bad: tuple[tuple[str, Sentence], ...]
    """Path and reason of those whose header cannot be read."""


def survey(dataset: Dataset, options: DataOptions, sample: int | None = None) -> Survey:
    """Read the headers, of so many pictures spread evenly over the data set, or of all.

    Whether pictures that are stored in colour show any is seen from 64 of them.
    """
    if dataset.pixels is not None:
        count, height, width, channels = dataset.pixels.shape
        return Survey(
            looked_at=count,
            height=height,
            width=width,
            smallest=(height, width),
            largest=(height, width),
            channels=channels,
            formats={"pixels": count},
            bad=(),
        )
    rows = _spread(np.arange(len(dataset)), sample)

    def look(row: int) -> Header | Sentence:
        try:
            return read_header(dataset.file(row), max_pixels=options.max_pixels)
        except BadPicture as error:
            return error.reason

    headers: dict[int, Header] = {}
    bad = []
    with ThreadPoolExecutor(min(cores(), 16)) as pool:
        for row, found in zip(rows.tolist(), pool.map(look, rows.tolist()), strict=True):
            if isinstance(found, Header):
                headers[row] = found
            else:
                bad.append((dataset.paths[row], found))
    colour = np.array([row for row, header in headers.items() if not header.grey], np.int64)
    sizes = np.array([(header.height, header.width) for header in headers.values()] or [(0, 0)])
    middle = np.median(sizes, axis=0).astype(int)
    return Survey(
        looked_at=len(rows),
        height=int(middle[0]),
        width=int(middle[1]),
        smallest=size_pair(sizes.min(axis=0)),
        largest=size_pair(sizes.max(axis=0)),
        channels=3 if any(_shows_colour(dataset, row, options) for row in _spread(colour, 64).tolist()) else 1,
        formats=dict(Counter(header.format for header in headers.values())),
        bad=tuple(bad),
    )


def _spread(rows: NDArray[np.int64], count: int | None) -> NDArray[np.int64]:
    if count is None or count >= len(rows):
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.int64)]


def _shows_colour(dataset: Dataset, row: int, options: DataOptions) -> bool:
    try:
        data = read_bytes(dataset.file(row))
        pixels = decode(data, channels=3, at_least=(64, 64), max_pixels=options.max_pixels, window=options.shown)
    except BadPicture:
        return False
    return not looks_grey(pixels)


def looks_grey(pixels: NDArray[np.uint8]) -> bool:
    """Whether (H, W, 3) shows no colour."""
    red, green, blue = (pixels[:, :, plane].astype(np.int16) for plane in range(3))
    return max(int(np.abs(red - green).max()), int(np.abs(green - blue).max())) <= _COLOUR


def size_pair(values: NDArray[Any]) -> tuple[int, int]:
    """Height and width as plain numbers."""
    return int(values[0]), int(values[1])
