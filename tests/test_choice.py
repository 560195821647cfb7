"""Probabilities and answers from raw outputs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, softmax

from miwake.choice import Rule, choose, probabilities
from miwake.types import Note

LOGITS = arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.floats(-800, 800))


@given(LOGITS, st.floats(0.1, 10))
def test_probabilities_agree_with_scipy(logits: np.ndarray, temperature: float) -> None:
    one = probabilities(logits, temperature=temperature)
    np.testing.assert_allclose(one, softmax(logits / temperature, axis=1), atol=1e-12)
    several = probabilities(logits, temperature=temperature, multilabel=True)
    np.testing.assert_allclose(several, expit(logits / temperature), atol=1e-12)


def test_probabilities_leave_the_logits_alone() -> None:
    logits = np.array([[1.0, 2.0]])
    probabilities(logits)
    assert logits.tolist() == [[1.0, 2.0]]


def test_without_a_rule_the_most_probable_class() -> None:
    choice = choose(np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]), None)
    assert choice.labels.argmax(1).tolist() == [1, 0]
    assert choice.labels.sum(1).tolist() == [1, 1]
    assert choice.known.all()
    np.testing.assert_allclose(choice.cost, [0.5, 0.4])


def test_costs_move_the_choice_where_arithmetic_says() -> None:
    rule = Rule(costs=((0.0, 1.0), (50.0, 0.0)))  # true row, answer column: missing class 1 costs 50
    p = np.array([1 / 51 - 0.001, 1 / 51 + 0.001])
    choice = choose(np.stack([1 - p, p], axis=1), rule)
    assert choice.labels.argmax(1).tolist() == [0, 1]
    np.testing.assert_allclose(choice.cost, [50 * p[0], 1 - p[1]])


def test_of_answers_that_cost_the_same_the_most_probable() -> None:
    rule = Rule(costs=((0.0, 5.0, 5.0), (1.0, 0.0, 0.0), (1.0, 0.0, 0.0)))
    assert choose(np.array([[0.1, 0.3, 0.6], [0.1, 0.6, 0.3]]), rule).labels.argmax(1).tolist() == [2, 1]


def test_unknown_where_even_the_best_answer_is_dear() -> None:
    rule = Rule(costs=((0.0, 1.0), (1.0, 0.0)), unknown_cost=0.2, highest_cost=0.2)
    choice = choose(np.array([[0.9, 0.1], [0.7, 0.3]]), rule)
    assert choice.known.tolist() == [True, False]
    assert choice.labels.argmax(1).tolist() == [0, 0]


def test_several_labels_are_decided_one_by_one() -> None:
    rule = Rule(costs=((9.0, 1.0), (1.0, 1.0)))
    choice = choose(np.array([[0.11, 0.49], [0.09, 0.51]]), rule, multilabel=True)
    assert choice.labels.tolist() == [[True, False], [False, True]]
    np.testing.assert_allclose(choice.cost, [0.89 + 0.49, 0.81 + 0.49])
    plain = choose(np.array([[0.5, 0.51]]), None, multilabel=True)
    assert plain.labels.tolist() == [[False, True]]


@pytest.mark.parametrize("highest", [None, 0.25])
def test_a_rule_survives_the_model_file(highest: float | None) -> None:
    rule = Rule(
        costs=((0.0, 1.0), (2.0, 0.0)),
        unknown_cost=highest,
        highest_cost=highest,
        positive=("bad",),
        notes=(Note("costs.default", {"kind": "miss"}), "A text."),
    )
    assert Rule.from_json(json.loads(json.dumps(rule.to_json()))) == rule
    assert Rule.from_json({}) is None
    old = Rule.from_json({"costs": [[0, 1], [1, 0]], "notes": ["Every mistake is taken to cost 1."]})
    assert old is not None
    assert old.notes == ("Every mistake is taken to cost 1.",)
