"""Inline SVG, little by little: the frame that every chart stands in, numbers, text and scales."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from miwake.look.text import cells, clean, shorten

_ADVANCE = 6.2
"""Width of an average character at 12 px in a sans-serif face; system fonts differ, so it is generous."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What a chart is called, for those who cannot see it."""

    key: str
    """Unique on the page; letters, digits and hyphens."""
    title: str
    description: str
    """What the chart shows, with its main numbers."""


def drawing(frame: Frame, width: float, height: float, parts: Iterable[str], *, fixed: bool = False) -> Markup:
    """Put parts into a framed SVG.

    Args:
        frame: title and description.
        width: in CSS pixels at full size.
        height: likewise.
        parts: SVG elements, already escaped.
        fixed: keep the full size on narrow screens, where the page lets it scroll.
    """
    size = f'width="{num(width)}" height="{num(height)}" ' if fixed else ""
    style = "chart fixed" if fixed else "chart"
    limit = "" if fixed else f' style="max-width:{num(width * 1.25)}px"'
    return Markup(
        f'<svg class="{style}" {size}viewBox="0 0 {num(width)} {num(height)}"{limit} role="img" '
        f'aria-labelledby="{frame.key}-t {frame.key}-d">'
        f'<title id="{frame.key}-t">{escape(frame.title)}</title>'
        f'<desc id="{frame.key}-d">{escape(frame.description)}</desc>{"".join(parts)}</svg>'
    )


def escape(text: str) -> str:
    """A text from outside, safe between tags and in quotes."""
    return html.escape(clean(text))


def num(value: float) -> str:
    """A coordinate, a tenth of a pixel fine."""
    return f"{value:.1f}".removesuffix(".0")


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    style: str = "",
    limit: float | None = None,
    turn: float | None = None,
) -> str:
    """Text with its baseline at y; cut to `limit` pixels, the whole of it in a tooltip; turned by `turn` degrees."""
    shown = words if limit is None else fit(words, limit)
    whole = f"<title>{escape(words)}</title>" if shown != words else ""
    attributes = f' text-anchor="{anchor}"' if anchor != "start" else ""
    attributes += f' class="{style}"' if style else ""
    if turn is not None:
        attributes += f' transform="rotate({num(turn)} {num(x)} {num(y)})"'
    return f'<text x="{num(x)}" y="{num(y)}"{attributes}>{escape(shown)}{whole}</text>'


def measure(words: str) -> float:
    """About how many pixels a text takes at 12 px."""
    return cells(words) * _ADVANCE


def fit(words: str, limit: float) -> str:
    """Cut a text to about `limit` pixels at 12 px."""
    return shorten(words, max(1, int(limit / _ADVANCE)))


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, about `count` steps of 1, 2 or 5 × 10ⁿ."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low, low + 1] if math.isfinite(low) else [0.0, 1.0]
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


@dataclass(frozen=True)
class Scale:
    """A straight map from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def path(points: Sequence[tuple[float, float] | None]) -> str:
    """The `d` of a line through points; None leaves a gap."""
    steps, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        steps.append(f"{pen}{num(point[0])} {num(point[1])}")
        pen = "L"
    return "".join(steps)
