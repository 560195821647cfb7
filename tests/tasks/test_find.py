"""Tasks are found by the names of their files."""

from __future__ import annotations

import pytest
import torch

from miwake import tasks
from miwake.errors import UsageError
from miwake.tasks.classify import Classify
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


def test_a_task_observes_only_where_it_says_so():
    class Plain(Classify):
        observe = tasks.find("classify").__mro__[1].observe
        finish = tasks.find("classify").__mro__[1].finish

    task = Plain(classes=("a", "b"))
    batch = Batch(torch.zeros(1, 3, 8, 8), torch.zeros(1, dtype=torch.int64), torch.zeros(1, dtype=torch.int64))
    with pytest.raises(TypeError, match="does not observe"):
        task.observe(torch.nn.Identity(), batch, None)
    with pytest.raises(TypeError, match="does not observe"):
        task.finish(torch.nn.Identity(), None)
