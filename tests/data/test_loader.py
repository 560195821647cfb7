"""Batches by number."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from miwake.data.loader import Loader, mix

CPU = torch.device("cpu")


def make(count: int, batch_size: int, seed: int | None, *, offset: int = 5) -> Loader:
    """Each picture shows its row's number; rows are every other one of a larger data set."""
    rows = torch.arange(count) * 2 + offset
    targets = torch.arange(int(rows.max()) + 1 if count else 1) * 10

    def gather(rows: torch.Tensor) -> torch.Tensor:
        return rows.to(torch.int64)[:, None, None, None].expand(-1, 1, 2, 2)

    return Loader(gather, targets, rows, batch_size=batch_size, seed=seed, device=CPU)


@given(count=st.integers(1, 60), batch_size=st.integers(1, 70), epoch=st.integers(0, 5), seed=st.integers(0, 2**40))
def test_an_epoch_shows_whole_batches_of_different_rows(count, batch_size, epoch, seed):
    loader = make(count, batch_size, seed)
    batches = list(loader.epoch(epoch))
    assert len(batches) == loader.steps == count // min(batch_size, count)
    rows = torch.cat([batch.rows for batch in batches])
    assert len(rows) == len(set(rows.tolist())) == loader.steps * loader.batch_size
    assert set(rows.tolist()) <= {2 * row + 5 for row in range(count)}
    for batch in batches:
        assert torch.equal(batch.pictures[:, 0, 0, 0], batch.rows)
        assert batch.labels is not None
        assert torch.equal(batch.labels, 10 * batch.rows)


@given(count=st.integers(1, 60), batch_size=st.integers(1, 70))
def test_without_a_seed_all_rows_come_in_order(count, batch_size):
    loader = make(count, batch_size, None)
    rows = torch.cat([batch.rows for batch in loader.epoch(3)])
    assert rows.tolist() == [2 * row + 5 for row in range(count)]


def test_a_batch_depends_on_its_number_alone():
    straight = [[batch.rows.tolist() for batch in make(20, 6, 1).epoch(epoch)] for epoch in range(3)]
    loader = make(20, 6, 1)
    for epoch, step in ((2, 1), (0, 2), (2, 0), (1, 1), (0, 0)):
        assert loader.batch(epoch, step).rows.tolist() == straight[epoch][step]


def test_the_order_is_new_every_epoch_and_for_every_seed():
    orders = [
        tuple(row for batch in make(30, 30, seed).epoch(epoch) for row in batch.rows.tolist())
        for seed in range(3)
        for epoch in range(3)
    ]
    assert len(set(orders)) == len(orders)


def test_over_the_epochs_every_row_is_seen():
    loader = make(13, 4, 0)
    seen = {row for epoch in range(30) for batch in loader.epoch(epoch) for row in batch.rows.tolist()}
    assert len(seen) == 13


def test_nothing_to_load():
    loader = make(0, 4, None)
    assert loader.steps == 0
    assert list(loader.epoch(0)) == []


def test_splitmix_is_the_published_one():
    # first output of SplitMix64 with seed 0, as in the reference implementation
    assert mix(0) == 0xE220A8397B1DCDAF >> 1


@given(st.lists(st.integers(0, 2**63), min_size=1, max_size=4))
def test_mixed_numbers_are_seeds(numbers):
    value = mix(*numbers)
    assert 0 <= value < 2**63
    torch.Generator().manual_seed(value)


def test_mixing_spreads():
    values = np.array([mix(seed, epoch) for seed in range(40) for epoch in range(40)], np.uint64)
    assert len(np.unique(values)) == 1600
    bits = (values[:, None] >> np.arange(63, dtype=np.uint64)) & np.uint64(1)
    assert np.abs(bits.mean(0) - 0.5).max() < 0.1
    assert mix(1, 2) != mix(2, 1)


@pytest.mark.parametrize("count", [1, 5])
def test_a_batch_is_never_larger_than_the_split(count):
    assert make(count, 64, 0).batch_size == count
