"""Charts over strengths that double."""

from __future__ import annotations

import re

import pytest

from miwake.look.curves import Place, columns, curve
from miwake.look.svg import Frame
from miwake.types import Figure

FRAME = Frame(key="one", title="Title", description="What it shows.")


def places(count: int) -> list[Place]:
    return [
        Place(label=f"{2**number}", figure=Figure(1 / (number + 1), 0.5 / (number + 1), 1.0), marked=number == 1)
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [2, 5, 9])
def test_every_strength_has_its_dot_and_interval_within_the_drawing(count) -> None:
    drawn = curve(FRAME, places(count), x_label="levels", level=0.1, level_label="guessing")
    assert drawn.count("<circle") == count
    assert drawn.count('class="whisker"') == count
    assert drawn.count('class="ring"') == 1
    xs = [float(x) for x in re.findall(r'cx="([\d.]+)"', drawn)]
    assert xs == sorted(xs)
    assert 0 < xs[0] < xs[-1] < 360
    heights = [float(y) for y in re.findall(r'cy="([\d.]+)"', drawn)]
    assert heights == sorted(heights)  # accuracy falls
    assert "guessing" in drawn
    assert 'class="rule"' in drawn
    without = curve(FRAME, places(count), x_label="levels", level=None, level_label="guessing")
    assert "guessing" not in without
    assert 'class="rule"' not in without


def test_what_is_no_number_leaves_a_gap() -> None:
    nan = float("nan")
    some = [*places(2), Place(label="4", figure=Figure(nan, nan, nan)), Place(label="8", figure=Figure(0.2, nan, nan))]
    drawn = curve(FRAME, some, x_label="", level=0.1, level_label="")
    assert drawn.count("<circle") == 3
    assert drawn.count('class="whisker"') == 2
    assert "nan" not in drawn


def test_columns_are_as_high_as_their_counts() -> None:
    drawn = columns(FRAME, ["a", "b", "c"], [10, 0, 5], x_label="x", y_label="y")
    heights = [float(height) for height in re.findall(r'<rect[^>]*height="([\d.]+)"', drawn)]
    assert len(heights) == 2
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert columns(FRAME, ["a"], [0], x_label="x", y_label="y")
