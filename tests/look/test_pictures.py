from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from miwake.look.pictures import Thumbnail, filter_pictures, thumbnail, visible


def opened(thumb: Thumbnail) -> Image.Image:
    head, data = thumb.uri.split(",", 1)
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert head == f"data:image/{(image.format or '').lower()};base64"
    assert image.size == (thumb.width, thumb.height)
    return image


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 20, 3), (28, 28)])
def test_small_pictures_are_kept_pixel_by_pixel(shape: tuple[int, ...]) -> None:
    picture = noise(*shape)
    thumb = thumbnail(picture, 160)
    assert thumb.pixelated
    assert np.array_equal(np.asarray(opened(thumb)), visible(picture))


def test_large_pictures_are_scaled_and_keep_their_proportions() -> None:
    thumb = thumbnail(np.full((300, 600, 3), (200, 30, 30), dtype=np.uint8), 160)
    assert (thumb.width, thumb.height) == (160, 80)
    assert not thumb.pixelated
    assert np.abs(np.asarray(opened(thumb)).astype(int) - (200, 30, 30)).max() < 6


def test_very_long_pictures_do_not_vanish() -> None:
    thumb = thumbnail(noise(2, 4000, 3), 100)
    assert thumb.height >= 1
    assert thumb.width == 100


def test_nine_planes_are_three_views() -> None:
    picture = noise(16, 16, 9)
    shown = visible(picture)
    assert shown.shape == (16, 48, 3)
    assert np.array_equal(shown[:, 16:32], picture[:, :, 3:6])
    assert thumbnail(picture, 160).width == 48


def test_other_planes_stand_side_by_side() -> None:
    picture = noise(8, 8, 2)
    assert np.array_equal(visible(picture)[:, 8:], picture[:, :, 1])
    assert visible(noise(8, 8, 30)).shape[1] <= 9 * 8
    assert visible(noise(8, 8, 31)).shape[1] == 9 * 8


def test_filters_show_zero_as_grey_and_their_strongest_weight_in_full() -> None:
    filters = np.zeros((2, 1, 3, 3))
    filters[0, 0, 0, 0], filters[0, 0, 2, 2] = 0.5, -0.25
    first, empty = filter_pictures(filters)
    assert first.shape == (3, 3, 1)
    assert first[0, 0, 0] == 255
    assert first[2, 2, 0] == pytest.approx(64, abs=1)
    assert first[1, 1, 0] == pytest.approx(127.5, abs=0.5)
    assert np.ptp(empty) == 0
    assert len(filter_pictures(np.full((1, 3, 5, 5), np.nan))) == 1
