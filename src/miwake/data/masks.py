"""Masks: the pictures that say which pixels are meant. Read in one way, and checked before anything is learnt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from miwake.data.header import GREY_16, MAX_PIXELS, BadPicture, Header, header_of, opened, read_header
from miwake.data.naming import few, plural
from miwake.errors import DataError
from miwake.look.words import told
from miwake.types import Dataset, Note

THRESHOLD = 127
"""Grey levels above it are inside; softer edges than 0 and 255 are cut there."""
_LOOKED_AT = 200

V = TypeVar("V", np.uint8, np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class Mask:
    """A mask as its file has it."""

    values: NDArray[np.uint8]
    """(H, W) grey levels, or indices of a palette."""
    indexed: bool
    """Whether the values are indices, or so few that they can be no grey levels."""
    soft: bool
    """Whether there are grey levels between those that are clearly outside and clearly inside."""

    def inside(self) -> NDArray[np.bool_]:
        """(H, W) what is meant: every index but 0, or what is lighter than `THRESHOLD`."""
        return self.values > (0 if self.indexed else THRESHOLD)


@dataclass(frozen=True, kw_only=True, eq=False)
class Values:
    """A mask's pixels as its file has them."""

    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    """(H, W) grey levels or indices, or (H, W, 3) colours; grey where no pixel of a file in colours has any."""
    palette: NDArray[np.uint8] | None = None
    """(256, 3) the colours of indices, where they are such."""
    lossy: bool = False
    """Whether the file is a JPEG, which smears values."""


def read_values(path: Path, size: tuple[int, int] | None = None) -> Values:
    """Read a mask as it is; no EXIF is applied, transparency is not looked at.

    Args:
        path: of its file.
        size: height and width of the upright picture that it belongs to; None leaves that unchecked.

    Raises:
        DataError: it cannot be read, its EXIF would turn it, or it is of another size than the picture.
    """
    check_mask_header(path, size)
    try:
        return decode_values(path)
    except BadPicture as error:
        raise _unreadable(path, error) from None


def decode_values(data: bytes | Path, max_pixels: int = MAX_PIXELS) -> Values:
    """A mask as its file has it, from its bytes or its path; nothing about it is checked.

    Raises:
        BadPicture: it cannot be read.
    """
    with opened(data, max_pixels) as image:
        header = header_of(image)
        pixels, palette = _values(image)
    return Values(pixels=pixels, palette=palette, lossy=header.format == "JPEG")


def _values(image: Image.Image) -> tuple[NDArray[np.uint8] | NDArray[np.uint16], NDArray[np.uint8] | None]:
    if image.mode == "P":
        palette = np.zeros((256, 3), np.uint8)
        colours = np.array(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
        palette[: len(colours)] = colours
        return np.asarray(image, np.uint8), palette
    if image.mode in GREY_16:
        levels = np.asarray(image).astype(np.int64)
        if levels.min() < 0 or levels.max() > 65535:
            raise ValueError(f"values from {levels.min()} to {levels.max()}, beyond 16 bits")
        return levels.astype(np.uint16), None
    if image.mode in ("1", "L", "LA", "La"):
        return np.asarray(image.convert("L") if image.mode != "LA" else image.getchannel("L"), np.uint8), None
    if image.mode not in ("RGB", "RGBA", "RGBX"):
        raise ValueError(f"mode {image.mode} holds neither grey levels, indices nor RGB")
    colours = np.asarray(image, np.uint8)[..., :3]
    if (colours == colours[..., :1]).all():
        return colours[..., 0], None
    return colours, None


def read_mask(path: Path, size: tuple[int, int] | None = None) -> Mask:
    """Read a mask; no EXIF is applied, and it has to be as large as its picture.

    Args:
        path: of its file, grey, black and white, with a palette, or in colours that are all grey.
        size: height and width of the upright picture that it belongs to; None leaves that unchecked.

    Raises:
        DataError: it cannot be read, its EXIF would turn it, it is in colours, or of another size than the picture.
    """
    read = read_values(path, size)
    if read.pixels.ndim == 3:
        raise DataError(
            f"The mask {path} is in colours.",
            expected="grey levels, black and white, or a palette",
            todo="save it with one channel: 0 outside, 255 inside.",
        )
    values = read.pixels if read.pixels.dtype == np.uint8 else ((read.pixels.astype(np.int64) + 128) // 257)
    values = values.astype(np.uint8)
    if read.palette is not None:
        return Mask(values=values, indexed=True, soft=False)
    levels = np.flatnonzero(np.bincount(values.reshape(-1), minlength=256))
    few_levels = int(levels.max(initial=0)) <= THRESHOLD
    between = ((levels > 16) & (levels < 239)).any() and not few_levels
    return Mask(values=values, indexed=few_levels, soft=bool(between))


def check_masks(dataset: Dataset) -> tuple[Note, ...]:
    """Look at all masks' headers, and into some of them, before anything is learnt; into all where pixels have classes.

    Returns:
        What is to be said: how many there are, and that edges are cut.

    Raises:
        DataError: see `read_mask`; the first mistake of its kind, and how many there are.
    """
    if dataset.masks is None:
        return ()
    if dataset.legend is not None:
        from miwake.data.check_masks import refuse

        return refuse(dataset)
    rows = [row for row, name in enumerate(dataset.masks) if name is not None]
    if not rows:
        return ()
    mistakes = []
    for row in rows:
        file = dataset.mask_file(row)
        assert file is not None
        try:
            check_mask_header(file, picture_size(dataset, row))
        except BadPicture:
            continue  # the picture's own mistake, which is said when it is read
        except DataError as error:
            mistakes.append(error)
    if mistakes:
        first = mistakes[0]
        more = f" {plural(len(mistakes), 'mask')} like it or otherwise unusable." if len(mistakes) > 1 else ""
        raise DataError(first.found + more, expected=first.expected, todo=first.todo)
    looked = [rows[place] for place in np.unique(np.linspace(0, len(rows) - 1, _LOOKED_AT).astype(int)).tolist()]
    soft = sum(read_mask(dataset.root / str(dataset.masks[row])).soft for row in looked)
    notes = [Note("data.masks", {"n": len(rows)})]
    if soft:
        notes.append(Note("data.masks.soft", {"n": soft, "total": len(looked), "threshold": THRESHOLD}))
    return tuple(notes)


PICTURE_ENDS = re.compile(r"(?i)[ _-](?:image|img|sat|leftImg8bit)$")
MASK_ENDS = re.compile(r"(?i)[ _-](?:masks?|labels?|gt|seg|segmentation|annot|annotation|L)$")
"""What programs add to the name of a picture, and to that of its mask."""


def by_stem(paths: Iterable[str]) -> dict[str, list[str]]:
    """Paths by the name of the file without its ending, for `pair_masks`."""
    return by_place(paths, "", stem=True)


def by_place(paths: Iterable[str], folder: str, *, stem: bool = False) -> dict[str, list[str]]:
    """Paths by where they lie below a folder, without their ending, for `pair_masks`."""
    found: dict[str, list[str]] = {}
    for path in paths:
        place = PurePosixPath(path.removeprefix(folder).lstrip("/")).with_suffix("")
        found.setdefault(place.name if stem else str(place), []).append(path)
    return found


def pair_masks(pictures: Mapping[str, list[str]], masks: Mapping[str, list[str]], where: Path) -> dict[str, str]:
    """Which mask belongs to which picture: that of the same name, with or without `_mask` or the like at its end.

    Args:
        pictures: their paths by name, see `by_stem` and `by_place`.
        masks: their paths by name.
        where: folder of the masks, for the error.

    Returns:
        A mask by the path of its picture; pictures without one are left out.

    Raises:
        DataError: masks without a picture, or two for one.
    """
    short = {PICTURE_ENDS.sub("", name): paths for name, paths in pictures.items()}
    found: dict[str, str] = {}
    orphans, twice = [], []
    for name, paths in masks.items():
        bare = MASK_ENDS.sub("", name)
        belongs = next((which[key] for key in (name, bare) for which in (pictures, short) if key in which), [])
        if not belongs:
            orphans += [Path(path).name for path in paths]
        elif len(paths) > 1 or len(belongs) > 1 or belongs[0] in found:
            twice += [Path(path).name for path in paths]
        else:
            found[belongs[0]] = paths[0]
    if orphans:
        raise DataError(
            f"{plural(len(orphans), 'mask')} in {where} without a picture: {few(orphans)}.",
            expected="a picture of the same name for each, `017.png` for `017.png` or `017_mask.png`",
            todo="rename or remove them, or put the pictures back.",
        )
    if twice:
        raise DataError(
            f"Two masks for one picture in {where}, or two pictures for one mask: {few(twice)}.",
            expected="one each",
            todo="remove one of them.",
        )
    return found


def picture_size(dataset: Dataset, row: int) -> tuple[int, int]:
    """Height and width of a row's upright picture.

    Raises:
        BadPicture: its header cannot be read.
    """
    if dataset.pixels is not None:
        return int(dataset.pixels.shape[1]), int(dataset.pixels.shape[2])
    return upright_size(dataset.file(row))


def upright_size(path: Path) -> tuple[int, int]:
    """Height and width of a picture file after its EXIF has turned it; see `picture_size`."""
    header = read_header(path)
    return header.height, header.width


def _unreadable(path: Path, error: BadPicture) -> DataError:
    return DataError(
        f"The mask {path} cannot be read: {told(error.reason, 'en')}.",
        expected="a picture file, such as a PNG",
        todo="export it anew, or remove its name.",
    )


def check_mask_header(path: Path, size: tuple[int, int] | None) -> Header:
    """A mask's header, where nothing is wrong with it; see `read_values`."""
    try:
        header = read_header(path)
    except BadPicture as error:
        raise _unreadable(path, error) from None
    if header.orientation > 1:
        raise DataError(
            f"The mask {path} would be turned by its EXIF (orientation {header.orientation}), and the program that "
            "drew it may or may not have done so.",
            expected="a mask as its pixels lie",
            todo="save it anew without EXIF, lying as the upright picture does.",
        )
    if size is not None and (header.height, header.width) != size:
        raise DataError(
            f"The mask {path} has {header.width} × {header.height} pixels, its picture {size[1]} × {size[0]}.",
            expected="a mask as large as its picture, which stands upright",
            todo="export it at the picture's size.",
        )
    return header


def laid(values: NDArray[V], size: tuple[int, int]) -> NDArray[V]:
    """A map (h, w), of classes or of yes and no, at a picture's size (H, W): each pixel takes the place it lies in."""
    if values.shape == size:
        return values
    rows, columns = (
        ((np.arange(length) + 0.5) * side / length).astype(np.int64)
        for length, side in zip(size, values.shape, strict=True)
    )
    found: NDArray[V] = values[rows[:, None], columns]
    return found
