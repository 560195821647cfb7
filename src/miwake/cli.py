"""The command `miwake VERB …`: flags are generated from the verb's signature; only that verb's room is imported."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import sys
import textwrap
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, suppress
from importlib import import_module
from io import StringIO, TextIOWrapper
from types import FunctionType, ModuleType
from typing import Any

from miwake import sparing
from miwake.errors import MiwakeError, UsageError, unknown
from miwake.verbs import verbs
from miwake.version import __version__

_NO_ROOM = (errno.ENOSPC, errno.EIO)
_ORDER = (
    "demo",
    "check",
    "train",
    "evaluate",
    "predict",
    "explain",
    "attack",
    "export",
    "serve",
    "watch",
    "models",
    "lesson",
    "cache",
)


def _overview() -> str:
    known = verbs()
    names = sorted(known, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    lines = [
        "miwake: from a folder of pictures to a model that you can trust.",
        "",
        "Usage: miwake VERB [DATA|RUN] [--flag value]",
        "",
        *(
            textwrap.fill(known[name].rstrip("."), 80, initial_indent=f"  {name:<10}", subsequent_indent=" " * 12)
            for name in names
        ),
        "",
        "miwake VERB --help tells all about one of them.",
        "",
        "Begin with `miwake demo`, or with your own pictures, a folder for each class:",
        "  miwake train photos/",
    ]
    return "\n".join(lines)


def _call(verb: str, arguments: Sequence[str]) -> tuple[ModuleType, Any]:
    """Parse the flags of a verb and run it."""
    module = import_module(f"miwake.verbs.{verb}")
    function: Callable[..., Any] = getattr(module, verb)
    values, named = _parsed(verb, function, arguments)
    return module, function(*values, **named)


def _parsed(
    verb: str, function: Callable[..., Any], arguments: Sequence[str]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a function is to be called with.

    Raises:
        UsageError: the arguments are not understood.
    """
    import inspect

    import tyro

    # what a verb returns is for Python only, and its type is not imported until it runs
    twin = FunctionType(function.__code__, function.__globals__, verb, function.__defaults__, function.__closure__)
    twin.__kwdefaults__ = function.__kwdefaults__
    # Python takes paths and runs where the command line takes text
    kinds = {name: kind.replace(" | PathLike[str]", "") for name, kind in function.__annotations__.items()}
    twin.__annotations__ = {name: kind for name, kind in kinds.items() if name != "return"}

    collect = FunctionType(_collect.__code__, function.__globals__, verb)
    collect.__annotations__, collect.__doc__ = twin.__annotations__, function.__doc__
    collect.__signature__ = inspect.signature(twin)  # type: ignore[attr-defined]
    settings = (tyro.conf.OmitArgPrefixes, tyro.conf.FlagCreatePairsOff, tyro.conf.DisallowNone)
    said = StringIO()
    try:
        with redirect_stderr(said):
            found = tyro.cli(tyro.conf.configure(*settings)(collect), prog=f"miwake {verb}", args=list(arguments))
    except SystemExit as end:
        if not end.code:  # --help
            raise
        from miwake.verbs._flags import flags_of, refusal

        raise refusal(verb, flags_of(twin), arguments, said.getvalue()) from None
    values, named = found
    return values, named


def _collect(*values: Any, **named: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return values, named


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process: 0 done, 1 a check failed, 2 wrong use, 3 bad data."""
    ended: list[int] = []
    # the first to be registered is the last to be called: whatever else is done at the end has been done by then
    atexit.register(_leave, ended)
    # looking again and again through all that is imported, and never freed, is a tenth of the start
    gc.set_threshold(100_000)
    said = list(sys.argv[1:] if arguments is None else arguments)
    if said[:1] == ["predict"]:
        # the process ends with its answers: nothing in it will ask for the rest of torch
        sparing.hold_back()
    ended.append(run(said))
    raise SystemExit(ended[0])


def _leave(ended: Sequence[int]) -> None:
    """End without freeing every object one by one, which takes longer than an answer where torch is loaded."""
    if not ended:
        return
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(ended[0])


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    # a passive wait leaves the core to others between two parallel stretches; must be set before torch is loaded
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # a name that the terminal's encoding lacks is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            code = _run(arguments)
        except SystemExit as end:  # --help of a verb
            code = int(end.code or 0)
        # said now, while a reader that has gone away is no surprise
        sys.stdout.flush()
        return code
    except MiwakeError as error:
        print(f"miwake: {error}", file=sys.stderr)
        if isinstance(error, UsageError) and not error.todo and arguments[0] in verbs():
            print(f"What to do: choose another value; miwake {arguments[0]} --help tells of each.", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nmiwake: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # the reader has seen enough (`| head`)
        # nothing is left to be printed when the process ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("MIWAKE_DEBUG"):
            traceback.print_exc()
        text, code = _in_words(error)
        print(f"miwake: {text}", file=sys.stderr)
        return code


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0
    if arguments[0] in ("-V", "--version"):
        print(f"miwake {__version__}")
        return 0
    verb = arguments[0]
    if verb not in verbs():
        raise unknown("verb", verb, verbs(), todo="miwake --help")
    module, value = _call(verb, arguments[1:])
    show = getattr(module, "show", None)
    return int((show(value) if show is not None else 0) or 0)


def _in_words(error: Exception) -> tuple[str, int]:
    """What to say of an error that no room has put into words, and the exit code."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}.", 2
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return f"What was to be printed could not be: {error.strerror}.\nWhat to do: make room, or print elsewhere.", 2
    words = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in words or "can't allocate memory" in words:
        return "The memory does not suffice.\nWhat to do: a smaller --batch-size, --image-size or --model.", 2
    return (
        f"a bug in Miwake: {type(error).__name__}: {error}\n"
        "Please report it, with what `MIWAKE_DEBUG=1 miwake …` prints."
    ), 70
