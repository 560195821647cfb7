"""Augmentation of a whole batch: geometry, then colour, then mixing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from miwake.augment.colour import Colours, draw_colours, recolour
from miwake.augment.config import Augmentation
from miwake.augment.geometry import (
    Warp,
    cut,
    draw_warp,
    is_still,
    move_boxes,
    move_points,
    warp_masks,
    warp_pictures,
    whole_cuts,
)
from miwake.augment.mixing import check_mixable, label_shares, mix
from miwake.errors import UsageError
from miwake.types import Batch

CHUNK = 1 << 19
"""Numbers that are worked on at a time on a CPU: they stay in its cache from the sampling to the last change."""


def augment(
    batch: Batch,
    config: Augmentation,
    *,
    size: tuple[int, int],
    generator: torch.Generator,
    classes: int,
    window: tuple[int, int] | None = None,
    finish: Callable[[Tensor], object] | None = None,
) -> Batch:
    """Changes every picture of a batch at random, and all that belongs to it in the same way.

    Args:
        batch: stored pictures (B, C, H, W) uint8, or float32 in 0…255; channels-last in memory for speed. The
            batch is in random order: mixing takes neighbours. It is not changed.
        config: what may change, and how much.
        size: height and width of the new pictures.
        generator: the only source of chance, on the device of the pictures: the same state gives the same batch.
        classes: number of classes K, for labels that are mixed.
        window: height and width of the centre of the stored picture that is shown where nothing is changed; None
            is `size`, pixel for pixel. Another window is scaled to `size`: so a network is trained on smaller
            pictures first. With `config.cut` it lies anywhere in the picture; where `config.crop` is below 1, cuts are
            taken from the whole stored picture instead.
        finish: what is done in place to a few new pictures (b, C, h, w) at a time, while they are in the processor's
            cache: an affine change of each channel, which mixing does not disturb.

    Returns:
        Pictures (B, C, h, w) float32 in 0…255 (or as `finish` leaves them), channels-last. Labels as they came, or
        (B, K) float32 where `config.mixes`. Masks take the class of the nearest pixel, and `VOID` where it would lie
        outside of the stored picture. Points and boxes keep their rows; points may lie outside, boxes are cut at the
        edges and have no area where nothing of them is seen.

    Raises:
        UsageError: the window is larger than the stored picture, the generator is on another device, or mixing is
            asked for where the batch has no labels or has masks, boxes or points.
    """
    pictures = batch.pictures
    stored, window = (pictures.shape[2], pictures.shape[3]), window or size
    spatial = batch.masks is not None or batch.boxes is not None or batch.points is not None
    _check(pictures, stored, window, generator)
    if config.mixes:
        check_mixable(config, labels=batch.labels, spatial=spatial)

    count, channels, still = len(pictures), pictures.shape[1], window == size and is_still(config)
    warp = None
    if spatial or not still:
        warp = draw_warp(config, count, stored=stored, window=window, size=size, generator=generator)
    colours = draw_colours(config, count, channels=channels, size=size, generator=generator)
    new = _changed(pictures, None if still else warp, colours, window=window, size=size, finish=finish)
    if config.mixes and batch.labels is not None:
        new, labels = mix(config, new, label_shares(batch.labels, classes), generator=generator)
        return replace(batch, pictures=new, labels=labels)
    if warp is None:
        return replace(batch, pictures=new)
    return replace(
        batch,
        pictures=new,
        masks=None if batch.masks is None else warp_masks(warp, batch.masks),
        boxes=None if batch.boxes is None else move_boxes(warp, batch.boxes),
        points=None if batch.points is None else move_points(warp, batch.points),
    )


def _changed(
    pictures: Tensor,
    warp: Warp | None,
    colours: Colours,
    *,
    window: tuple[int, int],
    size: tuple[int, int],
    finish: Callable[[Tensor], object] | None,
) -> Tensor:
    """The new pictures; without a warp they are the centres of the stored ones."""
    shape = (len(pictures), pictures.shape[1], *size)
    new = torch.empty(shape, device=pictures.device, memory_format=torch.channels_last)
    cuts = None if warp is None or not colours.nothing else whole_cuts(warp)
    for part in _parts(new):
        if cuts is not None:
            cut(cuts[part], pictures[part], new[part])
        elif warp is not None:
            new[part] = recolour(colours, warp_pictures(warp, pictures[part], part), part)
        else:
            piece = _centre(pictures[part], window)
            if not colours.nothing:
                piece = piece.to(torch.float32, memory_format=torch.contiguous_format, copy=True)
            new[part] = recolour(colours, piece, part)
        if finish is not None:
            finish(new[part])
    return new


def _centre(pictures: Tensor, window: tuple[int, int]) -> Tensor:
    top, left = ((side - shown) // 2 for side, shown in zip(pictures.shape[2:], window, strict=True))
    return pictures[:, :, top : top + window[0], left : left + window[1]]


def _parts(new: Tensor) -> list[slice]:
    count = len(new)
    step = count if new.device.type != "cpu" or not count else max(1, CHUNK // new[0].numel())
    return [slice(start, min(count, start + step)) for start in range(0, count, max(1, step))]


def _check(pictures: Tensor, stored: tuple[int, int], window: tuple[int, int], generator: torch.Generator) -> None:
    if window[0] > stored[0] or window[1] > stored[1]:
        raise UsageError(
            f"The stored pictures are {stored[0]} × {stored[1]} pixels, smaller than the {window[0]} × {window[1]} to "
            "be shown.",
            expected="a window inside the stored picture",
            todo="store larger pictures, or show a smaller window.",
        )
    if generator.device.type != pictures.device.type:
        raise UsageError(
            f"The random generator is on '{generator.device.type}', the pictures are on '{pictures.device.type}'.",
            expected="both on the same device",
            todo="make the generator with torch.Generator(device=...).",
        )
