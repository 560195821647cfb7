"""Photographs of an inspection: good ones alone, or `good/` beside `bad/` or a folder for each kind of defect."""

from __future__ import annotations

import re
from pathlib import Path

from miwake.data.naming import first, natural_key
from miwake.errors import DataError
from miwake.types import UNASSIGNED, Dataset, Note

TASK = "anomaly"
LOOKS_FOR = (
    "pictures of good parts, if asked for with --task anomaly: a folder of them, or good/ beside bad/ (and masks/)"
)

GOOD = re.compile(r"(?i)(?:\w+[ _-])?(?:good|ok|okay|normal|fine|intact|pass(?:ed)?|free|healthy)|良品?|正常")
"""What people call what is as it should be."""
_MASKS = {"mask", "masks", "ground_truth", "groundtruth"}


def guess(path: Path) -> Note | None:
    """Why these look like good parts beside bad ones, or None: only masks tell them from any two classes."""
    if not path.is_dir():
        return None
    names = _names(path)
    return claim(path) if any(name.lower() in _MASKS for name in names) and _good(names) else None


def claim(path: Path) -> Note | None:
    """Why it can be read so where an anomaly is asked for, or None."""
    from miwake.data.folder import picture_files

    if not path.is_dir():
        return None
    names = _names(path)
    good = _good(names)
    if good is not None:
        kinds = [name for name in names if name != good and name.lower() not in _MASKS]
        key = "data.inspection.kinds" if kinds else "data.inspection.alone"
        return Note(key, {"good": good, "kinds": first(kinds)} if kinds else {"good": good})
    if len(names) <= 1 and picture_files(path):
        return Note("data.inspection.plain")
    return None


def read(path: Path) -> Dataset:
    """List pictures and masks. Opens none of them.

    Raises:
        DataError: there are no pictures, several folders of which none is of good ones, or masks without a picture.
    """
    import numpy as np

    from miwake.data.folder import picture_files
    from miwake.data.masks import by_place, by_stem, pair_masks

    names = _names(path)
    good = _good(names)
    if good is None and len(names) > 1:
        raise DataError(
            f"None of the folders of {path} is called after good pictures: {', '.join(names[:8])}.",
            expected="a folder named good, ok, normal or the like beside those of defects",
            todo="rename the folder of good pictures to good.",
        )
    folders = [good, *(name for name in names if name != good and name.lower() not in _MASKS)] if good else [""]
    classes: list[str] = []
    paths: list[str] = []
    targets: list[int] = []
    for name in folders:
        files = [file.relative_to(path).as_posix() for file in picture_files(path / name)]
        if not files and name == (good or ""):
            raise DataError(f"There are no pictures in {path / name}.", expected="pictures of good parts")
        if files:
            targets += [len(classes)] * len(files)
            classes.append(name or "good")
            paths += files
    masks: dict[str, str] = {}
    for name in names:
        if name.lower() in _MASKS and good:
            files = [file.relative_to(path).as_posix() for file in picture_files(path / name)]
            bad = [picture for picture, target in zip(paths, targets, strict=True) if target]
            # below masks/ as the pictures lie below the root, or all together
            nested = any("/" in file.removeprefix(f"{name}/") for file in files)
            ways = (by_place(bad, ""), by_place(files, name)) if nested else (by_stem(bad), by_stem(files))
            masks = pair_masks(*ways, path / name)
    return Dataset(
        name=path.absolute().name,
        source="inspection",
        root=path.absolute(),
        task=TASK,
        classes=tuple(classes),
        paths=paths,
        targets=np.array(targets, np.int64),
        split=np.full(len(paths), UNASSIGNED, np.int8),
        masks=[masks.get(name) for name in paths] if masks else None,
    )


def toy(folder: Path) -> Path:
    """Write 60 small PNG pictures of good texture and 16 with a spot or a scratch, with masks."""
    from PIL import Image

    from miwake.data.toy import toy_parts

    for number, (picture, kind, mask) in enumerate(toy_parts()):
        (folder / kind).mkdir(exist_ok=True)
        Image.fromarray(picture).save(folder / kind / f"{number:03}.png")
        if kind != "good":
            (folder / "masks").mkdir(exist_ok=True)
            Image.fromarray(mask).save(folder / "masks" / f"{number:03}.png")
    return folder


def good_class(classes: tuple[str, ...]) -> str | None:
    """The one class that is called after good pictures, or None."""
    found = [name for name in classes if GOOD.fullmatch(name)]
    return found[0] if len(found) == 1 else None


def _good(names: list[str]) -> str | None:
    return good_class(tuple(names))


def _names(path: Path) -> list[str]:
    names = [entry.name for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    return sorted(names, key=natural_key)
