"""Class by class: tables, the confusion matrix, and the sentences that matter most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from miwake.evaluation.results import ClassFigures, Evaluation
from miwake.look import charts, matrix
from miwake.look.svg import Frame, Scale
from miwake.look.text import Language, label, natural, percent
from miwake.look.words import words
from miwake.report.common import ROWS, TABLE, Cell, area, cell, hardest

_HARDEST = 12


@dataclass(frozen=True, kw_only=True)
class ClassRow:
    """A row of the table of classes."""

    number: int
    name: str
    count: str
    answered: str
    mark: Markup
    values: list[Cell]
    """Recall, precision, F1, AUC, partial AUC."""


@dataclass(frozen=True, kw_only=True)
class PairRow:
    """Two classes that are mixed up."""

    true: str
    predicted: str
    count: str
    share: str


@dataclass(frozen=True, kw_only=True)
class Classes:
    """Class by class."""

    sentences: list[str]
    axis: Markup
    first: list[ClassRow]
    """All classes, or the hardest of many."""
    rest: list[ClassRow]
    """All classes where `first` holds only the hardest."""
    cut: bool
    """More classes than a table can hold."""
    confusion: Markup | None
    coarse: Markup | None
    """The confusion matrix of the coarse classes of a taxonomy."""
    pairs: list[PairRow]
    matrix_left_out: bool


def classes(evaluation: Evaluation, language: Language) -> Classes:
    """Tables, confusion matrix and the sentences that matter most."""
    scale = charts.span([one.recall for one in evaluation.per_class])
    order = hardest(evaluation)
    many = len(order) > TABLE

    def rows(places: Sequence[int]) -> list[ClassRow]:
        return [_class_row(place, evaluation.per_class[place], scale) for place in places]

    shown = sorted(order[:ROWS])
    confusion = evaluation.confusion
    fits = confusion is not None and len(order) <= matrix.LARGEST
    coarse = evaluation.taxonomy
    return Classes(
        sentences=list(_class_sentences(evaluation, order, language)),
        axis=charts.axis(scale),
        first=rows(order[:_HARDEST] if many else shown),
        rest=rows(shown) if many else [],
        cut=len(order) > ROWS,
        confusion=_confusion(evaluation, "confusion", language) if fits else None,
        coarse=_confusion(coarse, "coarse", language)
        if coarse is not None and len(coarse.classes) <= matrix.LARGEST
        else None,
        pairs=_pairs(evaluation),
        matrix_left_out=confusion is not None and not fits,
    )


def _class_row(place: int, one: ClassFigures, scale: Scale) -> ClassRow:
    return ClassRow(
        number=place + 1,
        name=label(one.name),
        count=f"{one.count:,}",
        answered=f"{one.predicted:,}",
        mark=charts.interval(one.recall, scale),
        values=[
            *(cell(figure) for figure in (one.recall, one.precision, one.f1)),
            *(area(figure) for figure in (one.auc, one.partial_auc)),
        ],
    )


def _class_sentences(evaluation: Evaluation, order: Sequence[int], language: Language) -> Iterator[str]:
    if len(order) > 1 and evaluation.per_class[order[0]].recall.value < 1:
        weakest = evaluation.per_class[order[0]]
        of, about, low, high = natural(weakest.recall)
        yield words(
            "report.classes.weakest", language, name=label(weakest.name), of=f"{of:,}", about=about, low=low, high=high
        )
    if evaluation.confusion is None:
        return
    worst = matrix.confused(evaluation.confusion, 1)
    if worst:
        row, column, count, _ = worst[0]
        true, predicted = label(evaluation.classes[row]), label(evaluation.classes[column])
        total = f"{sum(evaluation.confusion[row]):,}"
        yield words("report.classes.slip", language, count=f"{count:,}", total=total, true=true, predicted=predicted)
    elif len(order) > 1:
        yield words("report.classes.flawless", language)


def _confusion(evaluation: Evaluation, key: str, language: Language) -> Markup | None:
    if evaluation.confusion is None:
        return None
    right = sum(evaluation.confusion[place][place] for place in range(len(evaluation.classes)))
    total = sum(map(sum, evaluation.confusion))
    frame = Frame(
        key=key,
        title=words("report.confusion", language),
        description=words("report.confusion.description", language, right=f"{right:,}", total=f"{total:,}"),
    )
    return matrix.confusion(
        frame,
        evaluation.confusion,
        [label(name) for name in evaluation.classes],
        true=words("report.confusion.true", language),
        answer=words("report.confusion.answer", language),
    )


def _pairs(evaluation: Evaluation) -> list[PairRow]:
    if evaluation.confusion is None or len(evaluation.classes) < 3:
        return []
    names = [label(name) for name in evaluation.classes]
    return [
        PairRow(true=names[row], predicted=names[column], count=f"{count:,}", share=percent(share))
        for row, column, count, share in matrix.confused(evaluation.confusion, 20 if len(names) > TABLE else 8)
    ]
