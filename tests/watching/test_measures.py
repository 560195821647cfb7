"""What pictures are like."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from miwake.watching.measures import directions, distances, seen


def constant(*colour: int) -> torch.Tensor:
    return torch.tensor(colour, dtype=torch.uint8).view(1, -1, 1, 1).expand(1, -1, 8, 8).contiguous()


def test_of_one_colour() -> None:
    brightness, sharpness, red, blue = seen(constant(200, 100, 50))[0]
    assert brightness == pytest.approx(0.299 * 200 + 0.587 * 100 + 0.114 * 50, rel=1e-5)
    assert sharpness == pytest.approx(0.0, abs=1e-3)
    assert (red, blue) == (100, -100)


def test_grey_pictures_have_no_colour() -> None:
    found = seen(constant(90))
    assert found.shape == (1, 4)
    assert found[0, 0] == 90
    assert found[0, 2:].tolist() == [0, 0]


def test_less_contrast_alone_is_not_less_sharp() -> None:
    noise = torch.randint(0, 256, (4, 3, 32, 32), generator=torch.Generator().manual_seed(0)).byte()
    faint = (noise.float() * 0.5 + 60).byte()
    blurred = torch.nn.functional.avg_pool2d(noise.float(), 3, 1, 1).byte()
    assert seen(faint)[:, 1] == pytest.approx(seen(noise)[:, 1], abs=0.05)
    assert (seen(blurred)[:, 1] < seen(noise)[:, 1] - 1).all()


def test_tiny_pictures_are_no_trouble() -> None:
    assert np.isfinite(seen(torch.zeros(2, 3, 1, 2, dtype=torch.uint8))).all()


def test_the_distance_is_that_to_the_nearest() -> None:
    bank = directions(torch.tensor([[1.0, 0], [0, 2]]))
    found = distances(directions(torch.tensor([[3.0, 0], [1, 1], [-1, 0]])), bank)
    assert found == pytest.approx([0, 1 - 0.5**0.5, 1], abs=1e-6)
