"""Class maps: of the picture's size, fitted as the picture is, never blended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from miwake import open_dataset
from miwake.data import coco, mask_store, segmentation, store
from miwake.data.classmap import fit_classes, majority, read_classes, to_classes
from miwake.data.config import DataOptions
from miwake.data.loader import Loader
from miwake.data.mask_store import open_masks
from miwake.data.masks import Values
from miwake.data.pictures import open_pictures
from miwake.data.preprocess import fit
from miwake.errors import DataError, UsageError
from miwake.types import VOID, Legend, Preprocessing

SHAPE = Preprocessing(size=(16, 16), channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)
sides = st.integers(1, 40)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), sides, sides, sides, sides)
def test_the_majority_is_that_of_the_area(seed: int, height: int, width: int, high: int, wide: int) -> None:
    classes = np.random.default_rng(seed).integers(0, 3, (height, width), dtype=np.uint8)
    classes[classes == 2] = VOID
    fitted = majority(classes, (high, wide))
    # on a grid on which both sizes are whole, every pixel is a count
    fine = np.kron(classes, np.ones((high, wide), np.uint8))
    blocks = fine.reshape(high, height, wide, width).swapaxes(1, 2).reshape(high, wide, -1)
    counts = {value: (blocks == value).sum(-1) for value in (0, 1, VOID)}
    most = np.max(list(counts.values()), axis=0)
    chosen = np.select([fitted == value for value in counts], list(counts.values()), -1)
    np.testing.assert_array_equal(chosen, most)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from(["squash", "crop", "pad"]),
    st.integers(8, 60),
    st.integers(8, 60),
    st.sampled_from([1.0, 0.8]),
)
def test_a_mask_is_fitted_as_its_picture(seed: int, way: str, height: int, width: int, crop: float) -> None:
    """A picture painted with its own mask: where the fitted picture is pure, the fitted mask is that class."""
    random = np.random.default_rng(seed)
    top, left = random.integers(0, height // 2), random.integers(0, width // 2)
    classes = np.zeros((height, width), np.uint8)
    classes[top : top + height // 2, left : left + width // 2] = 1
    shape = replace(SHAPE, size=(12, 20), fit=way, crop=crop)  # type: ignore[arg-type]
    picture = fit((classes[:, :, None] * 200 + 50).repeat(3, 2), shape)[:, :, 0]
    fitted = fit_classes(classes, shape)
    assert fitted.shape == picture.shape == shape.stored
    for value, number in ((50, 0), (250, 1), (0, VOID)):
        assert (fitted[picture == value] == number).all()
    if way != "pad":
        assert (fitted != VOID).all()
    assert (picture[fitted == VOID] == 0).all()


@pytest.mark.parametrize("kind", ["L", "P", "RGB", "I;16"])
def test_values_become_classes(kind: str, tmp_path: Path) -> None:
    codes = np.array([[0, 1, 2], [2, 9, 0]])
    legend = Legend(values=(((0,),), ((2,), (1,))), void=((9,),))
    values: Values
    if kind == "RGB":
        legend = Legend(values=(((0, 0, 0),), ((0, 0, 2), (0, 0, 1))), void=((0, 0, 9),))
        values = Values(pixels=np.stack([codes * 0, codes * 0, codes], -1).astype(np.uint8))
    elif kind == "P":
        palette = np.zeros((256, 3), np.uint8)
        palette[:, 2] = np.arange(256)
        values = Values(pixels=codes.astype(np.uint8), palette=palette)
        in_colours = Legend(values=(((0, 0, 0),), ((0, 0, 2), (0, 0, 1))), void=((0, 0, 9),))
        np.testing.assert_array_equal(to_classes(values, in_colours)[0], to_classes(values, legend)[0])
    else:
        values = Values(pixels=codes.astype(np.uint16 if kind == "I;16" else np.uint8))
    classes, strange = to_classes(values, legend)
    assert classes.tolist() == [[0, 1, 1], [1, VOID, 0]]
    assert strange == ()
    without = replace(legend, void=())
    assert to_classes(values, without)[1] == (("#000009",) if kind == "RGB" else ("9",))


@pytest.mark.parametrize("source", [segmentation, coco], ids=["masks", "outlines"])
def test_masks_are_stored_once_and_stay_beside_their_pictures(source, tmp_path: Path, monkeypatch) -> None:
    dataset = open_dataset(source.toy(tmp_path))
    pictures, _ = open_pictures(dataset, SHAPE, DataOptions())
    masks = open_masks(dataset, SHAPE, DataOptions())
    assert masks.in_memory
    rows = torch.tensor([3, 0, 3, 17])
    found = masks.gather(rows)
    assert (found.dtype, found.shape) == (torch.uint8, (4, 16, 16))
    for row, one in zip(rows.tolist(), found, strict=True):
        np.testing.assert_array_equal(one.numpy(), fit_classes(read_classes(dataset, row), SHAPE))
    # squares are red and discs are blue: masks lie on what they mean
    shown = pictures.gather(rows).float()
    assert ((shown[:, 0] - shown[:, 2])[found == 1] > 50).float().mean() > 0.9
    assert ((shown[:, 2] - shown[:, 0])[found == 2] > 50).float().mean() > 0.9

    def fail(*args: object) -> None:
        raise AssertionError("it was read anew")

    monkeypatch.setattr(mask_store, "fit_classes", fail)
    on_disk = open_masks(dataset, SHAPE, DataOptions(), ram=0)
    assert not on_disk.in_memory
    assert torch.equal(on_disk.gather(rows), found)
    on_disk.close()
    assert any("masks" in usage.name for usage in store.usage())


def test_another_legend_is_another_store(tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    plain, void = (open_dataset(data, DataOptions(void=name)) for name in (None, "disc"))
    first, second = (open_masks(dataset, SHAPE, DataOptions()).gather(torch.arange(48)) for dataset in (plain, void))
    assert torch.equal(torch.where(first == 2, VOID, first), second)


def spoil(data: Path, name: str, kind: str) -> None:
    mask = np.asarray(Image.open(data / "masks" / name)).copy()
    if kind == "values":
        mask[0, 0] = 77
    image = Image.fromarray(mask[:, :-1] if kind == "size" else mask)
    exif = Image.Exif()
    if kind == "turned":
        exif[274] = 6
    image.save(data / "masks" / name, exif=exif)
    if kind == "broken":
        (data / "masks" / name).write_bytes((data / "masks" / name).read_bytes()[:60])


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("values", r"masks/002.png: holds values that no class has: 77"),
        ("size", "31 × 32 pixels, its picture 32 × 32"),
        ("turned", "orientation 6"),
        ("broken", r"masks/002.png: "),
    ],
)
def test_masks_that_cannot_be_used_are_named(kind: str, said: str, tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    spoil(data, "002.png", kind)
    dataset = open_dataset(data)
    with pytest.raises(DataError, match=said):
        open_masks(dataset, SHAPE, DataOptions())
    with pytest.raises(DataError):
        read_classes(dataset, dataset.paths.index("images/002.png"))


def test_a_picture_that_may_be_left_out_takes_its_mask_along(tmp_path: Path) -> None:
    data = segmentation.toy(tmp_path)
    (data / "images" / "002.png").write_bytes(b"no picture")
    mask = np.asarray(Image.open(data / "masks" / "002.png")).copy()
    mask[:3, 5:9] = 1  # no other test has stored it
    Image.fromarray(mask).save(data / "masks" / "002.png")
    dataset = open_dataset(data)
    with pytest.raises(DataError, match="its picture cannot be read"):
        open_masks(dataset, SHAPE, DataOptions())
    masks = open_masks(dataset, SHAPE, DataOptions(skip_bad=True))
    with pytest.raises(IndexError):
        masks.gather(torch.tensor([2]))
    masks.gather(torch.tensor([1, 3]))


def test_pictures_without_classes_have_no_masks(tmp_path: Path) -> None:
    from miwake.data import folder

    with pytest.raises(UsageError, match="has no classes of pixels"):
        open_masks(open_dataset(folder.toy(tmp_path)), SHAPE, DataOptions())


def test_batches_bring_their_masks(tmp_path: Path) -> None:
    dataset = open_dataset(segmentation.toy(tmp_path))
    pictures, _ = open_pictures(dataset, SHAPE, DataOptions())
    masks = open_masks(dataset, SHAPE, DataOptions())
    rows = torch.arange(5, 25)
    targets = torch.from_numpy(dataset.targets)
    loader = Loader(
        pictures.gather, targets, rows, batch_size=8, seed=1, device=torch.device("cpu"), masks=masks.gather
    )
    for batch in loader.epoch(3):
        assert batch.masks is not None
        assert batch.masks.dtype == torch.int64
        assert torch.equal(batch.masks, masks.gather(batch.rows).long())
