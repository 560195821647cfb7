"""A run's time: what is looked at ten times a second, and where a time limit puts the end."""

from __future__ import annotations

import pytest

from miwake.training import clock as room
from miwake.training.clock import Clock
from miwake.training.schedule import Course


class Time:
    """A clock on the wall that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Time:
    found = Time()
    monkeypatch.setattr(room, "time", found)
    return found


def test_it_is_due_ten_times_a_second(wall: Time) -> None:
    clock, due = Clock(), 0
    for _ in range(1000):  # steps of 10 ms each
        wall.now += 0.01
        due += clock.due()
    assert 90 <= due <= 100


def test_earlier_parts_of_a_run_count(wall: Time) -> None:
    clock = Clock()
    wall.now += 5
    clock.earlier = 60.0
    assert clock.elapsed() == pytest.approx(65)


def test_a_checkpoint_is_as_old_as_the_last_look_says(wall: Time) -> None:
    clock = Clock()
    wall.now += 30
    assert clock.due()
    assert clock.unsaved() == pytest.approx(30)
    clock.saved()
    wall.now += 7
    assert clock.due()
    assert clock.unsaved() == pytest.approx(7)


@pytest.mark.parametrize(("passes", "end"), [(0, 100), (2, 60)])
def test_the_course_ends_where_the_time_does(wall: Time, passes: int, end: int) -> None:
    clock, course = Clock(), Course(total=1000)
    wall.now += 50  # the weights were read, and the first steps were warm
    course.step = 10
    clock.begin_pace(course.step)
    clock.looking = 20.0
    course.step, wall.now = 20, wall.now + 10  # a step a second
    clock.keep(course, 140.0, passes=passes, most=1000, progressive=0.0)
    # 140 - 60 seconds are left, less those of the passes without gradients
    assert course.total == end
