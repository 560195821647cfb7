"""Pictures and masks in folders and tables: found, paired, and told apart from other data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from miwake import open_dataset
from miwake.data import csv, folder, inspection, mvtec, segmentation
from miwake.data.classmap import read_classes
from miwake.data.config import DataOptions
from miwake.errors import DataError, UsageError
from miwake.look.words import told


def picture(file: Path, number: int = 0) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(number).integers(0, 256, (8, 10, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file)


def mask(file: Path, *values: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.resize(np.repeat(np.array(values or (0, 1, 2), np.uint8), 2), (8,))[:, None].repeat(10, 1)
    Image.fromarray(pixels).save(file)


LAYOUTS = {
    "plain": ("images/{n}.jpg", "masks/{n}.png", False),
    "inside": ("images/{split}/{n}.jpg", "masks/{split}/{n}.png", True),
    "around": ("{split}/image/{n}.png", "{split}/label/{n}.png", True),
    "camvid": ("{split}/{n}.jpg", "{split}annot/{n}.png", True),
    "suffix": ("img/{n}_image.jpg", "gt/{n}_mask.png", False),
    "deeper": ("imgs/a/{n}.jpg", "annotations/a/{n}.png", False),
    "japanese": ("画像/{n}.jpg", "マスク/{n}.png", False),
    "underscore": ("{split}/{n}.jpg", "{split}_labels/{n}_L.png", True),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_usual_layouts_are_found(layout: str, tmp_path: Path, in_both) -> None:
    pictures, masks, splits = LAYOUTS[layout]
    for number in range(6):
        name = ("train", "train", "train", "val", "test", "test")[number]
        picture(tmp_path / pictures.format(n=number, split=name), number)
        mask(tmp_path / masks.format(n=number, split=name))
    dataset = open_dataset(tmp_path)
    assert (dataset.source, dataset.task) == ("segmentation", "segment")
    assert dataset.classes == ("0", "1", "2")
    assert len(dataset) == 6
    for path, name in zip(dataset.paths, dataset.masks or (), strict=True):
        assert name == masks.format(n=Path(path).stem[0], split=path.split("/")[1 if layout == "inside" else 0])
    assert sorted(dataset.split.tolist()) == ([0, 0, 0, 1, 2, 2] if splits else [-1] * 6)
    in_both(note for note in dataset.notes if not isinstance(note, str))
    assert read_classes(dataset, 0).shape == (8, 10)


def test_a_single_split_beside_its_masks(tmp_path: Path) -> None:
    for number in range(3):
        picture(tmp_path / "train" / f"{number}.png", number)
        mask(tmp_path / "trainannot" / f"{number}.png")
        picture(tmp_path / "test" / f"{number}.png", number)
    dataset = open_dataset(tmp_path)
    assert (dataset.source, len(dataset)) == ("segmentation", 3)
    assert any("No masks for test" in told(note) for note in dataset.notes)


def test_other_data_stays_what_it_was(tmp_path: Path) -> None:
    for module in (folder, csv, mvtec, inspection):
        place = tmp_path / module.__name__.rsplit(".", 1)[1]
        place.mkdir()
        assert segmentation.guess(module.toy(place)) is None
        assert open_dataset(place).task != "segment"
    # labels of YOLO are texts
    picture(tmp_path / "yolo" / "images" / "a.jpg")
    (tmp_path / "yolo" / "labels").mkdir()
    (tmp_path / "yolo" / "labels" / "a.txt").write_text("0 0.5 0.5 1 1\n")
    assert segmentation.guess(tmp_path / "yolo") is None


def test_twins_only_when_asked_for(tmp_path: Path) -> None:
    for kind in ("blue", "red"):
        for number in range(3):
            picture(tmp_path / kind / f"{number}.jpg", number)
            mask(tmp_path / kind / f"{number}.png", 0, 255)
    assert open_dataset(tmp_path).task == "classify"
    dataset = open_dataset(tmp_path, task="segment")
    assert (dataset.source, dataset.classes, len(dataset)) == ("segmentation", ("background", "foreground"), 6)
    assert dataset.masks == [path.replace(".jpg", ".png") for path in dataset.paths]


def test_masks_beside_pictures_by_their_names(tmp_path: Path) -> None:
    for number in range(3):
        picture(tmp_path / f"{number}.png", number)
        mask(tmp_path / f"{number}_mask.png", 0, 255)
    dataset = open_dataset(tmp_path, task="segment")
    assert dataset.masks == ["0_mask.png", "1_mask.png", "2_mask.png"]
    assert dataset.paths == ["0.png", "1.png", "2.png"]


def test_orphans(tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    (data / "images" / "003.png").unlink()
    with pytest.raises(DataError, match=r"1 mask in .*masks without a picture: 003\.png"):
        open_dataset(data)
    (data / "masks" / "003.png").unlink()
    (data / "masks" / "004.png").unlink()
    dataset = open_dataset(data)
    assert dataset.masks is not None
    assert dataset.masks[dataset.paths.index("images/004.png")] is None
    with pytest.raises(DataError, match=r"images/004.png has no mask"):
        read_classes(dataset, dataset.paths.index("images/004.png"))


def test_legends_beside_the_masks_and_by_name(tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    assert open_dataset(data).classes == ("ground", "square", "disc")
    (data / "legend.csv").rename(data / "masks" / "legend.csv")
    assert open_dataset(data).classes == ("ground", "square", "disc")
    other = tmp_path / "mine.csv"
    other.write_text("name,value\nthing,1\nthing,2\nnothing,0\n", encoding="utf-8")
    dataset = open_dataset(data, DataOptions(legend=other))
    assert dataset.classes == ("thing", "nothing")
    assert sum("Classes as" in told(note) for note in dataset.notes) == 1
    assert set(np.unique(read_classes(dataset, 0))) == {0, 1}
    dataset = open_dataset(data, DataOptions(void="ground"))
    assert dataset.classes == ("square", "disc")
    assert set(np.unique(read_classes(dataset, 0))) == {0, 1, 255}
    with pytest.raises(UsageError, match="--void is 'groun'.*Did you mean 'ground'"):
        open_dataset(data, DataOptions(void="groun"))
    with pytest.raises(DataError, match="does not exist"):
        open_dataset(data, DataOptions(legend=tmp_path / "none.csv"))


def test_a_legend_elsewhere_says_what_values_mean_that_say_nothing_themselves(tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    (data / "legend.csv").unlink()
    for file in (data / "masks").iterdir():
        Image.fromarray(np.full(np.asarray(Image.open(file)).shape, 7, np.uint8)).save(file)
    with pytest.raises(DataError):
        open_dataset(data)
    legend = tmp_path / "mine.csv"
    legend.write_text("name,value\nnothing,0\nthing,7\n", encoding="utf-8")
    dataset = open_dataset(data, DataOptions(legend=legend))
    assert dataset.classes == ("nothing", "thing")
    assert set(np.unique(read_classes(dataset, 0))) == {1}


def test_void_and_legends_are_for_masks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--void is for masks"):
        open_dataset(folder.toy(tmp_path), DataOptions(void="255"))


def test_voc(tmp_path: Path) -> None:
    for number in range(5):
        picture(tmp_path / "JPEGImages" / f"{number}.jpg", number)
        if number < 3:
            mask(tmp_path / "SegmentationClass" / f"{number}.png", 0, 1, 255)
    for name, text in (("train", "0\n1\n"), ("val", "2\n")):
        file = tmp_path / "ImageSets" / "Segmentation" / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    dataset = open_dataset(tmp_path)
    assert dataset.paths == [f"JPEGImages/{number}.jpg" for number in range(3)]
    assert dataset.split.tolist() == [0, 0, 1]
    assert dataset.legend is not None
    assert dataset.legend.void == ((255,),)


def test_a_table_of_pairs(tmp_path: Path) -> None:
    segmentation.toy(tmp_path)
    rows = ["mask;path;split;group"]
    for number in range(8):
        split = ("train", "train", "val", "test")[number // 2]
        rows.append(f"masks/{number:03}.png;images/{number:03}.png;{split};film {number // 2}")
    table = tmp_path / "pairs.csv"
    table.write_text("\n".join(rows), encoding="utf-8")
    dataset = open_dataset(table)
    assert (dataset.source, dataset.task) == ("csv", "segment")
    assert dataset.classes == ("ground", "square", "disc")
    assert dataset.split.tolist() == [0, 0, 0, 0, 1, 1, 2, 2]
    assert dataset.group is not None
    assert dataset.group.tolist()[:3] == ["film 0", "film 0", "film 1"]
    table.write_text("\n".join([*rows, "masks/nowhere.png;images/009.png;;"]), encoding="utf-8")
    with pytest.raises(DataError, match="line 10: there is no mask"):
        open_dataset(table)


def test_real_data(shared_data: Path) -> None:
    camvid = open_dataset(shared_data / "camvid-240x180", DataOptions(void="11"))
    assert (len(camvid), len(camvid.classes)) == (468, 11)
    assert [len(camvid.rows(part)) for part in (0, 1, 2)] == [367, 101, 0]
    membrane = open_dataset(shared_data / "membrane-em")
    assert (len(membrane), membrane.classes) == (30, ("background", "foreground"))
    tile = open_dataset(shared_data / "magnetic-tile" / "MT_Fray", task="segment")
    assert len(tile) == 32
    assert "pixels.soft" in [note.key for note in tile.notes if not isinstance(note, str)]
