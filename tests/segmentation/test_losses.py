"""Losses of pixels against their formulas, and their gradients against finite differences."""

from __future__ import annotations

import math

import pytest
import torch

from miwake.segmentation.losses import cross_entropy, dice, loss
from miwake.types import VOID

NAMES = ("cross-entropy", "dice", "focal", "cross-entropy+dice", "focal+dice")
WEIGHTS = (1.0, 2.0, 0.5)


def example() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 4, 5, generator=generator, dtype=torch.float64)
    truth = torch.randint(0, 3, (2, 4, 5), generator=generator)
    truth[0, 0, :3] = VOID
    return logits, truth


def chances(logits: torch.Tensor, place: tuple[int, int, int]) -> list[float]:
    picture, row, column = place
    raised = [math.exp(value) for value in logits[picture, :, row, column].tolist()]
    return [value / sum(raised) for value in raised]


def counted(truth: torch.Tensor) -> list[tuple[tuple[int, int, int], int]]:
    places = [(b, y, x) for b in range(truth.shape[0]) for y in range(truth.shape[1]) for x in range(truth.shape[2])]
    return [(place, int(truth[place])) for place in places if int(truth[place]) != VOID]


@pytest.mark.parametrize("focus", [0.0, 2.0])
@pytest.mark.parametrize("weights", [(), WEIGHTS])
@pytest.mark.parametrize("uneven", [False, True])
def test_cross_entropy_and_focal_by_hand(focus: float, weights: tuple[float, ...], uneven: bool) -> None:
    logits, truth = example()
    pixels = torch.rand(2, 4, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64) if uneven else None
    above = below = 0.0
    for place, true in counted(truth):
        share = chances(logits, place)[true]
        weight = (weights[true] if weights else 1.0) * (float(pixels[place]) if pixels is not None else 1.0)
        above -= weight * (1 - share) ** focus * math.log(share)
        below += weight
    found = cross_entropy(logits, truth, weights, pixels, focus=focus)
    assert found.item() == pytest.approx(above / below, rel=1e-6)


def test_dice_by_hand() -> None:
    logits, truth = example()
    truth[truth == 2] = 1  # the third class is not there, and has no part in the mean
    shares = []
    for number in (0, 1):
        both = guessed = real = 0.0
        for place, true in counted(truth):
            share = chances(logits, place)[number]
            both += share * (true == number)
            guessed += share
            real += true == number
        shares.append((2 * both + 1) / (guessed + real + 1))
    assert dice(logits, truth).item() == pytest.approx(1 - sum(shares) / 2, rel=1e-9)


def test_sums_are_sums() -> None:
    logits, truth = example()
    whole = loss(logits, truth, name="focal+dice", class_weights=WEIGHTS, focus=1.5)
    parts = cross_entropy(logits, truth, WEIGHTS, focus=1.5) + dice(logits, truth)
    torch.testing.assert_close(whole, parts)
    with pytest.raises(ValueError, match="hinge"):
        loss(logits, truth, name="hinge")


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_finite_differences(name: str) -> None:
    logits, truth = example()
    logits.requires_grad_(True)
    pixels = 1 + torch.rand(2, 4, 5, dtype=torch.float64)

    def of(values: torch.Tensor) -> torch.Tensor:
        return loss(values, truth, name=name, class_weights=WEIGHTS, pixel_weights=pixels)

    assert torch.autograd.gradcheck(of, (logits,))
    (gradient,) = torch.autograd.grad(of(logits), logits)
    assert not gradient[0, :, 0, :3].any()  # void pixels pull nowhere
    assert gradient[0, :, 1].abs().sum() > 0


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_rounded_where_training_is(name: str) -> None:
    """Under autocast products of matrices have 8 bits of precision; sums over a million pixels must not."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(1, 3, 64, 64, generator=generator)
    truth = torch.randint(0, 3, (1, 64, 64), generator=generator)
    plain = loss(logits, truth, name=name)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(loss(logits, truth, name=name), plain, rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_perfect_answers_cost_nothing_and_nothing_counts_nothing(name: str) -> None:
    truth = torch.randint(0, 3, (2, 6, 6), generator=torch.Generator().manual_seed(0))
    sure = 50 * torch.nn.functional.one_hot(truth, 3).permute(0, 3, 1, 2).float()
    assert loss(sure, truth, name=name).item() == pytest.approx(0, abs=1e-5)
    logits = torch.randn(2, 3, 6, 6, requires_grad=True)
    empty = loss(logits, torch.full((2, 6, 6), VOID), name=name)
    assert empty.item() == 0
    empty.backward()
    assert not logits.grad.any()  # type: ignore[union-attr]
