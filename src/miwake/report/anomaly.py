"""Lays out the report of an anomaly detector."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from miwake.evaluation.oddity import OddityEvaluation
from miwake.evaluation.oddity_wording import warnings
from miwake.look import charts
from miwake.look.dots import Row, dots
from miwake.look.pictures import Thumbnail, thumbnail
from miwake.look.svg import Frame
from miwake.look.text import Language, clean, decimal, decimal_range, label, natural, rare, share, shorten
from miwake.look.words import words
from miwake.report import own
from miwake.report.common import Cell, cell
from miwake.report.contents import Command, DataFacts, ModelSummary
from miwake.report.facts import model
from miwake.report.own import Pictures
from miwake.types import Figure, Preprocessing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIZES = tuple(Pictures(side=side, most=most) for side, most in ((176, 24), (144, 18), (112, 12), (80, 8), (56, 4)))
_SECTIONS = {"result": "", "places": "cards", "kinds": "kinds", "data": "", "model": ""}


@dataclass(frozen=True, kw_only=True, eq=False)
class Card:
    """A test picture, where it looks odd, and what was said of it."""

    picture: NDArray[np.uint8]
    outlined: NDArray[np.uint8]
    heat: NDArray[np.uint8]
    """Each (H, W, 3)."""
    path: str
    true: str
    good: bool
    """Whether it is good."""
    odd: bool
    """Whether it was called odd."""
    false_alarms: float
    truth: NDArray[np.uint8] | None = None
    """(H, W, 3) with the outline of its mask, where it has one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OddityContents:
    """Everything that the report shows."""

    title: str
    data: DataFacts
    evaluation: OddityEvaluation
    model: ModelSummary
    method: str
    paper: str
    preprocessing: Preprocessing
    cards: Sequence[Card] = ()
    """Mistakes first, then some that were found."""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    commands: Sequence[Command] = ()
    language: Language = "en"


@dataclass(frozen=True, kw_only=True)
class _FigureRow:
    name: str
    meaning: str
    mark: Markup
    cell: Cell


@dataclass(frozen=True, kw_only=True)
class _CardView:
    pictures: list[Thumbnail]
    captions: list[str]
    said: str
    right: bool
    true: str
    path: str


def render(contents: OddityContents) -> str:
    """The report's HTML, below `page.LIMIT` bytes.

    Raises:
        MiwakeError: the texts alone are too long.
    """
    return own.render(
        "report/anomaly.html.j2", contents, _view, sizes=_SIZES, sections=_SECTIONS, data="odd.report.data"
    )


def _view(contents: OddityContents, size: Pictures) -> dict[str, Any]:
    language, found = contents.language, contents.evaluation
    # with defects, what becomes of them; without, what good pictures have to stand
    main = found.found if found.bad else found.false_alarms if found.good else found.expected
    of, about, low, high = natural(main)
    frame = Frame(
        key="icons",
        title=words(f"odd.report.icons.{'found' if found.bad else 'alarms'}", language, of=f"{of:,}"),
        description=words("odd.report.icons.description", language, of=f"{of:,}", about=about, low=low, high=high),
    )
    shown = main if found.bad else Figure(1 - main.value, 1 - main.high, 1 - main.low)
    return {
        "subtitle": words(
            "odd.report.subtitle",
            language,
            method=contents.method,
            architecture=clean(contents.model.architecture),
            data=clean(contents.data.name),
            good=found.good,
            bad=found.bad,
        ),
        "icons": charts.icons(frame, shown),
        "main": cell(main),
        "caption": words(f"odd.{'found' if found.bad else 'false_alarms'}", language),
        "marks": "found" if found.bad else "alarms",
        "leads": list(_leads(found, language)),
        "cautions": warnings(found, language),
        "dots": _dots(found, language),
        "axis": charts.axis(_scale(found)),
        "rows": list(_rows(found, language)),
        "kinds": [_kind(kind, language) for kind in found.kinds],
        "masks": found.masks,
        "cards": [_card(one, size.side, language) for one in contents.cards[: size.most]],
        "model": [
            (words("odd.report.method", language), f"{contents.method} ({contents.paper})"),
            *model(contents.model, language),
        ],
    }


def _leads(found: OddityEvaluation, language: Language) -> Iterator[str]:
    from miwake.evaluation.oddity_wording import sentences

    yield from sentences(found, language)


def _names(found: OddityEvaluation) -> list[str]:
    names = ["false_alarms", "expected"] if found.good else ["expected"]
    if found.bad:
        names += ["found", "precision", "f1", "auroc"]
    return names + (["pixel_auroc", "pro", "pixel_f1"] if found.masks else [])


def _scale(found: OddityEvaluation) -> Any:
    return charts.span([getattr(found, name) for name in _names(found)], width=320)


def _rows(found: OddityEvaluation, language: Language) -> Iterator[_FigureRow]:
    scale = _scale(found)
    for name in _names(found):
        figure: Figure = getattr(found, name)
        yield _FigureRow(
            name=words(f"odd.{name}", language),
            meaning=words(f"odd.{name}.meaning", language),
            mark=charts.interval(figure, scale, 0.5 if name in ("auroc", "pixel_auroc") else None),
            cell=cell(figure),
        )


def _kind(kind: Any, language: Language) -> dict[str, Any]:
    def number(figure: Figure) -> Cell:
        finite = math.isfinite(figure.value)
        return Cell(value=decimal(figure.value), interval=decimal_range(figure) if finite else "")

    value, interval = share(kind.found)
    return {
        "name": label(kind.name),
        "count": f"{kind.count:,}",
        "cells": [
            Cell(value=value, interval=interval),
            *(number(getattr(kind, name)) for name in ("auroc", "pixel_auroc", "pro", "pixel_f1")),
        ],
    }


def _dots(found: OddityEvaluation, language: Language) -> Markup | None:
    if not found.good_scores:
        return None
    rows = [Row(name=words("odd.report.good", language), scores=found.good_scores, tone="first")]
    if found.bad_scores:
        rows.append(Row(name=words("odd.report.bad", language), scores=found.bad_scores, tone="wrong"))
    frame = Frame(
        key="scores",
        title=words("odd.report.scores", language),
        description=words("odd.report.scores.caption", language),
    )
    level, axis = words("odd.report.threshold", language), words("odd.report.odder", language)
    return dots(frame, rows, level=found.threshold, level_label=level, x_label=axis)


def _card(one: Card, side: int, language: Language) -> _CardView:
    true = label(one.true)
    parts = {"picture": one.picture, "truth": one.truth, "outline": one.outlined, "heat": one.heat}
    seen = {words(f"odd.report.card.{name}", language): part for name, part in parts.items() if part is not None}
    return _CardView(
        pictures=[thumbnail(picture, side, f"{true}: {caption}") for caption, picture in seen.items()],
        captions=list(seen),
        said=words(f"odd.report.said.{'odd' if one.odd else 'good'}", language, rate=rare(one.false_alarms)),
        right=one.odd != one.good,
        true=true,
        path=shorten(clean(one.path), 90, middle=True),
    )
