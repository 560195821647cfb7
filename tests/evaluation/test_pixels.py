"""Figures of pixels against their definitions, written out plainly."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from miwake.evaluation import pixels
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.pixels import collected, compare, figures, rand
from miwake.evaluation.segmentation import evaluated, of_pictures
from miwake.types import VOID

ONCE = np.ones((2, 1), np.float32)


def pictures(seed: int, classes: int = 3, size: tuple[int, int] = (12, 15), void: bool = True):
    random = np.random.default_rng(seed)
    coarse = random.integers(0, classes, (2, *(-(-side // 3) for side in size)))
    truth = coarse.repeat(3, 1).repeat(3, 2)[:, : size[0], : size[1]].astype(np.uint8)
    answer = np.where(random.random(truth.shape) < 0.2, random.integers(0, classes, truth.shape), truth).astype(
        np.uint8
    )
    if void:
        truth[random.random(truth.shape) < 0.1] = VOID
    return answer, truth


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_overlap_is_counted_over_all_pictures(seed: int) -> None:
    answer, truth = pictures(seed)
    sums = collected([compare(a, t, 4) for a, t in zip(answer, truth, strict=True)])
    found = figures(sums, ONCE)
    ious = []
    for number in range(3):
        a, t, counts = answer == number, truth == number, truth != VOID
        both, either = (a & t).sum(), ((a | t) & counts).sum()
        if t.any():
            ious.append(both / either)
            assert found["iou"][number, 0] == pytest.approx(both / either)
            assert found["dice"][number, 0] == pytest.approx(2 * both / (t.sum() + (a & counts).sum()))
            assert found["recall"][number, 0] == pytest.approx(both / t.sum())
    assert math.isnan(found["iou"][3, 0])  # nobody has seen the fourth class
    assert found["mean_iou"][0, 0] == pytest.approx(np.mean(ious))
    right = ((answer == truth) & (truth != VOID)).sum() / (truth != VOID).sum()
    assert found["accuracy"][0, 0] == pytest.approx(right)


def plain_borders(answer: np.ndarray, truth: np.ndarray, number: int) -> list[float]:
    """By distances from every border pixel to every other."""
    reach = max(1.0, pixels.TOLERANCE * math.hypot(*truth.shape))
    answer = np.where(truth == VOID, VOID, answer)

    def edge(classes: np.ndarray) -> np.ndarray:
        found = []
        for y, x in itertools.product(*map(range, classes.shape)):
            beside = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
            inside = [(b, a) for b, a in beside if 0 <= b < classes.shape[0] and 0 <= a < classes.shape[1]]
            if classes[y, x] == number and any(classes[p] not in (number, VOID) for p in inside):
                found.append((y, x))
        return np.array(found, float).reshape(-1, 2)

    one, other = edge(answer), edge(truth)
    apart = np.sqrt(((one[:, None] - other[None]) ** 2).sum(2))
    near_one = (apart.min(1) <= reach).sum() if len(other) and len(one) else 0
    near_other = (apart.min(0) <= reach).sum() if len(one) and len(other) else 0
    return [near_one, len(one), near_other, len(other)]


@pytest.mark.parametrize("tolerance", [0.0075, 0.1, 0.2])
@pytest.mark.parametrize("seed", range(4))
def test_borders_match_within_a_disc(seed: int, tolerance: float, monkeypatch) -> None:
    monkeypatch.setattr(pixels, "TOLERANCE", tolerance)
    monkeypatch.setattr(pixels, "_BITS", 2)  # several blocks of classes
    answer, truth = pictures(seed)
    for a, t in zip(answer, truth, strict=True):
        found = compare(a, t, 3)[1]
        for number in range(3):
            assert found[number].tolist() == plain_borders(a, t, number)


def test_a_border_that_is_a_pixel_off_still_matches() -> None:
    truth = np.zeros((1, 60, 60), np.uint8)
    truth[0, 20:40, 20:40] = 1
    for shift, low, high in ((0, 1, 1), (1, 0.99, 1), (8, 0, 0.8)):
        sums = collected([compare(np.roll(truth[0], shift, 1), truth[0], 2)])
        assert low <= figures(sums, ONCE[:1])["mean_border_f1"][0, 0] <= high


def test_the_rand_score_counts_pairs() -> None:
    random = np.random.default_rng(0)
    truth = (random.random((9, 8)) < 0.7).astype(np.uint8)
    answer = np.where(random.random(truth.shape) < 0.15, 1 - truth, truth).astype(np.uint8)
    truth[0, :3] = VOID
    real = ndimage.label((truth != 0) & (truth != VOID))[0]
    given = ndimage.label(answer)[0]
    given[given == 0] = 1000 + np.arange((given == 0).sum())  # each alone
    inside = np.argwhere(real > 0)
    same_real = same_given = same_both = 0
    for one, other in itertools.product(map(tuple, inside), repeat=2):
        r, g = real[one] == real[other], given[one] == given[other]
        same_real, same_given, same_both = same_real + r, same_given + g, same_both + (r and g)
    both, ours, theirs = rand(answer, truth, 0)
    total = len(inside) ** 2
    np.testing.assert_allclose([both, ours, theirs], np.array([same_both, same_given, same_real]) / total)
    assert rand(truth, np.full_like(truth, VOID), 0).tolist() == [0, 0, 0]


def test_a_merged_cell_costs_more_than_a_thin_membrane() -> None:
    truth = np.ones((40, 40), np.uint8)
    truth[:, 19:21] = 0
    opened = truth.copy()
    opened[20, 19:21] = 1  # a hole of two pixels joins both cells
    thin = truth.copy()
    thin[:, 19] = 1
    scores = []
    for answer in (truth, thin, opened):
        both, ours, theirs = rand(answer, truth, 0)
        scores.append(both / (0.5 * ours + 0.5 * theirs))
    assert scores[0] == 1
    assert scores[1] > 0.99 > 0.8 > scores[2]


def test_intervals_and_the_rest() -> None:
    parts = [pictures(seed) for seed in range(10)]
    sums = collected(
        [compare(a, t, 3, dividing=0) for answers, truths in parts for a, t in zip(answers, truths, strict=True)]
    )
    quick = EvaluateOptions(bootstrap_rounds=200)
    options = {"classes": ("a", "b", "c"), "split": "test", "void": 0.1, "dividing": 0, "temperature": 1.2}
    alone = evaluated(sums, groups=None, options=quick, **options)
    grouped = evaluated(sums, groups=np.arange(20) // 5, options=quick, **options)
    for found in (alone, grouped):
        for name in ("mean_iou", "mean_dice", "mean_border_f1", "accuracy", "rand"):
            figure = getattr(found, name)
            assert figure.low < figure.value < figure.high
        assert sum(one.share for one in found.per_class) == pytest.approx(1)
        assert all(sum(row) == pytest.approx(1) for row in found.confusion)
        assert found.mean_iou.value == pytest.approx(np.mean([one.iou.value for one in found.per_class]))
    assert grouped.groups == 4
    assert alone.mean_iou.value == grouped.mean_iou.value
    assert list(alone.pictures) == sorted(alone.pictures)
    single = figures(collected([compare(*(x[0] for x in pictures(0)), 3)]), ONCE[:1])
    assert of_pictures(sums)[0] == pytest.approx(single["mean_iou"][0, 0])
