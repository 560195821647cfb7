"""How strong a change may be, in grey levels of the picture: 0 black … 255 white."""

from __future__ import annotations

import math

from miwake.errors import UsageError

LEVELS = 255.0


def parse_strength(text: str, flag: str) -> float:
    """Grey levels of `8/255`, `8` or `0.03`.

    A fraction is a share of the whole range, and so is a number below 1, as papers write it; a number from 1 on
    counts grey levels.

    Args:
        text: what was written.
        flag: where, for the error.

    Raises:
        UsageError: it is no number, or not more than 0.
    """
    above, _, below = text.partition("/")
    try:
        share = float(above) / float(below) if "/" in text else float(text)
    except (ValueError, ZeroDivisionError):
        share = math.nan
    if not 0 < share < math.inf:
        raise UsageError(
            f"--{flag} is '{text}'.",
            expected="a change of grey levels, more than 0: 8/255 or 8, or 0.03 as a share of the whole range",
            todo=f"--{flag} 8/255",
        )
    return share if share >= 1 and "/" not in text else share * LEVELS


def shown(levels: float) -> str:
    """Grey levels as they are written: `8/255`, `76.5/255`."""
    return f"{levels:.4g}/255"
