"""Answer each new picture of a folder or a camera, run a command for some, and say when pictures change."""

from __future__ import annotations

import errno
import os
import signal
import sys
from os import PathLike
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from miwake.errors import UsageError
from miwake.look.text import Language
from miwake.verbs._json import print_json
from miwake.watching.config import WatchOptions

if TYPE_CHECKING:
    from miwake.watching.events import Event
    from miwake.watching.watch import Watching


def watch(
    source: Annotated[str | PathLike[str], tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE")],
    run: Annotated[
        str | PathLike[str] | None, tyro.conf.Positional, tyro.conf.arg(metavar="RUN", help_behavior_hint="")
    ] = None,
    *,
    camera: str | int | None = None,
    watching: WatchOptions = WatchOptions(),
    json: bool = False,
    device: str = "auto",
    backend: Literal["auto", "torch", "onnx", "openvino"] = "auto",
    max_pixels: int = 200_000_000,
    lang: Language | None = None,
) -> Watching:
    """Answer each new picture of a folder or a camera, run a command for some, and say when pictures change.

    Args:
        source: A folder; new pictures in it, and in folders below it, are answered. With --camera it is left away.
        run: A run folder, its name under runs/, a model file, `latest`, or `imagenet`, which comes with the install.
        camera: In place of a folder: the number of a camera, 0 for the first, or a device, an address, a video file.
        watching: What is run for which answers, what is logged and kept, and how it looks.
        json: Print a JSON object a line.
        device: cpu, cuda, cuda:1, …
        backend: What computes: torch, or a file that `miwake export` made; auto is the fastest that it found to give
            the same answers.
        max_pixels: Refuse larger pictures before they are decoded.
        lang: Language of what is said: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        An iterator over what is seen: `Sighting`, a picture with its `answer`, and `Happening`, everything else. It
        ends after `stop()`, or at the end of a `with` block.

    Raises:
        MiwakeError: no such folder, camera, run or command, or a log that cannot be written to.
        MissingExtra: --camera without the packages of the extra `camera`.
    """
    from miwake.look.language import spoken
    from miwake.verbs import _watched

    language = spoken(lang)
    if camera is not None and run is not None:
        raise UsageError(
            "There are both a folder and a camera.",
            expected="a folder and a run, or a camera and a run",
            todo=f"miwake watch RUN --camera {camera}",
        )
    if camera is None and run is None:
        raise UsageError(
            "RUN is missing.", expected="miwake watch SOURCE RUN", todo="miwake watch FOLDER latest, or add --camera 0"
        )
    return _watched.watch(
        None if run is None else os.fspath(source),
        os.fspath(source if run is None else run),
        camera=None if camera is None else str(camera),
        options=watching,
        json=json,
        device=device,
        backend=backend,
        max_pixels=max_pixels,
        lang=language,
    )


def show(watching: Watching) -> int:
    """Print what is seen until Ctrl-C or SIGTERM, and then a summary."""
    from miwake.look.terminal import say
    from miwake.look.words import told

    signals: list[int] = []

    def end(number: int, frame: Any) -> None:
        signals.append(number)
        watching.stop(now=len(signals) > 1)  # who asks twice is in a hurry

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    printer = _Printer(watching)
    try:
        with watching:
            for note in watching.notes:
                say(told(note, watching.lang), file=sys.stderr)
            for event in watching:
                printer.show(event)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        printer.close()
    return 0


class _Printer:
    """Prints events; a full disk behind standard output is said once and is no reason to end."""

    def __init__(self, watching: Watching) -> None:
        self.watching = watching
        self.stopped = False

    def show(self, event: Event) -> None:
        try:
            self._show(event)
            sys.stdout.flush()
            self.stopped = False
        except BrokenPipeError:
            raise
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
                raise
            self._say_once(error.strerror or str(error))

    def _show(self, event: Event) -> None:
        from miwake.look.terminal import say
        from miwake.prediction import Unreadable
        from miwake.watching import telling
        from miwake.watching.events import Sighting
        from miwake.watching.watch import facts_of

        watching = self.watching
        if watching.json:
            print_json(facts_of(event, watching))
        elif isinstance(event, Sighting):
            print(telling.line(event, watching), file=sys.stderr if isinstance(event.answer, Unreadable) else None)
        elif event.kind == "ended":
            say(telling.summary(watching.summary, watching.lang, acting=watching.acting is not None))
        elif not event.quiet:
            print(telling.sentence(event, watching.lang), file=sys.stderr)

    def _say_once(self, said: str) -> None:
        from miwake.look.terminal import say
        from miwake.look.words import words

        if not self.stopped:
            say(words("watch.output-stopped", self.watching.lang, said=said), file=sys.stderr)
        self.stopped = True

    def close(self) -> None:
        """What still cannot be printed is let go."""
        if self.stopped:
            try:
                sys.stdout.flush()
            except OSError:
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
