"""Why the flags of a command were refused, in words: found, expected, what to do."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from miwake.errors import UsageError, nearest

_NUMBERS: dict[type, str] = {int: "a whole number", float: "a number"}
_BOX = re.compile(r"^[╭╰].*|^│ ?|\s*│$", re.MULTILINE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Flags:
    """What a verb takes."""

    flags: Mapping[str, Any]
    """Flag, such as `--batch-size`, to the type of its value."""
    needed: tuple[str, ...]
    """Words that must be there, as help names them."""


def flags_of(function: Callable[..., Any]) -> Flags:
    """The flags that are generated from a function's signature and the dataclasses in it."""
    flags: dict[str, Any] = {"--help": bool}
    needed = []
    defaults = function.__defaults__ or ()
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    for name, hint in typing.get_type_hints(function, include_extras=True).items():
        kind, extras = _bare(hint)
        config = next((extra for extra in extras if hasattr(extra, "metavar")), None)
        if name in positional:
            if positional.index(name) < len(positional) - len(defaults):
                needed.append(getattr(config, "metavar", None) or name.upper())
        elif dataclasses.is_dataclass(kind):
            hints = typing.get_type_hints(kind)
            flags |= {_flag(field.name): hints[field.name] for field in dataclasses.fields(kind)}
        else:
            flags[_flag(getattr(config, "name", None) or name)] = kind
    return Flags(flags=flags, needed=tuple(needed))


def _bare(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without what is noted beside it, and the notes."""
    extras: tuple[Any, ...] = ()
    if typing.get_origin(hint) is typing.Annotated:
        extras, hint = hint.__metadata__, hint.__origin__
    return hint, extras


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def refusal(verb: str, taken: Flags, arguments: Sequence[str], said: str) -> UsageError:
    """The error for arguments that the parser refused.

    Args:
        verb: of the command.
        taken: what it takes.
        arguments: what it was given.
        said: what the parser printed, for what is not known here.
    """
    todo, words, place = f"miwake {verb} --help", 0, 0
    while place < len(arguments):
        word, equals, value = arguments[place].partition("=")
        place += 1
        if not word.startswith("--"):
            words += 1
            continue
        flag = word.replace("_", "-")
        if flag not in taken.flags:
            return _unknown_flag(verb, word, taken, todo)
        kind = taken.flags[flag]
        if kind is bool:
            continue
        if not equals:
            if place == len(arguments) or arguments[place] in taken.flags:
                return UsageError(f"{flag} has no value.", expected=_expected(kind), todo=f"write {flag} VALUE; {todo}")
            value = arguments[place]
            place += 1
        if not _fits(kind, value):
            return _misfit(flag, kind, value, todo)
        if typing.get_origin(kind) is tuple:
            while place < len(arguments) and not arguments[place].startswith("--"):
                if not _fits(kind, arguments[place]):
                    return _misfit(flag, kind, arguments[place], todo)
                place += 1
    if words < len(taken.needed):
        missing = " and ".join(taken.needed[words:])
        return UsageError(
            f"{missing} {'is' if len(taken.needed) - words == 1 else 'are'} missing.",
            expected=f"miwake {verb} {' '.join(taken.needed)}",
            todo=todo,
        )
    return _as_it_was_said(said, todo)


def _misfit(flag: str, kind: Any, value: str, todo: str) -> UsageError:
    best = nearest(value, _choices(kind))
    return UsageError(
        f"{flag} is '{value}'." + (f" Did you mean '{best}'?" if best else ""),
        expected=_expected(kind),
        todo=f"{flag} {best}" if best else todo,
    )


def _unknown_flag(verb: str, word: str, taken: Flags, todo: str) -> UsageError:
    best = nearest(word.replace("_", "-"), taken.flags)
    return UsageError(
        f"miwake {verb} has no flag {word}." + (f" Did you mean {best}?" if best else ""),
        expected=f"{best} and {_expected(taken.flags[best])}" if best and taken.flags[best] is not bool else best,
        todo=f"write {best}; {todo} lists all." if best else f"{todo} lists all.",
    )


def _as_it_was_said(said: str, todo: str) -> UsageError:
    lines = [line.strip() for line in _BOX.sub("", said).splitlines()]
    # boxes are drawn with - where the terminal has nothing better
    parts = re.split(r"[─-]{5,}|Perhaps you meant", " ".join(line for line in lines if line).lstrip("+-|─ "))
    text = next((part for part in parts if "Unrecognized options: " in part), parts[0]).strip(" |")
    first = re.sub(r"^.*Unrecognized options: (.*)", r"There is no room for: \1.", text)
    return UsageError(first or "These flags are not understood.", todo=todo)


def _kinds(kind: Any) -> tuple[Any, ...]:
    """The types of a union, without None; of a list's members; a single type as it is."""
    if typing.get_origin(kind) is tuple:
        return _kinds(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(part for part in typing.get_args(kind) if part is not type(None))
    return (kind,)


def _choices(kind: Any) -> tuple[str, ...]:
    return tuple(
        str(value) for part in _kinds(kind) if typing.get_origin(part) is typing.Literal for value in part.__args__
    )


def _expected(kind: Any) -> str:
    choices = _choices(kind)
    if choices:
        return f"one of {', '.join(choices)}"
    return next((_NUMBERS[part] for part in _kinds(kind) if part in _NUMBERS), "a value")


def _fits(kind: Any, text: str) -> bool:
    if text == "None" and kind not in _kinds(kind):
        return True
    choices = _choices(kind)
    if choices:
        return text in choices
    numbers = [part for part in _kinds(kind) if part in _NUMBERS]
    for number in numbers:
        try:
            number(text)
        except ValueError:
            continue
        return True
    return not numbers
