"""From a class map to regions: connected parts with their boxes, areas and how sure they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from miwake.segmentation.kept import grid
from miwake.types import Region

_LARGEST = 4096
"""Longer side at which parts are looked for; boxes and areas of larger maps are rounded to what that gives."""
_MOST = 100
_LEAST = 3
"""Places of the map that a part has at least; fewer are left to the areas."""


def regions(
    classes: NDArray[np.uint8],
    sure: NDArray[np.floating],
    size: tuple[int, int],
    names: tuple[str, ...],
    *,
    ground: int | None,
) -> tuple[Region, ...]:
    """Connected parts of each class, by sides and corners, the largest first; a hundred at most.

    Args:
        classes: (h, w).
        sure: (gh, gw) probability of the class that was given, at the map's coarse grid.
        size: height and width of the upright picture.
        names: K class names.
        ground: the class that is no thing, and has no regions; None: every class has.
    """
    rows, columns = (_nearest(part, side) for part, side in zip(grid(classes.shape[:2]), classes.shape, strict=True))
    step = -(-max(classes.shape) // _LARGEST)
    small, rows, columns = classes[::step, ::step], rows[::step], columns[::step]
    # a column of a map cut down stands for so many of the picture
    down, across = size[0] / classes.shape[0] * step, size[1] / classes.shape[1] * step
    found: list[Region] = []
    for number in np.unique(small).tolist():
        if number == ground:
            continue
        labels, count = ndimage.label(small == number, np.ones((3, 3)))
        areas = np.bincount(labels.reshape(-1), minlength=count + 1)[1:]
        boxes = ndimage.find_objects(labels)
        for place in np.argsort(-areas, kind="stable")[:_MOST].tolist():
            if areas[place] < min(_LEAST, classes.size):
                break
            up, along = boxes[place]
            inside = labels[boxes[place]] == place + 1
            chances = sure[rows[up][:, None], columns[along]][inside]
            found.append(
                Region(
                    left=int(along.start * across),
                    top=int(up.start * down),
                    right=min(size[1], int(np.ceil(along.stop * across))),
                    bottom=min(size[0], int(np.ceil(up.stop * down))),
                    area=max(1, round(int(areas[place]) * across * down)),
                    label=names[number],
                    strength=round(float(chances.mean()), 4),
                )
            )
    return tuple(sorted(found, key=lambda region: -region.area)[:_MOST])


def _nearest(places: slice, side: int) -> NDArray[np.int64]:
    """(side) number of the nearest place of a grid."""
    count = len(range(*places.indices(side)))
    found: NDArray[np.int64] = np.clip(
        np.rint((np.arange(side) - places.start) / places.step).astype(np.int64), 0, count - 1
    )
    return found
