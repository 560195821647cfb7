"""Lays the report of a classifier out."""

from __future__ import annotations

from typing import Any

from miwake.look import page
from miwake.look.text import clean
from miwake.look.words import words
from miwake.report.classes import classes
from miwake.report.common import counted
from miwake.report.contents import ReportContents
from miwake.report.data import data
from miwake.report.gallery import Budget, mistakes, seen
from miwake.report.layers import filters
from miwake.report.learning import learning
from miwake.report.own import ending
from miwake.report.result import result
from miwake.report.trust import trust

# From generous to bare: the first that keeps below the limit is taken.
_BUDGETS = (
    Budget(side=192, mistakes=24, classes=40, each=8, seen=8),
    Budget(side=144, mistakes=24, classes=40, each=8, seen=8),
    Budget(side=112, mistakes=24, classes=40, each=6, seen=6),
    Budget(side=80, mistakes=16, classes=24, each=5, seen=4),
    Budget(side=56, mistakes=8, classes=12, each=4, seen=2),
    Budget(side=40, mistakes=4, classes=0, each=0, seen=0),
)


def render(contents: ReportContents) -> str:
    """The report's HTML, below `page.LIMIT` bytes: thumbnails get smaller and fewer until it fits.

    Raises:
        MiwakeError: the texts alone are too long.
    """
    views = (_view(contents, budget) for budget in _BUDGETS)
    return page.smallest("report/report.html.j2", views, contents.language)


def _view(contents: ReportContents, budget: Budget) -> dict[str, Any]:
    language, evaluation = contents.language, contents.evaluation
    view = {
        **ending(contents),
        "subtitle": words(
            "report.subtitle",
            language,
            architecture=clean(contents.model.architecture),
            data=clean(contents.data.name),
            classes=counted(len(evaluation.classes), "classes", language),
            pictures=counted(evaluation.count, "pictures", language),
        ),
        "multilabel": evaluation.multilabel,
        "class_count": len(evaluation.classes),
        "result": result(evaluation, contents.validation, language),
        "mistakes": mistakes(contents, budget),
        "classes": classes(evaluation, language),
        "trust": trust(evaluation, language),
        "data": data(contents, budget),
        "seen": seen(contents, budget),
        "learning": learning(contents),
        "filters": filters(contents),
    }
    return view | {"sections": _sections(view)}


def _sections(view: dict[str, Any]) -> list[str]:
    """Names of the sections that have something to show, in their order."""
    optional = {"trust": "trust", "seen": "seen", "learning": "learning", "filters": "filters", "next": "commands"}
    names = ("result", "mistakes", "classes", "trust", "data", "seen", "learning", "filters", "model", "next")
    sections = [name for name in names if name not in optional or view[optional[name]]]
    return sections + (["details"] if view["configuration"] or view["environment"] else [])
