"""Time that several parts share."""

from __future__ import annotations

import math

import pytest

from miwake.robustness.clock import Clock, TimeOver


def test_each_part_has_its_share_and_what_is_left_over_goes_on() -> None:
    now = [100.0]
    clock = Clock(60.0, {"a": 1, "b": 1, "c": 1}, lambda: now[0])
    clock.begin("a")
    assert clock.left() == 20
    now[0] += 5
    assert not clock.enough()
    clock.check()
    clock.begin("b")
    assert clock.left() == 55 / 2
    now[0] += 40
    assert clock.enough()
    with pytest.raises(TimeOver):
        clock.check()
    clock.begin("c")
    assert clock.left() == 15
    assert clock.spent == 45


def test_without_a_limit_there_is_never_enough() -> None:
    clock = Clock(None, {"a": 1}, lambda: 0.0)
    clock.begin("a")
    assert math.isinf(clock.left())
    assert not clock.enough()


def test_progress_is_of_the_whole_by_pictures_or_by_time() -> None:
    free = Clock(None, {"a": 3, "b": 1}, lambda: 0.0)
    free.begin("a")
    assert free.done(0.5) == 3 / 8
    free.begin("b")
    assert (free.done(0.0), free.done(1.0)) == (3 / 4, 1)
    now = [0.0]
    bound = Clock(40.0, {"a": 3, "b": 1}, lambda: now[0])
    bound.begin("a")
    now[0] = 15.0
    assert bound.done(0.1) == 3 / 8  # half of the part's time, with a tenth of its pictures
    now[0] = 90.0
    assert bound.done(0.1) == 3 / 4
