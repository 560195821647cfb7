"""The parts that happen in the world, within the time that they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from miwake.prediction import Predictor
from miwake.robustness import worlds
from miwake.robustness.clock import Clock
from miwake.robustness.worlds import World
from miwake.run import Header
from miwake.types import Dataset

PARTS = {
    "corruptions": worlds.corrupt,
    "texture": worlds.textures,
    "patch": lambda world: worlds.patch(world, 0.1, None),
}


class Slow:
    """Counts the pictures that a network has answered, each of which takes a second."""

    def __init__(self) -> None:
        self.now, self.largest = 0.0, 0

    def __call__(self, _module: Any, given: tuple[Tensor, ...], _out: Tensor) -> None:
        self.now += len(given[0])
        self.largest = max(self.largest, len(given[0]))


@pytest.fixture
def world(learnt) -> Iterator[Callable[[float | None], tuple[World, Slow]]]:
    """A world of 48 pictures with so many seconds for each part."""

    def make(seconds: float | None) -> tuple[World, Slow]:
        task, shape = learnt.victim.task, learnt.victim.preprocessing
        header = Header(task="classify", settings=task.to_json(), architecture="learnt", preprocessing=shape)
        slow, model = Slow(), learnt.victim.model
        # of a shared model the hook is taken off by the next one
        model._forward_hooks.clear()
        model.register_forward_hook(slow)
        pictures = learnt.pictures.to(torch.uint8)
        dataset = Dataset(
            name="quadrants",
            source="folder",
            root=Path(),
            task="classify",
            classes=task.classes,
            paths=[f"{number}.png" for number in range(len(pictures))],
            targets=learnt.labels.numpy(),
            split=np.zeros(len(pictures), np.int8),
        )
        made = World(
            victim=learnt.victim,
            predictor=Predictor(model, header, torch.device("cpu")),
            dataset=dataset,
            targets=learnt.labels,
            drawn=np.arange(len(pictures)),
            load=lambda rows: pictures[torch.from_numpy(rows)],
            target=None,
            clock=Clock(seconds, {"part": 1}, lambda: slow.now),
            report=lambda done, part: None,
            seed=0,
        )
        made.clock.begin("part")
        return made, slow

    yield make
    learnt.victim.model._forward_hooks.clear()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("seconds", [5, 150, 400, 1500])
def test_the_time_is_kept_to_a_pass(world, part: str, seconds: float) -> None:
    here, slow = world(seconds)
    found = PARTS[part](here)
    # a scene of a patch answers its pictures twice, a conflict its silhouettes; then a few pictures for the page
    assert slow.now <= seconds + 2 * slow.largest + 16 + 6
    if seconds == 5:
        assert found is None
    if seconds == 1500:
        assert found is not None


def test_pictures_without_a_thing_are_counted(world) -> None:
    here, _ = world(None)
    pictures = here.load(np.arange(48)).clone()
    pictures[10:] = 90
    found, _ = worlds.textures(replace(here, load=lambda rows: pictures[torch.from_numpy(rows)]))
    assert found.pictures == 48
    assert 0 <= found.told <= 10
    assert found.shape + found.texture + found.neither <= found.told
    assert {view.pictures for view in found.views if view.name in ("silhouette", "outline")} == {found.told}


def test_more_time_adds_pictures_and_changes_no_others(world) -> None:
    few, many = (PARTS["corruptions"](world(seconds)[0])[0] for seconds in (400, 1500))
    assert 1 < few.pictures < many.pictures < 48
    whole = PARTS["corruptions"](world(None)[0])[0]
    assert whole.pictures == 48
    again = PARTS["corruptions"](replace(world(None)[0], drawn=np.arange(few.pictures)))[0]
    assert again == few
