"""From a path to a `Dataset`: which reader fits, and why.

A reader is a file in this folder; its name is its registration. It has

    LOOKS_FOR: str                        what it reads, for the message that no reader fits
    def guess(path) -> Sentence | None    why this path looks like its own; reads names and headers only
    def read(path) -> Dataset             splits and groups as the data gives them; masks of classes without a legend
                                          get theirs from `miwake.data.meaning`
    def toy(folder) -> Path               writes a tiny learnable data set and returns the path to hand to `read`
    def column(path, name) -> list[str] | None
                                          optional: a column of the data by its name, for `DataOptions.group`
    TASK: str                             optional: the task that all its data asks; else `classify`
    def claim(path) -> Sentence | None    optional: as `guess`, but where TASK was asked for, so less shy
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from miwake.data.config import DataOptions, group_pattern
from miwake.data.naming import few, plural
from miwake.errors import DataError, UsageError, nearest, unknown
from miwake.look.words import told
from miwake.types import SPLITS, Dataset, Note, Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from miwake.data.proposal import Meaning

_PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".dcm"}
_ARCHIVES = {".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar"}


class Source(Protocol):
    """What a reader's module has."""

    LOOKS_FOR: str

    def guess(self, path: Path) -> Sentence | None:
        """One sentence why this path looks like this reader's own, or None."""

    def read(self, path: Path) -> Dataset:
        """The table of samples."""

    def toy(self, folder: Path) -> Path:
        """A tiny learnable data set in an empty folder."""


@cache
def names() -> tuple[str, ...]:
    """Names of all readers: the files of this folder that define `guess`, `read` and `toy`. Imports none of them."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.py")):
        defined = set(re.findall(r"^def (\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE))
        if defined >= {"guess", "read", "toy"}:
            found.append(path.stem)
    return tuple(found)


def source(name: str) -> Source:
    """The module of a reader.

    Raises:
        UsageError: there is no such reader.
    """
    if name not in names():
        raise unknown("source", name, names())
    return cast(Source, import_module(f"miwake.data.{name}"))


def open_dataset(
    path: Path | str, options: DataOptions | None = None, *, task: str = "auto", learnt: Meaning | None = None
) -> Dataset:
    """Read the table of samples that lies at a path, or a bundled data set by its name.

    Args:
        path: a folder or file, or `digits`.
        options: `source` names the reader, which is guessed without it; `group` overrides the data's own groups.
        task: a task that was asked for, whose own readers come first; auto: whatever the data looks like.
        learnt: what values in masks meant to a model, which is taken where no legend lies beside them.

    Returns:
        The data set; how it was read is the first of its notes.

    Raises:
        DataError: nothing is there, no reader fits, several fit, or the one that fits found a mistake.
        UsageError: a source's name is misspelt, the group is neither a column nor matches any path, or there are no
            masks, or no class of them, for a legend or void.
    """
    path, options = Path(path), options or DataOptions()
    reason: Sentence
    if options.source is not None:
        name, reason = options.source, Note("data.asked")
        reader = source(name)
        if name != "bundled":
            _must_exist(path)
    else:
        name, reason = _claimed(path, task) or _guess(path)
        reader = source(name)
    try:
        dataset = reader.read(path)
    except OSError as error:
        raise DataError(
            f"{error.filename or path} cannot be read: {error.strerror or error}.",
            expected="files and folders that you may read",
            todo="check the path and its permissions.",
        ) from None
    dataset = dataclasses.replace(dataset, notes=(_read_by(name, reason), *dataset.notes))
    if options.legend is not None or options.void is not None or dataset.task == "segment":
        from miwake.data.meaning import settled

        dataset = settled(dataset, options.legend, options.void, learnt)
    return dataset if options.group is None else _grouped(dataset, path, reader, options.group)


def _read_by(name: str, reason: Sentence) -> Note:
    return Note("data.read", {"source": name, "reason": reason})


def _claimed(path: Path, task: str) -> tuple[str, Sentence] | None:
    """The first reader of a task's own that can read the path, where that task was asked for."""
    if not path.is_dir():
        return None
    for name in names():
        reader = source(name)
        if getattr(reader, "TASK", "classify") == task != "classify":
            reason = reader.guess(path) or getattr(reader, "claim", reader.guess)(path)
            if reason is not None:
                return name, reason
    return None


def _guess(path: Path) -> tuple[str, Sentence]:
    fits = _fitting(path)
    if len(fits) == 1:
        return fits[0]
    if not fits:
        _must_exist(path)
        raise _nothing_fits(path)
    raise DataError(
        f"{path} can be read in {len(fits)} ways: "
        + " ".join(f"{name}: {told(reason, 'en')}" for name, reason in fits),
        expected="data of one shape",
        todo=f"say which one is meant, such as --source {fits[0][0]}.",
    )


def _fitting(path: Path) -> list[tuple[str, Sentence]]:
    found = []
    for name in names():
        try:
            reason = source(name).guess(path)
        except OSError as error:
            raise DataError(
                f"{path} cannot be read: {error.strerror or error}.",
                expected="a file or folder that you may read",
                todo="check the path and its permissions.",
            ) from None
        if reason is not None:
            found.append((name, reason))
    return found


def _must_exist(path: Path) -> None:
    if path.exists():
        return
    from miwake.data.bundled import NAMES

    beside = [*NAMES]
    if path.parent.is_dir():
        beside += [str(path.parent / entry.name) for entry in path.parent.iterdir()]
    best = nearest(str(path), beside)
    raise DataError(
        f"{path} does not exist." + (f" Did you mean '{best}'?" if best else ""),
        expected=f"a folder or file, or the name of a bundled data set: {', '.join(NAMES)}",
        todo=f"write '{best}'." if best else "check the path.",
    )


def _nothing_fits(path: Path) -> DataError:
    expected = "one of these: " + "; ".join(f"{name}: {source(name).LOOKS_FOR}" for name in names())
    if not path.is_dir():
        packed = path.suffix.lower() in _ARCHIVES
        return DataError(
            f"{path} is a file that no reader knows.",
            expected=expected,
            todo="unpack it and give the folder." if packed else "give the folder that holds the pictures.",
        )
    entries = sorted(entry.name + "/" * entry.is_dir() for entry in path.iterdir() if not entry.name.startswith("."))
    folders = [name for name in entries if name.endswith("/")]
    files = [name for name in entries if not name.endswith("/")]
    one = _one_class(path, folders)
    if one is not None and not any(name.lower().endswith((".csv", ".tsv")) for name in files):
        return one
    found = f"{path} is not data of a known shape: it holds "
    found += f"{plural(len(folders), 'folder')} ({few(folders)})" if folders else "no folders"
    found += f" and {plural(len(files), 'file')} ({few(files)})." if files else " and no files."
    tables = [name for name in files if name.lower().endswith((".csv", ".tsv"))]
    if tables and not any(name.rstrip("/").lower() in SPLITS for name in folders):
        return DataError(found, expected=expected, todo=f"give the table, if it lists the pictures: {path / tables[0]}")
    inside = next((path / name.rstrip("/") for name in folders[:20] if _fitting(path / name)), None)
    return DataError(
        found,
        expected=expected,
        todo=f"give {inside} instead."
        if inside
        else "put the pictures of each class into a folder of its own; or, where these are pictures of good parts and "
        "others are to be noticed, add --task anomaly.",
    )


def _one_class(path: Path, folders: list[str]) -> DataError | None:
    """The error for a single class folder that holds pictures, or None."""
    from miwake.data.folder import picture_files

    if len(folders) != 1:
        return None
    inside = path / folders[0]
    if _fitting(inside) or not any(file.suffix.lower() in _PICTURES for file in picture_files(inside)):
        return None
    return DataError(
        f"{path} has only one class: {inside.name}.",
        expected="at least two folders, each with the pictures of one class, to tell apart",
        todo=f"put the pictures of another class into a folder beside {inside}; or, where these are good ones and "
        f"others are to be noticed, add --task anomaly.",
    )


def _grouped(dataset: Dataset, path: Path, reader: Source, text: str) -> Dataset:
    """`dataset` with the groups that the user asked for: a column's cells, or what a pattern finds in the paths."""
    column = cast("Callable[[Path, str], list[str] | None] | None", getattr(reader, "column", None))
    cells = column(path, text) if column else None
    if cells is not None:
        what = {"column": text}
    else:
        pattern = group_pattern(text)
        cells = [_matched(pattern, name) for name in dataset.paths]
        what = {"pattern": text}
        if not any(cells):
            raise UsageError(
                f"The group '{text}' is found in none of {plural(len(cells), 'path')}, such as {dataset.paths[0]}.",
                expected="a column of the data, or a regular expression that matches a part of the paths",
                todo=r"try it on that path; (\d+)_[^/]*$ takes the number before the last underscore.",
            )
    notes = [note for note in dataset.notes if not (isinstance(note, Note) and note.key.startswith("data.grouped"))]
    if len(cells) > 1 and len({*cells} - {""}) == len(cells):
        note = Note("data.grouped.nothing", {"group": text, "n": len(cells), "path": dataset.paths[0]})
        return dataclasses.replace(dataset, group=None, notes=(*notes, note))
    group = own_groups(cells, dataset.paths)
    alone = sum(not cell for cell in cells)
    notes.append(
        Note(f"data.grouped.{'column' if 'column' in what else 'pattern'}", {**what, "n": len({*cells} - {""})})
    )
    if alone:
        notes.append(Note("data.grouped.alone", {"n": alone}))
    return dataclasses.replace(dataset, group=group, notes=tuple(notes))


def _matched(pattern: re.Pattern[str], path: str) -> str:
    match = pattern.search(path)
    if match is None:
        return ""
    return (match.group(1) if pattern.groups else match.group()) or ""


def own_groups(cells: list[str], paths: object) -> NDArray[np.object_]:
    """(N) str: the groups of `cells`; a picture with an empty cell stands for itself, under its path's name."""
    import numpy as np

    group = np.empty(len(cells), dtype=object)
    group[:] = [cell or own for cell, own in zip(cells, cast("list[str]", paths), strict=True)]
    return group
