"""The parts that happen in the world, within the time that they have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from miwake.robustness import worlds
from miwake.robustness.clock import Clock
from miwake.robustness.worlds import World

PARTS = {
    "corruptions": worlds.corrupt,
    "texture": worlds.textures,
    "patch": lambda world: worlds.patch(world, 0.1, None),
}


@pytest.fixture
def world(learnt, surroundings) -> Callable[[float | None], tuple[World, Any]]:
    """A world of 48 pictures with so many seconds for each part."""

    def make(seconds: float | None) -> tuple[World, Any]:
        slow, pictures = surroundings.slow, surroundings.pictures
        clock = Clock(seconds, {"part": 1}, lambda: slow.now)
        made = World(
            victim=replace(learnt.victim, ask=clock.check),
            predictor=surroundings.predictor,
            dataset=surroundings.dataset,
            targets=learnt.labels,
            drawn=np.arange(len(pictures)),
            load=lambda rows: pictures[torch.from_numpy(rows)],
            target=None,
            clock=clock,
            report=lambda done, part: None,
            seed=0,
        )
        made.clock.begin("part")
        return made, slow

    return make


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("seconds", [5, 150, 400, 1500])
def test_the_time_is_kept_to_a_pass(world, part: str, seconds: float) -> None:
    here, slow = world(seconds)
    found = PARTS[part](here)
    # what was made of two pictures is answered once, and a few pictures are for the page
    assert slow.now <= seconds + 2 * slow.largest + 6
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
    assert {view.pictures for view in found.views if view.name in ("silhouette", "outline")} == {found.told}


def test_more_time_adds_pictures_and_changes_no_others(world) -> None:
    few, many = (PARTS["corruptions"](world(seconds)[0])[0] for seconds in (400, 1500))
    assert 1 < few.pictures < many.pictures < 48
    whole = PARTS["corruptions"](world(None)[0])[0]
    assert whole.pictures == 48
    again = PARTS["corruptions"](replace(world(None)[0], drawn=np.arange(few.pictures)))[0]
    assert again == few


def test_form_and_texture_are_of_two_classes_that_are_answered_right(world) -> None:
    here, _ = world(None)
    wrong = here.targets.clone()
    wrong[-5:] = (wrong[-5:] + 1) % 4
    here = replace(here, targets=wrong)
    made, shown = worlds.textures(here)
    assert here.right(here.load(here.drawn), here.truth(here.drawn)).sum() == 43
    assert made.shape + made.texture + made.neither == 43
    # the bright quarter is a matter of form, and the noise in it of none
    assert made.bias.value > 0.9
    views = dict(shown)
    assert len(views["shape"]) == len(views["texture"]) == len(views["conflict"]) == 6
    for content, texture, both in zip(views["shape"], views["texture"], views["conflict"], strict=True):
        assert set(both.flatten().tolist()) <= set(texture.flatten().tolist())
        assert not np.array_equal(content, texture)


def test_of_one_class_alone_nothing_contradicts(world) -> None:
    here, _ = world(None)
    one, _ = worlds.textures(replace(here, drawn=(here.targets == 2).nonzero().squeeze(1).numpy()))
    assert one.shape + one.texture + one.neither == 0
    assert np.isnan(one.bias.value)


def test_time_for_some_drawn_pictures_leaves_the_views_as_they_are(world, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each picture that is drawn takes a hundred seconds."""
    transfer = worlds.quilting.transfer
    here, slow = world(1000)
    drawn = []

    def slowly(content, texture, generator):
        slow.now += 100
        drawn.append(transfer(content, texture, generator))
        return drawn[-1]

    monkeypatch.setattr(worlds.quilting, "transfer", slowly)
    few, _ = worlds.textures(here)
    assert few.shape + few.texture + few.neither == len(drawn) > 2
    assert slow.now <= 1000 + 100 + len(drawn)
    slow.now = 0.0
    whole, _ = worlds.textures(replace(here, clock=Clock(None, {"part": 1}), drawn=np.arange(few.pictures)))
    assert (few.plain, few.views) == (whole.plain, whole.views)


def test_what_no_drawn_picture_shows_is_no_answer(world, monkeypatch: pytest.MonkeyPatch) -> None:
    here, _ = world(None)
    last = np.full((8, 8, 1), 70, np.uint8)
    last[4:, 4:] = 180
    monkeypatch.setattr(worlds.quilting, "transfer", lambda content, texture, generator: last)
    every, _ = worlds.textures(here)
    assert 0 < every.neither < 48
    two, _ = worlds.textures(replace(here, drawn=(here.targets < 2).nonzero().squeeze(1).numpy()))
    assert two.neither == 0
    assert two.shape + two.texture == 24
