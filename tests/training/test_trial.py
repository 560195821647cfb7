"""A race between two ways: it ends as soon as it is decided, and leaves no trace."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
import torch

from miwake.training.config import Training
from miwake.training.job import Moment
from miwake.training.loop import Trainer
from miwake.training.trial import Race, try_learning, try_observing

ASKED = Training(threads=1, precision="fp32", device="cpu")


def moment(step: int, **figures: float) -> Moment:
    return Moment(phase="train", epoch=1, epochs=9, step=step, total=99, loss=1.0, figures=figures)


@pytest.mark.parametrize(
    ("step", "figure", "decided"),
    [
        (1, None, False),  # not judged yet
        (60, None, False),
        (100, None, True),  # the time is over
        (10, 0.71, True),  # the rival is beaten
        (10, 0.70, False),
        (10, 0.2, False),  # far behind, but it has only begun
        (50, 0.2, True),
        (50, 0.5, False),  # not so far behind
        (100, 0.5, True),
    ],
)
def test_when_a_race_is_decided(step, figure, decided):
    race = Race("accuracy", rival=0.7, short=50, longest=100)
    race.report(moment(step, **({} if figure is None else {"accuracy": figure})))
    assert race.decided() == decided


def test_the_clock_ends_a_race_on_a_slow_machine(job, monkeypatch):
    assert Race("accuracy", ends=time.monotonic()).decided()
    assert not Race("accuracy", ends=time.monotonic() + 60).decided()
    trainers = followed(monkeypatch)
    monkeypatch.setattr("miwake.training.trial._LEAST", 0.0)
    found = try_learning(job(), ASKED, rival=1.0, seconds=0.0)
    assert trainers[0].state.course.step == 1
    assert 0 <= found.figure <= 1


def test_nothing_to_beat_is_never_decided():
    race = Race("accuracy")
    race.report(moment(10**9, accuracy=1.0))
    assert not race.decided()


def followed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The trainers that will have run."""
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    found, begin = [], Trainer.run

    def run(self: Trainer, resume: bool) -> Any:
        found.append(self)
        return begin(self, resume)

    monkeypatch.setattr(Trainer, "run", run)
    return found


@pytest.mark.parametrize(
    ("rival", "least", "most"),
    [
        (0.6, 1, 100),  # soon beaten
        (1.0, 200, 200),  # never beaten, never far ahead
        (math.inf, 100, 100),  # too far ahead
    ],
)
def test_learning_goes_on_until_it_is_decided(job, monkeypatch, rival, least, most):
    trainers, work = followed(monkeypatch), job()
    before = {name: value.clone() for name, value in work.model.state_dict().items()}
    found = try_learning(work, ASKED, rival=rival, seconds=0.0)
    (trainer,) = trainers
    assert least <= trainer.state.course.step <= most
    assert found.figure > 0.6
    assert found.seconds > 0
    assert all(torch.equal(value, before[name]) for name, value in work.model.state_dict().items())


def test_more_time_is_more_steps(job, monkeypatch):
    trainers = followed(monkeypatch)
    cost = type("Cost", (), {"step": 0.01, "precision": "fp32", "threads": 1})
    monkeypatch.setattr("miwake.training.trial.measure", lambda *_: cost)
    monkeypatch.setattr("miwake.training.trial._LEAST", 1e9)
    try_learning(job(), ASKED, rival=1.0, seconds=20.0)
    assert trainers[0].state.course.step == 300


def test_observing_goes_over_the_pictures_once(job, monkeypatch):
    trainers, work = followed(monkeypatch), job(pretrained=True)
    assert work.phases[0].passes > 1
    found = try_observing(work)
    (trainer,) = trainers
    assert trainer.state.epoch == 1
    assert trainer.state.course.step == 0
    assert found.figure > 0.5
