"""Dividing a data set into training, validation and test, so that the figures are honest.

Byte- or pixel-identical pictures and pictures of one group never lie in two splits.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from miwake.data.config import DataOptions
from miwake.data.naming import few, first, plural, split_of
from miwake.data.stratify import Units, stratify
from miwake.errors import DataError
from miwake.files import write_whole
from miwake.types import SPLITS, TEST, TRAIN, UNASSIGNED, VAL, Dataset, Note, Sentence

FEW = 20
"""With fewer pictures a class can hardly be learnt, and figures on it say little."""
_COLUMNS = ("path", "label", "split", "group", "content")


@dataclass(frozen=True, kw_only=True)
class SplitReport:
    """What was divided, and how."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, int, int], ...]
    """(K, 3) pictures of each class in training, validation and test."""
    left_out: int
    """Pictures in no split: bad ones, and those whose copy or group lies in a given validation or test split."""
    sentences: tuple[Sentence, ...]
    """What to say aloud, in order; the last one says that the splits were checked to be disjoint."""


def split(
    dataset: Dataset,
    options: DataOptions,
    seed: int,
    identity: NDArray[np.int64] | None = None,
    *,
    strict: bool = True,
) -> tuple[Dataset, SplitReport]:
    """Divide a data set.

    Splits that the data gives are kept. Of a missing validation or test split, its share is taken from the pictures
    that are for training or in no split: at random, but in each class alike. Where identical pictures or a group
    straddle given splits, those in test stay, then those in validation, and the others are left out.
    The result depends on the seed and the set of paths, not on their order.

    Args:
        dataset: with the splits that the data gives, or none.
        options: `val` and `test` are the shares.
        seed: 0 or more.
        identity: (N) equal for identical pictures; below 0 for a picture that cannot be read, which is left out.
            None: no two pictures are identical.
        strict: whether a class that is in too few pictures is an error; else it is only said.

    Returns:
        The data set with every usable picture in a split, and what was done.

    Raises:
        DataError: a class has no picture, or only one that could be learnt from or judged by, but not both.
    """
    order = np.array(sorted(range(len(dataset)), key=dataset.paths.__getitem__), np.int64)
    readable = np.ones(len(dataset), bool) if identity is None else identity >= 0
    unit = units_of(dataset, identity)
    given = np.where(readable, dataset.split, UNASSIGNED).astype(np.int8)
    missing = tuple(part for part in (TEST, VAL) if not (given == part).any())
    result, straddling = keep_given(given, unit)
    straddling &= readable
    pool = readable & ~straddling & (given != VAL) & (given != TEST)
    result[pool] = TRAIN
    sentences = _about_given(dataset, given, missing, options, seed, int(pool.sum()))
    if missing:
        rows = order[pool[order]]
        if strict:
            _require(dataset, rows, unit, missing)
        result[rows] = divide_rows(dataset, rows, unit, missing, options, seed)
    divided = dataclasses.replace(dataset, split=result)
    counts = counts_of(divided)
    sizes = {name: int((result == part).sum()) for part, name in enumerate(SPLITS)}
    if strict:
        _require_training(dataset, counts)
    _require_all(dataset, sizes)
    verify(result, unit)
    sentences += about_units(dataset, unit, identity, readable, straddling)
    sentences += _about_classes(dataset.classes, counts, sizes)
    used = sum(sizes.values())
    if dataset.group is not None and len(missing) == 2:
        sentences += _about_evenness(sizes["test"] / used, options)
    sentences.append(Note("divide.checked", {"n": used}))
    report = SplitReport(
        classes=dataset.classes,
        counts=tuple((int(a), int(b), int(c)) for a, b, c in counts),
        left_out=len(dataset) - used,
        sentences=tuple(sentences),
    )
    return divided, report


def units_of(dataset: Dataset, identity: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """(N) number of the unit that may not be divided: what groups and identical pictures join, in chains too."""
    ties = []
    if identity is not None:
        # a picture that cannot be read is identical to no other
        ties.append(np.where(identity >= 0, identity, -1 - np.arange(len(identity))))
    if dataset.group is not None:
        ties.append(dataset.group)
    if not ties:
        return np.arange(len(dataset))
    first, *rest = (np.unique(tie, return_inverse=True)[1].reshape(-1).astype(np.int64) for tie in ties)
    if not rest:
        return first
    second = rest[0] + first.max(initial=-1) + 1
    nodes = int(second.max(initial=-1)) + 1
    graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(nodes, nodes))
    labels: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)[first]
    return labels


def keep_given(given: NDArray[np.int8], unit: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Given validation and test splits, and which pictures must go because their unit lies in a higher one."""
    highest = np.full(int(unit.max(initial=-1)) + 1, UNASSIGNED, np.int8)
    np.maximum.at(highest, unit, given)  # TRAIN < VAL < TEST
    straddling = (highest[unit] > TRAIN) & (given < highest[unit])
    return np.where(straddling | (given == TRAIN), UNASSIGNED, given).astype(np.int8), straddling


def _shares(missing: tuple[int, ...], options: DataOptions) -> dict[int, float]:
    """Shares of the pool for training and the missing splits, most important first."""
    wanted = {TEST: options.test, VAL: options.val}
    taken = {part: wanted[part] for part in missing}
    return {TRAIN: 1 - sum(taken.values()), **taken}


def divide_rows(
    dataset: Dataset,
    rows: NDArray[np.int64],
    unit: NDArray[np.int64],
    missing: tuple[int, ...],
    options: DataOptions,
    seed: int,
) -> NDArray[np.int8]:
    """Splits of `rows`, which are sorted by path."""
    # units are numbered in the order of their first path, so that nothing depends on the order of the rows
    _, first, inverse = np.unique(unit[rows], return_index=True, return_inverse=True)
    number = np.argsort(np.argsort(first))[inverse.reshape(-1)]
    units = Units.of(number, dataset.targets[rows], len(dataset.classes))
    shares = _shares(missing, options)
    random = np.random.Generator(np.random.PCG64(seed))
    return np.array(list(shares), np.int8)[stratify(units, tuple(shares.values()), random)][number]


def counts_of(dataset: Dataset) -> NDArray[np.int64]:
    """(K, 3) pictures of each class in each split."""
    classes = len(dataset.classes)
    columns = []
    for part in (TRAIN, VAL, TEST):
        targets = dataset.targets[dataset.split == part]
        columns.append(
            targets.sum(axis=0, dtype=np.int64) if dataset.multilabel else np.bincount(targets, minlength=classes)
        )
    return np.stack(columns, axis=1)


def _require(dataset: Dataset, rows: NDArray[np.int64], unit: NDArray[np.int64], missing: tuple[int, ...]) -> None:
    """Every class that is to be divided has a unit for each of the splits that are made of it."""
    if TEST not in missing or not len(rows):
        return
    classes = len(dataset.classes)
    number = np.unique(unit[rows], return_inverse=True)[1].reshape(-1)
    per_class = Units.of(number, dataset.targets[rows], classes).per_class()[:classes]
    least = 1 + len(missing)
    scarce = [name for name, count in zip(dataset.classes, per_class, strict=True) if 0 < count < least]
    if not scarce:
        return
    what = "pictures" if dataset.group is None else "groups of pictures"
    number_of = "two" if least == 2 else "three"
    raise DataError(
        f"{plural(len(scarce), 'class')} of {dataset.name} cannot be divided: fewer than {number_of} {what} of "
        f"{few(scarce, 10)}" + (" (identical copies count once)." if dataset.group is None else "."),
        expected=f"at least {number_of} of each class, one to learn from and one for each of "
        f"{' and '.join(SPLITS[part] for part in reversed(missing))}; {FEW} or more for a figure that means something",
        todo="add pictures, leave these classes out, or give a test split of your own.",
    )


def _require_training(dataset: Dataset, counts: NDArray[np.int64]) -> None:
    empty = [name for name, count in zip(dataset.classes, counts[:, TRAIN], strict=True) if count == 0]
    if empty:
        raise DataError(
            f"{plural(len(empty), 'class')} of {dataset.name} without a picture to train on: {few(empty, 10)}.",
            expected="pictures of every class in the training split, whose copies or groups are not in another",
            todo="add pictures of these classes, or leave the classes out.",
        )


def _require_all(dataset: Dataset, sizes: dict[str, int]) -> None:
    empty = [name for name, count in sizes.items() if not count]
    if empty:
        raise DataError(
            f"{dataset.name} has too few pictures: none is left for {' and '.join(empty)}.",
            expected="three different pictures of each class at least; 20 or more for a figure that means something",
            todo="add pictures, or larger --val and --test shares.",
        )


def verify(result: NDArray[np.int8], unit: NDArray[np.int64]) -> None:
    """The claim that the report makes, looked at in the result itself."""
    rows = (result != UNASSIGNED).nonzero()[0]
    parts = int(unit.max(initial=-1)) + 1
    low, high = np.full(parts, TEST, np.int8), np.full(parts, TRAIN, np.int8)
    np.minimum.at(low, unit[rows], result[rows])
    np.maximum.at(high, unit[rows], result[rows])
    divided = (low < high).sum()
    if divided:
        raise AssertionError(f"{divided} units lie in more than one split")


def _about_given(
    dataset: Dataset, given: NDArray[np.int8], missing: tuple[int, ...], options: DataOptions, seed: int, pool: int
) -> list[Note]:
    if not missing:
        sentences = [Note("divide.given")]
        blank = int((given == UNASSIGNED).sum())
        if blank and pool > (given == TRAIN).sum():
            sentences.append(Note("divide.blank"))
        return sentences
    shares = _shares(missing, options)
    if len(missing) == 2:
        return [Note("divide.random", {"seed": seed, "val": shares[VAL], "test": shares[TEST]})]
    (part,) = missing
    return [Note(f"divide.taken.{SPLITS[part]}", {"n": pool, "share": shares[part], "seed": seed})]


def about_units(
    dataset: Dataset,
    unit: NDArray[np.int64],
    identity: NDArray[np.int64] | None,
    readable: NDArray[np.bool_],
    straddling: NDArray[np.bool_],
) -> list[Note]:
    sentences = []
    if bad := int((~readable).sum()):
        sentences.append(Note("divide.unreadable", {"n": bad}))
    if identity is not None:
        rows = readable.nonzero()[0]
        _, first, inverse = np.unique(identity[rows], return_index=True, return_inverse=True)
        first, inverse = rows[first], inverse.reshape(-1)
        if copies := len(rows) - len(first):
            sentences.append(Note("divide.copies", {"n": copies}))
        original = first[inverse]
        differ = dataset.targets[rows] != dataset.targets[original]
        differ = differ.any(axis=1) if differ.ndim == 2 else differ
        if differ.any():
            one, other = (dataset.paths[of[differ.argmax()]] for of in (rows, original))
            sentences.append(Note("divide.contradict", {"n": int(differ.sum()), "one": one, "other": other}))
    if dataset.group is not None:
        sentences.append(Note("divide.groups", {"n": len(np.unique(dataset.group))}))
    if out := int(straddling.sum()):
        sentences.append(Note("divide.straddling", {"n": out}))
    return sentences


def _about_classes(classes: tuple[str, ...], counts: NDArray[np.int64], sizes: dict[str, int]) -> list[Note]:
    sentences = [Note("divide.counts", sizes)]
    small = [name for name, count in zip(classes, counts.sum(axis=1), strict=True) if count < FEW]
    if small:
        sentences.append(Note("divide.few", {"classes": first(small), "few": FEW}))
    for part in (TRAIN, VAL, TEST):
        none = [name for name, count in zip(classes, counts[:, part], strict=True) if count == 0]
        if none:
            sentences.append(Note(f"divide.none.{SPLITS[part]}", {"classes": first(none)}))
    return sentences


def _about_evenness(share: float, options: DataOptions) -> list[Note]:
    if 0.5 * options.test <= share <= 1.5 * options.test:
        return []
    return [Note("divide.uneven", {"share": share, "wanted": options.test})]


def write_split(path: Path, dataset: Dataset, contents: Sequence[str]) -> None:
    """Write `split.csv`: path, label, split, group and content of every picture; several labels joined by `;`.

    Args:
        path: of the file.
        dataset: as divided.
        contents: (N) what names each picture's bytes, see `Stored.content`.

    Raises:
        WriteError: the file cannot be written; an old one is untouched.
    """
    names = (*SPLITS, "")  # UNASSIGNED is -1
    labels = _labels(dataset)
    groups = [""] * len(dataset) if dataset.group is None else dataset.group.tolist()

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)  # ends lines with \r\n, without which it leaves a \r in a name unquoted
            writer.writerow(_COLUMNS)
            parts = (names[part] for part in dataset.split.tolist())
            writer.writerows(zip(dataset.paths, labels, parts, groups, contents, strict=True))

    write_whole(path, write)


def read_contents(path: Path, parts: Collection[int]) -> frozenset[str]:
    """Contents of the pictures that a `split.csv` has in these splits; none where there is no file."""
    names = [SPLITS[part] for part in parts]
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return frozenset(row["content"] for row in csv.DictReader(file) if row["split"] in names) - {""}
    except FileNotFoundError:
        return frozenset()
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise _broken(path, 0, str(error)) from None


def _labels(dataset: Dataset) -> list[str]:
    """What a row is to be told by: names of classes, or the mask's where it is pixels that have them."""
    if dataset.legend is not None:
        return [mask or "" for mask in dataset.masks or [None] * len(dataset)]
    if dataset.multilabel:
        return [";".join(dataset.classes[number] for number in row.nonzero()[0]) for row in dataset.targets]
    return [dataset.classes[number] for number in dataset.targets.tolist()]


def read_split(path: Path, dataset: Dataset) -> Dataset:
    """The data set with the splits of a `split.csv`, whatever the order of its lines.

    Pictures that the file does not name are in no split.

    Raises:
        DataError: the file is missing or broken, or names pictures that the data set lacks or labels otherwise.
    """
    row_of = {name: row for row, name in enumerate(dataset.paths)}
    labels = _labels(dataset)
    result = np.full(len(dataset), UNASSIGNED, np.int8)
    gone: list[str] = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            if tuple(next(reader, ())) != _COLUMNS:
                raise _broken(path, 1, "not the header")
            for cells in reader:
                if len(cells) != len(_COLUMNS):
                    raise _broken(path, reader.line_num, f"{len(cells)} cells")
                name, label, part = cells[:3]
                row, number = row_of.get(name), split_of(part) if part else UNASSIGNED
                if number is None:
                    raise _broken(path, reader.line_num, f"the split '{part}'")
                if row is None:
                    gone.append(name)
                elif labels[row] != label:
                    raise _relabelled(path, reader.line_num, name, label, labels[row])
                else:
                    result[row] = number
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.", expected="the split.csv of a run") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise _broken(path, 0, str(error)) from None
    if gone:
        raise DataError(
            f"{plural(len(gone), 'picture')} of {path} that {dataset.root} no longer has: {few(gone)}.",
            expected="the data that the run was trained on",
            todo="put the pictures back, or train anew.",
        )
    return dataclasses.replace(dataset, split=result)


def _broken(path: Path, line: int, what: str) -> DataError:
    where = f"{path}, line {line}" if line else str(path)
    return DataError(f"{where}: {what}.", expected=f"the columns {', '.join(_COLUMNS)}, as Miwake wrote them")


def _relabelled(path: Path, line: int, name: str, old: str, new: str) -> DataError:
    return DataError(
        f"{path}, line {line}: {name} was '{old}' and is '{new}' now.",
        expected="the labels that the run was trained on",
        todo="train anew with the new labels, or put the old ones back.",
    )
