"""Masks: the pictures that say which pixels are meant. Read in one way, and checked before anything is learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from miwake.data.header import BadPicture, read_header
from miwake.data.naming import few, plural
from miwake.errors import DataError
from miwake.look.words import told
from miwake.types import Dataset, Note

THRESHOLD = 127
"""Grey levels above it are inside; softer edges than 0 and 255 are cut there."""
_LOOKED_AT = 200


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


def read_mask(path: Path, size: tuple[int, int] | None = None) -> Mask:
    """Read a mask; no EXIF is applied, and it has to be as large as its picture.

    Args:
        path: of its file, grey, black and white, with a palette, or in colours that are all grey.
        size: height and width of the upright picture that it belongs to; None leaves that unchecked.

    Raises:
        DataError: it cannot be read, its EXIF would turn it, it is in colours, or of another size than the picture.
    """
    _check_header(path, size)
    try:
        with Image.open(path) as image:
            if image.mode == "P":
                return Mask(values=np.asarray(image, np.uint8), indexed=True, soft=False)
            if image.mode in ("RGB", "RGBA") and not _grey(image):
                raise DataError(
                    f"The mask {path} is in colours.",
                    expected="grey levels, black and white, or a palette",
                    todo="save it with one channel: 0 outside, 255 inside.",
                )
            values = np.asarray(image.convert("L"), np.uint8)
    except OSError as error:
        raise DataError(
            f"The mask {path} cannot be read: {error}.", expected="a picture file", todo="export it anew."
        ) from None
    levels = np.flatnonzero(np.bincount(values.reshape(-1), minlength=256))
    few_levels = int(levels.max(initial=0)) <= THRESHOLD
    between = ((levels > 16) & (levels < 239)).any() and not few_levels
    return Mask(values=values, indexed=few_levels, soft=bool(between))


def check_masks(dataset: Dataset) -> tuple[Note, ...]:
    """Look at all masks' headers, and into some of them, before anything is learnt.

    Returns:
        What is to be said: how many there are, and that edges are cut.

    Raises:
        DataError: see `read_mask`; the first mistake of its kind, and how many there are.
    """
    if dataset.masks is None:
        return ()
    rows = [row for row, name in enumerate(dataset.masks) if name is not None]
    if not rows:
        return ()
    mistakes = []
    for row in rows:
        file = dataset.mask_file(row)
        assert file is not None
        try:
            _check_header(file, picture_size(dataset, row))
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


def pair_masks(pictures: Sequence[str], masks: Sequence[str], where: Path) -> dict[str, str]:
    """Which mask belongs to which picture: by the stem, with or without `_mask` at its end.

    Args:
        pictures: their paths; stems are unique among those with masks.
        masks: their paths.
        where: folder of the masks, for the error.

    Returns:
        A mask by the path of its picture.

    Raises:
        DataError: masks without a picture, or two for one.
    """
    by_stem = {Path(name).stem: name for name in pictures}
    found: dict[str, str] = {}
    orphans, twice = [], []
    for mask in masks:
        stem = Path(mask).stem
        picture = by_stem.get(stem) or by_stem.get(stem.removesuffix("_mask"))
        if picture is None:
            orphans.append(Path(mask).name)
        elif picture in found:
            twice.append(Path(mask).name)
        else:
            found[picture] = mask
    if orphans:
        raise DataError(
            f"{plural(len(orphans), 'mask')} in {where} without a picture: {few(orphans)}.",
            expected="a picture of the same name for each, `017.png` for `017.png` or `017_mask.png`",
            todo="rename or remove them, or put the pictures back.",
        )
    if twice:
        raise DataError(
            f"Two masks for one picture in {where}: {few(twice)}.", expected="one each", todo="remove one of them."
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


def _check_header(path: Path, size: tuple[int, int] | None) -> None:
    try:
        header = read_header(path)
    except BadPicture as error:
        raise DataError(
            f"The mask {path} cannot be read: {told(error.reason, 'en')}",
            expected="a picture file, such as a PNG",
            todo="export it anew, or remove its name.",
        ) from None
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


def _grey(image: Image.Image) -> bool:
    pixels = np.asarray(image.convert("RGB"))
    return bool((pixels == pixels[..., :1]).all())
