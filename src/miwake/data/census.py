"""What values masks hold, how many pixels of each, and whether they fill areas or only lie on edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miwake.data.known import COUNTED, Known, stat_key
from miwake.data.masks import Values, read_values
from miwake.errors import DataError
from miwake.machine import cores
from miwake.types import Value

MOST = 4096
"""Different values of a mask that are kept, the most frequent; nothing with more is a mask."""
_CHUNK = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted:
    """The values of one mask."""

    codes: NDArray[np.int64]
    """(v) ascending; a grey level or index, or red·65536 + green·256 + blue."""
    pixels: NDArray[np.int64]
    """(v) how many have each."""
    flat: NDArray[np.int64]
    """(v) how many 2 × 2 blocks have nothing else: none where a value lies on soft edges only."""
    colours: bool
    indexed: bool
    """Whether the file has a palette."""
    lossy: bool
    palette: NDArray[np.uint8] | None = None
    """(256, 3) of the file."""


def count(values: Values) -> Counted:
    """Count the values of a mask."""
    codes = as_codes(values.pixels)
    found, pixels = _tally(codes)
    inner = codes[:-1, :-1]
    same = (inner == codes[1:, :-1]) & (inner == codes[:-1, 1:]) & (inner == codes[1:, 1:])
    blocks, number = _tally(inner[same])
    flat = np.zeros(len(found), np.int64)
    flat[np.searchsorted(found, blocks)] = number
    if len(found) > MOST:
        kept = np.sort(np.argsort(-pixels, kind="stable")[:MOST])
        found, pixels, flat = found[kept], pixels[kept], flat[kept]
    return Counted(
        codes=found,
        pixels=pixels,
        flat=flat,
        colours=values.pixels.ndim == 3,
        indexed=values.palette is not None,
        lossy=values.lossy,
        palette=values.palette,
    )


def as_codes(
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
) -> NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.int32]:
    """One number (H, W) for each pixel: the grey level or index, or red·65536 + green·256 + blue."""
    if pixels.ndim == 2:
        return pixels
    codes = pixels[..., 0].astype(np.int32)
    for plane in (1, 2):
        codes <<= 8
        codes |= pixels[..., plane]
    return codes


BEYOND = 1 << 24
"""Numbers from it on stand for grey levels that are no colour, since they have more than 8 bits."""


def in_colours(levels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Grey levels as the codes of their colours."""
    return np.where(levels < 256, levels * 0x010101, levels + BEYOND)


def value_of(code: int, colours: bool) -> Value:
    """The inverse of `as_codes` for one number."""
    if code >= BEYOND:
        return (code - BEYOND,)
    return (code >> 16, code >> 8 & 255, code & 255) if colours else (code,)


def _tally(
    codes: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Different values, ascending, and how often each is there."""
    if codes.dtype == np.int32:
        found, number = np.unique(codes, return_counts=True)
        return found.astype(np.int64), number.astype(np.int64)
    number = np.bincount(codes.reshape(-1))
    found = number.nonzero()[0]
    return found.astype(np.int64), number[found].astype(np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Census:
    """The values of many masks together."""

    masks: int
    """Masks that were read."""
    colours: bool
    """Whether any is in colours; then all values are."""
    indexed: bool
    """Whether all have a palette."""
    lossy: tuple[Path, ...]
    codes: NDArray[np.int64]
    """(v) ascending, as in `Counted`."""
    pixels: NDArray[np.int64]
    """(v) of all masks together."""
    flat: NDArray[np.int64]
    """(v)."""
    holders: NDArray[np.int64]
    """(v) masks that have it."""
    example: dict[int, Path]
    """A mask for each code."""
    bad: tuple[tuple[Path, DataError], ...] = field(default=())
    """Masks that cannot be read, and why."""


def take_census(
    files: Sequence[Path], progress: Callable[[int, int], None] | None = None
) -> tuple[Census, list[Counted | None]]:
    """Read all of these masks and count their values; a file that has not changed since is not read again.

    Args:
        files: of the masks.
        progress: called with how many are done, and of how many.

    Returns:
        All together, and each; None for one that cannot be read.
    """
    each: list[Counted | None] = []
    bad: list[tuple[Path, DataError]] = []
    stats = {str(file.absolute()): stat_key(file) for file in files}
    known = Known(COUNTED)
    try:
        before = {path: _unpacked(data) for path, data in known.find(stats).items()}

        def counted(file: Path) -> Counted | DataError:
            try:
                return before.get(str(file.absolute())) or count(read_values(file))
            except DataError as error:
                return error

        with ThreadPoolExecutor(min(cores(), 16)) as pool:
            for start in range(0, len(files), _CHUNK):
                chunk = files[start : start + _CHUNK]
                found = list(pool.map(counted, chunk))
                bad += [(file, one) for file, one in zip(chunk, found, strict=True) if isinstance(one, DataError)]
                each += [one if isinstance(one, Counted) else None for one in found]
                known.note(list(_new(chunk, found, stats, before)))
                if progress is not None:
                    progress(len(each), len(files))
    finally:
        known.close()
    return _together(files, each, tuple(bad)), each


def _new(
    files: Sequence[Path],
    found: Sequence[Counted | DataError],
    stats: Mapping[str, bytes | None],
    before: Mapping[str, Counted],
) -> Iterator[tuple[str, bytes, bytes]]:
    """What is to be kept for the next time: path, state of the file, and what was counted."""
    for file, one in zip(files, found, strict=True):
        path = str(file.absolute())
        stat = stats[path]
        if isinstance(one, Counted) and stat is not None and path not in before:
            yield path, stat, _packed(one)


def _packed(counted: Counted) -> bytes:
    flags = np.array([counted.colours, counted.indexed, counted.lossy, counted.palette is not None], np.int64)
    palette = b"" if counted.palette is None else counted.palette.tobytes()
    return np.concatenate((flags, counted.codes, counted.pixels, counted.flat)).tobytes() + palette


def _unpacked(data: bytes) -> Counted:
    colours, indexed, lossy, colourful = np.frombuffer(data, np.int64, 4).tolist()
    end = len(data) - (768 if colourful else 0)
    codes, pixels, flat = np.frombuffer(data[32:end], np.int64).reshape(3, -1)
    palette = np.frombuffer(data[end:], np.uint8).reshape(256, 3) if colourful else None
    return Counted(
        codes=codes,
        pixels=pixels,
        flat=flat,
        colours=bool(colours),
        indexed=bool(indexed),
        lossy=bool(lossy),
        palette=palette,
    )


def _together(files: Sequence[Path], each: Sequence[Counted | None], bad: tuple[tuple[Path, DataError], ...]) -> Census:
    good = [(file, counted) for file, counted in zip(files, each, strict=True) if counted is not None]
    colours = any(counted.colours for _, counted in good)
    totals: dict[int, list[int]] = {}
    example: dict[int, Path] = {}
    for file, counted in good:
        for code, pixels, flat in zip(
            recoded(counted, colours).tolist(), counted.pixels.tolist(), counted.flat.tolist(), strict=True
        ):
            total = totals.setdefault(code, [0, 0, 0])
            total[0] += pixels
            total[1] += flat
            total[2] += 1
            example.setdefault(code, file)
    codes = sorted(totals)
    table = np.array([totals[code] for code in codes], np.int64).reshape(-1, 3)
    return Census(
        masks=len(good),
        colours=colours,
        indexed=bool(good) and all(counted.indexed for _, counted in good),
        lossy=tuple(file for file, counted in good if counted.lossy),
        codes=np.array(codes, np.int64),
        pixels=table[:, 0],
        flat=table[:, 1],
        holders=table[:, 2],
        example=example,
        bad=bad,
    )


def recoded(counted: Counted, colours: bool) -> NDArray[np.int64]:
    """(v) its codes as those of colours, where others of its kind are in colours; they may then repeat."""
    if not colours or counted.colours:
        return counted.codes
    if counted.palette is not None:
        return np.asarray(as_codes(counted.palette[counted.codes][None])[0], np.int64)
    return in_colours(counted.codes)
