"""Ways to say where a network looked: one file a method; the file's name is its registration.

A method's file has

    PAPER: str     where it was published
    COST: int      passes of the network for one picture and one target, about; a backward pass counts two
    EXTRA: str     the optional packages that it needs, or empty
    SANE: bool     whether its map changes with the network's weights; if not, it carries a warning wherever it is shown
    def fits(model) -> bool
                   whether it can be used with this network; optional, always where it is absent
    def maps(model, inputs, targets, score) -> Tensor
                   (B, H, W) float32 on the CPU: how much each place speaks for the target, against it below zero

and `explain.method.NAME` and `explain.method.NAME.what` in the catalogue of words. See `Method` for the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from miwake.errors import MissingExtra, unknown

if TYPE_CHECKING:
    from torch import Tensor, nn

Score = Callable[[Any, "Tensor"], "Tensor"]
"""`Task.scores`: raw outputs of B pictures and targets (B) int64 to numbers (B)."""

_PACKAGES = {"explain": "captum"}


class Method(Protocol):
    """What a method's module has."""

    PAPER: str
    COST: int
    EXTRA: str
    SANE: bool

    def maps(self, model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> Tensor:
        """Explain each picture's score for its target.

        Args:
            model: in evaluation mode, its parameters frozen; it is left as it was.
            inputs: (B, C, H, W) float32, what the network sees; zero is the mean colour.
            targets: (B) int64 on the same device.
            score: what is explained.

        Returns:
            (B, H, W) float32 on the CPU; above zero what speaks for the target, below zero what speaks against it.
        """


@cache
def names() -> tuple[str, ...]:
    """The methods that there are, found by looking at the files; nothing is imported."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")))


def find(name: str) -> Method:
    """A method by its name.

    Raises:
        UsageError: there is no such method.
    """
    if name not in names():
        raise unknown("method", name, names())
    return cast(Method, import_module(f"{__name__}.{name}"))


def missing(method: Method) -> MissingExtra | None:
    """The error where the packages that a method needs are not installed."""
    if not method.EXTRA or find_spec(_PACKAGES[method.EXTRA]) is not None:
        return None
    return MissingExtra(f"The method {getattr(method, '__name__', '').rpartition('.')[2]}", method.EXTRA)


def fits(method: Method, model: nn.Module) -> bool:
    """Whether a method can be used with a network."""
    check: Callable[[nn.Module], bool] | None = getattr(method, "fits", None)
    return True if check is None else check(model)
