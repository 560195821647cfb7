"""From data, pictures, history and model to what the page says of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from miwake.look import charts
from miwake.look.charts import Line, Mark
from miwake.look.pictures import Thumbnail, filter_pictures, thumbnail
from miwake.look.svg import Frame
from miwake.look.text import NONE, Language, clean, compact, decimal, duration, percent, shorten
from miwake.look.words import words
from miwake.report.contents import DataFacts, ModelSummary, ReportContents
from miwake.report.figures import counted, hardest, label
from miwake.types import Preprocessing

_TABLE = 30
_ROWS = 1000
_LINES = 40
_FILTERS = 96
_VALUE = 300


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


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A thumbnail with the text that stands for it."""

    thumb: Thumbnail
    alt: str


@dataclass(frozen=True, kw_only=True)
class CountRow:
    """A row of the table of counts."""

    name: str
    mark: Markup
    counts: list[str]


@dataclass(frozen=True, kw_only=True)
class DataView:
    """The pictures."""

    sentences: list[str]
    rows: list[CountRow]
    folded: bool
    """So many classes that the table folds away."""
    ranked: Markup | None
    notes: list[str]
    split: list[str]
    examples: list[tuple[str, list[Shown]]]
    examples_caption: str


def data(contents: ReportContents, budget: Budget) -> DataView:
    """Counts, notes and examples."""
    facts, language = contents.data, contents.language
    many = len(facts.classes) > _TABLE
    totals = [sum(counts) for counts in facts.counts]
    largest = max(totals, default=1)
    return DataView(
        sentences=list(_data_sentences(facts, language)),
        rows=[
            CountRow(name=label(name), mark=charts.stacked(counts, largest), counts=[f"{count:,}" for count in counts])
            for name, counts in list(zip(facts.classes, facts.counts, strict=True))[:_ROWS]
        ],
        folded=many,
        ranked=_ranked(totals, language) if many else None,
        notes=_lines(facts.notes, language),
        split=_lines(facts.split, language),
        examples=_examples(contents, budget),
        examples_caption=words("report.data.examples.caption", language)
        if len(contents.examples) <= budget.classes
        else words("report.data.examples.some", language, n=budget.classes),
    )


def _data_sentences(facts: DataFacts, language: Language) -> Iterator[str]:
    train, val, test = facts.pictures
    yield words(
        "report.data.sentence",
        language,
        pictures=counted(train + val + test, "pictures", language),
        classes=counted(len(facts.classes), "classes", language),
        train=f"{train:,}",
        val=f"{val:,}",
        test=f"{test:,}",
    )
    in_training = [counts[0] for counts in facts.counts]
    if len(in_training) < 2:
        return
    small, large = min(in_training), max(in_training)
    names = {"small": label(facts.classes[in_training.index(small)])}
    if not small:
        yield words("report.data.missing", language, **names)
    elif large > 1.5 * small:
        names["large"] = label(facts.classes[in_training.index(large)])
        yield words("report.data.uneven", language, times=f"{large / small:.1f}", **names)


def _ranked(totals: Sequence[int], language: Language) -> Markup:
    frame = Frame(
        key="ranked",
        title=words("report.data.counts", language),
        description=words("report.data.ranked.description", language, most=f"{max(totals):,}", fewest=f"{min(totals):,}"),
    )
    x_label, y_label = words("report.data.ranked", language), words("report.pictures", language)
    return charts.ranked(frame, totals, x_label=x_label, y_label=y_label)


def _lines(sentences: Sequence[str], language: Language) -> list[str]:
    shown = [shorten(clean(sentence), _VALUE) for sentence in sentences[:_LINES]]
    if len(sentences) > _LINES:
        shown.append(words("report.more", language, n=f"{len(sentences) - _LINES:,}"))
    return shown


def _examples(contents: ReportContents, budget: Budget) -> list[tuple[str, list[Shown]]]:
    chosen = list(contents.examples)
    if len(chosen) > budget.classes:
        place = {contents.evaluation.classes[number]: rank for rank, number in enumerate(hardest(contents.evaluation))}
        chosen = sorted(chosen, key=lambda one: place.get(one.label, len(place)))[: budget.classes]
    rows = []
    for one in chosen:
        name = label(one.label)
        alt = words("report.data.example", contents.language, label=name)
        rows.append((name, [Shown(thumb=thumbnail(p, budget.side), alt=alt) for p in one.pictures[: budget.each]]))
    return rows


@dataclass(frozen=True, kw_only=True)
class MistakeCard:
    """A mistake with its picture."""

    shown: Shown
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
        true = _labels(one.true)
        predicted = words("report.unknown", language) if one.predicted is None else _labels(one.predicted)
        alt = words("report.mistakes.alt", language, true=true, predicted=predicted)
        cards.append(
            MistakeCard(
                shown=Shown(thumb=thumbnail(one.picture, budget.side), alt=alt),
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
    else:
        high = math.ceil((1 - evaluation.accuracy.low) * 1000 - 1e-9)
        sentence = words("report.mistakes.none", language, pictures=pictures, high=high)
    return MistakesView(sentence=sentence, cards=cards)


def _labels(text: str) -> str:
    """One label, or several that are joined by `;`, or none."""
    return ", ".join(label(part) for part in text.split(";")) if text else NONE


@dataclass(frozen=True, kw_only=True)
class SeenRow:
    """One picture on its way into the network."""

    label: str
    original: Shown
    preprocessed: Shown
    augmented: list[Shown]


def seen(contents: ReportContents, budget: Budget) -> list[SeenRow]:
    """What the model saw."""
    language = contents.language
    rows = []
    for one in list(contents.seen)[: budget.seen]:
        name = _labels(one.label)
        rows.append(
            SeenRow(
                label=name,
                original=Shown(
                    thumb=thumbnail(one.original, budget.side),
                    alt=words("report.seen.alt.original", language, label=name),
                ),
                preprocessed=Shown(
                    thumb=thumbnail(one.preprocessed, budget.side),
                    alt=words("report.seen.alt.preprocessed", language, label=name),
                ),
                augmented=[
                    Shown(
                        thumb=thumbnail(picture, budget.side),
                        alt=words("report.seen.alt.augmented", language, label=name, n=number),
                    )
                    for number, picture in enumerate(one.augmented, 1)
                ],
            )
        )
    return rows


@dataclass(frozen=True, kw_only=True)
class FiltersView:
    """The first layer."""

    thumbs: list[Thumbnail]
    alt: str
    sentences: list[str]


def filters(contents: ReportContents) -> FiltersView | None:
    """The first layer's filters as pictures."""
    weights, language = contents.filters, contents.language
    if weights is None or not len(weights):
        return None
    total, _, height, width = weights.shape
    shown = min(total, _FILTERS)
    sentences = [words("report.filters.sentence", language, n=f"{total:,}", height=height, width=width)]
    if shown < total:
        sentences.append(words("report.filters.some", language, n=shown, total=f"{total:,}"))
    return FiltersView(
        thumbs=[thumbnail(picture, 64) for picture in filter_pictures(weights[:shown])],
        alt=words("report.filters.alt", language, n=shown),
        sentences=sentences,
    )


@dataclass(frozen=True, kw_only=True)
class Learning:
    """The curves."""

    sentences: list[str]
    charts: list[tuple[str, Markup]]
    """Title and chart."""


def learning(contents: ReportContents) -> Learning | None:
    """Loss, accuracy and learning rate over the epochs; None without history."""
    rows, language = list(contents.history), contents.language
    if not rows:
        return None
    columns = {name: _column(rows, name) for name in ("train_loss", "val_loss", "val_accuracy", "learning_rate")}
    x = [float(place) for place in range(1, len(rows) + 1)]
    phases = _phases(rows, language)
    kept = contents.kept if contents.kept is not None and 0 <= contents.kept < len(rows) else None
    drawn = []
    for key, chart in (
        ("loss", {"train": "train_loss", "val": "val_loss"}),
        ("accuracy", {"val": "val_accuracy"}),
        ("rate", {"rate": "learning_rate"}),
    ):
        series = [
            Line(
                name=words("report.learning.rate" if name == "rate" else f"split.{name}", language),
                values=columns[column],
                tone="second" if name == "val" else "first",
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
        first, end = (f"{values[0]:.3g}", f"{values[-1]:.3g}") if key != "accuracy" else map(percent, (values[0], values[-1]))
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
        yield words("report.learning.kept", language, epoch=kept + 1, value=percent(math.nan if value is None else value))
    yield words("report.learning.gap", language)


def model(summary: ModelSummary, language: Language) -> list[tuple[str, str]]:
    """Names and values of the model's facts."""
    facts = [
        ("architecture", clean(summary.architecture)),
        ("why", clean(summary.why)),
        ("parameters", compact(summary.parameters, language)),
    ]
    if summary.operations is not None:
        operations = words("report.model.operations.value", language, n=compact(summary.operations, language))
        facts.append(("operations", operations))
    facts.append(("start", clean(summary.starting_weights) or words("report.model.scratch", language)))
    if summary.licence:
        facts.append(("licence", clean(summary.licence)))
    return [(words(f"report.model.{key}", language), value) for key, value in facts if value]


def preprocessing(how: Preprocessing, language: Language) -> list[tuple[str, str]]:
    """Names and values of what happens to a picture."""
    height, width = how.size
    named = {1: "grey", 3: "colour"}.get(how.channels)
    facts = [
        ("size", words("report.model.size.value", language, width=width, height=height)),
        ("channels", words(f"report.model.channels.{named}", language) if named else str(how.channels)),
        ("fit", words(f"report.model.fit.{how.fit}", language)),
    ]
    if how.crop < 1:
        facts.append(("cut", words("report.model.cut.value", language, value=percent(how.crop))))
    facts += [
        ("interpolation", how.interpolation),
        ("mean", ", ".join(f"{value:.3f}" for value in how.mean)),
        ("std", ", ".join(f"{value:.3f}" for value in how.std)),
    ]
    return [(words(f"report.model.{key}", language), value) for key, value in facts]


def settings(values: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """A nested mapping as rows of `a.b` and a text."""
    return [(shorten(clean(name), 80), shorten(clean(text), _VALUE)) for name, text in _flat(values, "", language)]


def _flat(values: Mapping[str, Any], before: str, language: Language) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.", language)
        else:
            yield f"{before}{name}", _text(value, language)


def _text(value: Any, language: Language) -> str:
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return words("report.yes" if value else "report.no", language)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(item, language) for item in value) or NONE
    return str(value)
