"""Whether a stated probability can be taken at its word, and when the model would rather say nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from miwake.evaluation.results import Bin, Calibration, Decision, Evaluation
from miwake.look import charts
from miwake.look.svg import Frame
from miwake.look.text import Language, decimal, decimal_range, label, percent, share
from miwake.look.words import words
from miwake.report.common import TABLE, Cell, cell, counted
from miwake.types import Figure

_COSTS = 8  # classes up to which the matrix of costs is shown


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whether a stated probability can be taken at its word, and when the model says nothing."""

    sentences: list[str]
    before: Markup | None
    after: Markup | None
    decision: list[str]
    outcomes: list[OutcomeRow]
    """What becomes of each class's pictures; empty where every picture gets an answer, or for very many classes."""
    costs: list[list[str]]
    """Rows of the cost matrix, its names in front; empty where all mistakes cost the same or it is too large."""
    cost_names: list[str]


@dataclass(frozen=True, kw_only=True)
class OutcomeRow:
    """What becomes of a class's pictures."""

    name: str
    mark: Markup
    cells: list[Cell]
    """Right, "I don't know", wrong."""


def trust(evaluation: Evaluation, language: Language) -> Trust | None:
    """Reliability and decisions; None where neither was measured."""
    calibration, decision = evaluation.calibration, evaluation.decision
    if calibration is None and decision is None:
        return None
    names = [label(name) for name in evaluation.classes]
    costs, cost_names = _costs(decision, names, language) if decision is not None else ([], [])
    return Trust(
        sentences=list(_trust_sentences(calibration, language)) if calibration else [],
        before=_reliability("before", calibration.bins_before, calibration.ece_before, language)
        if calibration
        else None,
        after=_reliability("after", calibration.bins_after, calibration.ece_after, language) if calibration else None,
        decision=list(_decision_sentences(decision, language)) if decision else [],
        outcomes=_outcomes(decision) if decision is not None else [],
        costs=costs,
        cost_names=cost_names,
    )


def _trust_sentences(calibration: Calibration, language: Language) -> Iterator[str]:
    top = _sure(calibration.bins_after)
    if top is not None:
        low, count, right = top
        pictures = counted(count, "pictures", language)
        yield words("report.trust.sentence", language, low=f"{low:.0%}", right=f"{right:,}", pictures=pictures)
    value, interval = share(calibration.ece_after)
    yield words("report.trust.ece", language, value=value, range=interval)
    temperature = calibration.temperature
    if temperature != 1:
        value, interval = share(calibration.ece_before)
        yield words("report.trust.ece.before", language, value=value, range=interval)
    if not 0.98 <= temperature <= 1.02:
        better = calibration.ece_after.value <= calibration.ece_before.value
        key = "worse" if not better else "over" if temperature > 1 else "under"
        yield words(f"report.trust.{key}", language, temperature=decimal(temperature, 2))


def _sure(bins: Sequence[Bin]) -> tuple[float, int, int] | None:
    """The bins at or above a stated 80%: where they begin, their pictures, and how many of these are right."""
    high = [one for one in bins if one.low >= 0.8 - 1e-9 and one.count]
    count = sum(one.count for one in high)
    if not count:
        return None
    return min(one.low for one in high), count, round(sum(one.accuracy * one.count for one in high))


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
    if decision.highest_cost is None:
        yield words("report.decision.always", language)
    else:
        answered, accuracy = share(decision.answered), share(decision.accuracy_answered)
        yield words(
            "report.decision.sentence",
            language,
            answered=answered[0],
            range=answered[1],
            accuracy=accuracy[0],
            accuracy_range=accuracy[1],
        )
        if decision.threshold is not None:
            yield words("report.decision.threshold", language, threshold=percent(decision.threshold))
        else:
            yield words("report.decision.limit", language, cost=decimal(decision.highest_cost))
    yield words(
        "evaluate.cost",
        language,
        value=decimal(decision.cost_per_picture.value),
        range=decimal_range(decision.cost_per_picture),
        baseline=decimal(decision.baseline_cost),
    )


def _outcomes(decision: Decision) -> list[OutcomeRow]:
    if decision.highest_cost is None or len(decision.per_class) > TABLE:
        return []
    return [
        OutcomeRow(
            name=label(one.name),
            mark=charts.outcome(one.right.value, one.unknown.value),
            cells=[cell(one.right), cell(one.unknown), cell(one.wrong)],
        )
        for one in decision.per_class
        if math.isfinite(one.right.value)
    ]


def _costs(decision: Decision, names: Sequence[str], language: Language) -> tuple[list[list[str]], list[str]]:
    """Rows and column names of the costs, where there is something to see in them."""
    square = all(len(row) == len(names) for row in decision.costs)
    others = {
        cost
        for row, costs in enumerate(decision.costs)
        for answer, cost in enumerate(costs)
        if row != answer or not square
    }
    if len(names) > _COSTS or len(others) < 2:
        return [], []
    columns = list(names) if square else [words(f"report.decision.{key}", language) for key in ("missed", "named")]
    return [
        [name, *(f"{cost:g}" for cost in costs)] for name, costs in zip(names, decision.costs, strict=True)
    ], columns
