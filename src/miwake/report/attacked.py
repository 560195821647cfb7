"""The page of an attack: one file, like the report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from miwake.look import charts, curves, page
from miwake.look.pictures import Thumbnail, thumbnail
from miwake.look.style import STEPS
from miwake.look.svg import Frame, Scale
from miwake.look.text import Language, clean, duration, label, labels, percent, share
from miwake.look.words import words
from miwake.report.common import Cell, cell
from miwake.robustness.ball import Norm
from miwake.robustness.corruptions import LEVELS
from miwake.robustness.results import Corruptions, Example, Patch, Robustness, Shown, Smallest, Texture
from miwake.robustness.table import attacked, median, median_name
from miwake.robustness.wording import attack_name, doubts, grey, sentences, told
from miwake.types import Figure

_SIDE, _SMALL_SIDE, _PATCH_SIDE = 144, 72, 240  # pixels of thumbnails


@dataclass(frozen=True, kw_only=True)
class Card:
    """One picture that was changed."""

    pictures: tuple[Thumbnail, Thumbnail, Thumbnail]
    """Before, the change, after."""
    true: str
    before: str
    after: str
    change: str
    path: str


def render(found: Robustness, shown: Shown, *, title: str, size: tuple[int, int], language: Language) -> str:
    """The page's HTML.

    Args:
        found: figures.
        shown: pictures.
        title: of the run.
        size: height and width that the network sees.
        language: of the texts.
    """
    rest = sentences(found, language)
    contents = {
        "title": words("attack.page.title", language, name=clean(title)),
        "subtitle": _subtitle(found, language),
        "result": _result(found, language),
        "leads": rest[:2],
        "sentences": rest[2:],
        "doubts": doubts(found, language),
        "cards": [_card(example, language) for example in shown.examples],
        "smallest": _smallest(found, language),
        "masking": [_check(check, language) for check in found.masking],
        "checked": found.masking[0].pictures if found.masking else 0,
        "patch": _patch(found.patch, shown, language),
        "corruptions": _corruptions(found.corruptions, shown, language),
        "texture": _texture(found.texture, shown, language),
        "details": _facts(found, size, language),
        "sections": _sections(found),
    }
    return page.render("report/attack.html.j2", contents, language)


def _sections(found: Robustness) -> list[str]:
    parts = ("smallest", "masking", "patch", "corruptions", "texture")
    return ["result", "examples", *(part for part in parts if getattr(found, part)), "details"]


def _subtitle(found: Robustness, language: Language) -> str:
    pictures = words(
        "attack.detail.pictures.value", language, pictures=f"{found.pictures:,}", all=f"{found.chosen_from:,}"
    )
    return f"{clean(found.data)} · {attack_name(found.attack)} · {pictures}"


def _result(found: Robustness, language: Language) -> dict[str, Any]:
    rows = attacked(found, language)
    best = rows[-1][1]
    scale = Scale(0.0, 1.0, 6.0, 174.0)
    title = words("attack.attacked", language)
    frame = Frame(key="held", title=title, description=f"{percent(best.value)} ({share(best)[1]})")
    # dots and crosses are right and wrong answers, of which an attack that wants one answer tells nothing
    told = found.target is None and math.isfinite(best.value)
    return {
        "icons": charts.icons(frame, best) if told else Markup(""),
        "cell": cell(best),
        "caption": words(
            "attack.caption" if found.target is None else "attack.caption.target",
            language,
            strength=grey(found.strength),
            norm=words(f"attack.norm.{found.norm}", language),
            **({} if found.target is None else {"target": label(found.target)}),
        ),
        "axis": charts.axis(scale),
        "rows": [
            (name, charts.interval(figure, scale, found.guessing if number == 0 or told else None), cell(figure))
            for number, (name, figure) in enumerate(rows)
        ],
        "median": median(found, language) if found.smallest is not None else "",
        "median_name": median_name(found, language),
        "guessing": percent(found.guessing),
        "curve": _curve(found, language),
        **_curve_words(found, language),
    }


def _curve(found: Robustness, language: Language) -> Markup | None:
    if not found.curve:
        return None
    wanted = found.target is not None
    places = [] if wanted else [curves.Place(label="0", figure=found.plain)]
    places += [
        curves.Place(
            label=grey(one.strength),
            figure=one.rate if wanted else one.accuracy,
            marked=one.strength == found.strength,
        )
        for one in found.curve
    ]
    told = " ".join(
        words(
            "attack.curve.point",
            language,
            levels=place.label,
            value=share(place.figure)[0],
            range=share(place.figure)[1],
        )
        for place in places
    )
    frame = Frame(key="curve", title=_curve_words(found, language)["curve_title"], description=told)
    return curves.curve(
        frame,
        places,
        x_label=words("attack.curve.x", language),
        level=None if wanted else found.guessing,
        level_label=words("attack.guessing", language),
    )


def _curve_words(found: Robustness, language: Language) -> dict[str, str]:
    if found.target is None:
        return {
            "curve_title": words("attack.curve", language),
            "curve_caption": words("attack.curve.caption", language),
        }
    target = label(found.target)
    return {
        "curve_title": words("attack.curve.target", language, target=target),
        "curve_caption": words("attack.curve.caption.target", language, target=target),
    }


def _said(answer: str, probability: float) -> str:
    return f"{labels(answer)} {percent(probability, 0)}"


def _card(example: Example, language: Language) -> Card:
    return Card(
        pictures=(
            thumbnail(example.picture, _SIDE),
            thumbnail(example.change, _SIDE),
            thumbnail(example.changed, _SIDE),
        ),
        true=labels(example.true),
        before=_said(example.before, example.before_probability),
        after=_said(example.after, example.after_probability),
        change=words("attack.examples.change", language, size=grey(example.size), factor=grey(example.amplified)),
        path=clean(example.path),
    )


def _smallest(found: Robustness, language: Language) -> Markup | None:
    smallest = found.smallest
    if smallest is None or not smallest.values:
        return None
    edges, counts = bins(smallest)
    never = sum(math.isinf(value) for value in smallest.values)
    names = [f"≤{grey(edge)}" for edge in edges]
    names.append(words("attack.smallest.never", language))
    frame = Frame(
        key="smallest",
        title=words("attack.smallest.chart", language),
        description=", ".join(f"{name}: {count}" for name, count in zip(names, [*counts, never], strict=True)),
    )
    return curves.columns(
        frame,
        names,
        [*counts, never],
        x_label=words("attack.curve.x", language),
        y_label=words("report.pictures", language),
    )


def bins(smallest: Smallest) -> tuple[list[float], list[int]]:
    """Upper edges that double, up to the strongest change, and how many pictures lie below each and above the last."""
    finite = np.array([value for value in smallest.values if math.isfinite(value)])
    edges = [smallest.most]
    while len(edges) < 8 and len(finite) and edges[-1] / 2 >= finite.min():
        edges.append(edges[-1] / 2)
    edges.reverse()
    counts = np.histogram(finite, [-math.inf, *edges[:-1], math.inf])[0] if len(finite) else [0] * len(edges)
    return edges, [int(count) for count in counts]


def _check(check: Any, language: Language) -> dict[str, Any]:
    return {
        "name": words(f"attack.check.{check.name}", language),
        "first": check.first,
        "second": check.second,
        "passed": check.passed,
        "verdict": words("attack.check.passed" if check.passed else "attack.check.failed", language),
    }


def _patch(patch: Patch | None, shown: Shown, language: Language) -> dict[str, Any] | None:
    if patch is None or shown.patch is None:
        return None
    return {
        "picture": thumbnail(_on_paper(shown.patch), _PATCH_SIDE, words("attack.nav.patch", language)),
        "plain": cell(patch.plain),
        "control": cell(patch.control),
        "rows": [(words(f"attack.scene.{name}", language), cell(figure)) for name, figure in patch.conditions],
        "shown": [(thumbnail(picture, _SIDE), labels(true), labels(said)) for picture, true, said in shown.patched],
    }


def _on_paper(patch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An RGBA disc on white, as large as it is shown."""
    image = Image.fromarray(patch).resize((_PATCH_SIDE, _PATCH_SIDE), Image.Resampling.BICUBIC)
    paper = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(paper, image).convert("RGB"))


def _heat(figure: Figure, plain: float) -> int:
    """Step of the heat map: how much of the accuracy on unspoilt pictures is lost."""
    lost = 1 - figure.value / plain if plain > 0 else 0.0
    return min(STEPS, max(0, round(lost * STEPS)))


def _corruptions(found: Corruptions | None, shown: Shown, language: Language) -> dict[str, Any] | None:
    if found is None:
        return None
    pictures = dict(shown.corrupted)

    def one(corrupted: Any) -> dict[str, Any]:
        return {
            "name": words(f"attack.corruption.{corrupted.name}", language),
            "family": words(f"attack.family.{corrupted.family}", language),
            "cells": [(percent(figure.value, 0), share(figure)[1], _heat(figure, found.plain.value))
                      for figure in corrupted.accuracy],
            "pictures": [thumbnail(picture, _SMALL_SIDE) for picture in pictures.get(corrupted.name, ())],
        }  # fmt: skip

    return {
        "plain": cell(found.plain),
        "mean": cell(found.mean),
        "levels": list(range(1, LEVELS + 1)),
        "rows": [one(corrupted) for corrupted in found.each],
        "caption": words("attack.corruptions.caption", language, n=f"{found.pictures:,}"),
    }


def _texture(texture: Texture | None, shown: Shown, language: Language) -> dict[str, Any] | None:
    if texture is None:
        return None
    pictures = dict(shown.views)
    scale = Scale(0.0, 1.0, 6.0, 174.0)

    def row(name: str, figure: Figure | None) -> dict[str, Any]:
        return {
            "name": words(f"attack.view.{name}", language),
            "mark": charts.interval(figure, scale) if figure is not None else "",
            "cell": cell(figure) if figure is not None else Cell(value="", interval=""),
            "pictures": [thumbnail(picture, _SMALL_SIDE) for picture in pictures.get(name, ())],
        }

    rows = [row("plain", texture.plain), *(row(view.name, view.accuracy) for view in texture.views)]
    rows += [row(name, None) for name in ("shape", "texture", "conflict") if name in pictures]
    return {
        "axis": charts.axis(scale),
        "rows": rows,
        "told": told(texture, language),
        "counts": words(
            "attack.texture.counts",
            language,
            shape=f"{texture.shape:,}",
            texture=f"{texture.texture:,}",
            neither=f"{texture.neither:,}",
        ),
    }


def _facts(found: Robustness, size: tuple[int, int], language: Language) -> Sequence[tuple[str, str]]:
    norm: Norm = found.norm
    names = ("attack", "norm", "strength", "effort", "target", "pictures", "space", "right", "seconds")
    values = (
        attack_name(found.attack),
        words(f"attack.detail.norm.{norm}", language),
        words(
            "attack.detail.strength.value",
            language,
            levels=grey(found.strength),
            share=percent(found.strength / 255) if norm == "linf" else f"{found.strength / 255:.3g}",
        ),
        f"{found.steps:,} × {found.restarts:,}",
        label(found.target) if found.target is not None else words("attack.detail.any", language),
        words("attack.detail.pictures.value", language, pictures=f"{found.pictures:,}", all=f"{found.chosen_from:,}"),
        words("attack.detail.space.value", language, height=size[0], width=size[1]),
        words("attack.detail.right.value", language),
        duration(found.seconds, language),
    )
    return [(words(f"attack.detail.{name}", language), value) for name, value in zip(names, values, strict=True)]
