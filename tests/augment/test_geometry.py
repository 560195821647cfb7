"""The map: pictures, masks, points and boxes move as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from miwake.augment import augment, geometry
from miwake.augment.config import Augmentation
from miwake.augment.geometry import cut, draw_warp, seen, warp_pictures, whole_cuts
from miwake.errors import UsageError
from miwake.types import VOID, Batch

AFFINE = Augmentation(shift=0.1, scale=0.2, stretch=0.1, rotation=40, shear=0.2, mirror="both", padding="border")
TILTED = replace(AFFINE, perspective=0.25)
BENT = replace(TILTED, elastic=0.02)
CUT = Augmentation(crop=0.5, mirror="horizontal", rotation=10, padding="border")
seeds = st.integers(0, 2**31)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def run(batch: Batch, config: Augmentation, size: tuple[int, int], seed: int = 0, **more: Any) -> Batch:
    return augment(batch, config, size=size, generator=generator(seed), classes=len(batch.rows), **more)


def dots(points: Tensor, height: int, width: int, sigma: float = 2.0) -> Tensor:
    """(B, 1, H, W) uint8: a soft dot at each of (B, 2) points in pixels."""
    x = torch.arange(width) + 0.5 - points[:, 0, None]
    y = torch.arange(height) + 0.5 - points[:, 1, None]
    bells = torch.exp(-(y.square()[:, :, None] + x.square()[:, None, :]) / (2 * sigma**2))
    return (bells * 255).round().byte()[:, None]


def centres(pictures: Tensor) -> Tensor:
    """(B, 2) centre of gravity, x and y, of (B, 1, h, w)."""
    weight = pictures[:, 0] / pictures[:, 0].sum((1, 2), keepdim=True)
    x, y = torch.arange(weight.shape[2]) + 0.5, torch.arange(weight.shape[1]) + 0.5
    return torch.stack(((weight.sum(1) * x).sum(1), (weight.sum(2) * y).sum(1)), 1)


@pytest.mark.parametrize("channels", [1, 3, 9])
def test_no_strength_no_change(make_batch, channels: int) -> None:
    pictures = torch.randint(0, 256, (5, channels, 12, 16), dtype=torch.uint8, generator=generator())
    batch = make_batch(pictures)
    new = run(batch, Augmentation(), (12, 16))
    assert new.pictures.dtype == torch.float32
    assert torch.equal(new.pictures, pictures.float())
    assert new.labels is batch.labels
    assert new.rows is batch.rows


def test_no_strength_shows_the_centre_pixel_for_pixel(make_batch) -> None:
    pictures = torch.randint(0, 256, (4, 3, 13, 17), dtype=torch.uint8, generator=generator())
    new = run(make_batch(pictures), Augmentation(), (8, 10))
    assert torch.equal(new.pictures, pictures[:, :, 2:10, 3:13].float())


@pytest.mark.parametrize("config", [Augmentation(), AFFINE, BENT, Augmentation(noise=0.1), Augmentation(cutmix=1)])
def test_channels_last_in_memory(smooth: Tensor, make_batch, config: Augmentation) -> None:
    new = run(make_batch(smooth), config, (24, 32))
    assert new.pictures.is_contiguous(memory_format=torch.channels_last)


@given(seed=seeds, mirror=st.sampled_from(["horizontal", "both"]))
@settings(max_examples=10, deadline=None)
def test_mirrors_are_exact(seed: int, mirror: str) -> None:
    pictures = torch.randint(0, 256, (32, 2, 9, 14), dtype=torch.uint8, generator=generator(seed))
    rows = torch.arange(32)
    new = run(Batch(pictures, rows, rows), Augmentation(mirror=mirror), (9, 14), seed)  # type: ignore[arg-type]
    axes = [[], [3]] if mirror == "horizontal" else [[], [3], [2], [2, 3]]
    kinds = [(new.pictures == pictures.flip(axis)).flatten(1).all(1) for axis in axes]
    assert torch.stack(kinds).any(0).all()
    assert all(0 < kind.sum() < 32 for kind in kinds)


@pytest.mark.parametrize("padding", ["reflection", "border"])
def test_moves_are_whole_pixels_where_nothing_else_changes(padding: str) -> None:
    pictures = torch.randint(0, 256, (64, 1, 20, 20), dtype=torch.uint8, generator=generator())
    rows = torch.arange(64)
    config = Augmentation(shift=0.2, padding=padding)  # type: ignore[arg-type]
    new = run(Batch(pictures, rows, rows), config, (20, 20)).pictures
    mode = {"reflection": "symmetric", "border": "edge"}[padding]
    padded = torch.from_numpy(np.pad(pictures.numpy(), ((0, 0), (0, 0), (4, 4), (4, 4)), mode=mode))
    moves = torch.stack(
        [(padded[:, :, y : y + 20, x : x + 20] == new).flatten(1).all(1) for y in range(9) for x in range(9)]
    )
    assert moves.any(0).all()
    assert moves.any(1).sum() > 30


@settings(max_examples=40, deadline=None)
@given(
    seeds,
    st.sampled_from([1, 3, 5]),
    st.sampled_from(["none", "horizontal", "both"]),
    st.sampled_from([(8, 8), (9, 7), (13, 16)]),
    st.booleans(),
)
def test_cutting_is_sampling_of_whole_pixels(
    seed: int, channels: int, mirror: str, size: tuple[int, int], last: bool
) -> None:
    pictures = torch.randint(0, 256, (5, channels, 13, 16), dtype=torch.uint8, generator=generator(seed))
    if last:
        pictures = pictures.contiguous(memory_format=torch.channels_last)
    room = min((stored - shown) // 2 / shown for stored, shown in zip((13, 16), size, strict=True))
    config = Augmentation(mirror=mirror, shift=room)  # type: ignore[arg-type]
    warp = draw_warp(config, 5, stored=(13, 16), window=size, size=size, generator=generator(seed))
    cuts = whole_cuts(warp)
    assert cuts is not None
    for small in (0, geometry._SMALL):  # one by one, and many at once
        new = torch.empty((5, channels, *size), memory_format=torch.channels_last)
        with patch.object(geometry, "_SMALL", small):
            cut(cuts, pictures, new)
        assert torch.equal(new, warp_pictures(warp, pictures, slice(None)))


def test_what_lies_beyond_the_edge_is_sampled() -> None:
    config = Augmentation(shift=0.5)
    assert whole_cuts(draw_warp(config, 9, stored=(8, 8), window=(8, 8), size=(8, 8), generator=generator())) is None


def test_what_finishes_the_pictures_sees_all_of_them_once(smooth: Tensor, make_batch, monkeypatch) -> None:
    monkeypatch.setattr("miwake.augment.batch.CHUNK", 1)
    for config in (Augmentation(), AFFINE, Augmentation(shift=0.1), Augmentation(noise=0.1)):
        plain = run(make_batch(smooth), config, (16, 16)).pictures
        done = run(make_batch(smooth), config, (16, 16), finish=lambda pictures: pictures.mul_(2)).pictures
        assert torch.equal(done, 2 * plain)


def test_auto_mirrors_nothing(smooth: Tensor, make_batch) -> None:
    assert torch.equal(run(make_batch(smooth), Augmentation(mirror="auto"), (24, 32)).pictures, smooth.float())


@pytest.mark.parametrize("config", [AFFINE, TILTED, BENT, CUT], ids=["affine", "tilted", "bent", "cut"])
@pytest.mark.parametrize("size", [(96, 128), (72, 80)])
def test_points_follow_the_picture(config: Augmentation, size: tuple[int, int]) -> None:
    """A soft dot is seen where its point says, whatever the map."""
    at = torch.rand(48, 2, generator=generator(1)) * torch.tensor([30.0, 20.0]) + torch.tensor([49.0, 38.0])
    rows = torch.arange(48)
    batch = Batch(dots(at, 96, 128), rows, rows, points=tuple(at[:, None]))
    new = run(batch, config, size, seed=2, window=(96, 128))
    assert new.points is not None
    there = torch.cat(new.points)
    border = 8
    shown = ((there > border) & (there < torch.tensor([size[1] - border, size[0] - border]))).all(1)
    assert shown.sum() > 20
    error = (centres(new.pictures) - there)[shown].norm(dim=1)
    assert error.max() < 0.35
    assert error.mean() < 0.1


@given(seed=seeds)
@settings(max_examples=15, deadline=None)
def test_masks_follow_the_picture(seed: int) -> None:
    """A picture painted with its own mask: both agree on every pixel but those at an edge."""
    mask = torch.zeros(4, 48, 64, dtype=torch.int64)
    mask[:, 10:30, 12:40], mask[:, 24:40, 34:54] = 1, 2
    rows = torch.arange(4)
    batch = Batch((mask[:, None] * 100).byte(), rows, rows, masks=mask)
    new = run(batch, BENT, (48, 64), seed)
    assert new.masks is not None
    assert new.masks.dtype == torch.int64
    painted = new.pictures[:, 0]
    pure = torch.stack([(painted - value).abs() < 1e-2 for value in (0, 100, 200)])
    sure = pure.any(0)
    assert sure.float().mean() > 0.8
    # Between 0 and 200 the edge passes through 100: only flat surroundings are sure.
    flat = (torch.nn.functional.max_pool2d(painted[:, None], 3, 1, 1) - painted[:, None]).abs()[:, 0] < 1e-2
    inside = new.masks != VOID
    assert torch.equal((pure.int().argmax(0))[sure & flat & inside], new.masks[sure & flat & inside])


@settings(max_examples=40, deadline=None)
@given(
    seeds,
    st.sampled_from([0.0, 0.1, 0.4]),
    st.sampled_from(["none", "horizontal", "both"]),
    st.sampled_from([(15, 11), (9, 7), (16, 16)]),
    st.sampled_from(["reflection", "border"]),
)
def test_masks_are_exact_where_the_move_is_whole(
    seed: int, shift: float, mirror: str, size: tuple[int, int], padding: str
) -> None:
    """Mirrors, cuts and moves by whole pixels: each pixel brings its class along, and none comes from outside."""
    pictures = torch.randint(0, 200, (8, 1, 16, 16), dtype=torch.uint8, generator=generator(seed))
    rows = torch.arange(8)
    config = Augmentation(shift=shift, mirror=mirror, padding=padding)  # type: ignore[arg-type]
    new = run(Batch(pictures, rows, rows, masks=pictures[:, 0].long()), config, size, seed)
    assert new.masks is not None
    outside = new.masks == VOID
    assert torch.equal(new.masks[~outside].float(), new.pictures[:, 0][~outside])
    # how much is outside follows from how far it moved: whole rows and columns at one edge
    for one in outside:
        inside = ~one
        rows_in, columns_in = inside.any(1), inside.any(0)
        assert torch.equal(inside, rows_in[:, None] & columns_in)
        for line in (rows_in, columns_in):
            assert line.int().diff().abs().sum() <= 1
    if shift == 0:
        assert not outside.any()
    if shift == 0.4 and size == (16, 16):
        assert outside.any()


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_what_comes_from_outside_is_void_and_nothing_is_blended(seed: int) -> None:
    mask = torch.full((4, 40, 48), 3)
    mask[:, 10:30, 12:40] = 7
    rows = torch.arange(4)
    # what is outside of a picture is seen as the mirror image of its frame: white
    pictures = torch.full((4, 1, 40, 48), 0, dtype=torch.uint8)
    new = run(Batch(pictures, rows, rows, masks=mask), BENT, (40, 48), seed)
    assert new.masks is not None
    assert set(new.masks.unique().tolist()) <= {3, 7, VOID}
    warp = draw_warp(BENT, 4, stored=(40, 48), window=(40, 48), size=(40, 48), generator=generator(seed))
    away = geometry._grid(warp, slice(None)).abs().amax(-1) - 1
    assert (new.masks[away > 1e-4] == VOID).all()
    assert (new.masks[away < -1e-4] != VOID).all()


def test_void_stays_void() -> None:
    rows = torch.arange(3)
    mask = torch.full((3, 12, 12), VOID)
    new = run(Batch(torch.zeros(3, 1, 12, 12, dtype=torch.uint8), rows, rows, masks=mask), AFFINE, (12, 12))
    assert new.masks is not None
    assert (new.masks == VOID).all()


WAVES = Augmentation(elastic=0.04, elastic_smoothness=0.12, padding="border")


@pytest.mark.parametrize("config", [AFFINE, TILTED, WAVES], ids=["affine", "tilted", "waves"])
def test_boxes_enclose_what_they_enclosed(config: Augmentation) -> None:
    box = torch.tensor([20.0, 14.0, 44.0, 30.0])
    picture = torch.zeros(32, 1, 48, 64, dtype=torch.uint8)
    picture[:, :, 14:30, 20:44] = 255
    rows = torch.arange(32)
    new = run(Batch(picture, rows, rows, boxes=(box[None],) * 32), config, (48, 64))
    assert new.boxes is not None
    for painted, found in zip(new.pictures[:, 0], torch.cat(new.boxes), strict=True):
        y, x = (painted > 127).nonzero().unbind(1)
        tight = torch.stack((x.min(), y.min(), x.max() + 1, y.max() + 1))
        assert (found - tight).abs().max() < 1.5


def test_boxes_keep_their_rows_and_are_cut() -> None:
    boxes = torch.tensor([[0.0, 0.0, 4.0, 4.0], [6.0, 6.0, 14.0, 14.0], [8.0, 8.0, 10.0, 10.0]])
    empty = torch.zeros(0, 4)
    rows = torch.arange(2)
    batch = Batch(torch.zeros(2, 1, 20, 20, dtype=torch.uint8), rows, rows, boxes=(boxes, empty))
    new = run(batch, Augmentation(), (10, 10))  # the centre: 5 pixels less on each side
    assert new.boxes is not None
    assert torch.allclose(new.boxes[0], torch.tensor([[0.0, 0, 0, 0], [1, 1, 9, 9], [3, 3, 5, 5]]), atol=1e-5)
    assert seen(new.boxes[0]).tolist() == [False, True, True]
    assert new.boxes[1].shape == (0, 4)
    alone = run(replace(batch, boxes=(empty, empty)), AFFINE, (10, 10))
    assert alone.boxes is not None
    assert all(one.shape == (0, 4) for one in alone.boxes)


def test_points_of_no_picture_and_of_many() -> None:
    points = (torch.tensor([[5.0, 5.0], [6.0, 7.0]]), torch.zeros(0, 2), torch.tensor([[10.0, 3.0]]))
    rows = torch.arange(3)
    batch = Batch(torch.zeros(3, 1, 20, 20, dtype=torch.uint8), rows, rows, points=points)
    still = run(batch, Augmentation(), (20, 20)).points
    assert still is not None
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(still, points, strict=True))
    moved = run(batch, BENT, (20, 20)).points
    assert moved is not None
    assert [len(one) for one in moved] == [2, 0, 1]


def test_the_strengths_are_reached_and_not_passed() -> None:
    """Shift, rotation and scale as they were asked for, read off two points."""
    pair = torch.tensor([[100.0, 50.0], [150.0, 50.0]])
    rows = torch.arange(500)
    blank = torch.zeros(500, 1, 100, 200, dtype=torch.uint8)

    def measured(config: Augmentation) -> tuple[Tensor, Tensor, Tensor]:
        new = run(Batch(blank, rows, rows, points=(pair,) * 500), config, (100, 200)).points
        assert new is not None
        first, second = torch.stack(new).unbind(1)
        along = second - first
        return first - pair[0], torch.rad2deg(torch.atan2(along[:, 1], along[:, 0])), along.norm(dim=1) / 50

    _, angle, length = measured(Augmentation(rotation=30))
    assert angle.abs().max() <= 30.01
    assert angle.max() > 28
    assert angle.min() < -28
    assert torch.allclose(length, torch.ones(500), atol=1e-4)
    _, angle, length = measured(Augmentation(scale=0.5))
    assert length.log().abs().max() <= 0.5001
    assert length.log().max() > 0.47
    assert angle.abs().max() < 1e-3
    move, _, _ = measured(Augmentation(shift=0.1, rotation=1e-6))
    assert (move.abs().amax(0) <= torch.tensor([20.01, 10.01])).all()
    assert (move.abs().amax(0) > torch.tensor([19.0, 9.5])).all()


def test_pictures_are_tilted_about_their_shifted_centre() -> None:
    """What is seen around the centre is tilted alike, wherever the shift has put it."""
    x = torch.arange(65).expand(65, 65)
    ramp = torch.stack((x, x.T)).byte()[None].expand(50, -1, -1, -1)
    rows = torch.arange(50)

    def around_centre(config: Augmentation) -> Tensor:
        new = run(Batch(ramp, rows, rows), config, (65, 65)).pictures
        return new[:, :, 26:39, 26:39] - new[:, :, 32:33, 32:33]

    tilted = Augmentation(perspective=0.4)
    assert torch.allclose(around_centre(tilted), around_centre(replace(tilted, shift=0.25)), atol=1e-2)
    assert (around_centre(tilted) - around_centre(Augmentation())).abs().max() > 0.3


def test_elastic_displacement_has_the_strength_asked_for() -> None:
    """Its root mean square, as a share of the side, seen at the centre of many pictures."""
    rows = torch.arange(3000)
    middle = torch.tensor([[32.0, 32.0]])
    blank = torch.zeros(3000, 1, 64, 64, dtype=torch.uint8)
    new = run(Batch(blank, rows, rows, points=(middle,) * 3000), Augmentation(elastic=0.02), (64, 64)).points
    assert new is not None
    spread = (torch.cat(new) - 32).square().mean().sqrt() / 64
    assert float(spread) == pytest.approx(0.02, rel=0.05)


def test_smaller_pictures_are_antialiased(make_batch) -> None:
    """Stripes finer than the new pixels become grey instead of a coarse pattern."""
    stripes = torch.zeros(4, 1, 96, 96, dtype=torch.uint8)
    stripes[:, :, :, ::2] = 255
    for config in (Augmentation(), Augmentation(rotation=5)):
        new = run(make_batch(stripes), config, (32, 32), window=(96, 96))
        assert (new.pictures[:, :, 4:-4, 4:-4] - 127.5).abs().max() < 20


def test_window_is_scaled_to_the_size(smooth: Tensor, make_batch) -> None:
    new = run(make_batch(smooth), Augmentation(), (12, 16), window=(24, 32))
    expected = torch.nn.functional.interpolate(smooth.float(), (12, 16), mode="bilinear", antialias=True)
    assert (new.pictures - expected).abs().max() <= 1  # rounded to whole values on the way


def test_cuts_stay_inside_and_have_the_area(smooth: Tensor) -> None:
    """Two opposite corners of the new picture, found in the stored one through a ramp of x and y."""
    x = torch.arange(64).expand(64, 64)
    ramp = torch.stack((x, x.T)).byte()[None].expand(200, -1, -1, -1)
    rows = torch.arange(200)
    new = run(Batch(ramp, rows, rows), Augmentation(crop=0.25), (32, 32)).pictures
    extent = (new[:, :, -1, -1] - new[:, :, 0, 0]) * 32 / 31
    area = extent.prod(1) / 64**2
    assert 0.2 < area.min() < 0.35
    assert 0.9 < area.max() <= 1.03
    assert new.min() >= 0
    assert new.max() <= 63


@settings(max_examples=40, deadline=None)
@given(seeds, st.tuples(st.integers(3, 13), st.integers(3, 16)), st.sampled_from(["none", "horizontal", "both"]))
def test_a_cut_is_a_part_of_the_picture_and_of_its_mask_pixel_for_pixel(
    seed: int, size: tuple[int, int], mirror: str
) -> None:
    """Each pixel of a stored picture is another one, so that it says where it came from."""
    places = torch.arange(13 * 16).view(1, 13, 16)
    pictures, rows = places.byte()[:, None].expand(64, -1, -1, -1), torch.arange(64)
    config = Augmentation(cut=size, mirror=mirror)  # type: ignore[arg-type]
    new = run(Batch(pictures, rows, rows, masks=places.expand(64, -1, -1)), config, size, seed)
    assert new.masks is not None
    assert torch.equal(new.masks, new.pictures[:, 0].long())
    tops, lefts = set(), set()
    for one in new.masks:
        top, left = int(one.min()) // 16, int(one.min()) % 16
        expected = places[0, top : top + size[0], left : left + size[1]]
        flips = [expected, expected.flip(1), expected.flip(0), expected.flip((0, 1))]
        assert any(torch.equal(one, each) for each in flips[: {"none": 1, "horizontal": 2, "both": 4}[mirror]])
        tops.add(top)
        lefts.add(left)
    # they lie anywhere: 64 of them reach most of the places that there are
    assert len(tops) > 0.6 * (14 - size[0])
    assert len(lefts) > 0.6 * (17 - size[1])


def test_a_cut_keeps_its_scale_and_moves_with_the_other_changes() -> None:
    x = torch.arange(200).expand(100, 200)
    ramp = torch.stack((x, torch.arange(100)[:, None].expand(100, 200))).byte()[None].expand(100, -1, -1, -1)
    rows = torch.arange(100)
    new = run(Batch(ramp, rows, rows), Augmentation(cut=(32, 64), scale=0.2), (32, 64)).pictures
    steps = (new[:, 0, :, 1:] - new[:, 0, :, :-1]).median(-1).values.median(-1).values
    assert 0.8 < steps.min() < 0.9
    assert 1.1 < steps.max() < 1.25
    assert new[:, 0].amin((1, 2)).max() > 100
    with pytest.raises(UsageError, match="one of the two"):
        Augmentation(cut=(32, 64), crop=0.5)
