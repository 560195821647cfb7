"""Window and level: which of many grey values become the 256 that are looked at (DICOM PS3.3, C.11.2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from miwake.errors import UsageError, nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Window = tuple[float, float]
"""Centre and width, in the values that the file means: Hounsfield units in a CT, raw values in a TIFF or PNG."""
Function = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]
"""Names of C.11.2.1.2 and C.11.2.1.3."""
Levels = Literal["", "asked", "own", "range", "high"]
"""How more than 256 values became bytes: through the window that was asked for, through the file's own, the whole
range that its bits can hold, or the high byte of 16 bits; empty where there were no more."""

NAMED: dict[str, Window] = {
    "lung": (-600, 1500),
    "bone": (400, 1800),
    "brain": (40, 80),
    "soft": (50, 400),
    "mediastinum": (50, 350),
    "liver": (30, 150),
}
"""Centre and width in Hounsfield units of a CT: starting points of the kind that viewers offer, no standard."""

_TABLE = 2**16
_STRIP = 2**20


def parse_window(text: str) -> Window:
    """`40,80` or a name of `NAMED` as centre and width.

    Raises:
        UsageError: it is neither, or the width is less than 1.
    """
    said = text.strip().lower()
    if said in NAMED:
        return NAMED[said]
    try:
        centre, width = (float(part) for part in said.split(","))
    except ValueError:
        best = nearest(said, NAMED)
        raise UsageError(
            f"'{text}' is no window." + (f" Did you mean '{best}'?" if best else ""),
            expected=f"centre and width, such as 40,80, or one of {', '.join(NAMED)}",
            todo=f"--window {best or '40,80'}, or by numbers: --window -600,1500",
        ) from None
    if not (math.isfinite(centre) and math.isfinite(width) and width >= 1):
        raise UsageError(
            f"The window {text} cannot be used.",
            expected="a centre and a width of at least 1",
            todo="--window 40,80",
        )
    return centre, width


def shades(values: NDArray[Any], window: Window, function: Function = "LINEAR") -> NDArray[np.float64]:
    """Values through a window, to 0…255.

    Args:
        values: of any shape, as the file means them.
        window: centre c and width w.
        function: `LINEAR`: ((x - (c - 1/2)) / (w - 1) + 1/2) · 255, so that a window of w holds w whole values;
            `LINEAR_EXACT`: ((x - c) / w + 1/2) · 255; both cut off at 0 and 255. `SIGMOID`: 255 / (1 + exp(-4
            (x - c) / w)).
    """
    import numpy as np

    centre, width = window
    x = np.asarray(values, np.float64)
    if function == "SIGMOID":
        return np.asarray(255 / (1 + np.exp(np.clip(-4 * (x - centre) / width, -700, 700))))
    if function == "LINEAR":
        centre, width = centre - 0.5, width - 1
    if width <= 0:
        # a window of one value is a threshold
        return np.where(x > centre, 255.0, 0.0)
    return np.clip(((x - centre) / width + 0.5) * 255, 0, 255)


def to_bytes(values: NDArray[Any], shade: Callable[[NDArray[Any]], NDArray[np.float64]]) -> NDArray[np.uint8]:
    """`shade` of each value, rounded to the nearest byte.

    By a table where there are few values, and in strips where not: memory stays a small part of the picture's.
    """
    import numpy as np

    values = np.ascontiguousarray(values)
    if values.dtype.kind in "iu" and values.size:
        low, high = int(values.min()), int(values.max())
        if high - low < min(_TABLE, values.size):
            table = _rounded(shade(np.arange(low, high + 1)))
            return table[values.astype(np.int64) - low]
    flat, result = values.reshape(-1), np.empty(values.size, np.uint8)
    for start in range(0, flat.size, _STRIP):
        result[start : start + _STRIP] = _rounded(shade(flat[start : start + _STRIP]))
    return result.reshape(values.shape)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    import numpy as np

    return (np.clip(values, 0, 255) + 0.5).astype(np.uint8)
