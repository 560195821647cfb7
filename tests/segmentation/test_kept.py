"""What is kept of logits, the same whether they come whole or in parts; regions; drawing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from miwake.data.masks import laid
from miwake.segmentation import draw
from miwake.segmentation.kept import Gathering, chances, grid, keep, truths
from miwake.segmentation.parts import regions

SIZES = st.tuples(st.integers(1, 90), st.integers(1, 130))


@settings(max_examples=40, deadline=None)
@given(SIZES, st.integers(1, 40), st.integers(1, 40))
@example((71, 128), 40, 40)
def test_whole_and_in_parts_is_the_same(size: tuple[int, int], high: int, wide: int) -> None:
    logits = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(0))
    whole, gathering = keep(logits), Gathering(3, size)
    for top in range(0, size[0], high):
        for left in range(0, size[1], wide):
            gathering.write(top, left, logits[0, :, top : top + high, left : left + wide])
    assert whole.dtype == gathering.kept.dtype
    for name in ("classes", "logits"):
        np.testing.assert_array_equal(whole[name], gathering.kept[name])
    np.testing.assert_array_equal(whole["classes"][0], logits[0].argmax(0).numpy())
    assert whole["logits"][0, 0].size <= 1024


@settings(max_examples=40, deadline=None)
@given(SIZES, SIZES)
def test_truth_is_taken_where_the_answers_grid_is(size: tuple[int, int], full: tuple[int, int]) -> None:
    classes = np.random.default_rng(0).integers(0, 200, size).astype(np.uint8)
    rows, columns = grid(size)
    np.testing.assert_array_equal(truths(laid(classes, size), size), classes[rows, columns])
    whole = laid(classes, full)
    assert whole.shape == full
    assert set(np.unique(whole)) <= set(np.unique(classes))
    if all(f % s == 0 for f, s in zip(full, size, strict=True)):
        np.testing.assert_array_equal(truths(whole, size), classes[rows, columns])


def test_chances_are_calibrated_shares() -> None:
    logits = np.random.default_rng(0).normal(0, 300, (3, 4, 5)).astype(np.float32)
    for temperature in (1.0, 3.0):
        expected = torch.softmax(torch.from_numpy(logits).double() / temperature, 0).numpy()
        np.testing.assert_allclose(chances(logits, temperature), expected, atol=1e-12)


def scene() -> np.ndarray:
    classes = np.zeros((40, 60), np.uint8)
    classes[5:15, 10:30] = 1
    classes[20:24, 40:50] = 1
    classes[30:38, 2:12] = 2
    classes[0, 0] = 2  # too little to be a part
    return classes


def test_regions_have_boxes_areas_and_how_sure_they_are() -> None:
    classes = scene()
    rows, columns = grid(classes.shape)
    sure = np.where(classes[rows, columns] == 1, 0.9, 0.6)
    found = regions(classes, sure, (80, 180), ("ground", "a", "b"), ground=0)
    assert [(one.label, one.left, one.top, one.right, one.bottom, one.area) for one in found] == [
        ("a", 30, 10, 90, 30, 200 * 6),
        ("b", 6, 60, 36, 76, 80 * 6),
        ("a", 120, 40, 150, 48, 40 * 6),
    ]
    assert found[0].strength == pytest.approx(0.9, abs=0.06)
    assert found[1].strength == pytest.approx(0.6, abs=0.06)
    every = regions(classes, sure, (40, 60), ("ground", "a", "b"), ground=None)
    assert every[0].label == "ground"


def test_regions_of_a_large_map_are_rounded(monkeypatch) -> None:
    from miwake.segmentation import parts

    monkeypatch.setattr(parts, "_LARGEST", 30)
    classes = scene()
    rows, columns = grid(classes.shape)
    found = regions(classes, np.ones(classes[rows, columns].shape), (40, 60), ("ground", "a", "b"), ground=0)
    assert [one.label for one in found] == ["a", "b", "a"]
    assert found[0].area == pytest.approx(200, rel=0.1)
    assert abs(found[0].left - 10) <= 1


@pytest.mark.parametrize("shape", [(80, 120, 3), (40, 60, 1), (20, 30, 9), (1, 1, 3)])
def test_it_is_drawn_on_any_picture(shape: tuple[int, int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    before, colours = picture.copy(), draw.palette(3, 0)
    for way in (draw.overlaid, draw.outlined, draw.mapped):
        drawn = way(picture, scene(), colours, 0)
        assert drawn.shape == (*shape[:2], 3)
        assert drawn.dtype == np.uint8
    assert draw.mistaken(picture, scene(), scene()).shape == (*shape[:2], 3)
    np.testing.assert_array_equal(picture, before)
    if shape == (80, 120, 3):
        over = draw.overlaid(picture, scene(), colours, 0).astype(int)
        assert (
            np.abs(over - colours[1])[14:26, 24:56].mean()
            < np.abs(picture.astype(int) - colours[1])[14:26, 24:56].mean()
        )
        wrong = draw.mistaken(picture, scene(), np.zeros((40, 60), np.uint8))
        assert (wrong[14, 24] - wrong[14, 24].min()).max() > 40  # red, where the rest is grey
        assert len(set(wrong[2, 4].tolist())) == 1
    key = draw.keyed(
        draw.mapped(picture, scene(), colours, 0), [("空 36%", (1, 2, 3)), ("road " * 30, (4, 5, 6)), ("x", None)]
    )
    assert key.shape[0] > shape[0]


def test_colours_differ() -> None:
    colours = draw.palette(150, None)
    assert len(np.unique(colours[:150], axis=0)) > 140
    assert len(np.unique(colours[:12], axis=0)) == 12
