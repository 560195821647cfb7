"""Strengths as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miwake.errors import UsageError
from miwake.robustness.strength import parse_strength, shown


@pytest.mark.parametrize(
    ("text", "levels"),
    [("8/255", 8), ("8", 8), ("0.3", 76.5), ("0.03", 7.65), ("1/2", 127.5), ("1", 1), ("1/255", 1), ("76.5", 76.5)],
)
def test_a_fraction_is_a_share_and_a_number_from_one_on_counts_levels(text: str, levels: float) -> None:
    assert parse_strength(text, "strength") == pytest.approx(levels)


@pytest.mark.parametrize("text", ["", "0", "-1", "eight", "8/0", "nan", "inf", "8/255/2", "0/255"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="8/255"):
        parse_strength(text, "strength")


@given(st.floats(0.01, 255))
def test_what_is_shown_can_be_read(levels: float) -> None:
    assert parse_strength(shown(levels), "strength") == pytest.approx(levels, rel=1e-3)
