"""What a picture file is: its format by its first bytes, whether that is on the list, and what its header says.

Files are hostile until proven otherwise: sizes are checked before anything is decoded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from miwake.errors import DataError
from miwake.look.words import told
from miwake.types import Note, Sentence

MAX_PIXELS = 200_000_000
"""Where nothing else is asked for, larger pictures are refused."""

# The plugins are called by themselves: `Image.open` guards against bombs by a limit that all users of Pillow in the
# process share, and names the frames of a stereo JPEG a format of its own.
_PLUGINS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "GIF": GifImagePlugin.GifImageFile,
}
FORMATS = (*_PLUGINS, "DICOM")

# name, offset, bytes; formats that are not on the list are named so that people know what they have
_MAGIC = (
    ("JPEG", 0, b"\xff\xd8\xff"),
    ("PNG", 0, b"\x89PNG\r\n\x1a\n"),
    ("WebP", 8, b"WEBP"),
    ("GIF", 0, b"GIF87a"),
    ("GIF", 0, b"GIF89a"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("TIFF", 0, b"II+\0"),
    ("TIFF", 0, b"MM\0+"),
    ("HEIC", 4, b"ftyphei"),
    ("HEIC", 4, b"ftyphev"),
    ("HEIC", 4, b"ftypmif1"),
    ("HEIC", 4, b"ftypmsf1"),
    ("AVIF", 4, b"ftypavi"),
    ("MP4 video", 4, b"ftyp"),
    ("JPEG 2000", 0, b"\0\0\0\x0cjP  "),
    ("JPEG 2000", 0, b"\xff\x4f\xff\x51"),
    ("JPEG XL", 0, b"\xff\x0a"),
    ("JPEG XL", 0, b"\0\0\0\x0cJXL "),
    ("PSD", 0, b"8BPS"),
    ("ICO", 0, b"\0\0\1\0"),
    ("DDS", 0, b"DDS "),
    ("OpenEXR", 0, b"v/1\1"),
    ("FITS", 0, b"SIMPLE  ="),
    ("DICOM", 128, b"DICM"),
    ("NumPy", 0, b"\x93NUMPY"),
    ("PDF", 0, b"%PDF"),
    ("PostScript", 0, b"%!PS"),
    ("ZIP", 0, b"PK\3\4"),
    ("gzip", 0, b"\x1f\x8b"),
    ("BMP", 0, b"BM"),
)

# what Pillow says where a file ends too early
_SHORT = ("runcated", "requires a buffer", "not enough data", "no more images", "No enough data")

TRUNCATED = Note("bad.truncated")

GREY_16 = ("I", "I;16", "I;16B", "I;16L", "I;16N")


class BadPicture(DataError):
    """A file that cannot be used as a picture.

    Args:
        reason: what is wrong in a few words, without the file's name.
    """

    def __init__(self, reason: Sentence) -> None:
        super().__init__(told(reason, "en"))
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        return (BadPicture, (self.reason,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a picture file says about itself."""

    format: str
    """One of `FORMATS`."""
    width: int
    """Pixels, once the picture stands upright."""
    height: int
    """Pixels, once the picture stands upright."""
    mode: str
    """Pillow's name of the pixels' layout: `L`, `RGB`, `P`, `I;16`, …"""
    orientation: int
    """EXIF orientation, 1 … 8; 1 is upright."""
    frames: int
    """Pictures in the file; the first is used."""
    bits: int
    """A channel's bits in the file."""
    alpha: bool
    """Whether parts of the picture are transparent; they are shown on white."""

    @property
    def grey(self) -> bool:
        """Whether the file holds no colour by its layout."""
        return self.mode in ("1", "L", "LA", "La", *GREY_16)


def read_header(data: bytes | Path, *, max_pixels: int = MAX_PIXELS) -> Header:
    """Read a picture's header without decoding it.

    Raises:
        BadPicture: empty, no picture, a format that is not on the list, more than `max_pixels`, broken.
    """
    if is_dicom(data):
        from miwake.data import dicom

        return dicom.read_header(data, max_pixels)
    with opened(data, max_pixels) as image:
        return header_of(image)


def is_dicom(data: bytes | Path) -> bool:
    """Whether this is a DICOM file, by what it begins with and not by its ending; it takes a way of its own."""
    if isinstance(data, bytes):
        return _format(data[:4096]) == "DICOM"
    try:
        with data.open("rb") as file:
            return _format(file.read(4096)) == "DICOM"
    except OSError:
        return False


def _format(start: bytes) -> str:
    return next((name for name, at, magic in _MAGIC if start.startswith(magic, at)), "")


@contextmanager
def opened(data: bytes | Path, max_pixels: int) -> Iterator[ImageFile.ImageFile]:
    """The picture with its header read; whatever goes wrong, here or while it is open, becomes a `BadPicture`."""
    try:
        with io.BytesIO(data) if isinstance(data, bytes) else data.open("rb") as file:
            yield _open(file, max_pixels)
    except (BadPicture, AssertionError):
        raise
    except MemoryError:
        raise BadPicture(Note("bad.memory")) from None
    except Image.DecompressionBombError:
        # the TIFF plugin asks again by itself
        raise BadPicture(Note("bad.pillow", {"limit": 2 * (Image.MAX_IMAGE_PIXELS or 0)})) from None
    except Exception as error:
        # a broken file may trip Pillow's parsers in any way at all
        if isinstance(error, OSError) and error.errno is not None:
            raise BadPicture(Note("bad.system", {"said": error.strerror})) from None
        said = str(error)
        short = any(words in said for words in _SHORT)
        raise BadPicture(TRUNCATED if short else Note("bad.broken", {"said": said})) from None


def _open(file: BinaryIO, max_pixels: int) -> ImageFile.ImageFile:
    start = file.read(4096)
    file.seek(0)
    if not start:
        raise BadPicture(Note("bad.empty"))
    name = _format(start)
    if name not in _PLUGINS:
        raise BadPicture(_stranger(name, start))
    if name == "WebP":
        # libwebp sets up its canvas when the file is opened, so that this must come before
        if file.seek(0, io.SEEK_END) < int.from_bytes(start[4:8], "little") + 8:
            raise BadPicture(TRUNCATED)
        file.seek(0)
        width, height = _webp_size(start)
        if width * height > max_pixels:
            raise BadPicture(too_large(width, height, max_pixels))
    image = _PLUGINS[name](file)
    if image.width * image.height > max_pixels:
        raise BadPicture(too_large(image.width, image.height, max_pixels))
    return image


def _stranger(name: str, start: bytes) -> Note:
    if name:
        return Note("bad.format", {"format": name, "known": FORMATS})
    if len(start) < 12:
        return Note("bad.short")
    # only a text's last character may be cut off by reading its beginning
    text = start.decode("utf-8", errors="ignore")
    if len(text.encode()) >= len(start) - 3 and all(letter.isprintable() or letter.isspace() for letter in text):
        return Note("bad.text")
    return Note("bad.none", {"known": FORMATS})


def too_large(width: int, height: int, limit: int) -> Note:
    """What is wrong with a picture of more pixels than are decoded."""
    return Note("bad.large", {"width": width, "height": height, "limit": limit})


def _webp_size(start: bytes) -> tuple[int, int]:
    """Width and height from a WebP's first chunk (RFC 9649, sections 2.5 to 2.7)."""
    chunk, body = start[12:16], start[20:30]
    if len(body) < 10:
        raise BadPicture(TRUNCATED)
    if chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if chunk == b"VP8L":
        packed = int.from_bytes(body[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def header_of(image: ImageFile.ImageFile) -> Header:
    """What an open picture says about itself."""
    # PNG's own getexif would decode the picture to look behind it
    tag: Any = Image.Image.getexif(image).get(274, 1)
    orientation = tag if isinstance(tag, int) and 1 <= tag <= 8 else 1
    name = next(name for name, kind in _PLUGINS.items() if isinstance(image, kind))
    width, height = image.size
    if orientation >= 5 and name != "TIFF":
        width, height = height, width
    return Header(
        format=name,
        width=width,
        height=height,
        mode=image.mode,
        orientation=orientation,
        frames=1 if name == "JPEG" else int(getattr(image, "n_frames", 1)),
        bits=_bits(image),
        alpha=image.has_transparency_data,
    )


def _bits(image: ImageFile.ImageFile) -> int:
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits: Any = image.tag_v2.get(258, 1)
        return max(bits) if isinstance(bits, tuple) else int(bits)
    if isinstance(image, PngImagePlugin.PngImageFile) and image.fp is not None:
        here = image.fp.tell()
        image.fp.seek(24)
        depth = image.fp.read(1)
        image.fp.seek(here)
        return depth[0] if depth else 8
    return 1 if image.mode == "1" else 16 if image.mode.startswith("I;16") else 8
