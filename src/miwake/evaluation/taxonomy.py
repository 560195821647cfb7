"""Coarse classes made of fine ones: what a network of fine classes knows of the coarse ones (Esteva 2017, Methods)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miwake.errors import DataError, nearest


@dataclass(frozen=True, kw_only=True, eq=False)
class Taxonomy:
    """Which coarse class a fine one belongs to."""

    classes: tuple[str, ...]
    """The J coarse classes, in the order in which the fine ones first name them."""
    index: NDArray[np.int64]
    """(K) number of each fine class's coarse class."""

    @property
    def members(self) -> NDArray[np.bool_]:
        """(K, J) whether fine class k belongs to coarse class j."""
        return np.asarray(self.index[:, None] == np.arange(len(self.classes)))

    def targets(self, targets: NDArray[np.integer]) -> NDArray[np.int64]:
        """Coarse targets of fine ones: (N) class numbers, or (N, J) a 1 where any fine label of j holds."""
        if targets.ndim == 1:
            return np.asarray(self.index[targets])
        return (targets.astype(np.int64) @ self.members.astype(np.int64) > 0).astype(np.int64)

    def probabilities(self, fine: NDArray[np.float64], *, multilabel: bool) -> NDArray[np.float64]:
        """Coarse probabilities (N, J) of fine ones (N, K): their sum.

        Of several labels, which the network holds for independent, the probability that at least one holds.
        """
        if not multilabel:
            return np.minimum(fine @ self.members.astype(np.float64), 1.0)
        with np.errstate(divide="ignore"):
            none = np.log1p(-fine)
        return np.stack([-np.expm1(none[:, column].sum(1)) for column in self.members.T], axis=1)


def read_taxonomy(path: Path, classes: tuple[str, ...]) -> Taxonomy:
    """Read a CSV file with the columns `fine,coarse` (in any order, among others; `,`, `;` or tab between them).

    Raises:
        DataError: no such file or columns, an unknown or repeated fine class, or one that is missing.
    """
    rows = _rows(path)
    coarse: dict[str, str] = {}
    for line, (fine, group) in rows:
        if fine not in classes:
            best = nearest(fine, classes)
            raise DataError(
                f"{path}, line {line}: the model has no class '{fine}'." + (f" Did you mean '{best}'?" if best else ""),
                expected="in the column `fine` the model's class names, each once",
            )
        if not group:
            raise DataError(f"{path}, line {line}: '{fine}' has no coarse class.", expected="a name in both columns")
        if coarse.setdefault(fine, group) != group:
            raise DataError(
                f"{path}, line {line}: '{fine}' already belongs to '{coarse[fine]}'.", expected="one line a class"
            )
    missing = [name for name in classes if name not in coarse]
    if missing:
        shown = ", ".join(missing[:10]) + (", …" if len(missing) > 10 else "")
        raise DataError(
            f"{path} leaves out {len(missing)} of {len(classes)} classes: {shown}.",
            expected="a line for every class of the model",
            todo="add them; a class that stands for itself is its own coarse class.",
        )
    names = tuple(dict.fromkeys(coarse[name] for name in classes))
    return Taxonomy(classes=names, index=np.array([names.index(coarse[name]) for name in classes], np.int64))


def read_cells(path: Path) -> list[tuple[int, list[str]]]:
    """The lines of a CSV file that are not empty: number and stripped cells; `,`, `;` or tab, whichever is first.

    Raises:
        DataError: the file cannot be read, or is not UTF-8 text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.", expected="a CSV file") from None
    except UnicodeDecodeError:
        raise DataError(
            f"{path} is not UTF-8 text.", expected="a CSV file in UTF-8", todo="save it as UTF-8."
        ) from None
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)]


def _rows(path: Path) -> list[tuple[int, tuple[str, str]]]:
    cells = read_cells(path)
    head = [cell.lower() for cell in cells[0][1]] if cells else []
    if "fine" not in head or "coarse" not in head:
        raise DataError(
            f"{path}, line 1: the columns are {', '.join(head) or 'none'}.",
            expected="the columns fine,coarse",
            todo="make `fine,coarse` the first line.",
        )
    fine, coarse = head.index("fine"), head.index("coarse")
    rows = []
    for line, row in cells[1:]:
        if len(row) <= max(fine, coarse):
            raise DataError(f"{path}, line {line}: {len(row)} cells.", expected=f"{len(head)} cells")
        rows.append((line, (row[fine], row[coarse])))
    return rows
