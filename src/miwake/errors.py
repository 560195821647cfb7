"""Errors that say what was found, what was expected and what to do.

Every error that a user can cause is a `MiwakeError`; the command line prints it without a traceback and
ends with its `exit_code`. A traceback is a bug in Miwake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MiwakeError(Exception):
    """Something that the user can mend.

    Args:
        found: what was found, with the file and line where there is one.
        expected: what was expected in its place.
        todo: the command or the edit that mends it.
    """

    exit_code = 2

    def __init__(self, found: str, *, expected: str = "", todo: str = "") -> None:
        self.found, self.expected, self.todo = found, expected, todo
        parts = [found]
        if expected:
            parts.append(f"Expected: {expected}")
        if todo:
            parts.append(f"What to do: {todo}")
        super().__init__("\n".join(parts))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.found, self.expected, self.todo))


def _rebuild(kind: type[MiwakeError], found: str, expected: str, todo: str) -> MiwakeError:
    return kind(found, expected=expected, todo=todo)


class UsageError(MiwakeError):
    """A wrong command, flag, name or value. Exit code 2."""


class DataError(MiwakeError):
    """Data that cannot be used as it is. Exit code 3."""

    exit_code = 3


class MissingExtra(UsageError):
    """A feature whose optional packages are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs packages that are not installed.",
            todo=f"pip install 'miwake[{extra}]'",
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (UsageError, self.found, self.expected, self.todo))


def nearest(name: str, names: Iterable[str]) -> str:
    """The known name that is most like a misspelt one, or an empty string."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return close[0] if close else ""


def unknown(kind: str, name: str, names: Iterable[str], *, todo: str = "") -> UsageError:
    """The error for a name that does not exist, with the nearest one that does."""
    known = list(names)
    best = nearest(name, known)
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return UsageError(
        f"There is no {kind} named '{name}'." + (f" Did you mean '{best}'?" if best else ""),
        expected=f"one of {shown}",
        todo=todo or (f"write '{best}'." if best else ""),
    )
