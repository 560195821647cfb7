"""Tasks are found by the names of their files."""

from __future__ import annotations

import pytest
import torch

from miwake import tasks
from miwake.errors import UsageError
from miwake.tasks.classify import Classify
from miwake.tasks.phases import Turn
from miwake.tasks.task import Task
from miwake.types import Batch


def test_by_name():
    assert tasks.find("classify") is Classify
    assert {"task", "head", "__init__"}.isdisjoint(tasks.names())


@pytest.mark.parametrize("name", ["clasify", "task", "head", "__init__", "../run"])
def test_other_names_are_answered(name):
    with pytest.raises(UsageError, match="no task named"):
        tasks.find(name)


def test_the_nearest_name():
    with pytest.raises(UsageError, match="Did you mean 'classify'"):
        tasks.find("clasify")


class Counting(torch.nn.Module):
    """A layer that learns how much comes into it."""

    total = 0.0

    def observe(self, inputs: torch.Tensor, state: float | None) -> float:
        return (state or 0.0) + inputs.sum().item()

    def finish(self, state: float) -> None:
        self.total = state


def test_a_task_lets_the_layer_of_a_turn_learn_by_itself():
    task = Classify(classes=("a", "b"))
    model = torch.nn.Sequential(torch.nn.Flatten(), Counting(), torch.nn.Linear(4, 2))
    batch = Batch(torch.ones(3, 1, 2, 2), torch.zeros(3, dtype=torch.int64), torch.arange(3))
    turn = Turn(name="1", kind="observe")
    state = task.observe(model, batch, turn, task.observe(model, batch, turn, None))
    assert state == 2 * 3 * 4
    assert model[1].total == 0
    task.finish(model, turn, state)
    assert model[1].total == state


def test_by_default_what_does_not_learn_by_itself_learns_afterwards():
    phases = Task.phases(Classify(classes=("a", "b")), pretrained=False, stages=(("lines", 3),))
    assert [(phase.name, phase.observes) for phase in phases] == [("lines", True), ("train", False)]
