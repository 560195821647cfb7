"""Training against an opponent: it enters the loop, is resumed bit for bit, and its collapse is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from miwake.robustness.hardening import Hardening
from miwake.training import plan
from miwake.training.config import Training
from miwake.training.job import Job, State
from miwake.training.loop import Trainer, fit
from miwake.training.plan import settle
from miwake.training.probe import Cost
from miwake.training.schedule import Course


def harden(job: Job, *, strength: float = 20.0, steps: int = 1, **changes: Any) -> Job:
    opponent = Hardening(strength=strength, steps=steps, preprocessing=job.preprocessing, **changes)
    return replace(job, opponent=opponent)


def run(job: Job, **changes: Any):
    return fit(job, report=lambda moment: None, stop=lambda: False, **changes)


def test_what_learns_against_an_opponent_holds_against_it(job) -> None:
    plain = run(job(epochs=12))
    hard = run(harden(job(epochs=12), strength=25.0))
    judge = Trainer(harden(replace(job(), model=plain.model), strength=25.0), lambda m: None, lambda: False)
    assert judge.contest is not None
    of_plain = judge.contest.test(plain.model, job().phases[0].turns[0])
    assert hard.best["val_robust_loss"] < 0.95 * of_plain["robust_loss"]
    assert hard.best["val_robust_accuracy"] >= of_plain["robust_accuracy"]
    assert "val_robust_accuracy" not in plain.history[0]


def test_the_best_weights_are_those_that_hold_best(job) -> None:
    history = run(harden(job(epochs=8), strength=25.0))
    assert history.best["val_robust_accuracy"] == max(row["val_robust_accuracy"] for row in history.history)


class _Killed(Exception):
    pass


@pytest.mark.parametrize("step", [1, 4, 6, 11])
@pytest.mark.parametrize("collapse", [False, True])
def test_going_on_from_any_step_ends_with_the_same_weights(job, tmp_path, step, collapse, monkeypatch) -> None:
    if collapse:  # after the first epoch that may be judged so
        monkeypatch.setattr(
            "miwake.training.contest.Contest.collapsed",
            lambda self, row, state: state.careful is None and state.epoch == 1,
        )

    def made(folder: Path) -> Job:
        folder.mkdir(exist_ok=True)
        return harden(job(folder=folder, epochs=3))

    expected = run(made(tmp_path / "whole"))
    assert (expected.careful == 1) == collapse
    trainer = Trainer(made(tmp_path / "killed"), lambda moment: None, lambda: False)

    def die(phase: Any) -> bool:
        if trainer.state.course.step == step:
            trainer._save()
            raise _Killed
        return False

    trainer._tick = die  # type: ignore[method-assign]
    with pytest.raises(_Killed):
        trainer.run(resume=False)
    resumed = run(made(tmp_path / "killed"), resume=True)
    weights, wanted = resumed.model.state_dict(), expected.model.state_dict()
    assert all(torch.equal(weights[name], wanted[name]) for name in wanted)


def test_it_sees_the_model_as_it_answers_and_leaves_it_as_it_was(job) -> None:
    trainer = Trainer(harden(job()), lambda moment: None, lambda: False)
    trainer._start_phase()
    phase = trainer.job.phases[0]
    trainer._train_mode(phase)
    trainer.state.course.step = 8  # at first there is no strength, and nothing to do
    model, seen = trainer.job.model, []
    model.register_forward_pre_hook(lambda module, inputs: seen.append(module.training))
    trainer._step(phase)
    assert seen == [False, True]
    assert model.training
    assert model.layers[1].num_batches_tracked == 1


@pytest.mark.parametrize(
    ("robust", "loss", "train_loss", "done", "best", "expected"),
    [
        (0.50, 1.0, 0.5, 0.5, 0.80, True),  # fallen far
        (0.72, 1.0, 0.5, 0.5, 0.80, False),  # no more than chance does
        (0.02, 1.0, 0.5, 0.5, 0.06, False),  # nothing to fall from
        (0.00, 9.0, 0.1, 0.5, 0.00, True),  # misled from the beginning
        (0.00, 9.0, 0.1, 0.1, 0.00, False),  # the strength still rises
        (0.40, 2.0, 1.2, 0.9, 0.45, False),  # hard to learn, no more
    ],
)
def test_a_collapse_is_told_from_bad_luck(job, robust, loss, train_loss, done, best, expected) -> None:
    trainer = Trainer(harden(job()), lambda moment: None, lambda: False)
    state = State(course=Course(total=100, step=round(100 * done)), best={"val_robust_accuracy": best})
    row = {"val_robust_accuracy": robust, "val_robust_loss": loss, "train_loss": train_loss}
    assert trainer.contest is not None
    assert trainer.contest.collapsed(row, state) is expected
    state.careful = 3
    assert not trainer.contest.collapsed(row, state)


def test_after_a_collapse_it_goes_on_from_the_best_weights(job) -> None:
    trainer = Trainer(harden(job(epochs=2)), lambda moment: None, lambda: False)
    trainer.run(resume=False)
    for parameter in trainer.job.model.parameters():
        parameter.data.add_(1)
    trainer._go_back()
    for model in (trainer.job.model, trainer._judged()):
        assert all(torch.equal(model.state_dict()[name], tensor) for name, tensor in trainer.best.tensors.items())
    assert trainer.state.careful == trainer.state.epoch


def test_the_plan_counts_what_the_opponent_costs(job, monkeypatch) -> None:
    """A measured step holds the opponent's gradients already; the test after each epoch comes on top."""
    step = 0.1
    cost = Cost(precision="fp32", threads=1, step=step, tried={"fp32": step}, memory=0)
    monkeypatch.setattr(plan, "measure", lambda job, training: cost)
    plain = job()
    epochs = {}
    for name, one in (
        ("plain", plain),
        ("tested", harden(plain, test_pictures=32, test_steps=100)),
        ("quick", harden(plain, test_pictures=1, test_steps=1)),
    ):
        epochs[name] = settle(one, Training(threads=1), seconds=60.0, least=1, most=1000).recipe.epochs
    assert epochs["tested"] < 0.5 * epochs["plain"]
    assert epochs["quick"] > epochs["plain"]  # looking costs as before, though a step costs more
