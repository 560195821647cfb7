"""Tiny pictures that any network can learn, for trying out every source, model and task."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLASSES = ("lower-left", "lower-right", "upper-left", "upper-right")
SIDE = 12


def toy_pictures(
    each: int = 24, *, channels: int = 3, seed: int = 0
) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...]]:
    """A bright square in one of four corners, on noise.

    Args:
        each: pictures a class.
        channels: planes a picture.
        seed: of the noise and of the square's place and colour.

    Returns:
        Pictures (4 · each, 12, 12, channels), no two alike; class numbers, in turn 0 1 2 3 0 1 …; class names.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    targets = np.tile(np.arange(len(CLASSES)), each)
    pictures = random.integers(0, 70, (len(targets), SIDE, SIDE, channels), dtype=np.uint8)
    for picture, target in zip(pictures, targets, strict=True):
        top, left = random.integers(0, 3, 2)
        top, left = top + (SIDE // 2 if target < 2 else 0), left + (SIDE // 2 if target % 2 else 0)
        picture[top : top + 4, left : left + 4] = random.integers(160, 256, channels)
    return pictures, targets, CLASSES


def toy_parts(
    good: int = 60, bad: int = 16, *, seed: int = 0
) -> list[tuple[NDArray[np.uint8], str, NDArray[np.uint8]]]:
    """Even, striped parts, and some with a bright spot or a dark scratch.

    Returns:
        Picture (32, 32, 3), kind (`good`, `spot` or `scratch`) and mask (32, 32), 255 where the defect is.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    stripes = 110 + 20 * np.sin(np.arange(32) / 2)[None, :, None]
    made = []
    for number in range(good + bad):
        picture = stripes + random.normal(0, 6, (32, 32, 3)) + random.normal(0, 4)
        mask = np.zeros((32, 32), np.uint8)
        kind = "good" if number < good else ("spot", "scratch")[number % 2]
        top, left = random.integers(3, 20, 2)
        if kind == "spot":
            mask[top : top + 8, left : left + 8] = 255
        elif kind == "scratch":
            mask[top : top + 3, 3:29] = 255
        picture[mask > 0] += 110 if kind == "spot" else -80
        made.append((np.clip(picture, 0, 255).astype(np.uint8), kind, mask))
    return made


def toy_scenes(
    count: int = 48, *, side: int = 32, seed: int = 0
) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8], list[tuple[int, list[float]]]]]:
    """Squares and discs on an uneven ground: bright and reddish, or bright and bluish.

    Returns:
        Picture (side, side, 3); class of each pixel (side, side): 0 ground, 1 square, 2 disc; and the outlines, as a
        class and x, y, x, y … of its corners.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    at = np.moveaxis(np.mgrid[:side, :side], 0, -1) + 0.5
    made = []
    for number in range(count):
        picture = 70 + random.normal(0, 8, (side, side, 3)) + 10 * np.sin(at[..., :1] / 3 + number)
        classes = np.zeros((side, side), np.uint8)
        outlines: list[tuple[int, list[float]]] = []
        for kind, left in ((1, number % 2), (2, 1 - number % 2)):
            # side by side, so that neither covers the other
            centre = random.integers(6, side - 6), 8 + left * (side // 2) + random.integers(-1, 2)
            away = at - np.array(centre)
            inside = np.abs(away).max(-1) < 5 if kind == 1 else np.hypot(away[..., 0], away[..., 1]) < 5
            classes[inside] = kind
            angle = (np.arange(4) * 2 + 1) * np.pi / 4 if kind == 1 else np.arange(24) * np.pi / 12
            radius = 5 * np.sqrt(2) if kind == 1 else 5.0
            corners = np.stack((centre[1] + radius * np.cos(angle), centre[0] + radius * np.sin(angle)), 1)
            outlines.append((kind, [round(float(value), 3) for value in corners.reshape(-1)]))
        picture[classes == 1] += (120, 40, 20)
        picture[classes == 2] += (20, 40, 120)
        made.append((np.clip(picture, 0, 255).astype(np.uint8), classes, outlines))
    return made
