"""Only good pictures are learnt from, and nothing that is tied to a defect is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miwake.data.config import DataOptions
from miwake.data.split_good import split_good
from miwake.errors import DataError
from miwake.types import TEST, TRAIN, UNASSIGNED, VAL, Dataset


def dataset(targets: list[int], split: list[int] | None = None, group: list[str] | None = None) -> Dataset:
    return Dataset(
        name="parts",
        source="folder",
        root=Path(),
        task="anomaly",
        classes=("good", "crack", "dent"),
        paths=[f"{number:04}.png" for number in range(len(targets))],
        targets=np.array(targets, np.int64),
        split=np.full(len(targets), UNASSIGNED, np.int8) if split is None else np.array(split, np.int8),
        group=None if group is None else np.array(group, dtype=object),
    )


def test_shares_are_of_the_good_ones_and_defects_are_for_test(in_both) -> None:
    divided, report = split_good(dataset([0] * 100 + [1] * 7 + [2] * 3), DataOptions(val=0.2, test=0.1), 0)
    assert report.counts == ((70, 20, 10), (0, 0, 7), (0, 0, 3))
    assert set(divided.split[100:]) == {TEST}
    in_both(report.sentences)


def test_costs_get_half_of_the_defects_for_validation() -> None:
    _, report = split_good(dataset([0] * 40 + [1] * 7 + [2] * 4), DataOptions(), 0, weighed=True)
    assert report.counts[1:] == ((0, 3, 4), (0, 2, 2))


def test_what_the_data_gives_is_kept() -> None:
    split = [TRAIN] * 40 + [TEST] * 10 + [TEST] * 5
    divided, report = split_good(dataset([0] * 50 + [1] * 5, split), DataOptions(val=0.25), 0)
    assert set(divided.split[40:]) == {TEST}
    assert report.counts[0] == (30, 10, 10)


def test_a_defect_is_never_learnt_from_and_that_is_said() -> None:
    split = [TRAIN] * 45 + [TEST] * 10
    divided, report = split_good(dataset([0] * 40 + [1] * 5 + [0] * 10, split), DataOptions(), 0)
    assert set(divided.split[40:45]) == {TEST}
    assert any(note.key == "divide.good.moved" and note.values["n"] == 5 for note in report.sentences)


def test_good_pictures_of_a_defects_group_go_with_it() -> None:
    group = [f"part {number // 4}" for number in range(80)]
    targets = [1 if number in (0, 41) else 0 for number in range(80)]
    divided, report = split_good(dataset(targets, group=group), DataOptions(), 0)
    assert set(divided.split[0:4]) == set(divided.split[40:44]) == {TEST}
    assert any(note.key == "divide.good.tied" and note.values["n"] == 6 for note in report.sentences)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_good_ones(count: int) -> None:
    with pytest.raises(DataError, match="to learn from"):
        split_good(dataset([0] * count + [1] * 5), DataOptions(), 0)


def test_all_good_ones_tied_to_defects() -> None:
    with pytest.raises(DataError, match="none of them tied to a defect"):
        split_good(dataset([0] * 20 + [1], group=["all"] * 21), DataOptions(), 0)


@settings(max_examples=60, deadline=None)
@given(
    good=st.integers(12, 80),
    kinds=st.lists(st.integers(1, 2), max_size=12),
    groups=st.integers(0, 40),
    seed=st.integers(0, 99),
    weighed=st.booleans(),
)
def test_promises(good: int, kinds: list[int], groups: int, seed: int, weighed: bool) -> None:
    random = np.random.default_rng(seed)
    targets = [0] * good + kinds
    group = [f"{random.integers(groups)}" for _ in targets] if groups else None
    identity = random.integers(0, 2 * len(targets), len(targets))
    identity[random.random(len(targets)) < 0.05] = -1
    table = dataset(targets, group=group)
    try:
        divided, _ = split_good(table, DataOptions(), seed, identity, weighed=weighed)
    except DataError:
        return
    split = divided.split
    assert set(np.asarray(targets)[split == TRAIN]) == {0}
    assert (split == VAL).any()
    assert ((split == UNASSIGNED) == (identity < 0)).all()
    for tie in [identity] if group is None else [identity, np.array(group)]:
        for value in np.unique(tie):
            rows = (tie == value) & (identity >= 0)
            assert len(set(split[rows])) <= 1
    order = random.permutation(len(targets))
    again, _ = split_good(table.take(order), DataOptions(), seed, identity[order], weighed=weighed)
    assert (again.split == split[order]).all()
