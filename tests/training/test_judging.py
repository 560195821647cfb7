"""After every epoch: the best weights are kept, patience ends, mirroring is tested, time is kept, stops are clean."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from torch import Tensor

from miwake.augment.config import Augmentation
from miwake.look.words import told
from miwake.run import read_table
from miwake.tasks.classify import Classify
from miwake.training.job import Moment
from miwake.training.loop import Trainer, fit
from miwake.types import Batch


def follow(job: Any, **more: Any) -> Any:
    return fit(job, report=lambda _: None, stop=lambda: False, **more)


def judged(job: Any, model: Any) -> dict[str, float]:
    meter = job.task.meter()
    trainer = Trainer(replace(job, model=model, recipe=replace(job.recipe, average=0.0)), lambda _: None, lambda: False)
    meter = trainer.validate()
    return meter.compute()


def test_some_epochs_are_not_judged_but_the_last_one_is(job, tmp_path) -> None:
    found = follow(job(folder=tmp_path, epochs=5, judge_every=3, patience=4))
    assert ["val_loss" in row for row in found.history] == [False, False, True, False, True]
    assert all(row["train_loss"] > 0 for row in found.history)
    rows = read_table(tmp_path / "metrics.csv")
    assert [bool(row["val_loss"]) for row in rows] == [False, False, True, False, True]
    again = follow(job(epochs=5))
    assert found.history[4]["train_loss"] == again.history[4]["train_loss"]  # judging changes nothing
    assert found.history[4]["val_loss"] == again.history[4]["val_loss"]


class Scripted:
    """A meter that says what it is told."""

    def __init__(self, figures: tuple[float, float]) -> None:
        self.figures = figures

    def update(self, outputs: Tensor, batch: Batch) -> None:
        """Look at nothing."""

    def compute(self) -> dict[str, float]:
        return {"accuracy": self.figures[0], "loss": self.figures[1]}

    def right(self) -> Tensor:
        return torch.ones(4, dtype=torch.bool)

    def guessed(self) -> int:
        return 2


@dataclass(frozen=True, kw_only=True)
class Told(Classify):
    """Its validation figures follow a script."""

    script: tuple[tuple[float, float], ...]
    asked: list[int] = field(default_factory=list)

    def meter(self) -> Any:
        self.asked.append(0)
        return Scripted(self.script[len(self.asked) - 1])


@pytest.mark.parametrize("average", [0.0, 0.1])
@pytest.mark.parametrize("rate", [4e-3, 0.3])
def test_the_best_epochs_weights_are_what_one_gets(job, average, rate):
    work = job(epochs=8, average=average, learning_rate=rate)
    fitted = follow(work)
    key = [(row["val_accuracy"], -row["val_loss"]) for row in fitted.history]
    assert fitted.best == fitted.history[max(range(8), key=lambda number: (key[number], number))]
    figures = judged(work, fitted.model)
    assert figures["accuracy"] == fitted.best["val_accuracy"]
    assert figures["loss"] == pytest.approx(fitted.best["val_loss"], rel=1e-6)


@pytest.mark.parametrize(
    ("script", "best"),
    [
        ([(0.5, 1.0), (0.7, 1.0), (0.6, 0.1)], 1),
        ([(0.5, 1.0), (0.5, 0.9), (0.5, 0.95)], 1),  # ties go to the lower loss
        ([(0.5, 1.0), (0.5, 1.0), (0.4, 1.0)], 1),  # then to the later epoch
        ([(0.5, float("nan")), (0.5, 5.0), (0.5, float("nan"))], 1),
    ],
)
def test_best_is_the_monitored_figure_then_the_loss(job, classes, script, best):
    fitted = follow(job(task=Told(classes=classes, script=tuple(script)), epochs=3))
    assert fitted.best["epoch"] == best


@pytest.mark.parametrize(("patience", "epochs"), [(1, 3), (2, 6), (3, 7), (None, 8)])
def test_patience(job, classes, patience, epochs):
    figures = (0.5, 0.6, 0.55, 0.7, 0.6, 0.65, 0.69, 0.1)
    task = Told(classes=classes, script=tuple((figure, 1.0) for figure in figures))
    fitted = follow(job(task=task, epochs=8, patience=patience))
    assert len(fitted.history) == epochs
    assert fitted.best["val_accuracy"] == max(figures[:epochs])
    assert not fitted.interrupted


def test_the_table_is_written_as_it_goes(job, tmp_path):
    fitted = follow(job(folder=tmp_path, epochs=3))
    rows = read_table(tmp_path / "metrics.csv")
    assert len(rows) == 3
    assert list(rows[0])[:4] == ["phase", "epoch", "step", "train_loss"]
    assert [float(row["val_loss"]) for row in rows] == [row["val_loss"] for row in fitted.history]
    assert [int(row["step"]) for row in rows] == [4, 8, 12]


def test_the_training_loss_is_the_mean_of_the_epoch(job, classes):
    @dataclass(frozen=True, kw_only=True)
    class Noted(Classify):
        losses: list[float] = field(default_factory=list)

        def step(self, *arguments: Any) -> dict[str, Tensor]:
            found = super().step(*arguments)
            self.losses.append(found["loss"].item())
            return found

    task = Noted(classes=classes)
    fitted = follow(job(task=task, epochs=3, batch_size=8, accumulate=2))
    assert len(task.losses) == 24
    for number, row in enumerate(fitted.history):
        assert row["train_loss"] == pytest.approx(sum(task.losses[8 * number : 8 * number + 8]) / 8)


# -- mirroring -----------------------------------------------------------------------------------------------------


# with few epochs nothing is learnt yet when the test is first due
@pytest.mark.parametrize(("alike", "epochs"), [(True, 24), (False, 60), (False, 12), (False, 24)])
def test_mirroring_is_decided_on_validation(job, alike, epochs):
    """Pictures that are the same in the mirror are mirrored; those that become the other class are not."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(96) % 2
    stored = torch.randint(0, 60, (96, 8, 8, 1), generator=generator, dtype=torch.uint8)
    half = stored if alike else stored.transpose(1, 2)  # above and below, or left and right
    half[labels == 0, :4] += 120
    half[labels == 1, 4:] += 120
    fitted = follow(job(stored=stored, augmentation=Augmentation(mirror="auto"), epochs=epochs))
    assert fitted.best["val_accuracy"] > 0.9
    assert fitted.augmentation.mirror == ("horizontal" if alike else "none")
    assert "of 32 validation pictures" in told(fitted.mirror_reason)
    assert "検証画像32枚のうち" in told(fitted.mirror_reason, "ja")


@pytest.mark.parametrize("mirror", ["none", "horizontal", "both"])
def test_mirroring_that_was_asked_for_is_not_tested(job, mirror):
    fitted = follow(job(augmentation=Augmentation(mirror=mirror), epochs=2))
    assert fitted.augmentation.mirror == mirror
    assert fitted.mirror_reason == ""


# -- time and stops ------------------------------------------------------------------------------------------------


def test_a_time_limit_ends_the_schedule_in_time(job, monkeypatch):
    """The machine is slower than foreseen: the schedule is drawn together and still runs to its end."""
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    monkeypatch.setattr("miwake.training.schedule._PACE_SECONDS", 0.05)
    work = job(epochs=5000, seconds=0.6, average=0.0)
    batch = work.train.batch

    def slow(*arguments: int) -> Batch:
        time.sleep(0.005)
        return batch(*arguments)

    work.train.batch = slow  # type: ignore[method-assign]
    fitted = follow(work)
    assert not fitted.interrupted
    assert fitted.history[-1]["step"] < 1000 < 5000 * 4
    rates = [row["learning_rate"] for row in fitted.history]
    assert max(rates) > 0.5 * work.recipe.learning_rate
    assert rates[-1] < 0.05 * work.recipe.learning_rate


def test_without_a_limit_every_epoch_is_trained(job, monkeypatch):
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    monkeypatch.setattr("miwake.training.schedule._PACE_SECONDS", 0.0)
    assert follow(job(epochs=7)).history[-1]["step"] == 28
    # a limit that is never reached changes nothing
    assert follow(job(epochs=7, seconds=1e6)).history[-1]["step"] == 28


@pytest.mark.parametrize("after", [1, 5, 8, 11])
def test_stopped_in_the_middle_it_is_usable_and_goes_on_bit_for_bit(job, tmp_path, monkeypatch, after):
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    settings = {"epochs": 4, "augmentation": Augmentation(shift=0.2, noise=0.1, mixup=0.3)}
    whole = follow(job(**settings))
    calls = iter(range(1, 100))
    stopped = fit(job(folder=tmp_path, **settings), report=lambda _: None, stop=lambda: next(calls) == after)
    assert stopped.interrupted
    assert stopped.history[-1]["step"] == after
    figures = judged(job(**settings), stopped.model)
    assert figures["loss"] == pytest.approx(stopped.best["val_loss"], rel=1e-6)
    resumed = follow(job(folder=tmp_path, **settings), resume=True)
    assert not resumed.interrupted
    wanted = whole.model.state_dict()
    assert all(torch.equal(value, wanted[name]) for name, value in resumed.model.state_dict().items())
    for one, other in zip(whole.history, resumed.history, strict=True):
        for key in ("phase", "epoch", "step", "val_accuracy", "val_loss"):
            assert one[key] == other[key], key
        assert one["train_loss"] == pytest.approx(other["train_loss"])


def test_the_learning_rate_is_written_down_after_going_on(job, tmp_path, monkeypatch):
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    calls = iter(range(1, 100))
    fit(job(folder=tmp_path), report=lambda _: None, stop=lambda: next(calls) == 8)
    resumed, whole = follow(job(folder=tmp_path), resume=True), follow(job())
    assert [row["learning_rate"] for row in resumed.history] == [row["learning_rate"] for row in whole.history]


def test_a_finished_run_is_not_trained_again(job, tmp_path):
    first = follow(job(folder=tmp_path))
    again = follow(job(folder=tmp_path), resume=True)
    assert len(again.history) == len(first.history)
    assert all(torch.equal(v, first.model.state_dict()[k]) for k, v in again.model.state_dict().items())


def test_progress_is_told(job, monkeypatch):
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    moments: list[Moment] = []
    fit(job(epochs=3), report=moments.append, stop=lambda: False)
    assert [moment.step for moment in moments] == list(range(1, 13))
    assert {moment.total for moment in moments} == {12}
    assert [moment.epoch for moment in moments[::4]] == [1, 2, 3]
    assert {moment.epochs for moment in moments} == {3}
    assert moments[0].figures == {}
    assert set(moments[5].figures) == {"accuracy", "loss"}
    assert all(moment.loss > 0 for moment in moments)
