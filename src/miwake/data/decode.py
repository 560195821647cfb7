"""From a picture file's bytes to 8-bit pixels: what is on the list of formats, upright, grey or RGB.

JPEGs are decoded by libjpeg-turbo through simplejpeg, scaled down on the way where less is enough; everything else
by Pillow. Files are hostile until proven otherwise: sizes are checked before anything is decoded.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import simplejpeg
from numpy.typing import NDArray
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

Size = tuple[int, int]
"""Height and width in pixels."""

MAX_PIXELS = 200_000_000
"""Where nothing else is asked for, larger pictures are refused."""

_LARGE = 16_000_000
_one_large = threading.Lock()

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
FORMATS = tuple(_PLUGINS)

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

# libjpeg's warnings after which the picture is still whole
_HARMLESS = ("extraneous bytes", "Invalid SOS", "Inconsistent progression", "Unknown Adobe")
_BROKEN = ("remature end", "bad Huffman", "instead of RST", "Corrupt JPEG", "bogus")

# what Pillow says where a file ends too early
_SHORT = ("runcated", "requires a buffer", "not enough data", "no more images", "No enough data")

_TRUNCATED = Note("bad.truncated")

_GREY_16 = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_CONVERTIBLE = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr")


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
        return self.mode in ("1", "L", "LA", "La", *_GREY_16)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raw:
    """A decoded picture that lies as the sensor read it."""

    pixels: NDArray[np.uint8]
    """(h, w, C), not yet upright."""
    extent: tuple[float, float]
    """Height and width of the picture within `pixels`. A scaled JPEG's last row and column may stick out by part of
    a pixel, since its size need not divide."""
    orientation: int
    """What is still to be turned."""
    header: Header
    kind: str
    """Pictures with equal pixels give equal `pixels` if they are of one kind: `full`, or how a JPEG was scaled."""

    def upright(self) -> NDArray[np.uint8]:
        """(H, W, C) pixels, turned upright."""
        return upright(self.pixels, self.orientation)


def read_header(data: bytes | Path, *, max_pixels: int = MAX_PIXELS) -> Header:
    """Read a picture's header without decoding it.

    Raises:
        BadPicture: empty, no picture, a format that is not on the list, more than `max_pixels`, broken.
    """
    with _opened(data, max_pixels) as image:
        return _header(image)


def decode(
    data: bytes, *, channels: int, at_least: Size | None = None, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Decode a picture file and turn it upright.

    Args:
        data: the file's bytes.
        channels: 1 grey, 3 RGB.
        at_least: height and width that are enough: a JPEG is scaled down while decoding, by 2, 4 or 8, where the
            result is no smaller than this.
        max_pixels: a picture with more is refused from its header.

    Returns:
        (H, W, channels). Transparent parts are shown on white; 16 bits become 8 by division by 257.

    Raises:
        BadPicture: the file cannot be used; says why.
    """
    raw = decode_raw(
        data, channels=channels, enough=lambda height, width: at_least or (height, width), max_pixels=max_pixels
    )
    return raw.upright()


def decode_raw(data: bytes, *, channels: int, enough: Callable[[int, int], Size], max_pixels: int) -> Raw:
    """Decode as `decode` does, but leave the turning to the caller, to whom a smaller picture may be left to turn.

    Args:
        data: the file's bytes.
        channels: 1 grey, 3 RGB.
        enough: from the upright picture's height and width to those that are enough.
        max_pixels: a picture with more is refused from its header.
    """
    if channels not in (1, 3):
        raise ValueError(f"a picture file has 1 or 3 channels, not {channels}")
    with _opened(data, max_pixels) as image:
        if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in ("L", "RGB"):
            header = _header(image)
            raw = _decode_jpeg(data, header, channels, enough(header.height, header.width))
            if raw is not None:
                return raw
        # or memory would grow with the number of threads that happen to hold a large one
        with _one_large if image.width * image.height > _LARGE else nullcontext():
            # a TIFF is turned upright by Pillow while it is loaded; a PNG may say only behind its pixels how it lies
            turned = _header(image) if isinstance(image, TiffImagePlugin.TiffImageFile) else None
            image.load()
            header = turned or _header(image)
            if header.width * header.height > max_pixels:
                raise BadPicture(too_large(header.width, header.height, max_pixels))
            pixels = _eight_bits(image, channels)
    orientation = 1 if turned else header.orientation
    return Raw(pixels=pixels, extent=pixels.shape[:2], orientation=orientation, header=header, kind="full")


def upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn and mirror (H, W, C) by an EXIF orientation (JEITA CP-3451, tag 274) so that it stands upright."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


# -- JPEG -----------------------------------------------------------------------------------------------------------


def _decode_jpeg(data: bytes, header: Header, channels: int, at_least: Size) -> Raw | None:
    """Decode with simplejpeg; None where Pillow should try."""
    turned = header.orientation >= 5
    height, width = (header.width, header.height) if turned else (header.height, header.width)
    rows, columns = at_least[::-1] if turned else at_least
    # of libjpeg's sixteen factors these are vectorised; 5/8 takes longer than the whole picture
    eighths = next((n for n in (1, 2, 4) if height * n >= rows * 8 and width * n >= columns * 8), 8)
    least = (-(-height * eighths // 8), -(-width * eighths // 8)) if eighths < 8 else (0, 0)
    pixels = _turbo(data, "GRAY" if channels == 1 else "RGB", least)
    if pixels is None:
        return None
    kind = "full"
    if eighths < 8 or (channels == 1 and not header.grey):
        # the luma of a JPEG is read as it is, which may differ by one from that computed from its RGB
        kind = f"jpeg {eighths}/8 {'luma' if channels == 1 else 'RGB'}"
    return Raw(
        pixels=pixels,
        extent=(height * eighths / 8, width * eighths / 8),
        orientation=header.orientation,
        header=header,
        kind=kind,
    )


def _turbo(data: bytes, space: str, least: Size) -> NDArray[np.uint8] | None:
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, space, fastdct=False, fastupsample=False, min_height=least[0], min_width=least[1], strict=True
        )
        return pixels
    except ValueError as error:
        said = str(error)
        if any(words in said for words in _HARMLESS):
            return None
        if "remature end" in said:
            raise BadPicture(_TRUNCATED) from None
        if any(words in said for words in _BROKEN):
            raise BadPicture(Note("bad.broken", {"said": said})) from None
        return None


# -- Pillow ---------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(data: bytes | Path, max_pixels: int) -> Iterator[ImageFile.ImageFile]:
    """The picture with its header read; whatever goes wrong inside becomes a `BadPicture`."""
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
        raise BadPicture(_TRUNCATED if short else Note("bad.broken", {"said": said})) from None


def _open(file: BinaryIO, max_pixels: int) -> ImageFile.ImageFile:
    start = file.read(4096)
    file.seek(0)
    if not start:
        raise BadPicture(Note("bad.empty"))
    name = next((name for name, at, magic in _MAGIC if start.startswith(magic, at)), "")
    if name not in _PLUGINS:
        raise BadPicture(_stranger(name, start))
    if name == "WebP":
        # libwebp sets up its canvas when the file is opened, so that this must come before
        if file.seek(0, io.SEEK_END) < int.from_bytes(start[4:8], "little") + 8:
            raise BadPicture(_TRUNCATED)
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
        raise BadPicture(_TRUNCATED)
    if chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if chunk == b"VP8L":
        packed = int.from_bytes(body[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _header(image: ImageFile.ImageFile) -> Header:
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


def _eight_bits(image: Image.Image, channels: int) -> NDArray[np.uint8]:
    """(H, W, channels) of a loaded picture."""
    if image.mode in _GREY_16:
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > 65535:
            low, high = int(values.min()), int(values.max())
            raise BadPicture(Note("bad.deep", {"mode": image.mode, "low": low, "high": high}))
        image = Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if image.mode not in _CONVERTIBLE:
        raise BadPicture(Note("bad.mode", {"mode": image.mode}))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        page = Image.new("RGB", image.size, "white")
        page.paste(image, mask=image.getchannel("A"))
        image = page
    if image.mode not in ("1", "L"):
        # to grey by way of RGB, so that one colour gives one grey however it was written
        image = image.convert("RGB")
    return np.array(image.convert("L" if channels == 1 else "RGB")).reshape(image.height, image.width, channels)
