"""A table of pictures: a CSV file with the columns path and label or mask, and perhaps split and group."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from miwake.data.naming import few, first, natural_key, plural, split_of
from miwake.errors import DataError
from miwake.types import UNASSIGNED, Dataset, Note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOKS_FOR = "a CSV file, or a folder with one, whose first line names the columns path and label, or path and mask"

_DELIMITERS = (",", ";", "\t")
_ENDINGS = (".csv", ".tsv")
_LOOKED_AT = 100


@dataclass
class _Table:
    """The columns that matter, and the line of each row."""

    paths: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    splits: list[int] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def guess(path: Path) -> Note | None:
    """Why this looks like a table of pictures, or None."""
    files = _files(path)
    return Note("data.csv.guess", {"files": first([file.name for file in files])}) if files else None


def read(path: Path) -> Dataset:
    """Read a table of pictures.

    The first line names the columns, in any case: `path`, relative to the file's folder, and `label` are needed;
    `split` (train, val, test or empty), `group` and `mask` (path of a mask, or
    empty) may be there. Commas, semicolons or tabs between the cells.
    With a column `mask` and none `label`, it is the pixels that have classes (task `segment`).
    Where any label holds a semicolon, a picture may have several, separated by semicolons, or none.

    Raises:
        DataError: a mistake, with its line.
    """
    import numpy as np

    file = _file(path)
    table, columns = _read(file)
    _check_paths(file, table)
    pairs = "label" not in columns
    multilabel = not pairs and any(";" in label for label in table.labels)
    targets: NDArray[np.int64] | NDArray[np.uint8] = np.zeros(len(table.paths), np.int64)
    classes: tuple[str, ...] = ()
    if not pairs:
        targets, classes = (_several if multilabel else _single)(file, table)
        if len(classes) < 2:
            raise DataError(f"{file} has one label only: {few(classes)}.", expected="pictures of at least two classes")
    group = None
    notes = []
    if multilabel:
        notes.append(Note("data.csv.several", {"n": len(classes)}))
    if "split" in columns and any(split != UNASSIGNED for split in table.splits):
        notes.append(Note("data.splits.column"))
    if any(table.groups):
        from miwake.data.source import own_groups

        group = own_groups(table.groups, table.paths)
        notes.append(Note("data.grouped.column", {"column": "group", "n": len({*table.groups} - {""})}))
    return Dataset(
        name=file.stem,
        source="csv",
        root=file.parent.absolute(),
        task="segment" if pairs else "classify",
        classes=classes,
        paths=table.paths,
        targets=targets,
        split=np.array(table.splits, np.int8),
        group=group,
        masks=_masks(file, table),
        notes=tuple(notes),
    )


def column(path: Path, name: str) -> list[str] | None:
    """A column's cells, one a picture in the order of `read`, or None where there is no such column."""
    file = _file(path)
    rows = _rows(file)
    _, header = next(rows)
    names = [cell.strip().lower() for cell in header]
    if name.strip().lower() not in names:
        return None
    place = names.index(name.strip().lower())
    return [cells[place].strip() if place < len(cells) else "" for _, cells in rows]


def toy(folder: Path) -> Path:
    """Write 96 small PNG pictures and a table of them with all four columns."""
    from PIL import Image

    from miwake.data.toy import toy_pictures

    pictures, targets, classes = toy_pictures()
    file = folder / "pictures.csv"
    (folder / "pictures").mkdir()
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("path", "label", "split", "group"))
        for number, (picture, target) in enumerate(zip(pictures, targets, strict=True)):
            name = f"pictures/{number:03}.png"
            Image.fromarray(picture).save(folder / name)
            roll = number // 8
            writer.writerow((name, classes[target], ("train", "train", "val", "test")[roll % 4], f"roll {roll}"))
    return file


def _files(path: Path) -> list[Path]:
    """The tables that a path may mean: itself, or those in a folder whose first line names the columns."""
    if path.is_file():
        return [path] if path.suffix.lower() in _ENDINGS else []
    if not path.is_dir():
        return []
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in _ENDINGS and file.is_file())
    return [file for file in files if _names_columns(file)]


def _file(path: Path) -> Path:
    if path.is_file():
        return path
    files = _files(path)
    if len(files) == 1:
        return files[0]
    raise DataError(
        f"{path} holds {plural(len(files), 'table')} of pictures"
        + (f": {few([file.name for file in files])}." if files else "."),
        expected="one CSV file whose first line names the columns path and label, or path and mask",
        todo=f"give one of them, such as {files[0]}; a column split says what is for training and what to test."
        if files
        else "give the CSV file itself.",
    )


def _names_columns(file: Path) -> bool:
    with file.open("rb") as stream:
        first = stream.readline(10_000).decode("utf-8-sig", "replace")
    return _delimiter(first) is not None


def _delimiter(header: str) -> str | None:
    """The delimiter under which the header names the columns that are needed."""
    for delimiter in _DELIMITERS:
        names = {name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])}
        if {"path", "label"} <= names or {"path", "mask"} <= names:
            return delimiter
    return None


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells: the header first, then every row that is not blank."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"{file}, line {line}: not UTF-8 (byte {error.object[error.start]:#04x}).",
            expected="a CSV file in UTF-8",
            todo="save it again as 'CSV UTF-8'.",
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise DataError(f"{file}, line {line}: a zero byte.", expected="a CSV file in UTF-8", todo="save it again.")
    lines = io.StringIO(text, newline="")
    first = lines.readline()
    lines.seek(0)
    delimiter = _delimiter(first)
    if delimiter is None:
        raise DataError(
            f"{file}, line 1: {first.strip()[:200] or 'nothing'}",
            expected="a first line that names the columns: path,label or path,mask, and perhaps split,group",
            todo="add that line, or rename the columns.",
        )
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataError(
            f"{file}, line {reader.line_num}: {error}.",
            expected="cells in double quotes where they hold the delimiter, quotes doubled inside",
            todo="mend that line.",
        ) from None


def _read(file: Path) -> tuple[_Table, list[str]]:
    rows = _rows(file)
    _, header = next(rows)
    names = [cell.strip().lower() for cell in header]
    for name in ("path", "label", "split", "group", "mask"):
        if names.count(name) > 1:
            raise DataError(f"{file}, line 1: two columns are named {name}.", expected="one of each")
    path, label = names.index("path"), names.index("label") if "label" in names else None
    split = names.index("split") if "split" in names else None
    group = names.index("group") if "group" in names else None
    mask = names.index("mask") if "mask" in names else None
    needed = label if label is not None else names.index("mask")
    table, least, most = _Table(), max(path, needed) + 1, len(names)
    for line, cells in rows:
        if not least <= len(cells) <= most:
            raise DataError(
                f"{file}, line {line}: {plural(len(cells), 'cell')}.",
                expected=f"{plural(most, 'cell')}: {', '.join(names)}",
                todo="mend that line; a cell that holds the delimiter needs double quotes.",
            )
        name = cells[path].strip()
        if not name:
            raise DataError(f"{file}, line {line}: the path is empty.", expected="the path of a picture")
        table.paths.append(_tidy(name))
        table.labels.append(cells[label].strip() if label is not None else "")
        table.splits.append(
            _split(file, line, cells[split]) if split is not None and split < len(cells) else UNASSIGNED
        )
        table.groups.append(cells[group].strip() if group is not None and group < len(cells) else "")
        table.masks.append(_tidy(cells[mask].strip()) if mask is not None and mask < len(cells) else "")
        table.lines.append(line)
    if not table.paths:
        raise DataError(f"{file} has no rows.", expected="a line for each picture")
    return table, names


def _masks(file: Path, table: _Table) -> list[str | None] | None:
    """(N) the masks' paths; None where no row names one."""
    for mask, line in zip(table.masks, table.lines, strict=True):
        if mask and not (file.parent / mask).is_file():
            raise DataError(
                f"{file}, line {line}: there is no mask {file.parent / mask}.",
                expected="the path of a mask relative to the CSV file's folder, or an empty cell",
                todo="mend that line, or put the mask there.",
            )
    return [mask or None for mask in table.masks] if any(table.masks) else None


def _tidy(path: str) -> str:
    """With `/` between folders, and without `./` in front."""
    path = path.replace("\\", "/")
    while path.startswith("./"):
        path = path[2:]
    return path


def _split(file: Path, line: int, cell: str) -> int:
    if not cell.strip():
        return UNASSIGNED
    split = split_of(cell)
    if split is None:
        raise DataError(f"{file}, line {line}: the split is '{cell}'.", expected="train, val, test or an empty cell")
    return split


def _check_paths(file: Path, table: _Table) -> None:
    """Paths are unique, and not all of them lead nowhere (single missing files are found when they are read)."""
    if len(set(table.paths)) < len(table.paths):
        first: dict[str, int] = {}
        for path, line in zip(table.paths, table.lines, strict=True):
            if path in first:
                raise DataError(
                    f"{file}, line {line}: {path} is already on line {first[path]}.",
                    expected="a line for each picture",
                    todo="delete one of them, or write several labels into one cell: label;label.",
                )
            first[path] = line
    step = max(1, len(table.paths) // _LOOKED_AT)
    if not any((file.parent / path).exists() for path in table.paths[::step]):
        raise DataError(
            f"{file}, line {table.lines[0]}: there is no {file.parent / table.paths[0]}, nor any other that was tried.",
            expected=f"paths relative to the folder of the CSV file, {file.parent}",
            todo="move the CSV file or mend its paths.",
        )


def _single(file: Path, table: _Table) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Class numbers (N)."""
    import numpy as np

    for label, line in zip(table.labels, table.lines, strict=True):
        if not label:
            raise DataError(
                f"{file}, line {line}: the label is empty.",
                expected="a label; only where other cells hold several, separated by semicolons, may one be empty",
            )
    classes = tuple(sorted(set(table.labels), key=natural_key))
    number = {name: index for index, name in enumerate(classes)}
    return np.array([number[label] for label in table.labels], np.int64), classes


def _several(file: Path, table: _Table) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """A 1 for each label that holds (N, K)."""
    import numpy as np

    cells = [[label for part in cell.split(";") if (label := part.strip())] for cell in table.labels]
    classes = tuple(sorted({label for labels in cells for label in labels}, key=natural_key))
    number = {name: index for index, name in enumerate(classes)}
    targets = np.zeros((len(cells), len(classes)), np.uint8)
    rows = np.repeat(np.arange(len(cells)), [len(labels) for labels in cells])
    targets[rows, [number[label] for labels in cells for label in labels]] = 1
    return targets, classes
