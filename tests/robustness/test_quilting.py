"""A picture's form in another's texture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from miwake.robustness import quilting
from miwake.robustness.quilting import before_cut, transfer


def disc(side: int, channels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """(H, W, C) a bright disc on a dark ground, both even, and where it lies."""
    y, x = np.mgrid[:side, :side] - side / 2
    inside = np.hypot(y, x) < side / 3
    return np.repeat(np.where(inside, 180, 60)[..., None], channels, 2).astype(np.uint8), inside


def stripes(side: int, channels: int = 3) -> np.ndarray:
    """(H, W, C) upright stripes of four pixels, which get brighter from the top to the bottom."""
    y, x = np.mgrid[:side, :side]
    light = 20 + 150 * y / side + np.where(x // 2 % 2 == 0, 60, 0)
    return np.stack([light * (1 - 0.1 * channel) for channel in range(channels)], 2).round().astype(np.uint8)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("side", "channels"), [(28, 1), (64, 3), (112, 3), (40, 9)])
def test_the_form_stays_and_every_pixel_is_the_others(side: int, channels: int) -> None:
    content, inside = disc(side, channels)
    texture = stripes(side, channels)
    made = transfer(content, texture, generator())
    assert made.shape == content.shape
    assert made.dtype == np.uint8
    offered = {tuple(pixel) for pixel in texture.reshape(-1, channels).tolist()}
    assert {tuple(pixel) for pixel in made.reshape(-1, channels).tolist()} <= offered
    soft = ndimage.gaussian_filter(made.mean(2), side / 20)
    assert soft[inside].mean() - soft[~inside].mean() > 50
    told = soft > (soft[inside].mean() + soft[~inside].mean()) / 2
    assert (told & inside).sum() / (told | inside).sum() > 0.75
    # across the stripes it changes as the texture does, along them hardly
    across, along = (np.abs(np.diff(made.mean(2), axis=axis)).mean() for axis in (1, 0))
    assert across > 1.5 * along


def test_chance_is_the_seeds() -> None:
    content, _ = disc(64)
    texture = np.random.default_rng(5).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    first = transfer(content, texture, generator())
    assert np.array_equal(first, transfer(content, texture, generator()))
    assert not np.array_equal(first, transfer(content, texture, generator(1)))


def test_a_picture_in_its_own_texture_is_nearly_itself() -> None:
    # of 28 pixels all patches are candidates
    picture = ndimage.gaussian_filter(np.random.default_rng(0).uniform(0, 255, (28, 28, 1)), (2, 2, 0))
    picture = ((picture - picture.min()) / np.ptp(picture) * 255).astype(np.uint8)
    assert np.abs(transfer(picture, picture, generator()).astype(float) - picture).mean() < 8


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(7, 50),
    width=st.integers(7, 50),
    other=st.tuples(st.integers(7, 50), st.integers(7, 50)),
    channels=st.sampled_from([1, 2, 3, 4]),
    levels=st.sampled_from([1, 2, 256]),
    seed=st.integers(0, 1000),
)
def test_pictures_of_any_size_and_of_one_colour(height, width, other, channels, levels, seed) -> None:
    chance = np.random.default_rng(seed)
    content = chance.integers(0, levels, (height, width, channels), dtype=np.uint8)
    texture = chance.integers(0, levels, (*other, channels), dtype=np.uint8)
    made = transfer(content, texture, chance)
    assert made.shape == content.shape
    assert set(made.reshape(-1).tolist()) <= set(texture.reshape(-1).tolist())


def cheapest(error: np.ndarray) -> float:
    """Least sum along a path downwards, by trying all paths."""

    def on(row: int, place: int) -> float:
        if not 0 <= place < error.shape[1]:
            return np.inf
        if row == len(error) - 1:
            return float(error[row, place])
        return float(error[row, place]) + min(on(row + 1, place + step) for step in (-1, 0, 1))

    return min(on(0, place) for place in range(error.shape[1]))


@settings(max_examples=50, deadline=None)
@given(length=st.integers(1, 7), overlap=st.integers(1, 5), seed=st.integers(0, 1000))
def test_the_cut_goes_where_the_patches_differ_least(length: int, overlap: int, seed: int) -> None:
    error = np.random.default_rng(seed).integers(0, 50, (3, length, overlap)).astype(np.float32)
    left = before_cut(error)
    path = left.sum(2)
    assert np.array_equal(left, np.arange(overlap) < path[..., None])
    assert (np.abs(np.diff(path, axis=1)) <= 1).all()
    every, rows = np.arange(3)[:, None], np.arange(length)
    assert error[every, rows, path].sum(1).tolist() == [cheapest(one) for one in error]


def test_neighbours_come_before_and_what_lies_together_does_not_touch() -> None:
    grid = quilting._Grid.over(50, 37, 10)
    done = np.zeros(grid.size, int)
    assert grid.size[0] >= 50
    assert grid.size[1] >= 37
    for turn, (rows, columns) in enumerate(grid.waves(), 1):
        now = np.zeros(grid.size, int)
        y, x = grid.pixels(rows, columns)
        np.add.at(now, (y, x), 1)
        assert now.max() == 1
        for row, column in zip(rows, columns, strict=True):
            y, x = grid.pixels(np.array([row]), np.array([column]))
            lies = done[y[0], x[0]]
            # where neighbours above and to the left reach, they have been laid
            assert (lies[: grid.overlap] > 0).all() or row == 0
            assert (lies[:, : grid.overlap] > 0).all() or column == 0
        done[now > 0] = turn
    assert (done > 0).all()
