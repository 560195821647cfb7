"""Shares with intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from miwake.evaluation.intervals import wilson
from miwake.robustness.figures import share


def test_yes_and_no_has_wilsons_interval() -> None:
    assert share(np.array([True] * 8 + [False] * 2)) == wilson(8, 10)
    assert math.isnan(share(np.array([], bool)).value)


def test_groups_widen_it() -> None:
    rng = np.random.default_rng(0)
    of_group = rng.random(20) < 0.7
    values = np.repeat(of_group, 10)
    groups = np.repeat(np.arange(20).astype(str), 10)
    alone, grouped = share(values), share(values, groups)
    assert grouped.value == pytest.approx(alone.value)
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_means_of_several_answers_are_resampled() -> None:
    values = np.random.default_rng(0).random(400)
    found = share(values)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(4 * values.std() / 20, rel=0.1)
