"""From a heat map to what a person sees: the map over the picture, outlines, regions, and three ways to draw them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from miwake.data.masks import laid
from miwake.types import Oddity, Region

_LARGEST = 1024
"""Longer side at which regions are looked for; boxes of larger pictures are rounded to what that gives."""
_MOST = 50
_QUIET = 0.7
"""Heat that good places reach too; what is not above it is drawn as if it were none."""
_RED, _GREEN = (224, 60, 30), (0, 190, 120)
_GLOW = np.array([255.0, 90.0, 20.0], np.float32)


def spread(heat: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.float32]:
    """A map (h, w) at a picture's full size (H, W), bilinear between the centres of its places."""
    image = Image.fromarray(np.ascontiguousarray(heat, np.float32), "F")
    return np.asarray(image.resize((size[1], size[0]), Image.Resampling.BILINEAR), np.float32)


def inside(full: NDArray[np.floating], *, least: float = 1.0) -> NDArray[np.bool_]:
    """(H, W) what lies inside the outlines of a map of full size.

    They run where the heat is `least`; around a place that is far hotter, at half of its height: features see a part of
    the surroundings too, and glow beyond the defect.
    """
    hot = np.asarray(full >= least)
    labels, count = ndimage.label(hot, np.ones((3, 3)))
    if not count:
        return hot
    peaks = ndimage.maximum(full, labels, np.arange(count + 1))
    return np.asarray(hot & (full >= 0.5 * np.asarray(peaks)[labels]))


def regions(heat: NDArray[np.floating], size: tuple[int, int], label: str, *, least: float = 1.0) -> tuple[Region, ...]:
    """What lies inside the outlines, the largest first.

    Args:
        heat: (h, w).
        size: height and width of the upright picture.
        label: of each region.
        least: heat of an outline.
    """
    shrink = min(1.0, _LARGEST / max(size))
    small = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
    full = spread(heat, small)
    labels, count = ndimage.label(inside(full, least=least), np.ones((3, 3)))
    if not count:
        return ()
    areas = np.bincount(labels.reshape(-1), minlength=count + 1)[1:]
    tops = ndimage.maximum(full, labels, np.arange(1, count + 1))
    boxes = ndimage.find_objects(labels)
    across, down = size[1] / small[1], size[0] / small[0]
    found = []
    for place in np.argsort(-areas, kind="stable")[:_MOST].tolist():
        rows, columns = boxes[place]
        found.append(
            Region(
                left=int(columns.start * across),
                top=int(rows.start * down),
                right=min(size[1], int(np.ceil(columns.stop * across))),
                bottom=min(size[0], int(np.ceil(rows.stop * down))),
                area=max(1, round(int(areas[place]) * across * down)),
                label=label,
                strength=round(float(tops[place]), 4),
            )
        )
    return tuple(found)


def outlined(picture: NDArray[np.uint8], answer: Oddity, *, odd: bool) -> NDArray[np.uint8]:
    """The picture with a red line around what is odd."""
    colours = coloured(picture)
    if not odd:
        return colours
    full = spread(answer.heat, (picture.shape[0], picture.shape[1]))
    colours[_ring(inside(full, least=min(1.0, 0.8 * float(full.max()))))] = _RED
    return colours


def traced(picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The picture (H, W, C) with a line around what a mask (h, w) of it says is defective, however small that is."""
    colours = coloured(picture)
    height, width = colours.shape[:2]
    full = laid(mask, (height, width)).copy()
    # places of the mask that no pixel of a smaller picture falls on
    down, across = (
        np.minimum(at * long // short, long - 1)
        for at, long, short in zip(mask.nonzero(), (height, width), mask.shape, strict=True)
    )
    full[down, across] = True
    colours[_ring(full)] = _GREEN
    return colours


def _ring(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels around what is inside, as many deep as a thumbnail still shows."""
    wide = max(1, round(max(inside.shape) / 120))
    return np.asarray(ndimage.binary_dilation(inside, iterations=wide) & ~inside)


def heated(picture: NDArray[np.uint8], answer: Oddity) -> NDArray[np.uint8]:
    """The picture in grey, and over it how odd each place is: from nothing well below the heat of an outline."""
    grey = coloured(picture).mean(2, keepdims=True)
    full = spread(answer.heat, (picture.shape[0], picture.shape[1]))
    share = np.clip((full - _QUIET) / 0.8, 0, 0.75)[..., None]
    return np.asarray(np.clip(grey * (1 - share) + _GLOW * share, 0, 255), np.uint8)


def emphasised(picture: NDArray[np.uint8], answer: Oddity) -> NDArray[np.uint8]:
    """The picture itself with its odd part raised: what is as it should be steps back in contrast and light."""
    colours = coloured(picture).astype(np.float32)
    full = spread(answer.heat, (picture.shape[0], picture.shape[1]))
    share = np.clip((full - _QUIET) / (1 - _QUIET), 0, 1)
    share = ndimage.gaussian_filter(share, max(1.0, max(picture.shape[:2]) / 100))[..., None]
    level = colours.mean()
    quiet = 0.45 * (level + 0.45 * (colours - level))
    raised = level + 1.35 * (colours - level) + 12
    return np.asarray(np.clip(quiet * (1 - share) + raised * share, 0, 255), np.uint8)


def banded(picture: NDArray[np.uint8], text: str) -> NDArray[np.uint8]:
    """A picture (H, W, 3) with a text on a band below it; small ones are enlarged first."""
    scale = max(1, round(256 / max(picture.shape[:2])))
    image = Image.fromarray(picture).resize((picture.shape[1] * scale, picture.shape[0] * scale))
    band = max(18, image.height // 12)
    canvas = Image.new("RGB", (max(image.width, 160), image.height + band), (20, 24, 31))
    canvas.paste(image, (0, 0))
    font = ImageFont.load_default(size=band * 0.62)
    ImageDraw.Draw(canvas).text((band * 0.3, image.height + band / 2), text, (255, 255, 255), font, anchor="lm")
    return np.asarray(canvas)


def coloured(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture of any number of planes as (H, W, 3), a copy."""
    shown = picture[..., :1].repeat(3, axis=2) if picture.shape[2] < 3 else picture[..., :3]
    return np.array(shown, np.uint8)
