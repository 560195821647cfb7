"""Every task that discovery finds: its toy is built, stepped, judged, learnt, answered and drawn."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from miwake import networks, open_dataset, tasks
from miwake.data.config import DataOptions
from miwake.data.mask_store import open_masks
from miwake.data.masks import picture_size
from miwake.data.pictures import open_pictures
from miwake.data.preprocess import network_input
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.results import to_json
from miwake.look.text import LANGUAGES, cells
from miwake.networks.config import ModelOptions
from miwake.run import Header
from miwake.tasks.phases import Phase, Turn
from miwake.tasks.task import Task
from miwake.training.choice import Choice
from miwake.training.config import AugmentOptions, Training
from miwake.training.loop import fit
from miwake.training.plan import draft
from miwake.training.prepare import augmentation_for, make_job
from miwake.types import TEST, TRAIN, VAL, Batch, Dataset, Prediction, Preprocessing

NAMES = tasks.names()
SHAPE = Preprocessing(size=(12, 12), channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)


class Toy:
    """A task's toy data, divided and stored."""

    def __init__(self, name: str, folder: Path) -> None:
        self.kind = tasks.find(name)
        folder.mkdir(exist_ok=True)
        dataset = open_dataset(self.kind.toy(folder), task=name)
        self.pictures, stored = open_pictures(dataset, SHAPE, DataOptions())
        self.dataset: Dataset = self.kind.divide(dataset, DataOptions(), 0, stored.identity)[0]
        self.task: Task = self.kind.from_dataset(self.dataset)
        self.masks = open_masks(dataset, SHAPE, DataOptions()) if self.kind.masked else None

    def model(self) -> torch.nn.Module:
        torch.manual_seed(0)
        return self.task.build(self.kind.plain, channels=3, size=(12, 12), dropout=None)

    def outputs(self, model: torch.nn.Module, rows: NDArray[np.int64]) -> NDArray[Any]:
        with torch.no_grad():
            return self.task.kept(model.eval()(network_input(self.pictures.gather(torch.from_numpy(rows)), SHAPE)))

    def batch(self, count: int = 8) -> Batch:
        rows = torch.from_numpy(self.dataset.rows(VAL)[:count])
        pictures = network_input(self.pictures.gather(rows), SHAPE)
        masks = None if self.masks is None else self.masks.gather(rows).long()
        return Batch(pictures, self.task.targets(self.dataset)[rows], rows, masks)


@pytest.fixture(scope="module", params=NAMES)
def toy(request, tmp_path_factory) -> Toy:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIWAKE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        return Toy(request.param, tmp_path_factory.mktemp(request.param))


def test_discovery_finds_them() -> None:
    assert "classify" in NAMES
    for name in NAMES:
        assert tasks.find(name).name == name


def test_a_task_holds_settings_and_no_model(toy: Toy) -> None:
    values = [getattr(toy.task, field.name) for field in fields(toy.task)]
    assert not any(isinstance(value, torch.Tensor | torch.nn.Module) for value in values)
    with pytest.raises(FrozenInstanceError):
        toy.task.classes = ()  # type: ignore[misc]


def test_it_survives_the_model_file(toy: Toy) -> None:
    text = json.dumps(toy.task.to_json(), allow_nan=False)
    assert toy.kind.from_json(json.loads(text)) == toy.task


def test_a_step_gives_losses_that_can_be_followed(toy: Toy) -> None:
    model, batch = toy.model().train(), toy.batch()
    for phase in toy.task.phases(pretrained=False):
        for turn in phase.turns:
            if turn.kind == "observe":
                continue
            losses = toy.task.step(model, batch, turn)
            assert all(torch.isfinite(loss).all() for loss in losses.values())
            assert losses["loss"].ndim == 0
            losses["loss"].backward()
    if all(phase.observes for phase in toy.task.phases(pretrained=False)):
        return
    gradients = [parameter.grad for parameter in model.parameters() if parameter.requires_grad]
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in gradients)
    assert any(gradient.abs().max() > 0 for gradient in gradients if gradient is not None)


def test_what_observes_changes_the_model_and_leaves_it_finite(toy: Toy) -> None:
    turns = [turn for phase in toy.task.phases(pretrained=True) for turn in phase.turns if turn.kind == "observe"]
    for turn in turns:
        model, batch = toy.model().eval(), toy.batch()
        before = {name: value.clone() for name, value in model.state_dict().items()}
        with torch.no_grad():
            state = toy.task.observe(model, batch, turn, toy.task.observe(model, batch, turn, None))
            assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
            toy.task.finish(model, turn, state)
        after = model.state_dict()
        assert any(not torch.equal(after[name], value) for name, value in before.items())
        assert all(torch.isfinite(value).all() for value in after.values())


def test_targets_have_a_row_a_sample(toy: Toy) -> None:
    assert len(toy.task.targets(toy.dataset)) == len(toy.dataset)


def test_layers_of_the_network_may_learn_by_themselves_first(toy: Toy) -> None:
    if toy.task.family != "classify":
        pytest.skip("it looks through networks that have learnt already")
    stages = (("lines", 3), ("shapes", 1))
    first, second, *others = toy.task.phases(pretrained=False, stages=stages)
    assert [(phase.name, phase.passes, phase.turns[0].name) for phase in (first, second)] == [
        ("lines", 3, "lines"),
        ("shapes", 1, "shapes"),
    ]
    assert all(phase.observes and phase.share == 0 for phase in (first, second))
    assert others[-1].judged


@pytest.mark.parametrize("pretrained", [False, True])
def test_phases_can_be_followed_and_written_down(toy: Toy, pretrained: bool) -> None:
    phases = toy.task.phases(pretrained=pretrained)
    assert phases
    assert len({phase.name for phase in phases}) == len(phases)
    assert sum(phase.share for phase in phases) == pytest.approx(0 if all(phase.observes for phase in phases) else 1)
    assert phases[-1].judged
    names = list(toy.model().state_dict())
    for phase in phases:
        assert isinstance(phase, Phase)
        assert len({turn.kind for turn in phase.turns}) == 1
        for turn in phase.turns:
            assert isinstance(turn, Turn)
            assert any(name.startswith(prefix) for prefix in turn.parameters for name in names)
    choice = Choice(
        architecture="small",
        dropout=None,
        starting_weights="none",
        preprocessing=SHAPE,
        augmentation=augmentation_for(AugmentOptions(), "small"),
        task=toy.task,
        phases=phases,
        recipe=draft(Training(threads=1), pictures=60, pretrained=pretrained),
        reasons=("because",),
    )
    assert Choice.from_json(json.loads(json.dumps(choice.to_json()))) == choice


def test_the_meter_has_the_figures_that_the_loop_needs(toy: Toy) -> None:
    model, meter, batch = toy.model().eval(), toy.task.meter(), toy.batch(8)
    with torch.no_grad():
        meter.update(model(batch.pictures), batch)
        meter.update(model(batch.pictures), batch)
    figures = meter.compute()
    assert {"loss", toy.task.monitor} <= figures.keys()
    assert all(np.isfinite(value) for value in figures.values())
    assert meter.right().shape == (2 * len(batch.rows),)
    assert 0 < meter.guessed() <= 2 * len(batch.rows)
    assert meter.right().dtype == torch.bool


def test_it_learns_its_toy_and_answers(toy: Toy) -> None:
    recipe = draft(Training(threads=1, precision="fp32", device="cpu", epochs=15), pictures=60, pretrained=False)
    choice = Choice(
        architecture=toy.kind.plain,
        dropout=None,
        starting_weights="none",
        preprocessing=SHAPE,
        augmentation=augmentation_for(AugmentOptions(augment="none"), "small"),
        task=toy.task,
        phases=toy.task.phases(pretrained=False),
        recipe=recipe,
    )
    job = make_job(choice, toy.dataset, toy.pictures, ModelOptions(), None, masks=toy.masks)
    fitted = fit(job, report=lambda _: None, stop=lambda: False)
    assert f"val_{toy.task.monitor}" in fitted.best
    dataset, targets = toy.dataset, np.asarray(toy.dataset.targets)
    of_val, of_test = dataset.rows(VAL), dataset.rows(TEST)
    calibration, decision = toy.task.calibrate(
        toy.outputs(fitted.model, of_val), targets[of_val], EvaluateOptions(), dataset=dataset, rows=of_val
    )
    json.dumps([calibration, decision], allow_nan=False)
    header = Header(
        task=toy.task.name,
        settings=toy.task.to_json(),
        architecture=toy.kind.plain,
        preprocessing=SHAPE,
        calibration=calibration,
        decision=decision,
    )
    outputs, paths = toy.outputs(fitted.model, of_test), [dataset.paths[row] for row in of_test.tolist()]
    sizes = [picture_size(dataset, row) for row in of_test.tolist()] if toy.task.places else None
    answers = toy.task.answers(outputs, paths, header, sizes=sizes)
    assert [answer.path for answer in answers] == paths
    right = [
        toy.task.right(answer.label, toy.task.truth(dataset, row))
        for answer, row in zip(answers, of_test.tolist(), strict=True)
    ]
    assert sum(right) >= 0.8 * len(answers)
    assert all(0 <= answer.probability <= 1 for answer in answers)
    columns = toy.task.columns(scale=0.5 if toy.task.places else None)
    for answer in answers:
        assert tuple(toy.task.row(answer, scale=0.5 if toy.task.places else None)) == columns
        json.dumps(toy.task.described(answer), allow_nan=False)
        for language in LANGUAGES:
            assert toy.task.line(answer, language)
        for style in toy.task.styles:
            assert toy.task.draw(np.zeros((32, 32, 3), np.uint8), answer, style=style).dtype == np.uint8
    train = targets[dataset.rows(TRAIN)]
    quick = EvaluateOptions(bootstrap_rounds=50)
    found = toy.task.judge(outputs, dataset, of_test, header, train=train, split="test", options=quick)
    json.dumps(to_json(found), allow_nan=False)
    for language in LANGUAGES:
        assert all(cells(line) <= 80 for line in toy.task.summary(found, language).splitlines())
        assert toy.task.sentences(found, language)
        assert isinstance(toy.task.warnings(found, language), list)


@pytest.mark.parametrize("shape", [(12, 12, 3), (12, 12, 1), (300, 20, 3), (20, 300, 3), (1, 1, 3), (28, 28, 9)])
@pytest.mark.parametrize("label", ["lower-left", None, "", "見分け;" * 20])
def test_an_answer_is_drawn_on_any_picture(toy: Toy, shape: tuple[int, int, int], label: str | None) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    before = picture.copy()
    prediction = Prediction(path="a.png", label=label, probability=0.5, probabilities=(0.5, 0.5))
    drawn = toy.task.draw(picture, prediction)
    assert drawn.dtype == np.uint8
    assert drawn.ndim == 3
    assert drawn.shape[2] == 3
    np.testing.assert_array_equal(picture, before)
    if label:
        other = toy.task.draw(picture, replace(prediction, label="x"))
        assert not np.array_equal(drawn, other)


def test_its_network_is_one_of_the_house(toy: Toy) -> None:
    if toy.task.family != "classify":
        assert toy.task.backbone(toy.model()) is not None
        return
    layer = toy.model().get_submodule(networks.classifier(toy.model()))
    assert layer.out_features == len(toy.task.classes)
