"""Pictures: examples, mistakes, what the model saw, and its first filters."""

from __future__ import annotations

import math
from dataclasses import dataclass

from miwake.look.pictures import Thumbnail, filter_pictures, thumbnail
from miwake.look.text import clean, percent, shorten
from miwake.look.words import words
from miwake.report.common import counted, hardest, label, labels
from miwake.report.contents import ReportContents

_FILTERS = 96


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much of the pictures a page has room for."""

    side: int
    """Of a thumbnail, in pixels."""
    mistakes: int
    classes: int
    """Classes whose examples are shown."""
    each: int
    """Examples of a class."""
    seen: int
    """Pictures followed into the network."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A thumbnail with the text that stands for it."""

    thumb: Thumbnail
    alt: str


def examples(contents: ReportContents, budget: Budget) -> list[tuple[str, list[Shown]]]:
    """Class names with some of their pictures; of many classes those that are hardest for the model."""
    chosen = list(contents.examples)
    if len(chosen) > budget.classes:
        place = {contents.evaluation.classes[number]: rank for rank, number in enumerate(hardest(contents.evaluation))}
        chosen = sorted(chosen, key=lambda one: place.get(one.label, len(place)))[: budget.classes]
    rows = []
    for one in chosen:
        name = label(one.label)
        alt = words("report.data.example", contents.language, label=name)
        rows.append((name, [Shown(thumb=thumbnail(p, budget.side), alt=alt) for p in one.pictures[: budget.each]]))
    return rows


@dataclass(frozen=True, kw_only=True)
class MistakeCard:
    """A mistake with its picture."""

    shown: Shown
    true: str
    predicted: str
    probability: str
    path: str


@dataclass(frozen=True, kw_only=True)
class MistakesView:
    """The worst mistakes."""

    sentence: str
    cards: list[MistakeCard]


def mistakes(contents: ReportContents, budget: Budget) -> MistakesView:
    """Cards of the most confident mistakes; where there are none, what that means."""
    evaluation, language = contents.evaluation, contents.language
    pictures = counted(evaluation.count, "pictures", language)
    wrong = round(evaluation.count * (1 - evaluation.accuracy.value))
    cards = []
    for one in list(contents.mistakes)[: budget.mistakes]:
        true = labels(one.true)
        predicted = words("report.unknown", language) if one.predicted is None else labels(one.predicted)
        alt = words("report.mistakes.alt", language, true=true, predicted=predicted)
        cards.append(
            MistakeCard(
                shown=Shown(thumb=thumbnail(one.picture, budget.side), alt=alt),
                true=true,
                predicted=predicted,
                probability=percent(one.probability),
                path=shorten(clean(one.path), 90, middle=True),
            )
        )
    if cards:
        sentence = words("report.mistakes.sentence", language, wrong=f"{wrong:,}", pictures=pictures, n=str(len(cards)))
    elif wrong:
        sentence = words("report.mistakes.hidden", language, wrong=f"{wrong:,}", pictures=pictures)
    elif math.isnan(evaluation.accuracy.low):
        sentence = words("report.mistakes.none.unsure", language, pictures=pictures)
    else:
        high = math.ceil((1 - evaluation.accuracy.low) * 1000 - 1e-9)
        sentence = words("report.mistakes.none", language, pictures=pictures, high=high)
    return MistakesView(sentence=sentence, cards=cards)


@dataclass(frozen=True, kw_only=True)
class SeenRow:
    """One picture on its way into the network."""

    label: str
    original: Shown
    preprocessed: Shown
    augmented: list[Shown]


def seen(contents: ReportContents, budget: Budget) -> list[SeenRow]:
    """What the model saw."""
    language = contents.language
    rows = []
    for one in list(contents.seen)[: budget.seen]:
        name = labels(one.label)
        rows.append(
            SeenRow(
                label=name,
                original=Shown(
                    thumb=thumbnail(one.original, budget.side),
                    alt=words("report.seen.alt.original", language, label=name),
                ),
                preprocessed=Shown(
                    thumb=thumbnail(one.preprocessed, budget.side),
                    alt=words("report.seen.alt.preprocessed", language, label=name),
                ),
                augmented=[
                    Shown(
                        thumb=thumbnail(picture, budget.side),
                        alt=words("report.seen.alt.augmented", language, label=name, n=number),
                    )
                    for number, picture in enumerate(one.augmented, 1)
                ],
            )
        )
    return rows


@dataclass(frozen=True, kw_only=True)
class FiltersView:
    """The first layer."""

    thumbs: list[Thumbnail]
    alt: str
    sentences: list[str]


def filters(contents: ReportContents) -> FiltersView | None:
    """The first layer's filters as pictures."""
    weights, language = contents.filters, contents.language
    if weights is None or not len(weights):
        return None
    total, _, height, width = weights.shape
    shown = min(total, _FILTERS)
    sentences = [words("report.filters.sentence", language, n=f"{total:,}", height=height, width=width)]
    if shown < total:
        sentences.append(words("report.filters.some", language, n=shown, total=f"{total:,}"))
    return FiltersView(
        thumbs=[thumbnail(picture, 64) for picture in filter_pictures(weights[:shown])],
        alt=words("report.filters.alt", language, n=shown),
        sentences=sentences,
    )
