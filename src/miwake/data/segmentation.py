"""Folders of pictures and of masks in which every pixel has its class: `images/` and `masks/`, or other names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from miwake.data.naming import first, natural_key, split_of
from miwake.errors import DataError
from miwake.types import SPLITS, UNASSIGNED, Dataset, Note

TASK = "segment"
LOOKS_FOR = "pictures and masks of their pixels' classes: images/ beside masks/, perhaps with train, val and test"

_IMAGES = {"images", "image", "imgs", "img", "pictures", "photos", "jpegimages", "frames", "inputs", "input", "画像"}
_MASKS = {"masks", "mask", "labels", "label", "gt", "groundtruth", "ground_truth", "annotations", "annotation"}
_MASKS |= {"annot", "annots", "segmentation", "segmentations", "segmentationclass", "seg", "マスク", "正解"}
_BESIDE = ("annot", "annots", "annotation", "annotations", "mask", "masks", "label", "labels", "gt", "seg")
"""What is added to the name of a folder of pictures for that of its masks, with or without _ or - before it."""
_SEEN = {".png", ".bmp", ".tif", ".tiff", ".gif", ".jpg", ".jpeg", ".webp"}
_LOOKED_AT = 200


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder of pictures and that of their masks, below the root; the same one where these lie side by side."""

    split: int
    pictures: str
    masks: str


def guess(path: Path) -> Note | None:
    """Why these look like pictures and masks, or None."""
    if not path.is_dir():
        return None
    found = places(path)
    if not found:
        return None
    from miwake.data import inspection, mvtec

    if mvtec.guess(path) is not None or inspection.guess(path) is not None:
        return None  # good parts beside defects, with masks
    pairs = tuple(Note("pixels.place", {"pictures": each.pictures, "masks": each.masks}) for each in found)
    return Note("pixels.guess", {"pairs": first(pairs)})


def claim(path: Path) -> Note | None:
    """As `guess`; or why a mask lies beside each picture, where classes of pixels are asked for."""
    if not path.is_dir():
        return None
    twins = {} if places(path) else _twins(path)
    return guess(path) or (Note("pixels.twins", {"n": len(twins)}) if twins else None)


def read(path: Path) -> Dataset:
    """List pictures and masks; what the masks' values mean is settled by `miwake.data.meaning`.

    Raises:
        DataError: there are no such folders, masks without a picture, or two for one.
    """
    import numpy as np

    found = places(path)
    masks: Mapping[str, str]
    if found:
        paths, splits, masks = _listed(path, found)
    else:
        masks = _twins(path)
        paths, splits = sorted(masks, key=natural_key), [UNASSIGNED] * len(masks)
    if not masks:
        raise DataError(
            f"{path} does not hold pictures and masks.",
            expected=LOOKS_FOR,
            todo="put the pictures into images/ and the masks, of the same names, into masks/.",
        )
    return Dataset(
        name=path.absolute().name,
        source="segmentation",
        root=path.absolute(),
        task=TASK,
        classes=(),
        paths=paths,
        targets=np.zeros(len(paths), np.int64),
        split=np.array(splits, np.int8),
        masks=[masks.get(name) for name in paths],
        notes=tuple(_notes(path, found, paths, splits)),
    )


def toy(folder: Path) -> Path:
    """Write 48 small PNG pictures of squares and discs, masks of indices, and a legend."""
    from PIL import Image

    from miwake.data.toy import toy_scenes

    for name in ("images", "masks"):
        (folder / name).mkdir()
    for number, (picture, classes, _) in enumerate(toy_scenes()):
        Image.fromarray(picture).save(folder / "images" / f"{number:03}.png")
        Image.fromarray(classes).save(folder / "masks" / f"{number:03}.png")
    text = "name,value\nground,0\nsquare,1\ndisc,2\nvoid,255\n"
    (folder / "legend.csv").write_text(text, encoding="utf-8")
    return folder


def places(path: Path) -> list[Place]:
    """Where pictures and masks lie; empty where no folders are named so."""
    folders = _folders(path)
    one = _pair(path, folders)
    if one is not None:
        return _below(path, *one)
    inside = []
    for name in folders:
        split = split_of(name)
        pair = None if split is None else _pair(path / name, _folders(path / name))
        if split is not None and pair is not None:
            inside.append(Place(split=split, pictures=f"{name}/{pair[0]}", masks=f"{name}/{pair[1]}"))
    return sorted(inside or _beside(path, folders), key=lambda place: (place.split, place.pictures))


def _pair(path: Path, folders: list[str]) -> tuple[str, str] | None:
    """The one folder of pictures and the one of masks."""
    pictures = [name for name in folders if name.lower() in _IMAGES]
    masks = [name for name in folders if name.lower() in _MASKS and _holds_pictures(path / name)]
    if len(pictures) != 1 or len(masks) != 1 or not _holds_pictures(path / pictures[0]):
        return None
    return pictures[0], masks[0]


def _below(path: Path, pictures: str, masks: str) -> list[Place]:
    """`images/train` with `masks/train` and so on, or the two folders as they are."""
    inner = {folder: {split_of(name): name for name in _folders(path / folder)} for folder in (pictures, masks)}
    if inner[pictures] and None not in inner[pictures] and None not in inner[masks]:
        both = sorted(split for split in inner[pictures] if split is not None and split in inner[masks])
        return [
            Place(
                split=split,
                pictures=f"{pictures}/{inner[pictures][split]}",
                masks=f"{masks}/{inner[masks][split]}",
            )
            for split in both
        ]
    return [Place(split=UNASSIGNED, pictures=pictures, masks=masks)]


def _beside(path: Path, folders: list[str]) -> list[Place]:
    """`train` with `trainannot`, and so on."""
    by_name = {name.lower(): name for name in folders}
    found = []
    for lower, name in by_name.items():
        for end in _BESIDE:
            base = by_name.get(lower.removesuffix(end).rstrip("_-")) if lower.endswith(end) else None
            if base is not None and _holds_pictures(path / name) and _holds_pictures(path / base):
                split = split_of(base)
                found.append(Place(split=UNASSIGNED if split is None else split, pictures=base, masks=name))
    return found


def _listed(path: Path, found: list[Place]) -> tuple[list[str], list[int], dict[str, str]]:
    """Pictures, their splits, and masks by picture."""
    from miwake.data.folder import picture_files
    from miwake.data.masks import by_place, pair_masks

    paths: list[str] = []
    splits: list[int] = []
    masks: dict[str, str] = {}
    for place in found:
        pictures, shapes = (
            [file.relative_to(path).as_posix() for file in picture_files(path / folder)]
            for folder in (place.pictures, place.masks)
        )
        listed = _lists(path) if place.split == UNASSIGNED else {}
        if listed:  # VOC names the pictures that have masks, among many others
            pictures = [name for name in pictures if Path(name).stem in listed]
            shapes = [name for name in shapes if Path(name).stem in listed]
        pictures.sort(key=natural_key)
        paths += pictures
        splits += [listed.get(Path(name).stem, place.split) for name in pictures]
        masks |= pair_masks(by_place(pictures, place.pictures), by_place(shapes, place.masks), path / place.masks)
    return paths, splits, masks


def _lists(path: Path) -> dict[str, int]:
    """VOC's lists of names, `ImageSets/Segmentation/train.txt` and so on: the split by the name."""
    folder = path / "ImageSets" / "Segmentation"
    found: dict[str, int] = {}
    for split, name in enumerate(SPLITS):
        file = folder / f"{name}.txt"
        if file.is_file():
            found |= dict.fromkeys(file.read_text(encoding="utf-8").split(), split)
    return found


def _twins(path: Path) -> dict[str, str]:
    """PNG masks by the JPEG that they lie beside, or by the picture of the same name without `_mask`."""
    from miwake.data.folder import picture_files
    from miwake.data.masks import MASK_ENDS, PICTURE_ENDS

    files = [file.relative_to(path).as_posix() for file in picture_files(path)]
    lossless = {name: str(Path(name).with_suffix("")) for name in files if Path(name).suffix.lower() in _SEEN - _LOSSY}
    lossy = {str(Path(name).with_suffix("")): name for name in files if Path(name).suffix.lower() in _LOSSY}
    found = {lossy[stem]: name for name, stem in lossless.items() if stem in lossy}
    named = {stem: name for name, stem in lossless.items()} | lossy
    short = {PICTURE_ENDS.sub("", stem): name for stem, name in named.items()}
    for name, stem in lossless.items():
        bare = MASK_ENDS.sub("", stem)
        picture = named.get(bare) or short.get(bare)
        if bare != stem and picture is not None and picture != name:
            found[picture] = name
    masks = set(found.values())
    left = [name for name in files if name not in found and name not in masks]
    return found if len(left) <= len(found) else {}


_LOSSY = {".jpg", ".jpeg", ".webp"}


def _notes(path: Path, found: list[Place], paths: list[str], splits: list[int]) -> list[Note]:
    notes = []
    named = [place for place in found if place.split != UNASSIGNED]
    if named:
        parts = tuple(Note("data.part", {"name": each.pictures, "split": SPLITS[each.split]}) for each in named)
        notes.append(Note("data.splits.folders", {"parts": parts}))
    elif any(split != UNASSIGNED for split in splits):
        parts = tuple(Note("data.part", {"name": f"{name}.txt", "split": name}) for name in SPLITS[:3])
        notes.append(Note("data.splits.files", {"parts": parts[: len(set(splits))]}))
    tops = {place.pictures.split("/")[0] for place in found}
    alone = [name for name in _folders(path) if split_of(name) is not None and name not in tops]
    if found and alone:
        notes.append(Note("pixels.alone", {"names": first(alone)}))
    return notes


def _folders(path: Path) -> list[str]:
    with os.scandir(path) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())


def _holds_pictures(path: Path) -> bool:
    """Whether pictures are among the first files of a folder and those below it."""
    looked = 0
    for _, _, files in os.walk(path):
        for name in files:
            looked += 1
            if Path(name).suffix.lower() in _SEEN:
                return True
            if looked > _LOOKED_AT:
                return False
    return False
