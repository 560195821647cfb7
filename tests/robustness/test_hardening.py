"""The opponent of the training loop."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from miwake.data.preprocess import normalise
from miwake.robustness.hardening import Hardening
from miwake.types import Preprocessing

SHAPE = Preprocessing(size=(6, 5), channels=3, mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.3))


def raw(pictures: Tensor) -> Tensor:
    """0…255 of normalised pictures."""
    mean, std = (torch.tensor(values)[:, None, None] for values in (SHAPE.mean, SHAPE.std))
    return 255 * (pictures * std + mean)


def pictures() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return (255 * torch.rand(4, 3, 6, 5, generator=generator)).round()


def weighted(values: Tensor) -> Tensor:
    """A loss whose slope is +1 in the first channel, -1 in the others."""
    return (values * torch.tensor([1.0, -1.0, -1.0])[:, None, None]).sum()


def change(opponent: Hardening, *, done: float = 1.0, careful: bool = False, loss=weighted, seed: int = 0) -> Tensor:
    inputs = normalise(pictures(), SHAPE)
    changed = opponent.train(loss, inputs, done=done, careful=careful, generator=torch.Generator().manual_seed(seed))
    assert not changed.requires_grad
    return raw(changed)


@pytest.mark.parametrize("steps", [1, 7])
def test_it_goes_as_far_as_allowed_in_grey_levels_of_the_picture(steps) -> None:
    changed = change(Hardening(strength=20.0, steps=steps, preprocessing=SHAPE))
    before = pictures()
    uphill = torch.tensor([1.0, -1.0, -1.0])[:, None, None] * torch.ones(6, 5)
    assert ((changed - before).abs() < 20 + 1e-3).all()
    if steps == 7:
        torch.testing.assert_close(changed, (before + 20 * uphill).clamp(0, 255), atol=1e-3, rtol=0)
    else:
        # from a random start, 1.25 strengths uphill: at least a quarter of the way whatever the start
        free = (before > 20) & (before < 235)
        assert ((changed - before)[free] * uphill.expand_as(before)[free] >= 5 - 1e-3).all()
    assert changed.min() > -1e-3
    assert changed.max() < 255 + 1e-3


def test_the_strength_rises_and_chance_is_the_generators() -> None:
    opponent = Hardening(strength=20.0, steps=7, preprocessing=SHAPE)
    sizes = [(change(opponent, done=done) - pictures()).abs().max().item() for done in (0.0, 0.1, 0.15, 0.3, 1.0)]
    assert sizes == pytest.approx([0, 20 / 3, 10, 20, 20], abs=1e-2)
    one = Hardening(strength=20.0, steps=1, preprocessing=SHAPE)
    assert torch.equal(change(one), change(one))
    assert not torch.equal(change(one), change(one, seed=1))


def test_careful_takes_more_steps() -> None:
    counts = {}
    for steps in (1, 7):
        for careful in (False, True):
            calls = []

            def counted(values: Tensor, calls=calls) -> Tensor:
                calls.append(len(values))
                return weighted(values)

            change(Hardening(strength=8.0, steps=steps, preprocessing=SHAPE), careful=careful, loss=counted)
            counts[steps, careful] = len(calls)
    assert counts == {(1, False): 1, (1, True): 3, (7, False): 7, (7, True): 14}
