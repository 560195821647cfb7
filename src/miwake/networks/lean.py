"""timm, imported without what it does not need: every command that builds a network waits for this.

Two things in timm start torch's compiler on import, which takes as long as torch itself: one class that it takes from
`torchvision.ops`, and methods that it keeps from being compiled. Here timm gets the file of that class alone, and the
methods are marked when they are first called. What timm loses is its way to features through `torch.fx`, which a
process that needs it gets by importing torchvision before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

import torch


@contextmanager
def _bare_torchvision() -> Iterator[None]:
    """In place of torchvision a package that holds its files, and runs only those that are asked for by name."""
    spec = find_spec("torchvision")
    assert spec is not None
    bare, ops = module_from_spec(spec), ModuleType("torchvision.ops")
    ops.__path__ = [f"{place}/ops" for place in spec.submodule_search_locations or ()]
    sys.modules["torchvision"], sys.modules["torchvision.ops"] = bare, ops
    # asked for by timm, which does without
    sys.modules["torchvision.models"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        # whoever imports torchvision later gets the whole of it
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]


@contextmanager
def _late_marks() -> Iterator[None]:
    """`torch.compiler.disable` takes effect when what it marks is first called."""
    at_once: Any = torch.compiler.disable

    def late(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def marked(*arguments: Any, **named: Any) -> Any:
            return at_once(function)(*arguments, **named)

        return marked

    torch.compiler.disable = late  # type: ignore[assignment]
    try:
        yield
    finally:
        torch.compiler.disable = at_once


if "torchvision" in sys.modules or "timm" in sys.modules:
    import timm as timm
else:
    with _bare_torchvision(), _late_marks():
        import timm as timm
