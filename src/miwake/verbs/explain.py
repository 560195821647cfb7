"""Why it answered so: where it looked, what would change the answer, what is like it, and the layers at work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from miwake.explanation.config import ExplainOptions
from miwake.look.text import Language
from miwake.verbs._json import print_json

if TYPE_CHECKING:
    from miwake.explanation.contents import Explained


@dataclass(frozen=True)
class Shown:
    """Explanations, and how they are to be shown."""

    explained: Explained
    json: bool
    lang: Language


def explain(
    run: Annotated[str | PathLike[str], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    pictures: Annotated[Sequence[str | PathLike[str]], tyro.conf.Positional, tyro.conf.arg(metavar="PICTURES…")] = (),
    *,
    explanation: ExplainOptions = ExplainOptions(),
    json: bool = False,
    out: str | PathLike[str] | None = None,
    pictures_out: Annotated[str | PathLike[str] | None, tyro.conf.arg(name="pictures")] = None,
    time_limit: str | None = None,
    device: str = "auto",
    max_pixels: int = 200_000_000,
    lang: Language | None = None,
) -> Shown:
    """Why it answered so: where it looked, what would change the answer, what is like it, and the layers at work.

    Args:
        run: A run folder, its name under runs/, a model file, `latest`, or `imagenet`, which comes with the install.
        pictures: Files, folders, patterns, - for paths from standard input, or pictures of the run's own data as its
            predictions.csv names them. Without any, the tree of the network's layers is printed.
        explanation: Which explanations, of which class, with which pictures beside them.
        json: Print JSON in place of sentences.
        out: The page; left away, explain.html in the run's folder, for imagenet in this folder under a name
            that is free.
        pictures_out: Also write every map and the other pictures to this folder.
        time_limit: Such as 30s or 2m; what does not fit is left out, the cheapest comes first. One map that can be
            believed is always made.
        device: cpu, cuda, cuda:1, …
        max_pixels: Refuse larger pictures before they are decoded.
        lang: Language of the page and the sentences: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        What was found, `explained`, with the maps as arrays and the path of the page.

    Raises:
        MiwakeError: no such run, picture, class, method or layer, or a method that was asked for is not installed.
    """
    from miwake.look.language import spoken
    from miwake.verbs import _explain

    language = spoken(lang)
    named = [pictures] if isinstance(pictures, str | PathLike) else pictures
    found = _explain.explain(
        os.fspath(run),
        [os.fspath(picture) for picture in named],
        options=explanation,
        out=None if out is None else Path(out),
        pictures_out=None if pictures_out is None else Path(pictures_out),
        time_limit=time_limit,
        device=device,
        max_pixels=max_pixels,
        lang=language,
    )
    return Shown(found, json, language)


def show(shown: Shown) -> int:
    """Sentences for each picture, or JSON; the tree of layers where no picture was named. 3 for unreadable pictures."""
    from miwake.explanation import telling

    if shown.json:
        print_json(telling.to_json(shown.explained), indent=2)
    else:
        telling.tell(shown.explained, shown.lang)
    return 3 if shown.explained.unreadable else 0
