from __future__ import annotations

from typing import Any

import pytest
from jinja2 import UndefinedError

from miwake.look.page import render
from miwake.look.style import stylesheet

FRAME = "look/page.html.j2"


def contents(**changes: Any) -> dict[str, Any]:
    given = {"title": "run", "subtitle": "of pictures", "room": "report", "skip": "report.skip"}
    return given | {"sections": ["result", "details"]} | changes


def test_the_frame_is_said_in_the_language_of_the_page() -> None:
    english, japanese = (render(FRAME, contents(), language) for language in ("en", "ja"))
    assert '<html lang="en">' in english
    assert 'href="#result">Skip to the results</a>' in english
    assert '<html lang="ja">' in japanese
    assert 'href="#result">結果へ移動</a>' in japanese
    assert stylesheet() in japanese


def test_names_from_outside_are_only_text() -> None:
    page = render(FRAME, contents(title="<script>\udcff", subtitle='"><img src=x>'), "en")
    assert "<h1>&lt;script&gt;?</h1>" in page
    assert "<img" not in page


def test_what_a_page_forgets_to_give_is_an_error() -> None:
    given = contents()
    del given["subtitle"]
    with pytest.raises(UndefinedError, match="subtitle"):
        render(FRAME, given, "en")
