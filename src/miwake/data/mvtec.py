"""MVTec's layout: `train/good`, `test/good`, `test/DEFECT`, and masks in `ground_truth/DEFECT` (Bergmann 2019)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from miwake.data.naming import first, natural_key, split_of
from miwake.errors import DataError
from miwake.types import TRAIN, Dataset, Note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TASK = "anomaly"
LOOKS_FOR = "MVTec's layout: train/good, test/good, test/DEFECT, and perhaps ground_truth/DEFECT with masks"

MASKS = "ground_truth"
_GOOD = "good"


def guess(path: Path) -> Note | None:
    """Why this looks like MVTec's layout, or None."""
    if not path.is_dir() or not (path / "train" / _GOOD).is_dir() or not (path / "test").is_dir():
        return None
    if _names(path / "train") != [_GOOD]:
        return None
    return Note("data.mvtec.guess", {"kinds": first(_kinds(path)) or ("–",)})


def read(path: Path) -> Dataset:
    """List pictures and masks. Opens none of them.

    Good pictures come first among the classes; the folders of `test` and `val` name the kinds of defects.

    Raises:
        DataError: there are no good pictures to learn from, others among them, or masks without a picture.
    """
    import numpy as np

    from miwake.data.folder import picture_files
    from miwake.data.masks import by_stem, pair_masks

    if _names(path / "train") != [_GOOD]:
        raise DataError(
            f"{path / 'train'} holds {', '.join(_names(path / 'train')) or 'no folder'}.",
            expected="one folder of good pictures, train/good: defects are for test",
            todo=f"move the others to {path / 'test'}.",
        )
    classes = (_GOOD, *_kinds(path))
    paths: list[str] = []
    targets: list[int] = []
    splits: list[int] = []
    masks: dict[str, str] = {}
    for folder in sorted(_splits(path), key=lambda name: (split_of(name), name)):
        for kind in _names(path / folder):
            files = [_below(path, file) for file in picture_files(path / folder / kind)]
            paths += files
            targets += [classes.index(kind)] * len(files)
            splits += [split_of(folder) or TRAIN] * len(files)
            where = path / MASKS / kind
            if where.is_dir() and kind != _GOOD and folder == "test":
                shapes = [_below(path, file) for file in picture_files(where)]
                masks |= pair_masks(by_stem(files), by_stem(shapes), where)
    if 0 not in targets:
        raise DataError(f"{path / 'train' / _GOOD} holds no pictures.", expected="pictures of good parts")
    return Dataset(
        name=path.absolute().name,
        source="mvtec",
        root=path.absolute(),
        task=TASK,
        classes=classes,
        paths=paths,
        targets=np.array(targets, np.int64),
        split=_array(splits),
        masks=[masks.get(name) for name in paths] if masks else None,
    )


def toy(folder: Path) -> Path:
    """Write 60 small PNG pictures of good texture and 16 with a spot or a scratch, with masks."""
    from PIL import Image

    from miwake.data.toy import toy_parts

    for number, (picture, kind, mask) in enumerate(toy_parts()):
        place = folder / ("train" if kind == _GOOD and number < 45 else "test") / kind
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(place / f"{number:03}.png")
        if kind != _GOOD:
            place = folder / MASKS / kind
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(place / f"{number:03}_mask.png")
    return folder


def _array(splits: list[int]) -> NDArray[np.int8]:
    import numpy as np

    return np.array(splits, np.int8)


def _names(path: Path) -> list[str]:
    """Folders inside, without the hidden ones."""
    if not path.is_dir():
        return []
    names = [entry.name for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    return sorted(names, key=natural_key)


def _splits(path: Path) -> list[str]:
    return [name for name in _names(path) if split_of(name) is not None]


def _kinds(path: Path) -> list[str]:
    """Kinds of defects."""
    kinds = {kind for folder in _splits(path) for kind in _names(path / folder)} - {_GOOD}
    return sorted(kinds, key=natural_key)


def _below(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()
