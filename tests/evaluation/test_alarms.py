"""From good pictures' scores to rates of false alarms, and what can be promised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miwake.errors import UsageError
from miwake.evaluation.alarms import Alarms, cheapest, gather, parse_rate


def scores(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).gamma(4.0, 0.3, count)


@pytest.mark.parametrize(
    ("text", "value"), [("1/1000", 0.001), ("0.1%", 0.001), ("0.001", 0.001), (" 1/20 ", 0.05), ("2.5 %", 0.025)]
)
def test_rates_as_people_write_them(text: str, value: float) -> None:
    assert parse_rate(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "0", "1", "2/1", "1/0", "-1/10", "often", "nan", "100%"])
def test_other_rates_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--false-alarms is"):
        parse_rate(text)


def test_a_picture_like_the_good_ones_has_a_rate_as_they_have() -> None:
    good, others = scores(500), scores(20_000, seed=1)
    rates = gather(good, None).rates(others)
    for share, off in ((0.5, 0.1), (0.2, 0.2), (0.05, 0.3), (0.01, 0.6)):
        assert (rates <= share).mean() == pytest.approx(share, rel=off)


@pytest.mark.parametrize("count", [1, 2, 5, 30, 1000, 5000])
def test_thresholds_and_rates_are_inverse(count: int) -> None:
    alarms = gather(scores(count), None)
    assert Alarms.from_json(alarms.to_json()) == alarms
    for rate in (0.3, 0.1, 0.01, 0.001, 1e-5):
        if rate < 1 / (count + 1) or count > 20:
            assert alarms.rates(np.array([alarms.threshold(rate)]))[0] == pytest.approx(rate, rel=0.05)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_rates_fall_and_are_shares(values: list[float]) -> None:
    alarms = gather(np.array(values), None)
    grid = np.linspace(-10, 250, 400)
    rates = alarms.rates(grid)
    assert ((rates > 0) & (rates <= 1)).all()
    assert (np.diff(rates) <= 1e-9).all()


def test_the_promise_is_kept_as_often_as_it_says() -> None:
    """The interval of the expected rate holds the true one in at least 95% of validation sets."""
    true = scores(200_000, seed=5)
    kept = []
    for seed in range(120):
        alarms = gather(scores(80, seed=100 + seed), None)
        threshold = alarms.threshold(0.05)
        expected = alarms.expected(threshold)
        kept.append(expected.low <= (true >= threshold).mean() <= expected.high)
    assert np.mean(kept) >= 0.93


def test_groups_count_as_one_picture_each() -> None:
    good = scores(200)
    single, grouped = gather(good, None), gather(good, np.arange(200) // 10)
    threshold = single.threshold(0.05)
    assert grouped.units == 20
    assert grouped.expected(threshold).high > single.expected(threshold).high


def test_more_good_pictures_promise_more() -> None:
    widths = []
    for count in (20, 200, 2000):
        alarms = gather(scores(count), None)
        figure = alarms.expected(alarms.threshold(0.01))
        assert figure.low <= 0.01 <= figure.high
        widths.append(figure.high - figure.low)
    assert widths[0] > widths[1] > widths[2]


def test_costs_move_the_threshold() -> None:
    good, bad = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.5, 5.0, 6.0])
    assert 3 < cheapest(good, bad, 1, 1) < 5
    assert cheapest(good, bad, 50, 1) < 2.5
    assert cheapest(good, bad, 1, 50) > 4
