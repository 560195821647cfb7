"""The page for people: a file of HTML, one of CSS and one of JavaScript, all from the server itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from miwake.look import page
from miwake.look.style import stylesheet
from miwake.look.text import Language
from miwake.look.words import catalogue, words
from miwake.serving.config import ServeOptions

_SCRIPT_WORDS = "serve.js."


@cache
def style() -> str:
    """The house's stylesheet, and what this page adds."""
    return stylesheet() + files("miwake.serving").joinpath("page.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """What the page does."""
    return files("miwake.serving").joinpath("page.js").read_text(encoding="utf-8")


def html(facts: Mapping[str, Any] | None, options: ServeOptions, language: Language, *, token: bool) -> str:
    """The page.

    Args:
        facts: of the model; None where no worker is ready yet, or who asks has not shown the token.
        options: what the server offers.
        language: of the page.
        token: whether a token is needed.
    """
    said = {
        key.removeprefix(_SCRIPT_WORDS): texts[language]
        for key, texts in catalogue().items()
        if key.startswith(_SCRIPT_WORDS)
    }
    settings = {
        "words": said,
        "lang": language,
        "keeps": options.keep is not None,
        "token": token,
        "most": options.max_pictures,
        "bytes": options.max_bytes,
    }
    contents = {
        "title": words("serve.title", language) if facts is None else facts["run"],
        "subtitle": words("serve.subtitle", language),
        "sections": ("ask",),
        "settings": json.dumps(settings, ensure_ascii=False),
        "keeps": options.keep is not None,
        "token": token,
        "calibrated": facts is not None and facts["calibrated"],
        "other": "en" if language == "ja" else "ja",
    }
    return page.render("serving/page.html.j2", contents, language)
