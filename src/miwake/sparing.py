"""torch, imported without what only its compiler and its `meta` device need: a command that answers waits for this.

On import torch describes, in Python, the shape of the result of some thousand operations, for tensors without memory
(`torch._meta_registrations`, and what that takes with it). A process that computes with real numbers never asks for
one of them. Here the module is held back until somebody does: whatever is asked of it loads it, and so does
`all_of_torch`, which comes before anything that works on the `meta` device.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_LATER = "torch._meta_registrations"


class _Later(ModuleType):
    """In place of a module that has not been loaded yet."""

    def __getattr__(self, name: str) -> Any:
        # the machinery of imports asks for such names
        if name.startswith("__"):
            raise AttributeError(name)
        all_of_torch()
        return getattr(sys.modules[_LATER], name)


def hold_back() -> None:
    """Let torch be imported without it, where it has not been yet; for a process that does nothing else."""
    if "torch" not in sys.modules:
        sys.modules[_LATER] = _Later(_LATER)


def held_back() -> bool:
    """Whether torch lacks it, up to now."""
    return isinstance(sys.modules.get(_LATER), _Later)


def all_of_torch() -> None:
    """torch as it is without `hold_back`."""
    if held_back():
        del sys.modules[_LATER]
        import_module(_LATER)
