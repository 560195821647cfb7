"""Sensible augmentation for a kind of picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from miwake.augment.config import Augmentation

Kind = Literal["digits", "small", "photo"]

DIGITS = Augmentation(
    shift=0.07,
    scale=0.1,
    stretch=0.07,
    rotation=12,
    shear=0.15,
    elastic=0.03,
    padding="border",
)
"""Pen strokes on an even ground: never mirrored; bent and slanted as hands do; colours left alone."""

SMALL = Augmentation(
    mirror="auto",
    shift=0.1,
    scale=0.2,
    stretch=0.1,
    rotation=15,
    shear=0.1,
    perspective=0.1,
    brightness=0.25,
    contrast=0.35,
    saturation=0.4,
    tint=0.05,
    noise=0.03,
    blur=0.01,
    blur_share=0.2,
    erase=0.35,
)
"""Small photographs of one thing that fills them, learnt from scratch."""

PHOTO = Augmentation(
    mirror="auto",
    crop=0.35,
    rotation=8,
    brightness=0.15,
    contrast=0.3,
    saturation=0.3,
    hue=0.02,
    erase=0.2,
)
"""Photographs in which the thing may be anywhere and of any size."""


def defaults(kind: Kind, strength: float = 1.0) -> Augmentation:
    """The augmentation for a kind of picture.

    Args:
        kind: `digits` for pen strokes and print, `small` for small pictures of one thing each, `photo` for
            photographs.
        strength: all strengths are multiplied by it; 0 changes nothing but mirroring.

    Raises:
        UsageError: a strength leaves its range.
    """
    return scaled({"digits": DIGITS, "small": SMALL, "photo": PHOTO}[kind], strength)


def scaled(config: Augmentation, strength: float) -> Augmentation:
    """The same augmentation, stronger or weaker; strengths that are shares of the pictures end at 1."""
    return replace(
        config,
        shift=config.shift * strength,
        scale=config.scale * strength,
        stretch=config.stretch * strength,
        rotation=config.rotation * strength,
        shear=config.shear * strength,
        perspective=config.perspective * strength,
        crop=max(0.01, 1 - (1 - config.crop) * strength),
        elastic=config.elastic * strength,
        brightness=config.brightness * strength,
        contrast=config.contrast * strength,
        saturation=config.saturation * strength,
        hue=config.hue * strength,
        tint=config.tint * strength,
        blur=config.blur * strength,
        noise=config.noise * strength,
        erase=min(1.0, config.erase * strength),
        mix_share=min(1.0, config.mix_share * strength),
    )
