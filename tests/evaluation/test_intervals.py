"""Intervals: against known values, at the edges, and how often they cover the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from miwake.evaluation.intervals import bootstrap, interval, resamples, unbounded, wilson


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_agrees_with_scipy(count: int, share: float) -> None:
    right = round(share * count)
    figure, expected = wilson(right, count), binomtest(right, count).proportion_ci(method="wilson")
    assert (figure.low, figure.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_wilson_of_nothing_is_nothing() -> None:
    assert all(math.isnan(x) for x in (wilson(0, 0).value, wilson(0, 0).low, wilson(0, 0).high))


def test_every_unit_is_drawn_as_often_as_there_are_units() -> None:
    weights = np.concatenate(list(resamples(50, 40, 0)), axis=1)
    assert weights.shape == (50, 40)
    assert (weights.sum(0) == 50).all()
    assert weights.mean(1) == pytest.approx(1, abs=0.6)


def test_draws_do_not_depend_on_the_size_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate(list(resamples(50, 40, 7)), axis=1)
    monkeypatch.setattr("miwake.evaluation.intervals._BLOCK", 50 * 17)
    parts = list(resamples(50, 40, 7))
    assert [part.shape[1] for part in parts] == [17, 17, 6]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_the_bootstrap_of_a_share_has_its_binomial_spread() -> None:
    right = np.arange(200) < 140
    draws = bootstrap(lambda w: {"share": (right @ w / w.sum(0))[None]}, 200, 2000, 0)["share"][0]
    assert draws.mean() == pytest.approx(0.7, abs=0.005)
    assert draws.std() == pytest.approx(math.sqrt(0.7 * 0.3 / 200), rel=0.08)
    figure = interval(0.7, draws, 200, 200)
    assert (figure.low, figure.high) == pytest.approx((0.636, 0.764), abs=0.012)


def test_perfect_scores_are_not_certain() -> None:
    figure = interval(1.0, np.ones(100), 12, 40)
    assert figure.high == 1
    assert figure.low == pytest.approx(wilson(12, 12).low)
    zero = interval(0.0, np.zeros(100), 12, 40)
    assert (zero.low, zero.high) == pytest.approx((0, wilson(0, 12).high))


def test_draws_that_run_into_the_edge_get_wilsons_interval() -> None:
    draws = np.random.default_rng(0).binomial(100, 0.99, 4000) / 100
    figure = interval(0.99, draws, 100, 100)
    expected = wilson(99, 100)
    assert (figure.low, figure.high) == pytest.approx((expected.low, expected.high), abs=0.003)


def test_one_unit_says_nothing_and_few_say_little() -> None:
    alone = interval(0.8, np.full(100, 0.8), 1, 1)
    assert alone.value == 0.8
    assert math.isnan(alone.low)
    assert math.isnan(alone.high)
    few = interval(0.8, np.full(100, 0.8), 2, 50)
    assert few.high - few.low > 0.7
    assert math.isnan(interval(math.nan, np.ones(10), 5, 5).value)


def test_few_units_are_trusted_less() -> None:
    draws = np.linspace(0.3, 0.7, 1001)
    wide, narrow = interval(0.5, draws, 8, 8), interval(0.5, draws, 1000, 1000)
    assert wide.low < narrow.low - 0.005
    assert (narrow.low, narrow.high) == pytest.approx((0.31, 0.69), abs=0.001)


def test_a_shifted_bootstrap_is_moved_onto_its_value() -> None:
    draws = np.random.default_rng(0).normal(0.05, 0.005, 5000)
    figure = unbounded(0.03, draws, 1000)
    assert (figure.low, figure.high) == pytest.approx((0.0202, 0.0398), abs=5e-4)
    assert unbounded(0.001, draws, 1000).low == 0
    assert math.isnan(unbounded(0.03, draws, 1).low)


def test_groups_widen_the_interval_until_it_covers() -> None:
    """Of 20 pictures of a group all are right or wrong together; the truth is 0.7."""
    rng = np.random.default_rng(0)
    unit = np.arange(600) // 20
    covered = naive = 0
    for seed in range(150):
        right = (rng.random(30) < 0.7)[unit].astype(float)
        sums = np.bincount(unit, right)
        draws = bootstrap(lambda w, s=sums: {"share": (s @ w / (20 * w.sum(0)))[None]}, 30, 300, seed)["share"][0]
        figure = interval(right.mean(), draws, 30, 30)
        covered += figure.low <= 0.7 <= figure.high
        blind = wilson(right.sum(), 600)
        naive += blind.low <= 0.7 <= blind.high
    assert covered >= 134
    assert naive < 75
