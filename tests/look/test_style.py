from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from miwake.look.style import DARK, LIGHT, STEPS, Theme, contrast, mix, ramp, stylesheet

# Machado, Oliveira & Fernandes 2009, table of matrices for a severity of 1.0, on linear RGB
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def oklab(colour: str, vision: str) -> NDArray[np.float64]:
    """A colour as somebody sees it, in a space where distance is difference (Ottosson 2020)."""
    rgb = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(VISION[vision]) @ linear, 0, 1)
    lms = np.cbrt(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
        @ seen
    )
    space = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.asarray(space @ lms)


def test_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WebAIM's example


def test_mix() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#102030", "#ffffff", 0) == "#102030"


@THEMES
def test_text_is_legible(theme: Theme) -> None:
    for text in (theme.ink, theme.muted, theme.accent):
        for ground in (theme.paper, theme.surface):
            assert contrast(text, ground) >= 4.5
    for text in (theme.right, theme.wrong):  # labels of the mistakes
        assert contrast(text, theme.paper) >= 4.5


@THEMES
def test_graphics_stand_out(theme: Theme) -> None:
    for mark in (theme.right, theme.wrong, theme.second, theme.third):
        assert contrast(mark, theme.paper) >= 3


@THEMES
def test_heat_maps_are_legible(theme: Theme) -> None:
    for colour in (theme.right, theme.wrong):
        steps = ramp(theme.paper, colour)
        assert len(steps) == STEPS
        assert steps[-1][0] == colour
        assert all(contrast(fill, ink) >= 4.5 for fill, ink in steps)
        away = [contrast(fill, theme.surface) for fill, _ in steps]
        assert away == sorted(away)
        assert away[0] > 1.15


@THEMES
@pytest.mark.parametrize("vision", VISION)
def test_colours_that_meet_can_be_told_apart(theme: Theme, vision: str) -> None:
    for group in ((theme.right, theme.second, theme.third), (theme.right, theme.wrong), (theme.right, theme.muted)):
        for one, other in combinations(group, 2):
            assert np.linalg.norm(oklab(one, vision) - oklab(other, vision)) > 0.1


def test_every_token_that_is_used_is_defined() -> None:
    css = stylesheet()
    defined = set(re.findall(r"(--[\w-]+):", css))
    assert set(re.findall(r"var\((--[\w-]+)\)", css)) <= defined
    assert "url(" not in css
    assert "@import" not in css
    assert css.count("{") == css.count("}")
