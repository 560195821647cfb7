"""Which network, which pictures, which augmentation."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from miwake import open_dataset
from miwake.augment.config import Augmentation
from miwake.augment.defaults import DIGITS, PHOTO, SMALL
from miwake.data import cifar, folder, idx
from miwake.data.config import DataOptions
from miwake.data.pictures import Pictures
from miwake.errors import UsageError
from miwake.look.words import told
from miwake.networks.config import ModelOptions
from miwake.networks.imagenet import INSTALLED
from miwake.training.choice import Choice
from miwake.training.choose_classify import _progressive, _smaller_first
from miwake.training.config import AugmentOptions, Training
from miwake.training.prepare import (
    SMALL_SIDE,
    TRANSFER_SIDE,
    Asked,
    Look,
    augmentation_for,
    build,
    kind_of,
    measured,
    picture_size,
    prepare,
    preprocessing_for,
)
from miwake.types import TRAIN, Dataset, Preprocessing


def look(height: int, width: int, channels: int = 3) -> Look:
    return Look(size=(height, width), channels=channels, pictures=1000)


# -- sizes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "architecture", "pretrained", "asked", "expected"),
    [
        ((28, 28), "small", False, None, (28, 28)),
        ((12, 16), "small", False, None, (12, 16)),
        ((64, 48), "small", False, None, (64, 48)),
        ((65, 48), "small", False, None, (64, 64)),
        ((480, 640), "small", False, None, (SMALL_SIDE, SMALL_SIDE)),
        ((4, 4), "small", False, None, (64, 64)),
        ((480, 640), "resnet18", False, None, (224, 224)),
        ((32, 32), "resnet18", False, None, (32, 32)),
        ((480, 640), INSTALLED, True, None, (TRANSFER_SIDE, TRANSFER_SIDE)),
        ((28, 28), INSTALLED, True, None, (TRANSFER_SIDE, TRANSFER_SIDE)),
        ((480, 640), "resnet18", True, None, (224, 224)),
        ((480, 640), "small", False, 96, (96, 96)),
        ((28, 28), INSTALLED, True, 224, (224, 224)),
    ],
)
def test_picture_size(size, architecture, pretrained, asked, expected):
    assert picture_size(look(*size), architecture, pretrained, asked) == expected


@pytest.mark.parametrize("channels", [1, 3, 4, 9])
def test_preprocessing_from_nothing(channels):
    shape, start = preprocessing_for(look(20, 30, channels), ModelOptions(starting_weights="none"), "small")
    assert start == "none"
    assert shape.size == shape.stored == (20, 30)
    assert shape.channels == len(shape.mean) == len(shape.std) == channels


@pytest.mark.parametrize("channels", [1, 3])
def test_preprocessing_for_weights_that_were_trained_with_one(channels):
    shape, start = preprocessing_for(look(480, 640, channels), ModelOptions(), INSTALLED)
    assert start == "imagenet"
    assert shape.size == (TRANSFER_SIDE, TRANSFER_SIDE)
    assert shape.mean == shape.std == (0.5,) * channels
    assert shape.interpolation == "bicubic"
    # nothing of the user's pictures is cut away
    assert (shape.fit, shape.crop) == ("squash", 1.0)


def test_mean_and_deviation_are_those_of_the_training_pictures():
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (50, 6, 5, 4), dtype=np.uint8) // np.array([1, 2, 4, 256], np.uint16)
    pixels = pixels.astype(np.uint8)
    split = np.where(np.arange(50) < 30, TRAIN, 1).astype(np.int8)
    pixels[30:] = 255
    dataset = made(pixels, split)
    plain = Preprocessing(size=(6, 5), channels=4, mean=(0.5,) * 4, std=(0.25,) * 4)
    shape = measured(plain, Pictures(torch.from_numpy(pixels)), dataset)
    train = pixels[:30].astype(np.float64) / 255
    np.testing.assert_allclose(shape.mean, train.mean((0, 1, 2)), atol=1e-4)
    np.testing.assert_allclose(shape.std[:3], train.std((0, 1, 2))[:3], atol=1e-3)
    assert shape.std[3] == 0.01  # a plane that is all the same divides by no zero
    assert shape.size == plain.size


def made(pixels: np.ndarray, split: np.ndarray | None = None) -> Dataset:
    count = len(pixels)
    return Dataset(
        name="x",
        source="idx",
        root=Path(),
        task="classify",
        classes=("a", "b"),
        paths=[str(number) for number in range(count)],
        targets=np.arange(count) % 2,
        split=np.zeros(count, np.int8) if split is None else split,
        pixels=pixels,
    )


# -- kinds of pictures ---------------------------------------------------------------------------------------------


def kind(pixels: np.ndarray) -> str:
    dataset = made(pixels)
    return kind_of(Pictures(torch.from_numpy(pixels)), dataset, look(*pixels.shape[1:3], pixels.shape[3]))


def strokes(channels: int = 1, ground: int = 0, side: int = 28) -> np.ndarray:
    pixels = np.full((40, side, side, channels), ground, np.uint8)
    random = np.random.default_rng(0)
    for picture in pixels:
        row, column = random.integers(5, 12, 2)
        picture[row : row + 10, column : column + 3] = 255 - ground
    return pixels


def test_digits_are_small_grey_and_on_an_even_ground():
    assert kind(strokes()) == "digits"
    assert kind(strokes(ground=255)) == "digits"
    assert kind(strokes(channels=3)) == "small"
    noise = np.random.default_rng(0).integers(0, 256, (40, 28, 28, 1), dtype=np.uint8)
    assert kind(noise) == "small"
    # each on an even ground, but every one on another
    grounds = np.broadcast_to(np.linspace(0, 255, 40).astype(np.uint8)[:, None, None, None], (40, 28, 28, 1)).copy()
    assert kind(grounds) == "small"
    assert kind(strokes(side=100)) == "small"


def test_real_digits_are_digits():
    dataset = open_dataset("digits")
    assert dataset.pixels is not None
    dataset = dataset.take(np.arange(0, 5000, 25))
    assert kind(np.ascontiguousarray(dataset.pixels)) == "digits"


@pytest.mark.parametrize(("name", "expected"), [("digits", DIGITS), ("small", SMALL), ("photo", PHOTO)])
def test_augmentation_by_kind_and_by_name(name, expected):
    assert augmentation_for(AugmentOptions(), name) == expected
    for other in ("digits", "small", "photo"):
        assert augmentation_for(AugmentOptions(augment=name), other) == expected


def test_augmentation_as_asked():
    assert augmentation_for(AugmentOptions(augment="none"), "small") == Augmentation()
    assert augmentation_for(AugmentOptions(mirror="both"), "digits").mirror == "both"
    assert augmentation_for(AugmentOptions(mirror="none"), "small").mirror == "none"
    assert augmentation_for(AugmentOptions(augment="none", mirror="horizontal"), "small").mirror == "horizontal"
    mixed = augmentation_for(AugmentOptions(augment="none", mixup=0.2, cutmix=1.0), "small")
    assert (mixed.mixup, mixed.cutmix) == (0.2, 1.0)
    half = augmentation_for(AugmentOptions(augment_strength=0.5), "small")
    assert half.shift == SMALL.shift / 2
    with pytest.raises(UsageError, match="shift"):
        augmentation_for(AugmentOptions(augment_strength=-1), "small")


# -- from data to a job --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def quiet(count: int):
    yield lambda done, total: None


def prepared(data: Path, **options: object):
    asked = Asked(
        data=DataOptions(),
        model=ModelOptions(**{"model": "small", **options}),  # type: ignore[arg-type]
        augment=AugmentOptions(),
        training=Training(threads=1, device="cpu", precision="fp32", epochs=1),
    )
    return prepare(open_dataset(data), asked, decoding=quiet, seconds=lambda: 30.0)


@pytest.mark.parametrize(("source", "channels"), [(folder, 3), (idx, 1), (cifar, 9)])
def test_any_number_of_planes(source, channels, tmp_path):
    found = prepared(source.toy(tmp_path))
    shape = found.choice.preprocessing
    assert shape.channels == channels
    assert shape.size == (12, 12)
    assert found.pictures.shape == (channels, 12, 12)
    assert set(np.unique(found.dataset.split)) == {0, 1, 2}
    assert shape.mean != (0.5,) * channels  # measured
    assert found.sentences
    model = build(found.choice, ModelOptions())
    assert model(torch.zeros(2, channels, 12, 12)).shape == (2, 4)
    again = build(found.choice, ModelOptions())
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


@pytest.mark.parametrize(
    ("architecture", "side", "options", "pretrained", "expected"),
    [
        ("small", 64, {}, False, 0.6),
        ("small", 47, {}, False, 0.0),
        ("small", 64, {"robust": "8"}, False, 0.0),
        ("small", 28, {"progressive": 0.3}, False, 0.3),
        ("resnet18", 224, {}, True, 0.0),
        ("resnet18", 224, {"progressive": 0.3}, True, 0.3),
        ("lecture-deep", 64, {}, False, 0.0),
        ("lecture-deep", 64, {"progressive": 0.0}, False, 0.0),
    ],
)
def test_smaller_pictures_first(architecture, side, options, pretrained, expected):
    assert _progressive(architecture, (side, side), Training(**options), pretrained=pretrained) == expected


def test_smaller_pictures_need_a_network_that_takes_them():
    with pytest.raises(UsageError, match="one size only"):
        _progressive("lecture-deep", (64, 64), Training(progressive=0.5), pretrained=False)


def test_smaller_pictures_first_are_said(in_both):
    (said,) = notes = _smaller_first(0.6, (64, 48))
    assert "60%" in told(said)
    assert "48 × 36" in told(said)
    in_both(notes)
    assert _smaller_first(0.0, (64, 64)) == ()


def test_planes_that_the_installed_weights_lack_start_from_nothing(tmp_path, in_both):
    found = prepared(cifar.toy(tmp_path), model="auto")
    assert found.choice.starting_weights == "none"
    assert any("from scratch" in told(reason) for reason in found.choice.reasons)
    in_both(found.choice.reasons)
    assert Choice.from_json(json.loads(json.dumps(found.choice.to_json()))).reasons == found.choice.reasons


def test_a_network_by_name_is_not_second_guessed(tmp_path):
    found = prepared(folder.toy(tmp_path), model="lecture-small")
    assert found.choice.architecture == "lecture-small"
    assert found.choice.starting_weights == "none"


def test_weights_that_do_not_say_their_network(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(3)}, tmp_path / "w.safetensors")
    (tmp_path / "data").mkdir()
    with pytest.raises(UsageError, match="does not say which network"):
        prepared(folder.toy(tmp_path / "data"), model="auto", starting_weights=str(tmp_path / "w.safetensors"))
