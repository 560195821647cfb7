"""Does a model go by shape or by texture? (Geirhos et al. 2019)

"ImageNet-trained CNNs are biased towards texture; increasing shape bias improves accuracy and robustness". Views of a
picture: cut into tiles that change places (texture without shape, as Brendel and Bethge 2019 do), the silhouette in
one colour and the outline alone (shape without texture). The paper cuts things out by hand; here the thing is told from
the ground by its colour where the picture's border has one, else by how much colours change on the way to it from the
border (Wei et al. 2012, "Geodesic saliency using background priors"); where both fail the picture is left out. Pictures
that force a choice, the shape of one in the texture of another, are made by `quilting`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from torch import Tensor
from torch.nn import functional

_LEAST, _MOST = 0.04, 0.7  # shares of the picture that a thing may fill
_WHOLE = 0.6  # share of what stands out that its largest piece must be
_APART = 30.0  # grey levels between the colours of thing and ground
_EVEN = 0.9  # share of the border that must be of one colour, for the colour to tell the ground
_COARSE = 56  # cells of a picture's side between which ways lead
_CONTRAST = 45.0  # grey levels between what lies along the outline within and without, where ways tell the thing
_BINS = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class Thing:
    """What stands before the ground, in n pictures."""

    mask: Tensor
    """(n, 1, H, W) bool."""
    told: Tensor
    """(n) bool: whether thing and ground could be told apart."""
    ground: Tensor
    """(n, C, 1, 1) colour of the border, 0…255."""
    colour: Tensor
    """(n, C, 1, 1) mean colour of the thing."""


def _border(pictures: Tensor) -> Tensor:
    """(n, C, p) the values along the border."""
    return torch.cat([pictures[..., 0, :], pictures[..., -1, :], pictures[..., 1:-1, 0], pictures[..., 1:-1, -1]], -1)


def find_thing(pictures: Tensor) -> Thing:
    """Tell the thing from the ground.

    Args:
        pictures: (n, C, H, W) uint8 or floating point, 0…255.
    """
    values = pictures.float()
    border = _border(values)
    ground = border.median(-1).values[:, :, None, None]
    even = ((border - ground.squeeze(-1)).square().sum(1).sqrt() < _APART).float().mean(1) >= _EVEN
    distance = (values - ground).square().sum(1, keepdim=True).sqrt()
    distance = functional.avg_pool2d(functional.pad(distance, (1,) * 4, mode="replicate"), 3, stride=1)
    distance[~even] = _from_border(values[~even])
    mask = distance > otsu(distance.flatten(1))[:, None, None, None]
    mask, whole = _in_one_piece(mask)
    weight = mask.float()
    share = weight.mean((1, 2, 3))
    at_border = _border(weight).mean((1, 2))
    colour = (values * weight).sum((2, 3), keepdim=True) / weight.sum((2, 3), keepdim=True).clamp_min(1)
    apart = (colour - ground).square().sum(1).sqrt().flatten()
    told = whole & (share > _LEAST) & (share < _MOST) & (at_border < 0.3) & (apart > _APART)
    told &= even | (_contrast(values, weight) > _CONTRAST)
    return Thing(mask=mask, told=told, ground=ground, colour=colour)


def _from_border(values: Tensor) -> Tensor:
    """(n, 1, H, W) by how many grey levels the colour changes, at least, on a way from the border of (n, C, H, W)."""
    height, width = values.shape[2:]
    if not len(values):
        return values.new_empty(0, 1, height, width)
    changes = torch.from_numpy(np.stack([_least_change(picture) for picture in _coarse(values).cpu().numpy()])[:, None])
    return functional.interpolate(changes, (height, width), mode="bilinear").to(values)


def _least_change(picture: NDArray[np.float32]) -> NDArray[np.float64]:
    """(h, w) length of the shortest way from the border of (C, h, w), from neighbour to neighbour of the eight."""
    height, width = picture.shape[1:]
    place = np.arange(height * width).reshape(height, width)
    steps = (
        (place[:, 1:], place[:, :-1]),
        (place[1:], place[:-1]),
        (place[1:, 1:], place[:-1, :-1]),
        (place[1:, :-1], place[:-1, 1:]),
    )
    here, there = (np.concatenate([step[end].ravel() for step in steps]) for end in (0, 1))
    flat = picture.reshape(len(picture), -1)
    # where nothing changes there is a way, too, which a length of zero would be taken for the lack of
    change = np.linalg.norm(flat[:, here] - flat[:, there], axis=0) + 1e-3
    ways = sparse.csr_array((change, (here, there)), shape=(place.size, place.size))
    border = np.unique(np.concatenate([place[0], place[-1], place[:, 0], place[:, -1]]))
    found = csgraph.dijkstra(ways, directed=False, indices=border, min_only=True)
    return np.asarray(found).reshape(height, width)


def _contrast(values: Tensor, mask: Tensor) -> Tensor:
    """(n) grey levels between the colours within and without, on the average along the outline of masks 0 or 1."""
    values, mask = _coarse(values), _coarse(mask).round()

    def near(weight: Tensor) -> Tensor:
        sums = functional.avg_pool2d(values * weight, 5, stride=1, padding=2)
        return sums / functional.avg_pool2d(weight, 5, stride=1, padding=2).clamp_min(1e-6)

    rim = mask * functional.max_pool2d(1 - mask, 3, stride=1, padding=1)
    differ = (near(mask) - near(1 - mask)).square().sum(1, keepdim=True).sqrt()
    return (differ * rim).sum((1, 2, 3)) / rim.sum((1, 2, 3)).clamp_min(1)


def _coarse(values: Tensor) -> Tensor:
    """(n, C, h, w) means over the cells between which ways lead."""
    height, width = values.shape[2:]
    return functional.adaptive_avg_pool2d(values, (min(_COARSE, height), min(_COARSE, width)))


def _in_one_piece(mask: Tensor) -> tuple[Tensor, Tensor]:
    """The mask (n, 1, H, W) without crumbs, and (n) whether its largest piece is most of it."""
    kept, whole = torch.zeros_like(mask), torch.zeros(len(mask), dtype=torch.bool, device=mask.device)
    for number, one in enumerate(mask[:, 0].cpu().numpy()):
        labels, _ = ndimage.label(one, np.ones((3, 3)))
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        if not sizes.any():
            continue
        large = sizes >= 0.1 * sizes.max()
        kept[number, 0] = torch.from_numpy(large[labels]).to(mask.device)
        whole[number] = bool(sizes.max() >= _WHOLE * sizes.sum())
    return kept, whole


def otsu(values: Tensor) -> Tensor:
    """(n) the value that parts each row of (n, p) best into two groups (Otsu 1979)."""
    most = values.amax(1, keepdim=True).clamp_min(1e-6)
    places = (values / most * (_BINS - 1)).round().long()
    counts = torch.zeros(len(values), _BINS, device=values.device).scatter_add_(1, places, torch.ones_like(values))
    weights = torch.arange(_BINS, device=values.device, dtype=torch.float32)
    below, mass = counts.cumsum(1), (counts * weights).cumsum(1)
    above = below[:, -1:] - below
    between = below * above * (mass / below.clamp_min(1) - (mass[:, -1:] - mass) / above.clamp_min(1)).square()
    return (between.argmax(1).float() + 0.5) / (_BINS - 1) * most.squeeze(1)


def shuffled(pictures: Tensor, tiles: int, generator: torch.Generator) -> Tensor:
    """(n, C, H, W) cut into tiles × tiles parts, every one of which changes its place."""
    count, channels, height, width = pictures.shape
    h, w = height // tiles, width // tiles
    top, left = (height - h * tiles) // 2, (width - w * tiles) // 2
    changed = pictures.clone()
    middle = pictures[:, :, top : top + h * tiles, left : left + w * tiles]
    # a copy, which tiles of one pixel would not be by themselves
    cut = middle.reshape(count, channels, tiles, h, tiles, w).permute(0, 2, 4, 1, 3, 5).flatten(1, 2).clone()
    for number in range(count):
        # one ring through all places: no tile stays where it was
        ring = torch.randperm(tiles * tiles, generator=generator, device=pictures.device)
        cut[number, ring] = cut[number, ring.roll(1)]
    back = cut.reshape(count, tiles, tiles, channels, h, w).permute(0, 3, 1, 4, 2, 5)
    changed[:, :, top : top + h * tiles, left : left + w * tiles] = back.reshape(middle.shape)
    return changed


def silhouette(thing: Thing) -> Tensor:
    """(n, C, H, W) uint8: the thing in its mean colour on the ground's."""
    return torch.where(thing.mask, thing.colour, thing.ground).round().to(torch.uint8)


def outline(thing: Thing) -> Tensor:
    """(n, C, H, W) uint8: only the thing's edge, in its mean colour on the ground's."""
    solid = thing.mask.float()
    width = 1 + min(solid.shape[2:]) // 112
    inner = -functional.max_pool2d(-solid, 2 * width + 1, stride=1, padding=width)
    return torch.where((solid > 0) & (inner == 0), thing.colour, thing.ground).round().to(torch.uint8)
