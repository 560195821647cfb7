"""What the figures of an anomaly detector mean: a short table, sentences and warnings."""

from __future__ import annotations

import math
from collections.abc import Iterator

from miwake.evaluation.oddity import OddityEvaluation
from miwake.evaluation.table import row_of_class, table
from miwake.evaluation.wording import counted
from miwake.look.text import Language, clean, decimal, decimal_range, percent, share
from miwake.look.words import words
from miwake.types import Figure

FEW = 20
"""Defective pictures; with fewer the intervals are too wide to rely on."""


def summary(found: OddityEvaluation, language: Language = "en") -> str:
    """The most important figures with their 95% intervals: plain text, at most 80 columns."""
    title = words(
        "odd.title" if found.groups is None else "odd.title.groups",
        language,
        split=words(f"split.{found.split}", language),
        good=found.good,
        bad=found.bad,
        n=found.groups or 0,
    )
    rows = [(words("odd.false_alarms", language), *share(found.false_alarms))] if found.good else []
    rows.append((words("odd.expected", language), *share(found.expected)))
    if found.bad:
        rows += [(words(f"odd.{name}", language), *share(getattr(found, name))) for name in ("found", "f1")]
        names = ["auroc", "pixel_auroc", "pro", "pixel_f1"] if found.masks else ["auroc"]
        for name in names:
            figure: Figure = getattr(found, name)
            rows.append((words(f"odd.{name}", language), decimal(figure.value), decimal_range(figure)))
    if found.cost_per_picture is not None:
        rows.append((words("odd.cost", language), decimal(found.cost_per_picture), ""))
    lines = [title, "", *table(rows, language)]
    if len(found.kinds) > 1:
        head = words("odd.kind", language), words("report.pictures", language)
        lines += ["", row_of_class(*head, words("odd.found", language), "", words("odd.auroc.short", language), "")]
        for kind in found.kinds:
            lines.append(
                row_of_class(
                    clean(kind.name),
                    f"{kind.count:,}",
                    *share(kind.found),
                    decimal(kind.auroc.value),
                    decimal_range(kind.auroc),
                )
            )
    return "\n".join(line.rstrip() for line in lines)


def sentences(found: OddityEvaluation, language: Language = "en") -> list[str]:
    """What the figures mean, the most important first."""
    said = [*_overall(found, language), *_kinds(found, language)]
    return [sentence for sentence in said if sentence]


def warnings(found: OddityEvaluation, language: Language = "en") -> list[str]:
    """What the figures do not show."""
    said = []
    if not found.bad:
        said.append(words("odd.no_defects", language))
    elif found.bad < FEW:
        said.append(words("odd.few", language, n=found.bad))
    if found.bad and math.isfinite(found.auroc.low) and found.auroc.low <= 0.5:
        said.append(words("odd.chance", language))
    if found.good and found.false_alarms.low > found.expected.high:
        said.append(
            words(
                "odd.more", language, value=percent(found.false_alarms.value), expected=percent(found.expected.value, 2)
            )
        )
    if found.bad and found.masks == 0:
        said.append(words("odd.no_masks", language))
    return said


def _overall(found: OddityEvaluation, language: Language) -> Iterator[str]:
    if found.bad:
        yield counted("odd.says.found", found.found, language)
    if found.good:
        yield counted("odd.says.alarms", found.false_alarms, language)
    value, bounds = share(found.expected)
    yield words(f"odd.says.expected.{found.chosen}", language, value=value, range=bounds)
    if found.bad and math.isfinite(found.auroc.value):
        yield counted("odd.says.auroc", found.auroc, language)
    if found.masks and math.isfinite(found.pro.value):
        yield words(
            "odd.says.places",
            language,
            pro=decimal(found.pro.value),
            range=decimal_range(found.pro),
            f1=percent(found.pixel_f1.value),
        )


def _kinds(found: OddityEvaluation, language: Language) -> Iterator[str]:
    if len(found.kinds) > 1:
        worst = min(found.kinds, key=lambda kind: kind.found.value)
        yield counted("odd.says.kind", worst.found, language, name=clean(worst.name))
