"""What the figures mean, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

from miwake.evaluation.results import Calibration, ClassFigures, Decision, Evaluation
from miwake.look.text import Language, decimal, decimal_range, natural, percent, share
from miwake.look.words import words
from miwake.types import Figure

_FEW_PICTURES = 10
_FEW_GROUPS = 10


def sentences(evaluation: Evaluation, language: Language = "en", *, classes: int = 10) -> list[str]:
    """A sentence for each figure that can be computed, the most important first.

    Args:
        evaluation: of one split.
        language: of the sentences.
        classes: of so many classes, the hardest ones, it is said what will be missed and mistaken.
    """
    said = [
        *_overall(evaluation, language),
        *(_decision(evaluation.decision, language) if evaluation.decision else ()),
        *_classes(evaluation, language, classes),
        *_averages(evaluation, language),
        *(_calibration(evaluation.calibration, language) if evaluation.calibration else ()),
        *_basis(evaluation, language),
    ]
    return [sentence for sentence in said if sentence]


def warnings(evaluation: Evaluation, language: Language = "en") -> list[str]:
    """Those of the sentences that say what the figures do not show."""
    return [*_unproven(evaluation, language), *_scarce(evaluation, language)]


def hardest(evaluation: Evaluation, classes: int) -> list[ClassFigures]:
    """The classes with the lowest recall, among those that have pictures, in the order of the classes."""
    present = [figures for figures in evaluation.per_class if figures.count]
    chosen = {id(figures) for figures in sorted(present, key=lambda figures: figures.recall.value)[:classes]}
    return [figures for figures in present if id(figures) in chosen]


def counted(key: str, figure: Figure, language: Language, **values: object) -> str:
    """A sentence with a share as natural frequencies; nothing where there is no figure."""
    if not math.isfinite(figure.value):
        return ""
    of, about, low, high = natural(figure)
    bounds = words("evaluate.unbounded", language)
    if math.isfinite(figure.low):
        bounds = words("evaluate.between", language, low=low, high=high)
    return words(key, language, of=of, about=about, range=bounds, **values)


def _rest(figure: Figure) -> Figure:
    """Of a share, the share of the others."""
    return Figure(1 - figure.value, 1 - figure.high, 1 - figure.low)


def _overall(evaluation: Evaluation, language: Language) -> Iterator[str]:
    accuracy, baseline = evaluation.accuracy, evaluation.baseline
    forced = evaluation.decision is not None and evaluation.decision.highest_cost is not None
    several = ".multilabel" if evaluation.multilabel else ".forced" if forced else ""
    yield counted(f"evaluate.accuracy{several}", accuracy, language)
    label = evaluation.baseline_label
    yield counted("evaluate.baseline" if label else "evaluate.baseline.none", baseline, language, **_label(label))
    yield from _unproven(evaluation, language)
    if evaluation.top5 is not None:
        yield counted("evaluate.top5", evaluation.top5, language)


def _unproven(evaluation: Evaluation, language: Language) -> Iterator[str]:
    accuracy = evaluation.accuracy
    if math.isfinite(accuracy.low) and accuracy.low <= evaluation.baseline.value:
        yield words("evaluate.unproven", language)


def _label(label: str) -> dict[str, object]:
    return {"label": label} if label else {}


def _classes(evaluation: Evaluation, language: Language, classes: int) -> Iterator[str]:
    for figures in hardest(evaluation, classes):
        caught, right = _terms(evaluation, figures.name)
        for key, figure, term in (("miss", figures.recall, caught), ("alarm", figures.precision, right)):
            yield counted(
                f"evaluate.{key}",
                _rest(figure),
                language,
                name=figures.name,
                term=words(f"evaluate.{term}", language),
                value=percent(figure.value),
            )


def _terms(evaluation: Evaluation, name: str) -> tuple[str, str]:
    """The field's names for recall and precision: of two classes, one of them the positive, those of diagnostics."""
    positive = evaluation.decision.positive if evaluation.decision else ()
    if evaluation.multilabel or len(evaluation.classes) != 2 or len(positive) != 1:
        return "recall", "precision"
    return ("sensitivity", "ppv") if name in positive else ("specificity", "npv")


def _averages(evaluation: Evaluation, language: Language) -> Iterator[str]:
    balanced = evaluation.balanced_accuracy
    if not evaluation.multilabel:
        yield counted("evaluate.balanced_accuracy", balanced, language, value=percent(balanced.value))
    macro = {name: getattr(evaluation, name) for name in ("precision", "recall", "f1")}
    parts = {name: share(figure) for name, figure in macro.items()}
    shown = {name: words("evaluate.with_range", language, value=v, range=r) for name, (v, r) in parts.items()}
    yield words("evaluate.macro", language, **shown)
    yield counted("evaluate.auc", evaluation.auc, language)
    partial = evaluation.partial_auc
    if math.isfinite(partial.value):
        yield words("evaluate.partial_auc", language, value=decimal(partial.value), range=_range(partial, language))


def _range(figure: Figure, language: Language, digits: int = 3) -> str:
    if not math.isfinite(figure.low):
        return words("evaluate.unbounded", language).strip(" ()（）")
    return decimal_range(figure) if digits == 3 else f"{figure.low:.{digits}f}–{figure.high:.{digits}f}"


def _calibration(calibration: Calibration, language: Language) -> Iterator[str]:
    temperature = calibration.temperature
    errors = {"evaluate.calibration": calibration.ece_after}
    if temperature != 1:
        errors["evaluate.calibration.before"] = calibration.ece_before
    for key, error in errors.items():
        points = Figure(100 * error.value, 100 * error.low, 100 * error.high)
        yield words(key, language, value=f"{points.value:.1f}", range=_range(points, language, 1))
    if not 0.95 <= temperature <= 1.05:
        which = "over" if temperature > 1 else "under"
        yield words(f"evaluate.temperature.{which}", language, temperature=f"{temperature:.2f}")


def _decision(decision: Decision, language: Language) -> Iterator[str]:
    if decision.highest_cost is not None:
        yield counted("evaluate.answered", decision.answered, language)
        yield counted("evaluate.accuracy_answered", decision.accuracy_answered, language)
        for figures in decision.per_class:
            wrong = figures.wrong
            if figures.name in decision.positive and math.isfinite(wrong.low):
                yield words(
                    "evaluate.fate",
                    language,
                    name=figures.name,
                    unknown=round(100 * figures.unknown.value),
                    wrong=round(100 * wrong.value),
                    low=math.floor(100 * wrong.low + 1e-9),
                    high=math.ceil(100 * wrong.high - 1e-9),
                )
    cost = decision.cost_per_picture
    yield words(
        "evaluate.cost",
        language,
        value=decimal(cost.value),
        range=_range(cost, language),
        baseline=decimal(decision.baseline_cost),
    )


def _basis(evaluation: Evaluation, language: Language) -> Iterator[str]:
    if evaluation.taxonomy is not None:
        coarse = evaluation.taxonomy
        yield counted("evaluate.taxonomy", coarse.accuracy, language, n=len(coarse.classes))
    yield from _scarce(evaluation, language)


def _scarce(evaluation: Evaluation, language: Language) -> Iterator[str]:
    groups = evaluation.groups
    if groups is not None:
        kind = "one" if groups == 1 else "few" if groups < _FEW_GROUPS else ""
        yield words(f"evaluate.groups.{kind}".rstrip("."), language, **({} if groups == 1 else {"n": groups}))
    absent = [figures.name for figures in evaluation.per_class if not figures.count]
    few = [figures.name for figures in evaluation.per_class if 0 < figures.count < _FEW_PICTURES]
    for key, names in (("absent", absent), ("few", few)):
        if names:
            shown = words("report.and", language).join(names[:10]) + (", …" if len(names) > 10 else "")
            yield words(f"evaluate.{key}", language, classes=shown)
