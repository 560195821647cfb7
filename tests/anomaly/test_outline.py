"""Maps over pictures of any size, outlines, regions, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miwake.anomaly import outline
from miwake.types import Oddity


def answer(heat: np.ndarray) -> Oddity:
    return Oddity(
        path="a.png",
        label="defect",
        probability=0.99,
        probabilities=(0.01, 0.99),
        score=2.0,
        false_alarms=0.01,
        heat=heat.astype(np.float32),
    )


def test_a_region_has_its_place_and_area_in_the_pictures_pixels() -> None:
    heat = np.zeros((10, 10))
    heat[2:4, 6:9] = 2.0
    (region,) = outline.regions(heat, (100, 200), "defect")
    # bilinear: half of the height runs along the edges of the places
    assert (region.left, region.top, region.right, region.bottom) == (120, 20, 180, 40)
    assert region.area == pytest.approx(20 * 60, rel=0.1)
    assert (region.label, region.strength) == ("defect", 2.0)


def test_regions_of_a_very_large_picture_are_in_its_pixels() -> None:
    heat = np.zeros((10, 10))
    heat[2:4, 6:9] = 2.0
    (small,), (large,) = (outline.regions(heat, size, "x") for size in ((1000, 1000), (20_000, 20_000)))
    assert large.left == pytest.approx(20 * small.left, abs=60)
    assert large.area == pytest.approx(400 * small.area, rel=0.05)


def test_the_largest_comes_first_and_each_is_cut_at_half_of_its_own_height() -> None:
    heat = np.zeros((20, 20))
    heat[1:4, 1:4], heat[10:17, 10:17] = 12.0, 1.2
    first, second = outline.regions(heat, (200, 200), "x")
    assert first.strength == pytest.approx(1.2, abs=0.01)
    assert second.right - second.left == pytest.approx(30, abs=3)  # not the glow around it


def test_nothing_hot_has_no_region() -> None:
    assert outline.regions(np.full((4, 4), 0.9), (50, 50), "x") == ()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 90), st.integers(1, 90), st.integers(0, 99))
def test_regions_lie_in_the_picture(h: int, w: int, height: int, width: int, seed: int) -> None:
    heat = np.random.default_rng(seed).gamma(1.0, 1.0, (h, w))
    for region in outline.regions(heat, (height, width), "x"):
        assert 0 <= region.left < region.right <= width
        assert 0 <= region.top < region.bottom <= height
        assert 0 < region.area <= (region.right - region.left) * (region.bottom - region.top) * 1.2 + 2


def test_drawings_show_the_place_and_leave_the_picture_alone() -> None:
    picture = np.random.default_rng(0).integers(80, 120, (60, 60, 3), dtype=np.uint8)
    before, heat = picture.copy(), np.zeros((6, 6))
    heat[1, 4] = 3.0
    one = answer(heat)
    ring = outline.outlined(picture, one, odd=True)
    changed = (ring != picture).any(2)
    assert changed.any()
    rows, columns = np.nonzero(changed)
    assert 5 <= rows.min() <= rows.max() <= 25
    assert 35 <= columns.min() <= columns.max() <= 55
    assert (outline.outlined(picture, one, odd=False) == picture).all()
    glow = outline.heated(picture, one).astype(int)
    assert glow[15, 45, 0] - glow[15, 45, 2] > 80  # red there
    assert np.ptp(glow[50, 10]) <= 1  # grey elsewhere
    raised = outline.emphasised(picture, one).astype(float)
    spot, rest = raised[12:18, 42:48], raised[40:58, 2:20]
    assert spot.mean() > 1.5 * rest.mean()
    assert spot.std() > 2 * rest.std()
    np.testing.assert_array_equal(picture, before)
    for drawn in (ring, glow, raised):
        assert drawn.shape == picture.shape


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 300, 3), (40, 40, 4), (40, 40, 9)])
def test_any_picture_can_be_drawn_on(shape: tuple[int, int, int]) -> None:
    picture, one = np.zeros(shape, np.uint8), answer(np.ones((3, 3)))
    for drawn in (
        outline.outlined(picture, one, odd=True),
        outline.heated(picture, one),
        outline.emphasised(picture, one),
    ):
        assert drawn.shape == (*shape[:2], 3)
        assert outline.banded(drawn, "defect 1%").shape[2] == 3


@settings(deadline=None)
@given(st.integers(10, 90), st.integers(10, 90), st.integers(0, 9), st.integers(0, 9), st.integers(1, 9))
def test_the_line_of_a_mask_lies_around_it_whatever_the_sizes(h: int, w: int, top: int, left: int, scale: int) -> None:
    """A mask of one pixel is seen in a picture that is smaller than it, or larger."""
    mask = np.zeros((10 * scale, 10 * scale), bool)
    mask[top * scale, left * scale] = True
    drawn = outline.traced(np.zeros((h, w, 1), np.uint8), mask)
    assert drawn.shape == (h, w, 3)
    ring = drawn.any(2).nonzero()
    assert len(ring[0])
    for at, long, where in zip(ring, (h, w), (top, left), strict=True):
        assert np.abs((at + 0.5) / long - (where + 0.5 / scale) / 10).max() <= 0.5 / scale / 10 + 2 / long + 0.1


def test_a_mask_that_covers_all_or_nothing_leaves_the_picture() -> None:
    picture = np.full((20, 30, 3), 9, np.uint8)
    for value in (True, False):
        assert np.array_equal(outline.traced(picture, np.full((20, 30), value)), picture)
