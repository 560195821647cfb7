"""Turns a run into one file that gives the same answers without Miwake."""

from __future__ import annotations

import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from miwake.exporting.config import ExportOptions
from miwake.look.text import Language
from miwake.verbs._json import print_json

if TYPE_CHECKING:
    from miwake.exporting.leave import Left


@dataclass(frozen=True)
class Exported:
    """What was written and found, and how it is to be shown."""

    left: Left
    json: bool
    lang: Language

    @property
    def file(self) -> Path:
        """The exported file."""
        return self.left.file


def export(
    run: Annotated[str | PathLike[str], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    *,
    options: ExportOptions = ExportOptions(),
    out: str | PathLike[str] | None = None,
    json: bool = False,
    lang: Language | None = None,
) -> Exported:
    """Turns a run into one file that gives the same answers without Miwake.

    Args:
        run: A run folder, its name under runs/, or `latest`.
        options: What is asked of the file.
        out: Folder for the file and what lies beside it; left away, export/ in the run folder.
        json: Print what was found as JSON.
        lang: Language of the table and the sentences: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        What was written and found.

    Raises:
        MiwakeError: no such run, packages that are missing, or a file that does not answer as `predict` does.
    """
    from miwake.look.language import spoken
    from miwake.verbs import _export

    language = spoken(lang)
    left = _export.export(os.fspath(run), options, None if out is None else Path(out), language)
    return Exported(left, json, language)


def show(exported: Exported) -> int:
    """What the gate found, a table of times, and where everything is; or JSON."""
    from miwake.exporting.wording import sentences, table_of
    from miwake.look.terminal import say, table

    left, lang = exported.left, exported.lang
    if exported.json:
        print_json(left.to_json(), indent=2)
        return 0
    first, *others = sentences(left, lang)
    say(first, bold=True)
    for sentence in others:
        say(sentence)
    if left.timings:
        say("")
        header, rows = table_of(left, lang)
        table(rows, header=header)
    return 0
