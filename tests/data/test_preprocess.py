from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from miwake.data.header import BadPicture
from miwake.data.preprocess import (
    centre,
    fit,
    load,
    network_input,
    normalise,
    normalise_,
    region,
    resize,
    with_channels,
)
from miwake.types import Fit, Interpolation, Preprocessing

FITS: tuple[Fit, ...] = ("squash", "crop", "pad")
WAYS: tuple[Interpolation, ...] = ("area", "bilinear", "bicubic")


def way(size: tuple[int, int], channels: int = 3, **more: Any) -> Preprocessing:
    return Preprocessing(size=size, channels=channels, mean=(0.5,) * channels, std=(0.25,) * channels, **more)


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def png(picture: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture).save(file, "PNG")
    return file.getvalue()


def jpeg(picture: NDArray[np.uint8], orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=92, exif=exif)
    return file.getvalue()


@lru_cache
def photo(height: int, width: int) -> NDArray[np.uint8]:
    """Detail at several scales, falling off as in photographs."""
    rng = np.random.default_rng(1)
    total = np.zeros((height, width, 3))
    for cells in (4, 16, 64, 128):
        plane = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += np.asarray(plane.resize((width, height), Image.Resampling.BICUBIC), float) * (4 / cells) ** 0.7
    return (255 * (total - total.min()) / np.ptp(total)).astype(np.uint8)


@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    how=st.sampled_from(FITS),
    interpolation=st.sampled_from(WAYS),
    channels=st.sampled_from([1, 3, 9]),
)
@settings(max_examples=50, deadline=None)
def test_every_picture_fits(
    height: int, width: int, size: tuple[int, int], how: Fit, interpolation: Interpolation, channels: int
) -> None:
    preprocessing = way(size, channels, fit=how, interpolation=interpolation)
    fitted = fit(np.full((height, width, channels), 77, np.uint8), preprocessing)
    assert fitted.shape == (*size, channels)
    assert fitted.dtype == np.uint8
    inside = fitted[fitted != 0] if how == "pad" else fitted
    assert np.all(inside == 77)
    assert inside.size > 0


@pytest.mark.parametrize("interpolation", WAYS)
@pytest.mark.parametrize("how", FITS)
def test_a_picture_of_the_right_size_is_left_alone(interpolation: Interpolation, how: Fit) -> None:
    picture = noise(20, 30, 3)
    assert np.array_equal(fit(picture, way((20, 30), fit=how, interpolation=interpolation)), picture)


@pytest.mark.parametrize("channels", [1, 3, 9])
def test_area_is_the_mean_over_the_area(channels: int) -> None:
    picture = noise(60, 84, channels)
    exact = picture.reshape(20, 3, 21, 4, channels).mean(axis=(1, 3))
    assert np.abs(resize(picture, (20, 21), "area") - exact).max() <= 0.5001
    # repeat every pixel so often that a fractional grid becomes a whole one
    fine = picture.repeat(35, axis=0).repeat(55, axis=1)
    exact = fine.reshape(35, 60, 55, 84, channels).mean(axis=(1, 3))
    assert np.abs(resize(picture, (35, 55), "area") - exact).max() <= 0.501


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_area_keeps_the_mean(height: int, width: int, rows: int, columns: int) -> None:
    picture = noise(height, width, 1)
    assert abs(resize(picture, (rows, columns), "area").mean() - picture.mean()) < 1.01


def test_area_of_a_large_picture_may_take_two_steps() -> None:
    picture = photo(1200, 1599)
    exact = picture.reshape(30, 40, 41, 39, 3).mean(axis=(1, 3))
    assert np.abs(resize(picture, (30, 41), "area") - exact).max() <= 1.01
    assert resize(picture[:, :, :1], (31, 44), "area").shape == (31, 44, 1)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(30, 40), (64, 64), (150, 130)])
def test_bilinear_and_bicubic_are_pillows(interpolation: Literal["bilinear", "bicubic"], size: tuple[int, int]) -> None:
    picture = photo(97, 131)
    kind = Image.Resampling.BILINEAR if interpolation == "bilinear" else Image.Resampling.BICUBIC
    expected = np.asarray(Image.fromarray(picture).resize(size[::-1], kind))
    assert np.abs(resize(picture, size, interpolation).astype(int) - expected).max() <= 1


def test_crop_keeps_the_shape_of_things_and_cuts_the_sides() -> None:
    picture = photo(60, 120)
    found = fit(picture, way((30, 30), fit="crop", interpolation="bilinear"))
    whole = resize(picture, (30, 60), "bilinear")
    assert np.array_equal(found, whole[:, 15:45])


def test_pad_keeps_everything_in_the_middle_of_black() -> None:
    picture = np.full((60, 120, 3), 200, np.uint8)
    found = fit(picture, way((40, 40), fit="pad"))
    assert np.all(found[10:30] == 200)
    assert np.all(found[:10] == 0)
    assert np.all(found[30:] == 0)


@pytest.mark.parametrize("how", FITS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_jpeg_scaled_while_decoding_is_the_same_picture(how: Fit, orientation: int) -> None:
    interpolation = WAYS[orientation % 3]
    upright = photo(301, 403)
    # orientation 6: the camera was turned, so the file holds the picture turned back
    turns = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM"} | {
        5: "TRANSPOSE",
        6: "ROTATE_90",
        7: "TRANSVERSE",
        8: "ROTATE_270",
    }
    lying = Image.fromarray(upright)
    if orientation in turns:
        lying = lying.transpose(Image.Transpose[turns[orientation]])
    preprocessing = way((48, 44), fit=how, interpolation=interpolation)
    found = load(jpeg(np.asarray(lying), orientation), preprocessing)
    difference = np.abs(found.astype(int) - fit(upright, preprocessing))
    assert difference.mean() < 2


@pytest.mark.parametrize("size", [(500, 375), (375, 500), (1279, 961)])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_scaled_decoding_is_close_to_pillows_full_one(
    size: tuple[int, int], interpolation: Literal["bilinear", "bicubic"]
) -> None:
    data = jpeg(photo(*size))
    kind = Image.Resampling.BILINEAR if interpolation == "bilinear" else Image.Resampling.BICUBIC
    expected = np.asarray(Image.open(io.BytesIO(data)).resize((224, 224), kind))
    found = load(data, way((224, 224), interpolation=interpolation))
    assert np.abs(found.astype(int) - expected).mean() <= 2


def test_bytes_paths_and_arrays_give_the_same(tmp_path: Path) -> None:
    picture = photo(50, 70)
    path = tmp_path / "a.png"
    path.write_bytes(png(picture))
    for channels in (1, 3):
        preprocessing = way((32, 32), channels, fit="crop")
        first = load(path, preprocessing)
        assert np.array_equal(load(path.read_bytes(), preprocessing), first)
        assert np.array_equal(load(picture, preprocessing), first)
    assert np.array_equal(load(picture[:, :, 0], way((32, 32), 1)), load(picture[:, :, :1], way((32, 32), 1)))


def test_channels_become_what_the_network_takes_or_are_refused() -> None:
    assert np.array_equal(with_channels(noise(4, 5, 1), 3), noise(4, 5, 1).repeat(3, axis=2))
    with pytest.raises(BadPicture, match="9 channels, and the network takes 3"):
        load(noise(8, 8, 9), way((8, 8)))
    with pytest.raises(BadPicture, match="the network takes 9"):
        load(png(noise(8, 8, 3)), way((8, 8), 9))
    with pytest.raises(BadPicture, match="float64"):
        load(np.ones((8, 8, 3)), way((8, 8)))  # type: ignore[arg-type]


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match="cannot be read"):
        load(tmp_path / "gone.png", way((8, 8)))
    with pytest.raises(BadPicture, match="over the limit of 63"):
        load(png(noise(8, 8, 3)), way((8, 8)), max_pixels=63)


def test_read_only_arrays_are_taken(recwarn: pytest.WarningsRecorder) -> None:
    picture = noise(9, 9, 3)
    picture.flags.writeable = False
    load(picture, way((4, 4), interpolation="bilinear"))
    assert not recwarn.list


# -- what the network sees ------------------------------------------------------------------------------------------


def stored(count: int, channels: int, height: int, width: int) -> torch.Tensor:
    return torch.from_numpy(noise(count, height, width, channels)).permute(0, 3, 1, 2)


@pytest.mark.parametrize("channels", [1, 3, 9])
@pytest.mark.parametrize("crop", [1.0, 0.875, 0.7])
def test_the_network_sees_the_normalised_centre(channels: int, crop: float) -> None:
    preprocessing = Preprocessing(
        size=(21, 28),
        channels=channels,
        mean=tuple(0.1 * (c + 1) for c in range(channels)),
        std=tuple(0.2 + 0.05 * c for c in range(channels)),
        crop=crop,
    )
    height, width = preprocessing.stored
    pictures = stored(5, channels, height, width)
    top, left = (height - 21) // 2, (width - 28) // 2
    cut = pictures[:, :, top : top + 21, left : left + 28].double()
    column = (-1, 1, 1)
    expected = (cut / 255 - torch.tensor(preprocessing.mean).double().view(column)) / torch.tensor(
        preprocessing.std
    ).double().view(column)
    found = network_input(pictures, preprocessing)
    assert found.dtype == torch.float32
    assert found.shape == (5, channels, 21, 28)
    assert found.permute(0, 2, 3, 1).is_contiguous()
    torch.testing.assert_close(found.double(), expected, atol=3e-6, rtol=1e-6)
    in_place = centre(pictures, preprocessing).to(torch.float32, memory_format=torch.channels_last, copy=True)
    normalise_(in_place, preprocessing)
    assert torch.equal(in_place, found)
    # floating point, and another layout in memory, are the same pictures
    assert torch.equal(normalise(centre(pictures, preprocessing).float(), preprocessing), found)
    assert torch.equal(normalise(centre(pictures, preprocessing).contiguous(), preprocessing), found)


def test_gradients_go_through_also_after_a_first_use_without() -> None:
    preprocessing = Preprocessing(size=(4, 6), channels=3, mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.5))
    with torch.inference_mode():
        normalise(stored(1, 3, 4, 6), preprocessing)
    pictures = stored(2, 3, 4, 6).float().requires_grad_()
    normalise(pictures, preprocessing).sum().backward()
    assert pictures.grad is not None
    expected = torch.tensor([1 / 0.2, 1 / 0.25, 1 / 0.5]) / 255
    torch.testing.assert_close(pictures.grad, expected.view(1, 3, 1, 1).expand(2, 3, 4, 6))


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(40, 160),
    width=st.integers(40, 160),
    how=st.sampled_from(FITS),
    crop=st.sampled_from([1.0, 0.875, 0.5]),
    row=st.floats(0.2, 0.8),
    column=st.floats(0.2, 0.8),
)
def test_the_region_says_where_in_the_picture_a_pixel_lies(
    height: int, width: int, how: Fit, crop: float, row: float, column: float
) -> None:
    """A bright spot is found again where the region says."""
    shape = Preprocessing(size=(40, 48), channels=1, mean=(0.0,), std=(1.0,), fit=how, crop=crop)
    picture = np.zeros((height, width, 1), np.uint8)
    y, x = int(row * height), int(column * width)
    picture[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = 255
    top, left, bottom, right = region((height, width), shape)
    seen = network_input(torch.from_numpy(load(picture, shape))[None].permute(0, 3, 1, 2), shape)[0, 0]
    expected = ((y + 0.5) / height - top) / (bottom - top) * 40, ((x + 0.5) / width - left) / (right - left) * 48
    if not all(4 < place < side - 4 for place, side in zip(expected, (40, 48), strict=True)):
        return  # not seen, or cut
    weight = seen / seen.sum()
    found = (
        float((weight.sum(1) * (torch.arange(40) + 0.5)).sum()),
        float((weight.sum(0) * (torch.arange(48) + 0.5)).sum()),
    )
    assert found == pytest.approx(expected, abs=0.6)
