"""A folder of pictures: one folder a class, below folders for the splits where there are any."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from miwake.data.naming import few, first, natural_key, plural, split_of
from miwake.errors import DataError
from miwake.types import SPLITS, UNASSIGNED, Dataset, Note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOKS_FOR = "a folder a class (CLASS/*.jpg), at least two, or the same below train, val and test"

_SYSTEM = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX", "DICOMDIR"})
# by these endings a file beside the pictures is no picture; all others are looked into later
_TEXTS = {".txt", ".json", ".jsonl", ".csv", ".tsv", ".md", ".rst", ".xml", ".html", ".htm", ".yaml", ".yml", ".toml"}
_NO_PICTURES = _TEXTS | {".ini", ".log", ".pdf", ".py", ".ipynb", ".zip", ".mat"}
# folders of other kinds of data (masks, boxes) that would pass for classes
_MASKS = {"label", "labels", "mask", "masks", "segmentation", "segmentationclass", "segmentationobject", "groundtruth"}
_PARTS = _MASKS | {"image", "images", "jpegimages", "annotation", "annotations", "imagesets", "ground_truth", "gt"}


@dataclass
class _Found:
    """What a walk through the folders has come across."""

    paths: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    outside: int = 0


def guess(path: Path) -> Note | None:
    """Why this looks like a folder of class folders, or None."""
    if not path.is_dir():
        return None
    folders = _folders(path)
    if _mixed(path, folders):
        return None
    parts = _parts(folders)
    classes = sorted({name for _, part in parts for name in _folders(path / part)}, key=natural_key)
    if len(classes) < 2 or all(name.lower() in _PARTS for name in classes):
        return None
    from miwake.data import inspection, mvtec, segmentation

    if any(other.guess(path) is not None for other in (mvtec, inspection, segmentation)):
        return None  # good parts beside defects, or classes of pixels, with masks
    found = {"n": len(classes), "classes": first(classes)}
    if parts[0][1]:
        return Note("data.folder.guess.below", {**found, "parts": first([part for _, part in parts])})
    return Note("data.folder.guess", found)


def read(path: Path) -> Dataset:
    """List the pictures of a folder of class folders. Opens none of them.

    Classes are sorted as people count: 2 before 10. Folders inside a class are part of it. Hidden files are ignored;
    files that their ending says are no pictures are counted in the notes. All others are listed, whatever they are.

    Raises:
        DataError: there are no class folders or only one, folders of splits lie beside others, or a file's name
            is not valid Unicode.
    """
    import numpy as np

    folders = _folders(path)
    if _mixed(path, folders):
        raise _mixture(path, folders)
    parts = _parts(folders)
    where: dict[str, list[tuple[int, str]]] = {}
    for split, part in parts:
        for name in _folders(path / part):
            where.setdefault(name, []).append((split, f"{part}/{name}/" if part else f"{name}/"))
    found, empty = _Found(), []
    classes: list[str] = []
    runs: list[tuple[int, int, int]] = []  # class number, split, pictures
    for name in sorted(where, key=natural_key):
        before = len(found.paths)
        for split, prefix in where[name]:
            start = len(found.paths)
            _walk(path, prefix, found)
            runs.append((len(classes), split, len(found.paths) - start))
        if len(found.paths) > before:
            classes.append(name)
        else:
            empty.append(name)
            del runs[-len(where[name]) :]
    for part in {part for _, part in parts} | {""}:
        found.outside += _loose(path / part)
    if len(classes) < 2:
        raise _too_few_classes(path, classes, found.outside)
    _check_names(path, found.paths)
    lengths = [length for _, _, length in runs]
    targets: NDArray[np.int64] = np.repeat(np.array([number for number, _, _ in runs], np.int64), lengths)
    splits: NDArray[np.int8] = np.repeat(np.array([split for _, split, _ in runs], np.int8), lengths)
    return Dataset(
        name=path.absolute().name,
        source="folder",
        root=path.absolute(),
        task="classify",
        classes=tuple(classes),
        paths=found.paths,
        targets=targets,
        split=splits,
        notes=tuple(_notes(parts, empty, found)),
    )


def picture_files(folder: Path) -> list[Path]:
    """What `read` would take for pictures in one folder and all that are below it, sorted. Opens none of them.

    Raises:
        OSError: a folder cannot be read.
    """
    found = _Found()
    _walk(folder, "", found)
    return [folder / name for name in found.paths]


def may_be_picture(name: str) -> bool:
    """Whether a file of this name would be taken for a picture, until it is looked into."""
    return _shown(name) and name[name.rfind(".") :].lower() not in _NO_PICTURES


def toy(folder: Path) -> Path:
    """Write 96 small PNG pictures of four classes, one folder a class."""
    from PIL import Image

    from miwake.data.toy import toy_pictures

    pictures, targets, classes = toy_pictures()
    for number, (picture, target) in enumerate(zip(pictures, targets, strict=True)):
        file = folder / classes[target] / f"{number:03}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(picture).save(file)
    return folder


def _folders(path: Path) -> list[str]:
    """Names of the folders inside, without the hidden ones, sorted."""
    with os.scandir(path) as entries:
        return sorted(entry.name for entry in entries if _shown(entry.name) and entry.is_dir())


def _shown(name: str) -> bool:
    return not name.startswith(".") and name not in _SYSTEM


def _parts(folders: list[str]) -> list[tuple[int, str]]:
    """Splits and the folders that hold their classes; one unnamed folder where there are no splits."""
    splits = [(split, name) for name in folders if (split := split_of(name)) is not None]
    if splits and len(splits) == len(folders):
        return sorted(splits)
    return [(UNASSIGNED, "")]


def _mixed(path: Path, folders: list[str]) -> bool:
    """Whether folders of splits lie beside others, so that neither reading would be right."""
    splits = [name for name in folders if split_of(name) is not None]
    if not splits or len(splits) == len(folders):
        return False
    return len({split_of(name) for name in splits}) > 1 or len(_folders(path / splits[0])) > 1


def _walk(root: Path, prefix: str, found: _Found) -> None:
    """Add the files below `root/prefix`, sorted, to `found`. No `Path` a file: there may be a million."""
    start = len(found.paths)
    below = [prefix]
    while below:
        folder = below.pop()
        with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118
            for entry in entries:
                name = entry.name
                if not _shown(name):
                    continue
                if entry.is_dir():
                    if not (entry.is_symlink() and _leads_up(entry.path)):
                        below.append(f"{folder}{name}/")
                elif (ending := name[name.rfind(".") :].lower()) in _NO_PICTURES:
                    found.others[ending] += 1
                else:
                    found.paths.append(folder + name)
    found.paths[start:] = sorted(found.paths[start:])


def _leads_up(link: str) -> bool:
    """Whether a link to a folder leads to one that holds the link, and so round in circles."""
    return Path(link).parent.resolve().is_relative_to(Path(link).resolve())


def _loose(folder: Path) -> int:
    """Files beside the class folders that may be pictures."""
    with os.scandir(folder) as entries:
        return sum(
            _shown(entry.name)
            and "." in entry.name
            and Path(entry.name).suffix.lower() not in _NO_PICTURES
            and entry.is_file()
            for entry in entries
        )


def _check_names(path: Path, paths: list[str]) -> None:
    try:
        "\n".join(paths).encode()
    except UnicodeEncodeError:
        bad = [ascii(name) for name in paths if not _encodes(name)]
        raise DataError(
            f"In {path}, the names of {plural(len(bad), 'file')} are not valid Unicode: {few(bad)}.",
            expected="names in UTF-8",
            todo="rename them; convmv -f SHIFT_JIS -t UTF-8 --notest -r FOLDER does it for names from old systems.",
        ) from None


def _encodes(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mixture(path: Path, folders: list[str]) -> DataError:
    splits = [name for name in folders if split_of(name) is not None]
    others = [name for name in folders if split_of(name) is None]
    return DataError(
        f"{path} holds folders of splits ({few(splits)}) beside others ({few(others)}).",
        expected="either train, val and test with class folders inside, or class folders only",
        todo="move the others elsewhere; where a class really has the name of a split, rename its folder.",
    )


def _too_few_classes(path: Path, classes: list[str], outside: int) -> DataError:
    found = f"{path} has " + (f"one class with pictures: {classes[0]}" if classes else "no class with pictures")
    if outside:
        found += f"; {plural(outside, 'file')} lie outside of any class folder"
    return DataError(
        found + ".",
        expected="at least two folders, each with the pictures of one class: CLASS/*.jpg or train/CLASS/*.jpg",
        todo="put the pictures of each class into a folder of its own.",
    )


def _notes(parts: list[tuple[int, str]], empty: list[str], found: _Found) -> list[Note]:
    notes = []
    if parts[0][1]:
        named = tuple(Note("data.part", {"name": name, "split": SPLITS[split]}) for split, name in parts)
        notes.append(Note("data.splits.folders", {"parts": named}))
    if empty:
        notes.append(Note("data.folder.empty", {"names": first(empty)}))
    if found.others:
        counted = found.others.most_common()
        endings = [Note("data.folder.ending", {"n": count, "ending": ending}) for ending, count in counted]
        notes.append(Note("data.folder.others", {"endings": first(endings)}))
    if found.outside:
        notes.append(Note("data.folder.outside", {"n": found.outside}))
    stems = [name[:dot] for name in found.paths if (dot := name.rfind(".")) > name.rfind("/")]
    if twins := len(stems) - len(set(stems)):
        notes.append(Note("data.folder.twins", {"n": twins}))
    return notes
