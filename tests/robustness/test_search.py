"""Strengths, the smallest change, the bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from miwake.robustness import search
from miwake.robustness.ball import lengths
from miwake.robustness.effort import Effort
from miwake.robustness.search import Plan, levels, try_on, unbounded


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "BOUND_STEPS", 20)


def plan(norm: str = "linf", *, strength: float = 20.0, **changes) -> Plan:
    made = Plan(
        attack="pgd",
        norm=norm,
        effort=Effort(steps=20),
        levels=(strength / 8, strength, 4 * strength),
        headline=1,
        smallest=True,
        bound=True,
    )
    return replace(made, **changes)


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_the_smallest_change_is_the_distance_to_a_straight_border(line, norm) -> None:
    weight = line.victim.model.weight
    dual = weight.abs().sum() if norm == "linf" else weight.norm()
    needed = line.victim.model.side(line.pictures).abs() / dual
    strength = 8.0 if norm == "linf" else 60.0
    found = try_on(line.victim, line.pictures, line.labels, line.labels, plan(norm, strength=strength), 0)
    assert found.right.all()
    far = needed > 0.2  # below, it is not worth halving any more
    assert (found.smallest >= needed - 1e-3).all()
    assert (found.smallest[far] < 1.15 * needed[far]).all()
    assert line.victim.look(found.changed, line.labels).fooled.all()
    torch.testing.assert_close(lengths(found.changed - line.pictures, norm), found.smallest, rtol=1e-3, atol=1e-3)


def test_rounding_asks_whether_the_whole_strength_survives_it(line) -> None:
    """Changes below half a grey level fool these pictures, and rounding undoes them; a change of 8 levels stays."""
    pictures, model = line.pictures.round(), line.victim.model
    near = model.side(pictures).abs() / model.weight.abs().sum() < 0.4
    assert near.sum() > 3
    pictures, labels = pictures[near], (model.side(pictures[near]) > 0).long()
    made = plan(strength=8.0, levels=(0.45, 8.0), headline=1, bound=False, smallest=False)
    found = try_on(line.victim, pictures, labels, labels, made, 0)
    assert found.fooled[:, 0].all()
    assert found.rounded.all()


def test_stronger_changes_fool_whatever_weaker_ones_do(learnt) -> None:
    made = plan()
    found = try_on(learnt.victim, learnt.pictures, learnt.labels, learnt.labels, made, 0)
    assert (found.fooled[:, 1:] | ~found.fooled[:, :-1]).all()
    for place, strength in enumerate(made.levels):
        assert (found.smallest[found.fooled[:, place]] <= strength + 1e-3).all()
    headline = found.fooled[:, made.headline]
    assert (found.bound | ~headline).all()
    assert (~found.rounded | headline).all()
    assert 0 < headline.sum() < len(headline)
    again = try_on(learnt.victim, learnt.pictures, learnt.labels, learnt.labels, made, 0)
    assert torch.equal(found.smallest, again.smallest)


def test_pictures_that_are_wrong_anyway_need_no_change(learnt) -> None:
    truth = learnt.labels.clone()
    truth[:5] = (truth[:5] + 1) % 4
    found = try_on(learnt.victim, learnt.pictures, truth, truth, plan(), 0)
    assert not found.right[:5].any()
    assert (found.smallest[:5] == 0).all()
    assert not found.fooled[:5].any()


def test_what_nothing_fools_stays_infinite(learnt) -> None:
    weak = plan(levels=(0.5,), headline=0)
    found = try_on(learnt.victim, learnt.pictures, learnt.labels, learnt.labels, weak, 0)
    assert torch.isinf(found.smallest).all()
    assert not found.bound.any()


def test_strengths_double_up_to_the_whole_range() -> None:
    every, headline = levels(8.0, "linf", (3, 32, 32), curve=True)
    assert every == (0.5, 1, 2, 4, 8, 16, 32, 64)
    assert every[headline] == 8
    every, headline = levels(76.5, "linf", (1, 28, 28), curve=True)
    assert every[headline:] == (76.5, 153.0, 255.0)
    assert levels(255.0, "linf", (1, 28, 28), curve=True)[0][-1] == 255.0
    assert levels(100.0, "l2", (1, 28, 28), curve=False) == ((100.0,), 0)
    assert unbounded("l2", (1, 28, 28)) == pytest.approx(255 * 28)
    assert np.all(np.diff(levels(3000.0, "l2", (1, 28, 28), curve=True)[0]) > 0)
