"""A command with places to be filled in: divided into arguments once, and never seen by a shell."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from miwake.errors import UsageError, nearest, unknown

PLACES = ("label", "path", "probability", "time")
"""What can be filled in: the answer, the picture's absolute path, how probable the answer is, seconds since 1970."""

_PLACE = re.compile(r"\{\{(\w+)\}\}|\{(\w+)\}")
_SHELLS = {"sh", "bash", "dash", "zsh", "ksh", "fish", "csh", "tcsh", "cmd", "powershell", "pwsh"}
_INTERPRETERS = {"python", "python3", "perl", "ruby", "node", "php", "lua", "awk", "gawk"}
_CODE = re.compile(r"-\w*[ce]|/[cC]|-Command", re.ASCII)
"""Flags behind which a program is given as text."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command as it was given."""

    program: str
    """Absolute path of the program."""
    arguments: tuple[str, ...]
    """With places, such as `{label}`."""

    @property
    def places(self) -> frozenset[str]:
        """Names of the places that are filled in."""
        return frozenset(match[2] for text in self.arguments for match in _PLACE.finditer(text) if match[2])

    def filled(self, values: Mapping[str, str]) -> list[str]:
        """The arguments of one start, the program first; each value stays within the argument that has its place."""

        def fill(match: re.Match[str]) -> str:
            return "{" + match[1] + "}" if match[1] else values[match[2]]

        return [self.program, *(_PLACE.sub(fill, text) for text in self.arguments)]


def parse(text: str, labels: Sequence[str] = ()) -> Command:
    """Divide a command into arguments, as a shell's quotes and backslashes do it.

    Args:
        text: the command.
        labels: answers that may be filled in.

    Raises:
        UsageError: it cannot be divided, has a place that there is not, names no program that is there, or would let
            a picture's name become part of a program.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(
            f"--run cannot be divided into arguments: {error}.", expected="quotes that are closed", todo=_EXAMPLE
        ) from None
    if not words:
        raise UsageError("--run is empty.", expected="a command", todo=_EXAMPLE)
    _check_places(words)
    _check_code(words)
    program = shutil.which(words[0])
    if program is None:
        raise UsageError(
            f"--run names the program '{words[0]}', which is not there.",
            expected="a program that can be run",
            todo=f"check its name: command -v {shlex.quote(words[0])}",
        )
    _check_labels(words, labels)
    return Command(program=program, arguments=tuple(words[1:]))


_EXAMPLE = "miwake watch SOURCE RUN --run 'COMMAND {label} {path}'"


def _check_places(words: Sequence[str]) -> None:
    names = [match[2] for word in words for match in _PLACE.finditer(word) if match[2]]
    for name in names:
        if name not in PLACES:
            best = nearest(name, PLACES)
            raise UsageError(
                f"--run has the place {{{name}}}." + (f" Did you mean {{{best}}}?" if best else ""),
                expected=f"{', '.join(f'{{{place}}}' for place in PLACES)}, or {{{{{name}}}}} for the text {{{name}}}",
                todo=_EXAMPLE,
            )
    if any(match[2] for match in _PLACE.finditer(words[0])):
        raise UsageError(
            f"--run would run what is filled into {words[0]}.",
            expected="a program of your own, and places in its arguments",
            todo=_EXAMPLE,
        )


def _check_code(words: Sequence[str]) -> None:
    """Refuse a place inside of a program's text: a picture's name would be run, not passed."""
    for number, word in enumerate(words):
        # also behind `env` or `sudo`
        name = re.sub(r"[\d.]*(\.exe)?$", "", PurePath(word).name.lower())
        if name not in _SHELLS | _INTERPRETERS:
            continue
        rest = words[number + 1 :]
        for place, argument in enumerate(rest):
            code = place > 0 and _CODE.fullmatch(rest[place - 1]) is not None
            code = code or (name in ("awk", "gawk") and place == 0)
            if code and any(match[2] for match in _PLACE.finditer(argument)):
                raise UsageError(
                    f"--run puts a place into a program's text, where a picture's name could be run: {argument}",
                    expected="places in arguments of their own",
                    todo="""--run 'sh -c "mv \\"$1\\" bad/" sh {path}'""",
                )


def _check_labels(words: Sequence[str], labels: Sequence[str]) -> None:
    """Refuse answers that a program would take for flags."""
    bare = any(word.startswith("{label}") for word in words[1:])
    for label in labels:
        if bare and label.startswith("-"):
            raise UsageError(
                f"The answer '{label}' would be taken for a flag.",
                expected="--label={label} or the like, where answers begin with -",
                todo="write {label} behind other text.",
            )


def chosen(asked: Sequence[str], classes: Sequence[str]) -> frozenset[str] | None:
    """The answers for which a command is run; None for all.

    Args:
        asked: names, or several joined by commas.
        classes: the answers that there are.

    Raises:
        UsageError: there is no such answer.
    """
    names = [part for name in asked for part in ([name] if name in classes else name.split(","))]
    for name in names:
        if name not in classes:
            raise unknown("answer", name, classes)
    return frozenset(names) if names else None
