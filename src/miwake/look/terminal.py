"""The terminal: one line of progress, short summaries, 80 columns, no colour where there is no terminal.

Text goes to standard output, progress to standard error, so that output can be piped while progress is watched.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Table
from rich.text import Text

from miwake.look.text import Language, clean, duration, shorten, wrap
from miwake.look.words import words

WIDTH = 80
_REFRESH = 0.1  # seconds between two drawings of the line
_QUIET = 30.0  # seconds between two lines where there is no terminal


def _console(file: TextIO) -> Console:
    if isinstance(file, io.TextIOWrapper):
        # a name that the terminal's encoding lacks is no reason to stop
        file.reconfigure(errors="backslashreplace")
    plain = not file.isatty()
    width = WIDTH if plain else None
    console = Console(file=file, width=width, highlight=False, markup=False, emoji=False, no_color=plain or None)
    if console.width > WIDTH:
        console.width = WIDTH
    return console


def say(text: str, *, bold: bool = False, file: TextIO | None = None) -> None:
    """Print lines, wrapped at 80 columns; a longer word, such as a path, stays whole.

    Control characters in names from outside are shown, not obeyed.
    """
    console = _console(file or sys.stdout)
    for line in text.split("\n"):
        for part in wrap(clean(line), WIDTH):
            console.print(Text(part, style="bold" if bold else ""), soft_wrap=True)


def table(rows: Sequence[Sequence[object]], *, header: Sequence[str] = (), file: TextIO | None = None) -> None:
    """Print a small table: columns of numbers to the right, texts cut to fit 80 columns.

    Args:
        rows: cells, as many in each row.
        header: names of the columns; none for a list of names and values.
        file: standard output where None.
    """
    console = _console(file or sys.stdout)
    texts = [[clean(str(cell)) for cell in row] for row in rows]
    shown = Table(box=None, show_header=bool(header), pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in range(max(len(header), *(len(row) for row in texts), 0) if texts else len(header)):
        cells = [row[column] for row in texts if column < len(row)]
        numeric = bool(cells) and all(_is_number(cell) for cell in cells)
        name = clean(header[column]) if column < len(header) else ""
        shown.add_column(Text(name), justify="right" if numeric else "left", overflow="ellipsis", no_wrap=numeric)
    for row in texts:
        shown.add_row(*(Text(cell) for cell in row))
    console.print(shown)


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit() or cell in ("–", "") or (cell[:1] in "-+−<" and cell[1:2].isdigit())


class _Remaining(ProgressColumn):
    """Time that is left, or that it took."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language = language

    def render(self, task: Task) -> Text:
        if task.finished:
            return Text(duration(task.finished_time or 0.0, self.language))
        if task.time_remaining is None:
            return Text("")
        return Text(words("terminal.left", self.language, time=duration(task.time_remaining, self.language)))


class progress:  # noqa: N801  (reads as a function: `with progress(…) as line`)
    """One line with a bar, the remaining time and a short text; plain lines, seldom, where there is no terminal.

    Calling `update` more often than ten times a second costs next to nothing.

    Args:
        total: what `done` counts up to.
        label: what is being done, a few words.
        language: of what it says itself.
        file: standard error where None.
        brief: without a terminal nothing is said of what took less than a second.
    """

    def __init__(
        self,
        total: int,
        label: str,
        *,
        language: Language = "en",
        file: TextIO | None = None,
        brief: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.brief, self.whole = brief, True
        self.total, self.label, self.language, self.clock = total, clean(label), language, clock
        self.console = _console(file or sys.stderr)
        self.live = self._live() if self.console.is_terminal else None
        self.done, self.text = 0, ""
        self.drawn = self.started = 0.0
        self.first: tuple[float, int] | None = None

    def _live(self) -> Progress:
        return Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f}%", markup=False),
            _Remaining(self.language),
            TextColumn("{task.fields[text]}", markup=False),
            console=self.console,
            auto_refresh=False,
            expand=False,
        )

    def __enter__(self) -> Self:
        self.drawn = self.started = self.clock()
        if self.live is not None:
            self.live.start()
            self.row = self.live.add_task(shorten(self.label, 24), total=self.total, text="")
        return self

    def update(self, done: int, text: str = "") -> None:
        """Say how far it is.

        Args:
            done: of `total`.
            text: what is worth a look at the moment, up to about 25 columns.
        """
        self.done, self.text = done, text or self.text
        now = self.clock()
        self.first = self.first or (now, done)
        if now - self.drawn < (_REFRESH if self.live is not None else _QUIET):
            return
        self.drawn = now
        self._draw(now)

    def stopped(self) -> None:
        """It ends before everything is done: it will not be called done."""
        self.whole = False

    def _draw(self, now: float) -> None:
        text = clean(self.text)
        if self.live is not None:
            self.live.update(self.row, completed=self.done, text=shorten(text, 24), refresh=True)
            return
        share = self.done / self.total if self.total else 1.0
        remaining = words("terminal.left", self.language, time=duration(self._left(now), self.language))
        self._say(f"{share * 100:.0f}%", remaining, text)

    def _left(self, now: float) -> float:
        """Seconds, at the pace since the first word of it: what goes on from a checkpoint does not begin at nothing."""
        since, before = self.first or (self.started, 0)
        if self.done <= before:
            since, before = self.started, 0
        done = self.done - before
        return (now - since) * (self.total - self.done) / done if done else float("nan")

    def _say(self, *facts: str) -> None:
        known = tuple(fact for fact in facts if fact)
        line = words("terminal.line", self.language, label=self.label, facts=known)
        say(shorten(line, WIDTH), file=self.console.file)  # type: ignore[arg-type]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        now = self.clock()
        if self.live is not None:
            self._draw(now)
            self.live.stop()
        elif kind is None and self.whole and not (self.brief and now - self.started < 1):
            took = duration(now - self.started, self.language)
            self._say(words("terminal.done", self.language, time=took), clean(self.text))
