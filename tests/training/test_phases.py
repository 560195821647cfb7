"""What learns when: turns, observing, frozen statistics, precision, accumulated and weighted losses."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from miwake.augment.config import Augmentation
from miwake.tasks.classify import Classify
from miwake.tasks.phases import Phase, Turn
from miwake.training.job import NonFiniteLoss
from miwake.training.loop import fit
from miwake.types import Batch


def follow(job: Any, **more: Any) -> Any:
    return fit(job, report=lambda _: None, stop=lambda: False, **more)


def weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def moved(model: nn.Module, before: dict[str, Tensor]) -> set[str]:
    return {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}


# -- turns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Watched(Classify):
    """Notes which weights moved since the turn before."""

    seen: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    last: list[dict[str, Tensor]] = field(default_factory=list)

    def phases(self, *, pretrained: bool) -> tuple[Phase, ...]:
        turns = (Turn(name="body", parameters=("layers.0",)), Turn(name="head", parameters=("dense",), rate=0.5))
        return (Phase(name="both", turns=turns, frozen_norm=True),)

    def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        learns = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
        assert learns == {name for name in learns if name.startswith(turn.parameters)} != set()
        # nothing of the other turn's gradients is left to be added to
        assert all(parameter.grad is None for parameter in model.parameters())
        if self.last:
            self.seen.append((turn.name, frozenset(moved(model, self.last[-1]))))
        self.last[:] = [weights(model)]
        return super().step(model, batch, turn)


def test_turns_take_turns_and_move_what_is_theirs(job, classes):
    task = Watched(classes=classes)
    follow(job(task=task, epochs=2, average=0.0))
    assert len(task.seen) == 2 * 2 * 4 - 1
    for name, since in task.seen:
        # what moved before this turn is what the other one had learnt
        expected = {"layers.0.weight", "layers.0.bias"} if name == "head" else {"dense.weight", "dense.bias"}
        assert since == expected, name


def test_every_turn_sees_the_same_batch(job, classes):
    @dataclass(frozen=True, kw_only=True)
    class Rows(Watched):
        rows: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

        def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
            self.rows.append((turn.name, tuple(batch.rows.tolist())))
            return super().step(model, batch, turn)

    task = Rows(classes=classes)
    follow(job(task=task, epochs=1))
    bodies = [rows for name, rows in task.rows if name == "body"]
    heads = [rows for name, rows in task.rows if name == "head"]
    assert bodies == heads
    assert len(set(bodies)) == len(bodies) == 4


@dataclass(frozen=True, kw_only=True)
class HeadOnly(Classify):
    """A phase in which the last layer learns alone, then one for all."""

    def phases(self, *, pretrained: bool) -> tuple[Phase, ...]:
        return (
            Phase(name="head", share=0.5, turns=(Turn(name="head", parameters=("dense",)),), frozen_norm=True),
            Phase(name="all", share=0.5),
        )


def test_phases_share_the_epochs(job, classes):
    fitted = follow(job(task=HeadOnly(classes=classes), epochs=6))
    assert [row["phase"] for row in fitted.history] == ["head"] * 3 + ["all"] * 3
    assert [row["epoch"] for row in fitted.history] == list(range(6))
    assert fitted.history[-1]["step"] == 6 * 4


def test_what_does_not_learn_stays_bit_for_bit(job, classes):
    work = job(task=HeadOnly(classes=classes), epochs=4, average=0.0)
    work = replace(work, phases=(replace(work.phases[0], share=1.0),))
    before = weights(work.model)
    follow(work)
    assert moved(work.model, before) == {"dense.weight", "dense.bias"}


# -- observing -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Means(Classify):
    """A method without gradients: the last layer's rows become the classes' mean features."""

    calls: list[Any] = field(default_factory=list)

    def phases(self, *, pretrained: bool) -> tuple[Phase, ...]:
        return (Phase(name="look", share=0.0, turns=(Turn(name="look", kind="observe"),), passes=2),)

    def observe(self, model: nn.Module, batch: Batch, turn: Turn, state: Any) -> Any:
        assert not torch.is_grad_enabled()
        assert not model.training
        assert turn.name == "look"
        assert batch.labels is not None
        self.calls.append((tuple(batch.rows.tolist()), batch.pictures.clone()))
        return [*(state or []), (model.layers(batch.pictures).flatten(1), batch.labels)]

    def finish(self, model: nn.Module, turn: Turn, state: Any) -> None:
        features, labels = torch.cat([f for f, _ in state]), torch.cat([n for _, n in state])
        means = torch.stack([features[labels == number].mean(0) for number in range(2)])
        model.dense.weight.copy_(means)
        model.dense.bias.copy_(-0.5 * means.square().sum(1))
        self.calls.append("finish")


def test_observing_sees_everything_without_gradients(job, classes):
    task = Means(classes=classes)
    work = job(task=task, augmentation=Augmentation(shift=0.2))
    before = weights(work.model)
    fitted = follow(work)
    *batches, last = task.calls
    assert last == "finish"
    assert len(batches) == 2 * 4
    for number in range(2):
        rows = [row for batch, _ in batches[4 * number : 4 * number + 4] for row in batch]
        assert sorted(rows) == list(range(64))
    # each pass sees the pictures augmented anew
    shown = [
        {row: p for rows, ps in batches[4 * n : 4 * n + 4] for row, p in zip(rows, ps, strict=True)} for n in (0, 1)
    ]
    assert sum(torch.equal(shown[0][row], shown[1][row]) for row in range(64)) < 16
    assert moved(fitted.model, before) == {"dense.weight", "dense.bias"}
    (row,) = fitted.history
    assert row["phase"] == "look"
    assert row["train_loss"] is None
    assert row["val_accuracy"] > 0.9


class Scripted:
    """A meter that says what it is told."""

    def __init__(self, accuracy: float) -> None:
        self.accuracy = accuracy

    def update(self, outputs: Tensor, batch: Batch) -> None:
        """Look at nothing."""

    def compute(self) -> dict[str, float]:
        return {"accuracy": self.accuracy, "loss": 1.0}

    def right(self) -> Tensor:
        return torch.ones(4, dtype=torch.bool)

    def guessed(self) -> int:
        return 2


@pytest.mark.parametrize(("script", "best"), [((0.9, 0.5, 0.6, 0.89), "look"), ((0.9, 0.5, 0.91, 0.8), "all")])
@pytest.mark.parametrize("average", [0.0, 0.1])
def test_head_first_never_ends_worse_than_the_head(job, classes, script, best, average):
    @dataclass(frozen=True, kw_only=True)
    class Told(Means):
        left: list[float] = field(default_factory=list)

        def phases(self, *, pretrained: bool) -> tuple[Phase, ...]:
            return (*Means.phases(self, pretrained=pretrained), Phase(name="all"))

        def meter(self) -> Any:
            return Scripted(self.left.pop(0))

    head = follow(job(task=Means(classes=classes))).model.state_dict()
    fitted = follow(job(task=Told(classes=classes, left=list(script)), epochs=3, average=average))
    assert [row["phase"] for row in fitted.history] == ["look", "all", "all", "all"]
    assert fitted.best["phase"] == best
    assert all(torch.equal(value, head[name]) for name, value in fitted.model.state_dict().items()) == (best == "look")


def test_stopped_while_observing_it_is_still_usable_and_goes_on(job, classes, tmp_path, monkeypatch):
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    whole = follow(job(task=Means(classes=classes)))
    answers = iter([False, True])
    task = Means(classes=classes)
    stopped = fit(job(task=task, folder=tmp_path), report=lambda _: None, stop=lambda: next(answers))
    assert stopped.interrupted
    assert len(task.calls) == 2 + 1
    assert len(stopped.history) == 1
    resumed = follow(job(task=Means(classes=classes), folder=tmp_path), resume=True)
    assert not resumed.interrupted
    assert torch.equal(resumed.model.dense.weight, whole.model.dense.weight)


# -- statistics, precision, gradients ------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [True, False])
def test_frozen_normalisation_keeps_its_statistics(job, frozen):
    work = job(epochs=2, average=0.0)
    work = replace(work, phases=(Phase(name="all", frozen_norm=frozen),))
    before = weights(work.model)
    changed = moved(follow(work).model, before)
    statistics = {"layers.1.running_mean", "layers.1.running_var", "layers.1.num_batches_tracked"}
    assert changed & statistics == (set() if frozen else statistics)
    # its weights learn either way
    assert {"layers.1.weight", "layers.1.bias"} <= changed


def test_half_precision_learns_and_keeps_whole_weights(job):
    work = job(precision="bf16", epochs=12)
    fitted = follow(work)
    assert fitted.best["val_accuracy"] > 0.9
    assert all(math.isfinite(row["train_loss"]) for row in fitted.history)
    assert {value.dtype for name, value in fitted.model.state_dict().items() if "num" not in name} == {torch.float32}
    plain = follow(job(epochs=12))
    assert not torch.equal(plain.model.dense.weight, fitted.model.dense.weight)


@pytest.mark.parametrize("parts", [2, 4])
def test_accumulated_batches_are_one_large_batch(job, parts):
    def learnt(**recipe: Any) -> Any:
        torch.manual_seed(3)
        model = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.Tanh(), nn.Linear(8, 2))
        return follow(job(model=model, optimizer="sgd", average=0.0, epochs=3, learning_rate=0.05, **recipe))

    large, small = learnt(batch_size=32), learnt(batch_size=32 // parts, accumulate=parts)
    for name, value in large.model.state_dict().items():
        torch.testing.assert_close(small.model.state_dict()[name], value, rtol=1e-5, atol=1e-6)
    for one, other in zip(large.history, small.history, strict=True):
        assert one["step"] == other["step"]
        assert one["train_loss"] == pytest.approx(other["train_loss"], rel=1e-5)


def test_gradients_are_clipped_before_they_move_anything(job):
    def step(clip: float | None) -> Tensor:
        model = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
        work = job(
            model=model, optimizer="sgd", average=0.0, epochs=1, batch_size=64, clip=clip,
            learning_rate=1.0, weight_decay=0.0, schedule="constant", warmup=0.0,
        )  # fmt: skip
        before = weights(work.model)
        after = follow(work).model.state_dict()
        return torch.cat([(after[name] - before[name]).flatten() for name in before])

    free, clipped = step(None), step(0.01)
    # Nesterov's first step is 1 + 0.9 times the gradient
    assert clipped.norm().item() == pytest.approx(0.019, rel=1e-3)
    torch.testing.assert_close(clipped / clipped.norm(), free / free.norm(), rtol=1e-3, atol=1e-5)


def test_class_weights_reach_the_loss(job, classes):
    """The same pictures, told that mistakes on one class hardly count, are answered with the other."""
    leaning = []
    for share in ((1.0, 1.0), (1.0, 1e-3)):
        work = job(task=Classify(classes=classes, class_weights=share), learning_rate=1e-3, epochs=6, average=0.0)
        fitted = follow(work)
        with torch.no_grad():
            outputs = fitted.model.eval()(torch.zeros(1, 1, 8, 8))
        leaning.append((outputs[0, 0] - outputs[0, 1]).item())
    assert leaning[1] > leaning[0] + 0.05


def test_the_average_lags_behind(job):
    """With a long horizon and few steps the averaged weights lie between the first and the last."""
    start = weights(job().model)
    last = follow(job(average=0.0, epochs=4, schedule="constant", warmup=0.0)).model.dense.weight
    mean = follow(job(average=0.5, epochs=4, schedule="constant", warmup=0.0)).model.dense.weight
    first = start["dense.weight"]
    assert (mean - first).norm() < (last - first).norm()
    assert (mean - last).norm() < (last - first).norm()


# -- losses that are no numbers ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Breaks(Classify):
    """The loss of one batch is no number."""

    at: int
    value: float = math.nan
    rows: list[list[int]] = field(default_factory=list)

    def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        self.rows.append(batch.rows.tolist())
        loss = super().step(model, batch, turn)["loss"]
        return {"loss": loss * self.value if len(self.rows) == self.at else loss}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("accumulate", "at"), [(1, 10), (2, 11)])
def test_step_and_pictures_are_named_and_the_best_weights_kept(job, classes, value, accumulate, at):
    task = Breaks(classes=classes, at=at, value=value)
    settings = {"schedule": "constant", "warmup": 0.0, "average": 0.0, "accumulate": accumulate}
    work = job(task=task, batch_size=8, epochs=9, **settings)
    with pytest.raises(NonFiniteLoss) as caught:
        follow(work)
    assert f"at step {(at - 1) // accumulate + 1}," in caught.value.found
    assert set(caught.value.found.split()[-8:]) == {f"picture-{row}.png" for row in task.rows[-1]}
    # one whole epoch of 8 batches lies behind
    good = follow(job(batch_size=8, epochs=1, **settings)).model.state_dict()
    assert all(torch.equal(value, good[name]) for name, value in work.model.state_dict().items())


def test_many_pictures_are_counted(job, classes):
    with pytest.raises(NonFiniteLoss, match="and 56 more"):
        follow(job(task=Breaks(classes=classes, at=1), batch_size=64))


def test_a_loss_that_is_no_number_leaves_the_last_checkpoint(job, classes, tmp_path, monkeypatch):
    monkeypatch.setattr("miwake.training.clock._TICK", 0.0)
    with pytest.raises(NonFiniteLoss):
        follow(job(task=Breaks(classes=classes, at=7), folder=tmp_path, checkpoint_every=0.0))
    resumed = follow(job(folder=tmp_path), resume=True)
    whole = follow(job())
    assert torch.equal(resumed.model.dense.weight, whole.model.dense.weight)
