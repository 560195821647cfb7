"""The question that is asked of a picture: one file a task; the file's name is its registration."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from miwake.errors import unknown

if TYPE_CHECKING:
    from miwake.tasks.task import Task

_HELPERS = {"__init__", "chosen", "head", "odd", "phases", "pixel_answers", "pixels", "protocols", "task"}


def names() -> tuple[str, ...]:
    """The tasks that there are, found by looking at the files; nothing is imported."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _HELPERS))


def find(name: str) -> type[Task]:
    """The class of a task by its name.

    Raises:
        UsageError: there is no such task.
    """
    from miwake.tasks.task import Task

    if name not in names():
        raise unknown("task", name, names())
    module = import_module(f"miwake.tasks.{name}")
    classes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Task)]
    (kind,) = [kind for kind in classes if kind.__module__ == module.__name__]
    return kind
