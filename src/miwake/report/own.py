"""A report on figures of a task's own: what all such have in common, and the one way in which they are laid out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from miwake.look import charts, page
from miwake.look.text import Language, clean
from miwake.look.words import told, words
from miwake.report.common import counted
from miwake.report.contents import Command, DataFacts, ModelSummary
from miwake.report.data import count_rows, lines
from miwake.report.facts import model, preprocessing, settings
from miwake.types import Preprocessing


class Contents(Protocol):
    """What every report shows."""

    @property
    def title(self) -> str: ...
    @property
    def data(self) -> DataFacts: ...
    @property
    def model(self) -> ModelSummary: ...
    @property
    def preprocessing(self) -> Preprocessing: ...
    @property
    def commands(self) -> Sequence[Command]: ...
    @property
    def configuration(self) -> Mapping[str, Any]: ...
    @property
    def environment(self) -> Mapping[str, Any]: ...
    @property
    def language(self) -> Language: ...


C = TypeVar("C", bound=Contents)


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """How many pictures a page shows, and how large."""

    side: int
    """Of a thumbnail, in pixels."""
    most: int
    """Pictures with what was said of them."""


def render(
    template: str,
    contents: C,
    view: Callable[[C, Pictures], Mapping[str, Any]],
    *,
    sizes: Sequence[Pictures],
    sections: Mapping[str, str],
    data: str,
) -> str:
    """The report's HTML, below `page.LIMIT` bytes: thumbnails get smaller and fewer until it fits.

    Args:
        template: of the page.
        contents: what it shows.
        view: the task's own part, with pictures of one size.
        sizes: from generous to bare.
        sections: names in their order, and the key of the view that has to hold something for it to be there; an
            empty key for one that is always there.
        data: key of the sentence on the data.

    Raises:
        MiwakeError: the texts alone are too long.
    """
    shared = {**ending(contents), **_data(contents.data, data, contents.language)}
    views = (_whole(shared, view(contents, size), sections) for size in sizes)
    return page.smallest(template, views, contents.language)


def ending(contents: Contents) -> dict[str, Any]:
    """What `report/last.html.j2` shows, and the page's title."""
    language = contents.language
    return {
        "title": clean(contents.title),
        "key": charts.key,
        "model": model(contents.model, language),
        "preprocessing": preprocessing(contents.preprocessing, language),
        "commands": [(command.line, told(command.why, language)) for command in contents.commands],
        "configuration": settings(contents.configuration, language),
        "environment": settings(contents.environment, language),
    }


def _data(facts: DataFacts, sentence: str, language: Language) -> dict[str, Any]:
    pictures = counted(sum(facts.pictures), "pictures", language)
    return {
        "data": [words(sentence, language, pictures=pictures, train=facts.pictures[0])],
        "counts": count_rows(facts),
        "notes": [
            (words(f"report.data.{name}", language), lines(notes, language))
            for name, notes in (("divided", facts.split), ("noted", facts.notes))
        ],
    }


def _whole(shared: Mapping[str, Any], own: Mapping[str, Any], sections: Mapping[str, str]) -> dict[str, Any]:
    view = {**shared, **own}
    shown = [name for name, needs in sections.items() if not needs or view[needs]]
    if view["commands"]:
        shown.append("next")
    if view["configuration"] or view["environment"]:
        shown.append("details")
    return {**view, "sections": shown}
