"""Every corruption that discovery finds."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from miwake.robustness.corruptions import LEVELS, apply, corruptions
from miwake.robustness.corruptions._filters import clouds, filtered, gaussian, lines, zoomed

NAMES = list(corruptions())
PAPERS = {
    "noise": {"gaussian_noise", "shot_noise", "impulse_noise"},
    "blur": {"defocus_blur", "glass_blur", "motion_blur", "zoom_blur"},
    "weather": {"snow", "frost", "fog", "brightness"},
    "digital": {"contrast", "elastic_transform", "pixelate", "jpeg_compression"},
}


def scene(channels: int, height: int, width: int) -> Tensor:
    """(2, C, H, W) uint8: a smooth ground with a bright block."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    ground = torch.stack([60 + 60 * x + 10 * plane * y for plane in range(channels)])
    ground[:, height // 4 + 1 : height // 2, width // 3 : width // 2 + 1] += 100
    return torch.stack([ground, ground.flip(2)]).clamp(0, 255).to(torch.uint8)


def corrupted(name: str, pictures: Tensor, level: int, seed: int = 0) -> Tensor:
    return apply(corruptions()[name][1], pictures, level, torch.Generator().manual_seed(seed))


def test_the_papers_fifteen_in_four_families() -> None:
    found = {family: {name for name in NAMES if corruptions()[name][0] == family} for family in PAPERS}
    assert found == PAPERS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("channels", "height", "width"), [(1, 28, 28), (3, 32, 40), (9, 8, 9), (3, 96, 80)])
def test_any_picture_stays_one_and_chance_is_the_seeds(name, channels, height, width) -> None:
    pictures = scene(channels, height, width)
    kept = pictures.clone()
    for level in (0, LEVELS - 1):
        changed = corrupted(name, pictures, level)
        assert changed.shape == pictures.shape
        assert changed.dtype == torch.uint8
        assert torch.equal(changed, corrupted(name, pictures, level))
    assert torch.equal(pictures, kept)
    assert min(height, width) < 16 or not torch.equal(changed, pictures)


@pytest.mark.parametrize("side", [32, 128])
@pytest.mark.parametrize("name", NAMES)
def test_the_strongest_changes_more_than_the_weakest(name, side) -> None:
    pictures = scene(3, side, side)
    change = [
        np.mean([(corrupted(name, pictures, level, seed).float() - pictures).abs().mean() for seed in range(4)])
        for level in range(LEVELS)
    ]
    # the paper's elastic transform moves far at first and finely at last
    if name != "elastic_transform":
        assert change[-1] > 1.02 * change[0]
    assert change[0] > 0.2


def test_noise_has_the_papers_spread() -> None:
    grey = torch.full((1, 1, 64, 64), 128, dtype=torch.uint8)
    assert corrupted("gaussian_noise", grey, 4).float().std().item() / 255 == pytest.approx(0.10, rel=0.05)
    assert corrupted("shot_noise", grey, 4).float().std().item() / 255 == pytest.approx((0.5 / 50) ** 0.5, rel=0.05)
    spoilt = corrupted("impulse_noise", grey, 4)
    assert (spoilt != 128).float().mean().item() == pytest.approx(0.07, abs=0.015)
    assert set(spoilt.unique().tolist()) == {0, 128, 255}


@pytest.mark.parametrize("name", ["defocus_blur", "motion_blur", "zoom_blur", "glass_blur", "pixelate", "contrast"])
def test_an_even_picture_has_nothing_to_blur(name) -> None:
    even = torch.full((1, 3, 40, 40), 77, dtype=torch.uint8)
    assert (corrupted(name, even, 4).int() - 77).abs().max() <= 1


def test_brightness_keeps_the_hue() -> None:
    colour = torch.tensor([100, 50, 25], dtype=torch.uint8)[None, :, None, None].expand(1, 3, 80, 80)
    brighter = corrupted("brightness", colour, 1)[0, :, 0, 0].float()
    assert brighter[0].item() == pytest.approx(100 + 0.2 * 255, abs=1)
    assert brighter[1].item() / brighter[0].item() == pytest.approx(0.5, abs=0.02)


def test_filters_are_what_they_say() -> None:
    point = torch.zeros(1, 1, 21, 21)
    point[0, 0, 10, 10] = 1
    blurred = gaussian(point, 2.0)
    assert blurred.sum().item() == pytest.approx(1, abs=1e-3)
    assert blurred[0, 0, 10, 12].item() / blurred[0, 0, 10, 10].item() == pytest.approx(np.exp(-0.5), rel=1e-3)
    assert gaussian(point, 0.0) is point
    across = lines(torch.tensor([0.0]), 6.0, 100.0)
    assert across.sum().item() == pytest.approx(1)
    assert (across[0].sum(1) > 1e-6).nonzero().flatten().tolist() == [6]
    moved = filtered(point, across)
    assert moved[0, 0, 10].sum().item() == pytest.approx(1, abs=1e-5)
    small = filtered(torch.rand(2, 3, 5, 5), torch.ones(1, 21, 21) / 441)
    assert small.shape == (2, 3, 5, 5)
    even = torch.ones(1, 1, 9, 9)
    torch.testing.assert_close(zoomed(even, 1.7), even)
    sky = clouds(3, (30, 20), 2.0, torch.Generator().manual_seed(0))
    assert sky.shape == (3, 1, 30, 20)
    torch.testing.assert_close(sky.amin((1, 2, 3)), torch.zeros(3))
    torch.testing.assert_close(sky.amax((1, 2, 3)), torch.ones(3))
