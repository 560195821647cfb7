"""Honest splits."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from miwake.data.config import DataOptions
from miwake.data.split import read_contents, read_split, split, write_split
from miwake.data.stratify import Units, apportion, stratify
from miwake.errors import DataError
from miwake.look.words import told
from miwake.types import TEST, TRAIN, UNASSIGNED, VAL, Dataset

OPTIONS = DataOptions()


def _dataset(
    targets: Any, *, given_: Any = None, group: Any = None, classes: int | None = None, paths: list[str] | None = None
) -> Dataset:
    targets = np.asarray(targets)
    count = classes or (targets.shape[1] if targets.ndim == 2 else int(targets.max()) + 1)
    return Dataset(
        name="test",
        source="folder",
        root=Path(),
        task="classify",
        classes=tuple(f"class {number}" for number in range(count)),
        paths=paths or [f"{row:05}.jpg" for row in range(len(targets))],
        targets=targets,
        split=np.full(len(targets), UNASSIGNED, np.int8) if given_ is None else np.array(given_, np.int8),
        group=None if group is None else np.array([str(name) for name in group], dtype=object),
    )


def _straddles(result: NDArray[np.int8], tie: NDArray[Any]) -> bool:
    used = result != UNASSIGNED
    return any(len(set(result[used & (tie == value)].tolist())) > 1 for value in set(tie.tolist()))


counts = st.lists(st.integers(4, 60), min_size=2, max_size=8)
shares = st.sampled_from([(0.15, 0.15), (0.1, 0.2), (0.3, 0.3), (1 / 3, 1 / 3), (0.05, 0.4)])


@given(counts, shares, st.integers(0, 2**32))
def test_every_class_has_its_share(sizes: list[int], share: tuple[float, float], seed: int) -> None:
    """Single pictures: every class within one picture of the ideal, and so is every split as a whole."""
    targets = np.repeat(np.arange(len(sizes)), sizes)
    options = DataOptions(val=share[0], test=share[1])
    result, report = split(_dataset(targets), options, seed)
    table = np.array([[(result.split[targets == c] == part).sum() for part in range(3)] for c in range(len(sizes))])
    ideal = np.outer(sizes, [1 - sum(share), *share])
    assert (table >= 1).all()
    assert (np.abs(table - ideal)[:, 1:] <= 1).all()
    roomy = (ideal >= 1).all(axis=1)
    assert (np.abs(table - ideal)[roomy] <= 1).all()
    if roomy.all():
        assert (np.abs(table.sum(axis=0) - ideal.sum(axis=0)) <= 2).all()
    assert np.array_equal(report.counts, table)
    assert report.left_out == 0


@given(counts, st.integers(0, 1000), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_files_does_not_matter(sizes: list[int], seed: int, random: Any, grouped: bool) -> None:
    targets = np.repeat(np.arange(len(sizes)), sizes)
    rows = len(targets)
    groups = [f"g{row // 3 % 17}" for row in range(rows)] if grouped and rows > 60 else None
    identity = np.arange(rows) // 2 * 2
    identity[0] = -1
    dataset = _dataset(targets, group=groups)
    order = list(range(rows))
    random.shuffle(order)
    shuffled = dataclasses.replace(
        dataset,
        paths=[dataset.paths[row] for row in order],
        targets=targets[order],
        split=dataset.split[order],
        group=None if dataset.group is None else dataset.group[order],
    )
    renamed = np.random.default_rng(seed).permutation(rows)[identity]
    try:
        first, report = split(dataset, OPTIONS, seed, identity)
    except DataError as error:
        with pytest.raises(DataError, match=str(error).splitlines()[0][:20]):
            split(shuffled, OPTIONS, seed, identity[order])
        return
    other_identity = np.where(identity < 0, -5, renamed)[order]
    second, other = split(shuffled, OPTIONS, seed, other_identity)
    assert second.split.tolist() == first.split[order].tolist()
    assert other.counts == report.counts


def test_seeds_differ_and_repeat() -> None:
    dataset = _dataset(np.arange(200) % 4)
    results = [split(dataset, OPTIONS, seed)[0].split.tolist() for seed in (0, 1, 0)]
    assert results[0] == results[2] != results[1]


@st.composite
def _tied(draw: st.DrawFn) -> tuple[Dataset, NDArray[np.int64]]:
    rows = draw(st.integers(30, 120))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    several = draw(st.booleans())
    targets: NDArray[Any] = random.integers(0, 3, rows)
    if several:
        targets = (random.random((rows, 4)) < 0.4).astype(np.uint8)
    group = random.integers(0, draw(st.integers(12, 60)), rows) if draw(st.booleans()) else None
    parts = draw(st.sampled_from([[-1], [0], [0, 0, 0, 2], [0, 0, 0, 1], [0, 0, 0, 1, 2], [-1, 0, 1, 2], [-1, 2]]))
    given_ = random.choice(parts, rows)
    identity = random.integers(0, 2 * rows, rows)
    identity[random.random(rows) < 0.05] = -1
    return _dataset(targets, given_=given_, group=group, classes=None if several else 3), identity


@settings(max_examples=200)
@given(_tied(), st.integers(0, 100))
def test_copies_and_groups_never_straddle(in_both: Any, data: tuple[Dataset, NDArray[np.int64]], seed: int) -> None:
    dataset, identity = data
    try:
        result, report = split(dataset, OPTIONS, seed, identity)
    except DataError:
        return
    copies = np.where(identity < 0, -1 - np.arange(len(identity)), identity)
    assert not _straddles(result.split, copies)
    if dataset.group is not None:
        assert not _straddles(result.split, dataset.group)
    assert (result.split[identity < 0] == UNASSIGNED).all()
    readable = identity >= 0
    # test pictures that the data gives stay, and no other joins them
    if (dataset.split[readable] == TEST).any():
        assert ((result.split == TEST) == ((dataset.split == TEST) & readable)).all()
    else:
        assert (result.split == TEST).any()
    if (dataset.split[readable] == VAL).any():
        assert (dataset.split[result.split == VAL] == VAL).all()
    assert report.left_out == (result.split == UNASSIGNED).sum()
    assert all(row[TRAIN] for row in report.counts)
    assert told(report.sentences[-1]).startswith("Checked")
    in_both(report.sentences)


def test_groups_are_stratified_too() -> None:
    """60 patients with 5 pictures each, all of one class: each class within a patient of its share."""
    patient = np.arange(300) // 5
    targets = patient % 3
    result, report = split(_dataset(targets, group=patient), OPTIONS, 0)
    assert not _straddles(result.split, patient)
    np.testing.assert_allclose(report.counts, [[70, 15, 15]] * 3, atol=5)
    assert "60 groups, each kept within one split." in map(told, report.sentences)


def test_several_labels_have_their_shares() -> None:
    random = np.random.default_rng(0)
    targets = (random.random((2000, 6)) < [0.5, 0.3, 0.1, 0.05, 0.02, 0.005]).astype(np.uint8)
    _, report = split(_dataset(targets), OPTIONS, 3)
    ideal = np.outer(targets.sum(axis=0), [0.7, 0.15, 0.15])
    assert (np.abs(np.array(report.counts) - ideal) <= np.maximum(2, 0.03 * ideal)).all()
    assert sum(report.counts[5]) == targets[:, 5].sum()


def test_copies_across_given_splits_stay_in_test_only() -> None:
    dataset = _dataset([0, 1] * 10, given_=[TRAIN] * 12 + [VAL] * 4 + [TEST] * 4)
    identity = np.arange(20)
    identity[0] = identity[16]  # train = test
    identity[12] = identity[17]  # val = test
    identity[1] = identity[13]  # train = val
    identity[2] = identity[4]  # both in train: no harm
    result, report = split(dataset, OPTIONS, 0, identity)
    assert np.flatnonzero(result.split == UNASSIGNED).tolist() == [0, 1, 12]
    assert (result.split[2:12] == TRAIN).all()
    assert (result.split[16:] == TEST).all()
    assert report.left_out == 3
    assert any(line.startswith("3 pictures left out") for line in map(told, report.sentences))


def test_identical_pictures_with_different_labels_are_named() -> None:
    identity = np.arange(40)
    identity[1] = identity[0]
    _, report = split(_dataset(np.arange(40) % 2), OPTIONS, 0, identity)
    assert any("00001.jpg and 00000.jpg: one label must be wrong" in line for line in map(told, report.sentences))


@pytest.mark.parametrize(("given_", "taken"), [([TRAIN, TRAIN, TRAIN, TEST], VAL), ([TRAIN, TRAIN, TRAIN, VAL], TEST)])
def test_a_missing_split_is_taken_from_training(given_: list[int], taken: int) -> None:
    dataset = _dataset(np.arange(400) // 4 % 4, given_=given_ * 100)
    result, report = split(dataset, DataOptions(val=0.1, test=0.2), 0)
    share = {VAL: 30, TEST: 60}[taken]
    assert (result.split == taken).sum() == share
    assert (result.split == TRAIN).sum() == 300 - share
    assert set(dataset.split[result.split == taken].tolist()) == {TRAIN}
    assert told(report.sentences[0]).startswith(
        f"The data gives no {('', 'validation', 'test')[taken]} split: taken from the 300"
    )


def test_classes_with_too_few_pictures() -> None:
    for few in (1, 2):
        with pytest.raises(DataError, match="fewer than three pictures of class 2"):
            split(_dataset([0] * 10 + [1] * 10 + [2] * few), OPTIONS, 0)
    with pytest.raises(DataError, match=r"fewer than three pictures of class 2 .*copies count once"):
        split(_dataset([0] * 10 + [1] * 10 + [2] * 3), OPTIONS, 0, np.array([*range(20), 50, 50, 50]))
    with pytest.raises(DataError, match="fewer than three groups of pictures of class 0, class 1"):
        split(_dataset([0] * 10 + [1] * 10, group=["a"] * 10 + ["b"] * 10), OPTIONS, 0)
    with pytest.raises(DataError, match="without a picture to train on: class 1"):
        split(_dataset([0, 0, 0, 0, 1], given_=[TRAIN, TRAIN, TRAIN, TEST, TEST]), OPTIONS, 0)
    with pytest.raises(DataError, match="without a picture to train on: class 0, class 1"):
        split(_dataset([0, 1], given_=[TEST, TEST]), OPTIONS, 0)


def test_where_validation_is_given_two_pictures_of_a_class_are_one_to_learn_and_one_to_judge() -> None:
    given_ = [VAL, VAL, *[UNASSIGNED] * 22]
    result, report = split(_dataset([0, 1, *[0] * 10, *[1] * 10, 2, 2], given_=given_), OPTIONS, 0)
    assert sorted(result.split[-2:].tolist()) == [TRAIN, TEST]
    assert any(line.startswith("No validation picture of class 2") for line in map(told, report.sentences))
    with pytest.raises(DataError, match="fewer than two pictures of class 2"):
        split(_dataset([0, 1, *[0] * 10, *[1] * 11, 2], given_=given_), OPTIONS, 0)


def test_no_split_is_empty() -> None:
    with pytest.raises(DataError, match="none is left for val"):
        split(_dataset([0, 1, 0, 1], given_=[TRAIN, TRAIN, TEST, TEST]), DataOptions(val=0.01), 0)


def test_pictures_are_counted_not_their_labels() -> None:
    labels = np.zeros((60, 3), np.uint8)
    labels[:, 0] = labels[::2, 1] = labels[::3, 2] = 1
    result, report = split(_dataset(labels), OPTIONS, 0)
    said = [(result.split == part).sum() for part in (TRAIN, VAL, TEST)]
    assert sum(said) == 60
    assert f"Training {said[0]}; validation {said[1]}; test {said[2]} pictures." in map(told, report.sentences)


def test_small_classes_are_named() -> None:
    _, report = split(_dataset([0] * 40 + [1] * 19), OPTIONS, 0)
    assert any(line.startswith("Fewer than 20 pictures of class 1:") for line in map(told, report.sentences))
    _, report = split(_dataset([0] * 40 + [1] * 20), OPTIONS, 0)
    assert not any(line.startswith("Fewer than") for line in map(told, report.sentences))


@given(st.lists(st.integers(0, 200), min_size=1, max_size=30), st.sampled_from([(0.7, 0.15, 0.15), (0.9, 0.1)]))
def test_apportioned_rows_add_up(totals: list[int], share: tuple[float, ...]) -> None:
    table = apportion(np.array(totals), share)
    assert table.sum(axis=1).tolist() == totals
    assert (table >= 0).all()
    assert all(row.all() for row, total in zip(table, totals, strict=True) if total >= len(share))


def test_three_groups_of_a_class_reach_all_three_splits() -> None:
    """Even where one of them is far larger than its split's share."""
    unit = np.repeat(np.arange(6), [100, 3, 2, 50, 50, 50])
    units = Units.of(unit, np.repeat([0, 1], [105, 150]), 2)
    for seed in range(20):
        result = stratify(units, (0.7, 0.15, 0.15), np.random.default_rng(seed))
        assert sorted(result[:3].tolist()) == sorted(result[3:].tolist()) == [0, 1, 2]
        assert result[0] == 0


names_ = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@settings(max_examples=30)
@given(st.lists(names_, min_size=4, max_size=20, unique=True), st.booleans(), st.booleans(), st.integers(0, 99))
def test_split_csv_there_and_back(
    tmp_path_factory: pytest.TempPathFactory, paths: list[str], several: bool, grouped: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    targets = random.integers(0, 2, (len(paths), 3)).astype(np.uint8) if several else random.integers(0, 3, len(paths))
    given_ = random.integers(-1, 3, len(paths))
    dataset = _dataset(targets, given_=given_, group=paths[::-1] if grouped else None, classes=3, paths=paths)
    file = tmp_path_factory.getbasetemp() / "split.csv"
    write_split(file, dataset, [f"{row:016x}" for row in range(len(paths))])
    assert read_contents(file, (TRAIN, VAL)) == {
        f"{row:016x}" for row, part in enumerate(given_) if part in (TRAIN, VAL)
    }
    order = random.permutation(len(paths))
    blank = dataclasses.replace(
        dataset,
        paths=[paths[row] for row in order],
        targets=targets[order],
        split=np.full(len(paths), UNASSIGNED, np.int8),
    )
    assert read_split(file, blank).split.tolist() == given_[order].tolist()


def test_split_csv_that_does_not_fit(tmp_path: Path) -> None:
    file = tmp_path / "split.csv"
    dataset = _dataset([0, 1, 0, 1], given_=[TRAIN, VAL, TEST, UNASSIGNED])
    write_split(file, dataset, ["a", "b", "c", ""])
    text = file.read_text()
    assert text.splitlines()[:2] == ["path,label,split,group,content", "00000.jpg,class 0,train,,a"]
    fewer = dataclasses.replace(dataset, paths=["00000.jpg", "1", "2", "3"])
    with pytest.raises(DataError, match=r"3 pictures of .* no longer has: 00001\.jpg"):
        read_split(file, fewer)
    with pytest.raises(DataError, match=r"line 3: 00001\.jpg was 'class 1' and is 'class 0' now"):
        read_split(file, dataclasses.replace(dataset, targets=np.zeros(4, np.int64)))
    for broken, found in (
        (text.replace("val", "vla"), "line 3: the split 'vla'"),
        (text.replace("val,", "val"), "line 3: 4 cells"),
        (text.replace("path,", "file,"), "line 1"),
        ('"' + text, "split.csv"),
    ):
        file.write_text(broken)
        with pytest.raises(DataError, match=found):
            read_split(file, dataset)
    file.unlink()
    with pytest.raises(DataError, match="No such file"):
        read_split(file, dataset)


def test_real_photographs_by_number_of_the_tile(shared_data: Path) -> None:
    """A tile's photograph and its mask, which bear its number, never straddle."""
    from miwake.data.source import open_dataset

    dataset = open_dataset(shared_data / "magnetic-tile", DataOptions(group=r"num_(\d+)"))
    result, report = split(dataset, OPTIONS, 0)
    assert dataset.group is not None
    assert len(set(dataset.group.tolist())) == len(dataset) / 2
    for part in (VAL, TEST):
        inside, outside = (set(dataset.group[mask].tolist()) for mask in (result.split == part, result.split != part))
        assert not inside & outside
    share = np.array(report.counts) / np.sum(report.counts, axis=1, keepdims=True)
    np.testing.assert_allclose(share, [[0.7, 0.15, 0.15]] * 4, atol=0.05)
