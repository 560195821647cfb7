"""The one way from a template and what it shows to a page: one HTML file, which loads nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from miwake.errors import MiwakeError
from miwake.look.style import stylesheet
from miwake.look.text import Language
from miwake.look.words import words


def render(template: str, contents: Mapping[str, Any], language: Language) -> str:
    """A page's HTML.

    Args:
        template: its place in the package, `report/report.html.j2`; it extends `look/page.html.j2`, which says what
            each page gives.
        contents: what the template names; texts among them are escaped.
        language: of the page, and of the words that the template says by `t(key, name=value)`.
    """

    def t(key: str, **values: object) -> str:
        return words(key, language, **values)

    page = _environment().get_template(template).render(contents, language=language, t=t)
    # a name with an undecodable byte must not keep the page from being written
    return page.encode("utf-8", "replace").decode("utf-8")


LIMIT = 5_000_000
"""Bytes of a report at most."""


def smallest(template: str, views: Iterable[Mapping[str, Any]], language: Language) -> str:
    """The first of several ways to show the same, from generous to bare, whose page keeps below `LIMIT` bytes.

    Raises:
        MiwakeError: the barest is too long: its texts alone are.
    """
    size = 0
    for view in views:
        html = render(template, view, language)
        size = len(html.encode("utf-8"))
        if size < LIMIT:
            return html
    raise MiwakeError(
        f"The report would take {size / 1e6:.1f} MB without pictures.",
        expected=f"less than {LIMIT / 1e6:.0f} MB",
        todo="give fewer settings and notes.",
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("miwake", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["css"] = Markup(stylesheet())
    return environment
