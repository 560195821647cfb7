"""The loop: what learns, what is kept, what is said when a loss is no number."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from miwake import networks
from miwake.augment.config import Augmentation
from miwake.augment.defaults import defaults
from miwake.data.loader import Loader
from miwake.tasks.classify import Classify
from miwake.tasks.phases import Phase, Turn
from miwake.training.config import Training
from miwake.training.job import Job, NonFiniteLoss
from miwake.training.loop import Trainer, fit
from miwake.training.plan import draft
from miwake.types import Batch, Preprocessing

SHAPE = Preprocessing(size=(8, 8), channels=1, mean=(0.5,), std=(0.25,))
COUNT = 96


def _data() -> tuple[Tensor, Tensor]:
    """Pictures whose bright half is their class."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(COUNT) % 2
    pictures = torch.randint(0, 80, (COUNT, 8, 8, 1), generator=generator, dtype=torch.uint8)
    pictures[labels == 0, :4] += 100
    pictures[labels == 1, 4:] += 100
    return pictures, labels


def make(
    folder: Path | None = None, task: Classify | None = None, model: nn.Module | None = None, **changes: Any
) -> Job:
    pictures, labels = _data()
    task = task or Classify(classes=("top", "bottom"))
    torch.manual_seed(0)
    model = model or task.build("small", channels=1, size=(8, 8), dropout=None)
    recipe = draft(Training(device="cpu", threads=1, epochs=4, batch_size=16), pictures=COUNT, pretrained=False)
    recipe = replace(recipe, **changes)

    def gather(rows: Tensor) -> Tensor:
        return pictures.index_select(0, rows).permute(0, 3, 1, 2)

    cpu = torch.device("cpu")
    return Job(
        task=task,
        model=model,
        groups=networks.depth_groups(model) if isinstance(task, Classify) else [],
        phases=task.phases(pretrained=False),
        recipe=recipe,
        augmentation=Augmentation(),
        preprocessing=SHAPE,
        train=Loader(gather, labels, torch.arange(64), batch_size=recipe.batch_size, seed=0, device=cpu),
        val=Loader(gather, labels, torch.arange(64, COUNT), batch_size=32, seed=None, device=cpu),
        paths=[f"picture-{row}.png" for row in range(COUNT)],
        folder=folder,
    )


def _fit(job: Job) -> Any:
    return fit(job, report=lambda moment: None, stop=lambda: False)


def test_learns_and_keeps_the_best(tmp_path):
    job = make(tmp_path, epochs=12)
    fitted = _fit(job)
    assert len(fitted.history) == 12
    assert fitted.best["val_accuracy"] == max(row["val_accuracy"] for row in fitted.history) > 0.9
    again = Trainer(replace(job, recipe=replace(job.recipe, average=0.0)), lambda m: None, lambda: False)
    assert again.validate().compute()["accuracy"] == pytest.approx(fitted.best["val_accuracy"])


def test_the_same_seed_gives_the_same_weights():
    first, second = _fit(make()).model.state_dict(), _fit(make()).model.state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


@dataclass(frozen=True, kw_only=True)
class Broken(Classify):
    """Its loss is no number once a picture has been seen a second time."""

    def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        losses = super().step(model, batch, turn)
        seen = getattr(model, "seen", 0)
        object.__setattr__(model, "seen", seen + 1)
        return {"loss": losses["loss"] * (math.nan if seen == 5 else 1.0)}


def test_a_loss_that_is_no_number_names_step_and_pictures(tmp_path):
    job = make(tmp_path, Broken(classes=("top", "bottom")))
    with pytest.raises(NonFiniteLoss) as caught:
        _fit(job)
    assert "step 6" in str(caught.value)
    assert "picture-" in str(caught.value)
    assert caught.value.exit_code == 1
    assert all(torch.isfinite(value).all() for value in job.model.state_dict().values())


@dataclass(frozen=True, kw_only=True)
class TwoTurns(Classify):
    """Two optimizers: one for the last layer, one for all others."""

    def phases(self, *, pretrained: bool) -> tuple[Phase, ...]:
        return (Phase(name="both", turns=(Turn(name="head", parameters=("dense",)), Turn(name="body", rate=0.0))),)

    def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        learns = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
        assert (learns == {"dense.weight", "dense.bias"}) == (turn.name == "head")
        return super().step(model, batch, turn)


def test_every_turn_moves_its_own_parameters_only():
    job = make(task=TwoTurns(classes=("top", "bottom")), weight_decay=0.0, average=0.0)
    before = {name: parameter.clone() for name, parameter in job.model.named_parameters()}
    _fit(job)
    moved = {name for name, parameter in job.model.named_parameters() if not torch.equal(parameter, before[name])}
    assert moved == {"dense.weight", "dense.bias"}


def test_head_first_then_everything_never_ends_worse_than_the_head():
    job = make(learning_rate=0.05, epochs=8)  # too high for a good head
    job = replace(job, phases=job.task.phases(pretrained=True))
    fitted = _fit(job)
    head = next(row for row in fitted.history if row["phase"] == "head")
    assert fitted.best["val_accuracy"] >= head["val_accuracy"]


def test_accumulated_batches_are_one_large_batch():
    def weights(**changes: Any) -> dict[str, Tensor]:
        torch.manual_seed(1)
        model = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
        return _fit(
            make(model=model, optimizer="sgd", average=0.0, epochs=1, learning_rate=0.1, **changes)
        ).model.state_dict()

    large, parts = weights(batch_size=32), weights(batch_size=16, accumulate=2)
    assert all(torch.allclose(large[name], parts[name], atol=1e-6) for name in large)


def test_stopping_leaves_a_usable_model(tmp_path):
    calls = iter([False, True])
    job = make(tmp_path, epochs=2000)
    fitted = fit(job, report=lambda moment: None, stop=lambda: next(calls, True))
    assert fitted.interrupted
    assert fitted.history
    assert (tmp_path / "checkpoint" / "last.safetensors").exists()


def test_patience_ends_early():
    assert len(_fit(make(epochs=50, patience=2, learning_rate=1e-9)).history) < 50


def test_a_time_limit_is_kept_by_ending_the_schedule_sooner():
    fitted = _fit(make(epochs=100_000, seconds=4.0))
    assert fitted.history[-1]["learning_rate"] < 0.05 * 4e-3
    assert fitted.history[-1]["step"] < 100_000


def test_smaller_pictures_first_then_whole_ones():
    torch.manual_seed(0)
    model = Classify(classes=("top", "bottom")).build("small", channels=1, size=(8, 8), dropout=None)
    sides: list[tuple[int, ...]] = []
    model.register_forward_pre_hook(lambda module, inputs: sides.append(tuple(inputs[0].shape[2:])) and None)
    job = make(model=model, epochs=4, average=0.0, progressive=0.6)
    trainer = Trainer(job, lambda moment: None, lambda: False)
    trainer.run(resume=False)
    learnt = [side for side in sides if side == (6, 6)]
    steps = trainer.state.course.total
    assert len(learnt) == math.ceil(0.6 * steps)
    assert sides[: trainer.steps] == [(6, 6)] * trainer.steps
    assert sides[trainer.steps] == (8, 8)  # judged as it will be used
    assert sides[-1] == (8, 8)


class _Killed(Exception):
    pass


def test_a_checkpoint_between_the_last_step_and_its_judgement_loses_nothing(tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    expected = _fit(make(tmp_path / "whole"))
    trainer = Trainer(make(tmp_path / "killed"), lambda moment: None, lambda: False)
    judge = trainer._judge

    def die_before_the_last(phase: str) -> None:
        if trainer.state.course.step == trainer.state.course.total:
            trainer._save()
            raise _Killed
        judge(phase)

    trainer._judge = die_before_the_last  # type: ignore[method-assign]
    with pytest.raises(_Killed):
        trainer.run(resume=False)
    resumed = fit(make(tmp_path / "killed"), report=lambda moment: None, stop=lambda: False, resume=True)
    assert [row["step"] for row in resumed.history] == [row["step"] for row in expected.history]
    weights, wanted = resumed.model.state_dict(), expected.model.state_dict()
    assert all(torch.equal(weights[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize("step", [1, 3, 4, 7, 12])
@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_going_on_from_any_step_ends_with_the_same_weights(tmp_path, step, optimizer):
    """All that has a state: dropout, mixup, the mirror test, moving average, momentum in channels-last memory.

    And what depends on how far training is: smaller pictures first.
    """

    def job(folder: Path) -> Job:
        folder.mkdir(exist_ok=True)
        task = Classify(classes=("top", "bottom"))
        torch.manual_seed(5)
        model = task.build("small", channels=1, size=(8, 8), dropout=0.2)
        made = make(folder, task, model, epochs=3, optimizer=optimizer, learning_rate=0.01, progressive=0.5)
        return replace(made, augmentation=replace(defaults("small"), mixup=0.2, mirror="auto"))

    expected = _fit(job(tmp_path / "whole")).model.state_dict()
    trainer = Trainer(job(tmp_path / "killed"), lambda moment: None, lambda: False)

    def die(phase: Phase) -> bool:
        if trainer.state.course.step == step:
            trainer._save()
            raise _Killed
        return False

    trainer._tick = die  # type: ignore[method-assign]
    with pytest.raises(_Killed):
        trainer.run(resume=False)
    again = job(tmp_path / "killed")
    resumed = fit(again, report=lambda moment: None, stop=lambda: False, resume=True).model.state_dict()
    assert all(torch.equal(resumed[name], expected[name]) for name in expected)


@dataclass(frozen=True, kw_only=True)
class _Late(Classify):
    """Learns, and gives no answers before it has looked at everything once more."""

    def phases(self, *, pretrained: bool, stages: Any = ()) -> tuple[Phase, ...]:
        look = Turn(name="look", kind="observe")
        return Phase(name="train", judged=False), Phase(name="memory", share=0.0, turns=(look,))

    def observe(self, model: nn.Module, batch: Batch, turn: Turn, state: Any) -> Any:
        return (state or 0) + len(batch.pictures)

    def finish(self, model: nn.Module, turn: Turn, state: Any) -> None:
        model.seen.fill_(state)  # type: ignore[union-attr, operator]


def _late(**changes: Any) -> Job:
    task = _Late(classes=("top", "bottom"))
    model = task.build("small", channels=1, size=(8, 8), dropout=None)
    model.register_buffer("seen", torch.zeros(()))
    return make(task=task, model=model, **changes)


def test_a_phase_that_gives_no_answers_yet_is_not_judged():
    fitted = _fit(_late(epochs=3, average=0.0))
    assert [row["phase"] for row in fitted.history] == ["train"] * 3 + ["memory"]
    assert ["val_accuracy" in row for row in fitted.history] == [False] * 3 + [True]
    assert fitted.best["phase"] == "memory"
    assert fitted.model.seen == 64


@pytest.mark.parametrize("average", [0.0, 0.1])
def test_stopping_before_there_are_answers_looks_once_more_and_leaves_a_usable_model(average):
    moments: list[Any] = []
    fitted = fit(_late(epochs=1000, average=average), report=moments.append, stop=lambda: len(moments) > 3)
    assert fitted.interrupted
    assert fitted.model.seen == 64
    assert "val_accuracy" in fitted.best
