"""What comes before the first learnt features."""

from __future__ import annotations

import pytest
import torch

from miwake.networks.retina import contrast, ink


def test_ink_on_paper_and_chalk_on_slate_are_the_same() -> None:
    stroke = torch.zeros(1, 1, 9, 9)
    stroke[..., 4, 2:7] = 1
    assert torch.equal(ink(stroke), stroke)
    torch.testing.assert_close(ink(3 - 2 * stroke), stroke)


@pytest.mark.parametrize("before", [ink, contrast])
def test_a_flat_picture_is_no_division_by_nothing(before) -> None:
    torch.testing.assert_close(before(torch.full((2, 3, 16, 12), 0.4)), torch.zeros(2, 3, 16, 12), atol=1e-3, rtol=0)


def test_contrast_is_the_same_in_light_and_shade_and_bounded() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, 24, 20)
    seen = contrast(x)
    assert seen.shape == x.shape
    torch.testing.assert_close(contrast(5 + 3 * x), seen, atol=1e-4, rtol=1e-4)
    shade = torch.linspace(0, 30, 20)  # a slope of light, edges apart
    torch.testing.assert_close(contrast(x + shade)[..., 6:-6], contrast(x)[..., 6:-6], atol=0.6, rtol=0)
    spot = torch.zeros(1, 1, 24, 24)
    spot[..., 12, 12] = 1e4
    assert 2 < contrast(spot).max() < 12


def test_contrast_is_the_centre_against_its_surround() -> None:
    spot = torch.zeros(1, 1, 41, 41)
    spot[..., 20, 20] = 1
    seen = contrast(spot)[0, 0]
    assert seen[20, 20] > 0 > max(seen[20, 19], seen[19, 20], seen[22, 20], seen[20, 23])
    assert abs(seen[20, 30]) < 0.01
    torch.testing.assert_close(seen, seen.flip(0))
    torch.testing.assert_close(seen, seen.T)
