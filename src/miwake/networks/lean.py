"""timm, imported without what it does not need: every command that builds a network waits for this.

Two things in timm start torch's compiler on import, which takes as long as torch itself: one class that it takes from
`torchvision.ops`, and methods that it keeps from being compiled. Here timm gets the file of that class alone, and the
methods are marked when they are first called. What timm loses is its way to features through `torch.fx`, which a
process that needs it gets by importing torchvision before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from miwake.sparing import held_back


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


def create(name: str, **options: Any) -> nn.Module:
    """A network of timm with random weights, as `timm.create_model` makes it.

    Of all the files that timm imports for its hundreds of networks, a process that has held back the rest of torch (see
    `miwake.sparing`) reads those that this one needs.
    """
    if held_back() and "timm" not in sys.modules:
        # another timm may be built otherwise; then it is taken whole
        with suppress(ImportError, AttributeError, StopIteration):
            return _entry(name)(pretrained=False, **{key: value for key, value in options.items() if value is not None})
    model: nn.Module = whole().create_model(name, pretrained=False, **options)
    return model


def whole() -> Any:
    """timm."""
    if "torchvision" in sys.modules or "timm" in sys.modules:
        import timm
    else:
        with _bare_torchvision(), _late_marks():
            import timm
    return timm


def _entry(name: str) -> Callable[..., nn.Module]:
    """The function of timm that makes this network."""
    spec = find_spec("timm")
    assert spec is not None
    folder = Path(next(iter(spec.submodule_search_locations or ())))
    written = f"def {name}(".encode()
    family = next(path.stem for path in sorted((folder / "models").glob("*.py")) if written in path.read_bytes())
    with _bare_torchvision(), _bare_timm(folder), _late_marks():
        import_module(f"timm.models.{family}")
        found: Callable[..., nn.Module] = import_module("timm.models._registry").model_entrypoint(name)
    return found


@contextmanager
def _bare_timm(folder: Path) -> Iterator[None]:
    """In place of timm a package that runs only those of its files that are asked for, and fetches nothing."""
    bare, models = ModuleType("timm"), ModuleType("timm.models")
    bare.__path__, models.__path__ = [str(folder)], [str(folder / "models")]
    sys.modules["timm"], sys.modules["timm.models"] = bare, models
    bare.__version__ = import_module("timm.version").__version__  # type: ignore[attr-defined]
    hub = sys.modules.get("huggingface_hub")
    sys.modules["huggingface_hub"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "timm"]:
            del sys.modules[name]
        if hub is None:
            del sys.modules["huggingface_hub"]
        else:
            sys.modules["huggingface_hub"] = hub
