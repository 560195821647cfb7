from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from miwake.data.check import check, raise_bad
from miwake.data.config import DataOptions
from miwake.data.disk import cache_folder
from miwake.data.survey import survey
from miwake.errors import DataError
from miwake.types import TEST, TRAIN, UNASSIGNED, Dataset, Note, Sentence

OPTIONS = DataOptions()


def picture(seed: int, height: int = 30, width: int = 40) -> Image.Image:
    cells = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC)


def dataset(root: Path, **more: Any) -> Dataset:
    """Class folders; the split is what `more` says."""
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    classes = sorted({path.split("/")[0] for path in paths})
    columns: dict[str, Any] = {
        "targets": np.array([classes.index(path.split("/")[0]) for path in paths]),
        "split": np.full(len(paths), UNASSIGNED, np.int8),
    }
    return Dataset(
        name="x", source="folder", root=root, task="classify", classes=tuple(classes), paths=paths, **(columns | more)
    )


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    for number in range(50):
        place = root / ("cat" if number < 25 else "dog") / f"{number:02}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        picture(number).save(place)
    return root


def tree(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in root.rglob("*")}


def test_a_sound_data_set_is_ok_and_nothing_is_written(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIWAKE_CACHE", str(tmp_path / "own cache"))
    before = tree(photos.parent)
    seen: list[tuple[int, int]] = []
    report = check(dataset(photos), OPTIONS, lambda done, total: seen.append((done, total)))
    assert report.ok
    assert report.counts == {"cat": {"all": 25}, "dog": {"all": 25}}
    assert (report.pictures, report.formats, report.modes) == (50, {"PNG": 50}, {"RGB": 50})
    assert report.smallest == report.median == report.largest == (30, 40)
    assert report.sentences() == (
        "50 pictures of 2 classes, typically 40 × 30 pixels.",
        "Nothing stands in the way of training.",
    )
    assert seen == [(50, 50)]
    assert tree(photos.parent) == before
    assert not cache_folder().exists() or not any(cache_folder().iterdir())


def test_what_cannot_be_read_is_listed(photos: Path) -> None:
    (photos / "cat" / "00.png").write_bytes(b"")
    (photos / "dog" / "30.png").write_bytes((photos / "dog" / "30.png").read_bytes()[:400])
    (photos / "dog" / "40.png").write_text("some words that are no picture")
    report = check(dataset(photos), OPTIONS)
    assert report.bad == (
        ("cat/00.png", Note("bad.empty")),
        ("dog/30.png", Note("bad.truncated")),
        ("dog/40.png", Note("bad.text")),
    )
    assert not report.ok
    assert "3 files cannot be used: cat/00.png: empty file dog/30.png: truncated" in " ".join(
        " ".join(report.sentences()).split()
    )
    assert report.counts == {"cat": {"all": 24}, "dog": {"all": 23}}


def test_the_same_picture_under_two_labels_or_in_two_splits(photos: Path) -> None:
    picture(0).save(photos / "dog" / "zero.bmp")
    (photos / "cat" / "one-more.png").write_bytes((photos / "cat" / "01.png").read_bytes())
    data = dataset(photos)
    report = check(data, OPTIONS)
    assert [(same.paths, same.bytes, same.contradict) for same in report.same] == [
        (("cat/00.png", "dog/zero.bmp"), False, True),
        (("cat/01.png", "cat/one-more.png"), True, False),
    ]
    assert not report.ok
    assert any("under more than one label: cat/00.png = dog/zero.bmp (cat, dog)" in s for s in report.sentences())
    assert any(sentence.startswith("2 copies of pictures") for sentence in report.sentences())

    (photos / "dog" / "zero.bmp").unlink()
    data = dataset(photos)
    assert check(data, OPTIONS).ok
    split = np.full(len(data), TRAIN, np.int8)
    split[data.paths.index("cat/one-more.png")] = TEST
    report = check(replace(data, split=split), OPTIONS)
    assert not report.ok
    assert report.same[0].straddle
    assert report.same[0].splits == ("train", "test")
    assert report.counts["cat"] == {"all": 26, "train": 25, "test": 1}


def test_pictures_that_show_nothing_and_16_bit_ones_that_are_dark(photos: Path) -> None:
    Image.new("RGB", (30, 40), (90, 90, 93)).save(photos / "cat" / "flat.png")
    Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64)).save(photos / "dog" / "deep.png")
    bright = np.arange(4096, dtype=np.uint16).reshape(64, 64) * 16
    Image.fromarray(bright).save(photos / "dog" / "good.png")
    report = check(dataset(photos), OPTIONS)
    assert report.constant == ("cat/flat.png",)
    assert report.dark == ("dog/deep.png",)
    assert report.sixteen_bit == 2
    assert report.grey == 3
    said = " ".join(report.sentences())
    assert "1 picture of one even colour: cat/flat.png." in said
    assert "1 picture of more than 8 bits nearly black" in said
    assert "3 pictures without colour among coloured ones." in said
    assert report.ok


def test_what_files_hold_is_counted(photos: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    picture(101).save(photos / "cat" / "turned.jpg", exif=exif)
    picture(104).save(photos / "cat" / "turned.tif", exif=exif)
    picture(102).convert("RGBA").save(photos / "cat" / "opaque.png")
    frames = [picture(seed).quantize(8) for seed in (103, 105)]
    frames[0].save(photos / "dog" / "moves.gif", save_all=True, append_images=frames[1:])
    report = check(dataset(photos), OPTIONS)
    assert (report.turned, report.transparent, report.several_frames) == (2, 1, 1)
    assert report.formats == {"PNG": 51, "JPEG": 1, "TIFF": 1, "GIF": 1}
    assert report.largest == (40, 40)
    assert "2 pictures turned upright as their EXIF data say." in report.sentences()


def test_few_and_uneven_classes(photos: Path) -> None:
    for number in range(4):
        (photos / "fox").mkdir(exist_ok=True)
        picture(200 + number).save(photos / "fox" / f"{number}.png")
    report = check(dataset(photos), OPTIONS)
    assert (report.few, report.unusable, report.ok) == (("fox",), (), True)
    assert report.uneven == 25 / 4
    # copies do not count: two different pictures cannot fill three splits
    for number in (2, 3):
        (photos / "fox" / f"{number}.png").write_bytes((photos / "fox" / "0.png").read_bytes())
    report = check(dataset(photos), OPTIONS)
    assert (report.few, report.unusable, report.ok) == ((), ("fox",), False)


def test_one_class_is_not_enough(photos: Path) -> None:
    for path in (photos / "dog").iterdir():
        path.unlink()
    report = check(dataset(photos), OPTIONS)
    assert not report.ok
    assert "There is only one class, so there is nothing to tell apart." in report.sentences()


def test_several_labels_and_packed_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 9), dtype=np.uint8)
    pixels[4] = pixels[5]
    targets = np.zeros((30, 2), np.uint8)
    targets[:20, 0] = 1
    targets[10:, 1] = 1
    targets[4] = (1, 0)
    targets[5] = (1, 1)
    data = Dataset(
        name="x",
        source="cifar",
        root=Path(),
        task="classify",
        classes=("a", "b"),
        paths=[f"f#{row}" for row in range(30)],
        targets=targets,
        split=np.full(30, TRAIN, np.int8),
        pixels=pixels,
    )
    report = check(data, OPTIONS)
    assert report.counts == {"a": {"all": 20, "train": 20}, "b": {"all": 21, "train": 21}}
    assert report.modes == {"9 channels": 30}
    assert report.same[0].labels == ("a", "a;b")
    assert report.same[0].contradict
    assert survey(data, OPTIONS).channels == 9


def test_the_report_is_json(photos: Path) -> None:
    (photos / "cat" / "00.png").write_bytes(b"")
    report = check(dataset(photos), OPTIONS)
    back = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert back["ok"] is False
    assert back["bad"] == [["cat/00.png", "empty file"]]
    assert back["sentences"] == list(report.sentences())
    japanese = report.to_json("ja")
    assert japanese["bad"] == [("cat/00.png", "空のファイルです")]
    assert japanese["sentences"] == list(report.sentences("ja"))


def test_an_empty_data_set_does_not_break_it(tmp_path: Path) -> None:
    data = dataset(tmp_path)
    assert not check(data, OPTIONS).ok
    assert survey(data, OPTIONS).looked_at == 0


# -- a quick look ---------------------------------------------------------------------------------------------------


def test_a_survey_reads_headers_only(photos: Path) -> None:
    # the pixels of this one are broken, its header is whole
    data = (photos / "cat" / "00.png").read_bytes()
    (photos / "cat" / "00.png").write_bytes(data[:60])
    (photos / "dog" / "49.png").write_bytes(b"")
    picture(300, 90, 70).save(photos / "dog" / "large.png")
    found = survey(dataset(photos), OPTIONS)
    assert (found.looked_at, found.height, found.width) == (51, 30, 40)
    assert (found.smallest, found.largest) == ((30, 40), (90, 70))
    assert found.bad == (("dog/49.png", Note("bad.empty")),)
    assert found.channels == 3
    assert found.formats == {"PNG": 50}


def test_a_survey_of_some(photos: Path) -> None:
    assert survey(dataset(photos), OPTIONS, sample=7).looked_at == 7


def grey(photos: Path, format: str, mode: str) -> NDArray[np.uint8]:
    for path in list(photos.rglob("*.png")):
        image = Image.open(path).convert("L").convert(mode)
        path.unlink()
        image.save(path.with_suffix(f".{format}"))
    return np.zeros(0, np.uint8)


@pytest.mark.parametrize(("format", "mode"), [("png", "L"), ("jpg", "RGB"), ("png", "RGB"), ("png", "1")])
def test_pictures_without_colour_need_one_channel(photos: Path, format: str, mode: str) -> None:
    grey(photos, format, mode)
    assert survey(dataset(photos), OPTIONS).channels == 1
    picture(7).save(photos / "dog" / "coloured.jpg")
    assert survey(dataset(photos), OPTIONS).channels == 3


def test_pictures_that_cannot_be_used_are_an_error_that_says_how_to_go_on() -> None:
    bad: list[tuple[str, Sentence]] = [(f"{number}.jpg", Note("bad.truncated")) for number in range(1234)]
    raise_bad([], OPTIONS)
    raise_bad(bad, replace(OPTIONS, skip_bad=True))
    with pytest.raises(DataError) as caught:
        raise_bad(bad, OPTIONS)
    said = str(caught.value)
    assert said.startswith("1,234 pictures cannot be used:\n  0.jpg: truncated\n")
    assert "19.jpg" in said
    assert "20.jpg" not in said
    assert "… and 1,214 more" in said
    assert "--skip-bad" in said
    assert caught.value.exit_code == 3


def test_sign_digits_are_sound(shared_data: Path) -> None:
    root = shared_data / "sign-digits" / "Dataset"
    found = survey(dataset(root), OPTIONS, sample=200)
    assert (found.height, found.width, found.channels, found.bad) == (100, 100, 3, ())


def test_all_that_is_said_is_said_in_both_languages(photos: Path, in_both: Any) -> None:
    exif = Image.Exif()
    exif[274] = 6
    picture(101).save(photos / "cat" / "turned.jpg", exif=exif)
    see_through = picture(102).convert("RGBA")
    see_through.putalpha(90)
    see_through.save(photos / "cat" / "glass.png")
    frames = [picture(seed).quantize(8) for seed in (103, 105)]
    frames[0].save(photos / "dog" / "moves.gif", save_all=True, append_images=frames[1:])
    Image.new("RGB", (30, 40), (90, 90, 93)).save(photos / "cat" / "flat.png")
    Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64)).save(photos / "dog" / "deep.png")
    for number in range(22):
        (photos / "dog" / f"empty{number}.png").write_bytes(b"")
    picture(0).save(photos / "dog" / "zero.bmp")
    for name, count in (("fox", 4), ("hen", 1)):
        (photos / name).mkdir()
        for number in range(count):
            picture(200 + 10 * len(name) + count + number).save(photos / name / f"{number}.png")
    data = dataset(photos)
    split = np.full(len(data), TRAIN, np.int8)
    split[data.paths.index("dog/zero.bmp")] = TEST
    report = check(replace(data, split=split), OPTIONS)
    notes = report.notes()
    in_both(notes)
    said = {note.key.removeprefix("check.") for note in notes}
    assert said == {
        *(
            "head",
            "bad",
            "bad.skip",
            "contradict",
            "straddle",
            "unusable",
            "copies",
            "constant",
            "dark",
            "few",
            "uneven",
            "grey",
        ),
        *("modes", "formats", "turned", "transparent", "sixteen_bit", "several_frames", "mend"),
    }
    assert not any(sentence.isascii() for sentence in report.sentences("ja"))
    assert "… (2 more)" in " ".join(report.sentences("en"))
