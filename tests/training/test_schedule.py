"""The learning rate rises, falls and ends where it should, even when the end is moved."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miwake.training.schedule import CHEAPER, SMALLER, Course, cost, rate, side


@pytest.mark.parametrize("schedule", ["one-cycle", "cosine"])
def test_peaks_after_warmup_and_ends_at_zero(schedule):
    assert rate(schedule, 0.25, 0.25) == pytest.approx(1.0)
    assert rate(schedule, 0.25, 1.0) == pytest.approx(0.0, abs=1e-12)
    assert rate(schedule, 0.25, 0.125) == pytest.approx(0.5)


def test_halfway_down():
    assert rate("one-cycle", 0.2, 0.6) == pytest.approx(0.5)
    assert rate("cosine", 0.2, 0.4) == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    assert rate("constant", 0.2, 0.9) == 1.0


def test_without_warmup_starts_at_the_top():
    assert rate("one-cycle", 0.0, 0.0) == 1.0


@given(total=st.integers(1, 500), moves=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 600)), max_size=6))
def test_course_never_goes_back_and_ends_at_one(total, moves):
    course = Course(total=total)
    seen = [course.done]
    for steps, target in moves:
        for _ in range(steps):
            if course.step >= course.total:
                break
            course.step += 1
            seen.append(course.done)
        course.retarget(target)
        seen.append(course.done)
    while course.step < course.total:
        course.step += 1
        seen.append(course.done)
    assert all(after >= before - 1e-12 for before, after in pairwise(seen))
    assert seen[-1] == pytest.approx(1.0)


def test_undisturbed_course_is_exact():
    course = Course(total=7)
    for step in range(7):
        course.step = step
        assert course.done == step / 7


@given(st.floats(0, 0.99), st.floats(0, 0.99))
def test_cost_of_what_is_left_is_the_mean_over_its_steps(progressive, done):
    places = [done + (1 - done) * (place + 0.5) / 1000 for place in range(1000)]
    steps = [CHEAPER if side(progressive, place) == SMALLER else 1.0 for place in places]
    assert cost(progressive, done) == pytest.approx(sum(steps) / 1000, abs=1e-3)
