"""The letter A with the lecture's own numbers."""

from __future__ import annotations

import numpy as np

from miwake.lessons import catalogue
from miwake.lessons.course.convolution import BAR, EDGE, FALLING, LETTER_A, POINT, RISING
from miwake.lessons.formulas.convolution import convolve, shift
from miwake.lessons.formulas.pooling import max_pool
from miwake.lessons.model import state
from miwake.lessons.sheet import evaluate


def digits(text: str) -> np.ndarray:
    return np.array([[float(digit) for digit in row] for row in text.split(" / ")])


PICTURE = digits(
    "000000000 / 000010000 / 000101000 / 000101000 / 001000100 / 001111100 / 001000100 / 010000010 / 010000010"
)
FILTER = digits("000 / 010 / 101")
MAP = digits("0103010 / 0112110 / 1020201 / 1222221 / 1121211 / 0200020 / 1100011")
POOLED = digits("23332 / 22222 / 22222 / 22222 / 22222")


def test_the_lecture() -> None:
    assert np.array_equal(LETTER_A, PICTURE)
    assert np.array_equal(POINT, FILTER)
    assert np.array_equal(convolve(PICTURE, FILTER), MAP)
    assert np.array_equal(max_pool(MAP, 3, 1), POOLED)
    place = np.unravel_index(MAP.argmax(), MAP.shape)
    assert place == (0, 3)  # under the filter's middle lies the point of the A, row 1, column 4
    assert PICTURE[1].tolist().index(1.0) == 4


def test_the_lesson_shows_it() -> None:
    lesson = catalogue.lesson("convolution")
    keys = [step.key for step in lesson.steps]
    slide = evaluate(lesson, state(lesson, keys.index("slide")))
    assert np.array_equal(slide["u"], MAP)
    assert np.array_equal(evaluate(lesson, state(lesson, keys.index("pool")))["pooled"], POOLED)


def test_other_filters_answer_to_other_parts() -> None:
    rising, falling, bar, line = (convolve(PICTURE, np.array(h)) for h in (RISING, FALLING, BAR, EDGE))
    # the left leg rises, the right one falls, and the A is its own mirror image
    assert np.array_equal(rising, falling[:, ::-1])
    assert rising[:, :3].sum() > rising[:, 4:].sum()
    crossbar = 5 - 1  # its row, as the middle of a filter
    assert np.unravel_index(bar.argmax(), bar.shape)[0] == crossbar
    assert np.unravel_index(line.argmax(), line.shape)[0] == crossbar
    assert line.max() == 6
    assert line.min() < 0


def test_moved_by_one_pixel_the_map_moves_along_and_the_pooled_map_hardly() -> None:
    for down, right in ((0, 1), (0, -1), (1, 0)):
        moved = convolve(shift(PICTURE, down, right), FILTER)
        row, column = np.unravel_index(moved.argmax(), moved.shape)
        assert (row, column) == (down, 3 + right)
        changed, kept = np.mean(moved != MAP), np.mean(max_pool(moved, 3, 1) != POOLED)
        assert changed > 0.5
        assert kept <= 0.2
