"""A patch: how it is laid, and that it fools where plain paper does not."""

from __future__ import annotations

import pytest
import torch

from miwake.robustness import patch as patches


@pytest.fixture
def grey() -> torch.Tensor:
    return torch.full((64, 1, 60, 80), 100.0)


def test_it_covers_its_area_and_nothing_else(grey, generator) -> None:
    white = torch.full((1, 40, 40), 200.0)
    laid = patches.lay(grey, white, 0.1, patches.Scene(), generator())
    covered = ((laid - grey) / 100).mean((1, 2, 3))
    assert covered.mean().item() == pytest.approx(0.1, rel=0.02)
    assert ((laid == 100) | (laid == 200)).float().mean() > 0.95
    places = [(one[0] > 150).nonzero().float().mean(0) for one in laid]
    assert torch.stack(places).std(0).min() > 5  # it lies elsewhere each time


def test_each_deviation_does_what_it_says(grey, generator) -> None:
    half = torch.cat([torch.full((1, 40, 20), 40.0), torch.full((1, 40, 20), 220.0)], 2)
    straight = patches.lay(grey, half, 0.1, patches.Scene(), generator())
    changes = {
        name: (patches.lay(grey, half, 0.1, scene, generator()) - straight).abs().mean((1, 2, 3))
        for name, scene in patches.SCENES.items()
    }
    assert changes["straight"].max() == 0
    for name in ("turned", "scaled", "lit", "photographed", "all"):
        assert changes[name].mean() > 0.2, name
    lit = patches.lay(grey, half, 0.1, patches.Scene(light=0.25), generator())
    assert torch.equal(lit[straight == 100], straight[straight == 100])
    for scene in patches.SCENES.values():
        laid = patches.lay(grey, half, 0.3, scene, generator())
        assert laid.min() >= 0
        assert laid.max() <= 255


def test_it_is_made_of_what_a_printer_gives_and_fools(learnt, generator) -> None:
    half = len(learnt.pictures) // 2
    made, steps = patches.make(
        learnt.victim,
        learnt.pictures[:half],
        learnt.labels[:half],
        area=0.2,
        generator=generator(),
        enough=lambda: False,
    )
    assert steps == patches.STEPS
    assert made.min() >= 20
    assert made.max() <= 235
    pictures, labels = learnt.pictures[half:], learnt.labels[half:]
    counts = [
        int(learnt.victim.look(patches.lay(pictures, one, 0.2, patches.ALL, generator(9)), labels).fooled.sum())
        for one in (patches.grey(made), made)
    ]
    assert counts[1] > counts[0] + 5


def test_time_ends_it(learnt, generator) -> None:
    _, steps = patches.make(
        learnt.victim, learnt.pictures, learnt.labels, area=0.1, generator=generator(), enough=lambda: True
    )
    assert steps == 1
