"""Pictures: examples, mistakes, and what the model saw."""

from __future__ import annotations

import math
from dataclasses import dataclass

from miwake.look.pictures import Thumbnail, thumbnail
from miwake.look.text import clean, label, labels, percent, shorten
from miwake.look.words import answered, words
from miwake.report.common import counted, hardest
from miwake.report.contents import ReportContents


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


def examples(contents: ReportContents, budget: Budget) -> list[tuple[str, list[Thumbnail]]]:
    """Class names with some of their pictures; of many classes those that are hardest for the model."""
    chosen = list(contents.examples)
    if len(chosen) > budget.classes:
        place = {contents.evaluation.classes[number]: rank for rank, number in enumerate(hardest(contents.evaluation))}
        chosen = sorted(chosen, key=lambda one: place.get(one.label, len(place)))[: budget.classes]
    rows = []
    for one in chosen:
        name = label(one.label)
        alt = words("report.data.example", contents.language, label=name)
        rows.append((name, [thumbnail(p, budget.side, alt) for p in one.pictures[: budget.each]]))
    return rows


@dataclass(frozen=True, kw_only=True)
class MistakeCard:
    """A mistake with its picture."""

    shown: Thumbnail
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
        predicted = answered(one.predicted, language)
        alt = words("report.mistakes.alt", language, true=true, predicted=predicted)
        cards.append(
            MistakeCard(
                shown=thumbnail(one.picture, budget.side, alt),
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
    original: Thumbnail
    preprocessed: Thumbnail
    augmented: list[Thumbnail]


def seen(contents: ReportContents, budget: Budget) -> list[SeenRow]:
    """What the model saw."""
    language = contents.language
    rows = []
    for one in list(contents.seen)[: budget.seen]:
        name = labels(one.label)
        rows.append(
            SeenRow(
                label=name,
                original=thumbnail(one.original, budget.side, words("report.seen.alt.original", language, label=name)),
                preprocessed=thumbnail(
                    one.preprocessed, budget.side, words("report.seen.alt.preprocessed", language, label=name)
                ),
                augmented=[
                    thumbnail(picture, budget.side, words("report.seen.alt.augmented", language, label=name, n=number))
                    for number, picture in enumerate(one.augmented, 1)
                ],
            )
        )
    return rows
