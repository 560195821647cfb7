"""Dividing units among splits so that every class has its share of each.

A unit is what must stay together: a picture, or a group or set of copies. Single pictures with one label are dealt out
class by class, exactly. All others are dealt out before them by iterative stratification (Sechidis, Tsoumakas and
Vlahavas, "On the stratification of multi-label data", 2011, algorithm 1): the rarest label first, each unit to the
split that lacks it most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Units:
    """How many pictures of each class every unit holds, as a sparse table.

    Unit u holds `count[i]` pictures of class `label[i]` for i from `start[u]` to `start[u + 1]`.
    """

    classes: int
    size: NDArray[np.int64]
    """(U) pictures."""
    start: NDArray[np.int64]
    """(U + 1)."""
    label: NDArray[np.int64]
    """(E) class numbers."""
    count: NDArray[np.int64]
    """(E) pictures of that class."""

    @classmethod
    def of(cls, unit: NDArray[np.int64], targets: NDArray[np.integer], classes: int) -> Units:
        """The units of pictures.

        Args:
            unit: (N) unit of each picture, from 0 to U-1 without gaps.
            targets: (N) class numbers or (N, K) 0/1 labels; a picture without any counts for a class of its own,
                `classes`.
            classes: K.
        """
        number = int(unit.max()) + 1 if len(unit) else 0
        if targets.ndim == 2:
            row, label = targets.nonzero()
            bare = np.flatnonzero(targets.sum(axis=1) == 0)
            row, label = np.concatenate((row, bare)), np.concatenate((label, np.full(len(bare), classes)))
        else:
            row, label = np.arange(len(unit)), targets.astype(np.int64)
        keys, count = np.unique(unit[row] * (classes + 1) + label, return_counts=True)
        owner, label = np.divmod(keys, classes + 1)
        start = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=number))))
        return cls(classes=classes, size=np.bincount(unit, minlength=number), start=start, label=label, count=count)

    def owners(self) -> NDArray[np.int64]:
        """(E) the unit of each entry."""
        return np.repeat(np.arange(len(self.size)), np.diff(self.start))

    def per_class(self) -> NDArray[np.int64]:
        """(K + 1) how many units hold each class."""
        return np.bincount(self.label, minlength=self.classes + 1)


def apportion(totals: NDArray[np.int64], shares: tuple[float, ...]) -> NDArray[np.int64]:
    """Whole numbers of each class for each split, as near to their shares as whole numbers can be.

    Each entry is the ideal one rounded down or up, so that rows sum to `totals` and the splits' sums stay near theirs.
    A class with enough members gets at least one in each split, taken from the largest; with fewer, the first splits
    get one each. (With a large first share and a class of few, that may take two from the first split.)

    Args:
        totals: (K).
        shares: (S) positive, sum 1, most important split first.

    Returns:
        (K, S).
    """
    splits = len(shares)
    table = np.zeros((len(totals), splits), np.int64)
    debt = np.zeros(splits)
    for number, total in enumerate(totals.tolist()):
        if total < splits:
            table[number, :total] = 1
            continue
        ideal = total * np.array(shares)
        row = np.floor(ideal + 1e-9).astype(np.int64)
        open_ = ideal - row > 1e-9
        owed = np.where(open_, debt + ideal - row, -np.inf)
        row[np.argsort(-owed, kind="stable")[: total - row.sum()]] += 1
        while not row.all():
            row[row.argmax()] -= 1
            row[row.argmin()] += 1
        debt += ideal - row
        table[number] = row
    return table


def stratify(units: Units, shares: tuple[float, ...], random: np.random.Generator) -> NDArray[np.int8]:
    """The split of each unit.

    Args:
        units: in an order that does not depend on chance.
        shares: (S) positive, sum 1, most important split first: where a class has too few units for all splits, the
            first ones get them.
        random: decides among equals.

    Returns:
        (U) from 0 to S-1.
    """
    splits = len(shares)
    totals = np.bincount(units.label, weights=units.count, minlength=units.classes + 1).astype(np.int64)
    need = apportion(totals, shares)
    result = np.full(len(units.size), -1, np.int8)
    plain = (units.size == 1) & (np.diff(units.start) == 1)
    if not plain.all():
        _deal_whole(units, ~plain, need, shares, random, result)
    rows = plain.nonzero()[0]
    if len(rows):
        label = units.label[units.start[:-1][rows]]
        _settle(need, np.bincount(label, minlength=units.classes + 1))
        rows = rows[order := random.permutation(len(rows))]
        rows = rows[np.argsort(label[order], kind="stable")]
        result[rows] = np.repeat(np.tile(np.arange(splits), units.classes + 1), need.ravel())
    return result


def _deal_whole(
    units: Units,
    which: NDArray[np.bool_],
    need: NDArray[np.int64],
    shares: tuple[float, ...],
    random: np.random.Generator,
    result: NDArray[np.int8],
) -> None:
    """Deal out the units that are more than a picture with a label; `need` and `result` are changed in place."""
    chance = random.permutation(len(units.size))
    entries = which[owners := units.owners()].nonzero()[0]
    # for each class its units, those with most of it first
    entries = entries[np.lexsort((chance[owners[entries]], -units.count[entries], units.label[entries]))]
    bounds = np.searchsorted(units.label[entries], np.arange(units.classes + 2))
    queue = owners[entries]
    waiting = np.diff(bounds).astype(np.float64)
    left = units.per_class().tolist()
    wants, room = need.tolist(), (units.size.sum() * np.array(shares)).tolist()
    held = [[False] * len(shares) for _ in range(units.classes + 1)]
    starts, labels, counts, sizes = (a.tolist() for a in (units.start, units.label, units.count, units.size))
    waiting[waiting == 0] = np.inf
    while np.isfinite(rarest := waiting[number := int(waiting.argmin())]) and rarest > 0:
        for unit in queue[bounds[number] : bounds[number + 1]].tolist():
            if result[unit] >= 0:
                continue
            lacking = [split for split, has in enumerate(held[number]) if not has]
            if lacking and left[number] <= len(lacking):
                split = lacking[0]
            else:
                split = max(range(len(shares)), key=lambda s: (wants[number][s], room[s]))
            result[unit] = split
            room[split] -= sizes[unit]
            for entry in range(starts[unit], starts[unit + 1]):
                label = labels[entry]
                wants[label][split] -= counts[entry]
                held[label][split] = True
                left[label] -= 1
                waiting[label] -= 1
        waiting[waiting <= 0] = np.inf
    need[:] = wants


def _settle(need: NDArray[np.int64], plain: NDArray[np.int64]) -> None:
    """Fit what each split still needs to the single pictures there are, in place: (K + 1, S) against (K + 1).

    Whole groups may have given a split more than it needed; what the others need is then cut, the largest need
    first, and among equals the least important split.
    """
    last = need.shape[1] - 1
    need.clip(0, out=need)
    for number in (need.sum(axis=1) != plain).nonzero()[0]:
        row = need[number]
        while (excess := row.sum() - plain[number]) > 0:
            largest = last - row[::-1].argmax()
            lead = row[largest] - np.delete(row, largest).max()
            row[largest] -= min(excess, max(lead, 1))
