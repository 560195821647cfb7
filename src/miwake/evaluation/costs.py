"""What mistakes cost, as the user says it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miwake.errors import DataError, UsageError, unknown
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.taxonomy import read_cells
from miwake.types import Note

_KINDS = ("miss", "false-alarm", "other")
_SPOKEN = re.compile(r"\s*[\w-]+\s*=")
_BAD = re.compile(
    r"(?i)\b(bad|defects?|defective|ng|faulty|faults?|fail(ed)?|anomal(y|ous)|abnormal|broken|damaged|reject(ed)?|scrap|"
    r"positive|malignant|cancer|tumou?r|diseased?|sick|ill|infected|lesion|pneumonia|melanoma)\b|不良|異常|欠陥|陽性|悪性"
)
_GOOD = re.compile(
    r"(?i)\b(good|ok|okay|normal|healthy|negative|benign|pass(ed)?|intact|fine|clean|(no|not|non)[ -]\w+)\b"
    r"|^良|良品|正常|健康|陰性|良性"
)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What mistakes cost."""

    matrix: tuple[tuple[float, ...], ...]
    """As `miwake.choice.Rule.costs`: (K, K), or (K, 2) for several labels."""
    positive: tuple[str, ...] = ()
    """The classes that `miss` is about."""
    notes: tuple[Note, ...] = ()
    """What was guessed or assumed."""


def read_costs(
    options: EvaluateOptions,
    classes: tuple[str, ...],
    *,
    multilabel: bool = False,
    counts: Sequence[int] | None = None,
) -> Costs | None:
    """Read and check what the user says of costs; None where nothing is said. Good to call before training begins.

    Args:
        options: `cost`, `positive` and `unknown_cost`.
        classes: K names.
        multilabel: whether several labels may hold at once.
        counts: (K) pictures of each class: of two classes whose names tell nothing the rarer one is the positive.

    Raises:
        UsageError: costs that are misspelt, negative or without a positive class.
        DataError: a matrix that does not fit the classes.
    """
    _check_unknown(options)
    for name in options.positive:
        if name not in classes:
            raise unknown("class", name, classes)
    if options.cost is None:
        if options.unknown_cost is None:
            return None
        return Costs(matrix=_plain(len(classes), multilabel), notes=(Note("costs.plain"),))
    if _SPOKEN.match(options.cost) and not Path(options.cost).exists():
        return _spoken(options, classes, multilabel, counts)
    if multilabel:
        raise UsageError(
            "A matrix of costs is for one class a picture; here several labels may hold at once.",
            expected="--cost miss=…,false-alarm=…",
        )
    return Costs(matrix=_matrix(Path(options.cost), classes))


def _check_unknown(options: EvaluateOptions) -> None:
    cost = options.unknown_cost
    if cost is not None and not (math.isfinite(cost) and cost >= 0):
        raise UsageError(f'The cost of "I don\'t know" is {cost}.', expected="a number, 0 or more")


def _plain(classes: int, multilabel: bool) -> tuple[tuple[float, ...], ...]:
    return _tuples(np.ones((classes, 2)) if multilabel else np.ones((classes, classes)) - np.eye(classes))


def _tuples(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(cost) for cost in row) for row in matrix)


def _spoken(
    options: EvaluateOptions, classes: tuple[str, ...], multilabel: bool, counts: Sequence[int] | None
) -> Costs:
    given = _parse(options.cost or "")
    miss, alarm = given.get("miss", 1.0), given.get("false-alarm", 1.0)
    if miss == alarm == 0:
        raise UsageError("A miss and a false alarm both cost nothing.", expected="a cost for one of them at least")
    other = given.get("other", min(miss, alarm))
    notes = [Note("costs.default", {"kind": kind}) for kind in _KINDS[:2] if kind not in given]
    if multilabel:
        matrix = np.full((len(classes), 2), other)
        matrix[[name in (options.positive or classes) for name in classes]] = miss, alarm
        return Costs(matrix=_tuples(matrix), positive=options.positive or classes, notes=tuple(notes))
    positive = options.positive
    if not positive:
        positive, why = _guess(classes, counts)
        notes.append(why)
    if len(set(positive)) == len(classes):
        raise UsageError(
            f"All classes are positive: {', '.join(positive)}.",
            expected="one class at least that is not",
            todo="--positive CLASS",
        )
    chosen = np.array([name in positive for name in classes])
    matrix = np.full((len(classes), len(classes)), other)
    matrix[np.ix_(chosen, ~chosen)] = miss
    matrix[np.ix_(~chosen, chosen)] = alarm
    np.fill_diagonal(matrix, 0.0)
    if "other" not in given and len(classes) > 2:
        notes.append(Note("costs.other", {"other": other}))
    return Costs(matrix=_tuples(matrix), positive=tuple(positive), notes=tuple(notes))


def _parse(text: str) -> dict[str, float]:
    given: dict[str, float] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        name = name.lower().replace("_", "-")
        if not equals:
            raise UsageError(f"--cost: '{part.strip()}' has no number.", expected="miss=50,false-alarm=1")
        if name not in _KINDS:
            raise unknown("cost", name, _KINDS)
        if name in given:
            raise UsageError(f"--cost: '{name}' is given twice.", expected="miss=50,false-alarm=1")
        given[name] = _number(value, f"--cost: {name}")
    return given


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise UsageError(f"{where} is '{text}'.", expected="a number, 0 or more")
    return value


def _guess(classes: tuple[str, ...], counts: Sequence[int] | None) -> tuple[tuple[str, ...], Note]:
    """Which class `miss` is about, and why."""
    spoken = [name.replace("_", " ") for name in classes]
    good = [name for name, text in zip(classes, spoken, strict=True) if _GOOD.search(text)]
    bad = [name for name, text in zip(classes, spoken, strict=True) if _BAD.search(text) and name not in good]
    if len(bad) == 1:
        return (bad[0],), Note("costs.guess.name", {"name": bad[0]})
    if len(good) == 1 and len(classes) > 1:
        rest = tuple(name for name in classes if name not in good)
        if len(rest) == 1:
            return rest, Note("costs.guess.names", {"name": rest[0]})
        return rest, Note("costs.guess.rest", {"name": good[0]})
    if len(classes) == 2 and counts is not None and counts[0] != counts[1]:
        rare = classes[int(np.argmin(counts))]
        return (rare,), Note("costs.guess.rare", {"name": rare})
    raise UsageError(
        "--cost speaks of a miss, but not of which class.",
        expected=f"--positive with one of {', '.join(classes[:12])}" + (", …" if len(classes) > 12 else ""),
        todo=f"--positive {classes[0]}",
    )


def _matrix(path: Path, classes: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
    """Read a (K, K) matrix whose rows and columns carry the class names, in any order."""
    shape = (
        f"first line: an empty cell, then the {len(classes)} class names; then a line for each class: its name and "
        "numbers"
    )
    cells = read_cells(path)
    columns = cells[0][1][1:] if cells else []
    rows = {row[0]: (line, row[1:]) for line, row in cells[1:]}
    for kind, names in (("columns", columns), ("rows", [row[0] for _, row in cells[1:]])):
        if sorted(names) != sorted(classes):
            odd = sorted(set(names) ^ set(classes)) or sorted({name for name in names if names.count(name) > 1})
            raise DataError(f"{path}: its {kind} are not the model's classes: {', '.join(odd[:10])}.", expected=shape)
    matrix = np.zeros((len(classes), len(classes)))
    for true, name in enumerate(classes):
        line, numbers = rows[name]
        if len(numbers) != len(classes):
            raise DataError(f"{path}, line {line}: {len(numbers)} costs.", expected=f"{len(classes)}")
        for column, text in zip(columns, numbers, strict=True):
            try:
                matrix[true, classes.index(column)] = _number(text, f"{path}, line {line}: the cost of '{column}'")
            except UsageError as error:
                raise DataError(error.found, expected=error.expected) from None
        if matrix[true, true]:
            raise DataError(
                f"{path}, line {line}: the right answer '{name}' costs {matrix[true, true]:g}.", expected="0"
            )
    if not matrix.any():
        raise DataError(f"{path}: every mistake costs nothing.", expected="a cost above 0")
    return _tuples(matrix)
