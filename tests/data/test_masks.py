"""Masks are read in one way; what cannot be meant is an error that says what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from miwake import open_dataset
from miwake.data import inspection, mvtec
from miwake.data.masks import by_stem, check_masks, pair_masks, read_mask
from miwake.errors import DataError
from miwake.types import Dataset


def save(path: Path, values: np.ndarray, **how: object) -> Path:
    Image.fromarray(values).save(path, **how)
    return path


def square(inside: int = 255) -> np.ndarray:
    values = np.zeros((20, 30), np.uint8)
    values[5:9, 10:16] = inside
    return values


@pytest.mark.parametrize("inside", [255, 1, 2, 127])
def test_black_and_white_and_indices(tmp_path: Path, inside: int) -> None:
    mask = read_mask(save(tmp_path / "m.png", square(inside)), (20, 30))
    assert mask.inside().sum() == 24
    assert mask.inside()[5:9, 10:16].all()
    assert mask.indexed == (inside < 128)
    assert not mask.soft


def test_a_palette_is_indices(tmp_path: Path) -> None:
    image = Image.fromarray(square(3)).convert("P")
    image.putpalette([255, 255, 255] * 4)  # what colour the index has does not count
    image.save(tmp_path / "m.png")
    assert read_mask(tmp_path / "m.png").inside().sum() == 24


def test_soft_edges_are_cut_and_said(tmp_path: Path) -> None:
    values = square()
    values[4, 10:16], values[9, 10:16] = 100, 150
    mask = read_mask(save(tmp_path / "m.png", values))
    assert mask.soft
    assert mask.inside().sum() == 24 + 6


def test_grey_in_three_planes_is_grey_and_colours_are_refused(tmp_path: Path) -> None:
    grey = np.repeat(square()[..., None], 3, 2)
    assert read_mask(save(tmp_path / "m.png", grey)).inside().sum() == 24
    grey[..., 0] //= 2
    with pytest.raises(DataError, match="in colours"):
        read_mask(save(tmp_path / "c.png", grey))


def test_what_exif_would_turn_is_refused(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with pytest.raises(DataError, match="turned by its EXIF"):
        read_mask(save(tmp_path / "m.png", square(), exif=exif))


def test_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="30 × 20 pixels, its picture 20 × 30"):
        read_mask(save(tmp_path / "m.png", square()), (30, 20))


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_broken_files_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m.png").write_bytes(data)
    with pytest.raises(DataError, match="cannot be read"):
        read_mask(tmp_path / "m.png")


def test_pairs_by_name() -> None:
    pictures = ["bad/a.jpg", "bad/b.jpg", "bad/c.jpg"]
    found = pair_masks(by_stem(pictures), by_stem(["masks/a.png", "masks/c_mask.png"]), Path("masks"))
    assert found == {"bad/a.jpg": "masks/a.png", "bad/c.jpg": "masks/c_mask.png"}
    with pytest.raises(DataError, match=r"1 mask in masks without a picture: d\.png"):
        pair_masks(by_stem(pictures), by_stem(["masks/d.png"]), Path("masks"))
    with pytest.raises(DataError, match="Two masks for one picture"):
        pair_masks(by_stem(pictures), by_stem(["masks/a.png", "masks/a_mask.png"]), Path("masks"))


def test_all_masks_are_looked_at_before_training(tmp_path: Path, in_both) -> None:
    dataset = open_dataset(mvtec.toy(tmp_path))
    notes = check_masks(dataset)
    in_both(notes)
    assert notes[0].values["n"] == 16
    row = next(row for row in range(len(dataset)) if dataset.mask_file(row))
    save(dataset.mask_file(row), square())
    with pytest.raises(DataError, match="30 × 20 pixels, its picture 32 × 32"):
        check_masks(dataset)


def test_a_part_of_the_data_keeps_its_masks(tmp_path: Path) -> None:
    dataset = open_dataset(mvtec.toy(tmp_path))
    rows = np.array([row for row in range(len(dataset)) if dataset.masks[row]][:3])
    part = dataset.take(rows)
    assert list(part.masks) == [dataset.masks[row] for row in rows]
    assert part[0].mask == part.masks[0]
    assert part.mask_file(0).is_file()
    assert replace(part, masks=None)[0].mask is None


# -- the sources that have them --------------------------------------------------------------------------------------


def read(path: Path, task: str = "auto") -> Dataset:
    return open_dataset(path, task=task)


def test_mvtecs_layout_is_noticed(tmp_path: Path) -> None:
    dataset = read(mvtec.toy(tmp_path))
    assert (dataset.source, dataset.task, dataset.classes) == ("mvtec", "anomaly", ("good", "scratch", "spot"))
    assert set(np.asarray(dataset.targets)[dataset.split == 0]) == {0}
    assert sum(mask is not None for mask in dataset.masks) == 16
    (tmp_path / "train" / "spot").mkdir()
    assert mvtec.guess(tmp_path) is None


def test_good_and_bad_are_classes_unless_an_anomaly_is_asked_for(tmp_path: Path) -> None:
    data = inspection.toy(tmp_path)
    assert read(data).task == "anomaly"  # masks tell
    for mask in (tmp_path / "masks").iterdir():
        mask.unlink()
    (tmp_path / "masks").rmdir()
    assert read(data).source == "folder"
    dataset = read(data, "anomaly")
    assert (dataset.source, dataset.classes, dataset.masks) == ("inspection", ("good", "scratch", "spot"), None)


def test_good_pictures_alone_when_asked_for(tmp_path: Path) -> None:
    data = inspection.toy(tmp_path) / "good"
    with pytest.raises(DataError, match="--task anomaly"):
        read(data)
    dataset = read(data, "anomaly")
    assert (dataset.classes, len(dataset)) == (("good",), 60)


def test_masks_without_pictures_are_named(tmp_path: Path) -> None:
    data = inspection.toy(tmp_path)
    save(tmp_path / "masks" / "lost.png", square())
    with pytest.raises(DataError, match=r"without a picture: lost\.png"):
        read(data)


def test_masks_in_folders_of_their_own(tmp_path: Path) -> None:
    data = inspection.toy(tmp_path)
    for kind in ("spot", "scratch"):
        (tmp_path / "masks" / kind).mkdir()
        for picture in (tmp_path / kind).iterdir():
            (tmp_path / "masks" / picture.name).rename(tmp_path / "masks" / kind / picture.name)
    assert sum(mask is not None for mask in read(data).masks) == 16


def test_a_table_with_masks(tmp_path: Path) -> None:
    inspection.toy(tmp_path)
    table = tmp_path / "parts.csv"
    rows = ["path,label,mask", *(f"good/{number:03}.png,good," for number in range(60))]
    rows += [f"{p.parent.name}/{p.name},{p.parent.name},masks/{p.name}" for p in sorted(tmp_path.glob("s*/*.png"))]
    table.write_text("\n".join(rows), encoding="utf-8")
    dataset = read(table)
    assert dataset.task == "classify"
    assert sum(mask is not None for mask in dataset.masks) == 16
    table.write_text("\n".join([*rows[:-1], rows[-1].replace("masks/", "nowhere/")]), encoding="utf-8")
    with pytest.raises(DataError, match="line 77: there is no mask"):
        read(table)
