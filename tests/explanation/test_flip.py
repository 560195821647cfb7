from __future__ import annotations

import math

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from miwake.explanation.flip import hidden, smallest


def spot(top: int, left: int):
    """A network that answers 1 as long as it sees the bright spot of 2×2 pixels."""

    def outputs(pictures: torch.Tensor) -> np.ndarray:
        seen = pictures[:, 0, top : top + 2, left : left + 2].sum((1, 2)).numpy().astype(np.float64)
        return np.stack([np.full(len(seen), 2.5), seen], 1)

    picture = torch.zeros(1, 1, 24, 30)
    picture[0, 0, top : top + 2, left : left + 2] = 1
    return outputs, picture


def changed(outputs: np.ndarray) -> list[float]:
    return list(outputs[:, 0] - outputs[:, 1])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 22), st.integers(0, 28))
def test_finds_the_spot_and_no_more(top: int, left: int) -> None:
    outputs, picture = spot(top, left)
    found = smallest(outputs, picture, changed)
    assert found is not None
    y0, x0, y1, x1 = found.rectangle
    assert (y1 - y0) * (x1 - x0) == 2  # half of the spot suffices
    assert top <= y0 < y1 <= top + 2
    assert left <= x0 < x1 <= left + 2
    assert found.share == 2 / (24 * 30)
    np.testing.assert_array_equal(found.outputs, outputs(hidden(picture, found.rectangle)))
    assert changed(found.outputs)[0] > 0


def test_nothing_where_nothing_changes_it() -> None:
    picture = torch.ones(1, 1, 16, 16)
    assert smallest(lambda pictures: np.tile([0.0, 1.0], (len(pictures), 1)), picture, changed) is None


def test_nothing_where_the_time_is_up() -> None:
    outputs, picture = spot(3, 3)
    assert smallest(outputs, picture, changed, until=-math.inf) is None
