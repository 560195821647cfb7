"""From a DICOM file's stored values to bytes: what they mean, and which shade that is (DICOM PS3.3, C.11.1, C.11.2)."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from miwake.data.header import BadPicture
from miwake.data.window import Function, Levels, Window, shades, to_bytes
from miwake.types import Note

if TYPE_CHECKING:
    from pydicom import Dataset

BROKEN = Note("bad.dicom.broken")
"""Why a picture cannot be used whose file does not hold what it must."""
GREY = ("MONOCHROME1", "MONOCHROME2")


def grey(values: NDArray[Any], dataset: Dataset, window: Window | None) -> tuple[NDArray[np.uint8], Levels]:
    """(H, W) shades of stored values (H, W), and which of them were shown.

    Args:
        values: as the file stores them.
        dataset: what it says of them.
        window: in place of the file's own; in the values that it means.

    Raises:
        BadPicture: the file contradicts itself.
    """
    stored, signed = int(dataset.get("BitsStored") or dataset.BitsAllocated), bool(dataset.get("PixelRepresentation"))
    values = _of_stored_bits(values, stored, signed)
    meaning, span = _modality(dataset, stored, signed)
    shade: Callable[[NDArray[Any]], NDArray[np.float64]]
    levels: Levels = "asked"
    own = None if window is not None else _own_window(dataset)
    if window is not None:
        shade = functools.partial(shades, window=window)
    elif own is not None:
        levels, shade = "own", functools.partial(shades, window=own[0], function=own[1])
    elif dataset.get("VOILUTSequence"):
        levels, shade = "own", _table(dataset)
    else:
        low, high = span
        levels = "range" if stored > 8 else ""

        def shade(x: NDArray[Any]) -> NDArray[np.float64]:
            return (np.asarray(x, np.float64) - low) * (255 / (high - low))

    pixels = to_bytes(values, lambda x: shade(meaning(x)))
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        pixels = 255 - pixels
    padding = _padding(dataset, stored, signed)
    if padding is not None:
        pixels[(values >= padding[0]) & (values <= padding[1])] = 0
    return pixels, levels


def _of_stored_bits(values: NDArray[Any], stored: int, signed: bool) -> NDArray[Any]:
    """Without what some devices leave in the bits above those that count."""
    if stored >= 8 * values.dtype.itemsize:
        return values
    whole = values.astype(np.int64) & ((1 << stored) - 1)
    if signed:
        top = 1 << (stored - 1)
        whole = (whole ^ top) - top
    return whole.astype(np.int32)


def _modality(
    dataset: Dataset, stored: int, signed: bool
) -> tuple[Callable[[NDArray[Any]], NDArray[Any]], tuple[float, float]]:
    """From stored values to what they mean, and the span of what they may mean (C.11.1)."""
    from pydicom.pixels import apply_modality_lut

    if dataset.get("ModalityLUTSequence"):
        bits = int(dataset.ModalityLUTSequence[0].LUTDescriptor[2])
        return lambda x: np.asarray(apply_modality_lut(x, dataset)), (0.0, 2.0**bits - 1)
    group = _group(dataset, "PixelValueTransformationSequence") or dataset
    slope, intercept = _number(group, "RescaleSlope", 1.0), _number(group, "RescaleIntercept", 0.0)
    assert slope is not None
    assert intercept is not None
    if slope == 0:
        raise BadPicture(BROKEN)
    low = -(2.0 ** (stored - 1)) if signed else 0.0
    ends = sorted((slope * low + intercept, slope * (low + 2.0**stored - 1) + intercept))
    return lambda x: np.asarray(x, np.float64) * slope + intercept, (ends[0], ends[1])


def _own_window(dataset: Dataset) -> tuple[Window, Function] | None:
    """The file's first window and its function (C.11.2.1.2, C.11.2.1.3); None where it has none that can be used."""
    group = _group(dataset, "FrameVOILUTSequence") or dataset
    centre, width = _number(group, "WindowCenter", None), _number(group, "WindowWidth", None)
    if centre is None or width is None:
        return None
    said = str(group.get("VOILUTFunction") or "LINEAR").strip().upper()
    function: Function = "SIGMOID" if said == "SIGMOID" else "LINEAR_EXACT" if said == "LINEAR_EXACT" else "LINEAR"
    if width < 1 if function == "LINEAR" else width <= 0:
        return None
    return (centre, width), function


def _table(dataset: Dataset) -> Callable[[NDArray[Any]], NDArray[np.float64]]:
    """The first table of shades (C.11.2.1.1)."""
    from pydicom.pixels import apply_voi_lut

    top = 2.0 ** int(dataset.VOILUTSequence[0].LUTDescriptor[2]) - 1

    def shade(x: NDArray[Any]) -> NDArray[np.float64]:
        whole = np.rint(x).astype(np.int64)
        return np.asarray(apply_voi_lut(whole, dataset, index=0, prefer_lut=True), np.float64) * (255 / top)

    return shade


def _padding(dataset: Dataset, stored: int, signed: bool) -> tuple[int, int] | None:
    """Least and greatest stored value of what is no picture (C.7.5.1.1.2)."""
    first = dataset.get("PixelPaddingValue")
    if first is None:
        return None
    limit = dataset.get("PixelPaddingRangeLimit")
    # the value may have been written with the other sign
    ends = _of_stored_bits(np.array([int(first), int(first if limit is None else limit)], np.int64), stored, signed)
    return int(ends.min()), int(ends.max())


def coloured(values: NDArray[Any], dataset: Dataset) -> NDArray[np.uint8]:
    """(H, W, 3) of stored colours (H, W, 3), or of entries (H, W) of the file's palette."""
    from pydicom.pixels import apply_color_lut

    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        values = np.asarray(apply_color_lut(values, dataset))
        bits = 8 * values.dtype.itemsize
    else:
        bits = int(dataset.get("BitsStored") or dataset.BitsAllocated)
    return np.ascontiguousarray(values >> max(0, bits - 8)).astype(np.uint8)


def _group(dataset: Dataset, name: str) -> Dataset | None:
    """What a file of many frames says for all of them or for the first (C.7.6.16)."""
    for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        items = dataset.get(groups)
        if items and items[0].get(name):
            return items[0][name].value[0]
    return None


def _number(dataset: Dataset, name: str, default: float | None) -> float | None:
    """The first value, as some elements have several."""
    value = dataset.get(name)
    if value is None or value == "":
        return default
    if not isinstance(value, str) and hasattr(value, "__len__"):
        if not len(value):
            return default
        value = value[0]
    number = float(value)
    if not math.isfinite(number):
        raise BadPicture(BROKEN)
    return number
