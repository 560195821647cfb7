"""Mixup and CutMix."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from miwake.augment import augment
from miwake.augment.config import Augmentation
from miwake.augment.mixing import beta
from miwake.errors import UsageError
from miwake.types import Batch

COUNT = 200


def flats(channels: int = 2) -> Batch:
    """Pictures of one value each: value and class tell them apart. Memory order is that of real batches."""
    values = torch.arange(COUNT).byte()[:, None, None, None].expand(COUNT, channels, 12, 20)
    rows = torch.arange(COUNT)
    return Batch(values.contiguous(memory_format=torch.channels_last), rows.clone(), rows)


def mixed(config: Augmentation, batch: Batch | None = None) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(4)
    new = augment(batch or flats(), config, size=(12, 20), generator=generator, classes=COUNT)
    assert new.labels is not None
    return new.pictures, new.labels


@pytest.mark.parametrize("config", [Augmentation(mixup=0.4), Augmentation(cutmix=1.0), Augmentation(mixup=1, cutmix=1)])
def test_labels_are_the_shares_of_the_pixels(config: Augmentation) -> None:
    pictures, labels = mixed(config)
    assert labels.shape == (COUNT, COUNT)
    assert torch.allclose(labels.sum(1), torch.ones(COUNT))
    assert ((labels > 0).sum(1) <= 2).all()
    # Each picture's mean value is the mean of the two values, weighted by the label.
    assert torch.allclose(pictures.mean((1, 2, 3)), labels @ torch.arange(COUNT).float(), atol=1e-2)


def test_cutmix_pastes_a_rectangle_of_whole_pixels() -> None:
    pictures, labels = mixed(Augmentation(cutmix=1.0))
    own = torch.arange(COUNT).float()[:, None, None]
    pasted = pictures[:, 0] != own
    assert torch.equal(pictures[:, 0], torch.where(pasted, own.roll(1, 0), own))
    assert torch.equal(pictures[:, 0], pictures[:, 1])
    for mask in pasted[pasted.flatten(1).any(1)]:
        y, x = mask.nonzero().unbind(1)
        assert mask[y.min() : y.max() + 1, x.min() : x.max() + 1].all()
    assert torch.allclose(labels.diagonal(), 1 - pasted.float().mean((1, 2)))
    assert pasted.flatten(1).any(1).float().mean() > 0.9


def test_mixup_blends_the_whole_picture() -> None:
    pictures, labels = mixed(Augmentation(mixup=1.0))
    assert torch.allclose(pictures.amin((1, 2, 3)), pictures.amax((1, 2, 3)))
    own = labels.diagonal()
    assert 0.3 < own.mean() < 0.7
    assert own.std() > 0.2


def test_both_share_the_batch_half_and_half() -> None:
    pictures, labels = mixed(Augmentation(mixup=1, cutmix=1))
    blended = (pictures != pictures.round()).flatten(1).any(1)
    assert 70 < blended.sum() < 130
    assert (labels.diagonal() < 1).float().mean() > 0.9


def test_share_of_the_pictures() -> None:
    _, labels = mixed(Augmentation(cutmix=1, mix_share=0.25))
    assert 30 < (labels.diagonal() < 1).sum() < 70


def test_several_labels_are_mixed_too() -> None:
    both = torch.zeros(COUNT, 3)
    both[::2, 0], both[1::2, 1], both[:, 2] = 1, 1, 1
    _, labels = mixed(Augmentation(mixup=1.0), replace(flats(), labels=both))
    assert labels.shape == (COUNT, 3)
    assert torch.allclose(labels[:, 2], torch.ones(COUNT))
    assert torch.allclose(labels[:, 0] + labels[:, 1], torch.ones(COUNT))


@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_beta_has_the_moments_of_the_distribution(alpha: float) -> None:
    draws = beta(alpha, torch.rand(200_000, generator=torch.Generator().manual_seed(0)))
    assert 0 <= draws.min() <= draws.max() <= 1
    assert float(draws.mean()) == pytest.approx(0.5, abs=0.005)
    assert float(draws.var()) == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.02)


def test_what_cannot_be_mixed_is_named() -> None:
    with pytest.raises(UsageError, match="no labels"):
        mixed(Augmentation(mixup=1), replace(flats(), labels=None))
    masks = torch.zeros(COUNT, 12, 20, dtype=torch.int64)
    with pytest.raises(UsageError, match="masks, boxes or points"):
        mixed(Augmentation(cutmix=1), replace(flats(), masks=masks))
