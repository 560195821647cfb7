"""DICOM files as pictures: the header first, then the first frame (DICOM PS3.3, C.7.6.3, and PS3.5, A.4).

Only what the pixels need is read of a file: names, dates and numbers of patients are skipped where they stand, and
nothing that pydicom says of a file is passed on.
"""

from __future__ import annotations

import functools
import io
import logging
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from miwake.data.dicom_values import BROKEN, GREY, coloured, grey
from miwake.data.header import TRUNCATED, BadPicture, Header, too_large
from miwake.data.window import Levels, Window
from miwake.types import Note

if TYPE_CHECKING:
    from pydicom import Dataset

NO_READER = Note("bad.dicom.extra")
"""Why no DICOM file can be read where pydicom is not installed."""

_DEFLATED = "1.2.840.10008.1.2.1.99"
_BITS = (1, 8, 16, 32)
_COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
_TAGS = (
    *("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit"),
    *("WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence"),
    *("RescaleIntercept", "RescaleSlope", "ModalityLUTSequence"),
    *(f"{name}PaletteColorLookupTable{what}" for name in ("Red", "Green", "Blue") for what in ("Descriptor", "Data")),
    *(f"Segmented{name}PaletteColorLookupTableData" for name in ("Red", "Green", "Blue")),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
)
# decoders that pydicom takes, under licences that bind nobody's own code
_INSTALL = (("JPEG-LS", "pyjpegls"), ("High-Throughput", "pylibjpeg pylibjpeg-openjpeg"), ("JPEG", "python-gdcm"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _File:
    """A file whose header has been read."""

    header: Header
    dataset: Dataset
    """What the pixels need of it."""
    syntax: str
    """Transfer syntax: how the pixels lie."""
    start: int
    """Where the element of the pixels begins."""


def read_header(data: bytes | Path, max_pixels: int) -> Header:
    """A DICOM file's header; its pixels are not touched.

    Raises:
        BadPicture: no pydicom, no picture in the file, more than `max_pixels`, broken.
    """
    with _opened(data) as file:
        return _read(file, max_pixels).header


def decode(
    data: bytes, *, channels: int, window: Window | None, max_pixels: int
) -> tuple[NDArray[np.uint8], Header, Levels]:
    """The first frame of a DICOM file.

    Grey: stored values become what they mean (rescale slope and intercept, or the modality table); the window makes
    shades of them; MONOCHROME1 is inverted; padding is black.

    Args:
        data: the file's bytes.
        channels: 1 grey, 3 RGB.
        window: in place of the file's own; colour pictures have none.
        max_pixels: a picture with more is refused from its header.

    Returns:
        (H, W, channels), the header, and which values were shown.

    Raises:
        BadPicture: as `read_header`; also a compression for which there is no decoder.
    """
    with _opened(data) as file:
        found = _read(file, max_pixels)
        _decodable(found.syntax)
        if _encapsulated(found.syntax):
            _check_codestream(file, found)
        file.seek(0)
        values = _frame(file, found.syntax)
        header = found.header
        if values.shape[:2] != (header.height, header.width):
            raise BadPicture(BROKEN)
        levels: Levels = ""
        if found.dataset.PhotometricInterpretation in GREY:
            pixels, levels = grey(values, found.dataset, window)
            return np.repeat(pixels[:, :, None], channels, axis=2), header, levels
        rgb = coloured(values, found.dataset)
        return (rgb if channels == 3 else np.array(Image.fromarray(rgb).convert("L"))[:, :, None]), header, levels


@functools.cache
def _ready() -> bool:
    """Whether pydicom is installed; it is told once to keep to itself what it thinks of files."""
    if find_spec("pydicom") is None:
        return False
    # its remarks may quote a file
    warnings.filterwarnings("ignore", module=r"pydicom\b")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    return True


@contextmanager
def _opened(data: bytes | Path) -> Iterator[BinaryIO]:
    """The file; whatever goes wrong while it is open becomes a `BadPicture` that quotes nothing of it."""
    if not _ready():
        raise BadPicture(NO_READER)
    try:
        with io.BytesIO(data) if isinstance(data, bytes) else data.open("rb") as file:
            yield file
    except BadPicture:
        raise
    except MemoryError:
        raise BadPicture(Note("bad.memory")) from None
    except Exception as error:
        # a broken file may trip parsers in any way at all
        if isinstance(error, OSError) and error.errno is not None:
            raise BadPicture(Note("bad.system", {"said": error.strerror})) from None
        short = isinstance(error, EOFError) or any(
            word in str(error) for word in ("less than expected", "nexpected end", "EOF", "end of file")
        )
        raise BadPicture(TRUNCATED if short else BROKEN) from None


# -- header -----------------------------------------------------------------------------------------------------------


def _read(file: BinaryIO, max_pixels: int) -> _File:
    from pydicom.filereader import read_partial
    from pydicom.tag import Tag

    syntax = _transfer_syntax(file)
    if syntax == _DEFLATED:
        # it would be unpacked whole, to whatever size, before its header can be read
        raise BadPicture(Note("bad.dicom.unsupported", {"syntax": _named(syntax)}))
    file.seek(0)
    ends: list[int] = []

    def at_pixels(tag: Any, vr: str | None, length: int) -> bool:
        if int(tag) == 0x7FE00010:
            # tag, kind and length take 12 bytes, 8 without the kind; pixels in parts have no length
            ends.append(0 if length == 0xFFFFFFFF else (8 if vr is None else 12) + length)
        return int(tag) >= 0x7FE00008

    dataset = read_partial(file, stop_when=at_pixels, specific_tags=[Tag(name) for name in _TAGS])
    height, width = int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)
    if not height or not width:
        raise BadPicture(Note("bad.dicom.none") if not ends else BROKEN)
    if height * width > max_pixels:
        raise BadPicture(too_large(width, height, max_pixels))
    start = file.tell()
    if not ends or start + ends[0] > file.seek(0, io.SEEK_END):
        raise BadPicture(TRUNCATED)
    bits, stored = int(dataset.BitsAllocated), int(dataset.get("BitsStored") or dataset.BitsAllocated)
    kind, samples = str(dataset.PhotometricInterpretation), int(dataset.get("SamplesPerPixel") or 1)
    if kind not in (*GREY, *_COLOUR, "PALETTE COLOR") or samples != (3 if kind in _COLOUR else 1):
        raise BadPicture(Note("bad.dicom.kind"))
    if bits not in _BITS or not 1 <= stored <= bits:
        raise BadPicture(BROKEN)
    deep = "L" if stored <= 8 else "I;16" if stored <= 16 else "I"
    header = Header(
        format="DICOM",
        width=width,
        height=height,
        mode=deep if kind in GREY else "RGB" if kind in _COLOUR else "P",
        orientation=1,
        frames=max(1, int(dataset.get("NumberOfFrames") or 1)),
        bits=stored,
        alpha=False,
    )
    return _File(header=header, dataset=dataset, syntax=syntax, start=start)


def _transfer_syntax(file: BinaryIO) -> str:
    """From the file's meta information, which is always explicit and little-endian (PS3.10, 7.1)."""
    file.seek(132)
    meta, at, found = file.read(65536), 0, ""
    while meta[at : at + 2] == b"\2\0":
        element = int.from_bytes(meta[at + 2 : at + 4], "little")
        long = meta[at + 4 : at + 6] in (b"OB", b"OW", b"UN", b"UT", b"SQ", b"UC", b"UR")
        length, body = (
            struct.unpack_from("<I", meta, at + 8)[0] if long else struct.unpack_from("<H", meta, at + 6)[0],
            at + (12 if long else 8),
        )
        if element == 0x10:
            found = meta[body : body + length].decode("ascii", "replace").strip("\0 ")
        at = body + length
    if not re.fullmatch(r"[0-9.]{1,64}", found):
        raise BadPicture(BROKEN)
    return found


def _named(syntax: str) -> str:
    from pydicom.uid import UID

    return str(UID(syntax).name)


# -- compressed pixels ------------------------------------------------------------------------------------------------


def _encapsulated(syntax: str) -> bool:
    from pydicom.uid import UID

    return not UID(syntax).is_private and bool(UID(syntax).is_encapsulated)


def _decodable(syntax: str) -> None:
    from pydicom.pixels import get_decoder
    from pydicom.uid import UID

    name = _named(syntax)
    try:
        ready = get_decoder(UID(syntax)).is_available
    except NotImplementedError:
        raise BadPicture(Note("bad.dicom.unsupported", {"syntax": name})) from None
    if not ready:
        packages = next((packages for part, packages in _INSTALL if part in name), "python-gdcm")
        raise BadPicture(Note("bad.dicom.compressed", {"syntax": name, "packages": packages}))


def _check_codestream(file: BinaryIO, found: _File) -> None:
    """Refuse pixels whose own size is not that of the header, before a decoder would make room for them."""
    from pydicom.encaps import get_frame

    # tag, kind, two bytes of nothing, length
    file.seek(found.start + 12)
    stream = get_frame(file, 0, number_of_frames=found.header.frames)
    size = _codestream_size(stream)
    if size is not None and size != (found.header.height, found.header.width):
        raise BadPicture(BROKEN)


def _codestream_size(stream: bytes) -> tuple[int, int] | None:
    """Height and width that a JPEG, JPEG-LS or JPEG 2000 says itself; None where it is none of them."""
    if stream.startswith(b"\xff\x4f\xff\x51"):  # T.800, A.5.1
        right, bottom, left, top = struct.unpack_from(">4I", stream, 8)
        return bottom - top, right - left
    if not stream.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(stream) and stream[at] == 0xFF:  # T.81, B.2
        marker = stream[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            height, width = struct.unpack_from(">2H", stream, at + 5)
            return height, width
        else:
            at += 2 + int(struct.unpack_from(">H", stream, at + 2)[0])
    raise BadPicture(BROKEN)


def _frame(file: BinaryIO, syntax: str) -> NDArray[Any]:
    from pydicom.pixels import pixel_array

    try:
        # colour is RGB by now, except for a palette
        return np.asarray(pixel_array(file, index=0))
    except RuntimeError:
        if not _encapsulated(syntax):
            raise
        raise BadPicture(Note("bad.dicom.undecoded", {"syntax": _named(syntax)})) from None
