"""What watching tells people on a terminal."""

from __future__ import annotations

import sys
import time

from miwake.look.terminal import WIDTH
from miwake.look.text import Language, cells, clean, duration, shorten, wrap
from miwake.look.words import answered, told, words
from miwake.prediction import Unreadable
from miwake.types import Note
from miwake.watching.events import Happening, Sighting, Summary
from miwake.watching.watch import Watching

_CLOCK = 10
"""Columns of the time and the space behind it."""
_MARK = 4
_PATH = 12
"""Columns that a path is given at least."""


def line(event: Sighting, watching: Watching) -> str:
    """An answer in a line: time, what became of the command, answer, picture; at most 80 columns on a terminal."""
    lang = watching.lang
    start = _clock(event.time)
    if watching.acting is not None:
        mark = words(f"watch.acted.{event.acted}", lang) if event.acted else ""
        start += mark + " " * (_MARK - cells(mark) + 2)
    if isinstance(event.answer, Unreadable):
        return f"{start}{clean(event.shown)}: {clean(event.answer.reason)}"
    start += watching.task.line(event.answer, lang) + "  "
    path = clean(event.shown)
    if sys.stdout.isatty():
        path = shorten(path, max(_PATH, WIDTH - cells(start)), middle=True)
    return start + path


def sentence(event: Happening, lang: Language) -> str:
    """What happened, wrapped, behind the time."""
    return _behind(_clock(event.time), clean(told(event.note, lang)))


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds)) + "  "


def _behind(start: str, text: str) -> str:
    lines = wrap(text, WIDTH - _CLOCK)
    return "\n".join((start if not number else " " * _CLOCK) + part for number, part in enumerate(lines))


def summary(found: Summary, lang: Language, *, acting: bool) -> str:
    """What was seen, in a few sentences."""
    said = [words("watch.ended", lang, n=found.pictures, time=duration(found.seconds, lang))]
    if found.labels:
        counted = tuple(
            Note("watch.ended.label", {"label": answered(label, lang), "count": count})
            for label, count in found.labels.most_common()
        )
        said.append(words("watch.ended.labels", lang, labels=counted))
    if found.unreadable:
        said.append(words("watch.ended.unreadable", lang, n=found.unreadable))
    if acting:
        said.append(words("watch.ended.commands", lang, n=found.commands, failed=found.failed, held=found.held))
    if found.drifts:
        said.append(words("watch.ended.drifts", lang, n=found.drifts))
    return "\n".join(said)
