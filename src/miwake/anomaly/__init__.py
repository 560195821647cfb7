"""Methods that learn what good pictures look like, and how odd another is: one file each, found by its name.

A room between networks and tasks: a method is a network that begins with one of `miwake.networks` (or does without),
and is no answer to a question yet; thresholds, answers and figures are the task's.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from miwake.errors import unknown

if TYPE_CHECKING:
    from miwake.anomaly.method import Method


def names() -> tuple[str, ...]:
    """The methods that there are, found by looking at the files; nothing is imported."""
    files = (Path(__file__).parent / "methods").glob("*.py")
    return tuple(sorted(path.stem for path in files if path.stem != "__init__"))


def find(name: str) -> Method:
    """The module of a method.

    Raises:
        UsageError: there is no such method.
    """
    if name not in names():
        raise unknown("method", name, names())
    return cast("Method", import_module(f"miwake.anomaly.methods.{name}"))
