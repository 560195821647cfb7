"""The threshold of "I don't know", and what answers cost."""

from __future__ import annotations

import numpy as np
import pytest

from miwake.choice import Rule, choose, probabilities
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.decision import actual_costs, constant_cost, fit_decision
from miwake.look.words import told


def drawn(count: int, seed: int, overconfident: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (N, 2), and targets drawn from them with the logits divided by `overconfident`."""
    rng = np.random.default_rng(seed)
    logits = 3 * rng.normal(size=(count, 2))
    true = probabilities(logits, temperature=overconfident)
    return probabilities(logits), (rng.random(count) < true[:, 1]).astype(int)


def test_without_costs_no_rule() -> None:
    assert fit_decision(*drawn(20, 0), EvaluateOptions(), ("a", "b")) is None


def test_costs_without_unknown_always_answer() -> None:
    rule = fit_decision(*drawn(50, 0), EvaluateOptions(cost="miss=5"), ("good", "bad"))
    assert rule is not None
    assert rule.highest_cost is None
    assert choose(drawn(50, 1)[0], rule).known.all()
    assert any("false-alarm" in told(note) for note in rule.notes)


@pytest.mark.parametrize("cost", [None, "miss=50,false-alarm=1"])
def test_right_probabilities_keep_chows_threshold(cost: str | None) -> None:
    options = EvaluateOptions(cost=cost, unknown_cost=0.3)
    kept = [fit_decision(*drawn(300, seed), options, ("good", "bad")).highest_cost == 0.3 for seed in range(40)]  # type: ignore[union-attr]
    assert sum(kept) >= 36


def test_overconfident_ones_move_it_and_that_pays_on_other_pictures() -> None:
    options = EvaluateOptions(unknown_cost=0.2)
    p, targets = drawn(1500, 0, overconfident=5)
    rule = fit_decision(p, targets, options, ("good", "bad"))
    assert rule is not None
    assert rule.highest_cost is not None
    assert rule.highest_cost < 0.1
    theory = Rule(costs=rule.costs, unknown_cost=0.2, highest_cost=0.2)
    p, targets = drawn(5000, 1, overconfident=5)
    paid = [actual_costs(choose(p, r), targets, r).mean() for r in (rule, theory)]
    assert paid[0] < paid[1] - 0.01


@pytest.mark.parametrize(("missed", "kept"), [(1, True), (3, False)])
def test_one_dear_mistake_alone_moves_nothing(missed: int, kept: bool) -> None:
    """Sure of 200 good pictures, of which a few are bad: one such picture says little, three say that it is no use."""
    p = np.full((200, 2), (1 - 1e-4, 1e-4))
    p[:, 1] *= np.linspace(1, 2, 200)
    p[:, 0] = 1 - p[:, 1]
    targets = np.zeros(200, int)
    targets[5 : 5 + missed] = 1
    rule = fit_decision(p, targets, EvaluateOptions(cost="miss=250,false-alarm=1", unknown_cost=1.0), ("good", "bad"))
    assert rule is not None
    assert (rule.highest_cost == 1.0) == kept


def test_without_validation_pictures_theory() -> None:
    rule = fit_decision(np.empty((0, 2)), np.empty(0, int), EvaluateOptions(unknown_cost=0.3), ("a", "b"))
    assert rule is not None
    assert rule.highest_cost == 0.3


def test_several_labels_move_too() -> None:
    rng = np.random.default_rng(0)
    logits = 3 * rng.normal(size=(1500, 3))
    options = EvaluateOptions(unknown_cost=0.3)
    for overconfident, moved in ((1.0, False), (5.0, True)):
        true = probabilities(logits, temperature=overconfident, multilabel=True)
        targets = (rng.random(logits.shape) < true).astype(int)
        rule = fit_decision(probabilities(logits, multilabel=True), targets, options, ("a", "b", "c"))
        assert rule is not None
        assert (rule.highest_cost != 0.3) == moved


def test_what_was_paid() -> None:
    rule = Rule(costs=((0, 2), (50, 0)), unknown_cost=0.4, highest_cost=0.5)
    p = np.array([[0.999, 0.001], [0.999, 0.001], [0.9, 0.1], [0.6, 0.4]])
    targets = np.array([0, 1, 0, 0])
    choice = choose(p, rule)
    assert choice.known.tolist() == [True, True, False, False]
    assert actual_costs(choice, targets, rule).tolist() == [0, 50, 0.4, 0.4]
    always = Rule(costs=rule.costs)
    assert actual_costs(choose(p, always), targets, always).tolist() == [0, 50, 2, 2]


def test_what_several_labels_paid() -> None:
    rule = Rule(costs=((9, 1), (5, 2)))
    choice = choose(np.array([[0.01, 0.9], [0.9, 0.01]]), rule, multilabel=True)
    assert actual_costs(choice, np.array([[1, 0], [1, 1]]), rule).tolist() == [9 + 2, 5]


def test_the_cheapest_constant_answer() -> None:
    targets = np.array([0] * 9 + [1])
    assert constant_cost(targets, Rule(costs=((0, 1), (50, 0)))) == pytest.approx(0.9)
    assert constant_cost(targets, Rule(costs=((0, 1), (5, 0)))) == pytest.approx(0.5)
    assert constant_cost(targets, Rule(costs=((0, 1), (50, 0)), unknown_cost=0.3)) == pytest.approx(0.3)
    labels = np.array([[1, 0], [1, 0], [1, 1], [0, 0]])
    assert constant_cost(labels, Rule(costs=((1, 1), (8, 1)))) == pytest.approx(0.25 + 0.75)
