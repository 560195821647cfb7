"""Class maps as people see them: colours over the picture, outlines, or the map alone."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from miwake.anomaly.outline import coloured
from miwake.data.masks import laid
from miwake.look.text import cells, clean, shorten
from miwake.types import VOID

_PALETTE = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (213, 94, 0),
    (204, 121, 167),
    (86, 180, 233),
    (240, 228, 66),
    (148, 103, 189),
    (139, 90, 43),
    (23, 190, 207),
    (188, 189, 34),
    (127, 127, 127),
)
"""Colours that people who confuse red and green can tell apart (Okabe and Ito 2008), and some more."""
_GROUND = (40, 44, 52)
_WASH, _CLEAR = 0.55, 0.15
"""How much of a class's colour covers the picture: of a thing, and of the ground."""


def palette(classes: int, ground: int | None) -> NDArray[np.uint8]:
    """(256, 3) a colour for each class; void is black."""
    colours = np.zeros((256, 3), np.uint8)
    turn = 0
    for number in range(classes):
        if number == ground:
            colours[number] = _GROUND
        elif turn < len(_PALETTE):
            colours[number] = _PALETTE[turn]
            turn += 1
        else:  # golden angle: far from the colours before
            hue = (turn * 0.618034) % 1
            colours[number] = [round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.65, 0.55 + 0.35 * (turn % 2))]
            turn += 1
    colours[VOID] = 0
    return colours


def overlaid(
    picture: NDArray[np.uint8], classes: NDArray[np.uint8], colours: NDArray[np.uint8], ground: int | None
) -> NDArray[np.uint8]:
    """The picture (H, W, 3) under the colours of a map (h, w), with lines where classes meet."""
    shown = coloured(picture)
    full = laid(classes, (shown.shape[0], shown.shape[1]))
    share = np.where((full == VOID) | (full == (VOID if ground is None else ground)), _CLEAR, _WASH)[..., None]
    mixed = shown * (1 - share) + colours[full] * share
    mixed[_meeting(full)] = colours[full][_meeting(full)]
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def outlined(
    picture: NDArray[np.uint8], classes: NDArray[np.uint8], colours: NDArray[np.uint8], ground: int | None
) -> NDArray[np.uint8]:
    """The picture with a line in its class's colour along the inside of each thing."""
    shown = coloured(picture)
    full = laid(classes, (shown.shape[0], shown.shape[1]))
    edge = _meeting(full, wide=max(1, round(max(full.shape) / 300)))
    edge &= full != (VOID if ground is None else ground)
    shown[edge] = colours[full[edge]]
    return shown


def mapped(
    picture: NDArray[np.uint8], classes: NDArray[np.uint8], colours: NDArray[np.uint8], ground: int | None
) -> NDArray[np.uint8]:
    """The map alone, at the picture's size."""
    return colours[laid(classes, (picture.shape[0], picture.shape[1]))]


def mistaken(picture: NDArray[np.uint8], classes: NDArray[np.uint8], truth: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture in grey, with the pixels in red whose class (h, w) is not the true one (H, W)."""
    shown = coloured(picture).mean(2, keepdims=True).repeat(3, 2)
    size = (shown.shape[0], shown.shape[1])
    full, true = laid(classes, size), laid(truth, size)
    wrong = (full != true) & (true != VOID)
    shown[wrong] = 0.25 * shown[wrong] + 0.75 * np.array([214, 39, 40])
    shown[true == VOID] *= 0.35
    return np.asarray(np.clip(shown, 0, 255), np.uint8)


def _meeting(full: NDArray[np.uint8], wide: int = 1) -> NDArray[np.bool_]:
    """(H, W) pixels beside another class, `wide` pixels deep on each side."""
    edge = np.zeros(full.shape, bool)
    for step in range(1, wide + 1):
        for one, other in ((np.s_[step:], np.s_[:-step]), (np.s_[:, step:], np.s_[:, :-step])):
            apart = full[one] != full[other]
            edge[one] |= apart
            edge[other] |= apart
    return edge


def keyed(picture: NDArray[np.uint8], entries: list[tuple[str, tuple[int, int, int] | None]]) -> NDArray[np.uint8]:
    """A picture (H, W, 3) with a band below it: texts, each after a square of its colour where it has one."""
    scale = max(1, round(256 / max(picture.shape[:2])))
    image = Image.fromarray(picture).resize(
        (picture.shape[1] * scale, picture.shape[0] * scale), Image.Resampling.NEAREST
    )
    line = max(18, min(image.height, image.width) // 14)
    font = ImageFont.load_default(size=line * 0.62)
    width = max(image.width, 200)
    placed: list[tuple[float, int, str, tuple[int, int, int] | None]] = []
    across, row = line * 0.3, 0
    for text, colour in entries:
        said = shorten(clean(text), 40)
        needed = font.getlength(said) + line * (1.1 if colour else 0.5) + line * 0.01 * cells(said)
        if across + needed > width and across > line:
            across, row = line * 0.3, row + 1
        placed.append((across, row, said, colour))
        across += needed
    canvas = Image.new("RGB", (width, image.height + line * (row + 1)), (20, 24, 31))
    canvas.paste(image, (0, 0))
    drawing = ImageDraw.Draw(canvas)
    for left, number, said, colour in placed:
        middle = image.height + line * (number + 0.5)
        if colour is not None:
            drawing.rectangle((left, middle - line * 0.28, left + line * 0.56, middle + line * 0.28), fill=colour)
            left += line * 0.75
        drawing.text((left, middle), said, (255, 255, 255), font, anchor="lm")
    return np.asarray(canvas)
