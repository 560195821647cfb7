"""What figures of pixels mean: a short table, sentences and warnings."""

from __future__ import annotations

import math
from collections.abc import Iterator

from miwake.evaluation.segmentation import MEANS, PixelClass, PixelEvaluation
from miwake.evaluation.table import row_of_class, table
from miwake.evaluation.wording import counted
from miwake.look.text import Language, clean, decimal, decimal_range, percent
from miwake.look.words import words
from miwake.types import Figure, Note

FEW = 10
"""Pictures (or groups); with fewer the intervals are too wide to rely on."""
_ROWS = 12
_CONFUSED = 0.1


def summary(found: PixelEvaluation, language: Language = "en") -> str:
    """The most important figures with their 95% intervals: plain text, at most 80 columns."""
    title = words(
        "seg.title" if found.groups is None else "seg.title.groups",
        language,
        split=words(f"split.{found.split}", language),
        pictures=Note("unit.pictures", {"n": found.count}),
        classes=Note("unit.classes", {"n": len(found.classes)}),
        n=found.groups or 0,
    )
    rows = []
    for name in MEANS:
        figure: Figure = getattr(found, name)
        if name != "rand" or math.isfinite(figure.value):
            rows.append((words(f"seg.{name}", language), decimal(figure.value), decimal_range(figure)))
    head = [words(f"seg.{name}", language) for name in ("class", "share", "iou", "border_f1")]
    lines = [title, "", *table(rows, language), "", row_of_class(head[0], head[1], head[2], "", head[3], "")]
    for one in hardest(found)[:_ROWS]:
        lines.append(
            row_of_class(
                clean(one.name),
                percent(one.share, 1),
                decimal(one.iou.value),
                decimal_range(one.iou),
                decimal(one.border_f1.value),
                decimal_range(one.border_f1),
            )
        )
    if len(found.per_class) > _ROWS:
        lines.append("…")
    return "\n".join(line.rstrip() for line in lines)


def hardest(found: PixelEvaluation) -> list[PixelClass]:
    """Classes by IoU, lowest first; those without pixels last."""
    return sorted(found.per_class, key=lambda one: one.iou.value if math.isfinite(one.iou.value) else math.inf)


def sentences(found: PixelEvaluation, language: Language = "en") -> list[str]:
    """What the figures mean, the most important first."""
    return [sentence for sentence in _sentences(found, language) if sentence]


def _sentences(found: PixelEvaluation, language: Language) -> Iterator[str]:
    iou = found.mean_iou
    if math.isfinite(iou.value):
        yield words("seg.says.iou", language, value=decimal(iou.value), range=decimal_range(iou))
    yield counted("seg.says.pixels", found.accuracy, language)
    if math.isfinite(found.baseline):
        yield words("seg.says.baseline", language, value=percent(found.baseline))
    known = [one for one in hardest(found) if math.isfinite(one.iou.value)]
    if len(known) > 1:
        worst = known[0]
        yield words(
            "seg.says.hardest",
            language,
            name=clean(worst.name),
            value=decimal(worst.iou.value),
            range=decimal_range(worst.iou),
        )
        row = found.confusion[found.classes.index(worst.name)]
        others = [(share, name) for share, name in zip(row, found.classes, strict=True) if name != worst.name]
        share, other = max(others)
        if share >= _CONFUSED:
            yield words("seg.says.confused", language, name=clean(worst.name), other=clean(other), value=percent(share))
    if math.isfinite(found.rand.value):
        yield words("seg.says.rand", language, value=decimal(found.rand.value), range=decimal_range(found.rand))


def warnings(found: PixelEvaluation, language: Language = "en") -> list[str]:
    """What the figures do not show."""
    said = []
    units = found.groups or found.count
    if units < FEW:
        said.append(words("seg.few", language, n=units))
    absent = [clean(one.name) for one in found.per_class if not one.pictures]
    if absent:
        said.append(words("seg.absent", language, names=tuple(absent)))
    lost = [clean(one.name) for one in found.per_class if one.pictures and one.iou.value == 0]
    if lost:
        said.append(words("seg.lost", language, names=tuple(lost)))
    if not found.accuracy.low > found.baseline:
        said.append(words("seg.worse", language))
    return said
