"""From an `Evaluation` to what the page says of it: the result, the classes, and whether its certainty can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from miwake.evaluate.results import Bin, Calibration, ClassFigures, Decision, Evaluation
from miwake.look import charts, matrix
from miwake.look.svg import Frame
from miwake.look.text import (
    Language,
    clean,
    decimal,
    decimal_range,
    natural,
    percent,
    percent_range,
    shorten,
)
from miwake.look.words import words
from miwake.types import Figure

NAME = 60
"""Columns that a class name takes at most on the page."""
_FEW = 100  # pictures; below, intervals are too wide to rely on
_TABLE = 30  # classes; above, the hardest come first and the rest folds away
_HARDEST = 12
_ROWS = 1000
_COSTS = 8


def label(name: str) -> str:
    """A class name as the page shows it."""
    return shorten(clean(name), NAME)


def counted(number: int, unit: str, language: Language) -> str:
    """A number with its unit: `1 picture`, `2 pictures`."""
    return words(f"unit.{unit}", language, n=f"{number:,}")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number and its interval."""

    value: str
    interval: str


@dataclass(frozen=True, kw_only=True)
class FigureRow:
    """A row of the table of figures."""

    name: str
    meaning: str
    mark: Markup
    cell: Cell


@dataclass(frozen=True, kw_only=True)
class Result:
    """The first thing that a reader sees."""

    icons: Markup
    of: int
    has_doubt: bool
    has_wrong: bool
    value: str
    interval: str
    caption: str
    sentences: list[str]
    cautions: list[str]
    axis: Markup
    rows: list[FigureRow]
    coarse: str


def result(evaluation: Evaluation, validation: Evaluation | None, language: Language) -> Result:
    """Accuracy as picture, number and words; all other figures below it."""
    many = ".multilabel" if evaluation.multilabel else ""
    accuracy = evaluation.accuracy
    of, about, low, high = natural(accuracy)
    frame = Frame(
        key="icons",
        title=words("report.result.icons", language, of=f"{of:,}"),
        description=words(
            "report.result.icons.description", language, of=f"{of:,}", low=low, doubt=high - low, wrong=of - high
        ),
    )
    sentence = words(f"report.result.sentence{many}", language, of=f"{of:,}", about=about, low=low, high=high)
    baseline = words(
        f"report.result.baseline{many}",
        language,
        label=label(evaluation.baseline_label),
        value=percent(evaluation.baseline.value),
    )
    basis = words("report.result.basis", language, pictures=counted(evaluation.count, "pictures", language))
    groups = [] if evaluation.groups is None else [words("report.result.groups", language, n=f"{evaluation.groups:,}")]
    scale = charts.span([figure for _, figure, _ in _summary(evaluation, validation)] + [evaluation.baseline])
    rows = [
        FigureRow(
            name=words(f"report.{key}", language),
            meaning=words(f"report.{key}{many if key == 'accuracy' else ''}.meaning", language),
            mark=charts.interval(figure, scale, base),
            cell=cell(figure),
        )
        for key, figure, base in _summary(evaluation, validation)
    ]
    return Result(
        icons=charts.icons(frame, accuracy),
        of=of,
        has_doubt=high > low,
        has_wrong=high < of,
        value=percent(accuracy.value),
        interval=percent_range(accuracy),
        caption=words(f"report.result.accuracy{many}", language),
        sentences=[sentence, baseline, " ".join([basis, *groups])],
        cautions=list(_cautions(evaluation, language)),
        axis=charts.axis(scale),
        rows=rows,
        coarse=_coarse(evaluation.taxonomy, language),
    )


def _summary(evaluation: Evaluation, validation: Evaluation | None) -> Iterator[tuple[str, Figure, float | None]]:
    yield "accuracy", evaluation.accuracy, evaluation.baseline.value
    if validation is not None:
        yield "validation", validation.accuracy, validation.baseline.value
    yield "balanced_accuracy", evaluation.balanced_accuracy, None if evaluation.multilabel else _chance(evaluation)
    if evaluation.top5 is not None:
        yield "top5", evaluation.top5, None
    for key in ("precision", "recall", "f1"):
        yield key, getattr(evaluation, key), None
    yield "auc", evaluation.auc, 0.5
    yield "partial_auc", evaluation.partial_auc, 0.5


def _chance(evaluation: Evaluation) -> float:
    """Balanced accuracy of any constant answer."""
    return 1 / max(1, len(evaluation.classes))


def _cautions(evaluation: Evaluation, language: Language) -> Iterator[str]:
    if evaluation.accuracy.low <= evaluation.baseline.value and len(evaluation.classes) > 1:
        yield words("report.caution.baseline", language, label=label(evaluation.baseline_label))
    if evaluation.count < _FEW:
        yield words("report.caution.few", language, pictures=counted(evaluation.count, "pictures", language))
    small = [label(one.name) for one in evaluation.per_class if one.count < 10]
    if small and len(small) < len(evaluation.per_class):
        names = words("report.and", language).join(small[:8]) + (" …" if len(small) > 8 else "")
        yield words("report.caution.classes", language, classes=names)


def _coarse(coarse: Evaluation | None, language: Language) -> str:
    if coarse is None:
        return ""
    classes = counted(len(coarse.classes), "classes", language)
    value, interval = percent(coarse.accuracy.value), percent_range(coarse.accuracy)
    return words("report.taxonomy.sentence", language, classes=classes, value=value, range=interval)


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


def hardest(evaluation: Evaluation) -> list[int]:
    """Class numbers by recall, lowest first; classes without test pictures last."""
    recalls = [one.recall.value if math.isfinite(one.recall.value) else math.inf for one in evaluation.per_class]
    return sorted(range(len(recalls)), key=lambda place: (recalls[place], -evaluation.per_class[place].count, place))


def classes(evaluation: Evaluation, language: Language) -> Classes:
    """Tables, confusion matrix and the sentences that matter most."""
    scale = charts.span([one.recall for one in evaluation.per_class])
    order = hardest(evaluation)
    many = len(order) > _TABLE

    def rows(places: Sequence[int]) -> list[ClassRow]:
        return [_class_row(place, evaluation.per_class[place], scale) for place in places]

    shown = sorted(order[:_ROWS])
    confusion = evaluation.confusion
    fits = confusion is not None and len(order) <= matrix.LARGEST
    coarse = evaluation.taxonomy
    return Classes(
        sentences=list(_class_sentences(evaluation, order, language)),
        axis=charts.axis(scale),
        first=rows(order[:_HARDEST] if many else shown),
        rest=rows(shown) if many else [],
        cut=len(order) > _ROWS,
        confusion=_confusion(evaluation, "confusion", language) if fits else None,
        coarse=_confusion(coarse, "coarse", language)
        if coarse is not None and len(coarse.classes) <= matrix.LARGEST
        else None,
        pairs=_pairs(evaluation),
        matrix_left_out=confusion is not None and not fits,
    )


def _class_row(place: int, one: ClassFigures, scale: charts.Scale) -> ClassRow:
    return ClassRow(
        number=place + 1,
        name=label(one.name),
        count=f"{one.count:,}",
        answered=f"{one.predicted:,}",
        mark=charts.interval(one.recall, scale),
        values=[cell(figure) for figure in (one.recall, one.precision, one.f1, one.auc, one.partial_auc)],
    )


def cell(figure: Figure) -> Cell:
    """A share with its interval, as texts."""
    return Cell(value=percent(figure.value), interval=percent_range(figure) if math.isfinite(figure.value) else "")


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
        yield words(
            "report.classes.slip", language, count=f"{count:,}", total=total, true=true, predicted=predicted
        )
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
        for row, column, count, share in matrix.confused(evaluation.confusion, 20 if len(names) > _TABLE else 8)
    ]


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whether a stated probability can be taken at its word, and when the model says nothing."""

    sentences: list[str]
    before: Markup | None
    after: Markup | None
    decision: list[str]
    costs: list[list[str]]
    """Rows of the cost matrix, its names in front; empty where all mistakes cost the same or it is too large."""
    cost_names: list[str]


def trust(evaluation: Evaluation, language: Language) -> Trust | None:
    """Reliability and decisions; None where neither was measured."""
    calibration, decision = evaluation.calibration, evaluation.decision
    if calibration is None and decision is None:
        return None
    names = [label(name) for name in evaluation.classes]
    costs = _costs(decision, names) if decision is not None else []
    return Trust(
        sentences=list(_trust_sentences(calibration, language)) if calibration else [],
        before=_reliability("before", calibration.bins_before, calibration.ece_before, language) if calibration else None,
        after=_reliability("after", calibration.bins_after, calibration.ece_after, language) if calibration else None,
        decision=list(_decision_sentences(decision, language)) if decision else [],
        costs=costs,
        cost_names=names if costs else [],
    )


def _trust_sentences(calibration: Calibration, language: Language) -> Iterator[str]:
    top = _sure(calibration.bins_after)
    if top is not None:
        low, count, accuracy = top
        yield words(
            "report.trust.sentence",
            language,
            low=f"{low:.0%}",
            accuracy=percent(accuracy),
            pictures=counted(count, "pictures", language),
        )
    yield words(
        "report.trust.ece", language, value=percent(calibration.ece_after.value), range=percent_range(calibration.ece_after)
    )
    temperature = calibration.temperature
    if not 0.98 <= temperature <= 1.02:
        better = calibration.ece_after.value <= calibration.ece_before.value
        key = "worse" if not better else "over" if temperature > 1 else "under"
        yield words(f"report.trust.{key}", language, temperature=decimal(temperature, 2))


def _sure(bins: Sequence[Bin]) -> tuple[float, int, float] | None:
    """The bins at or above a stated 80%: where they begin, their pictures, and the share that is right."""
    high = [one for one in bins if one.low >= 0.8 - 1e-9 and one.count]
    count = sum(one.count for one in high)
    if not count:
        return None
    return min(one.low for one in high), count, sum(one.accuracy * one.count for one in high) / count


def _reliability(key: str, bins: Sequence[Bin], ece: Figure, language: Language) -> Markup:
    points = [charts.Point(confidence=b.confidence, accuracy=b.accuracy, count=b.count) for b in bins if b.count]
    told = " ".join(
        words(
            "report.trust.point",
            language,
            confidence=percent(point.confidence),
            accuracy=percent(point.accuracy),
            n=f"{point.count:,}",
        )
        for point in points
    )
    frame = Frame(
        key=f"reliability-{key}",
        title=words(f"report.trust.{key}", language),
        description=words("report.trust.description", language, value=percent(ece.value), points=told),
    )
    return charts.reliability(
        frame,
        points,
        x_label=words("report.trust.x", language),
        y_label=words("report.trust.y", language),
        ideal=words("report.trust.ideal", language),
    )


def _decision_sentences(decision: Decision, language: Language) -> Iterator[str]:
    if decision.threshold is None:
        yield words("report.decision.always", language)
    else:
        yield words(
            "report.decision.sentence",
            language,
            answered=percent(decision.answered.value),
            range=percent_range(decision.answered),
            accuracy=percent(decision.accuracy_answered.value),
            accuracy_range=percent_range(decision.accuracy_answered),
        )
        yield words("report.decision.threshold", language, threshold=percent(decision.threshold))
    yield words(
        "report.decision.cost",
        language,
        value=decimal(decision.cost_per_picture.value),
        range=decimal_range(decision.cost_per_picture),
        baseline=decimal(decision.baseline_cost),
    )


def _costs(decision: Decision, names: Sequence[str]) -> list[list[str]]:
    others = {cost for row, costs in enumerate(decision.costs) for column, cost in enumerate(costs) if row != column}
    if len(names) > _COSTS or len(others) < 2:
        return []
    return [[name, *(f"{cost:g}" for cost in costs)] for name, costs in zip(names, decision.costs, strict=True)]
