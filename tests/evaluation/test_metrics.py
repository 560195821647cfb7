"""Figures against scikit-learn, and weights against repeated pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, roc_auc_score, top_k_accuracy_score

from miwake.evaluation import metrics
from miwake.evaluation.metrics import Curve, Sums

SEEDS = st.integers(0, 2**32 - 1)


def scored(seed: int, count: int, ties: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.random(count) < 0.3
    truth[:2] = True, False
    scores = rng.normal(size=count) + truth
    return (np.round(scores) if ties else scores), truth


@given(SEEDS, st.integers(2, 60), st.booleans())
def test_areas_agree_with_scikit_learn(seed: int, count: int, ties: bool) -> None:
    scores, truth = scored(seed, count, ties)
    area, partial = Curve.of(scores, truth, np.arange(count), count).areas(np.ones((count, 1)))
    assert area[0] == pytest.approx(roc_auc_score(truth, scores))
    assert partial[0] == pytest.approx(roc_auc_score(truth, scores, max_fpr=0.1))


@settings(max_examples=50)
@given(SEEDS, st.integers(5, 40), st.booleans())
def test_a_weight_is_a_repetition(seed: int, count: int, ties: bool) -> None:
    scores, truth = scored(seed, count, ties)
    weights = np.random.default_rng(seed + 1).integers(0, 4, size=(count, 3))
    weights[:2] += 1
    area, partial = Curve.of(scores, truth, np.arange(count), count).areas(weights.astype(np.float32))
    for draw in range(3):
        s, t = np.repeat(scores, weights[:, draw]), np.repeat(truth, weights[:, draw])
        assert area[draw] == pytest.approx(roc_auc_score(t, s), abs=1e-5)
        assert partial[draw] == pytest.approx(roc_auc_score(t, s, max_fpr=0.1), abs=1e-5)


def test_pictures_of_a_group_share_its_weight() -> None:
    scores, truth = scored(0, 30, ties=False)
    unit = np.arange(30) // 3
    weights = np.random.default_rng(1).integers(1, 4, size=(10, 1)).astype(np.float64)
    grouped = Curve.of(scores, truth, unit, 10).areas(weights)
    single = Curve.of(scores, truth, np.arange(30), 30).areas(weights[unit])
    np.testing.assert_allclose(np.stack(grouped), np.stack(single))


def test_perfect_and_reversed_scores() -> None:
    truth = np.arange(40) >= 20
    one = np.ones((40, 1))
    assert [float(a[0]) for a in Curve.of(truth * 1.0, truth, np.arange(40), 40).areas(one)] == pytest.approx([1, 1])
    reverse = Curve.of(-1.0 * truth, truth, np.arange(40), 40).areas(one)
    assert float(reverse[0][0]) == 0
    assert float(reverse[1][0]) == pytest.approx(roc_auc_score(truth, -1.0 * truth, max_fpr=0.1))


def test_one_kind_alone_has_no_area() -> None:
    for truth in (np.ones(5, bool), np.zeros(5, bool)):
        area, partial = Curve.of(np.arange(5.0), truth, np.arange(5), 5).areas(np.ones((5, 1)))
        assert np.isnan(area).all()
        assert np.isnan(partial).all()


def test_sums_count_the_units_behind_them() -> None:
    values = np.array([[1, 0], [1, 1], [0, 1], [1, 0]])
    sums = Sums.of(values, np.array([0, 0, 1, 1]), 2)
    assert sums(np.array([[1.0], [10.0]])).ravel().tolist() == [12.0, 11.0]
    assert sums.behind().tolist() == [2, 2]


@given(SEEDS)
def test_top_five_and_confusion_agree_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities, target = rng.random((30, 8)), rng.integers(0, 8, 30)
    right = metrics.in_top(probabilities, target).mean()
    assert right == pytest.approx(top_k_accuracy_score(target, probabilities, k=5, labels=range(8)))
    chosen = probabilities.argmax(1)
    expected = confusion_matrix(target, chosen, labels=range(8)).tolist()
    assert [list(row) for row in metrics.confusion(target, chosen, 8)] == expected


def test_top_five_takes_no_more_than_five_of_equals() -> None:
    right = metrics.in_top(np.full((8, 8), 0.125), np.arange(8))
    assert right.tolist() == [True] * 5 + [False] * 3
