"""The whole augmentation of a batch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from miwake.augment import augment, batch
from miwake.augment.config import Augmentation
from miwake.augment.defaults import defaults
from miwake.errors import UsageError
from miwake.types import Batch

ALL = Augmentation(
    mirror="both",
    shift=0.1,
    scale=0.2,
    stretch=0.1,
    rotation=10,
    shear=0.1,
    perspective=0.1,
    elastic=0.02,
    brightness=0.1,
    contrast=0.2,
    saturation=0.2,
    hue=0.1,
    tint=0.1,
    blur=0.02,
    noise=0.05,
    erase=0.5,
    mixup=0.4,
    cutmix=1.0,
)


def run(given: Batch, config: Augmentation, seed: int, size: tuple[int, int] = (24, 32)) -> Batch:
    return augment(given, config, size=size, generator=torch.Generator().manual_seed(seed), classes=6)


def test_the_generator_decides_everything(smooth: Tensor, make_batch) -> None:
    torch.manual_seed(1)
    first = run(make_batch(smooth), ALL, 3)
    torch.manual_seed(2)
    again, other = run(make_batch(smooth), ALL, 3), run(make_batch(smooth), ALL, 4)
    assert torch.equal(first.pictures, again.pictures)
    assert first.labels is not None
    assert again.labels is not None
    assert torch.equal(first.labels, again.labels)
    assert not torch.equal(first.pictures, other.pictures)


def test_going_on_from_a_saved_state_is_exact(smooth: Tensor, make_batch) -> None:
    generator = torch.Generator().manual_seed(0)
    augment(make_batch(smooth), ALL, size=(24, 32), generator=generator, classes=6)
    state = generator.get_state()
    first = augment(make_batch(smooth), ALL, size=(24, 32), generator=generator, classes=6)
    generator = torch.Generator()
    generator.set_state(state)
    again = augment(make_batch(smooth), ALL, size=(24, 32), generator=generator, classes=6)
    assert torch.equal(first.pictures, again.pictures)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("config", [Augmentation(brightness=0.5, erase=1), Augmentation(cutmix=1), ALL])
def test_the_batch_that_came_in_is_untouched(
    smooth: Tensor, make_batch, dtype: torch.dtype, config: Augmentation
) -> None:
    given = make_batch(smooth.to(dtype))
    before = given.pictures.clone()
    new = run(given, config, 0)
    assert torch.equal(given.pictures, before)
    assert given.labels.dtype == torch.int64
    assert not torch.equal(new.pictures, before.float())


def test_one_channel_of_floats_is_untouched_too() -> None:
    """Its planes are in memory as the changes of colour want them: nothing but a copy keeps it safe."""
    rows = torch.arange(3)
    given = Batch(torch.full((3, 1, 24, 32), 90.0), rows, rows)
    before = given.pictures.clone()
    run(given, Augmentation(brightness=0.5), 0)
    assert torch.equal(given.pictures, before)


def test_how_the_batch_is_cut_up_changes_nothing(smooth: Tensor, make_batch, monkeypatch) -> None:
    whole = run(make_batch(smooth), ALL, 5).pictures
    monkeypatch.setattr(batch, "CHUNK", 1)
    assert torch.allclose(run(make_batch(smooth), ALL, 5).pictures, whole, atol=1e-3)


def test_one_strength_leaves_the_draws_of_the_others(smooth: Tensor, make_batch) -> None:
    """So that two runs that differ in one setting can be compared."""
    points = tuple(torch.full((1, 2), 12.0) for _ in range(6))
    given = replace(make_batch(smooth), points=points)
    first = run(given, Augmentation(rotation=20), 7).points
    second = run(given, Augmentation(rotation=20, brightness=0.3, noise=0.1), 7).points
    assert first is not None
    assert second is not None
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_batch_of_one_and_of_none(smooth: Tensor, make_batch) -> None:
    assert run(make_batch(smooth[:1]), ALL, 0).pictures.shape == (1, 3, 24, 32)
    assert run(make_batch(smooth[:0]), ALL, 0).pictures.shape == (0, 3, 24, 32)


def test_wrong_use_is_named(smooth: Tensor, make_batch) -> None:
    with pytest.raises(UsageError, match="24 × 32"):
        run(make_batch(smooth), Augmentation(), 0, size=(40, 40))
    on_meta = make_batch(smooth.to("meta"))
    with pytest.raises(UsageError, match="'meta'"):
        run(on_meta, Augmentation(), 0)


@pytest.mark.parametrize("kind", ["digits", "small", "photo"])
def test_defaults_change_every_real_picture_but_keep_it_like_itself(shared_data: Path, kind: str) -> None:
    from PIL import Image
    from torchvision.transforms.functional import pil_to_tensor

    files = sorted((shared_data / "sign-digits" / "Dataset").glob("*/*.JPG"))[::200]
    pictures = torch.stack([pil_to_tensor(Image.open(file).convert("RGB").resize((64, 64))) for file in files])
    rows = torch.arange(len(files))
    given = Batch(pictures.contiguous(memory_format=torch.channels_last), rows.clone(), rows)
    new = augment(given, defaults(kind), size=(64, 64), generator=torch.Generator().manual_seed(0), classes=10)  # type: ignore[arg-type]
    difference = (new.pictures - pictures).abs().mean((1, 2, 3))
    assert (difference > 0.5).all()
    assert (difference < 110).all()
