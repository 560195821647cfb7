"""What attacks have shown, as a short table for the terminal."""

from __future__ import annotations

import math

from miwake.look.text import NONE, Language, cells, clean, label, share, shorten
from miwake.look.words import words
from miwake.robustness.results import Robustness
from miwake.robustness.wording import attack_name, grey
from miwake.types import Figure

_NAME = 34


def summary(found: Robustness, language: Language = "en") -> str:
    """The most important figures with their 95% intervals: plain text, at most 80 columns but for the title."""
    title = words(
        "attack.title",
        language,
        data=clean(found.data),
        pictures=f"{found.pictures:,}",
        all=f"{found.chosen_from:,}",
        attack=attack_name(found.attack),
        strength=grey(found.strength),
        norm=words(f"attack.norm.{found.norm}", language),
    )
    head = ("", words("report.figures.value", language), words("report.interval", language))
    lines = [title, "", *(_row(*row) for row in [head, *_rows(found, language)])]
    return "\n".join(line.rstrip() for line in lines)


def _rows(found: Robustness, language: Language) -> list[tuple[str, str, str]]:
    rows = [(name, *_cells(figure)) for name, figure in attacked(found, language)]
    rows.append(_share("attack.guessing", Figure(found.guessing, math.nan, math.nan), language))
    if found.smallest is not None and found.smallest.values:
        rows.append((median_name(found, language), median(found, language), ""))
    if found.patch is not None:
        rows.append(_share("attack.patch", dict(found.patch.conditions)["all"], language))
    if found.corruptions is not None:
        rows.append(_share("attack.corruptions", found.corruptions.mean, language))
    if found.texture is not None and found.texture.decided:
        rows.append(_share("attack.bias", found.texture.bias, language))
    return rows


def attacked(found: Robustness, language: Language) -> list[tuple[str, Figure]]:
    """What holds without an attack and under it; where an answer was wanted, how often it was got."""
    plain = (words("attack.plain", language), found.plain)
    if found.target is None:
        name, levels = words("attack.attacked", language), [found.attacked.accuracy]
        levels += [found.bound.accuracy] if found.bound is not None else []
    else:
        name, levels = words("attack.taken", language, target=label(found.target)), [found.attacked.rate]
        levels += [found.bound.rate] if found.bound is not None else []
    return [plain, *zip((name, words("attack.bound", language)), levels, strict=False)]


def median_name(found: Robustness, language: Language) -> str:
    """What the smallest change does to half of the pictures."""
    return words("attack.median" if found.target is None else "attack.median.target", language)


def median(found: Robustness, language: Language) -> str:
    """The smallest change that fools half of the pictures, with its unit."""
    if found.smallest is None:
        return NONE
    if math.isfinite(found.smallest.median):
        return f"{grey(found.smallest.median)}/255"
    return words("attack.more_than", language, levels=grey(found.smallest.most))


def _share(key: str, figure: Figure, language: Language) -> tuple[str, str, str]:
    return words(key, language), *_cells(figure)


def _cells(figure: Figure) -> tuple[str, str]:
    value, bounds = share(figure)
    return value, "" if bounds == NONE else bounds


def _row(name: str, value: str, bounds: str) -> str:
    name = shorten(name, _NAME)
    return name + " " * (_NAME - cells(name)) + " " * max(1, 9 - cells(value)) + value + "   " + bounds
