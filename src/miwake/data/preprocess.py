"""The one way from a picture file to what a network sees; training, prediction and every export share it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from miwake.data.decode import Raw, Size, decode_raw, upright
from miwake.data.header import MAX_PIXELS, BadPicture
from miwake.types import Interpolation, Note, Preprocessing

if TYPE_CHECKING:
    import scipy.sparse


def load(
    source: bytes | Path | NDArray[np.uint8], preprocessing: Preprocessing, *, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Decode a picture and fit it to the stored size.

    Args:
        source: a file's bytes, its path, or a decoded picture (H, W, C) or (H, W) uint8 that stands upright.
        preprocessing: what the network wants.
        max_pixels: a file with more is refused from its header.

    Returns:
        (stored height, stored width, channels) uint8.

    Raises:
        BadPicture: the source cannot be used; says why.
    """
    if isinstance(source, np.ndarray):
        return fit(with_channels(source, preprocessing.channels), preprocessing)
    return load_raw(read_bytes(source) if isinstance(source, Path) else source, preprocessing, max_pixels)[0]


def load_raw(data: bytes, preprocessing: Preprocessing, max_pixels: int = MAX_PIXELS) -> tuple[NDArray[np.uint8], Raw]:
    """As `load`, from a file's bytes, together with the picture as it was decoded."""
    if preprocessing.channels not in (1, 3):
        raise BadPicture(Note("bad.file_channels", {"channels": preprocessing.channels}))
    raw = decode_raw(
        data,
        channels=preprocessing.channels,
        enough=lambda height, width: whole_size((height, width), preprocessing),
        max_pixels=max_pixels,
        window=preprocessing.window,
    )
    whole = whole_size((raw.header.height, raw.header.width), preprocessing)
    scaled = resize(raw.pixels, whole[::-1] if raw.orientation >= 5 else whole, preprocessing.interpolation, raw.extent)
    return place(upright(scaled, raw.orientation), preprocessing), raw


def read_bytes(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        BadPicture: the file cannot be read; says why.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadPicture(Note("bad.system", {"said": error.strerror})) from None


def fit(picture: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """Bring an upright picture (H, W, C) uint8 to (stored height, stored width, C)."""
    height, width = picture.shape[:2]
    whole = whole_size((height, width), preprocessing)
    return place(resize(picture, whole, preprocessing.interpolation), preprocessing)


def with_channels(picture: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """A decoded picture (H, W, C) or (H, W) with so many channels: grey is repeated, RGB becomes its luma.

    Raises:
        BadPicture: the number of channels cannot become that one.
    """
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or 0 in picture.shape:
        raise BadPicture(Note("bad.array", {"dtype": str(picture.dtype), "shape": str(picture.shape)}))
    if picture.ndim == 2:
        picture = picture[:, :, None]
    found = picture.shape[2]
    if found == channels:
        return picture
    if found == 1:
        return picture.repeat(channels, axis=2)
    if found == 3 and channels == 1:
        # Pillow's weights (ITU-R BT.601), so that an array and its PNG agree
        weights = np.array([19595, 38470, 7471], np.uint32)
        return ((picture @ weights + 0x8000) >> 16).astype(np.uint8)[:, :, None]
    raise BadPicture(Note("bad.channels", {"found": found, "channels": channels}))


def whole_size(size: Size, preprocessing: Preprocessing) -> Size:
    """Height and width of the whole picture at the stored scale, before anything is cut off or added."""
    height, width = preprocessing.stored
    if preprocessing.fit == "squash":
        return height, width
    shares = height / size[0], width / size[1]
    if preprocessing.fit == "crop":
        scale = max(shares)
        return max(height, round(size[0] * scale)), max(width, round(size[1] * scale))
    scale = min(shares)
    return min(height, max(1, round(size[0] * scale))), min(width, max(1, round(size[1] * scale)))


def region(size: Size, preprocessing: Preprocessing) -> tuple[float, float, float, float]:
    """Top, left, bottom and right of what a network sees of a picture, as shares of the picture's height and width.

    A part of it where the centre is cut out; more than it, below 0 and above 1, where black is added.

    Args:
        size: height and width of the upright picture.
        preprocessing: how it is fitted.
    """
    sides = []
    for whole, stored, seen in zip(
        whole_size(size, preprocessing), preprocessing.stored, preprocessing.size, strict=True
    ):
        # as `place` and `centre` cut and fill
        offset = -((stored - whole) // 2) if preprocessing.fit == "pad" else (whole - stored) // 2
        start = offset + (stored - seen) // 2
        sides.append((start / whole, (start + seen) / whole))
    (top, bottom), (left, right) = sides
    return top, left, bottom, right


def place(picture: NDArray[np.uint8], preprocessing: Preprocessing, *, fill: int = 0) -> NDArray[np.uint8]:
    """Cut the centre of the stored size out of (H, W, C), or put it into the middle of black, or of `fill`."""
    height, width = preprocessing.stored
    if picture.shape[:2] == (height, width):
        return picture
    if preprocessing.fit == "pad":
        page = np.full((height, width, picture.shape[2]), fill, np.uint8)
        top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
        page[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        return page
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


# -- scaling --------------------------------------------------------------------------------------------------------


def resize(
    picture: NDArray[np.uint8],
    size: Size,
    interpolation: Interpolation,
    extent: tuple[float, float] | None = None,
) -> NDArray[np.uint8]:
    """Scale (h, w, C) uint8 to `size`, antialiased.

    Args:
        picture: (h, w, C).
        size: height and width of the result.
        interpolation: `area` is the mean over the area that a pixel of the result covers; `bilinear` and `bicubic`
            (Keys 1981, a = -0.5) are widened by the factor of reduction, as Pillow does.
        extent: height and width of the picture within the array, from its upper left corner; all of it where None.
    """
    extent = extent or picture.shape[:2]
    if picture.shape[:2] == size and tuple(extent) == size:
        return picture
    if interpolation == "area":
        return _area(picture, size, extent)
    kernel = (
        torch.ops.aten._upsample_bicubic2d_aa if interpolation == "bicubic" else torch.ops.aten._upsample_bilinear2d_aa
    )
    with torch.inference_mode():
        # the batch first: only so do the strides say channels-last, for which the kernel need not transpose
        planes = torch.from_numpy(np.require(picture, requirements=["C", "W"]))[None].permute(0, 3, 1, 2)
        scaled = kernel(planes, list(size), False, size[0] / extent[0], size[1] / extent[1])
        result: NDArray[np.uint8] = scaled[0].permute(1, 2, 0).contiguous().numpy()
    return result


def _area(picture: NDArray[np.uint8], size: Size, extent: tuple[float, float]) -> NDArray[np.uint8]:
    # a large picture would become four times as large: take whole numbers of pixels together first
    factors = [max(1, int(length / out / 8)) for length, out in zip(extent, size, strict=True)]
    if max(factors) > 1:
        planes = [Image.fromarray(plane).reduce((factors[1], factors[0])) for plane in picture.transpose(2, 0, 1)]
        picture = np.dstack([np.asarray(plane) for plane in planes])
        extent = extent[0] / factors[0], extent[1] / factors[1]
    height, width, channels = picture.shape
    rows = coverage(height, size[0], extent[0]) @ picture.reshape(height, width * channels).astype(np.float32)
    # the other way round, (width·C, size[0]): a plain transpose, since the channels stay where they are
    both = coverage(width, size[1], extent[1], channels) @ np.ascontiguousarray(rows.T)
    both += np.float32(0.5)
    return np.ascontiguousarray(both.astype(np.uint8).T).reshape(*size, channels)


@lru_cache(maxsize=256)
def coverage(length: int, out: int, extent: float, channels: int = 1) -> scipy.sparse.csr_array:
    """(out·C, length·C) shares of the `length` pixels, the last of them cut at `extent`, in each of `out` pixels."""
    import scipy.sparse

    edges = np.linspace(0.0, extent, out + 1)
    first = np.floor(edges[:-1]).astype(np.int64)
    most = int(np.ceil(extent / out)) + 1
    column = first[:, None] + np.arange(most)
    share = np.minimum(column + 1, edges[1:, None]) - np.maximum(column, edges[:-1, None])
    share[column >= length] = 0.0
    kept = share > 1e-9
    weights = np.where(kept, share, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    ends = np.concatenate([[0], kept.sum(axis=1).cumsum()])
    plane = scipy.sparse.csr_array((weights[kept].astype(np.float32), column[kept], ends), shape=(out, length))
    if channels == 1:
        return plane
    return scipy.sparse.csr_array(scipy.sparse.kron(plane, scipy.sparse.eye_array(channels, dtype=np.float32)))


# -- what the network sees ------------------------------------------------------------------------------------------


def centre(pictures: Tensor, preprocessing: Preprocessing) -> Tensor:
    """The centre (B, C, H, W) of `size` in pictures (B, C, Hs, Ws) of the stored size, as a view."""
    height, width = preprocessing.size
    top, left = (pictures.shape[-2] - height) // 2, (pictures.shape[-1] - width) // 2
    return pictures[..., top : top + height, left : left + width]


def normalise(pictures: Tensor, preprocessing: Preprocessing) -> Tensor:
    """(v/255 - mean) / std as float32, channels-last.

    Args:
        pictures: (B, C, H, W) uint8 or floating point with values in 0…255, on any device.
        preprocessing: gives mean and standard deviation for each channel.
    """
    scale, shift = _constants(preprocessing.mean, preprocessing.std, pictures.shape[3], pictures.device)
    # rows of W·C numbers: long enough to be vectorised, which C alone is not
    count, channels, height, width = pictures.shape
    rows = pictures.permute(0, 2, 3, 1).flatten(2).to(torch.float32)
    return torch.addcmul(shift, rows, scale).view(count, height, width, channels).permute(0, 3, 1, 2)


def normalise_(pictures: Tensor, preprocessing: Preprocessing) -> None:
    """`normalise`, in place: for float32 pictures (B, C, H, W) that lie channels-last in memory."""
    scale, shift = _constants(preprocessing.mean, preprocessing.std, pictures.shape[3], pictures.device)
    rows = pictures.permute(0, 2, 3, 1).flatten(2)
    torch.addcmul(shift, rows, scale, out=rows)


def network_input(pictures: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Stored pictures (B, C, Hs, Ws) uint8 to what the network sees, (B, C, H, W) float32."""
    return normalise(centre(pictures, preprocessing), preprocessing)


@lru_cache(maxsize=64)
def _constants(
    mean: tuple[float, ...], std: tuple[float, ...], width: int, device: torch.device
) -> tuple[Tensor, Tensor]:
    """(W·C) scale and shift; ordinary tensors even when first asked for in inference mode."""

    def row(values: Iterable[float]) -> Tensor:
        return torch.tensor(list(values), dtype=torch.float64).repeat(width).to(torch.float32).to(device)

    with torch.inference_mode(False):
        return row(1 / (255 * s) for s in std), row(-m / s for m, s in zip(mean, std, strict=True))
