from __future__ import annotations

import numpy as np
import pytest

from miwake.explanation import draw

WHOLE = (0.0, 0.0, 1.0, 1.0)


def warm(picture: np.ndarray) -> np.ndarray:
    return picture[..., 0].astype(int) - picture[..., 2]


def test_warm_speaks_for_and_cold_against() -> None:
    values = np.zeros((10, 10), np.float32)
    values[:5], values[5:] = 1, -1
    drawn = draw.over(np.full((20, 20, 3), 128, np.uint8), values, WHOLE)
    assert warm(drawn[: len(drawn) // 2]).min() > 20
    assert warm(drawn[len(drawn) // 2 + 1 :]).max() < -20
    even = draw.over(np.full((20, 20, 3), 128, np.uint8), np.zeros((10, 10), np.float32), WHOLE)
    assert warm(even).max() == 0


@pytest.mark.parametrize("shape", [(8, 12, 1), (300, 200, 3), (20, 20, 9), (15, 15, 2)])
def test_any_picture(shape: tuple[int, int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    drawn = draw.over(picture, np.random.default_rng(1).normal(size=(16, 16)).astype(np.float32), WHOLE)
    assert drawn.dtype == np.uint8
    assert drawn.ndim == 3
    assert drawn.shape[2] == 3


def test_the_map_lies_where_the_network_sees() -> None:
    values = np.zeros((10, 10), np.float32)
    values[0, 0] = 1
    region = (0.25, 0.5, 0.75, 1.0)  # a part of the picture
    drawn = draw.over(np.full((100, 200, 3), 128, np.uint8), values, region)
    height, width = drawn.shape[:2]
    y, x = np.nonzero(warm(drawn) > 20)
    assert 0.25 <= y.min() / height < y.max() / height < 0.31
    assert 0.5 <= x.min() / width < x.max() / width < 0.56
    assert drawn[: height // 5].mean() < 0.6 * drawn[height // 2, width // 2 :].mean()  # dark where it does not see


def test_a_rectangle_lies_where_it_is() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    drawn = draw.marked(picture, (2, 4, 6, 8), (10, 10), (0.0, 0.0, 1.0, 1.0), (128, 128, 128))
    y, x = np.nonzero(drawn.sum(2))
    side = drawn.shape[0]
    assert (y.min() / side, x.min() / side) == pytest.approx((0.2, 0.4), abs=0.01)
    assert ((y.max() + 1) / side, (x.max() + 1) / side) == pytest.approx((0.6, 0.8), abs=0.01)


@pytest.mark.parametrize(
    ("mean", "colour"),
    [((0.4,), (102, 102, 102)), ((1.0, 0.4, 0.0), (255, 102, 0)), ((0.2, 0.4, 0.6) * 3, (51, 102, 153)),
     ((0.2, 0.8), (51, 51, 51))],
)  # fmt: skip
def test_the_mean_colour_of_any_number_of_channels(mean: tuple[float, ...], colour: tuple[int, int, int]) -> None:
    assert draw.mean_colour(mean) == colour


def test_feature_maps_share_one_scale() -> None:
    maps = np.zeros((3, 4, 4), np.float32)
    maps[1, 0, 0], maps[2, 1, 1] = 4, 2
    assert draw.strongest(maps, 2) == [1, 2]
    first, second = draw.feature_maps(maps, [1, 2])
    assert first.max() > second.max() > 0
    assert draw.sheet([first, second, first], columns=2).shape == (2 * 100, 2 * 100)


def test_a_projections_zero_is_grey() -> None:
    values = np.zeros((3, 5, 5), np.float32)
    values[0, 1, 1], values[2, 3, 3] = 2, -2
    shown = draw.projection(values)
    assert shown[0, 0].tolist() == [128, 128, 128]
    assert shown[1, 1, 0] == 255
    assert shown[3, 3, 2] == 0


def test_what_all_places_have_in_common_is_not_drawn() -> None:
    values = np.zeros((4, 4), np.float32)
    values[1, 2] = 1.0
    picture = np.full((32, 32, 3), 90, np.uint8)
    region = (0.0, 0.0, 1.0, 1.0)
    assert np.array_equal(draw.over(picture, values + 5, region), draw.over(picture, values, region))
    assert not np.array_equal(draw.over(picture, values - 5, region), draw.over(picture, values, region))
