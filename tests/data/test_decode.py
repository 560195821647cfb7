from __future__ import annotations

import contextlib
import io
import pickle
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from miwake.data.decode import decode, decode_raw
from miwake.data.header import BadPicture, read_header
from miwake.errors import DataError
from miwake.look.words import told
from miwake.types import Note


def scene(height: int = 40, width: int = 60, channels: int = 3) -> NDArray[np.uint8]:
    """Smooth, so that JPEG keeps it; different in each corner, so that turns show."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    planes = [200 * y / height + 30, 200 * x / width + 20, 120 + 80 * np.sin(x / 9) * np.cos(y / 7)]
    return np.stack(planes[:channels], axis=2).round().astype(np.uint8)


def encode(picture: Image.Image | NDArray[Any], format: str, **options: Any) -> bytes:
    if not isinstance(picture, Image.Image):
        picture = Image.fromarray(picture[:, :, 0] if picture.shape[2:] == (1,) else picture)
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


LOSSLESS = {
    "PNG": {},
    "WebP": {"lossless": True},
    "BMP": {},
    "TIFF": {},
}


def every_format() -> dict[str, bytes]:
    image = Image.fromarray(scene())
    few = image.quantize(16)
    return {
        "jpeg": encode(image, "JPEG"),
        "progressive": encode(image, "JPEG", progressive=True),
        "cmyk": encode(image.convert("CMYK"), "JPEG"),
        "png": encode(image, "PNG"),
        "png palette": encode(few, "PNG"),
        "webp": encode(image, "WebP"),
        "webp lossless": encode(image, "WebP", lossless=True),
        "bmp": encode(image, "BMP"),
        "bmp palette": encode(few, "BMP"),
        "tiff": encode(image, "TIFF"),
        "tiff lzw": encode(image, "TIFF", compression="tiff_lzw"),
        "gif": encode(few, "GIF"),
        "gif animated": encode(few, "GIF", save_all=True, append_images=[few.rotate(90)]),
    }


EVERY = every_format()


@pytest.mark.parametrize("name", LOSSLESS)
@pytest.mark.parametrize("channels", [1, 3])
def test_lossless_formats_come_back_exactly(name: str, channels: int) -> None:
    picture = scene(channels=channels)
    data = encode(picture, name, **LOSSLESS[name])
    assert np.array_equal(decode(data, channels=channels), picture)
    header = read_header(data)
    assert (header.format, header.width, header.height, header.orientation) == (name, 60, 40, 1)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"quality": 30}])
def test_jpeg_is_as_pillow_decodes_it(options: dict[str, Any]) -> None:
    data = encode(scene(), "JPEG", **options)
    assert np.array_equal(decode(data, channels=3), np.asarray(Image.open(io.BytesIO(data))))


def test_grey_and_colour_become_each_other() -> None:
    grey, colour = scene(channels=1), scene()
    assert np.array_equal(decode(encode(grey, "PNG"), channels=3), grey.repeat(3, axis=2))
    luma = np.asarray(Image.fromarray(colour).convert("L"))[:, :, None]
    assert np.array_equal(decode(encode(colour, "PNG"), channels=1), luma)
    jpeg = decode(encode(colour, "JPEG", quality=95), channels=1)
    assert np.abs(jpeg.astype(int) - luma).max() <= 6
    assert decode(encode(grey, "JPEG"), channels=3).shape == (40, 60, 3)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright_once(name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    data = encode(scene(), name, exif=exif, **LOSSLESS.get(name, {"quality": 95}))
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        expected = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(decode(data, channels=3), expected)
    assert expected.shape[:2] == ((60, 40) if orientation >= 5 else (40, 60))
    header = read_header(data)
    assert (header.height, header.width, header.orientation) == (*expected.shape[:2], orientation)
    raw = decode_raw(data, channels=3, enough=lambda height, width: (height, width), max_pixels=10**6)
    assert (raw.header.height, raw.header.width, raw.header.orientation) == (*expected.shape[:2], orientation)


def test_an_orientation_behind_the_pixels_of_a_png_counts() -> None:
    exif = Image.Exif()
    exif[274] = 6
    data = encode(scene(), "PNG", exif=exif)
    start = data.index(b"eXIf") - 4
    length = struct.unpack(">I", data[start : start + 4])[0] + 12
    end = data.index(b"IEND") - 4
    moved = data[:start] + data[start + length : end] + data[start : start + length] + data[end:]
    assert np.array_equal(decode(moved, channels=3), np.rot90(scene(), -1))


def test_an_orientation_that_does_not_exist_is_upright() -> None:
    exif = Image.Exif()
    exif[274] = 77
    assert np.array_equal(decode(encode(scene(), "PNG", exif=exif), channels=3), scene())


@given(
    height=st.integers(1, 200),
    width=st.integers(1, 200),
    rows=st.integers(1, 220),
    columns=st.integers(1, 220),
    orientation=st.integers(1, 8),
    channels=st.sampled_from([1, 3]),
)
@settings(max_examples=60, deadline=None)
def test_a_scaled_jpeg_is_never_smaller_than_asked(
    height: int, width: int, rows: int, columns: int, orientation: int, channels: int
) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    data = encode(np.zeros((height, width, 3), np.uint8), "JPEG", exif=exif)
    whole = (width, height) if orientation >= 5 else (height, width)
    found = decode(data, channels=channels, at_least=(rows, columns)).shape
    assert found[2] == channels
    for got, asked, native in zip(found, (rows, columns), whole, strict=False):
        assert min(asked, native) <= got <= native
    assert found[:2] in [(-(-whole[0] * n // 8), -(-whole[1] * n // 8)) for n in (1, 2, 4, 8)]


def test_a_large_jpeg_is_scaled_while_decoding() -> None:
    data = encode(scene(800, 1200), "JPEG", quality=95)
    small = decode(data, channels=3, at_least=(100, 100))
    assert small.shape == (100, 150, 3)
    means = scene(800, 1200).reshape(100, 8, 150, 8, 3).mean(axis=(1, 3))
    assert np.abs(small - means).mean() < 1.5


@pytest.mark.parametrize(("name", "mode"), [("PNG", "I;16"), ("TIFF", "I;16"), ("TIFF", "I;16B"), ("TIFF", "I")])
def test_sixteen_bits_become_eight_by_division_by_257(name: str, mode: str) -> None:
    values = np.array([[0, 1, 128, 129, 257, 32768, 65406, 65535]])
    kind = {"I;16": "<u2", "I;16B": ">u2", "I": "<i4"}[mode]
    data = encode(Image.frombytes(mode, (8, 1), values.astype(kind).tobytes()), name)
    expected = np.round(values / 257).astype(np.uint8)[:, :, None]
    assert np.array_equal(decode(data, channels=1), expected)
    assert np.array_equal(decode(data, channels=3), expected.repeat(3, axis=2))
    assert read_header(data).grey
    assert read_header(data).bits == (32 if (mode, name) == ("I", "TIFF") else 16)


def test_numbers_beyond_sixteen_bits_and_fractions_are_refused() -> None:
    for values, mode in ((np.array([[70_000]], np.int32), "I"), (np.array([[-1]], np.int32), "I")):
        with pytest.raises(BadPicture, match="beyond 16 bits"):
            decode(encode(Image.fromarray(values, mode), "TIFF"), channels=1)
    with pytest.raises(BadPicture, match="mode F"):
        decode(encode(Image.fromarray(np.ones((2, 2), np.float32)), "TIFF"), channels=1)


def test_transparent_parts_are_shown_on_white() -> None:
    colour = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 128]]], np.uint8)
    expected = [[[10, 20, 30], [255, 255, 255], [127, 127, 127]]]
    data = encode(colour, "PNG")
    assert decode(data, channels=3).tolist() == expected
    assert read_header(data).alpha
    grey = np.array([[[50, 255], [50, 0]]], np.uint8)
    assert decode(encode(Image.fromarray(grey, "LA"), "PNG"), channels=1).tolist() == [[[50], [255]]]
    palette = Image.new("P", (2, 1))
    palette.putpalette([9, 9, 9, 90, 80, 70])
    palette.putpixel((1, 0), 1)
    for name in ("PNG", "GIF"):
        found = decode(encode(palette, name, transparency=0), channels=3)
        assert found.tolist() == [[[255, 255, 255], [90, 80, 70]]], name
    named = encode(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8), "PNG", transparency=(1, 2, 3))
    assert decode(named, channels=3).tolist() == [[[255, 255, 255], [4, 5, 6]]]


def test_cmyk_and_one_bit() -> None:
    image = Image.fromarray(scene())
    found = decode(encode(image.convert("CMYK"), "JPEG", quality=95), channels=3)
    assert np.abs(found.astype(int) - scene()).mean() < 2
    one = Image.fromarray(np.array([[True, False]]))
    for name in ("PNG", "TIFF", "BMP"):
        data = encode(one, name)
        assert decode(data, channels=3).tolist() == [[[255] * 3, [0] * 3]]
        assert read_header(data).bits == 1


def test_the_first_frame_is_used() -> None:
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "blue")]
    for name in ("GIF", "WebP", "TIFF", "PNG"):
        data = encode(frames[0], name, save_all=True, append_images=frames[1:])
        assert decode(data, channels=3)[0, 0, 0] > 200, name
        assert read_header(data).frames == 2, name


@pytest.mark.parametrize("name", EVERY)
@given(share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=10, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_file_that_was_cut_is_whole_or_refused(name: str, share: float) -> None:
    data = EVERY[name]
    with contextlib.suppress(BadPicture):
        assert np.array_equal(decode(data[: int(len(data) * share)], channels=3), decode(data, channels=3))


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_half_a_file_is_refused(name: str) -> None:
    # half of an animation may well hold the whole first frame
    data = EVERY["gif" if name == "gif animated" else name]
    with pytest.raises(BadPicture):
        decode(data[: len(data) // 2], channels=3)


def test_a_jpeg_that_is_cut_is_refused_also_when_scaled() -> None:
    data = encode(scene(400, 600), "JPEG")
    for cut in (len(data) // 2, len(data) - 40, len(data) - 2):
        for at_least in (None, (50, 50)):
            with pytest.raises(BadPicture, match=r"^truncated$"):
                decode(data[:cut], channels=3, at_least=at_least)


@pytest.mark.parametrize("name", EVERY)
@given(changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_a_broken_file_gives_a_picture_or_a_reason(name: str, changes: list[tuple[float, int]]) -> None:
    data = bytearray(EVERY[name])
    for place, value in changes:
        data[int(place * len(data))] = value
    for read in (lambda d: decode(d, channels=1, at_least=(9, 9), max_pixels=10**6), read_header):
        with contextlib.suppress(BadPicture):
            read(bytes(data))


def test_bytes_that_libjpeg_skips_do_no_harm() -> None:
    data = encode(scene(), "JPEG")
    scan = data.index(b"\xff\xda")
    table = data.index(b"\xff\xdb")
    assert table < scan
    odd = data[:table] + b"\0\0\0" + data[table:]
    assert np.array_equal(decode(odd, channels=3), decode(data, channels=3))


def _png(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def _webp(width: int, height: int) -> bytes:
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _jpeg(width: int, height: int) -> bytes:
    data = encode(scene(), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def _bmp(width: int, height: int) -> bytes:
    data = encode(scene(), "BMP")
    return data[:18] + struct.pack("<ii", width, height) + data[26:]


def _gif(width: int, height: int) -> bytes:
    data = encode(scene(channels=1), "GIF")
    return data[:6] + struct.pack("<HH", width, height) + data[10:]


def _webp_plain(lossless: bool) -> bytes:
    return encode(scene(50, 60), "WebP", lossless=lossless)


@pytest.mark.parametrize("make", [_png, _webp, _jpeg, _bmp, _gif])
def test_a_bomb_is_refused_from_its_header(make: Any) -> None:
    data = make(50_000, 50_000)
    for read in (lambda: read_header(data), lambda: decode(data, channels=3, at_least=(8, 8))):
        with pytest.raises(BadPicture, match="50,000 × 50,000 pixels is over the limit of 200,000,000"):
            read()


@pytest.mark.parametrize("lossless", [True, False])
def test_the_limit_counts_pixels(lossless: bool) -> None:
    for data in (_webp_plain(lossless), encode(scene(50, 60), "TIFF"), encode(scene(50, 60), "JPEG")):
        assert decode(data, channels=3, max_pixels=3000).shape == (50, 60, 3)
        with pytest.raises(BadPicture, match="60 × 50 pixels is over the limit of 2,999"):
            decode(data, channels=3, max_pixels=2999)


def test_pictures_between_pillows_limit_and_ours_are_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for name in ("PNG", "BMP", "JPEG"):
        assert decode(encode(scene(), name), channels=3).shape == (40, 60, 3)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        ("Liebe Grüße, this is no picture\n".encode(), "not a picture (text)"),
        (b"x", "not a picture (too short)"),
        (bytes(range(200)), "not a picture (none of JPEG, PNG, WebP, BMP, TIFF, GIF, DICOM)"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "format HEIC is not on the list (JPEG, PNG, WebP, BMP, TIFF, GIF, DICOM)"),
        (b"%PDF-1.7 ...........", "format PDF is not on the list (JPEG, PNG, WebP, BMP, TIFF, GIF, DICOM)"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, reason: str, tmp_path: Path, in_both: Any) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(BadPicture) as caught:
            read_header(source)
        assert told(caught.value.reason) == caught.value.found == reason
        in_both([caught.value.reason])


def test_formats_that_pillow_could_read_are_refused_if_not_on_the_list() -> None:
    for name in ("PSD", "ICO", "PDF", "EPS", "TGA", "PPM", "JPEG2000"):
        try:
            data = encode(scene(), name)
        except (KeyError, OSError):
            continue
        with pytest.raises(BadPicture, match=r"not on the list|not a picture"):
            decode(data, channels=3)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match="cannot be read: No such file"):
        read_header(tmp_path / "gone.png")


def test_the_error_is_bad_data_and_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(BadPicture(Note("bad.truncated"))))
    assert isinstance(error, BadPicture)
    assert isinstance(error, DataError)
    assert (error.reason, error.found, error.exit_code) == (Note("bad.truncated"), "truncated", 3)


def test_shared_photographs_are_as_pillow_sees_them(shared_data: Path) -> None:
    count = 0
    for path in sorted((shared_data / "photos").rglob("*")):
        if path.suffix not in (".png", ".jpg"):
            continue
        with Image.open(path) as image:
            if image.has_transparency_data or image.mode.startswith("I"):
                continue
            expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        assert np.array_equal(decode(path.read_bytes(), channels=3), expected), path
        count += 1
    assert count > 10
