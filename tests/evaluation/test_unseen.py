"""What resampling cannot see: no width of zero, and how often the intervals cover the truth."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from miwake.choice import Rule
from miwake.evaluation import evaluate
from miwake.evaluation.calibration import BINS, bin_of
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.results import Evaluation
from miwake.evaluation.unseen import Bins, jeffreys, stand_still, with_doubt
from miwake.types import Figure

QUICK = EvaluateOptions(bootstrap_rounds=400)


def account(targets: np.ndarray, answers: np.ndarray, sure: float = 8.0, **more: object) -> Evaluation:
    classes = int(max(targets.max(), answers.max())) + 1
    settings: dict[str, object] = {
        "classes": tuple(f"c{k}" for k in range(classes)),
        "train_targets": targets,
        "options": QUICK,
    }
    return evaluate(sure * np.eye(classes)[answers], targets, **(settings | more))  # type: ignore[arg-type]


def width(figure: Figure) -> float:
    assert 0 <= figure.low <= figure.value <= figure.high <= 1
    return figure.high - figure.low


def test_draws_of_a_share_are_the_posterior_of_jeffreys() -> None:
    draws = jeffreys(np.array([1.0, 0.3]), np.array([12, 10]), 40_000, np.random.default_rng(0))
    assert draws.mean(1) == pytest.approx([12.5 / 13, 3.5 / 11], abs=0.002)
    assert draws[0].var() == pytest.approx(12.5 * 0.5 / (13**2 * 14), rel=0.05)


def test_only_what_stands_still_is_drawn_anew() -> None:
    draws = np.array([[1.0, 1.0, np.nan], [0.2, 0.4, 0.3], [np.nan] * 3, [0.5, 0.5, 0.5]])
    assert stand_still(draws).tolist() == [True, False, False, True]
    found = with_doubt(np.array([1, 0.3, np.nan, 0.5]), draws, np.array([8] * 4), np.random.default_rng(0))
    np.testing.assert_array_equal(found[1:3], draws[1:3])
    assert np.isnan(found[0]).tolist() == [False, False, True]
    assert (found[0, :2] < 1).all()
    assert len(set(found[3])) == 3


@pytest.mark.parametrize("grouped", [False, True])
def test_one_class_all_right_and_one_all_wrong(grouped: bool) -> None:
    targets = np.repeat([0, 1], 16)
    groups = np.arange(32) // 2 if grouped else None
    found = account(targets, np.zeros(32, int), groups=groups)
    assert found.balanced_accuracy.value == 0.5
    for figure in (found.balanced_accuracy, found.recall, found.precision, found.f1):
        assert width(figure) > 0.1
    if grouped:
        assert width(found.recall) > 1.2 * width(account(targets, np.zeros(32, int)).recall)


def test_every_class_has_a_part_in_the_mean() -> None:
    targets = np.repeat([0, 1, 2], 6)
    found = account(targets, np.where(np.arange(18) < 7, 0, np.where(targets == 1, 2, targets)))
    assert [figures.recall.value for figures in found.per_class] == pytest.approx([1, 0, 1])
    assert width(found.recall) > 0.1
    targets, answers = np.repeat([0, 1, 2], 6), np.repeat([0, 0, 2], 6)
    answers[6] = 1
    assert width(account(targets, answers).recall) > 0.22  # 0.19 if only the class in the middle counts


@pytest.mark.parametrize("count", [18, 40])
def test_a_calibration_error_of_nothing_is_not_certain(count: int) -> None:
    targets = np.arange(count) % 2
    found = account(targets, targets, sure=20.0).calibration
    assert found is not None
    assert found.ece_after.value == pytest.approx(0, abs=1e-6)
    assert 0.5 / count < width(found.ece_after) < 5 / count


def test_a_calibration_error_that_chance_explains_reaches_down_to_zero() -> None:
    rng = np.random.default_rng(0)
    stated = rng.uniform(0.5, 1, 60)
    targets = (rng.random(60) > stated).astype(int)
    logits = np.log(np.stack([stated, 1 - stated], axis=1))
    settings = {"classes": ("a", "b"), "train_targets": targets, "options": QUICK}
    honest = evaluate(logits, targets, **settings).calibration  # type: ignore[arg-type]
    bold = evaluate(8 * logits, targets, **settings).calibration  # type: ignore[arg-type]
    assert honest is not None
    assert bold is not None
    assert honest.ece_after.value > 0.03
    assert honest.ece_after.low == 0
    assert bold.ece_after.low > 0.05


def test_chance_of_one_bin_is_that_of_its_sum() -> None:
    one = np.array([100.0])
    bins = Bins(gap=one * 0, count=one, hits=one / 2, units=one, variance=one / 4)
    assert bins.by_chance(20_000, np.random.default_rng(0)) == pytest.approx(2.24 * 5 / 100, rel=0.03)


def test_a_dear_mistake_that_was_not_seen_may_still_come() -> None:
    targets, answers = np.repeat([0, 1], [60, 20]), np.ones(80, int)
    answers[:50] = 0  # false alarms, and no miss
    for dear in (1.0, 50.0):
        found = account(targets, answers, rule=Rule(costs=((0, 1), (dear, 0)))).decision
        assert found is not None
        assert found.cost_per_picture.value == pytest.approx(0.125)
        assert (found.cost_per_picture.high > 0.8) == (dear == 50)


def test_costs_that_are_all_the_same_are_not_certain() -> None:
    targets = np.repeat([0, 1], 16)
    never = Rule(costs=((0, 1), (1, 0)), unknown_cost=0.2, highest_cost=-1.0)
    for rule, answers in ((never, targets), (Rule(costs=((0, 1), (1, 0))), 1 - targets)):
        found = account(targets, answers, rule=rule).decision
        assert found is not None
        assert found.cost_per_picture.value in (pytest.approx(0.2), 1)
        assert width(found.cost_per_picture) > 0.05
    several = np.eye(2, dtype=int)[targets]
    labels = evaluate(
        8.0 * several - 4,
        1 - several,
        classes=("a", "b"),
        train_targets=several,
        options=QUICK,
        rule=Rule(costs=((3, 1), (3, 1))),
    ).decision
    assert labels is not None
    assert labels.cost_per_picture.value == 4
    assert 2 < labels.cost_per_picture.low < 3.95
    assert labels.cost_per_picture.high <= 6


RECALLS = ((0.961, 0.999), (0.8, 1.0), (0.4, 0.6))
"""Chance to be right, from and to, of the pictures of three classes: recalls of 0.98, 0.9 and 0.5."""


def sample(count: int, power: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Logits, targets, answers and stated probabilities of `count` pictures a class; honest for a power of 1."""
    rng = np.random.default_rng(seed)
    targets = np.repeat(np.arange(3), count)
    low, high = np.array(RECALLS).T
    chance = rng.uniform(low[targets], high[targets])
    right = rng.random(len(targets)) < chance
    answers = np.where(right, targets, (targets + rng.integers(1, 3, len(targets))) % 3)
    stated = np.clip(chance**power, 0.36, 0.9999)
    p = np.repeat(((1 - stated) / 2)[:, None], 3, 1)
    p[np.arange(len(targets)), answers] = stated
    return np.log(p), targets, answers, stated


def truth(power: float) -> dict[str, float]:
    """The figures of very many pictures."""
    _, targets, answers, stated = sample(400_000, power, 99)
    table = np.zeros((3, 3))
    np.add.at(table, (targets, answers), 1)
    recall, precision = table.diagonal() / table.sum(1), table.diagonal() / table.sum(0)
    off = np.bincount(bin_of(stated), (answers == targets) - stated, BINS)
    return {
        "balanced_accuracy": recall.mean(),
        "precision": precision.mean(),
        "recall": recall.mean(),
        "f1": (2 * precision * recall / (precision + recall)).mean(),
        "ece": np.abs(off).sum() / len(targets),
    }


@pytest.mark.long
@pytest.mark.parametrize("power", [1.0, 0.4])
@pytest.mark.parametrize("count", [10, 30])
def test_intervals_cover_the_truth(count: int, power: float) -> None:
    true, covered = truth(power), Counter[str]()
    for seed in range(300):
        logits, targets, _, _ = sample(count, power, seed)
        found = evaluate(logits, targets, classes=tuple("abc"), train_targets=targets, options=QUICK)
        assert found.calibration is not None
        for name, value in true.items():
            figure = found.calibration.ece_after if name == "ece" else getattr(found, name)
            covered[name] += figure.low <= value <= figure.high
    for name in true:
        # that of so few pictures may be anything: its interval is allowed to be too wide
        assert 270 <= covered[name] <= (300 if name == "ece" else 299), (name, covered[name])
