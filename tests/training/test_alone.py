"""Layers that learn by themselves, through the one loop: order, time, checkpoints, plan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from miwake.tasks.classify import Classify
from miwake.training import plan
from miwake.training.choice import Choice
from miwake.training.config import Training
from miwake.training.job import Moment
from miwake.training.loop import Trainer, fit
from miwake.training.plan import settle
from miwake.training.probe import Cost, measure

STAGES = (("first", 2), ("second", 1))


class Means(nn.Module):
    """A layer that learns to take the mean off, with some noise, and notes what it is shown."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(features))
        self.batches = 0

    def forward(self, x: Tensor) -> Tensor:
        return x - self.mean

    def observe(self, x: Tensor, state: Any) -> Any:
        self.batches += 1
        mean, count = state or (torch.zeros_like(self.mean), 0)
        return mean + x.mean(0) + 0.01 * torch.randn(len(self.mean)), count + 1

    def finish(self, state: Any) -> None:
        with torch.no_grad():
            self.mean.copy_(state[0] / state[1])


class Net(nn.Module):
    """Two layers that learn by themselves and a last one."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.dense = Means(64), Means(64), nn.Linear(64, 2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.dense(self.second(self.first(x.flatten(1)).relu()))
        return out


@pytest.fixture
def alone(job, classes):
    """Makes a job whose network learns by itself."""

    def make(**more: Any) -> Any:
        task = Classify(classes=classes)
        made = job(task=task, model=Net(), average=0.0, **more)
        return replace(made, phases=task.phases(pretrained=False, stages=STAGES))

    return make


def follow(job: Any, **more: Any) -> Any:
    return fit(job, report=lambda _: None, stop=lambda: False, **more)


def test_layers_learn_in_order_and_only_the_end_is_judged(alone):
    fitted = follow(alone())
    assert [row["phase"] for row in fitted.history] == ["head"]
    assert fitted.best["val_accuracy"] > 0.9
    assert (fitted.model.first.batches, fitted.model.second.batches) == (2 * 4, 4)
    # the second learnt from what the first has learnt
    assert fitted.model.first.mean.abs().max() > 0.3
    assert fitted.model.second.mean.min() > 0


def test_progress_runs_from_nothing_to_all(alone, monkeypatch):
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    moments: list[Moment] = []
    fit(alone(), report=moments.append, stop=lambda: False)
    assert [moment.phase for moment in moments] == ["first"] * 8 + ["second"] * 4 + ["head"] * 4
    done = [moment.done for moment in moments]
    assert done == sorted(done)
    assert 0 < done[0] < 0.1
    assert done[-1] == 1


@pytest.mark.parametrize("stopped", [1, 8, 9, 12, 14])
def test_stopped_in_any_layer_it_ends_as_if_it_had_not_been(alone, tmp_path, monkeypatch, stopped):
    """A layer begins anew; those before it are kept, and chance falls as it did."""
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    expected = follow(alone()).model.state_dict()
    answers = iter([False] * (stopped - 1) + [True])
    half = fit(alone(folder=tmp_path), report=lambda _: None, stop=lambda: next(answers))
    assert half.interrupted
    assert half.history
    resumed = follow(alone(folder=tmp_path), resume=True)
    assert resumed.model.first.batches == (0 if stopped > 8 else 8)
    assert all(torch.equal(value, expected[name]) for name, value in resumed.model.state_dict().items())


def test_killed_between_two_layers_the_first_is_kept(alone, tmp_path):
    class Killed(Exception):
        pass

    expected = follow(alone()).model.state_dict()
    trainer = Trainer(alone(folder=tmp_path), lambda _: None, lambda: False)
    look = trainer._look

    def die(phase, step, seen):
        if phase.name == "second" and step == 2:
            raise Killed
        return look(phase, step, seen)

    trainer._look = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        trainer.run(resume=False)
    resumed = follow(alone(folder=tmp_path), resume=True)
    assert resumed.model.first.batches == 0
    assert all(torch.equal(value, expected[name]) for name, value in resumed.model.state_dict().items())


def test_a_phase_ends_when_its_seconds_are_over(alone):
    work = alone()
    hurried = [replace(phase, passes=10**6, seconds=0.05) for phase in work.phases[:2]]
    fitted = follow(replace(work, phases=(*hurried, work.phases[2])))
    assert 1 <= fitted.model.first.batches < 10**6
    assert fitted.best["val_accuracy"] > 0.9


# -- the plan --------------------------------------------------------------------------------------------------------


@pytest.fixture
def costs(monkeypatch):
    """A batch takes 1 s in the first layer, 3 s in the second and 0.5 s in the head."""
    found = {"first": 1.0, "second": 3.0, "head": 0.5}

    def stub(job, training):
        assert training.precision == "fp32"
        (phase,) = job.phases
        return Cost(precision="fp32", threads=1, step=found[phase.name], tried={"fp32": 1.0}, memory=1)

    monkeypatch.setattr(plan, "measure", stub)
    return found


def test_as_many_passes_as_fit_the_time(alone, costs):
    work = alone()
    chosen = settle(work, Training(threads=1), seconds=1000, least=10, most=300)
    assert [phase.passes for phase in chosen.phases] == [2, 1, 1]
    assert all(phase.seconds is None for phase in chosen.phases)
    assert chosen.cost.step * work.train.steps == pytest.approx(4 * (2 * 1 + 3 + 0.5))
    (said,) = chosen.reasons
    assert said.key == "train.alone"
    assert [layer.values["name"] for layer in said.values["layers"]] == ["first", "second"]
    # too little time: once at least, and that is said
    short = settle(work, Training(threads=1), seconds=10, least=10, most=300)
    assert [phase.passes for phase in short.phases] == [1, 1, 1]
    assert [note.key for note in short.reasons] == ["train.alone", "train.alone.long"]


def test_a_limit_of_the_users_is_divided_by_the_work(alone, costs):
    chosen = settle(alone(), Training(threads=1, time_limit="9s"), seconds=9, least=10, most=300)
    assert [phase.passes for phase in chosen.phases] == [1, 1, 1]
    assert [phase.seconds for phase in chosen.phases] == pytest.approx([2.0, 6.0, 1.0])
    assert chosen.recipe.seconds == 9


def test_epochs_as_asked_are_passes_of_each_layer(alone, costs):
    chosen = settle(alone(), Training(threads=1, epochs=5), seconds=1, least=10, most=300)
    assert [phase.passes for phase in chosen.phases] == [5, 5, 1]


def test_measured_for_real_it_leaves_the_model_as_it_was(alone):
    work = alone()
    before = {name: value.clone() for name, value in work.model.state_dict().items()}
    cost = measure(replace(work, phases=work.phases[:1]), Training(threads=1, precision="fp32", device="cpu"))
    assert cost.step > 0
    assert all(torch.equal(value, before[name]) for name, value in work.model.state_dict().items())


def test_what_was_chosen_can_be_written_down(alone):
    work = alone()
    choice = Choice(
        architecture="neocognitron",
        dropout=None,
        starting_weights="none",
        preprocessing=work.preprocessing,
        augmentation=work.augmentation,
        task=work.task,
        phases=tuple(replace(phase, seconds=1.5) for phase in work.phases),
        recipe=work.recipe,
    )
    assert Choice.from_json(json.loads(json.dumps(choice.to_json()))) == choice


# -- the whole way ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["neocognitron", "deep-belief-photo"])
def test_the_command_line_trains_and_answers(miwake, place, tmp_path: Path, name: str):
    """Four corners are not what these networks are for, but the way is the same as for any."""
    flags = ("--threads", "1", "--device", "cpu", "--image-size", "24", "--out", tmp_path / "run")
    ended = miwake("train", "toy", "--model", name, *flags, cwd=place)
    assert ended.code == 0, ended.err
    assert "one layer after the other" in " ".join(ended.out.split())
    facts = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert facts["test"]["accuracy"]["value"] > 0.5  # by chance 0.25
    assert json.loads((tmp_path / "run" / "config.json").read_text())["chosen"]["augmentation"]["rotation"] == 0
    answered = miwake("predict", tmp_path / "run", "toy", "--json", cwd=place)
    assert answered.code == 0, answered.err
    assert (tmp_path / "run" / "report.html").is_file()
