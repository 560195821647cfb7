"""The figures as a short table for the terminal."""

from __future__ import annotations

from miwake.evaluation.results import Decision, Evaluation
from miwake.evaluation.wording import hardest
from miwake.look.text import Language, cells, clean, decimal, decimal_range, share, shorten
from miwake.look.words import words
from miwake.types import Figure

_NAME = 34
_HARDEST = 10


def summary(evaluation: Evaluation, language: Language = "en") -> str:
    """The most important figures with their 95% intervals: plain text, at most 80 columns."""
    lines = [_title(evaluation, language), ""]
    lines += table(_figures(evaluation, language), language)
    if len(evaluation.per_class) > 1:
        lines += ["", *_classes(evaluation, language)]
    return "\n".join(line.rstrip() for line in lines)


def _title(evaluation: Evaluation, language: Language) -> str:
    values: dict[str, object] = {
        "split": words(f"split.{evaluation.split}", language) if evaluation.split in _SPLITS else evaluation.split,
        "pictures": words("unit.pictures", language, n=f"{evaluation.count:,}"),
        "classes": words("unit.classes", language, n=len(evaluation.classes)),
    }
    if evaluation.groups is None:
        return words("evaluate.title", language, **values)
    return words("evaluate.title.groups", language, n=evaluation.groups, **values)


_SPLITS = ("train", "val", "test", "data")


def _figures(evaluation: Evaluation, language: Language) -> list[tuple[str, str, str]]:
    label = clean(evaluation.baseline_label)
    named = words("evaluate.always", language, label=label) if label else words("evaluate.always.none", language)
    rows = [
        _share(words("report.accuracy", language), evaluation.accuracy),
        _share(named, evaluation.baseline),
        _share(words("report.balanced_accuracy", language), evaluation.balanced_accuracy),
    ]
    if evaluation.top5 is not None:
        rows.append(_share(words("report.top5", language), evaluation.top5))
    rows += [
        _share(words(f"report.{name}", language), getattr(evaluation, name)) for name in ("precision", "recall", "f1")
    ]
    rows += [_number(words(f"report.{name}", language), getattr(evaluation, name)) for name in ("auc", "partial_auc")]
    if evaluation.calibration is not None:
        rows.append(_number(words("evaluate.ece", language), evaluation.calibration.ece_after))
        if evaluation.calibration.temperature != 1:
            rows.append(_number(words("evaluate.ece.before", language), evaluation.calibration.ece_before))
    if evaluation.decision is not None:
        rows += _decision(evaluation.decision, language)
    if evaluation.taxonomy is not None:
        coarse = f"{words('evaluate.coarse', language)}: {words('report.accuracy', language)}"
        rows.append(_share(coarse, evaluation.taxonomy.accuracy))
    return rows


def _decision(decision: Decision, language: Language) -> list[tuple[str, str, str]]:
    rows = []
    if decision.highest_cost is not None:
        rows.append(_share(words("evaluate.share.answered", language), decision.answered))
        rows.append(_share(words("evaluate.share.right", language), decision.accuracy_answered))
    return [*rows, _number(words("evaluate.per_picture", language), decision.cost_per_picture)]


def _share(name: str, figure: Figure) -> tuple[str, str, str]:
    return name, *share(figure)


def _number(name: str, figure: Figure) -> tuple[str, str, str]:
    return name, decimal(figure.value), decimal_range(figure)


def table(rows: list[tuple[str, str, str]], language: Language) -> list[str]:
    """Lines of name, value and interval, below a head."""
    head = ("", words("report.figures.value", language), words("report.interval", language))
    return [f"{_left(name, _NAME)}{_right(value, 9)}   {bounds}" for name, value, bounds in [head, *rows]]


def _classes(evaluation: Evaluation, language: Language) -> list[str]:
    """Name, pictures, and recall and precision with their intervals: 22 + 8 + 2 × 24 columns."""
    chosen = hardest(evaluation, _HARDEST)
    recall, precision = (words(f"report.{name}", language) for name in ("recall", "precision"))
    head = row_of_class(words("report.class", language), words("report.pictures", language), recall, "", precision, "")
    lines = [head]
    for figures in chosen:
        lines.append(
            row_of_class(
                clean(figures.name),
                f"{figures.count:,}",
                *share(figures.recall),
                *share(figures.precision),
            )
        )
    present = sum(figures.count > 0 for figures in evaluation.per_class)
    if present > len(chosen):
        total = words("unit.classes", language, n=len(evaluation.classes))
        lines.append(words("evaluate.hardest", language, n=len(chosen), classes=total))
    return lines


def row_of_class(name: str, count: str, *pairs: str) -> str:
    """A line of a name, a count, and two values each with its interval."""
    row = _left(name, 20) + _right(count, 9)
    for value, bounds in zip(pairs[::2], pairs[1::2], strict=True):
        row += _right(value, 10) + "  " + _left(bounds, 13)
    return row


def _left(text: str, width: int) -> str:
    text = shorten(text, width)
    return text + " " * (width - cells(text))


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text
