"""Changes of colour, blur, noise and erasing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from miwake.augment import augment
from miwake.augment.config import Augmentation
from miwake.types import Batch


def run(pictures: Tensor, config: Augmentation, seed: int = 0) -> Tensor:
    rows = torch.arange(len(pictures))
    batch = Batch(pictures.contiguous(memory_format=torch.channels_last), rows, rows)
    size = (pictures.shape[2], pictures.shape[3])
    return augment(batch, config, size=size, generator=torch.Generator().manual_seed(seed), classes=2).pictures


def flat(value: float, count: int = 300, channels: int = 3, side: int = 8) -> Tensor:
    return torch.full((count, channels, side, side), value).byte()


@pytest.mark.parametrize("channels", [1, 2, 3, 9])
def test_brightness_adds_one_value_to_all(channels: int) -> None:
    added = run(flat(120, channels=channels), Augmentation(brightness=0.2)) - 120
    assert torch.equal(added.flatten(1).amin(1), added.flatten(1).amax(1))
    assert added.abs().max() <= 51
    assert added.max() > 48
    assert added.min() < -48


@pytest.mark.parametrize("channels", [1, 2, 3, 9])
def test_tint_adds_a_value_to_each_channel(channels: int) -> None:
    added = run(flat(120, channels=channels), Augmentation(tint=0.1)) - 120
    assert (added.flatten(2).amin(2) == added.flatten(2).amax(2)).all()
    assert 24 < added.abs().max() <= 25.5
    if channels > 1:
        assert (added[:, 0] != added[:, 1]).float().mean() > 0.9


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_contrast_stretches_about_the_mean(channels: int) -> None:
    pictures = torch.randint(90, 160, (300, channels, 8, 8), generator=torch.Generator().manual_seed(0)).byte()
    new = run(pictures, Augmentation(contrast=0.3))
    mean = pictures.float().mean((1, 2, 3), keepdim=True)
    assert torch.allclose(new.mean((1, 2, 3), keepdim=True), mean, atol=1e-2)
    factor = (new.std((1, 2, 3)) / pictures.float().std((1, 2, 3))).log()
    assert 0.28 < factor.abs().max() <= 0.3001
    assert torch.allclose((new - mean), (pictures - mean) * factor.exp()[:, None, None, None], atol=1e-2)


def test_saturation_and_hue_leave_greys_and_brightness_alone() -> None:
    config = Augmentation(saturation=0.5, hue=0.5)
    assert torch.allclose(run(flat(77), config), torch.tensor(77.0), atol=1e-3)
    coloured = flat(120)
    coloured[:, 0] += 20
    new = run(coloured, config)
    assert torch.allclose(new.mean(1), coloured.float().mean(1), atol=1e-2)
    before, after = (p - p.mean(1, keepdim=True) for p in (coloured.float(), new))
    assert (after.norm(dim=1) / before.norm(dim=1)).log().abs().max() <= 0.501


def test_hue_turns_red_into_green_and_blue() -> None:
    red = flat(100)
    red[:, 0] = 150
    new = run(red, Augmentation(hue=0.5))[:, :, 0, 0]
    assert set(new.argmax(1).tolist()) == {0, 1, 2}
    distance = (new - new.mean(1, keepdim=True)).norm(dim=1)
    assert torch.allclose(distance, distance[0].expand(300), atol=1e-2)


@pytest.mark.parametrize("channels", [1, 2, 9])
def test_saturation_and_hue_need_three_channels(channels: int) -> None:
    pictures = torch.randint(0, 256, (4, channels, 8, 8), generator=torch.Generator().manual_seed(0)).byte()
    assert torch.equal(run(pictures, Augmentation(saturation=0.5, hue=0.5)), pictures.float())


def test_values_stay_in_range() -> None:
    pictures = torch.randint(0, 256, (50, 3, 8, 8), generator=torch.Generator().manual_seed(0)).byte()
    new = run(pictures, Augmentation(brightness=0.5, contrast=1, saturation=1, hue=0.5, tint=0.3, noise=0.3))
    assert new.min() == 0
    assert new.max() == 255


def test_noise_has_the_strength_asked_for() -> None:
    new = run(flat(128, count=400, side=24), Augmentation(noise=0.1)) - 128
    spread = new.std((1, 2, 3)) / 255
    assert 0.09 < spread.max() < 0.106
    assert spread.min() < 0.01
    assert float(spread.mean()) == pytest.approx(0.05, rel=0.1)
    loud = new[spread > 0.05].flatten(1)
    loud = loud / loud.std(1, keepdim=True)
    assert abs(float(loud.pow(4).mean()) - 3) < 0.15  # the kurtosis of a Gaussian
    likeness = loud @ loud.T / loud.shape[1] - torch.eye(len(loud))
    assert likeness.abs().max() < 0.3  # no two pictures have the same noise


def test_blur_takes_its_share_and_keeps_the_mean() -> None:
    point = torch.zeros(100, 3, 33, 33, dtype=torch.uint8)
    point[:, :, 16, 16] = 255
    new = run(point, Augmentation(blur=0.06, blur_share=0.4))
    changed = (new != point).flatten(1).any(1)
    assert 30 <= changed.sum() <= 40  # a very small blur changes nothing
    assert torch.allclose(new.sum((2, 3)), torch.tensor(255.0), atol=0.1)
    at = torch.arange(33) - 16.0
    variance = (new[:, 0].sum(1) * at.square()).sum(1) / 255
    assert 1.6 < variance.sqrt().max() < 0.06 * 33 + 0.01
    assert torch.allclose(new, new.transpose(2, 3), atol=1e-3)
    assert torch.allclose(run(flat(90), Augmentation(blur=0.06, blur_share=1)), torch.tensor(90.0), atol=1e-3)


def test_erasing_covers_a_rectangle_of_one_colour() -> None:
    new = run(flat(100, count=400, side=32), Augmentation(erase=0.5, erase_area=(0.1, 0.3)))
    hit = (new != 100).any(1)
    some = hit.flatten(1).any(1)
    assert 150 < some.sum() < 250
    for picture, mask in zip(new[some], hit[some], strict=True):
        y, x = mask.nonzero().unbind(1)
        assert mask[y.min() : y.max() + 1, x.min() : x.max() + 1].all()
        colours = picture[:, mask]
        assert (colours == colours[:, :1]).all()
    areas = hit[some].float().mean((1, 2))
    assert 0.07 < areas.min() < 0.15
    assert 0.25 < areas.max() < 0.35
