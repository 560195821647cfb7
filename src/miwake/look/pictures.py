"""Pictures as data URIs: thumbnails, and the filters of a first layer."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from miwake.look.text import Language
from miwake.look.words import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOSSLESS = 48
"""Up to this side a picture is kept pixel by pixel, and shown with square pixels."""
_PLANES = 9
"""More planes than these are not told apart at a glance; the first are shown."""
MOST = 96
"""Filters of a layer that a page shows at most."""


@dataclass(frozen=True, kw_only=True)
class Thumbnail:
    """A picture for a page."""

    uri: str
    width: int
    height: int
    """In pixels of the thumbnail."""
    pixelated: bool
    """So small that it is shown with square pixels."""
    alt: str = ""
    """The text that stands for it; empty where a text beside it does."""
    views: int = 1
    """Views that stand side by side in it."""


def visible(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Any (H, W, C) picture as grey (H, W) or RGB (H, W, 3).

    Nine channels are three RGB views, which stand side by side; other numbers of channels are grey planes, which do
    too, up to nine of them.
    """
    if picture.ndim == 2:
        return picture
    height, width, channels = picture.shape
    if channels == 1:
        return picture[:, :, 0]
    if channels % 3 == 0:
        views = picture.reshape(height, width, channels // 3, 3)[:, :, : _PLANES // 3]
        return np.concatenate([views[:, :, view] for view in range(views.shape[2])], axis=1)
    return np.concatenate([picture[:, :, plane] for plane in range(min(channels, _PLANES))], axis=1)


def thumbnail(picture: NDArray[np.uint8], side: int, alt: str = "") -> Thumbnail:
    """A picture scaled down to fit `side` × `side` pixels, as a data URI; small ones stay as they are.

    Args:
        picture: uint8, (H, W) or (H, W, C) for any number of channels, see `visible`.
        side: in pixels; a row of several views may be as many times wider.
        alt: the text that stands for it.
    """
    shown = visible(picture)
    views = max(1, shown.shape[1] // max(1, picture.shape[1]))
    image = Image.fromarray(np.ascontiguousarray(shown))
    scale = min(1.0, side * views / image.width, side / image.height)
    if scale < 1:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    small = image.height <= _LOSSLESS and image.width <= _LOSSLESS * views
    data = io.BytesIO()
    if small:
        image.save(data, "PNG", optimize=True)
    else:
        image.save(data, "JPEG", quality=86, optimize=True)
    kind = "png" if small else "jpeg"
    return Thumbnail(
        uri=f"data:image/{kind};base64,{base64.b64encode(data.getvalue()).decode('ascii')}",
        width=image.width,
        height=image.height,
        pixelated=small,
        alt=alt,
        views=views,
    )


def filter_pictures(filters: NDArray[Any]) -> list[NDArray[np.uint8]]:
    """Filters of a first layer as pictures: mid-grey is zero, each filter scaled to its own largest weight.

    Args:
        filters: float, (F, C, h, w).

    Returns:
        F pictures, uint8 (h, w, C).
    """
    weights = np.nan_to_num(np.asarray(filters, dtype=np.float32))
    largest = np.abs(weights).max(axis=(1, 2, 3), keepdims=True, initial=0)
    scaled = 127.5 + 127.5 * weights / np.maximum(largest, 1e-12)
    return list(np.rint(scaled).astype(np.uint8).transpose(0, 2, 3, 1))


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Small pictures of a layer's weights."""

    title: str = ""
    """Empty for a first layer that stands alone."""
    columns: list[tuple[Thumbnail, ...]]
    """Pictures that stand one above the other."""
    alt: str
    sentences: list[str]


def filters(weights: NDArray[Any] | None, language: Language) -> Filters | None:
    """The first layer's filters as a page shows them; None where there are none.

    Args:
        weights: float, (F, C, h, w).
        language: of the sentences.
    """
    if weights is None or not len(weights):
        return None
    total, _, height, width = weights.shape
    shown = min(total, MOST)
    sentence = words("report.filters.sentence", language, n=f"{total:,}", height=height, width=width)
    return Filters(
        columns=columns(weights[:shown], 64),
        alt=words("report.filters.alt", language, n=shown),
        sentences=[sentence, *some(shown, total, language)],
    )


def columns(weights: NDArray[Any], side: int) -> list[tuple[Thumbnail, ...]]:
    """Each filter of (F, C, h, w) by itself."""
    return [(thumbnail(picture, side),) for picture in filter_pictures(weights)]


def some(shown: int, total: int, language: Language) -> list[str]:
    """What is said where not all are shown."""
    return [words("report.filters.some", language, n=shown, total=f"{total:,}")] if shown < total else []
