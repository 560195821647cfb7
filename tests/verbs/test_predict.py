"""`miwake predict`, as its user sees it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from miwake.run import read_table


@pytest.fixture
def here(place, tmp_path, monkeypatch) -> Path:
    """A folder with some of the toy pictures, one in a folder of its own, and one that is none."""
    (tmp_path / "photos" / "more").mkdir(parents=True)
    for number, path in enumerate(sorted((place / "toy").rglob("*.png"))[::12]):
        folder = tmp_path / "photos" / "more" if number == 7 else tmp_path / "photos"
        shutil.copy(path, folder / f"{path.parent.name}-{path.name}")
    (tmp_path / "notes.txt").write_text("beside them lies a text")
    (tmp_path / "photos" / "notes.txt").write_text("beside them lies a text")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def paths(out: str) -> list[str]:
    return [line.split()[-1] for line in out.splitlines()]


def test_a_line_a_picture(here, toy_run, miwake):
    ended = miwake("predict", toy_run, "photos")
    assert ended.code == 0
    assert ended.err == ""
    assert len(ended.out.splitlines()) == 8
    for line in ended.out.splitlines():
        share, label, path = line.split()
        assert 0 < float(share.rstrip("%")) <= 100
        assert Path(path).name.startswith(label)


def test_folders_files_and_patterns(here, toy_run, miwake):
    def named(*names: str) -> list[str]:
        ended = miwake("predict", toy_run, *names)
        assert ended.code == 0, ended.err
        return paths(ended.out)

    everything = named("photos")
    assert everything == sorted(everything)
    assert named("photos/*.png") == [path for path in everything if "more" not in path]
    assert sorted(named("photos/**/*.png")) == everything
    assert named("photos/mor[e]") == named("photos/more")
    assert named(everything[3], everything[1], everything[3]) == [everything[3], everything[1]]
    assert named(str(here / "photos" / "more")) == [str(here / path) for path in named("photos/more")]


def test_a_file_whose_name_looks_like_a_pattern(here, toy_run, miwake):
    shutil.copy("photos/more/" + next(Path("photos/more").iterdir()).name, "photo[1].png")
    assert paths(miwake("predict", toy_run, "photo[1].png").out) == ["photo[1].png"]


def test_folders_are_searched_as_training_does(here, toy_run, miwake):
    """Pictures without an ending, or with one that nobody knows; but nothing hidden, and no text."""
    picture = next(Path("photos").glob("*.png")).read_bytes()
    Path("odd/.hidden").mkdir(parents=True)
    for name in ("IMG0001", "scan.dat", ".hidden/a.png", ".b.png", "Thumbs.db", "notes.json"):
        Path("odd", name).write_bytes(picture)
    assert paths(miwake("predict", toy_run, "odd").out) == ["odd/IMG0001", "odd/scan.dat"]


def test_lines_that_end_as_on_windows(here, toy_run, miwake):
    files = sorted(map(str, Path("photos").glob("*.png")))[:2]
    ended = miwake("predict", toy_run, "-", stdin="".join(f"{file}\r\n" for file in files))
    assert ended.code == 0, ended.err
    assert paths(ended.out) == files


def test_a_misspelt_picture_is_answered_with_the_nearest(here, toy_run, miwake):
    name = str(next(Path("photos").glob("*.png")))
    ended = miwake("predict", toy_run, name.replace(".png", ".pgn"))
    assert ended.code == 2
    assert f"What to do: write '{name}'." in ended.err
    assert "What to do: check the path: ls 'no where'" in miwake("predict", toy_run, "no where/a.png").err


def test_paths_from_standard_input(here, toy_run, miwake):
    files = sorted(map(str, Path("photos").glob("*.png")))
    ended = miwake("predict", toy_run, "-", stdin="\n".join([files[2], "", files[0]]) + "\n")
    assert ended.code == 0
    assert paths(ended.out) == [files[2], files[0]]
    assert miwake("predict", toy_run, "-", stdin="").code == 2


def test_json_lines_parse(here, toy_run, miwake):
    ended = miwake("predict", toy_run, "photos", "notes.txt", "--json")
    assert ended.code == 3
    *answers, bad = [json.loads(line) for line in ended.out.splitlines()]
    assert len(answers) == 8
    for answer in answers:
        assert list(answer) == ["path", "label", "probability", "probabilities"]
        shares = answer["probabilities"]
        assert list(shares) == ["lower-left", "lower-right", "upper-left", "upper-right"]
        assert answer["probability"] == shares[answer["label"]] == max(shares.values())
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
    assert bad.keys() == {"path", "problem"}
    assert bad["path"] == "notes.txt"


def test_a_csv_with_every_probability(here, toy_run, miwake):
    ended = miwake("predict", toy_run, "photos", "notes.txt", "--csv", "out.csv", "--json")
    rows = read_table(here / "out.csv")
    printed = [json.loads(line) for line in ended.out.splitlines()]
    assert [row["path"] for row in rows] == [entry["path"] for entry in printed]
    for row, entry in zip(rows[:-1], printed, strict=False):
        assert row["label"] == entry["label"]
        shares = {name[2:]: float(share) for name, share in row.items() if name.startswith("p:")}
        assert shares == entry["probabilities"]
        assert row["problem"] == ""
    assert rows[-1]["problem"]
    assert rows[-1]["label"] == ""


def test_pictures_with_their_answers(here, toy_run, miwake):
    shutil.copytree("photos", "again")
    ended = miwake("predict", toy_run, "photos", "again", "notes.txt", "--pictures", "a/b")
    assert ended.code == 3
    drawn = sorted(Path("a/b").iterdir())
    # pictures of the same name do not overwrite each other
    assert len(drawn) == 16
    first = np.asarray(Image.open(drawn[0]))
    assert first.shape[2] == 3
    assert first.shape[1] >= 200
    with Image.open(sorted(Path("photos").glob("*.png"))[0]) as original:
        scale = first.shape[1] // original.width
        np.testing.assert_array_equal(
            first[scale // 2 : scale * 12 : scale, scale // 2 :: scale].shape, np.asarray(original).shape
        )


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(here, toy_run, miwake):
    ended = miwake("predict", toy_run, "notes.txt", "photos", "photos/notes.txt")
    assert ended.code == 3
    assert len(ended.out.splitlines()) == 8
    assert "notes.txt" in ended.err
    assert "2 of the pictures could not be read" in ended.err


def test_control_characters_in_names_are_not_obeyed(here, toy_run, miwake):
    picture = next(Path("photos").glob("*.png"))
    shutil.copy(picture, "a\x1b[31mb\nc.png")
    ended = miwake("predict", toy_run, "a\x1b[31mb\nc.png")
    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert len(ended.out.splitlines()) == 1


def test_too_large_a_picture(here, toy_run, miwake):
    ended = miwake("predict", toy_run, "photos", "--max-pixels", "100", "--pictures", "drawn")
    assert ended.code == 3
    assert ended.out == ""
    assert "over the limit of 100" in ended.err


def test_a_folder_without_pictures(here, toy_run, miwake):
    Path("empty").mkdir()
    for name in ("empty", "empt[y]"):
        ended = miwake("predict", toy_run, name)
        assert ended.code == 3
        assert "no pictures in empty" in ended.err


def test_a_picture_that_vanishes_meanwhile(here, toy_run, miwake):
    Path("gone.png").symlink_to("nowhere.png")
    ended = miwake("predict", toy_run, "gone.png", "photos")
    assert ended.code == 3
    assert "gone.png: cannot be read" in ended.err
    assert len(ended.out.splitlines()) == 8


def test_imagenet_from_the_command_line(here, miwake):
    from sklearn.datasets import load_sample_image

    Image.fromarray(load_sample_image("flower.jpg")).save("flower.jpg")
    ended = miwake("predict", "imagenet", "flower.jpg", "--json", "--csv", "a.csv", "--device", "cpu")
    assert ended.code == 0, ended.err
    answer = json.loads(ended.out)
    assert len(answer["probabilities"]) == 1000
    assert answer["probabilities"][answer["label"]] == answer["probability"]
    assert len(read_table(here / "a.csv")[0]) == 1004
