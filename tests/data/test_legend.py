"""Legend files, and the meaning that values have with and without them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from miwake import open_dataset
from miwake.data.census import Census, count, take_census
from miwake.data.classmap import classes_of, read_classes, to_classes
from miwake.data.legend import read_legend, read_value, shown
from miwake.data.masks import Values, read_values
from miwake.data.proposal import Meaning, meaning, with_void
from miwake.errors import DataError, UsageError
from miwake.types import VOID, Legend


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("legend.csv", "name,value\nsky,0\nroad,1\nvoid,255\n"),
        ("legend.csv", "value;Name\n0;sky\n1;road\n255;void\n"),
        ("legend.csv", "name,value\nsky,#000000\nroad,#000001\nIgnore,#0000ff\n"),
        ("class_dict.csv", "name,r,g,b\nsky,0,0,0\nroad,0,0,1\nunlabeled,0,0,255\n"),
        ("labelmap.txt", "# label:color_rgb:parts:actions\nsky:0,0,0::\nroad:0,0,1::\n無視:0,0,255::\n"),
        ("label_colors.txt", "0 0 0\tsky\n0 0 1\t\troad\n0 0 255 Void\n"),
        ("classes.txt", "sky\nroad\n\n"),
    ],
)
def test_all_ways_of_writing_a_legend(name: str, text: str, tmp_path: Path) -> None:
    key = read_legend(write(tmp_path, name, text))
    assert key.names == ("sky", "road")
    codes = [[int.from_bytes(bytes(value), "big") for value in values] for values in key.legend.values]
    assert codes == [[0], [1]]
    assert key.positions == (name == "classes.txt")
    assert key.positions or [int.from_bytes(bytes(value), "big") for value in key.legend.void] == [255]
    assert key.legend.colours == ("#" in text or "r,g,b" in text or name.startswith("label"))


def test_a_name_may_have_several_values(tmp_path: Path) -> None:
    key = read_legend(write(tmp_path, "legend.csv", "name,value\ncar,1\nground,0\ncar,7\n"))
    assert key.names == ("car", "ground")
    assert key.legend.values == (((1,), (7,)), ((0,),))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("legend.csv", "name,value\na,1\nb,1\n", "line 3: 1 means b, and a above"),
        ("legend.csv", "name,value\na,x\n", "line 2: name 'a', value 'x'"),
        ("legend.csv", "name,r,g,b\na,1,2,256\n", "line 2: name 'a', value '1,2,256'"),
        ("legend.csv", "a,1\nb,2\n", "line 1: a,1"),
        ("legend.csv", "name,value\na,1\nb,#ff0000\n", "both colours and single values"),
        ("legend.csv", "name,value\nvoid,1\n", "names 0 classes"),
        ("labelmap.txt", "a:1,2\n", "line 1: a:1,2"),
    ],
)
def test_mistakes_are_named_with_their_line(name: str, text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        read_legend(write(tmp_path, name, text))


@given(st.one_of(st.integers(0, 65535).map(lambda v: (v,)), st.tuples(*[st.integers(0, 255)] * 3)))
def test_a_value_that_is_shown_is_read_again(value: tuple[int, ...]) -> None:
    assert read_value(shown(value)) == value


def census(folder: Path, *masks: np.ndarray, palette: bool = False) -> Census:
    files = []
    for number, mask in enumerate(masks):
        image = Image.fromarray(mask.astype(np.uint8))
        if palette:
            image.putpalette(list(range(256)) * 3)
        files.append(folder / f"{number}.png")
        image.save(files[-1])
    return take_census(files)[0]


def areas(*values: int, side: int = 16) -> np.ndarray:
    """Stripes of values."""
    return np.repeat(np.array(values), side)[:, None].repeat(side, 1)


def soft_disc() -> np.ndarray:
    """A white disc on black whose edge falls off within two pixels."""
    y, x = np.mgrid[:60, :60] - 29.5
    return np.clip((20 - np.hypot(y, x)) * 100 + 128, 0, 255)


def found(folder: Path, *masks: np.ndarray, palette: bool = False) -> Meaning:
    return meaning(census(folder, *masks, palette=palette), None, folder)


def test_black_and_white_are_two_classes_and_never_256(tmp_path: Path, in_both) -> None:
    for high in (255, 1, 128):
        two = found(tmp_path, areas(0, high), areas(0))
        assert two.classes == ("background", "foreground")
        assert two.legend == Legend(values=(((0,),), ((high,),)))
        in_both(two.notes)


def test_soft_edges_are_cut_and_areas_of_grey_are_not(tmp_path: Path, in_both) -> None:
    soft = found(tmp_path, soft_disc())
    assert soft.classes == ("background", "foreground")
    dark, light = soft.legend.values
    assert (dark[-1], light[0], light[-1]) == ((127,), (128,), (255,))
    assert [note.key for note in soft.notes] == ["pixels.soft"]
    in_both(soft.notes)
    three = found(tmp_path, areas(0, 128, 255))
    assert three.classes == ("0", "128", "255")


@pytest.mark.parametrize("palette", [False, True])
def test_indices_and_void_beside_them(tmp_path: Path, palette: bool, in_both) -> None:
    indices = found(tmp_path, areas(0, 1, 2, 5), areas(0, 1, 255), palette=palette)
    assert indices.classes == ("0", "1", "2", "5")
    assert indices.legend.void == ((255,),)
    in_both(indices.notes)
    assert found(tmp_path, areas(*range(12)), palette=palette).legend.void == ()


def test_colours_are_classes_by_their_number(tmp_path: Path, in_both) -> None:
    mask = np.zeros((8, 8, 3))
    mask[4:] = (255, 0, 16)
    colours = found(tmp_path, mask, np.zeros((8, 8)))
    assert colours.classes == ("#000000", "#ff0010")
    assert colours.legend.colours
    in_both(colours.notes)


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (np.kron(np.arange(255).reshape(15, 17), np.ones((4, 4)))[:, ::1] * 1.0, "no error"),
        (areas(0), "one value only"),
        (np.random.default_rng(0).integers(0, 256, (40, 40, 3)), "colours"),
        (np.kron(np.arange(0, 256, 3), np.ones((4, 4))) + 0.0, "86 grey levels"),
    ],
)
def test_what_can_be_no_classes_is_refused(mask: np.ndarray, said: str, tmp_path: Path) -> None:
    if said == "no error":  # so many indices are possible
        assert len(found(tmp_path, mask).classes) == 255
        return
    with pytest.raises(DataError, match=said):
        found(tmp_path, mask)


def told(folder: Path, text: str, *masks: np.ndarray, name: str = "legend.csv") -> Meaning:
    return meaning(census(folder, *masks), read_legend(write(folder, name, text)), folder)


def test_a_legend_names_values_in_its_order(tmp_path: Path, in_both) -> None:
    said = told(tmp_path, "name,value\ncell,255\nmembrane,0\n", areas(0, 255))
    assert said.classes == ("cell", "membrane")
    assert said.legend.values == (((255,),), ((0,),))
    in_both(said.notes)


@pytest.mark.parametrize(("first", "second"), [(0, 255), (255, 0)])
def test_soft_edges_under_a_legend_go_to_the_nearer(tmp_path: Path, first: int, second: int) -> None:
    said = told(tmp_path, f"name,value\nfirst,{first}\nsecond,{second}\n", soft_disc())
    assert said.classes == ("first", "second")
    for name, value, middle in (("first", first, 100 if first == 0 else 200), ("second", second, 200 - first // 2)):
        values = said.legend.values[said.classes.index(name)]
        assert (value,) in values
        assert (middle if value == 0 or middle > 127 else 200,) in values


def test_255_beside_a_legend_of_indices_is_void(tmp_path: Path) -> None:
    said = told(tmp_path, "name,value\na,0\nb,1\n", areas(0, 1, 255))
    assert said.legend.void == ((255,),)
    assert "pixels.void.beside" in [note.key for note in said.notes]


def test_names_without_values(tmp_path: Path) -> None:
    def listed(*values: int) -> Meaning:
        return told(tmp_path, "cell\nwall\n", areas(*values), name="classes.txt")

    assert listed(0, 1).legend.values == (((0,),), ((1,),))
    assert listed(0, 255).legend.values == (((0,),), ((255,),))
    assert listed(0, 1, 255).legend.void == ((255,),)
    with pytest.raises(DataError, match="names 2 classes without saying their values"):
        listed(3, 7, 9)


def test_grey_with_16_bits_is_no_colour(tmp_path: Path) -> None:
    deep = tmp_path / "deep.png"
    Image.fromarray(np.array([[0, 300], [0, 300]], np.uint16)).save(deep)
    legend = Legend(values=(((0, 0, 0),), ((255, 255, 255),)))
    classes, strange = to_classes(read_values(deep), legend)
    assert strange == ("300",)
    assert classes.tolist() == [[0, 255], [0, 255]]
    assert classes_of(count(read_values(deep)), legend).tolist() == [0, -1]
    colour = tmp_path / "colour.png"
    Image.fromarray(np.full((4, 4, 3), (1, 2, 3), np.uint8)).save(colour)
    with pytest.raises(DataError, match="others in grey with 16 bits"):
        meaning(take_census([deep, colour])[0], None, tmp_path)
    indices = meaning(take_census([deep])[0], None, tmp_path)
    assert indices.legend.values == (((0,),), ((300,),))


def test_void_is_named_by_value_or_class() -> None:
    plain = Meaning(classes=("a", "b", "c"), legend=Legend(values=(((0,),), ((1,), (2,)), ((3,),))))
    assert with_void(plain, "c").classes == ("a", "b")
    assert with_void(plain, "c").legend == Legend(values=(((0,),), ((1,), (2,))), void=((3,),))
    assert with_void(plain, "2").legend == Legend(values=(((0,),), ((1,),), ((3,),)), void=((2,),))
    assert with_void(plain, "3").classes == ("a", "b")
    assert with_void(plain, "77").legend.void == ((77,),)
    with pytest.raises(UsageError, match="--void is 'road'"):
        with_void(plain, "road")
    with pytest.raises(UsageError, match="fewer than two"):
        with_void(with_void(plain, "a"), "b")


@pytest.mark.parametrize("kind", ["L", "P", "RGB"])
def test_what_was_counted_is_not_read_again(kind: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("miwake.data.known._TICK", 0)
    file = tmp_path / "mask.png"

    def save(*values: int) -> None:
        image = Image.fromarray(areas(*values).astype(np.uint8)).convert(kind)
        if kind == "RGB":
            image.putpixel((0, 0), (1, 2, 3))
        image.save(file)

    save(0, 7, 9)
    first, each = take_census([file])
    reads: list[Path] = []
    monkeypatch.setattr("miwake.data.census.read_values", lambda path: reads.append(path) or read_values(path))
    again, others = take_census([file])
    assert reads == []
    for name in ("codes", "pixels", "flat", "holders"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert (first.colours, first.indexed, first.lossy) == (again.colours, again.indexed, again.lossy)
    assert each[0] is not None
    assert others[0] is not None
    np.testing.assert_array_equal(each[0].palette, others[0].palette)
    save(0, 7, 8)
    assert take_census([file])[0].codes.tolist() != first.codes.tolist()
    assert reads == [file]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_counting_agrees_with_looking(seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 4, (7, 9), dtype=np.uint8)
    counted = count(Values(pixels=pixels))
    for code, number, flat in zip(counted.codes, counted.pixels, counted.flat, strict=True):
        assert number == (pixels == code).sum()
        blocks = [(pixels[y : y + 2, x : x + 2] == code).all() for y in range(6) for x in range(8)]
        assert flat == sum(blocks)


# -- what a model has learnt that values mean --------------------------------------------------------------------------

SCENE = Legend(values=(((0,),), ((1,), (2,)), ((7,),)), void=((9,),))
STREET = Legend(values=(((0, 0, 0),), ((255, 0, 0), (254, 0, 0))), void=((255, 255, 255),))


def masked(folder: Path, pixels: np.ndarray) -> Path:
    for name, array in (("images", np.zeros((*pixels.shape[:2], 3), np.uint8)), ("masks", pixels)):
        (folder / name).mkdir()
        Image.fromarray(array).save(folder / name / "a.png")
    return folder


@pytest.mark.parametrize(
    ("legend", "rows", "classes"),
    [
        (SCENE, [[0, 1, 2], [7, 9, 9]], [[0, 1, 1], [2, VOID, VOID]]),
        (SCENE, [[7, 7, 7], [7, 7, 7]], [[2, 2, 2], [2, 2, 2]]),  # one class alone could not be guessed
        (STREET, [[[0, 0, 0], [254, 0, 0]], [[255, 255, 255], [255, 0, 0]]], [[0, 1], [VOID, 1]]),
        (STREET, [[0, 0], [255, 0]], [[0, 0], [VOID, 0]]),  # saved in grey, since it holds no colour
    ],
)
def test_values_mean_what_they_meant_in_training(legend: Legend, rows: list, classes: list, tmp_path: Path) -> None:
    pixels = np.array(rows, np.uint8).repeat(4, 0).repeat(4, 1)
    names = ("sky", "road", "car")[: len(legend.values)]
    back = Legend.from_json(json.loads(json.dumps(legend.to_json())))
    assert back == legend
    dataset = open_dataset(masked(tmp_path, pixels), learnt=Meaning(classes=names, legend=back))
    assert dataset.classes == names
    assert np.array_equal(read_classes(dataset, 0), np.array(classes, np.uint8).repeat(4, 0).repeat(4, 1))
    assert [note.key for note in dataset.notes][-1] == "pixels.legend.learnt"


@pytest.mark.parametrize(
    ("legend", "values"), [(SCENE, (0, 1, 3)), (STREET, (0, 1, 2)), (Legend(values=(((1,),), ((2,),))), (0, 1, 2))]
)
def test_values_that_a_model_does_not_know_are_looked_at_afresh(
    legend: Legend, values: tuple[int, ...], tmp_path: Path
) -> None:
    pixels = np.array([values], np.uint8).repeat(8, 0).repeat(8, 1)
    learnt = Meaning(classes=("sky", "road", "car")[: len(legend.values)], legend=legend)
    folder = masked(tmp_path, pixels)
    assert open_dataset(folder, learnt=learnt).classes == tuple(map(str, values))
    # who says what they mean is believed
    (folder / "legend.csv").write_text("name,value\na,0\nb,1\nc,2\nd,3\n", encoding="utf-8")
    assert open_dataset(folder, learnt=learnt).classes == ("a", "b", "c", "d")
