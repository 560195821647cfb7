"""What the data is: counts, notes and examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from miwake.look import charts
from miwake.look.pictures import Thumbnail
from miwake.look.svg import Frame
from miwake.look.text import Language, clean, label, shorten
from miwake.look.words import told, words
from miwake.report.common import ROWS, TABLE, counted
from miwake.report.contents import DataFacts, ReportContents
from miwake.report.gallery import Budget, examples
from miwake.types import Sentence

_LINES = 40
_LINE = 300


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
    examples: list[tuple[str, list[Thumbnail]]]
    examples_caption: str


def data(contents: ReportContents, budget: Budget) -> DataView:
    """Counts, notes and examples."""
    facts, language = contents.data, contents.language
    many = len(facts.classes) > TABLE
    totals = [sum(counts) for counts in facts.counts]
    return DataView(
        sentences=list(_data_sentences(facts, language)),
        rows=count_rows(facts),
        folded=many,
        ranked=_ranked(totals, language) if many else None,
        notes=lines(facts.notes, language),
        split=lines(facts.split, language),
        examples=examples(contents, budget),
        examples_caption=words("report.data.examples.caption", language)
        if len(contents.examples) <= budget.classes
        else words("report.data.examples.some", language, n=budget.classes),
    )


def count_rows(facts: DataFacts) -> list[CountRow]:
    """A row for each class, up to `ROWS`."""
    largest = max((sum(counts) for counts in facts.counts), default=1)
    return [
        CountRow(name=label(name), mark=charts.stacked(counts, largest), counts=[f"{count:,}" for count in counts])
        for name, counts in list(zip(facts.classes, facts.counts, strict=True))[:ROWS]
    ]


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
    elif large >= 2 * small:
        names["large"] = label(facts.classes[in_training.index(large)])
        yield words("report.data.uneven", language, times=f"{large / small:.1f}", **names)


def _ranked(totals: Sequence[int], language: Language) -> Markup:
    frame = Frame(
        key="ranked",
        title=words("report.data.counts", language),
        description=words(
            "report.data.ranked.description", language, most=f"{max(totals):,}", fewest=f"{min(totals):,}"
        ),
    )
    x_label, y_label = words("report.data.ranked", language), words("report.pictures", language)
    return charts.ranked(frame, totals, x_label=x_label, y_label=y_label)


def lines(sentences: Sequence[Sentence], language: Language) -> list[str]:
    """Notes as texts of a bounded length, and of a bounded number."""
    shown = [shorten(clean(told(sentence, language)), _LINE) for sentence in sentences[:_LINES]]
    if len(sentences) > _LINES:
        shown.append(words("report.more", language, n=f"{len(sentences) - _LINES:,}"))
    return shown
