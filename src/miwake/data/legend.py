"""Legends: which values in masks mean which class, read from a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from miwake.data.naming import plural
from miwake.errors import DataError
from miwake.types import Legend, Value

TABLES = ("legend.csv", "class_dict.csv", "classes.csv", "labels.csv")
LISTS = ("labelmap.txt", "label_colors.txt", "classes.txt", "labels.txt")
NAMES = (*TABLES, *LISTS)
"""File names that are taken for legends where they lie beside the masks or above them."""
MOST = 255
"""Classes that a mask can tell apart beside void."""

VOID_NAMES = re.compile(
    r"(?i)void|ignored?|un-?label?led|unlabell?ed|don'?t[ _-]?care|no[ _-]?label|無視|対象外|ラベルなし"
)
"""What people call pixels that count nothing."""
_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a legend file says."""

    file: Path
    names: tuple[str, ...]
    """Of the classes, in the file's order, without void."""
    legend: Legend
    positions: bool = False
    """Whether the file has names only, so that a name's value is its place: the first is 0."""


def find_legend(*folders: Path) -> Path | None:
    """The first legend file in these folders, or None."""
    files = (folder / name for folder in folders for name in NAMES)
    return next((file for file in files if file.is_file()), None)


def read_legend(file: Path) -> Key:
    """Read a legend.

    A table with the columns `name` and `value` (an index, a grey level or `#rrggbb`) or `name`, `r`, `g`, `b`; or
    lines `name:r,g,b` as CVAT's labelmap.txt has them; or `r g b name` as CamVid's label_colors.txt; or names only,
    of which the first means 0. A name may have several lines. What is called void, ignore or unlabelled counts nothing.

    Raises:
        DataError: a mistake, with its line; two classes with the same value, or none at all.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"The legend {file} cannot be read: {error}.", expected="a text file in UTF-8") from None
    try:
        rows = list(_rows(file, lines))
    except csv.Error as error:
        raise DataError(f"{file} cannot be read: {error}.", expected="a CSV file") from None
    values: dict[str, list[Value]] = {}
    seen: dict[Value, str] = {}
    positions = False
    for number, name, value in rows:
        if not value:
            positions = True
            value = (len(seen),)
        if value in seen:
            raise DataError(
                f"{file}, line {number}: {shown(value)} means {name}, and {seen[value]} above.",
                expected="one meaning for each value",
                todo="mend that line; several values may mean one class, but not the other way round.",
            )
        seen[value] = name
        values.setdefault(name, []).append(value)
    if len({len(value) for value in seen}) > 1:
        raise DataError(
            f"{file} names both colours and single values.", expected="one kind: indices or grey levels, or colours"
        )
    names = tuple(name for name in values if not VOID_NAMES.fullmatch(name))
    void = tuple(value for name in values if VOID_NAMES.fullmatch(name) for value in values[name])
    if not 1 <= len(names) <= MOST:
        raise DataError(f"{file} names {plural(len(names), 'class')}.", expected=f"from 1 to {MOST} beside void")
    legend = Legend(values=tuple(tuple(values[name]) for name in names), void=void)
    return Key(file=file, names=names, legend=legend, positions=positions)


def read_value(text: str) -> Value | None:
    """`7`, `#rrggbb` or `r,g,b` as a value; None where it is neither."""
    text = text.strip()
    if text.isdecimal() and len(text) <= 5 and int(text) <= 65535:
        return (int(text),)
    colour = _COLOUR.fullmatch(text)
    if colour is not None:
        return tuple(bytes.fromhex(colour[1]))
    parts = re.split(r"[,;\s]+", text)
    if len(parts) == 3 and all(part.isdecimal() and int(part) <= 255 for part in parts):
        return tuple(int(part) for part in parts)
    return None


def shown(value: Value) -> str:
    """A value as people write it: `7` or `#rrggbb`."""
    return str(value[0]) if len(value) == 1 else "#" + bytes(value).hex()


def _rows(file: Path, lines: list[str]) -> Iterator[tuple[int, str, Value]]:
    """Line number, name and value, which is empty where a list has names only."""
    table = file.suffix.lower() in (".csv", ".tsv")
    header: list[str] | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or (text.startswith("#") and not _COLOUR.match(text)):
            continue
        if not table:
            yield number, *_listed(file, number, text)
            continue
        cells = [cell.strip() for cell in next(csv.reader([text], delimiter=_delimiter(lines)))]
        if header is None:
            header = [cell.lower() for cell in cells]
            if not (_column(header, "name") is not None and (_column(header, "value") is not None or _rgb(header))):
                raise DataError(
                    f"{file}, line {number}: {text[:200]}",
                    expected="a first line that names the columns: name,value or name,r,g,b",
                    todo="add that line: name,value for indices, grey levels and #rrggbb; name,r,g,b for colours.",
                )
            continue
        yield number, *_cells(file, number, header, cells)


_COLUMNS = {
    "name": ("name", "class", "label", "class_name"),
    "value": ("value", "index", "id", "grey", "gray", "color", "colour", "pixel"),
    "r": ("r", "red"),
    "g": ("g", "green"),
    "b": ("b", "blue"),
}


def _column(header: list[str], name: str) -> int | None:
    return next((header.index(each) for each in _COLUMNS[name] if each in header), None)


def _rgb(header: list[str]) -> bool:
    return all(_column(header, name) is not None for name in "rgb")


def _delimiter(lines: list[str]) -> str:
    first = next((line for line in lines if line.strip()), "")
    return max((",", ";", "\t"), key=first.count)


def _cells(file: Path, number: int, header: list[str], cells: list[str]) -> tuple[str, Value]:
    wanted = ["r", "g", "b"] if _rgb(header) else ["value"]
    places = [_column(header, name) for name in ("name", *wanted)]
    given = [cells[place] if place is not None and place < len(cells) else "" for place in places]
    value = read_value(",".join(given[1:]))
    if not given[0] or value is None:
        raise DataError(
            f"{file}, line {number}: name '{given[0]}', value '{','.join(given[1:])}'.",
            expected="a name and an index or grey level, #rrggbb, or red, green and blue from 0 to 255",
            todo="mend that line.",
        )
    return given[0], value


def _listed(file: Path, number: int, text: str) -> tuple[str, Value]:
    """A line of a list: CVAT's `name:r,g,b:parts:actions`, CamVid's `r g b name`, or a name alone."""
    colour = re.fullmatch(r"(\d+)[\s,]+(\d+)[\s,]+(\d+)\s+(\S.*)", text)
    if colour is not None:
        name, value = colour[4], read_value(",".join(colour.group(1, 2, 3)))
    elif ":" in text:
        name, written, *_ = (part.strip() for part in text.split(":"))
        value = read_value(written)
    else:
        return text, ()
    if value is None or not name:
        raise DataError(
            f"{file}, line {number}: {text[:200]}",
            expected="name:r,g,b or r g b name or a name alone, with numbers from 0 to 255",
            todo="mend that line.",
        )
    return name, value
