"""Numbers and names as people read them: on a page and in a terminal."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Literal, get_args

from miwake.types import Figure

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NONE = "–"
NAME = 60
"""Columns that a name takes at most on a page."""

# Overrides of the writing direction could make a file name read as another one.
_DIRECTION = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}


def clean(text: str) -> str:
    """Make a name from outside safe to show: one line, no control characters, valid Unicode.

    Control characters, direction overrides and the surrogates of undecodable file names become `\\x1b`,
    `\\u202e`, `\\udcff`, so that they are seen and do nothing.
    """
    return "".join(_visible(char) for char in text)


def _visible(char: str) -> str:
    code = ord(char)
    if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or code in _DIRECTION:
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return char


_WIDE = r"\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uffef"
_OPENING = "（「『【"
_NEVER_FIRST = "、。，．・：；？！）」』】％～ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
# a line ends with no opening bracket and begins with no closing one, nor with a small kana (JIS X 4051)
_WORD = re.compile(rf"\s+|[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_NEVER_FIRST}]*")


def wrap(text: str, width: int) -> list[str]:
    """Break a line at spaces, and between Japanese characters, into lines of at most `width` columns.

    A longer word, such as a path, stays whole, so that it can be copied.
    """
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1].strip() and cells(lines[-1] + word.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            word = word.lstrip()
        lines[-1] += word
    return lines


def cells(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, limit: int, *, middle: bool = False) -> str:
    """Cut a text to `limit` columns with an ellipsis at its end, or in its middle (for paths)."""
    if cells(text) <= limit:
        return text
    room = limit - 1
    if not middle:
        return _head(text, room) + "…"
    tail = _head(text[::-1], room * 2 // 3)[::-1]
    return _head(text, room - cells(tail)) + "…" + tail


def _head(text: str, limit: int) -> str:
    width = 0
    for place, char in enumerate(text):
        width += cells(char)
        if width > limit:
            return text[:place]
    return text


def label(name: str) -> str:
    """The name of a class or model as pages and sentences show it."""
    return shorten(clean(name), NAME)


def labels(text: str) -> str:
    """The answer for a picture: a class, or several that are joined by `;`, or none."""
    return ", ".join(label(part) for part in text.split(";")) if text else NONE


def percent(value: float, digits: int = 1) -> str:
    """A share as a percentage, never rounded up to 100% nor down to 0%."""
    if not math.isfinite(value):
        return NONE
    step = 10 ** (-digits - 2)
    if 0 < value < 1:
        value = min(max(value, step), 1 - step)
    text = f"{value * 100:.{digits}f}"
    return (text[: -digits - 1] if value in (0, 1) else text) + "%"


def rare(value: float) -> str:
    """A share that may be very small: `2.1%`, `0.03%`, `<0.01%`."""
    return "<0.01%" if 0 <= value < 1e-4 else percent(value, 2 if value < 0.01 else 1)


def share(figure: Figure) -> tuple[str, str]:
    """A share and its interval: `98.6%` and `97.0–99.3%`.

    Two decimals from 99% on, where a tenth of a percent is much of what is left.
    """
    digits = 2 if 0.99 <= figure.value < 1 else 1
    if not (math.isfinite(figure.low) and math.isfinite(figure.high)):
        return percent(figure.value, digits), NONE
    return percent(figure.value, digits), f"{percent(figure.low, digits)[:-1]}–{percent(figure.high, digits)}"


def decimal(value: float, digits: int = 3) -> str:
    """A number with a fixed number of decimals, or a dash where there is none."""
    return f"{value:.{digits}f}" if math.isfinite(value) else NONE


def decimal_range(figure: Figure) -> str:
    """The interval of a number: `0.981–0.997`."""
    if not (math.isfinite(figure.low) and math.isfinite(figure.high)):
        return NONE
    return f"{decimal(figure.low)}–{decimal(figure.high)}"


def compact(number: float, language: Language = "en") -> str:
    """A large number in three digits: `11.2 million`, `1120万`."""
    if language == "ja":
        units = ((1e12, "兆"), (1e8, "億"), (1e4, "万"))
        space = ""
    else:
        units = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
        space = " "
    for size, unit in units:
        if number >= size:
            return f"{_three(number / size)}{space}{unit}"
    return f"{number:,.0f}"


def _three(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    text = f"{value:.2f}" if value < 10 else f"{value:.1f}"
    return text.rstrip("0").rstrip(".")


def duration(seconds: float, language: Language = "en") -> str:
    """A time: `4.2 s`, `1 min 32 s`, `2 h 05 min`; `1分32秒`."""
    if not math.isfinite(seconds):
        return NONE
    hour, minute, second = ("時間", "分", "秒") if language == "ja" else (" h", " min", " s")
    gap = "" if language == "ja" else " "
    if seconds < 9.95:
        return f"{seconds:.1f}{second}"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{second}"
    if whole < 3600:
        return f"{whole // 60}{minute}{gap}{whole % 60:02d}{second}"
    whole = round(seconds / 60)
    return f"{whole // 60}{hour}{gap}{whole % 60:02d}{minute}"


def natural(figure: Figure) -> tuple[int, int, int, int]:
    """A share as natural frequencies: `(of, about, low, high)`, as in "of 100 it gets 97 right, 95 to 98".

    Out of 100; out of 1,000 where the share is near to 0 or 1, and known well enough that hundredths would hide the
    rest. Without an interval, low and high are about the value. Risk is understood better in this form than in
    percentages (Gigerenzer & Hoffrage 1995).
    """
    if not math.isfinite(figure.low):
        figure = Figure(figure.value, figure.value, figure.value)
    near = not 0.02 <= figure.value <= 0.98
    of = 1000 if near and figure.high - figure.low < 0.05 else 100
    return of, round(figure.value * of), math.floor(figure.low * of + 1e-9), math.ceil(figure.high * of - 1e-9)
