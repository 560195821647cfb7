"""What is chosen where nothing was asked."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
import torch

from miwake import machine
from miwake.augment.config import Augmentation
from miwake.errors import UsageError
from miwake.look.words import told
from miwake.tasks.classify import Classify
from miwake.training import plan
from miwake.training.config import Training
from miwake.training.plan import batch_size, budget, draft, settle, weigh
from miwake.training.probe import Cost
from miwake.training.schedule import cost
from miwake.types import TRAIN, VAL, Dataset


@dataclass(frozen=True, kw_only=True)
class Masked(Classify):
    """As a task that learns from masks."""

    masked: ClassVar[bool] = True


def data(counts: tuple[int, ...], *, multilabel: bool = False) -> Dataset:
    """Training pictures by class, and as many of the first class for validation."""
    targets = np.repeat(np.arange(len(counts)), counts)
    targets = np.concatenate([targets, np.zeros(1000, np.int64)])
    split = np.full(len(targets), VAL, np.int8)
    split[: sum(counts)] = TRAIN
    if multilabel:
        targets = np.eye(len(counts), dtype=np.uint8)[targets]
    names = tuple("abcdefgh"[: len(counts)])
    paths = [f"{number}.png" for number in range(len(targets))]
    return Dataset(
        name="x", source="folder", root=None, task="classify", classes=names, paths=paths, targets=targets, split=split
    )


def weighed(counts: tuple[int, ...], training: Training | None = None, *, kind: str = "small", **more: bool):
    dataset = data(counts, **more)
    return weigh(Classify.from_dataset(dataset), dataset, training or Training(), kind)


# -- class weights and smoothing -----------------------------------------------------------------------------------


def test_even_classes_weigh_the_same():
    task, said = weighed((20, 30, 59))
    assert task.class_weights == ()
    assert said == ()


@pytest.mark.parametrize("counts", [(10, 30), (1, 2, 300), (50, 500, 5000)])
def test_rare_classes_count_more_by_as_much_as_they_are_rarer(counts, in_both):
    task, (said,) = weighed(counts)
    in_both([said])
    weights = np.array(task.class_weights)
    np.testing.assert_allclose(weights * counts, (weights * counts)[0])
    # on average over the pictures the loss keeps its size
    assert (weights * counts).sum() == pytest.approx(sum(counts))
    assert f"{max(counts):,} training pictures of '{task.classes[-1]}', {min(counts)} of 'a'" in told(said)
    assert "--class-weights none" in told(said)


def test_a_class_without_training_pictures_is_no_division_by_zero():
    task, _ = weighed((30, 0, 90))
    assert np.isfinite(task.class_weights).all()


@pytest.mark.parametrize(("asked", "weighs"), [("none", False), ("auto", False), ("balanced", True)])
def test_class_weights_as_asked(asked, weighs):
    task, _ = weighed((20, 30), Training(class_weights=asked))
    assert bool(task.class_weights) == weighs
    task, _ = weighed((2, 30), Training(class_weights="none"))
    assert task.class_weights == ()


def test_several_labels_are_not_weighed():
    task, said = weighed((2, 30), multilabel=True)
    assert task.class_weights == ()
    assert said == ()


@pytest.mark.parametrize(
    ("kind", "multilabel", "asked", "expected"),
    [
        ("small", False, None, 0.1),
        ("photo", False, None, 0.1),
        ("digits", False, None, 0.0),
        ("small", True, None, 0.0),
        ("digits", False, 0.2, 0.2),
        ("small", False, 0.0, 0.0),
    ],
)
def test_label_smoothing(kind, multilabel, asked, expected):
    task, _ = weighed((9, 9), Training(label_smoothing=asked), kind=kind, multilabel=multilabel)
    assert task.label_smoothing == expected


# -- the recipe ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_what_was_asked_for_is_what_one_gets():
    asked = Training(
        epochs=7, batch_size=5, optimizer="sgd", learning_rate=0.3, weight_decay=0.0, schedule="one-cycle", warmup=0.0,
        average=0.0, clip=2.0, accumulate=3, patience=4, device="cpu", precision="bf16", threads=1, seed=9,
        checkpoint_every=1.5, progressive=0.25,
    )  # fmt: skip
    recipe = draft(asked, pictures=1000, pretrained=True)
    for name in Training.__dataclass_fields__:
        if hasattr(recipe, name):
            assert getattr(recipe, name) == getattr(asked, name), name


@pytest.mark.parametrize("pretrained", [False, True])
@pytest.mark.parametrize("pictures", [0, 1, 10, 500, 100_000])
def test_what_was_left_open_is_chosen(pictures, pretrained):
    recipe = draft(Training(threads=1), pictures=pictures, pretrained=pretrained)
    assert recipe.optimizer == "adamw"
    assert recipe.schedule == "cosine"
    assert 0 < recipe.learning_rate <= 0.1
    assert 0 < recipe.warmup < 1
    assert recipe.precision == "fp32"
    assert recipe.seconds is None
    assert recipe.batch_size <= (32 if pretrained else 256)


def test_rates_are_lower_for_weights_that_know_something():
    for optimizer in ("sgd", "adamw"):
        scratch, pretrained = (
            draft(Training(optimizer=optimizer, threads=1), pictures=99, pretrained=known).learning_rate
            for known in (False, True)
        )
        assert pretrained < scratch


def test_batches_grow_with_the_pictures():
    sizes = [batch_size(pictures) for pictures in range(0, 20_000, 7)]
    assert sizes == sorted(sizes)
    assert set(sizes) == {16, 32, 64, 128, 256}


def test_half_precision_of_16_bits_is_not_for_the_cpu():
    with pytest.raises(UsageError, match="fp16 cannot train on a CPU"):
        draft(Training(precision="fp16", device="cpu"), pictures=9, pretrained=False)


def test_threads_as_asked_or_all():
    assert draft(Training(threads=1), pictures=9, pretrained=False).threads == torch.get_num_threads() == 1
    assert draft(Training(), pictures=9, pretrained=False).threads == machine.cores()


@pytest.mark.parametrize(("pictures", "seconds"), [(0, 60), (300, 81), (1500, 165), (9000, 600), (10**6, 600)])
def test_time_for_the_whole_command(pictures, seconds):
    assert budget(Training(), pictures) == seconds
    assert budget(Training(), pictures, effort=4) == min(4 * (60 + 0.07 * pictures), 1200)
    assert budget(Training(time_limit="2m"), pictures) == 120


# -- epochs --------------------------------------------------------------------------------------------------------


STEP = 0.1


@pytest.fixture
def slow(monkeypatch):
    """A machine on which every step takes a tenth of a second."""

    def measure(job, training):
        return Cost(precision="fp32", threads=1, step=STEP, tried={("fp32", 1): STEP}, memory=0)

    monkeypatch.setattr(plan, "measure", measure)


def epoch_seconds(job) -> float:
    return STEP * job.train.steps + plan._FORWARD * STEP * job.val.count / job.train.batch_size


def test_as_many_epochs_as_fit(job, slow):
    work = job()
    found = settle(work, Training(), seconds=20.0, least=10, most=300).recipe
    assert found.epochs == int(20 / epoch_seconds(work))
    assert found.seconds is None


def test_smaller_pictures_first_leave_time_for_more_epochs(job, slow):
    work = job(progressive=0.6)
    found = settle(work, Training(), seconds=20.0, least=10, most=300)
    step = STEP * cost(0.6)
    judging = plan._FORWARD * STEP * work.val.count / work.train.batch_size
    assert found.recipe.epochs == int(20 / (step * work.train.steps + judging)) > int(20 / epoch_seconds(work))
    assert found.cost.step == pytest.approx(step)


def test_no_fewer_than_make_sense_and_no_more_than_help(job, slow, in_both):
    few = settle(job(), Training(), seconds=1.0, least=10, most=300)
    in_both(few.reasons)
    assert few.recipe.epochs == 10
    assert few.short
    assert any("--time-limit" in told(reason) for reason in few.reasons)
    most = settle(job(), Training(), seconds=1e6, least=10, most=300)
    assert most.recipe.epochs == 300
    assert not most.short


@pytest.mark.parametrize("seconds", [0.0, 0.5, 7.0])
def test_a_limit_of_the_users_is_kept(job, slow, seconds):
    work = job()
    found = settle(work, Training(time_limit="1m"), seconds=seconds, least=10, most=300).recipe
    assert found.epochs == max(1, int(seconds / epoch_seconds(work)))
    assert found.seconds == seconds


def test_pixels_are_judged_less_often_where_that_is_dear(job, slow):
    """24 validation pictures beside 64 to learn from: an eighth of the time."""
    work = job()
    masked = replace(work, task=Masked(classes=work.task.classes))
    dear = plan._FORWARD * work.val.count / (work.train.batch_size * work.train.steps)
    found = settle(masked, Training(), seconds=1000.0, least=10, most=300).recipe
    assert found.judge_every == math.ceil(dear / plan._WATCHED) > 1
    assert found.epochs > settle(work, Training(), seconds=100.0, least=10, most=300).recipe.epochs
    assert settle(work, Training(), seconds=1000.0, least=10, most=300).recipe.judge_every == 1
    assert settle(masked, Training(epochs=3), seconds=1000.0, least=10, most=300).recipe.judge_every == 1
    # parts are learnt from and wholes are judged
    parts = replace(masked, augmentation=Augmentation(cut=(4, 4)))
    assert settle(parts, Training(), seconds=1e4, least=10, most=300).recipe.judge_every == math.ceil(
        4 * dear / plan._WATCHED
    )


def test_epochs_as_asked(job, slow):
    found = settle(job(), Training(epochs=123), seconds=1.0, least=10, most=30)
    assert found.recipe.epochs == 123
    assert not found.short


def test_observing_takes_no_more_than_its_share(job, slow):
    work = job()
    phases = replace(work, phases=work.task.phases(pretrained=True))
    once = plan._FORWARD * STEP * work.train.steps
    for seconds, passes in ((1000.0, 3), (once / 0.3 * 2.5, 2), (0.0, 1)):
        found = settle(phases, Training(), seconds=seconds, least=1, most=300)
        assert found.phases[0].passes == passes
        assert found.phases[1].passes == 1


def test_the_loops_clock_runs_from_its_first_phase(job, slow):
    work = job()
    phases = replace(work, phases=work.task.phases(pretrained=True))
    found = settle(phases, Training(time_limit="1m"), seconds=10.0, least=1, most=300)
    assert found.recipe.seconds == 10.0
    # not even the first pass takes longer
    assert found.phases[0].seconds == 10.0
    assert settle(phases, Training(), seconds=10.0, least=1, most=300).phases[0].seconds is None


def test_what_was_tried_is_said(in_both):
    tried = {("fp32", 2): 0.05, ("bf16", 2): 0.03, ("bf16", 1): 0.04}
    said = Cost(precision="bf16", threads=2, step=0.03, tried=tried, memory=0).note()
    in_both([said])
    assert told(said) == "Quickest here: bf16 on 2 threads (fp32 50 ms, bf16 30 ms, bf16 with 1 thread 40 ms a step)."


def test_measured_for_real(job):
    found = settle(job(), Training(epochs=2, threads=1, precision="fp32"), seconds=10.0, least=1, most=9)
    assert found.recipe.precision == "fp32"
    assert found.cost.step > 0
    assert found.cost.memory > 0


def test_measuring_leaves_model_and_chance_as_they_were(job):
    work = job()
    before = {name: value.clone() for name, value in work.model.state_dict().items()}
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    settle(work, Training(epochs=2, threads=1, precision="fp32"), seconds=10.0, least=1, most=9)
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(value, before[name]) for name, value in work.model.state_dict().items())


def test_a_learning_rate_is_found_where_asked(job):
    asked = Training(epochs=2, threads=1, precision="fp32", find_learning_rate=True)
    found = settle(job(), asked, seconds=10.0, least=1, most=9)
    assert 1e-5 < found.recipe.learning_rate < 1
    assert any("range test" in told(reason) for reason in found.reasons)
    named = settle(job(learning_rate=0.125), replace(asked, learning_rate=0.125), seconds=10.0, least=1, most=9)
    assert named.recipe.learning_rate == 0.125
