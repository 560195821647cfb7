"""Where each pixel of the new picture comes from: one map, one sampling.

Mirror, cut, shift, scale, rotation, shear and perspective are composed into one homography for each picture; an
elastic displacement is added to it. The map leads from the new picture to the stored one, both in coordinates
that run from -1 at the left or top *edge* to 1 at the right or bottom edge. Masks are sampled with the same map;
points and boxes go through its inverse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from miwake.augment.config import Augmentation
from miwake.types import VOID

BILINEAR_REACH = 1.5
"""Bilinear sampling skips pixels, and so aliases, where the picture is shrunk by clearly more than this."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Warp:
    """The map of each picture of a batch."""

    matrix: Tensor
    """(B, 3, 3) float32: homography from the new picture's (u, v, 1) to the stored one's."""
    knots: Tensor | None
    """(B, 2, k, k) float32: elastic displacement at its knots, x and y; None without."""
    smoothness: float
    """Standard deviation of the Gaussian about each knot, in the coordinates above."""
    stored: tuple[int, int]
    """Height and width of the stored pictures."""
    size: tuple[int, int]
    """Height and width of the new pictures."""
    padding: str
    """`reflection` or `border`."""
    whole: bool
    """Every new pixel is one stored pixel: mirrors and moves by whole pixels alone."""
    flat: bool
    """The homographies have no perspective."""
    shrink: float
    """By how much the stored pictures are scaled down beforehand, with antialiasing; 1 is not at all."""


def draw_warp(
    config: Augmentation,
    count: int,
    *,
    stored: tuple[int, int],
    window: tuple[int, int],
    size: tuple[int, int],
    generator: torch.Generator,
) -> Warp:
    """Draws a map for each of `count` pictures.

    Args:
        config: the strengths.
        count: number of pictures B.
        stored: height and width of the stored pictures.
        window: height and width of the stored picture's centre that is shown where nothing is changed.
        size: height and width of the new pictures.
        generator: the only source of chance; the map lies on its device.
    """
    device, (height, width) = generator.device, stored
    # One draw of fixed width: a strength that is set to zero does not shift the other draws.
    signed = torch.rand(count, 14, generator=generator, device=device).mul_(2).sub_(1)
    whole = _whole(config) and window == size
    extent, offset = _window(config, stored, window, signed[:, 0:4])  # shares of the stored picture
    move = signed[:, 4:6] * extent * config.shift
    if whole:
        sides = move.new_tensor((width, height))
        move = (move * sides).round() / sides
    offset = offset + move * 2
    knots = None
    if config.elastic:
        spread = extent * (2 * config.elastic / math.sqrt(math.pi))
        side = math.ceil(1 / config.elastic_smoothness) + 5
        knots = torch.randn(count, 2, side, side, generator=generator, device=device) * spread[:, :, None, None]
    return Warp(
        matrix=_matrices(config, signed, extent, offset, stored),
        knots=knots,
        smoothness=2 * config.elastic_smoothness,
        stored=stored,
        size=size,
        padding=config.padding,
        whole=whole,
        flat=config.perspective == 0,
        shrink=_shrink(config, stored, window, size),
    )


def _matrices(config: Augmentation, signed: Tensor, extent: Tensor, offset: Tensor, stored: tuple[int, int]) -> Tensor:
    """What the straight changes do to a point: (B, 3, 3), from numbers drawn in −1…1.

    Args:
        config: the strengths.
        signed: (B, 14).
        extent: (B, 2) shares of the stored picture that are shown, x and y.
        offset: (B, 2) of their centre.
        stored: height and width of the stored pictures.
    """
    height, width = stored
    strength = (config.scale, config.stretch, math.radians(config.rotation), config.shear)
    zoom, stretch, turn, slant = (signed[:, 6:10] * signed.new_tensor(strength)).unbind(1)
    cos, sin = turn.cos(), turn.sin()
    rows = torch.stack((cos, slant * cos - sin, sin, slant * sin + cos), 1).view(len(signed), 2, 2)
    factor = torch.stack((zoom + stretch, zoom - stretch), 1).exp() * extent
    mirrored = {"horizontal": 1, "both": 2}.get(config.mirror, 0)
    if mirrored:
        factor[:, :mirrored] = factor[:, :mirrored].copysign(signed[:, 10 : 10 + mirrored])
    matrix = signed.new_zeros(len(signed), 3, 3)
    matrix[:, :2, :2] = rows * factor[:, None] * rows.new_tensor([[1, height / width], [width / height, 1]])
    matrix[:, :2, 2] = offset
    matrix[:, 2, 2] = 1
    if config.perspective:
        tilt = signed[:, 12:14] * config.perspective
        matrix[:, 2, :2] = tilt
        matrix[:, :2, :2] += offset[:, :, None] * tilt[:, None, :]  # tilts about the shifted centre
    return matrix


def _whole(config: Augmentation) -> bool:
    smooth = (config.scale, config.stretch, config.rotation, config.shear, config.perspective, config.elastic)
    return not any(smooth) and config.crop == 1


def is_still(config: Augmentation) -> bool:
    """Whether these settings leave every pixel where it is."""
    return _whole(config) and config.shift == 0 and config.cut is None and config.mirror in ("auto", "none")


def _window(
    config: Augmentation, stored: tuple[int, int], window: tuple[int, int], draws: Tensor
) -> tuple[Tensor, Tensor]:
    """(B or 1, 2) width and height, as shares of the stored picture, and centre of the part that is shown."""
    (height, width), (high, wide) = stored, window
    if config.cut is not None:
        # corners at whole pixels: what nothing else changes is copied
        sides, shown = draws.new_tensor((width, height)), draws.new_tensor((wide, high))
        corners = ((draws[:, 2:4] + 1) / 2 * (sides - shown)).round()
        return (shown / sides)[None], (2 * corners + shown) / sides - 1
    if config.crop == 1:
        # The same whole pixels as the centre cut of the validation pictures.
        top, left = (height - high) // 2, (width - wide) // 2
        centre = ((2 * left + wide) / width - 1, (2 * top + high) / height - 1)
        return draws.new_tensor([(wide / width, high / height)]), draws.new_tensor([centre])
    area = 1 - (1 - config.crop) * (draws[:, 0] + 1) / 2
    ratio = (draws[:, 1] * math.log(4 / 3)).exp()
    extent = torch.stack((area * ratio, area / ratio), 1).sqrt().clamp(max=1)
    return extent, (1 - extent) * draws[:, 2:4]


def _shrink(config: Augmentation, stored: tuple[int, int], window: tuple[int, int], size: tuple[int, int]) -> float:
    shown = window if config.crop == 1 else stored
    ratio = min(shown[0] / size[0], shown[1] / size[1])
    if ratio <= BILINEAR_REACH:
        return 1.0
    # Small cuts are magnified: for them the stored picture keeps as many pixels as bilinear sampling can use.
    return ratio if config.crop == 1 else ratio / BILINEAR_REACH


def warp_pictures(warp: Warp, pictures: Tensor, part: slice) -> Tensor:
    """The new pictures.

    Args:
        warp: the maps of the whole batch.
        pictures: (b, C, H, W) stored pictures of `part`, uint8 or float32, channels-last for speed.
        part: which pictures of the batch.

    Returns:
        (b, C, h, w) float32, one plane after another: that is how the sampling writes them, and what the
        changes of colour want.
    """
    if warp.shrink > 1:
        height, width = (max(1, round(side / warp.shrink)) for side in warp.stored)
        source = pictures if pictures.device.type == "cpu" else pictures.float()
        pictures = F.interpolate(source, (height, width), mode="bilinear", antialias=True)
    return F.grid_sample(
        pictures.float(),
        _grid(warp, part),
        mode="nearest" if warp.whole else "bilinear",
        padding_mode=warp.padding,
        align_corners=False,
    )


_SMALL = 1 << 14
"""Numbers of a picture up to which many are cut at once."""
Cut = tuple[int, int, bool, bool]
"""Of a stored picture: the first row and column, whether it is mirrored left-right, and upside down."""


def whole_cuts(warp: Warp) -> list[Cut] | None:
    """Where moves by whole pixels stay inside the stored pictures: what is cut out of each; else None.

    Copying is several times quicker than sampling, on a CPU.
    """
    if not warp.whole or warp.matrix.device.type != "cpu":
        return None
    (height, width), (high, wide) = warp.stored, warp.size
    centre, sign = warp.matrix[:, :2, 2], warp.matrix.diagonal(dim1=1, dim2=2)[:, :2] < 0
    corner = (centre + 1) / 2 * centre.new_tensor((width, height)) - centre.new_tensor((wide, high)) / 2
    first = corner.round().to(torch.int64)
    if (first < 0).any() or (first > first.new_tensor((width - wide, height - high))).any():
        return None
    places, mirrored = first.tolist(), sign.tolist()
    return [(top, left, *signs) for (left, top), signs in zip(places, mirrored, strict=True)]


def cut(cuts: Sequence[Cut], pictures: Tensor, new: Tensor) -> None:
    """Copy cuts of stored pictures (b, C, H, W) into new ones (b, C, h, w); both channels-last, for speed."""
    if new[0].numel() > _SMALL:
        for number, (top, left, across, down) in enumerate(cuts):
            part = pictures[number, :, top : top + new.shape[2], left : left + new.shape[3]]
            axes = [axis for axis, mirrored in ((1, down), (2, across)) if mirrored]
            new[number] = part.flip(axes) if axes else part
    else:
        new.copy_(_small_cuts(cuts, pictures, (new.shape[2], new.shape[3])))


def _small_cuts(cuts: Sequence[Cut], pictures: Tensor, size: tuple[int, int]) -> Tensor:
    """The same for pictures so small that a tensor's overhead counts: rows of bytes in NumPy, mirrored together."""
    (high, wide), channels = size, pictures.shape[1]
    source = pictures.permute(0, 2, 3, 1).flatten(2).numpy()
    target = np.empty((len(cuts), high, wide * channels), source.dtype)
    for number, (top, left, _, _) in enumerate(cuts):
        target[number] = source[number, top : top + high, left * channels : (left + wide) * channels]
    for axis, mirrored in ((3, 2), (2, 3)):
        rows = [number for number, one in enumerate(cuts) if one[mirrored]]
        if rows:
            taken = torch.from_numpy(target[rows]).view(len(rows), high, wide, channels).permute(0, 3, 1, 2)
            target[rows] = taken.flip(axis).permute(0, 2, 3, 1).flatten(2).numpy()
    return torch.from_numpy(target).view(len(cuts), high, wide, channels).permute(0, 3, 1, 2)


def warp_masks(warp: Warp, masks: Tensor) -> Tensor:
    """(B, h, w) new masks of (B, H, W) stored ones: each pixel takes the class of the nearest stored one.

    What comes in from outside the stored picture is `VOID`: the mirror image that is seen there teaches nothing.
    """
    grid = _grid(warp, slice(None))
    # beyond the edge zeros are sampled: there every class is one more than it is
    moved = F.grid_sample(masks[:, None].float() + 1, grid, mode="nearest", padding_mode="zeros", align_corners=False)[
        :, 0
    ].to(masks.dtype)
    return torch.where(moved == 0, VOID, moved - 1)


def _grid(warp: Warp, part: slice) -> Tensor:
    """(b, h, w, 2) where each new pixel comes from; in memory a plane of x and a plane of y, which is quicker."""
    matrix = warp.matrix[part]
    across, down = (_centres(side, matrix) for side in (warp.size[1], warp.size[0]))
    used = matrix[:, :2] if warp.flat else matrix
    grid = used[:, :, 0, None, None] * across + (used[:, :, 1, None, None] * down[:, None] + used[:, :, 2, None, None])
    if not warp.flat:
        grid = grid[:, :2] / grid[:, 2:]
    if warp.knots is not None:
        knots = warp.knots[part].flatten(0, 1)
        rows, columns = (_bells(at, knots.shape[-1], warp.smoothness) for at in (down, across))
        grid.flatten(0, 1).baddbmm_(rows.expand(len(knots), -1, -1), knots @ columns.T)
    return grid.permute(0, 2, 3, 1)


def _centres(side: int, like: Tensor) -> Tensor:
    """(side) pixel centres between the edges -1 and 1."""
    return (torch.arange(side, dtype=like.dtype, device=like.device) * 2 + 1) / side - 1


def _bells(at: Tensor, side: int, smoothness: float) -> Tensor:
    """(n, side) how much each knot counts at the coordinates `at` (n).

    White noise on knots one standard deviation apart, summed through Gaussians: the same correlation as white
    noise on every pixel smoothed by that Gaussian, with far fewer numbers. The sum of the squared weights is
    sqrt(pi) along one axis.
    """
    knots = (torch.arange(side, dtype=at.dtype, device=at.device) - (side - 1) / 2) * smoothness
    return ((at[:, None] - knots) / smoothness).square().mul_(-0.5).exp_()


def move_points(warp: Warp, points: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Where the points are in the new pictures: B tensors (n, 2), x and y in pixels.

    A point keeps its row, also where it has left the picture: its coordinates say so. Beyond the edge of a
    picture its mirror image may be seen; the points are not repeated there. Where an elastic displacement folds
    the picture, so that a point is seen several times, one of the places is given.
    """
    owner = _owner(points, warp)
    return torch.split(_inverse(warp, torch.cat(tuple(points)), owner), [len(one) for one in points])


def move_boxes(warp: Warp, boxes: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The upright boxes about the moved ones: B tensors (n, 4), left, top, right, bottom, cut at the edges.

    A box keeps its row, so that what is known about it elsewhere stays in step; one that has left the picture
    has no area (see `seen`).
    """
    steps = 1 if warp.knots is None else 8  # straight edges stay straight: corners suffice
    share = torch.arange(steps, dtype=torch.float32, device=warp.matrix.device) / steps
    low, top = torch.zeros_like(share), torch.ones_like(share)
    x, y = torch.cat((share, top, 1 - share, low)), torch.cat((low, share, top, 1 - share))
    joined, owner = torch.cat(tuple(boxes)), _owner(boxes, warp)
    outline = joined[:, None, :2] + torch.stack((x, y), 1) * (joined[:, None, 2:] - joined[:, None, :2])
    moved = _inverse(warp, outline.reshape(-1, 2), owner.repeat_interleave(len(x))).view(-1, len(x), 2)
    limit = moved.new_tensor((warp.size[1], warp.size[0]))
    corners = (moved.amin(1), moved.amax(1)) if len(joined) else (joined[:, :2], joined[:, 2:])
    cut = torch.cat([corner.clamp(min=0).minimum(limit) for corner in corners], 1)
    return torch.split(cut, [len(one) for one in boxes])


def seen(boxes: Tensor) -> Tensor:
    """(n) bool: which of (n, 4) boxes have any area."""
    return (boxes[:, 2:] > boxes[:, :2]).all(1)


def _owner(items: Sequence[Tensor], warp: Warp) -> Tensor:
    counts = torch.tensor([len(one) for one in items], device=warp.matrix.device)
    return torch.arange(len(items), device=warp.matrix.device).repeat_interleave(counts)


def _inverse(warp: Warp, points: Tensor, owner: Tensor) -> Tensor:
    """(n, 2) places in the new pictures of (n, 2) `points` of the stored pictures `owner` (n)."""
    height, width = warp.stored
    there = points.double() * 2 / points.new_tensor((width, height), dtype=torch.float64) - 1
    back = torch.linalg.inv(warp.matrix.double())[owner]
    here = _project(back, there)
    if warp.knots is not None:
        knots, side = warp.knots.double()[owner], warp.knots.shape[-1]
        # Half-steps of the fixed point here = back(there - displacement(here)).
        for _ in range(50):
            bells = [_bells(here[:, axis], side, warp.smoothness) for axis in (1, 0)]
            push = torch.einsum("ny,ncyx,nx->nc", bells[0], knots, bells[1])
            here = torch.lerp(here, _project(back, there - push), 0.6)
    return ((here + 1) / 2 * here.new_tensor((warp.size[1], warp.size[0]))).float()


def _project(matrix: Tensor, points: Tensor) -> Tensor:
    moved = (matrix[:, :, :2] @ points[:, :, None])[:, :, 0] + matrix[:, :, 2]
    return moved[:, :2] / moved[:, 2:]
