"""The lessons' pages, each written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from miwake.look.text import Language


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The page of a lesson: `written("convolution", "ja")`."""
    from miwake.lessons.page.write import write

    folder, pages = tmp_path_factory.mktemp("lessons"), {}

    def page(name: str, language: Language = "en") -> Path:
        if (name, language) not in pages:
            pages[name, language] = folder / f"{name}.{language}.html"
            write(name, pages[name, language], language)
        return pages[name, language]

    return page


@pytest.fixture
def show(browser: Any, written: Callable[..., Path]) -> Iterator[Callable[..., Any]]:
    """Open a lesson: `show("convolution", step=2, viewport=…)`; errors of the page and requests fail the test."""
    contexts, wrong = [], []

    def load(name: str, *, language: Language = "en", step: int = 1, **options: Any) -> Any:
        context = browser.new_context(offline=True, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
        tab.goto(written(name, language).as_uri() + (f"#step-{step}" if step > 1 else ""))
        return tab

    yield load
    for context in contexts:
        context.close()
    assert not wrong
