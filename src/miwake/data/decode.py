"""From a picture file's bytes to 8-bit pixels: what is on the list of formats, upright, grey or RGB.

JPEGs are decoded by libjpeg-turbo through simplejpeg, scaled down on the way where less is enough; everything else
by Pillow, and DICOM files by pydicom. Grey values of more than 8 bits may be seen through a window.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import (
    Image,
    JpegImagePlugin,
    TiffImagePlugin,
)

from miwake.data.header import (
    GREY_16,
    MAX_PIXELS,
    TRUNCATED,
    BadPicture,
    Header,
    header_of,
    is_dicom,
    opened,
    too_large,
)
from miwake.data.window import Levels, Window, shades, to_bytes
from miwake.types import Note

Size = tuple[int, int]
"""Height and width in pixels."""

_LARGE = 16_000_000
_one_large = threading.Lock()

# libjpeg's warnings after which the picture is still whole
_HARMLESS = ("extraneous bytes", "Invalid SOS", "Inconsistent progression", "Unknown Adobe")
_BROKEN = ("remature end", "bad Huffman", "instead of RST", "Corrupt JPEG", "bogus")

_CONVERTIBLE = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr")


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
    levels: Levels = ""
    """How more than 256 values became bytes."""

    def upright(self) -> NDArray[np.uint8]:
        """(H, W, C) pixels, turned upright."""
        return upright(self.pixels, self.orientation)


def decode(
    data: bytes,
    *,
    channels: int,
    at_least: Size | None = None,
    max_pixels: int = MAX_PIXELS,
    window: Window | None = None,
) -> NDArray[np.uint8]:
    """Decode a picture file and turn it upright.

    Args:
        data: the file's bytes.
        channels: 1 grey, 3 RGB.
        at_least: height and width that are enough: a JPEG is scaled down while decoding, by 2, 4 or 8, where the
            result is no smaller than this.
        max_pixels: a picture with more is refused from its header.
        window: centre and width of the grey values that are shown, in a DICOM file and in a grey picture of 16 bits.

    Returns:
        (H, W, channels). Transparent parts are shown on white; 16 bits become 8 through the window, or by division
        by 257 where there is none; a DICOM file has its own window.

    Raises:
        BadPicture: the file cannot be used; says why.
    """
    raw = decode_raw(
        data,
        channels=channels,
        enough=lambda height, width: at_least or (height, width),
        max_pixels=max_pixels,
        window=window,
    )
    return raw.upright()


def decode_raw(
    data: bytes,
    *,
    channels: int,
    enough: Callable[[int, int], Size],
    max_pixels: int,
    window: Window | None = None,
) -> Raw:
    """Decode as `decode` does, but leave the turning to the caller, to whom a smaller picture may be left to turn.

    Args:
        data: the file's bytes.
        channels: 1 grey, 3 RGB.
        enough: from the upright picture's height and width to those that are enough.
        max_pixels: a picture with more is refused from its header.
        window: of grey values, as in `decode`.
    """
    if channels not in (1, 3):
        raise ValueError(f"a picture file has 1 or 3 channels, not {channels}")
    if is_dicom(data):
        return _decode_dicom(data, channels, window, max_pixels)
    with opened(data, max_pixels) as image:
        if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in ("L", "RGB"):
            header = header_of(image)
            raw = _decode_jpeg(data, header, channels, enough(header.height, header.width))
            if raw is not None:
                return raw
        # or memory would grow with the number of threads that happen to hold a large one
        with _one_large if image.width * image.height > _LARGE else nullcontext():
            # a TIFF is turned upright by Pillow while it is loaded; a PNG may say only behind its pixels how it lies
            turned = header_of(image) if isinstance(image, TiffImagePlugin.TiffImageFile) else None
            image.load()
            header = turned or header_of(image)
            if header.width * header.height > max_pixels:
                raise BadPicture(too_large(header.width, header.height, max_pixels))
            pixels, levels = _eight_bits(image, channels, window)
    orientation = 1 if turned else header.orientation
    if not levels and header.bits == 16:
        levels = "high"
    return Raw(
        pixels=pixels, extent=pixels.shape[:2], orientation=orientation, header=header, kind="full", levels=levels
    )


def _decode_dicom(data: bytes, channels: int, window: Window | None, max_pixels: int) -> Raw:
    from miwake.data import dicom

    header = dicom.read_header(data, max_pixels)
    with _one_large if header.width * header.height > _LARGE else nullcontext():
        pixels, header, levels = dicom.decode(data, channels=channels, window=window, max_pixels=max_pixels)
    return Raw(pixels=pixels, extent=pixels.shape[:2], orientation=1, header=header, kind="full", levels=levels)


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
            raise BadPicture(TRUNCATED) from None
        if any(words in said for words in _BROKEN):
            raise BadPicture(Note("bad.broken", {"said": said})) from None
        return None


# -- Pillow ---------------------------------------------------------------------------------------------------------


def _eight_bits(image: Image.Image, channels: int, window: Window | None) -> tuple[NDArray[np.uint8], Levels]:
    """(H, W, channels) of a loaded picture, and whether that is the part of its values in the window."""
    levels: Levels = ""
    if image.mode in GREY_16 and window is not None:
        levels, asked = "asked", window
        image = Image.fromarray(to_bytes(np.asarray(image), lambda values: shades(values, asked)))
    elif image.mode in GREY_16:
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
    pixels = np.array(image.convert("L" if channels == 1 else "RGB"))
    return pixels.reshape(image.height, image.width, channels), levels
