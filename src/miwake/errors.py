"""Errors that say what was found, what was expected and what to do.

Every error that a user can cause is a `MiwakeError`; the command line prints it without a traceback and
ends with its `exit_code`. A traceback is a bug in Miwake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LIKE = ((2, 0.5), (4, 0.75), (10**6, 0.6))
"""For names of up to so many letters: the share that two have in common, in the same order, from which one may be a
misspelling of the other. Names of three and four letters are alike by chance; of two, half is all that there can be."""


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
    """The known name that is so like another that it may be meant, or an empty string.

    Of paths in the same folder the names are compared, not the folder; of flags the words, not the dashes.
    """
    folder, slash, own = name.lstrip("-").rpartition("/")
    best, likeness = "", (0.0, False)
    for other in names:
        short = other.lstrip("-").removeprefix(folder + slash)
        swapped = sorted(own.lower()) == sorted(short.lower())
        same = 1.0 if swapped else difflib.SequenceMatcher(None, own.lower(), short.lower()).ratio()
        if (same, other.startswith(folder + slash)) > likeness:
            best, likeness = other, (same, other.startswith(folder + slash))
    return best if likeness[0] >= next(least for letters, least in _LIKE if len(own) <= letters) else ""


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
