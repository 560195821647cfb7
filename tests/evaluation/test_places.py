"""Figures of pixels from sums over bins are those of the pixels themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from sklearn.metrics import roc_auc_score

from miwake.evaluation.places import LIMIT, collected, compare, edges, figures


def case(seed: int, pictures: int = 6) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
    """Smooth maps, and masks that they follow more or less."""
    random = np.random.default_rng(seed)
    heats, masks = [], []
    for number in range(pictures):
        mask = np.zeros((40, 50), bool)
        for _ in range(random.integers(1, 4) if number else 0):
            top, left = random.integers(0, 30, 2)
            mask[top : top + random.integers(2, 9), left : left + random.integers(2, 9)] = True
        heat = ndimage.gaussian_filter(mask * random.uniform(0.5, 4) + random.normal(0, 1, mask.shape), 2)
        heats.append(heat.astype(np.float32))
        masks.append(mask if mask.any() else None)
    return heats, masks


def all_of(heats: list[np.ndarray], masks: list[np.ndarray | None]):
    limits = edges(np.stack(heats))
    return collected([compare(heat, heat >= 0.3, mask, limits) for heat, mask in zip(heats, masks, strict=True)])


def plain_pro(heats: list[np.ndarray], masks: list[np.ndarray | None]) -> float:
    """The definition, threshold by threshold."""
    whole = np.concatenate([heat.ravel() for heat in heats])
    good = np.concatenate(
        [np.ones(h.size, bool) if m is None else ~m.ravel() for h, m in zip(heats, masks, strict=True)]
    )
    rates, overlaps = [0.0], [0.0]
    for level in np.unique(np.quantile(whole, np.linspace(1, 0.3, 3000)))[::-1]:
        rates.append(float((whole[good] >= level).mean()))
        shares = []
        for heat, mask in zip(heats, masks, strict=True):
            if mask is not None:
                labels, count = ndimage.label(mask, np.ones((3, 3)))
                shares += [float((heat[labels == one] >= level).mean()) for one in range(1, count + 1)]
        overlaps.append(float(np.mean(shares)))
    place, height = np.array(rates), np.array(overlaps)
    grid = np.linspace(0, LIMIT, 4000)
    return float(np.trapezoid(np.interp(grid, place, height), grid) / LIMIT)


@pytest.mark.parametrize("seed", range(4))
def test_they_are_those_of_the_pixels(seed: int) -> None:
    heats, masks = case(seed)
    found = figures(all_of(heats, masks), np.ones((len(heats), 1), np.float32))
    truth = np.concatenate(
        [(np.zeros(h.shape, bool) if m is None else m).ravel() for h, m in zip(heats, masks, strict=True)]
    )
    whole = np.concatenate([heat.ravel() for heat in heats])
    assert found["pixel_auroc"][0, 0] == pytest.approx(roc_auc_score(truth, whole), abs=2e-3)
    assert found["pro"][0, 0] == pytest.approx(plain_pro(heats, masks), abs=5e-3)
    said = whole >= 0.3
    f1 = 2 * (said & truth).sum() / (said.sum() + truth.sum())
    assert found["pixel_f1"][0, 0] == pytest.approx(f1, abs=1e-6)


def test_weights_are_copies() -> None:
    heats, masks = case(7)
    weights = np.array([[1], [3], [0], [1], [2], [1]], np.float32)
    copies = [number for number, times in enumerate(weights[:, 0]) for _ in range(int(times))]
    weighed = figures(all_of(heats, masks), weights)
    limits_same = all_of(heats, masks).take(np.ones(6, bool))
    repeated = figures(
        type(limits_same)(*(getattr(limits_same, name)[copies] for name in limits_same.__dataclass_fields__)),
        np.ones((len(copies), 1), np.float32),
    )
    for name in weighed:
        assert weighed[name][0, 0] == pytest.approx(repeated[name][0, 0], rel=1e-4)


def test_small_defects_count_as_much_as_large_ones_for_pro() -> None:
    mask = np.zeros((40, 40), bool)
    mask[2:4, 2:4] = mask[10:38, 10:38] = True
    heat = np.zeros((40, 40), np.float32)
    heat[10:38, 10:38] = 1.0
    found = figures(all_of([heat], [mask]), np.ones((1, 1), np.float32))
    assert found["pixel_auroc"][0, 0] > 0.99
    # half of the regions are covered at once, the other only together with everything
    assert found["pro"][0, 0] == pytest.approx(0.5 + 0.5 * LIMIT / 2, abs=0.02)
