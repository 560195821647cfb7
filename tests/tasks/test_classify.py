"""One class a picture, or several labels at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from miwake.choice import Rule
from miwake.evaluation.config import EvaluateOptions
from miwake.run import Header
from miwake.tasks.classify import Classify
from miwake.tasks.phases import Turn
from miwake.types import Batch, Preprocessing

HEAD = Turn(name="head", kind="observe")
ONE = Classify(classes=("a", "b", "c"))
SEVERAL = Classify(classes=("a", "b", "c"), multilabel=True)


def header(task: Classify, *, temperature: float = 1.0, rule: Rule | None = None) -> Header:
    return Header(
        task="classify",
        settings=task.to_json(),
        architecture="small",
        preprocessing=Preprocessing(size=(8, 8), channels=1, mean=(0.5,), std=(0.5,)),
        calibration={"temperature": temperature},
        decision={} if rule is None else rule.to_json(),
    )


def random(count: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, 3, generator=generator), torch.randint(0, 3, (count,), generator=generator)


# -- losses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", [ONE, SEVERAL], ids=["one", "several"])
def test_the_losses_of_pictures_are_plain_and_raise_where_the_answer_is_wrong(task):
    outputs, labels = random()
    labels = functional.one_hot(labels, 3).float() if task.multilabel else labels
    smooth = Classify(
        classes=task.classes, multilabel=task.multilabel, label_smoothing=0.3, class_weights=(1.0, 9.0, 2.0)
    )
    losses = smooth.losses(outputs, labels)
    assert losses.shape == (len(outputs),)
    share = len(outputs) / losses.numel() / (3 if task.multilabel else 1)
    assert (share * losses.mean()).item() == pytest.approx(task.loss(outputs, labels).item(), rel=1e-5)
    sure = 50 * (functional.one_hot(labels, 3) if labels.ndim == 1 else 2 * labels - 1).float()
    assert task.losses(sure, labels).max() < 1e-6


def test_the_loss_is_minus_the_log_of_the_probability():
    outputs, labels = random()
    expected = -torch.log_softmax(outputs, 1)[torch.arange(6), labels].mean()
    assert torch.allclose(ONE.loss(outputs, labels), expected)


def test_smoothed_labels_are_mixed_labels():
    outputs, labels = random()
    smooth = Classify(classes=ONE.classes, label_smoothing=0.3)
    mixed = 0.7 * functional.one_hot(labels, 3) + 0.1
    assert torch.allclose(smooth.loss(outputs, labels), ONE.loss(outputs, mixed))


def test_class_weights_weigh_the_mean():
    outputs, labels = random()
    weights = (1.0, 5.0, 0.5)
    weighted = Classify(classes=ONE.classes, class_weights=weights)
    each, share = functional.cross_entropy(outputs, labels, reduction="none"), torch.tensor(weights)[labels]
    assert torch.allclose(weighted.loss(outputs, labels), (each * share).sum() / share.sum())


def test_several_labels_are_judged_one_by_one():
    outputs, _ = random()
    labels = torch.tensor([[1.0, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
    chance = torch.sigmoid(outputs)
    expected = -(labels * chance.log() + (1 - labels) * (1 - chance).log()).mean()
    assert torch.allclose(SEVERAL.loss(outputs, labels), expected, atol=1e-6)
    smooth = Classify(classes=SEVERAL.classes, multilabel=True, label_smoothing=0.2)
    assert torch.allclose(smooth.loss(outputs, labels), SEVERAL.loss(outputs, 0.8 * labels + 0.1))


def test_a_step_hands_the_model_the_pictures():
    pictures, labels = torch.randn(6, 3), torch.arange(6) % 3
    losses = ONE.step(torch.nn.Identity(), Batch(pictures, labels, labels), Turn())
    assert torch.allclose(losses["loss"], ONE.loss(pictures, labels))
    halves = ONE.step(lambda x: x.bfloat16(), Batch(pictures, labels, labels), Turn())  # type: ignore[arg-type]
    assert halves["loss"].dtype == torch.float32


# -- the meter -----------------------------------------------------------------------------------------------------


def test_the_meter_is_the_mean_over_all_batches():
    outputs, labels = random(10)
    meter = ONE.meter()
    for part in (slice(0, 7), slice(7, 10)):
        meter.update(outputs[part], Batch(outputs[part], labels[part], labels[part]))
    figures = meter.compute()
    assert figures["accuracy"] == pytest.approx((outputs.argmax(1) == labels).double().mean().item())
    assert figures["loss"] == pytest.approx(functional.cross_entropy(outputs, labels).item(), abs=1e-6)
    assert torch.equal(meter.right(), outputs.argmax(1) == labels)
    assert meter.guessed() == labels.bincount().max()


def test_of_several_labels_all_must_be_right():
    outputs = torch.tensor([[2.0, -1, -1], [2, 1, -1], [-1, -1, -1]])
    labels = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 0, 0]])
    meter = SEVERAL.meter()
    meter.update(outputs, Batch(outputs, labels, torch.arange(3)))
    assert meter.right().tolist() == [True, False, True]
    assert meter.compute()["accuracy"] == pytest.approx(2 / 3)


def test_guessing_several_labels_names_the_most_frequent_set():
    labels = torch.tensor([[1.0, 0, 0], [1, 1, 0], [1, 1, 0], [0, 0, 0]])
    meter = SEVERAL.meter()
    meter.update(torch.zeros(4, 3), Batch(labels, labels, torch.arange(4)))
    assert meter.guessed() == 2


# -- answers -------------------------------------------------------------------------------------------------------


def test_answers_are_calibrated():
    outputs = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 4.0]])
    for temperature in (0.5, 1.0, 4.0):
        first, second = ONE.answers(outputs, ["p", "q"], header(ONE, temperature=temperature))
        assert (first.path, first.label, second.path, second.label) == ("p", "a", "q", "c")
        np.testing.assert_allclose(
            first.probabilities, torch.softmax(torch.from_numpy(outputs[0]) / temperature, 0), atol=1e-12
        )
        assert first.probability == max(first.probabilities)


def test_costs_and_i_dont_know():
    rule = Rule(costs=((0.0, 1, 1), (50, 0, 1), (50, 1, 0)), unknown_cost=0.3, highest_cost=0.3)
    outputs = np.log(np.array([[0.9, 0.05, 0.05], [0.999, 0.0005, 0.0005], [0.4, 0.3, 0.3]]))
    dear, sure, unknown = ONE.answers(outputs, "xyz", header(ONE, rule=rule))
    assert dear.label is None  # 'a' would cost 5 by expectation, another 0.9
    assert sure.label == "a"
    assert unknown.label is None
    assert not unknown.known
    assert unknown.probabilities == pytest.approx((0.4, 0.3, 0.3))


def test_several_labels_are_joined():
    outputs = np.array([[3.0, -3.0, 2.0], [-1.0, -2.0, -3.0]])
    both, none = SEVERAL.answers(outputs, "xy", header(SEVERAL))
    assert both.label == "a;c"
    # as sure as of the least sure of its labels
    assert both.probability == pytest.approx(1 / (1 + np.exp(-2)))
    assert none.label == ""
    assert none.known
    assert none.probability == pytest.approx(1 - 1 / (1 + np.exp(1)))


def test_no_pictures_no_answers():
    assert ONE.answers(np.empty((0, 3)), [], header(ONE)) == []


def test_calibration_softens_what_is_too_sure():
    random = np.random.default_rng(0)
    targets = random.integers(0, 3, 2000)
    # the true logits, ten times too large
    logits = np.eye(3)[targets] * 1.5 + random.gumbel(size=(2000, 3))
    calibration, decision = ONE.calibrate(10 * logits, targets, EvaluateOptions())
    plain, _ = ONE.calibrate(logits, targets, EvaluateOptions())
    assert calibration["temperature"] == pytest.approx(10 * plain["temperature"], rel=0.01)
    assert decision == {}
    _, decision = ONE.calibrate(logits, targets, EvaluateOptions(cost="miss=9", positive=("b",)))
    rule = Rule.from_json(decision)
    assert rule is not None
    assert rule.costs[1] == (9.0, 0.0, 9.0)


# -- phases --------------------------------------------------------------------------------------------------------


def test_the_head_is_fitted_to_what_was_observed():
    torch.manual_seed(0)
    model = ONE.build("small", channels=1, size=(8, 8), dropout=0.0).eval()
    pictures = torch.zeros(30, 1, 8, 8)
    labels = torch.arange(30) % 3
    pictures[labels == 1] = 1
    pictures[labels == 2] = -1
    pictures += 0.05 * torch.randn(30, 1, 8, 8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = None
    for rows in torch.split(torch.arange(30), 7):
        state = ONE.observe(model, Batch(pictures[rows], labels[rows], rows), HEAD, state)
    ONE.finish(model, HEAD, state)
    with torch.no_grad():
        assert (model(pictures).argmax(1) == labels).all()
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"dense.weight", "dense.bias"}


def test_from_given_weights_the_head_comes_first():
    head, everything = ONE.phases(pretrained=True)
    assert (head.turns[0].kind, everything.turns[0].kind) == ("observe", "learn")
    assert head.share == 0
    assert everything.turns[0].layer_decay < 1
    (alone,) = ONE.phases(pretrained=False)
    assert alone.turns[0].layer_decay == 1
    assert not alone.frozen_norm


def test_layers_that_learn_by_themselves_come_before_the_head():
    stages = (("lines", 2), ("shapes", 1))
    lines, shapes, head = ONE.phases(pretrained=False, stages=stages)
    assert [phase.name for phase in (lines, shapes, head)] == ["lines", "shapes", "head"]
    assert (lines.passes, shapes.passes) == (2, 1)
    assert all(phase.observes and phase.share == 0 for phase in (lines, shapes, head))
    assert [phase.judged for phase in (lines, shapes, head)] == [False, False, True]
    # what is learnt already is kept
    assert ONE.phases(pretrained=True, stages=stages) == (head,)


def test_targets_by_kind(place):
    from miwake import open_dataset

    dataset = open_dataset(place / "toy")
    targets = Classify.from_dataset(dataset).targets(dataset)
    assert targets.dtype == torch.int64
    assert targets.tolist() == dataset.targets.tolist()
