"""The memory of good patches, and the search in it."""

from __future__ import annotations

import pytest
import torch

from miwake.anomaly.bank import Bank, whitened
from miwake.anomaly.nearest import WHOLE, _most, nearest, turned


def features(count: int, width: int = 64, seed: int = 0) -> torch.Tensor:
    """Like features of a network: most of their variance lies in few directions."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(width, width, generator=torch.Generator().manual_seed(9))
    return torch.randn(count, width, generator=generator) * (torch.arange(1, width + 1) ** -0.8) @ mixing


def test_turning_keeps_distances_and_puts_variance_first() -> None:
    bank = features(500)
    mean, directions = turned(bank)
    rows = (bank - mean) @ directions
    torch.testing.assert_close(torch.pdist(rows.double()), torch.pdist(bank.double()), atol=1e-3, rtol=1e-4)
    spread = rows.var(0)
    assert bool((spread[:-1] >= spread[1:] - 1e-4).all())


def test_the_search_finds_the_nearest_row() -> None:
    bank, queries = features(3000, seed=1), features(400, seed=2)
    mean, directions = turned(bank)
    distance, found = nearest((queries - mean) @ directions, (bank - mean) @ directions, lead=24, kept=16)
    exact, right = torch.cdist(queries, bank).min(1)
    assert float((found == right).float().mean()) >= 0.99
    torch.testing.assert_close(distance[found == right], exact[found == right], atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("columns", [10, 4096, 5000])
def test_the_greatest_are_found_block_by_block(columns: int) -> None:
    likeness = torch.randn(50, columns, generator=torch.Generator().manual_seed(columns))
    found = likeness.gather(1, _most(likeness, 8)).sort(1).values
    assert torch.equal(found, likeness.topk(8).values.sort(1).values)


def test_a_pool_is_the_same_sample_however_it_comes() -> None:
    rows = features(1000).reshape(100, 2, 5, 64).movedim(3, 1)
    bank = Bank(10, 64, 100, (2, 5))
    samples = []
    for size in (100, 25, 10):
        torch.manual_seed(3)
        state = None
        for part in rows.split(size):
            state = bank.observe(part, state)
        samples.append(state)
        assert [len(column) for column in state] == [100, 100, 100]
    for other in samples[1:]:
        assert all(torch.equal(a, b) for a, b in zip(samples[0], other, strict=True))
    flat = rows.movedim(1, -1).reshape(-1, 64)
    for row, place in zip(samples[0][0], samples[0][2], strict=True):
        assert int((flat == row).all(1).nonzero()) % 10 == int(place)


def test_what_was_seen_is_near_and_what_was_not_is_far() -> None:
    torch.manual_seed(0)
    bank = Bank(60, 64, 4000, (10, 10))
    seen = features(2000, seed=1).reshape(20, 100, 64).movedim(2, 1).reshape(20, 64, 10, 10)
    bank.finish(bank.observe(seen, None))
    near, rows = bank(seen[:2])
    assert near.shape == rows.shape == (2, 10, 10)
    assert 0.5 < float(near.mean()) < 2  # in units of the typical distance
    far, _ = bank(seen[:2] + 30)
    assert float(far.min()) > 3 * float(near.max())


def test_fewer_rows_than_expected_leave_no_gap() -> None:
    bank = Bank(50, 4, 100, (1, 1))
    rows = torch.randn(7, 4, 1, 1)
    bank.finish(bank.observe(rows, None))
    assert torch.isfinite(bank.rows).all()
    distance, _ = bank(rows)
    assert float((distance * bank.typical).max()) < 1e-3


def test_distances_have_gradients() -> None:
    torch.manual_seed(0)
    bank = Bank(20, 8, 200, (1, 1))
    bank.finish(bank.observe(torch.randn(200, 8, 1, 1), None))
    queries = torch.randn(5, 8, requires_grad=True)
    distance, found = bank(queries[:, :, None, None])
    (distance.sum() + bank.doubt(queries, found[:, 0, 0]).sum()).backward()
    assert queries.grad is not None
    assert float(queries.grad.abs().min(1).values.max()) > 0


def test_a_row_among_near_equals_is_doubted_more() -> None:
    bank = Bank(3, 2, 10, (1, 1))
    with torch.no_grad():
        bank.rows.copy_(torch.tensor([[0.0, 0.0], [0.1, 0.0], [9.0, 9.0]]))
    lonely, crowded = torch.tensor([[9.0, 6.0]]), torch.tensor([[0.0, 3.0]])
    for query, row, low, high in ((lonely, 2, 0.9, 1.0), (crowded, 0, 0.4, 0.6)):
        weight = bank.doubt(query, torch.tensor([row]), around=2)
        assert low < float(weight) <= high


def test_a_place_where_good_patches_are_far_apart_is_forgiven_more() -> None:
    bank = Bank(10, 8, 100, (6, 6))
    places = torch.arange(36).repeat(40)
    distance = torch.where(places % 6 < 3, 4.0, 1.0)
    typical = bank._typical(distance[places != 35], places[places != 35])
    assert typical.shape == (6, 6)
    torch.testing.assert_close(typical[:, :2], torch.full((6, 2), 4.0), atol=0.1, rtol=0)
    torch.testing.assert_close(typical[:, 4:], torch.full((6, 2), 1.0), atol=0.1, rtol=0)  # one place has no rows
    alone = bank._typical(torch.tensor([2.0, 4.0]), torch.tensor([0, 0]))
    assert float(alone[5, 5]) == 3.0  # what nothing is known of is as all others


def test_a_bank_of_all_rows_knows_how_far_they_lie_apart() -> None:
    """Each row is its own nearest, which would make every distance an infinite one."""
    rows = torch.tensor([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0 + 600 * 2]])[:, :, None, None]
    bank = Bank(3, 2, 3, (1, 1))
    bank.finish(bank.observe(rows, None))
    moved = bank.queries(rows)[:, 0, 0]
    near = (torch.cdist(moved, moved) + torch.eye(3) * 1e9).amin(1)
    assert float(bank.typical) == pytest.approx(float(near.mean()), rel=1e-5)


def test_features_that_tell_the_same_count_once() -> None:
    """Ten copies of one feature must not drown another one."""
    generator = torch.Generator().manual_seed(0)
    one, other = torch.randn(500, 1, generator=generator), torch.randn(500, 1, generator=generator)
    rows = torch.cat([one.repeat(1, 10), other], 1) + 0.01 * torch.randn(500, 11, generator=generator)
    mean, directions = whitened(rows)
    moved = (rows - mean) @ directions
    spread = moved.std(0)
    torch.testing.assert_close(spread[:2], torch.ones(2), atol=0.03, rtol=0)
    assert float(spread[2:].max()) < 0.2  # what hardly varies is not blown up
    step = torch.zeros(2, 11)
    step[0, :10], step[1, 10] = 1.0, 1.0
    lengths = (step @ directions).norm(dim=1)
    assert float(lengths[0] / lengths[1]) == pytest.approx(float(other.std() / one.std()), rel=0.1)


@pytest.mark.parametrize("width", [WHOLE, WHOLE + 8])
def test_wide_features_too_leave_what_was_seen_near(width: int) -> None:
    torch.manual_seed(0)
    bank = Bank(100, width, 2000, (4, 5))
    seen = features(1000, width).reshape(50, 4, 5, width).movedim(3, 1)
    bank.finish(bank.observe(seen, None))
    distance, _ = bank(seen)
    assert 0.3 < float(distance.mean()) < 2
    moved = bank.queries(seen).flatten(0, 2)
    exact = torch.cdist(moved.double(), bank.rows.double()).min(1).values
    agree = (distance * bank.typical).flatten()
    assert float(((agree - exact).abs() < 1e-2 * exact + 1e-2).float().mean()) > 0.98
