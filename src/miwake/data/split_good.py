"""Dividing good pictures and defects: only good ones are learnt from, and what judges was never seen.

As in `miwake.data.split`, identical pictures and pictures of one group never lie in two splits.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from miwake.data import split as dividing
from miwake.data.config import DataOptions
from miwake.data.naming import first
from miwake.data.split import SplitReport
from miwake.errors import DataError
from miwake.types import SPLITS, TEST, TRAIN, UNASSIGNED, VAL, Dataset, Note, Sentence

LEAST = 4
"""Good pictures (or groups of them) that can be divided at all."""
FEW_VAL = 30
"""With fewer good validation pictures a threshold for rare false alarms is a guess."""


def split_good(
    dataset: Dataset,
    options: DataOptions,
    seed: int,
    identity: NDArray[np.int64] | None = None,
    *,
    weighed: bool = False,
) -> tuple[Dataset, SplitReport]:
    """Divide a data set whose first class is good, and all others are kinds of defects.

    Splits that the data gives are kept. Defects go to test, with everything that is tied to them; where costs are to be
    weighed, half of each kind goes to validation. Of the other good pictures the shares of `options` are taken for
    the splits that have none.

    Args:
        dataset: class 0 is good; there need not be another.
        options: `val` and `test` are shares of the good pictures.
        seed: 0 or more.
        identity: (N) equal for identical pictures, below 0 for one that cannot be read; None: no two are identical.
        weighed: whether validation needs defects.

    Raises:
        DataError: too few good pictures.
    """
    readable = np.ones(len(dataset), bool) if identity is None else identity >= 0
    unit = dividing.units_of(dataset, identity)
    given = np.where(readable, dataset.split, UNASSIGNED).astype(np.int8)
    # a defect is never learnt from, wherever the data puts it
    bad = np.asarray(dataset.targets) != 0
    moved = bad & (given == TRAIN)
    given[moved] = UNASSIGNED
    result, straddling = dividing.keep_given(given, unit)
    straddling &= readable
    free = readable & ~straddling & (given != VAL) & (given != TEST)
    tainted = np.isin(unit, np.unique(unit[bad & readable]))
    defects = free & tainted
    result[defects] = _divide_defects(dataset, defects, unit, seed) if weighed else TEST
    pool = free & ~tainted
    result[pool] = TRAIN
    missing = tuple(part for part in (TEST, VAL) if not ((result == part) & ~tainted).any())
    _require(dataset, pool, unit, missing)
    if missing:
        order = np.array(sorted(pool.nonzero()[0].tolist(), key=dataset.paths.__getitem__), np.int64)
        result[order] = dividing.divide_rows(dataset, order, unit, missing, options, seed)
        for part in missing:
            _lend(dataset, result, pool, unit, part)
    result[~readable | straddling] = UNASSIGNED
    dividing.verify(result, unit)
    divided = dataclasses.replace(dataset, split=result)
    return divided, _report(
        dataset, divided, unit, identity, readable, straddling, moved, tainted & ~bad & free, missing, options, seed
    )


def _lend(
    dataset: Dataset, result: NDArray[np.int8], pool: NDArray[np.bool_], unit: NDArray[np.int64], part: int
) -> None:
    """A split that got nothing, since large groups filled the others, gets the smallest unit of the most plentiful."""
    if (result[pool] == part).any():
        return
    units = {split: np.unique(unit[pool & (result == split)]) for split in (TRAIN, VAL, TEST)}
    donor = max(units, key=lambda split: (len(units[split]), split == TRAIN))
    if len(units[donor]) < 2:
        return
    rows = {number: (pool & (unit == number)).nonzero()[0] for number in units[donor].tolist()}
    least = min(rows, key=lambda number: (len(rows[number]), min(dataset.paths[row] for row in rows[number])))
    result[rows[least]] = part


def _divide_defects(dataset: Dataset, rows: NDArray[np.bool_], unit: NDArray[np.int64], seed: int) -> NDArray[np.int8]:
    """Half of the units of each kind to validation; the odd one to test."""
    chosen = rows.nonzero()[0]
    parts: dict[int, int] = {}
    random = np.random.Generator(np.random.PCG64(seed))
    for kind in range(1, len(dataset.classes)):
        of_kind = [row for row in chosen.tolist() if dataset.targets[row] == kind]
        ordered = dict.fromkeys(unit[row].item() for row in sorted(of_kind, key=dataset.paths.__getitem__))
        fresh = [each for each in ordered if each not in parts]
        for place, number in enumerate(random.permutation(len(fresh)).tolist()):
            parts[fresh[number]] = VAL if place < len(fresh) // 2 else TEST
    return np.array([parts.get(unit[row].item(), TEST) for row in chosen.tolist()], np.int8)


def _require(dataset: Dataset, pool: NDArray[np.bool_], unit: NDArray[np.int64], missing: tuple[int, ...]) -> None:
    units = len(np.unique(unit[pool]))
    what = "good pictures" if dataset.group is None else "groups of good pictures"
    if units < max(2, LEAST - 2 + len(missing)):
        raise DataError(
            f"{dataset.name} has {units} {what} to learn from and to set the threshold with.",
            expected=f"{LEAST} at least, none of them tied to a defect by its group; 100 or more for a threshold that "
            "means something",
            todo="add good pictures" + (", or divide them by another --group." if dataset.group is not None else "."),
        )


def _report(
    dataset: Dataset,
    divided: Dataset,
    unit: NDArray[np.int64],
    identity: NDArray[np.int64] | None,
    readable: NDArray[np.bool_],
    straddling: NDArray[np.bool_],
    moved: NDArray[np.bool_],
    tied: NDArray[np.bool_],
    missing: tuple[int, ...],
    options: DataOptions,
    seed: int,
) -> SplitReport:
    counts = dividing.counts_of(divided)
    sizes = {name: int((divided.split == part).sum()) for part, name in enumerate(SPLITS)}
    sentences: list[Sentence] = []
    if len(missing) == 2:
        values = {"seed": seed, "val": options.val, "test": options.test}
        sentences.append(Note("divide.good.random", values))
    elif missing:
        (part,) = missing
        share = options.val if part == VAL else options.test
        sentences.append(Note(f"divide.good.{SPLITS[part]}", {"share": share, "seed": seed}))
    else:
        sentences.append(Note("divide.given"))
    if moved.any():
        sentences.append(Note("divide.good.moved", {"n": int(moved.sum())}))
    if tied.any():
        sentences.append(Note("divide.good.tied", {"n": int(tied.sum())}))
    about = dividing.about_units(dataset, unit, identity, readable, straddling)
    sentences += about
    good, bad = counts[0], counts[1:].sum(0)
    values = {"train": int(good[TRAIN]), "val": int(good[VAL]), "test": int(good[TEST])}
    sentences.append(Note("divide.good.counts", values))
    if bad.sum():
        sentences.append(Note("divide.good.defects", {"val": int(bad[VAL]), "test": int(bad[TEST])}))
        few = [name for name, count in zip(dataset.classes[1:], counts[1:, TEST], strict=True) if 0 < count < 10]
        if few:
            sentences.append(Note("divide.good.few", {"kinds": first(few)}))
    else:
        sentences.append(Note("divide.good.alone"))
    if good[VAL] < FEW_VAL:
        sentences.append(Note("divide.good.few_val", {"n": int(good[VAL]), "least": FEW_VAL}))
    used = sum(sizes.values())
    sentences.append(Note("divide.checked", {"n": used}))
    return SplitReport(
        classes=dataset.classes,
        counts=tuple((int(a), int(b), int(c)) for a, b, c in counts),
        left_out=len(dataset) - used,
        sentences=tuple(sentences),
    )
