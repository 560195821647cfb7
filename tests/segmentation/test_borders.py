"""Border weights against the plain formula."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from miwake.segmentation.borders import border_weights
from miwake.types import VOID


def plain(truth: np.ndarray, ground: int, most: float, sigma: float) -> np.ndarray:
    """Equation 2 as it is written: every distance to every thing."""
    labels, count = ndimage.label((truth != ground) & (truth != VOID))
    found = np.ones(truth.shape)
    for place in zip(*np.nonzero(labels == 0), strict=True):
        distances = []
        for number in range(1, count + 1):
            rows, columns = np.nonzero(labels == number)
            distances.append(np.sqrt((rows - place[0]) ** 2 + (columns - place[1]) ** 2).min())
        if len(distances) > 1:
            d1, d2 = sorted(distances)[:2]
            found[place] += most * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.03, 0.2, 0.6]), st.integers(0, 1), st.sampled_from([1.0, 5.0]))
def test_they_are_equation_2(seed: int, share: float, ground: int, sigma: float) -> None:
    random = np.random.default_rng(seed)
    truth = np.where(random.random((2, 19, 23)) < share, 1 - ground, ground)
    truth[0, 3:5, 3:9] = VOID
    found = border_weights(torch.from_numpy(truth), ground=ground, most=10, sigma=sigma)
    assert found.dtype == torch.float32
    for one, weights in zip(truth, found.numpy(), strict=True):
        np.testing.assert_allclose(weights, plain(one, ground, 10, sigma), atol=1e-3)


def test_a_gap_counts_most_where_it_is_narrow() -> None:
    truth = torch.zeros(1, 20, 40, dtype=torch.int64)
    truth[0, :, :10] = 1
    truth[0, :10, 12:] = 1
    truth[0, 12:, 22:] = 1
    weights = border_weights(truth)[0]
    assert weights[5, 10] > weights[15, 15] > 1
    assert weights[5, 5] == 1
    assert border_weights(torch.ones(1, 8, 8, dtype=torch.int64)).eq(1).all()
