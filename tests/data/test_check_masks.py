"""The doctor's eye on masks, before training and in `miwake check`; and how their pictures are divided."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from miwake import open_dataset
from miwake.data import coco, segmentation
from miwake.data.check_masks import class_pixels, look_at_masks, presence
from miwake.data.classmap import read_classes
from miwake.data.config import DataOptions
from miwake.data.fingerprint import fingerprint
from miwake.data.masks import check_masks
from miwake.data.pictures import open_pictures
from miwake.data.split import read_split, write_split
from miwake.data.split_pixels import split_pixels
from miwake.errors import DataError
from miwake.look.words import told
from miwake.types import Preprocessing


def change(file: Path, **pixels: int) -> None:
    mask = np.asarray(Image.open(file)).copy()
    mask[0, :4] = pixels.get("value", mask[0, 0])
    Image.fromarray(mask[: pixels.get("height", 99)]).save(file)


@pytest.mark.parametrize("source", [segmentation, coco], ids=["masks", "outlines"])
def test_pixels_are_counted(source, tmp_path: Path, in_both) -> None:
    dataset = open_dataset(source.toy(tmp_path))
    counts = class_pixels(dataset)
    assert counts.shape == (48, 4)
    for row in (0, 5, 47):
        expected = np.bincount(read_classes(dataset, row).reshape(-1), minlength=256)[[0, 1, 2, 255]]
        np.testing.assert_array_equal(counts[row], expected)
    np.testing.assert_array_equal(presence(dataset), counts[:, :3] > 0)
    report = look_at_masks(dataset)
    assert report.ok
    assert [seen.pictures for seen in report.classes] == [48, 48, 48]
    assert sum(seen.share for seen in report.classes) == pytest.approx(1)
    in_both(report.notes())
    in_both(check_masks(dataset))


def test_all_that_is_wrong_is_named(tmp_path: Path, miwake, in_both) -> None:
    data = segmentation.toy(tmp_path)
    change(data / "masks" / "001.png", value=77)
    change(data / "masks" / "002.png", height=30)
    (data / "masks" / "003.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (data / "masks" / "004.png").unlink()
    (data / "legend.csv").write_text("name,value\nground,0\nsquare,1\ndisc,2\ncat,3\nvoid,255\n", encoding="utf-8")
    change(data / "masks" / "005.png", value=255)
    report = look_at_masks(open_dataset(data))
    assert not report.ok
    assert report.missing == ("images/004.png",)
    assert [path for path, _ in report.bad] == ["masks/002.png", "masks/003.png"]
    assert [(each.value, each.masks, each.example) for each in report.strange] == [("77", 1, "masks/001.png")]
    assert report.unseen == ("cat",)
    assert 0 < report.void < 0.01
    in_both(report.notes())

    ended = miwake("check", data)
    assert ended.code == 1
    for said in ("images/004.png", "masks/003.png", "77: 0.01% of the", "cat", "Mend this before training"):
        assert said in ended.out, said
    ended = miwake("check", data, "--json")
    found = json.loads(ended.out)
    assert found["masks"]["ok"] is False
    assert found["masks"]["unseen"] == ["cat"]
    ended = miwake("check", data, "--lang", "ja")
    assert "マスクのない画像が1枚" in ended.out


@pytest.mark.parametrize(
    ("name", "pixels", "said"),
    [
        ("001.png", {"value": 77}, "hold 1 value that no class has: 77"),
        ("002.png", {"height": 30}, "1 mask of .* cannot be used"),
    ],
)
def test_nothing_is_learnt_from_such_masks(name: str, pixels: dict[str, int], said: str, tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    change(data / "masks" / name, **pixels)
    with pytest.raises(DataError, match=said):
        check_masks(open_dataset(data))


def test_a_picture_without_a_mask_is_an_error_before_training(tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    (data / "masks" / "004.png").unlink()
    with pytest.raises(DataError, match=r"1 picture of .* without a mask: images/004.png"):
        check_masks(open_dataset(data))


def test_check_says_what_the_masks_hold(tmp_path: Path, miwake) -> None:
    ended = miwake("check", segmentation.toy(tmp_path))
    assert ended.code == 0, ended.out
    assert "ground (0) 8" in ended.out
    assert "Nothing stands in the way" in ended.out


def test_equal_pictures_with_different_masks(tmp_path: Path, miwake) -> None:
    data = segmentation.toy(tmp_path)
    (data / "images" / "001.png").write_bytes((data / "images" / "000.png").read_bytes())
    ended = miwake("check", data)
    assert ended.code == 1
    assert "under more than one label" in ended.out
    (data / "masks" / "001.png").write_bytes((data / "masks" / "000.png").read_bytes())
    assert miwake("check", data).code == 0


def test_rare_classes_are_in_every_split(tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    (data / "legend.csv").write_text("name,value\nground,0\nsquare,1\ndisc,2\nrare,3\nrarest,4\n", encoding="utf-8")
    for number in (0, 11, 23, 30, 41, 47):
        change(data / "masks" / f"{number:03}.png", value=3)
    change(data / "masks" / "012.png", value=4)
    dataset = open_dataset(data)
    for seed in range(5):
        divided, report = split_pixels(dataset, DataOptions(), seed)
        seen = presence(dataset)
        for part in (0, 1, 2):
            assert seen[divided.rows(part), :4].any(0).all()
        assert sorted(len(divided.rows(part)) for part in (0, 1, 2)) == [7, 7, 34]
        assert divided.targets.tolist() == [0] * 48
        said = " ".join(told(note) for note in report.sentences)
        assert "rarest" in said  # in one picture only: said, no error


def test_groups_stay_together_and_given_splits_are_kept(tmp_path: Path, in_both) -> None:
    data = segmentation.toy(tmp_path)
    for number in range(48):
        for folder in ("images", "masks"):
            file = data / folder / f"{number:03}.png"
            file.rename(file.with_name(f"film{number // 8}_{number % 8}.png"))
    dataset = open_dataset(data)
    divided, report = split_pixels(dataset, DataOptions(), 0)
    assert "6 sequences" in " ".join(told(note) for note in report.sentences)
    in_both(report.sentences)
    grouped = open_dataset(data, DataOptions(group=r"([^/]*?)[_-]?[A-Za-z]*\d+\.[^./]*$"))
    divided, report = split_pixels(grouped, DataOptions(), 0)
    for film in range(6):
        parts = {int(divided.split[row]) for row, path in enumerate(divided.paths) if f"film{film}_" in path}
        assert len(parts) == 1
    assert "numbered" not in " ".join(told(note) for note in report.sentences)
    dataset.split[:] = 0
    dataset.split[:16] = 1
    divided, report = split_pixels(dataset, DataOptions(), 0)
    assert (divided.split[:16] == 1).all()
    assert len(divided.rows(2)) == 5  # of the 32 for training
    assert "The data gives no test split: taken from the 32 training pictures" in told(report.sentences[0])


@pytest.mark.parametrize("source", [segmentation, coco], ids=["masks", "outlines"])
def test_splits_are_written_and_data_is_told_apart_by_its_masks(source, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    dataset = open_dataset(source.toy(tmp_path / "data"))
    shape = Preprocessing(size=(16, 16), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)
    pictures, stored = open_pictures(dataset, shape, DataOptions())
    divided, _ = split_pixels(dataset, DataOptions(), 0, stored.identity)
    write_split(tmp_path / "split.csv", divided, stored.content)
    again = read_split(tmp_path / "split.csv", dataset)
    np.testing.assert_array_equal(again.split, divided.split)
    mark = fingerprint(divided, pictures)
    assert mark == fingerprint(again, pictures)
    if source is segmentation:
        change(tmp_path / "data" / "masks" / "001.png", value=1)
        assert mark != fingerprint(divided, pictures)


def test_real_masks_are_well(shared_data: Path) -> None:
    report = look_at_masks(open_dataset(shared_data / "camvid-240x180", DataOptions(void="11")))
    assert report.ok
    assert report.masks == 468
    assert 0.02 < report.void < 0.1
    crowd = look_at_masks(open_dataset(shared_data / "coco-128"))
    assert crowd.ok
    assert len(crowd.unseen) == 9
