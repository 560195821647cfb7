"""Explanations as pictures: maps over the picture, feature maps, projections, rectangles."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from miwake.look.pictures import visible
from miwake.look.style import LIGHT

Region = tuple[float, float, float, float]
"""Top, left, bottom and right of what the network sees, as shares of the picture; see `preprocess.region`."""
SIDE = 448
"""Longer side of a drawn picture, in pixels."""
_CLIP = 99.5  # percentile of the amounts that gets the full colour; single pixels beyond must not pale the rest

# Warm for, cold against: told apart by people who cannot tell red from green, on grey photographs of any brightness.
FOR = np.array([[120, 20, 70], [224, 76, 30], [255, 186, 40], [255, 250, 200]], np.float32)
AGAINST = np.array([[20, 40, 110], [24, 100, 190], [80, 180, 240], [225, 245, 255]], np.float32)


def over(picture: NDArray[np.uint8], values: NDArray[np.float32], region: Region) -> NDArray[np.uint8]:
    """A map over the grey picture: warm colours speak for the class, cold ones against it; outside of what the network
    sees the picture is dark.

    Args:
        picture: (H, W, C) as a person knows it.
        values: (h, w) the map, over what the network sees.
        region: where that is.

    Returns:
        (H', W', 3), scaled to a longer side of `SIDE`.
    """
    colour = scaled(picture)
    grey = np.asarray(Image.fromarray(colour).convert("L"), np.float32)[:, :, None]
    strength, inside = _laid(values, region, colour.shape[:2])
    amount = np.abs(strength)[:, :, None]
    tint = np.where(strength[:, :, None] >= 0, _ramp(FOR, amount[:, :, 0]), _ramp(AGAINST, amount[:, :, 0]))
    alpha = 0.85 * np.minimum(1.0, 1.4 * amount)
    mixed = (0.25 * 255 * 0.5 + 0.6 * grey) * (1 - alpha) + tint * alpha
    mixed *= np.where(inside, 1.0, 0.35)[:, :, None]
    drawn: NDArray[np.uint8] = np.rint(mixed.clip(0, 255)).astype(np.uint8)
    return drawn


def scaled(picture: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    """Any picture (H, W, C) as RGB with a longer side of `side` pixels; small ones are enlarged with square pixels."""
    shown = visible(picture)
    image = Image.fromarray(np.ascontiguousarray(shown)).convert("RGB")
    factor = side / max(picture.shape[:2])
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    how = Image.Resampling.NEAREST if factor >= 2 else Image.Resampling.LANCZOS
    return np.asarray(image.resize(size, how))


def marked(
    picture: NDArray[np.uint8],
    rectangle: tuple[int, int, int, int],
    seen: tuple[int, int],
    region: Region,
    colour: tuple[int, int, int] | None,
) -> NDArray[np.uint8]:
    """The picture with a rectangle on it, filled where a colour is given.

    Args:
        picture: (H, W, C).
        rectangle: top, left, bottom and right in pixels of what the network sees.
        seen: height and width of that.
        region: where it lies in the picture.
        colour: the fill; None draws the outline only.
    """
    image = Image.fromarray(scaled(picture))
    height, width = image.height, image.width
    top, left, bottom, right = region
    y = [(top + (bottom - top) * edge / seen[0]) * height for edge in (rectangle[0], rectangle[2])]
    x = [(left + (right - left) * edge / seen[1]) * width for edge in (rectangle[1], rectangle[3])]
    wrong = tuple(int(LIGHT.wrong[place : place + 2], 16) for place in (1, 3, 5))
    ImageDraw.Draw(image).rectangle((x[0], y[0], x[1] - 1, y[1] - 1), fill=colour, outline=wrong, width=3)
    return np.asarray(image)


def mean_colour(mean: Sequence[float]) -> tuple[int, int, int]:
    """What a network's pictures are normalised by, in 0…1 for each channel, as RGB: what it sees as nothing at all.

    Of several RGB views side by side the first one's; planes that are no colours are grey.
    """
    red, green, blue = (round(255 * value) for value in (mean[:3] if len(mean) % 3 == 0 else (mean[0],) * 3))
    return red, green, blue


def strongest(maps: NDArray[np.float32], most: int) -> list[int]:
    """Numbers of the feature maps (C, h, w) with the largest values, the largest first."""
    return [int(unit) for unit in np.argsort(-maps.reshape(len(maps), -1).max(1), kind="stable")[:most]]


def feature_maps(maps: NDArray[np.float32], units: Sequence[int]) -> list[NDArray[np.uint8]]:
    """Some feature maps of (C, h, w) as grey pictures (h, w, 1): black is the layer's least, white its most."""
    low, high = float(maps.min()), float(np.percentile(maps, 99.9))
    grey = ((maps[list(units)] - low) / max(high - low, 1e-12)).clip(0, 1)
    return list(np.rint(255 * grey).astype(np.uint8)[..., None])


def sheet(pictures: Sequence[NDArray[np.uint8]], columns: int = 8, gap: int = 4) -> NDArray[np.uint8]:
    """Pictures of one size (h, w, 1) in rows and columns, enlarged to be seen."""
    height, width = pictures[0].shape[:2]
    factor = max(1, 96 // max(height, width))
    rows = math.ceil(len(pictures) / columns)
    page = np.full(
        (rows * (height * factor + gap), min(columns, len(pictures)) * (width * factor + gap)), 128, np.uint8
    )
    for number, picture in enumerate(pictures):
        top, left = number // columns * (height * factor + gap), number % columns * (width * factor + gap)
        large = picture[:, :, 0].repeat(factor, 0).repeat(factor, 1)
        page[top : top + height * factor, left : left + width * factor] = large
    return page


def projection(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A projection (C, h, w) as a picture (h, w, C): mid-grey is zero, scaled to its own largest amount."""
    largest = max(float(np.percentile(np.abs(values), 99.8)), float(np.abs(values).max()) / 4, 1e-12)
    return np.rint(127.5 + 127.5 * (values / largest).clip(-1, 1)).astype(np.uint8).transpose(1, 2, 0)


def _laid(
    values: NDArray[np.float32], region: Region, size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The map (H, W) in -1…1 in the picture's own pixels, and which of them the network sees.

    What every place of a map has in common says nothing of where: one that is positive everywhere begins at its least.
    """
    values = values - max(float(values.min()), 0.0)
    top, left, bottom, right = region
    height, width = values.shape
    y = ((np.arange(size[0]) + 0.5) / size[0] - top) / (bottom - top) * height
    x = ((np.arange(size[1]) + 0.5) / size[1] - left) / (right - left) * width
    inside = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))[None]
    sampled = values[y.astype(int).clip(0, height - 1)[:, None], x.astype(int).clip(0, width - 1)[None]]
    limit = max(float(np.percentile(np.abs(values), _CLIP)), 1e-12)
    return np.where(inside, sampled / limit, 0).clip(-1, 1).astype(np.float32), inside


def _ramp(stops: NDArray[np.float32], amount: NDArray[np.float32]) -> NDArray[np.float32]:
    places = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(amount, places, stops[:, channel]) for channel in range(3)], -1).astype(np.float32)
