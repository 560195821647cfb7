"""The quick coreset makes the picks of the plain algorithm."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from miwake.anomaly.coreset import coreset, plain


@pytest.mark.parametrize("candidates", [1, 7, 64, 10_000])
@pytest.mark.parametrize("first", [0, 123])
def test_the_picks_are_those_of_the_plain_algorithm(candidates: int, first: int) -> None:
    points = torch.randn(2000, 12, generator=torch.Generator().manual_seed(1))
    picks = coreset(points, 300, first=first, candidates=candidates)
    assert torch.equal(picks, plain(points.double(), 300, first=first))


def test_clusters_and_far_points_are_found_first() -> None:
    generator = torch.Generator().manual_seed(0)
    centres = 100 * torch.eye(5, 8)
    points = torch.cat([centre + 0.01 * torch.randn(400, 8, generator=generator) for centre in centres])
    picks = coreset(points, 5)
    assert sorted((picks // 400).tolist()) == [0, 1, 2, 3, 4]
    # and all of it is covered as closely as the next pick says
    picks = coreset(points, 50)
    assert float(torch.cdist(points, points[picks]).min(1).values.max()) < 0.05


@settings(max_examples=30, deadline=None)
@given(
    number=st.integers(1, 60),
    share=st.floats(0.02, 1.0),
    candidates=st.integers(1, 80),
    seed=st.integers(0, 1000),
    whole=st.booleans(),
)
def test_any_points(number: int, share: float, candidates: int, seed: int, whole: bool) -> None:
    generator = torch.Generator().manual_seed(seed)
    points = torch.randn(number, 3, generator=generator)
    if whole:  # equal points, and many at equal distances
        points = points.round()
    count = max(1, int(share * number))
    picks = coreset(points, count, candidates=candidates)
    assert len(set(picks.tolist())) == count
    far, best = (
        torch.cdist(points.double(), points[rows].double()).min(1).values.max()
        for rows in (picks, plain(points, count))
    )
    # where several are equally far either may be taken: both are within twice the least possible distance
    assert float(far) <= 2 * float(best) + 1e-6 if whole else torch.isclose(far, best)
