"""Outlines and runs of COCO's annotations, drawn as class maps.

Lin et al., "Microsoft COCO: common objects in context", 2014; the format of runs is that of its `maskApi.c`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.errors import DataError
from miwake.types import VOID, Legend

Size = tuple[int, int]
NOTHING = -1
"""Stands in a legend for pixels in no outline."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One thing in a picture."""

    category: int
    area: float
    """Pixels, for the order: the smaller lies on top."""
    crowd: bool
    polygons: tuple[tuple[float, ...], ...] = ()
    """x, y, x, y … of each closed outline; together they are the thing."""
    runs: Mapping[str, Any] | None = None
    """`size` and `counts` in COCO's two ways of writing them."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture that the file names, with its shapes."""

    name: str
    """`file_name`."""
    size: Size
    """Height and width that the file gives."""
    shapes: list[Shape] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlines:
    """A file of annotations."""

    file: Path
    categories: Mapping[int, str]
    pictures: Mapping[int, Picture]
    boxes_only: int = 0
    """Annotations without a shape: boxes alone."""

    def draw(self, number: int, size: Size, legend: Legend) -> NDArray[np.uint8]:
        """The classes (H, W) of a picture's pixels; smaller things lie on larger ones, crowds below all.

        Args:
            number: the picture's `id`.
            size: height and width of the upright picture.
            legend: numbers of categories as values, and `NOTHING`.

        Raises:
            DataError: the picture has another size than the file says, or a shape is broken.
        """
        self.check_size(number, size)
        picture = self.pictures[number]
        number_of = {value[0]: place for place, values in enumerate(legend.values) for value in values}
        number_of |= {value[0]: VOID for value in legend.void}
        ground = number_of.get(NOTHING, VOID)
        classes = np.full(size, ground, np.uint8)
        for shape in sorted(picture.shapes, key=lambda shape: (not shape.crowd, -shape.area)):
            classes[self._inside(shape, size, picture.name)] = number_of.get(shape.category, ground)
        return classes

    def check_size(self, number: int, size: Size) -> None:
        """Outlines fit the picture (height and width, upright) that they are drawn on.

        Raises:
            DataError: they do not.
        """
        picture = self.pictures[number]
        if picture.size != size:
            raise DataError(
                f"{self.file} says that {picture.name} has {picture.size[1]} × {picture.size[0]} pixels; it has "
                f"{size[1]} × {size[0]} once it stands upright.",
                expected="outlines drawn on the upright picture at its full size",
                todo="export the annotations anew, or save the picture without EXIF as it was when they were drawn.",
            )

    def _inside(self, shape: Shape, size: Size, name: str) -> NDArray[np.bool_]:
        try:
            if shape.runs is not None:
                return from_runs(shape.runs, size)
            inside = np.zeros(size, bool)
            for polygon in shape.polygons:
                fill_polygon(inside, polygon)
            return inside
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            raise DataError(
                f"{self.file}: a shape of {name} is broken: {error}.",
                expected="polygons [x, y, x, y, …] or runs {size, counts} as COCO has them",
            ) from None

    def content(self, number: int) -> bytes:
        """What names the drawing of a picture: equal shapes, equal content."""
        picture = self.pictures[number]
        return hashlib.sha256(repr((picture.size, picture.shapes)).encode()).digest()


def fill_polygon(inside: NDArray[np.bool_], polygon: Sequence[float]) -> None:
    """Mark those pixels of (H, W) whose centre lies in a closed outline, by the even-odd rule.

    Args:
        inside: is added to.
        polygon: x, y, x, y … in pixels; pixel (0, 0) reaches from 0 to 1.
    """
    points = np.asarray(polygon, np.float64).reshape(-1, 2)
    if len(points) < 3 or not np.isfinite(points).all():
        raise ValueError(f"an outline of {len(points)} points")
    height, width = inside.shape
    (x0, y0), (x1, y1) = points.T, np.roll(points, -1, axis=0).T
    low, high = np.minimum(y0, y1), np.maximum(y0, y1)
    # rows whose centre an edge passes: low <= row + 0.5 < high
    first = np.clip(np.ceil(low - 0.5), 0, height).astype(np.int64)
    last = np.clip(np.ceil(high - 0.5), 0, height).astype(np.int64)
    count = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(points)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    share = (row + 0.5 - y0[edge]) / (y1 - y0)[edge]
    crossing = x0[edge] + share * (x1 - x0)[edge]
    column = np.clip(np.ceil(crossing - 0.5), 0, width).astype(np.int64)
    if not len(edge):
        return
    top, bottom, left, right = row.min(), row.max() + 1, column.min(), column.max()
    turns = np.zeros((bottom - top, right - left + 1), np.uint8)
    np.add.at(turns, (row - top, column - left), 1)
    turned = np.bitwise_xor.accumulate(turns & 1, axis=1)[:, : right - left]
    inside[top:bottom, left:right] |= turned.astype(bool)


def from_runs(runs: Mapping[str, Any], size: Size) -> NDArray[np.bool_]:
    """(H, W) of run lengths, outside first, down the columns; a list, or COCO's text of them."""
    height, width = (int(side) for side in runs["size"])
    if (height, width) != size:
        raise ValueError(f"runs for {width} × {height} pixels")
    counts = runs["counts"]
    lengths = np.asarray(_unpacked(counts) if isinstance(counts, str) else counts, np.int64)
    if (lengths < 0).any() or lengths.sum() != height * width:
        raise ValueError(f"runs of {lengths.sum()} pixels in place of {height * width}")
    inside = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return inside.reshape(width, height).T


def _unpacked(text: str) -> list[int]:
    """Numbers of five bits a letter with sign, from the third on the difference to the one before the last."""
    numbers: list[int] = []
    place = 0
    while place < len(text):
        value, shift, more = 0, 0, True
        while more:
            letter = ord(text[place]) - 48
            value |= (letter & 31) << shift
            more = bool(letter & 32)
            place, shift = place + 1, shift + 5
            if not more and letter & 16:
                value |= -1 << shift
        numbers.append(value + numbers[-2] if len(numbers) > 2 else value)
    return numbers


def outlines_of(file: Path) -> Outlines:
    """Read a file of annotations; what was read last is remembered as long as the file does not change.

    Raises:
        DataError: it is not one.
    """
    stat = file.stat()
    return _outlines(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _outlines(file: Path, modified: int, size: int) -> Outlines:
    try:
        data = json.loads(file.read_bytes())
        categories = {int(each["id"]): str(each["name"]) for each in data["categories"]}
        pictures = {
            int(each["id"]): Picture(name=str(each["file_name"]), size=(int(each["height"]), int(each["width"])))
            for each in data["images"]
        }
        boxes = 0
        for each in data["annotations"]:
            shape = _shape(each)
            if shape is None:
                boxes += 1
            else:
                pictures[int(each["image_id"])].shapes.append(shape)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise DataError(
            f"{file} is not a file of annotations as COCO has them: {what}.",
            expected="a JSON object with images, annotations and categories",
            todo="export it anew.",
        ) from None
    return Outlines(file=file, categories=categories, pictures=pictures, boxes_only=boxes)


def _shape(each: Mapping[str, Any]) -> Shape | None:
    drawn = each.get("segmentation")
    if not drawn:
        return None
    area, crowd = float(each.get("area") or 0.0), bool(each.get("iscrowd"))
    category = int(each["category_id"])
    if isinstance(drawn, Mapping):
        return Shape(category=category, area=area, crowd=crowd, runs=dict(drawn))
    # some programs write an outline that is a line, which holds no pixel
    polygons = tuple(tuple(float(value) for value in polygon) for polygon in drawn if len(polygon) >= 6)
    return Shape(category=category, area=area, crowd=crowd, polygons=polygons) if polygons else None
