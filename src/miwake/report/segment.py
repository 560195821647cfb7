"""Lays out the report of a segmentation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from miwake.evaluation.pixel_wording import hardest, sentences, warnings
from miwake.evaluation.segmentation import MEANS, OF_CLASS, PixelEvaluation
from miwake.look import charts
from miwake.look.charts import Line, Mark
from miwake.look.matrix import LARGEST, confusion
from miwake.look.pictures import Thumbnail, thumbnail
from miwake.look.svg import Frame
from miwake.look.text import Language, clean, decimal, label, natural, percent, shorten
from miwake.look.words import words
from miwake.report import own
from miwake.report.common import ROWS, Cell, area, counted
from miwake.report.contents import Command, DataFacts, ModelSummary
from miwake.report.own import Pictures
from miwake.types import Figure, Preprocessing

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIZES = tuple(Pictures(side=side, most=most) for side, most in ((200, 20), (160, 14), (120, 10), (88, 6), (56, 3)))
_SECTIONS = {"result": "", "worst": "cards", "classes": "", "learning": "curves", "data": "", "model": ""}
_KEYS = 40


@dataclass(frozen=True, kw_only=True, eq=False)
class Card:
    """A test picture, its truth, its answer and where that is wrong."""

    pictures: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
    """Each (H, W, 3): itself, with true classes, with those given, wrong pixels."""
    path: str
    iou: float
    """Mean over the classes that it has."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentContents:
    """Everything that the report shows."""

    title: str
    data: DataFacts
    evaluation: PixelEvaluation
    model: ModelSummary
    preprocessing: Preprocessing
    colours: Sequence[tuple[int, int, int]]
    """Of the classes, as they are drawn."""
    cards: Sequence[Card] = ()
    """The worst pictures first, then some from the middle and the best."""
    history: Sequence[Mapping[str, Any]] = ()
    """A row an epoch, as `metrics.csv` has them."""
    kept: int | None = None
    """Row of `history` whose weights the model holds."""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    commands: Sequence[Command] = ()
    language: Language = "en"


@dataclass(frozen=True, kw_only=True)
class _CardView:
    pictures: list[Thumbnail]
    captions: list[str]
    said: str
    path: str


def render(contents: SegmentContents) -> str:
    """The report's HTML, below `page.LIMIT` bytes.

    Raises:
        MiwakeError: the texts alone are too long.
    """
    return own.render(
        "report/segment.html.j2", contents, _view, sizes=_SIZES, sections=_SECTIONS, data="seg.report.data"
    )


def _view(contents: SegmentContents, size: Pictures) -> dict[str, Any]:
    language, found = contents.language, contents.evaluation
    of, about, low, high = natural(found.accuracy)
    frame = Frame(
        key="icons",
        title=words("seg.report.icons", language, of=f"{of:,}"),
        description=words("odd.report.icons.description", language, of=f"{of:,}", about=about, low=low, high=high),
    )
    scale = _scale(found)
    return {
        "subtitle": words(
            "seg.report.subtitle",
            language,
            architecture=clean(contents.model.architecture),
            data=clean(contents.data.name),
            pictures=counted(found.count, "pictures", language),
        ),
        "icons": charts.icons(frame, found.accuracy),
        "main": area(found.mean_iou),
        "leads": sentences(found, language),
        "cautions": warnings(found, language),
        "axis": charts.axis(scale),
        "rows": list(_rows(found, scale, language)),
        "classes": list(_classes(contents)),
        "columns": [words(f"seg.{name}", language) for name in OF_CLASS],
        "matrix": _matrix(found, language),
        "keys": _keys(contents),
        "cards": [_card(one, size.side, language) for one in contents.cards[: size.most]],
        "curves": list(_curves(contents)),
    }


def _names(found: PixelEvaluation) -> list[str]:
    return [name for name in MEANS if name != "rand" or math.isfinite(found.rand.value)]


def _scale(found: PixelEvaluation) -> Any:
    return charts.span([getattr(found, name) for name in _names(found)], width=320)


def _rows(found: PixelEvaluation, scale: Any, language: Language) -> Iterator[dict[str, Any]]:
    for name in _names(found):
        figure: Figure = getattr(found, name)
        yield {
            "name": words(f"seg.{name}", language),
            "meaning": words(f"seg.{name}.meaning", language),
            "mark": charts.interval(figure, scale, found.baseline if name == "accuracy" else None),
            "cell": area(figure),
        }


def _classes(contents: SegmentContents) -> Iterator[dict[str, Any]]:
    """Rows by IoU, the lowest first."""
    found = contents.evaluation
    for one in hardest(found)[:ROWS]:
        cells: list[Cell] = [area(getattr(one, name)) for name in OF_CLASS]
        yield {
            "name": label(one.name),
            "swatch": _swatch(contents.colours[found.classes.index(one.name)]),
            "count": f"{one.pictures:,}",
            "share": percent(one.share, 2),
            "cells": cells,
        }


_SWATCH = Markup(
    '<svg width="12" height="12" style="display:inline-block;vertical-align:-1px" aria-hidden="true">'
    '<rect width="12" height="12" rx="2" fill="{}"/></svg>'
)


def _swatch(colour: tuple[int, int, int]) -> Markup:
    """A small square of a colour."""
    return _SWATCH.format("#{:02x}{:02x}{:02x}".format(*colour))


def _keys(contents: SegmentContents) -> list[tuple[Markup, str]]:
    pairs = zip(contents.colours, contents.evaluation.classes, strict=False)
    return [(_swatch(colour), label(name)) for colour, name in list(pairs)[:_KEYS]]


def _matrix(found: PixelEvaluation, language: Language) -> Markup | None:
    if not 1 < len(found.classes) <= LARGEST:
        return None
    frame = Frame(
        key="confusion",
        title=words("seg.report.confusion", language),
        description=words("seg.report.confusion.caption", language),
    )
    rows = [[round(1000 * share) for share in row] for row in found.confusion]
    true, answer = (words(f"seg.report.{name}", language) for name in ("true", "answer"))
    return confusion(frame, rows, [label(name) for name in found.classes], true=true, answer=answer)


def _card(one: Card, side: int, language: Language) -> _CardView:
    captions = [words(f"seg.report.card.{name}", language) for name in ("picture", "truth", "answer", "wrong")]
    path = shorten(clean(one.path), 90, middle=True)
    return _CardView(
        pictures=[
            thumbnail(picture, side, f"{path}: {caption}")
            for picture, caption in zip(one.pictures, captions, strict=True)
        ],
        captions=captions,
        said=words("seg.report.card.iou", language, value=decimal(one.iou)),
        path=path,
    )


def _curves(contents: SegmentContents) -> Iterator[tuple[str, Markup]]:
    """Loss and mean IoU over the epochs."""
    rows, language = list(contents.history), contents.language
    x = [float(place) for place in range(1, len(rows) + 1)]
    for key, columns in (("loss", ("train_loss", "val_loss")), ("figure", ("val_mean_iou",))):
        series = [
            Line(
                name=words(f"split.{column.split('_', 1)[0]}", language),
                values=_joined(_column(rows, column)),
                tone="second" if column.startswith("val") else "first",
            )
            for column in columns
        ]
        drawn = [
            (line, column)
            for line, column in zip(series, columns, strict=True)
            if any(value is not None for value in line.values)
        ]
        if not drawn or len(rows) < 2:
            continue
        series = [line for line, _ in drawn]
        title, last = words(f"seg.report.curve.{key}", language), series[-1]
        known = [value for value in _column(rows, drawn[-1][1]) if value is not None]
        mark = None
        kept = contents.kept
        if kept is not None and 0 <= kept < len(rows) and (value := last.values[kept]) is not None:
            mark = Mark(x=x[kept], label=words("seg.report.curve.kept", language, value=decimal(value, 3)))
        frame = Frame(
            key=f"curve-{key}",
            title=title,
            description=words(
                "seg.report.curve.description",
                language,
                first=decimal(known[0], 3),
                last=decimal(known[-1], 3),
                n=len(known),
            ),
        )
        yield (
            title,
            charts.lines(
                frame,
                series,
                x=x,
                x_label=words("seg.report.curve.epoch", language),
                show=lambda value: f"{value:.3g}",
                bounds=(0.0, None) if key == "loss" else (None, 1.0),
                kept=mark,
            ),
        )


def _joined(values: Sequence[float | None]) -> tuple[float | None, ...]:
    """A straight line between epochs that were judged, where not every one was; None before the first."""
    known = [place for place, value in enumerate(values) if value is not None]
    if not known:
        return tuple(values)
    found = np.interp(range(len(values)), known, [value for value in values if value is not None])
    return (*[None] * known[0], *(float(value) for value in found[known[0] :]))


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[float | None, ...]:
    """A column of numbers; what is missing or no number is None."""

    def number(value: Any) -> float | None:
        try:
            found = float(value)
        except (TypeError, ValueError):
            return None
        return found if math.isfinite(found) else None

    return tuple(number(row.get(name)) for row in rows)
