"""COCO's outlines and runs, drawn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from miwake import open_dataset
from miwake.data import coco
from miwake.data.classmap import read_classes
from miwake.data.outlines import fill_polygon, from_runs, outlines_of
from miwake.errors import DataError
from miwake.look.words import told

corners = st.lists(st.tuples(st.integers(-8, 40), st.integers(-8, 40)), min_size=3, max_size=9)


def inside(point: tuple[float, float], polygon: list[tuple[float, float]]) -> bool:
    """The even-odd rule, by a ray to the left."""
    (x, y), odd = point, False
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y0 <= y) != (y1 <= y) and x0 + (y - y0) / (y1 - y0) * (x1 - x0) <= x:
            odd = not odd
    return odd


@settings(max_examples=60, deadline=None)
@given(corners)
def test_a_pixel_is_inside_where_its_centre_is(polygon: list[tuple[int, int]]) -> None:
    # quarters of pixels, beside which no centre lies on an edge by rounding
    points = [(x * 0.75 + 0.1, y * 0.75 + 0.2) for x, y in polygon]
    drawn = np.zeros((20, 24), bool)
    fill_polygon(drawn, [value for point in points for value in point])
    expected = [[inside((x + 0.5, y + 0.5), points) for x in range(24)] for y in range(20)]
    np.testing.assert_array_equal(drawn, expected)


def test_a_rectangle_covers_its_pixels() -> None:
    drawn = np.zeros((6, 8), bool)
    fill_polygon(drawn, [2, 1, 5, 1, 5, 4, 2, 4])
    assert drawn[1:4, 2:5].all()
    assert drawn.sum() == 9


def packed(lengths: list[int]) -> str:
    """COCO's text of run lengths, as its `rleToString` writes it."""
    text = ""
    for place, length in enumerate(lengths):
        value = length - lengths[place - 2] if place > 2 else length
        more = True
        while more:
            letter, value = value & 31, value >> 5
            more = value != (-1 if letter & 16 else 0)
            text += chr((letter | 32 if more else letter) + 48)
    return text


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 40))
def test_runs_in_both_ways_give_the_mask_back(seed: int, height: int, width: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.4
    flat = mask.T.reshape(-1)
    edges = np.flatnonzero(np.diff(flat, prepend=False)).tolist()
    lengths = np.diff([0, *edges, flat.size]).tolist()
    for counts in (lengths, packed(lengths)):
        drawn = from_runs({"size": [height, width], "counts": counts}, (height, width))
        np.testing.assert_array_equal(drawn, mask)


def write(folder: Path, **changes: object) -> Path:
    """Two pictures of 8 × 10 pixels: a large and a small thing that overlap, and a crowd."""
    (folder / "images").mkdir(exist_ok=True)
    for number in (1, 2):
        Image.fromarray(np.full((8, 10, 3), 40 * number, np.uint8)).save(folder / "images" / f"{number}.png")
    square = {"image_id": 1, "iscrowd": 0}
    data: dict[str, object] = {
        "images": [{"id": n, "file_name": f"{n}.png", "height": 8, "width": 10} for n in (1, 2)],
        "categories": [{"id": 7, "name": "cat"}, {"id": 3, "name": "dog"}, {"id": 9, "name": "bird"}],
        "annotations": [
            square | {"category_id": 3, "area": 4, "segmentation": [[2, 2, 4, 2, 4, 4, 2, 4]]},
            square | {"category_id": 7, "area": 36, "segmentation": [[1, 1, 7, 1, 7, 7, 1, 7], [8, 0, 10, 0, 10, 2.5]]},
            {
                "image_id": 2,
                "category_id": 3,
                "area": 16,
                "iscrowd": 1,
                "segmentation": {"size": [8, 10], "counts": [0, 16, 64]},
            },
            {"image_id": 2, "category_id": 7, "area": 2, "iscrowd": 0, "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]},
            {"image_id": 2, "category_id": 9, "area": 2, "iscrowd": 0, "bbox": [0, 0, 2, 2]},
        ],
    }
    (folder / "instances.json").write_text(json.dumps(data | changes), encoding="utf-8")
    return folder


def test_small_things_lie_on_large_ones_and_on_crowds(tmp_path: Path, in_both) -> None:
    dataset = open_dataset(write(tmp_path))
    assert dataset.classes == ("background", "dog", "cat", "bird")
    first, second = (read_classes(dataset, row) for row in (0, 1))
    expected = np.zeros((8, 10), int)
    expected[1:7, 1:7] = 2
    expected[2:4, 2:4] = 1
    expected[0, 9] = expected[0, 8] = expected[1, 9] = 2  # a triangle
    np.testing.assert_array_equal(first, expected)
    expected = np.zeros((8, 10), int)
    expected[:, :2] = 1
    expected[:2, :2] = 2
    np.testing.assert_array_equal(second, expected)
    in_both(note for note in dataset.notes if not isinstance(note, str))
    assert any("1 annotation of instances.json has a box" in told(note) for note in dataset.notes)


def test_void_may_be_a_category(tmp_path: Path) -> None:
    from miwake.data.config import DataOptions

    dataset = open_dataset(write(tmp_path), DataOptions(void="dog"))
    assert dataset.classes == ("background", "cat", "bird")
    assert np.unique(read_classes(dataset, 1)).tolist() == [0, 1, 255]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"images": [{"id": 1, "file_name": "1.png", "height": 10, "width": 8}]}, "is not a file of annotations"),
        ({"categories": [{"name": "cat"}]}, "no 'id'"),
        ({"images": []}, "is not a file of annotations"),
        ({"annotations": [{"segmentation": 7}]}, "is not a file of annotations"),
        ({"categories": [{"id": n, "name": str(n)} for n in range(300)]}, "300 categor"),
    ],
)
def test_broken_files_are_named(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        open_dataset(write(tmp_path, **changes))


@pytest.mark.parametrize(
    "drawn",
    [
        [[1, 1, 4, 1, 4, float("nan")]],
        {"size": [8, 10], "counts": [3, 4]},
        {"size": [10, 8], "counts": [80]},
        {"counts": "0"},
        {"size": [8, 10], "counts": "~~~~"},
        {"size": [8, 10], "counts": [-1, 81]},
    ],
)
def test_broken_shapes_are_named(drawn: object, tmp_path: Path) -> None:
    thing = {"image_id": 1, "category_id": 3, "area": 4, "iscrowd": 0, "segmentation": drawn}
    dataset = open_dataset(write(tmp_path, annotations=[thing]))
    with pytest.raises(DataError, match=r"a shape of 1\.png is broken"):
        read_classes(dataset, 0)


def test_another_size_than_the_picture_has(tmp_path: Path) -> None:
    pictures = [{"id": n, "file_name": f"{n}.png", "height": 10, "width": 8} for n in (1, 2)]
    dataset = open_dataset(write(tmp_path, images=pictures))
    with pytest.raises(DataError, match=r"8 × 10 pixels; it has 10 × 8"):
        read_classes(dataset, 0)


def test_splits_by_the_names_of_files(tmp_path: Path) -> None:
    data = write(tmp_path)
    (data / "annotations").mkdir()
    text = json.loads((data / "instances.json").read_text())
    (data / "instances.json").unlink()
    for number, name in ((1, "instances_train2017"), (2, "instances_val2017")):
        images = [image for image in text["images"] if image["id"] == number]
        things = [thing for thing in text["annotations"] if thing["image_id"] == number]
        part = text | {"images": images, "annotations": things}
        (data / "annotations" / f"{name}.json").write_text(json.dumps(part), encoding="utf-8")
    dataset = open_dataset(data)
    assert dataset.split.tolist() == [0, 1]
    assert dataset.masks == ["annotations/instances_train2017.json#1", "annotations/instances_val2017.json#2"]


def test_what_is_drawn_is_as_large_as_its_outline_says(shared_data: Path) -> None:
    """COCO gives the area of every outline, measured by its own program."""
    outlines = outlines_of(shared_data / "coco-128" / "instances_train2017.json")
    areas = []
    for picture in outlines.pictures.values():
        for shape in picture.shapes:
            if shape.area > 400 and not shape.crowd:
                areas.append(outlines._inside(shape, picture.size, picture.name).sum() / shape.area)
    assert len(areas) > 500
    np.testing.assert_allclose(np.median(areas), 1, atol=0.005)
    assert np.quantile(areas, 0.02) > 0.97


def test_the_toy_is_what_its_masks_say(tmp_path: Path) -> None:
    from miwake.data.toy import toy_scenes

    dataset = open_dataset(coco.toy(tmp_path))
    for row, (_, classes, _) in enumerate(toy_scenes(6)):
        assert (read_classes(dataset, row) == classes).mean() > 0.98
