"""Models that hide their gradients are found out; honest ones are not accused."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from miwake.robustness import masking
from miwake.robustness.clock import TimeOver
from miwake.robustness.masking import Subject, _holds, check


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_USUAL", 20), ("_MANY", 40), ("_NOISES", 20), ("_SQUARES", 150)):
        monkeypatch.setattr(masking, name, value)


def subject(case, model: nn.Module | None = None, strength: float = 20.0) -> Subject:
    victim = case.victim if model is None else replace(case.victim, model=model)
    return Subject(victim=victim, pictures=case.pictures, labels=case.labels, norm="linf", strength=strength, seed=0)


def verdicts(case, model: nn.Module | None = None, **changes) -> dict[str, bool]:
    return {found.name: found.passed for found in check(subject(case, model, **changes))}


def test_an_honest_model_passes(learnt) -> None:
    found = verdicts(learnt)
    assert list(found) == ["steps", "chance", "one_step", "strength", "slopes", "squares", "unbounded"]
    assert all(found.values()), found


class Stairs(nn.Module):
    """The same answers from pictures in steps, whose slope is zero everywhere: nothing to follow (Athalye 2018)."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits."""
        out: Tensor = self.model((x_BCHW * 40).round() / 40)
        return out


def test_a_model_without_slopes_is_found_out(learnt) -> None:
    found = verdicts(learnt, Stairs(learnt.victim.model), strength=26.0)
    assert not found["slopes"]
    assert not found["squares"]


class Sure(nn.Module):
    """So sure of its answers that the loss has no slope left in 32 bits."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits."""
        out: Tensor = 1e4 * self.model(x_BCHW)
        return out


def test_a_model_that_is_too_sure_is_found_out_by_chance(learnt) -> None:
    found = verdicts(learnt, Sure(learnt.victim.model), strength=26.0)
    assert not found["squares"]
    assert found["slopes"]


class Deaf(nn.Module):
    """Answers by one corner that the change cannot reach."""

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits without any connection to the picture but their size."""
        return torch.eye(4)[torch.arange(len(x_BCHW)) % 4] + 0 * x_BCHW.sum((1, 2, 3))[:, None]


def test_a_model_that_nothing_fools_is_suspicious(learnt) -> None:
    assert not verdicts(learnt, Deaf())["unbounded"]


def test_chance_differences_are_no_accusation() -> None:
    first, second = torch.zeros(60, dtype=torch.bool), torch.zeros(60, dtype=torch.bool)
    first[:5], second[3:7] = True, True
    assert _holds("steps", first, second)
    first[10:20] = True
    assert not _holds("steps", first, second)


@pytest.mark.parametrize("passes", [0, 1, 39, 41, 60, 200])
def test_time_ends_it_within_a_step(learnt, passes: int) -> None:
    asked = 0

    def ask() -> None:
        nonlocal asked
        asked += 1
        if asked > passes:
            raise TimeOver

    usual = subject(learnt)
    found = check(replace(usual, victim=replace(usual.victim, ask=ask)))
    assert asked == passes + 1
    # what was found out in time is what would have been found out with more of it
    assert found == check(usual)[: len(found)]
    assert (len(found) > 0) == (passes >= 60)
    assert len(found) < 7


def test_without_pictures_nothing_is_looked_at(learnt) -> None:
    empty = subject(learnt)
    assert check(replace(empty, pictures=empty.pictures[:0], labels=empty.labels[:0])) == []


def test_counts_are_those_of_the_attacks(learnt) -> None:
    one = replace(subject(learnt), norm="l2", strength=120.0)
    found = {each.name: each for each in check(one)}
    assert found["steps"].pictures == len(learnt.pictures)
    assert found["one_step"].first == int(one.fooled("fgsm", 1).sum())
    assert found["one_step"].second == int(one.fooled("pgd", 40).sum()) > found["one_step"].first
    assert found["unbounded"].second == len(learnt.pictures)
