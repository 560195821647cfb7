"""How easily a model is fooled: attacks, a patch to print, bad weather, shape or texture."""

from __future__ import annotations

import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from miwake.data.config import DataOptions
from miwake.look.text import Language
from miwake.robustness.config import AttackOptions
from miwake.verbs._json import print_json

if TYPE_CHECKING:
    from miwake.robustness.results import Robustness


@dataclass(frozen=True)
class Attacked:
    """What was found, where it is written, and how it is to be shown."""

    robustness: Robustness
    folder: Path | None
    """Holds `report.html`, `attack.json` and `patch.png`; None where there was no place to write."""
    json: bool
    lang: Language


def attack(
    run: Annotated[str | PathLike[str], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    data: Annotated[str | PathLike[str] | None, tyro.conf.Positional, tyro.conf.arg(metavar="[DATA]")] = None,
    *,
    data_options: DataOptions = DataOptions(),
    options: AttackOptions = AttackOptions(),
    out: str | PathLike[str] | None = None,
    json: bool = False,
    device: str = "auto",
    lang: Language | None = None,
) -> Attacked:
    """How easily a model is fooled: attacks, a patch to print, bad weather, shape or texture.

    Args:
        run: A run folder, its name under runs/, or `latest`; with data also a model file or `imagenet`.
        data: Other data to attack it on; left away, the run's own test pictures.
        data_options: How other data is read.
        options: How it is attacked.
        out: Folder for the page, the figures and the patch; left away, attack/ in the run folder.
        json: Print the figures as JSON.
        device: cpu, cuda, cuda:1, …
        lang: Language of the page and the sentences: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        What was found.

    Raises:
        MiwakeError: no such run, data, attack or class, or a strength that cannot be meant.
    """
    from miwake.look.language import spoken
    from miwake.verbs import _attack

    language = spoken(lang)
    found, folder = _attack.attack(
        os.fspath(run),
        None if data is None else os.fspath(data),
        data_options=data_options,
        options=options,
        out=None if out is None else Path(out),
        device=device,
        language=language,
    )
    return Attacked(found, folder, json, language)


def show(attacked: Attacked) -> int:
    """A short table and sentences, or JSON."""
    from miwake.look.terminal import say
    from miwake.look.words import words
    from miwake.robustness.results import to_json
    from miwake.robustness.table import summary
    from miwake.robustness.wording import sentences

    found, lang = attacked.robustness, attacked.lang
    if attacked.json:
        print_json(to_json(found), indent=2)
        return 0
    say(summary(found, lang))
    say("")
    for sentence in sentences(found, lang):
        say(sentence)
    if attacked.folder is None:
        say(words("attack.nowhere", lang))
        return 0
    say(words("attack.written", lang, page=attacked.folder / "report.html"))
    if found.patch is not None:
        say(words("attack.written.patch", lang, patch=attacked.folder / "patch.png"))
    return 0
