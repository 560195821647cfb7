"""Views that leave shape or texture alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from miwake.robustness import shape


def discs(count: int = 3, side: int = 48, *, noise: float = 10.0) -> tuple[Tensor, Tensor]:
    """(n, 3, H, W) uint8: a striped disc on a noisy dark ground, and its mask."""
    generator = torch.Generator().manual_seed(0)
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    inside = (y - side / 2) ** 2 + (x - side / 2) ** 2 < (side / 3) ** 2
    pictures = 30 + noise * torch.rand(count, 3, side, side, generator=generator)
    stripes = torch.where((x // 2) % 2 == 0, 200.0, 150.0)
    pictures = torch.where(inside, stripes, pictures)
    return pictures.round().to(torch.uint8), inside


def test_the_thing_is_told_from_the_ground() -> None:
    pictures, inside = discs()
    thing = shape.find_thing(pictures)
    assert thing.told.all()
    overlap = (thing.mask[:, 0] & inside).sum() / (thing.mask[:, 0] | inside).sum()
    assert overlap > 0.85
    assert (thing.ground.flatten() - 35).abs().max() < 8
    assert (thing.colour.flatten() - 175).abs().max() < 20


@pytest.mark.parametrize(
    "picture",
    [
        torch.full((1, 3, 32, 32), 90, dtype=torch.uint8),
        torch.randint(0, 255, (1, 3, 32, 32), generator=torch.Generator().manual_seed(0), dtype=torch.uint8),
        torch.cat([torch.zeros(1, 3, 32, 16), torch.full((1, 3, 32, 16), 255.0)], 3).to(torch.uint8),
    ],
    ids=["even", "noise", "halves"],
)
def test_where_there_is_no_thing_none_is_told(picture) -> None:
    assert not shape.find_thing(picture).told.any()


def test_the_dividing_value_parts_two_groups() -> None:
    generator = torch.Generator().manual_seed(0)
    values = torch.cat(
        [20 + 5 * torch.randn(1, 300, generator=generator), 90 + 5 * torch.randn(1, 60, generator=generator)], 1
    )
    assert 30 < shape.otsu(values.clamp_min(0)).item() < 80


@pytest.mark.parametrize("tiles", [2, 4, 8])
def test_every_tile_changes_its_place_and_none_is_lost(tiles) -> None:
    side = 50  # no multiple of the tiles: a margin stays as it is
    numbered = torch.arange(side * side).reshape(1, 1, side, side)
    moved = shape.shuffled(numbered, tiles, torch.Generator().manual_seed(1))
    assert torch.equal(moved.flatten().sort().values, numbered.flatten())
    part, margin = side // tiles, (side - side // tiles * tiles) // 2
    for row in range(tiles):
        for column in range(tiles):
            top, left = margin + row * part, margin + column * part
            before = numbered[0, 0, top : top + part, left : left + part]
            after = moved[0, 0, top : top + part, left : left + part]
            assert not torch.equal(before, after)
            # a tile stays whole
            assert torch.equal(after - after[0, 0], before - before[0, 0])


def test_shuffling_leaves_the_picture_alone() -> None:
    numbered = torch.arange(64).reshape(1, 1, 8, 8)
    shape.shuffled(numbered, 8, torch.Generator().manual_seed(1))
    assert torch.equal(numbered, torch.arange(64).reshape(1, 1, 8, 8))


def test_silhouette_and_outline_keep_the_shape_alone() -> None:
    pictures, _ = discs()
    thing = shape.find_thing(pictures)
    flat, edge = shape.silhouette(thing), shape.outline(thing)
    assert flat.dtype == edge.dtype == torch.uint8
    assert len(flat[0, 0].unique()) == 2
    drawn = (edge[0, 0] != edge[0, 0, 0, 0]).sum()
    filled = (flat[0, 0] != flat[0, 0, 0, 0]).sum()
    assert 0 < drawn < 0.4 * filled


def scene(side: int = 64) -> tuple[Tensor, Tensor]:
    """(1, 3, H, W) uint8: a red disc on a ground that goes from dark to bright blue, and its mask."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    inside = (y - 0.45 * side) ** 2 + (x - 0.55 * side) ** 2 < (side / 4) ** 2
    light = (40 + 180 * x / side)[None]
    ground = torch.cat([0.3 * light, 0.3 * light, light])
    thing = torch.tensor([210.0, 60.0, 40.0])[:, None, None]
    return torch.where(inside, thing, ground).round().to(torch.uint8)[None], inside


@pytest.mark.parametrize("side", [32, 64, 150])
def test_a_thing_is_told_from_a_ground_of_many_colours(side: int) -> None:
    picture, inside = scene(side)
    thing = shape.find_thing(picture)
    assert thing.told.all()
    overlap = (thing.mask[0, 0] & inside).sum() / (thing.mask[0, 0] | inside).sum()
    assert overlap > 0.85


def test_what_hardly_differs_from_the_ground_beside_it_is_not_told() -> None:
    picture, inside = scene()
    ground = picture[:, :, :1].expand_as(picture)
    faint = torch.where(inside, ground.float() + torch.tensor([25.0, 0.0, 0.0])[:, None, None], ground)
    assert not shape.find_thing(faint.round().to(torch.uint8)).told.any()


def test_ways_go_around_what_stands_in_them() -> None:
    """A wall with a gate: behind it lies no more than the change on the way through the gate."""
    picture = torch.zeros(1, 1, 20, 20)
    picture[..., 5, 5:15] = picture[..., 14, 5:15] = picture[..., 5:15, 5] = picture[..., 5:15, 14] = 100
    shut = shape._from_border(picture)[0, 0]
    assert shut[10, 10] == pytest.approx(200, abs=1)  # onto the wall, and down from it
    assert shut[5, 10] == pytest.approx(100, abs=1)
    picture[..., 5, 9] = 0
    assert shape._from_border(picture)[0, 0, 10, 10] < 1
