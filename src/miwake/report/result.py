"""The result: accuracy as picture, number and words, and all other figures below it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from miwake.evaluation.results import Decision, Evaluation
from miwake.look import charts
from miwake.look.svg import Frame
from miwake.look.text import Language, label, labels, natural, share
from miwake.look.words import words
from miwake.report.common import Cell, area, cell, counted
from miwake.types import Figure

_FEW = 100  # pictures; below, intervals are too wide to rely on
_FEW_GROUPS = 10
_FEW_OF_CLASS = 10


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
    cell: Cell
    caption: str
    leads: list[str]
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
    bounds = {"low": low, "high": high} if math.isfinite(accuracy.low) else {}
    sentence = words(
        f"report.result.sentence{many}{'' if bounds else '.unbounded'}", language, of=f"{of:,}", about=about, **bounds
    )
    base_value, base_range = share(evaluation.baseline)
    baseline = words(
        f"report.result.baseline{many}",
        language,
        label=labels(evaluation.baseline_label),
        value=base_value,
        range=base_range,
    )
    basis = words("report.result.basis", language, pictures=counted(evaluation.count, "pictures", language))
    scale = charts.span([figure for _, figure, _ in _summary(evaluation, validation)], width=320)
    rows = [
        FigureRow(
            name=words(f"report.{key}", language),
            meaning=words(f"report.{key}{many if key == 'accuracy' else ''}.meaning", language),
            mark=charts.interval(figure, scale, base),
            cell=area(figure) if key.endswith("auc") else cell(figure),
        )
        for key, figure, base in _summary(evaluation, validation)
    ]
    return Result(
        icons=charts.icons(frame, accuracy),
        of=of,
        has_doubt=high > low,
        has_wrong=high < of,
        cell=cell(accuracy),
        caption=words(f"report.result.accuracy{many}", language),
        leads=[sentence, *_misses(evaluation.decision, language)],
        sentences=[baseline, f"{basis} {_groups(evaluation.groups, language)}"],
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


def _groups(groups: int | None, language: Language) -> str:
    """What the intervals draw from, where it is more than single pictures."""
    if groups is None:
        return ""
    if groups == 1:
        return words("evaluate.groups.one", language)
    return words("evaluate.groups.few" if groups < _FEW_GROUPS else "evaluate.groups", language, n=f"{groups:,}")


def _misses(decision: Decision | None, language: Language) -> Iterator[str]:
    """What becomes of the classes that matter most, as the user's costs say."""
    for one in decision.per_class if decision is not None else ():
        if decision is None or one.name not in decision.positive or not math.isfinite(one.wrong.value):
            continue
        of, about, low, high = natural(one.wrong)
        name = label(one.name)
        yield words("report.result.missed", language, name=name, of=f"{of:,}", about=about, low=low, high=high)


def _cautions(evaluation: Evaluation, language: Language) -> Iterator[str]:
    if not evaluation.accuracy.low > evaluation.baseline.value and len(evaluation.classes) > 1:
        yield words("report.caution.baseline", language, label=labels(evaluation.baseline_label))
    if evaluation.count < _FEW:
        yield words("report.caution.few", language, pictures=counted(evaluation.count, "pictures", language))
    absent = [label(one.name) for one in evaluation.per_class if not one.count]
    few = [label(one.name) for one in evaluation.per_class if 0 < one.count < _FEW_OF_CLASS]
    for key, names in (("absent", absent), ("few", few)):
        if names and len(names) < len(evaluation.per_class):
            shown = words("report.and", language).join(names[:8]) + (" …" if len(names) > 8 else "")
            yield words(f"evaluate.{key}", language, classes=shown)


def _coarse(coarse: Evaluation | None, language: Language) -> str:
    if coarse is None:
        return ""
    classes = counted(len(coarse.classes), "classes", language)
    value, interval = share(coarse.accuracy)
    return words("report.taxonomy.sentence", language, classes=classes, value=value, range=interval)
