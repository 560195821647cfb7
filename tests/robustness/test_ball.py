"""The room that an attack has."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from miwake.robustness.ball import Ball, lengths, unit

NORMS = ["linf", "l2"]


def ball(norm: str, seed: int, strength: float) -> Ball:
    generator = torch.Generator().manual_seed(seed)
    centre = (255 * torch.rand(3, 2, 5, 4, generator=generator)).round()
    return Ball(centre=centre, strength=torch.tensor([strength, 2 * strength, strength / 2]), norm=norm)


@pytest.mark.parametrize("norm", NORMS)
@given(seed=st.integers(0, 1000), strength=st.floats(0.1, 300))
@settings(max_examples=40, deadline=None)
def test_what_is_projected_lies_within_and_stays_where_it_is(norm: str, seed: int, strength: float) -> None:
    room = ball(norm, seed, strength)
    generator = torch.Generator().manual_seed(seed)
    far = room.centre + 400 * torch.randn(room.centre.shape, generator=generator)
    for pictures in (room.project(far), room.anywhere(generator), room.up(room.centre, far, 3.0)):
        assert (lengths(pictures - room.centre, norm) <= room.strength * (1 + 1e-4) + 1e-3).all()
        assert pictures.min() >= 0
        assert pictures.max() <= 255
        torch.testing.assert_close(room.project(pictures), pictures, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("norm", NORMS)
def test_what_lies_within_is_not_moved(norm: str) -> None:
    room = ball(norm, 0, 20.0)
    near = (room.centre + 0.1).clamp(0, 255)
    torch.testing.assert_close(room.project(near), near)


def test_directions_have_length_one_in_their_norm() -> None:
    slope = torch.randn(4, 1, 3, 3)
    assert torch.equal(unit(slope, "linf"), slope.sign())
    torch.testing.assert_close(lengths(unit(slope, "l2"), "l2"), torch.ones(4))
    assert torch.isfinite(unit(torch.zeros(1, 1, 2, 2), "l2")).all()


def test_random_starts_differ_and_fill_the_room() -> None:
    room = Ball(centre=torch.full((200, 1, 4, 4), 127.0), strength=torch.full((200,), 10.0), norm="l2")
    sizes = lengths(room.anywhere(torch.Generator().manual_seed(0)) - room.centre, "l2")
    assert sizes.min() < 1
    assert sizes.max() > 9
