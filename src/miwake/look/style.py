"""The design tokens and the one stylesheet, for everything that is shown as a page.

Colours are checked by tests: text against its ground by WCAG 2.2 (AA), and series against each other as people with
protanopia, deuteranopia and tritanopia see them (Machado et al. 2009).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

STEPS = 6
"""Levels of a heat map above zero."""


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Colours as `#rrggbb`."""

    paper: str
    """The page."""
    surface: str
    """Cards, code and table heads."""
    ink: str
    muted: str
    """Captions and axis labels."""
    line: str
    """Hairlines and grids."""
    accent: str
    """Links."""
    right: str
    """What the model gets right; also the first series of a chart (training)."""
    wrong: str
    """What it gets wrong."""
    second: str
    """The second series (validation)."""
    third: str
    """The third series (test)."""


LIGHT = Theme(
    paper="#fdfcf9",
    surface="#f4f1ea",
    ink="#1d1b18",
    muted="#5f5a52",
    line="#ddd8cd",
    accent="#1a5a9c",
    right="#1f66ad",
    wrong="#c2410c",
    second="#b57c0c",
    third="#6e1a4a",
)
DARK = Theme(
    paper="#14161a",
    surface="#1e2127",
    ink="#ecebe7",
    muted="#aba9a2",
    line="#383c45",
    accent="#8cc3f7",
    right="#5aa5ee",
    wrong="#ff8a5c",
    second="#f2cd5c",
    third="#c9577f",
)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance, 0 black … 1 white (WCAG 2.2)."""
    red, green, blue = ((c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio, 1 … 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def mix(ground: str, colour: str, share: float) -> str:
    """`share` of a colour over the ground."""
    mixed = (a + (b - a) * share for a, b in zip(_channels(ground), _channels(colour), strict=True))
    return "#" + "".join(f"{round(value * 255):02x}" for value in mixed)


def ramp(ground: str, colour: str) -> list[tuple[str, str]]:
    """Fills of a heat map from the faintest to the colour itself, each with the black or white that reads on it."""
    pairs = []
    for step in range(1, STEPS + 1):
        fill = mix(ground, colour, 0.25 + 0.75 * (step - 1) / (STEPS - 1))
        pairs.append((fill, max(("#000000", "#ffffff"), key=lambda ink: contrast(fill, ink))))
    return pairs


def _tokens(theme: Theme) -> str:
    lines = [f"--{field.name}:{getattr(theme, field.name)}" for field in fields(Theme)]
    for name, colour in (("right", theme.right), ("wrong", theme.wrong)):
        for step, (fill, ink) in enumerate(ramp(theme.paper, colour), 1):
            lines += [f"--{name}-{step}:{fill}", f"--on-{name}-{step}:{ink}"]
    return ";".join(lines)


def _heat_classes() -> str:
    """Fills of charts (`.r1`, `.w1`) with the ink on them (`.tr1`), and grounds of table cells (`.h1`)."""
    cells = "".join(
        f".h{step}{{background:var(--wrong-{step});color:var(--on-wrong-{step})}}" for step in range(1, STEPS + 1)
    )
    return cells + "".join(
        f".{name[0]}{step}{{fill:var(--{name}-{step})}}.t{name[0]}{step}{{fill:var(--on-{name}-{step})}}"
        for name in ("right", "wrong")
        for step in range(1, STEPS + 1)
    )


@cache
def stylesheet() -> str:
    """The whole CSS: tokens for light, dark and print, then the rules of `page.css`."""
    rules = files("miwake.look").joinpath("page.css").read_text(encoding="utf-8")
    return (
        f":root{{color-scheme:light dark;{_tokens(LIGHT)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_tokens(DARK)}}}}}\n"
        f"{_heat_classes()}\n{rules}"
    )
