"""How it learnt: the curves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from miwake.look import charts
from miwake.look.charts import Line, Mark, Tone
from miwake.look.svg import Frame
from miwake.look.text import NONE, Language, clean, decimal, duration, percent
from miwake.look.words import words
from miwake.report.contents import ReportContents


@dataclass(frozen=True, kw_only=True)
class Learning:
    """The curves."""

    sentences: list[str]
    charts: list[tuple[str, Markup]]
    """Title and chart."""


_COLUMNS = ("train_loss", "val_loss", "val_accuracy", "val_robust_loss", "val_robust_accuracy", "learning_rate")
_TONES: dict[str, Tone] = {"val": "second", "robust": "third"}


def learning(contents: ReportContents) -> Learning | None:
    """Loss, accuracy and learning rate over the epochs; None without history."""
    rows, language = list(contents.history), contents.language
    if not rows:
        return None
    columns = {name: _column(rows, name) for name in _COLUMNS}
    x = [float(place) for place in range(1, len(rows) + 1)]
    phases = _phases(rows, language)
    kept = contents.kept if contents.kept is not None and 0 <= contents.kept < len(rows) else None
    drawn = []
    for key, chart in (
        ("loss", {"train": "train_loss", "val": "val_loss", "robust": "val_robust_loss"}),
        ("accuracy", {"val": "val_accuracy", "robust": "val_robust_accuracy"}),
        ("rate", {"rate": "learning_rate"}),
    ):
        series = [
            Line(
                name=words("report.learning.rate" if name == "rate" else f"split.{name}", language),
                values=columns[column],
                tone=_TONES.get(name, "first"),
            )
            for name, column in chart.items()
            if any(_is_number(value) for value in columns[column])
        ]
        if series:
            title = words(f"report.learning.{key}", language)
            drawn.append((title, _curve(key, title, series, x, phases, None if key == "rate" else kept, language)))
    return Learning(sentences=list(_learning_sentences(rows, columns, kept, language)), charts=drawn)


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[float | None, ...]:
    """A column of numbers; what is missing or no number is None."""

    def number(value: Any) -> float | None:
        try:
            return float(value)
        except (TypeError, ValueError):
            return None

    return tuple(number(row.get(name)) for row in rows)


def _phases(rows: Sequence[Mapping[str, Any]], language: Language) -> list[Mark]:
    names = [str(row.get("phase") or "") for row in rows]
    starts = [place for place, name in enumerate(names) if place == 0 or name != names[place - 1]]
    if len(starts) < 2:
        return []
    known = {name: words(f"report.phase.{name}", language) for name in ("head", "all")}
    return [Mark(x=place + 1.0, label=known.get(names[place], clean(names[place]))) for place in starts]


def _curve(
    key: str,
    title: str,
    series: Sequence[Line],
    x: Sequence[float],
    phases: Sequence[Mark],
    kept: int | None,
    language: Language,
) -> Markup:
    show = {"accuracy": _share, "rate": lambda value: f"{value:.1g}", "loss": lambda value: f"{value:.4g}"}[key]
    write = percent if key == "accuracy" else (lambda value: decimal(value, 3))
    last = series[-1]
    mark = None
    if kept is not None and _is_number(last.values[kept]):
        mark = Mark(x=x[kept], label=words("report.learning.mark", language, value=write(last.values[kept] or 0.0)))
    told = []
    for line in series:
        values = [value for value in line.values if value is not None and math.isfinite(value)]
        first, end = (
            (f"{values[0]:.3g}", f"{values[-1]:.3g}") if key != "accuracy" else map(percent, (values[0], values[-1]))
        )
        told.append(
            words("report.learning.description", language, name=line.name, first=first, last=end, n=len(line.values))
        )
    return charts.lines(
        Frame(key=f"curve-{key}", title=title, description=" ".join(told)),
        series,
        x=x,
        x_label=words("report.learning.epoch", language),
        show=show,
        bounds=(None, 1.0) if key == "accuracy" else (0.0, None),
        phases=phases,
        kept=mark,
    )


def _share(value: float) -> str:
    return f"{value * 100:.4g}%"


def _learning_sentences(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, tuple[float | None, ...]],
    kept: int | None,
    language: Language,
) -> Iterator[str]:
    seconds = [value for value in _column(rows, "seconds") if _is_number(value)]
    took = duration(max(value for value in seconds if value is not None), language) if seconds else NONE
    yield words("report.learning.sentence", language, n=str(len(rows)), time=took)
    if kept is not None:
        value = columns["val_accuracy"][kept]
        yield words(
            "report.learning.kept", language, epoch=kept + 1, value=percent(math.nan if value is None else value)
        )
    yield words("report.learning.gap", language)
