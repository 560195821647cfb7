"""COCO's annotations: outlines and runs of things, which become a class for every pixel."""

from __future__ import annotations

import json
import mmap
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from miwake.data.naming import few, first, plural, split_of
from miwake.errors import DataError
from miwake.types import SPLITS, UNASSIGNED, Dataset, Legend, Note

if TYPE_CHECKING:
    from miwake.data.outlines import Outlines

TASK = "segment"
LOOKS_FOR = "COCO's annotations: a JSON file with images, annotations and categories, and the pictures beside it"

_KEYS = (b'"images"', b'"annotations"', b'"categories"', b'"segmentation"')
_LOOKED_AT = 20
GROUND = "background"


def guess(path: Path) -> Note | None:
    """Why these look like COCO's annotations, or None."""
    files = _files(path)
    return Note("data.coco.guess", {"files": first([file.name for file in files])}) if files else None


def read(path: Path) -> Dataset:
    """List pictures and the classes of their outlines. Opens none of the pictures.

    Pixels in no outline are of the class `background`. Of several files each is for the split that its name, or that of
    its folder, says (`instances_train2017.json`).

    Raises:
        DataError: a file is broken, the pictures are not found, or the files name different categories.
    """
    import numpy as np

    from miwake.data.outlines import outlines_of

    files = _files(path)
    if not files:
        raise DataError(f"{path} holds no annotations of COCO.", expected=LOOKS_FOR)
    root = (
        (files[0].parent.parent if files[0].parent.name.lower() in _BELOW else files[0].parent)
        if (path.is_file())
        else path
    )
    paths: list[str] = []
    masks: list[str | None] = []
    splits: list[int] = []
    notes: list[Note] = []
    categories: dict[int, str] | None = None
    for file in files:
        outlines = outlines_of(file)
        if categories is not None and categories != dict(outlines.categories):
            raise DataError(
                f"{files[0].name} and {file.name} name different categories.", expected="the same ones in every file"
            )
        categories = dict(outlines.categories)
        folder = _folder(root, file, outlines)
        split = _split(file, root)
        for number, picture in outlines.pictures.items():
            paths.append(f"{folder}/{picture.name}".removeprefix("./"))
            masks.append(f"{file.relative_to(root).as_posix()}#{number}")
            splits.append(split)
        if outlines.boxes_only:
            notes.append(Note("data.coco.boxes", {"n": outlines.boxes_only, "file": file.name}))
    _once(paths)
    classes, legend = _classes(categories or {})
    named = tuple(
        Note("data.part", {"name": file.name, "split": SPLITS[split]})
        for file in files
        if (split := _split(file, root)) != UNASSIGNED
    )
    if named:
        notes.insert(0, Note("data.splits.files", {"parts": named}))
    notes.insert(0, Note("data.coco.classes", {"n": len(classes) - 1, "ground": GROUND}))
    return Dataset(
        name=path.absolute().name if path.is_dir() else path.stem,
        source="coco",
        root=root.absolute(),
        task=TASK,
        classes=classes,
        paths=paths,
        targets=np.zeros(len(paths), np.int64),
        split=np.array(splits, np.int8),
        masks=masks,
        legend=legend,
        notes=tuple(notes),
    )


def toy(folder: Path) -> Path:
    """Write 48 small PNG pictures of squares and discs, and their outlines."""
    from PIL import Image

    from miwake.data.toy import toy_scenes

    (folder / "images").mkdir()
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for number, (picture, _, outlines) in enumerate(toy_scenes()):
        name = f"{number:03}.png"
        Image.fromarray(picture).save(folder / "images" / name)
        height, width = picture.shape[:2]
        images.append({"id": number, "file_name": name, "height": height, "width": width})
        for category, polygon in outlines:
            thing = {"id": len(annotations), "image_id": number, "category_id": category, "iscrowd": 0}
            annotations.append(thing | {"segmentation": [polygon], "area": 64.0})
    categories = [{"id": 1, "name": "square"}, {"id": 2, "name": "disc"}]
    text = json.dumps({"images": images, "annotations": annotations, "categories": categories})
    (folder / "instances.json").write_text(text, encoding="utf-8")
    return folder


_BELOW = {"annotations", "annotation"}


def _files(path: Path) -> list[Path]:
    """The annotations that a path may mean: itself, or those in a folder, its folder of annotations or of splits."""
    if path.is_file():
        return [path] if path.suffix.lower() == ".json" and _holds_outlines(path) else []
    if not path.is_dir():
        return []
    folders = sorted(each for each in path.iterdir() if each.is_dir())
    inner = [each for each in folders if each.name.lower() in _BELOW or split_of(each.name) is not None]
    files = [file for folder in (path, *inner) for file in sorted(folder.glob("*.json"))]
    return [file for file in files if _holds_outlines(file)]


def _holds_outlines(file: Path) -> bool:
    if not file.is_file() or file.stat().st_size < 32:
        return False
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return all(text.find(key) >= 0 for key in _KEYS)


def _split(file: Path, root: Path) -> int:
    words = re.split(r"[^a-z]+", file.stem.lower())
    if file.parent != root:
        words.append(file.parent.name.lower())
    found = [split for word in words if (split := split_of(word)) is not None]
    return found[0] if found else UNASSIGNED


def _folder(root: Path, file: Path, outlines: Outlines) -> str:
    """The folder below `root` in which the pictures lie."""
    names = [picture.name for picture in list(outlines.pictures.values())[:_LOOKED_AT]]
    if not names:
        raise DataError(f"{file} names no pictures.", expected="an image for each picture")
    own = re.sub(r"^(instances|annotations|labels)_|_?(default|coco)$", "", file.stem)
    below = [file.parent, root, root / "images", root / own, root / "images" / own, root / "data"]
    below += [root / re.sub(r"[\d_-]+$", "", own), root / "images" / re.sub(r"[\d_-]+$", "", own)]
    below += sorted(each for each in root.iterdir() if each.is_dir())
    for folder in below:
        if folder.is_dir() and any((folder / name).is_file() for name in names):
            return folder.relative_to(root).as_posix()
    raise DataError(
        f"{file} names pictures such as {names[0]}, and none of {few([str(each) for each in below[:5]])} holds them.",
        expected="the pictures in a folder images beside the file, or named after it",
        todo=f"put them into {root / 'images'}.",
    )


def _once(paths: list[str]) -> None:
    if len(set(paths)) < len(paths):
        twice = [path for path, count in Counter(paths).items() for _ in range(count - 1)]
        raise DataError(f"{plural(len(twice), 'picture')} named twice: {few(twice)}.", expected="each picture once")


def _classes(categories: dict[int, str]) -> tuple[tuple[str, ...], Legend]:
    """Names, and numbers of categories as values; several numbers with one name are one class."""
    from miwake.data.legend import MOST
    from miwake.data.outlines import NOTHING

    numbers: dict[str, list[int]] = {}
    for number in sorted(categories):
        numbers.setdefault(categories[number], []).append(number)
    ground = GROUND if GROUND not in numbers else "nothing"
    if not 1 <= len(numbers) < MOST:
        raise DataError(f"{len(numbers)} categories of things.", expected=f"from 1 to {MOST - 1}")
    values = (((NOTHING,),), *(tuple((number,) for number in each) for each in numbers.values()))
    return (ground, *numbers), Legend(values=values, outlines=True)
