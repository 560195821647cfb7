"""DICOM files, written here by pydicom."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from miwake.data import check as doctor
from miwake.data import dicom as room
from miwake.data.cache import fill
from miwake.data.config import DataOptions
from miwake.data.decode import decode, decode_raw
from miwake.data.folder import read as read_folder
from miwake.data.header import MAX_PIXELS, BadPicture, Header, read_header
from miwake.data.pictures import open_pictures
from miwake.data.preprocess import load
from miwake.data.store import open_store
from miwake.data.window import shades
from miwake.errors import MissingExtra, UsageError
from miwake.types import Preprocessing

pytest.importorskip("pydicom", reason="needs pydicom: pip install 'miwake[medical]'")

PATIENT = "Yamada^Hanako"


def dicom(
    pixels: NDArray[Any],
    *,
    kind: str = "MONOCHROME2",
    stored: int | None = None,
    syntax: str = "1.2.840.10008.1.2.1",
    frames: int | None = None,
    rle: bool = False,
    encapsulated: bytes | None = None,
    **more: Any,
) -> bytes:
    """A file of (H, W), (H, W, 3) or, with `frames`, (N, H, W) pixels; `more` are elements by keyword."""
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import CTImageStorage, RLELossless, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = syntax
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = PATIENT, "0042", "19700101"
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    colour = kind.startswith(("RGB", "YBR"))
    bits = 8 * pixels.dtype.itemsize
    dataset.SamplesPerPixel = 3 if colour else 1
    if colour:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = kind
    first = 0 if frames is None else 1
    dataset.Rows, dataset.Columns = pixels.shape[first : first + 2]
    if frames is not None:
        dataset.NumberOfFrames = frames
    dataset.BitsAllocated = bits
    dataset.BitsStored = stored or bits
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    for name, value in more.items():
        setattr(dataset, name, value)
    if encapsulated is not None:
        dataset.PixelData = encapsulate([encapsulated])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    else:
        dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
        dataset["PixelData"].VR = "OW" if bits > 8 else "OB"
    if rle:
        dataset.compress(RLELossless)
    file = io.BytesIO()
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


def without_picture() -> bytes:
    """As a report or a plan: a file without rows, columns and pixels."""
    import pydicom

    file = io.BytesIO()
    dataset = pydicom.dcmread(io.BytesIO(dicom(np.zeros((4, 4), np.uint8))))
    for name in ("Rows", "Columns", "PixelData"):
        delattr(dataset, name)
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


def slice_of(seed: int, height: int = 24, width: int = 20) -> NDArray[np.int16]:
    """Stored values as of a CT slice, from air to bone, for a rescale intercept of -1024."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    body = ((y - height / 2) / (height / 2)) ** 2 + ((x - width / 2) / (width / 2)) ** 2 < 0.8
    return np.where(body, 1064 + random.normal(0, 30, (height, width)), 24).astype(np.int16)


def grey(data: bytes, window: tuple[float, float] | None = None) -> NDArray[np.uint8]:
    return decode(data, channels=1, window=window)[:, :, 0]


def levels(data: bytes, window: tuple[float, float] | None = None) -> str:
    enough = lambda height, width: (height, width)  # noqa: E731
    return decode_raw(data, channels=1, enough=enough, max_pixels=MAX_PIXELS, window=window).levels


def rounded(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.floor(values + 0.5).astype(np.uint8)


def reason(data: bytes, **more: Any) -> str:
    with pytest.raises(BadPicture) as caught:
        decode(data, channels=1, **more)
    return str(caught.value)


RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)


# -- header -----------------------------------------------------------------------------------------------------------


def test_a_header_is_read_without_the_pixels_and_whatever_the_ending(tmp_path: Path) -> None:
    data = dicom(np.zeros((5, 6, 7), np.uint16), frames=5, stored=12)
    file = tmp_path / "no ending"
    file.write_bytes(data)
    expected = Header(format="DICOM", width=7, height=6, mode="I;16", orientation=1, frames=5, bits=12, alpha=False)
    assert read_header(data) == read_header(file) == expected
    assert expected.grey


def test_bombs_are_refused_before_pixels_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_frame", lambda *_: pytest.fail("decoded"))
    data = dicom(np.zeros((40, 50), np.uint8))
    with pytest.raises(BadPicture, match="50 × 40 pixels is over the limit of 1,999"):
        read_header(data, max_pixels=1999)
    assert "over the limit" in reason(data, max_pixels=1999)
    huge = dicom(np.zeros((4, 4), np.uint8), Rows=65535, Columns=65535)
    assert "65535 × 65535" in reason(huge).replace(",", "")


def test_a_compressed_picture_larger_than_its_header_says_is_never_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_frame", lambda *_: pytest.fail("decoded"))
    for kind, syntax in (("JPEG", "1.2.840.10008.1.2.4.50"), ("JPEG2000", "1.2.840.10008.1.2.4.90")):
        file = io.BytesIO()
        Image.new("L", (300, 200)).save(file, kind, **({"no_jp2": True} if kind == "JPEG2000" else {}))
        data = dicom(np.zeros((8, 8), np.uint8), syntax=syntax, encapsulated=file.getvalue())
        assert reason(data) == "broken DICOM file"


def test_deflated_files_are_named_and_not_inflated() -> None:
    import zlib

    whole = dicom(np.zeros((8, 8), np.uint8))
    place = whole.index(b"1.2.840.10008.1.2.1\0")
    start = 132 + 12 + int.from_bytes(whole[140:144], "little")
    packed = zlib.compressobj(wbits=-15)
    meta = whole[:start].replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x16\x001.2.840.10008.1.2.1.99")
    assert place < start
    meta = meta[:140] + (int.from_bytes(meta[140:144], "little") + 2).to_bytes(4, "little") + meta[144:]
    assert "Deflated" in reason(meta + packed.compress(whole[start:]) + packed.flush())


# -- values -----------------------------------------------------------------------------------------------------------


def test_the_whole_range_is_shown_where_a_file_says_nothing_else() -> None:
    data = dicom(RAMP, stored=12)
    assert (grey(data) == rounded(RAMP / 4095 * 255)).all()
    assert levels(data) == "range"
    eight = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert (grey(dicom(eight)) == eight).all()
    assert levels(dicom(eight)) == ""


def test_stored_values_become_what_they_mean_before_the_window() -> None:
    stored = np.array([[0, 1024, 1064, 1104, 1144, 3000]], np.int16)
    data = dicom(stored, RescaleSlope="2", RescaleIntercept="-2048", WindowCenter="40", WindowWidth="80")
    units = stored.astype(float) * 2 - 2048
    assert (grey(data) == rounded(shades(units, (40, 80)))).all()
    assert levels(data) == "own"
    assert (grey(data, (100, 400)) == rounded(shades(units, (100, 400)))).all()
    assert levels(data, (100, 400)) == "asked"


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_functions_of_windows_agree_with_pydicom(function: str) -> None:
    import pydicom
    from pydicom.pixels import apply_windowing

    data = dicom(RAMP, stored=12, WindowCenter=["900.5", "40"], WindowWidth=["1200", "80"], VOILUTFunction=function)
    theirs = apply_windowing(RAMP, pydicom.dcmread(io.BytesIO(data))) / 4095 * 255
    assert np.abs(grey(data).astype(float) - theirs).max() <= 0.5 + 1e-6


def test_monochrome1_is_inverted_and_padding_is_black() -> None:
    stored = RAMP.copy()
    stored[0, :5] = 63536 & 0xFFF
    plain, inverted = grey(dicom(stored, stored=12)), grey(dicom(stored, stored=12, kind="MONOCHROME1"))
    assert (inverted == 255 - plain).all()
    padded = grey(dicom(stored, stored=12, kind="MONOCHROME1", PixelPaddingValue=10, PixelPaddingRangeLimit=0))
    assert (padded[stored <= 10] == 0).all()
    assert (padded[stored > 10] == inverted[stored > 10]).all()


def test_bits_above_those_that_count_are_left_out_and_signs_kept() -> None:
    clean = np.array([[-2048, -1, 0, 1, 2047]], np.int16)
    dirty = (clean.view(np.uint16) & 0x0FFF | 0xA000).view(np.int16)
    assert (grey(dicom(dirty, stored=12)) == grey(dicom(clean, stored=12))).all()
    assert grey(dicom(clean, stored=12)).tolist() == [[0, 127, 128, 128, 255]]


def test_tables_of_meanings_and_of_shades() -> None:
    from pydicom.dataset import Dataset

    def table(values: list[int], bits: int) -> Dataset:
        item = Dataset()
        item.add_new(0x00283002, "US", [len(values), 0, bits])
        item.add_new(0x00283006, "US", values)
        return item

    stored = np.array([[0, 1, 2, 3]], np.uint16)
    meaning = [table([7, 5, 3, 1], 16)]
    shade = [table([0, 10, 20, 30, 40, 50, 60, 255], 8)]
    both = dicom(stored, stored=12, ModalityLUTSequence=meaning, VOILUTSequence=shade)
    assert grey(both).tolist() == [[255, 50, 30, 10]]
    assert levels(both) == "own"
    assert (grey(both, (4, 8)) == rounded(shades(np.array([[7, 5, 3, 1]]), (4, 8)))).all()


def test_a_file_of_many_frames_gives_its_first_with_its_own_window() -> None:
    from pydicom.dataset import Dataset

    voi, values, groups = Dataset(), Dataset(), Dataset()
    voi.WindowCenter, voi.WindowWidth = "40", "80"
    values.RescaleSlope, values.RescaleIntercept, values.RescaleType = "1", "-1024", "HU"
    groups.FrameVOILUTSequence, groups.PixelValueTransformationSequence = [voi], [values]
    frames = np.stack([slice_of(number) for number in range(3)])
    for where in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        data = dicom(frames, frames=3, **{where: [groups]})
        assert (grey(data) == rounded(shades(frames[0] - 1024.0, (40, 80)))).all()
        assert read_header(data).frames == 3


def test_colours_of_every_kind() -> None:
    from pydicom.pixels import convert_color_space

    y, x = np.mgrid[0:12, 0:10]
    rgb = np.stack([20 * y, 25 * x, 10 * (x + y)], axis=2).astype(np.uint8)
    assert (decode(dicom(rgb, kind="RGB"), channels=3) == rgb).all()
    assert (decode(dicom(rgb, kind="RGB"), channels=3, window=(40, 80)) == rgb).all()
    assert (decode(dicom(rgb, kind="RGB", rle=True), channels=3) == rgb).all()
    assert (grey(dicom(rgb, kind="RGB")) == np.asarray(Image.fromarray(rgb).convert("L"))).all()
    ybr = convert_color_space(rgb, "RGB", "YBR_FULL")
    assert np.abs(decode(dicom(ybr, kind="YBR_FULL"), channels=3).astype(int) - rgb).max() <= 3
    deep = rgb.astype(np.uint16) * 16 + 5
    assert (decode(dicom(deep, kind="RGB", stored=12), channels=3) == rgb).all()
    names = ("Red", "Green", "Blue")
    palette = {f"{name}PaletteColorLookupTableDescriptor": [256, 0, 16] for name in names}
    tables = [np.arange(256, dtype=np.uint16) * 257, np.full(256, 0x8000, np.uint16), np.zeros(256, np.uint16)]
    palette |= {f"{n}PaletteColorLookupTableData": t.tobytes() for n, t in zip(names, tables, strict=True)}  # type: ignore[misc]
    found = decode(dicom(y.astype(np.uint8), kind="PALETTE COLOR", **palette), channels=3)
    assert (found == np.stack([y, np.full_like(y, 128), 0 * y], axis=2)).all()


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_uncompressed_and_rle_give_the_same(syntax: str) -> None:
    more = {"RescaleIntercept": "-1024", "RescaleSlope": "1", "WindowCenter": "50", "WindowWidth": "400"}
    plain = grey(dicom(slice_of(1), syntax=syntax, **more))
    assert (plain == grey(dicom(slice_of(1), rle=True, **more))).all()
    assert (plain == rounded(shades(slice_of(1) - 1024.0, (50, 400)))).all()


def test_jpeg_and_jpeg_2000_are_decoded() -> None:
    y, x = np.mgrid[0:32, 0:40]
    picture = (3 * y + 2 * x).astype(np.uint8)
    for kind, syntax, off in (("JPEG", "1.2.840.10008.1.2.4.50", 4), ("JPEG2000", "1.2.840.10008.1.2.4.90", 0)):
        file = io.BytesIO()
        how: dict[str, Any] = {"no_jp2": True, "irreversible": False} if kind == "JPEG2000" else {"quality": 95}
        Image.fromarray(picture).save(file, kind, **how)
        found = grey(dicom(picture, syntax=syntax, encapsulated=file.getvalue()))
        assert np.abs(found.astype(int) - picture).max() <= off


# -- what cannot be used ----------------------------------------------------------------------------------------------


def test_a_compression_without_a_decoder_is_named_with_what_to_install() -> None:
    from pydicom.pixels import get_decoder
    from pydicom.uid import UID

    for syntax, packages in (("1.2.840.10008.1.2.4.70", "python-gdcm"), ("1.2.840.10008.1.2.4.80", "pyjpegls")):
        if get_decoder(UID(syntax)).is_available:
            pytest.skip(f"there is a decoder for {UID(syntax).name}")
        data = dicom(np.zeros((8, 8), np.uint8), syntax=syntax, encapsulated=b"\xff\xd8\xff\xd9")
        assert read_header(data).width == 8
        assert f"pip install {packages}" in reason(data)
        assert "JPEG" in reason(data)
    video = dicom(np.zeros((8, 8), np.uint8), syntax="1.2.840.10008.1.2.4.100", encapsulated=b"\0\0\1\xb3")
    assert "MPEG2" in reason(video)


def test_whatever_is_broken_is_a_bad_picture_and_says_nothing_of_the_patient(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert reason(without_picture()) == "DICOM file without a picture (a report, a plan or a directory)"
    whole = dicom(slice_of(2), WindowCenter="40", WindowWidth="80")
    assert reason(whole[:-100]) == "truncated"
    assert reason(dicom(slice_of(2), rle=True)[:-300]) in (
        "truncated",
        "DICOM compressed as RLE Lossless, whose pixels cannot be decoded",
    )
    for data in (
        dicom(slice_of(2), RescaleSlope="0"),
        dicom(slice_of(2), PhotometricInterpretation="CMYK"),
        dicom(slice_of(2), SamplesPerPixel=3),
        dicom(slice_of(2), BitsAllocated=12),
        dicom(slice_of(2), BitsStored=20),
        b"\0" * 128 + b"DICM",
        b"\0" * 128 + b"DICM" + bytes(range(256)),
    ):
        assert "DICOM" in reason(data)
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as said:
        for length in range(132, len(whole), 7):
            assert PATIENT not in reason(whole[:length])
    assert not [warning for warning in said if PATIENT in str(warning.message)]
    written = capfd.readouterr()
    assert PATIENT not in written.out + written.err + caplog.text


_FILE = None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(132, 10**6), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_damage_ends_in_another_error(changes: list[tuple[int, int]]) -> None:
    global _FILE
    _FILE = _FILE or dicom(slice_of(3), WindowCenter="40", WindowWidth="80", RescaleIntercept="-1024")
    damaged = bytearray(_FILE)
    for place, value in changes:
        damaged[132 + place % (len(damaged) - 132)] = value
    with contextlib.suppress(BadPicture):
        assert decode(bytes(damaged), channels=3, max_pixels=10**6).dtype == np.uint8


def test_without_pydicom_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = patients(tmp_path)
    monkeypatch.setattr(room, "_ready", lambda: False)
    assert "pip install 'miwake[medical]'" in reason(dicom(slice_of(0)))
    shape = Preprocessing(size=(8, 8), channels=1, mean=(0.5,), std=(0.5,))
    with pytest.raises(MissingExtra, match=r"pip install 'miwake\[medical\]'"):
        open_pictures(read_folder(root), shape, DataOptions())


# -- window in all rooms ----------------------------------------------------------------------------------------------


def patients(folder: Path, count: int = 12) -> Path:
    """CT slices of two classes: clear, and with a nodule that only the lung window shows."""
    root = folder / "ct"
    for number in range(2 * count):
        nodule, stored = number % 2, slice_of(number)
        if nodule:
            stored[8:16, 6:13] = 424
        file = root / ("nodule" if nodule else "clear") / f"IM{number:03}"
        file.parent.mkdir(parents=True, exist_ok=True)
        more = {"RescaleSlope": "1", "RescaleIntercept": "-1024", "WindowCenter": "50", "WindowWidth": "400"}
        file.write_bytes(dicom(stored, rle=number % 3 == 0, **more))
    return root


def test_stores_of_different_windows_are_different_and_agree_with_load(tmp_path: Path) -> None:
    dataset = read_folder(patients(tmp_path, 2))
    seen = []
    for window in (None, (-600.0, 1500.0), (40.0, 80.0)):
        shape = Preprocessing(size=(8, 8), channels=1, mean=(0.5,), std=(0.5,), window=window)
        assert Preprocessing.from_json(shape.to_json()) == shape
        store = open_store(shape)
        stored = fill(store, dataset, shape, DataOptions())
        pictures = np.empty((len(dataset), 8, 8, 1), np.uint8)
        store.read(stored.slots.tolist(), pictures)
        store.close()
        assert (pictures == [load(dataset.file(row), shape) for row in range(len(dataset))]).all()
        seen.append(pictures)
    assert (seen[0] != seen[1]).any()
    assert (seen[1] != seen[2]).any()


def test_another_window_than_the_models_is_refused(tmp_path: Path) -> None:
    dataset = read_folder(patients(tmp_path, 2))
    shape = Preprocessing(size=(8, 8), channels=1, mean=(0.5,), std=(0.5,), window=(40.0, 80.0))
    with pytest.raises(UsageError, match="through the window 40,80"):
        open_pictures(dataset, shape, DataOptions(window="lung"))
    pictures, _ = open_pictures(dataset, shape, DataOptions(window="brain"))
    assert pictures.window == (40.0, 80.0)


def test_check_says_what_is_seen(tmp_path: Path) -> None:
    root = patients(tmp_path, 3)
    (root / "clear" / "plain").write_bytes(dicom(RAMP, stored=12))
    deep = Image.fromarray(RAMP)
    deep.save(root / "nodule" / "deep.png")
    dataset = read_folder(root)
    said = " ".join(doctor.check(dataset, DataOptions()).sentences("en"))
    assert "6 DICOM files seen through their own windows" in said
    assert "1 DICOM file without a window" in said
    assert "1 picture with 16 bits a channel, of which the upper 8 are used" in said
    assert "deep.png; --window" in said
    asked = doctor.check(dataset, DataOptions(window="lung"))
    assert (asked.windowed, asked.own_window, asked.sixteen_bit) == (8, 0, 0)
    assert "8 pictures seen through the window lung" in " ".join(asked.sentences("en"))
    assert "ウィンドウ lung を通して見る画像が8枚" in " ".join(asked.sentences("ja"))


def test_training_and_predict_give_the_same_numbers_through_the_same_window(tmp_path: Path) -> None:
    import miwake as mw
    from miwake.prediction import Predictor

    root = patients(tmp_path, 16)
    run = mw.train(
        root,
        data_options=mw.DataOptions(window="lung"),
        model=mw.ModelOptions(model="small"),
        training=mw.Training(epochs=2, threads=1, precision="fp32"),
        out=tmp_path / "run",
    )
    predictor = Predictor.open(run.folder)
    assert predictor.header.preprocessing.window == (-600.0, 1500.0)
    import csv

    with (Path(run.folder) / "predictions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answers = list(predictor.predict([root / row["path"] for row in rows]))
    for row, answer in zip(rows, answers, strict=True):
        assert float(row["probability"]) == pytest.approx(answer.probability, abs=1e-6)  # type: ignore[union-attr]
    text = "".join(file.read_text("utf-8", "replace") for file in Path(run.folder).glob("*.[hjc]*"))
    assert PATIENT not in text
    assert "1970" not in (Path(run.folder) / "config.json").read_text("utf-8")
