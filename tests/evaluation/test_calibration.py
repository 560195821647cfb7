"""Temperature, negative log-likelihood, reliability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from miwake.choice import probabilities
from miwake.evaluation.calibration import confidences, fit_temperature, negative_log_likelihood, reliability


def honest(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose probabilities are right."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(count, 4))
    return logits, (rng.random(count)[:, None] > probabilities(logits).cumsum(1)).sum(1)


@pytest.mark.parametrize("factor", [0.3, 1.0, 2.5, 8.0])
def test_the_temperature_undoes_a_factor(factor: float) -> None:
    logits, targets = honest(8000)
    assert fit_temperature(factor * logits, targets) == pytest.approx(factor, rel=0.06)


@pytest.mark.parametrize("factor", [0.4, 3.0])
def test_several_labels_too(factor: float) -> None:
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(4000, 3))
    targets = (rng.random(logits.shape) < probabilities(logits, multilabel=True)).astype(int)
    assert fit_temperature(factor * logits, targets, multilabel=True) == pytest.approx(factor, rel=0.06)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.booleans())
def test_never_worse_than_none(seed: int, count: int, several: bool) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(count, 3)) * 10 ** rng.uniform(-2, 3)
    targets = rng.integers(0, 2, (count, 3)) if several else rng.integers(0, 3, count)
    temperature = fit_temperature(logits, targets, multilabel=several)
    fitted = negative_log_likelihood(logits, targets, temperature=temperature)
    assert 0.01 < temperature < 100
    assert fitted <= negative_log_likelihood(logits, targets)


def test_without_a_mistake_it_does_not_become_certain() -> None:
    targets = np.arange(40) % 4
    logits = 3.0 * np.eye(4)[targets]
    highest = probabilities(logits, temperature=fit_temperature(logits, targets)).max(1)
    assert highest.max() < 0.99
    assert highest.min() > 0.95


def test_without_pictures_it_is_one() -> None:
    assert fit_temperature(np.empty((0, 3)), np.empty(0, int)) == 1
    assert fit_temperature(np.ones((4, 1)), np.zeros(4, int)) == 1


def test_likelihood_agrees_with_scikit_learn() -> None:
    logits, targets = honest(50)
    expected = log_loss(targets, probabilities(logits, temperature=2.0), labels=range(4))
    assert negative_log_likelihood(logits, targets, temperature=2.0) == pytest.approx(expected)
    labels = (logits > 0.3).astype(int)
    p = probabilities(logits, multilabel=True)
    expected = -np.log(np.where(labels > 0, p, 1 - p)).sum(1).mean()
    assert negative_log_likelihood(logits, labels) == pytest.approx(expected)


def test_extreme_logits_have_a_finite_likelihood() -> None:
    assert negative_log_likelihood(np.array([[1e4, -1e4]]), np.array([1])) == pytest.approx(2e4)
    assert negative_log_likelihood(np.array([[1e4, -1e4]]), np.array([[0, 1]])) == pytest.approx(2e4)


def test_bins_are_open_below_and_closed_above() -> None:
    stated = np.array([[0.0], [1 / 15], [1 / 15 + 1e-9], [1.0]])
    bins = reliability(stated, np.array([[False], [True], [True], [True]]))
    assert [b.count for b in bins] == [2, 1, *[0] * 12, 1]
    assert (bins[0].accuracy, bins[0].confidence) == pytest.approx((0.5, 1 / 30))
    assert np.isnan(bins[5].accuracy)
    assert (bins[0].low, bins[-1].high) == (0, 1)


def test_what_is_stated() -> None:
    p = np.array([[0.2, 0.8], [0.6, 0.4]])
    truth = np.array([[False, True], [False, True]])
    stated, right = confidences(p, truth, multilabel=False)
    assert stated.ravel().tolist() == [0.8, 0.6]
    assert right.ravel().tolist() == [True, False]
    stated, right = confidences(p, truth, multilabel=True)
    assert stated.tolist() == p.tolist()
    assert right.tolist() == truth.tolist()
