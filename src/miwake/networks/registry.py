"""Names of networks, and how one is built from its name.

Names are found by reading the literals at the top of each architecture's file, so that listing them imports no torch.
An architecture's file has

    VARIANTS: tuple[str, ...]   names, smallest network first
    SIZE                        usual side of its input in pixels: an int, or a dict by variant
    SMALLEST: int               smallest side that it takes
    PAPER: str                  where it was published
    HUB: str                    `timm` or `torchvision` where weights can be fetched; absent elsewhere
    HUB_NAMES: dict[str, str]   a variant's name at the hub, where it is another
    LICENCE                     of those weights, as stated: a str, or a dict by variant
    COUNTS                      parameters and multiply-adds by variant, as `miwake.networks.facts.measure` gives them
    ANY_SIZE: bool              True where one set of weights takes pictures of any size, down to SMALLEST
    TASK: str                   `segment` for networks that answer for every pixel; absent for those that classify
    BACKBONE: str               the network whose weights a part of it takes; absent where it has no such part
    STAGES                      layers that learn by themselves, from the input up: (name of the submodule, passes over
                                the pictures) for each, or a dict by variant; see `miwake.networks.layers.Learner`
    def build(variant, *, channels, classes, size, dropout) -> nn.Module
        where TASK is `segment`, also `upsampling`, and a `miwake.networks.dense.Dense` comes out
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from miwake.errors import UsageError, unknown

if TYPE_CHECKING:
    from torch import nn

    from miwake.networks.dense import Upsampling

_LITERALS = {"VARIANTS", "SIZE", "SMALLEST", "PAPER", "HUB", "HUB_NAMES", "LICENCE", "COUNTS", "STAGES", "ANY_SIZE"} | {
    "TASK",
    "BACKBONE",
}
_TIMM, _SMP = "timm:", "smp:"
CLASSIFY, SEGMENT = "classify", "segment"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What an architecture's file says of one of its variants."""

    name: str
    family: str
    """Name of the file."""
    size: int
    """Usual side of the input, in pixels."""
    smallest: int
    """Smallest side that it takes, in pixels."""
    paper: str
    hub: str = ""
    """`timm`, `torchvision`, or empty where no weights can be fetched."""
    hub_name: str = ""
    """Its name there."""
    licence: str = ""
    """Of the weights there, as their publisher states it."""
    counts: tuple[int, int] | None = None
    """Parameters, and multiply-adds for one picture; None where they have to be measured."""
    stages: tuple[tuple[str, int], ...] = ()
    """Layers that learn by themselves, one after the other, and how often each goes over the pictures."""
    any_size: bool = False
    """One set of weights takes pictures of any size, down to `smallest`."""
    task: str = CLASSIFY
    """`segment` where it answers for every pixel."""
    backbone: str = ""
    """The network whose weights a part of it takes."""


class _BuildDense(Protocol):
    def __call__(
        self,
        variant: str,
        *,
        channels: int,
        classes: int,
        size: tuple[int, int],
        dropout: float | None,
        upsampling: Upsampling,
    ) -> nn.Module: ...


class _Build(Protocol):
    def __call__(
        self, variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None
    ) -> nn.Module: ...


@cache
def entries() -> Mapping[str, Entry]:
    """Every variant of every family, by name, in the order of the files."""
    return MappingProxyType({name: entry for path in _files() for name, entry in _family(path).items()})


def _files() -> list[Path]:
    return sorted(Path(__file__).parent.glob("*.py"))


@cache
def _family(path: Path) -> Mapping[str, Entry]:
    """The variants of one architecture's file, or of one that is none."""
    found, literals = dict[str, Entry](), _literals(path)
    for variant in literals.get("VARIANTS", ()):
        hub = literals.get("HUB", "")
        found[variant] = Entry(
            name=variant,
            family=path.stem,
            size=_of(literals["SIZE"], variant),
            smallest=_of(literals["SMALLEST"], variant),
            paper=_of(literals["PAPER"], variant),
            hub=hub,
            hub_name=literals.get("HUB_NAMES", {}).get(variant, variant) if hub else "",
            licence=_of(literals.get("LICENCE", ""), variant),
            counts=literals.get("COUNTS", {}).get(variant),
            stages=_of(literals.get("STAGES", ()), variant),
            any_size=bool(literals.get("ANY_SIZE", False)),
            task=str(literals.get("TASK", CLASSIFY)),
            backbone=str(literals.get("BACKBONE", "")),
        )
    return found


def _of(value: Any, variant: str) -> Any:
    return value[variant] if isinstance(value, dict) else value


def _literals(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        else:
            continue
        if isinstance(target, ast.Name) and target.id in _LITERALS:
            found[target.id] = ast.literal_eval(value)
    return found


def names(task: str = CLASSIFY) -> tuple[str, ...]:
    """All names that `build` takes, but for `timm:NAME`, or for `segment` those of `build_dense`. Imports no torch."""
    return tuple(name for name, entry in entries().items() if entry.task == task)


def families(task: str = CLASSIFY) -> dict[str, tuple[str, ...]]:
    """Names by architecture, the smallest network of each first. Imports no torch."""
    found: dict[str, list[str]] = {}
    for entry in entries().values():
        if entry.task == task:
            found.setdefault(entry.family, []).append(entry.name)
    return {family: tuple(variants) for family, variants in found.items()}


def entry(name: str) -> Entry:
    """What is known of a network without building it; a name that begins with `timm:` needs timm, and so torch.

    Raises:
        UsageError: there is no such network; says which name is most like it.
    """
    if name.startswith(_TIMM):
        from miwake.networks.zoo import timm_config

        hub_name = name.removeprefix(_TIMM)
        config = timm_config(hub_name)
        return Entry(
            name=name,
            family="timm",
            size=max(config.input_size[1:]),
            smallest=1,
            paper="",
            hub="timm" if config.has_weights else "",
            hub_name=hub_name,
            licence=(config.license or "not stated") if config.has_weights else "",
        )
    if name.startswith(_SMP):
        from miwake.networks.smp import PAPERS, parts

        decoder, backbone = parts(name)
        return Entry(
            name=name,
            family="smp",
            size=256,
            smallest=32,
            paper=PAPERS[decoder],
            any_size=True,
            task=SEGMENT,
            backbone=f"{_TIMM}{backbone}",
        )
    # one file is read in a fraction of the time of all
    written = json.dumps(name).encode()
    for path in _files():
        if written in path.read_bytes() and name in _family(path):
            return _family(path)[name]
    known = entries()
    if name not in known:
        raise unknown("network", name, known, todo="miwake models lists them; timm:NAME takes any model of timm.")
    return known[name]


def usual_size(name: str) -> int:
    """Side in pixels of the pictures that a network was published for.

    Raises:
        UsageError: there is no such network.
    """
    return entry(name).size


def build(name: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None = None) -> nn.Module:
    """A network with random weights, on the current device: (B, channels, height, width) to logits (B, classes).

    Args:
        name: one of `names()`, or `timm:NAME`.
        channels: planes of a picture, any number.
        classes: outputs.
        size: height and width of the pictures, in pixels.
        dropout: share of the features dropped before the last layer; None is the architecture's own.

    Raises:
        UsageError: there is no such network, or pictures of this size are too small for it.
    """
    facts = _checked(name, CLASSIFY, size, dropout)
    if facts.family == "timm":
        from miwake.networks.zoo import any_from_timm

        return any_from_timm(facts.hub_name, channels=channels, classes=classes, size=size, dropout=dropout)
    builder: _Build = import_module(f"miwake.networks.{facts.family}").build
    return builder(name, channels=channels, classes=classes, size=size, dropout=dropout)


def build_dense(
    name: str,
    *,
    channels: int,
    classes: int,
    size: tuple[int, int],
    dropout: float | None = None,
    upsampling: Upsampling = "bilinear",
) -> nn.Module:
    """A network for every pixel, with random weights: (B, channels, H, W) to logits (B, classes, H, W).

    Args:
        name: one of `names("segment")`, or `smp:DECODER:BACKBONE`.
        channels: planes of a picture, any number.
        classes: outputs for each pixel.
        size: height and width of the pictures, in pixels.
        dropout: share of the features that are dropped; None is the architecture's own.
        upsampling: how features become larger, see `miwake.networks.dense.Up`.

    Raises:
        UsageError: there is no such network, it is for another task, or pictures of this size are too small for it.
        MissingExtra: `smp:` without the package.
    """
    facts = _checked(name, SEGMENT, size, dropout)
    if facts.family == "smp":
        from miwake.networks import smp

        return smp.build(name, channels=channels, classes=classes, dropout=dropout, upsampling=upsampling)
    builder: _BuildDense = import_module(f"miwake.networks.{facts.family}").build
    return builder(name, channels=channels, classes=classes, size=size, dropout=dropout, upsampling=upsampling)


def _checked(name: str, task: str, size: tuple[int, int], dropout: float | None) -> Entry:
    """What is known of a network that is to be built."""
    facts = entry(name)
    if facts.task != task:
        raise UsageError(
            f"{name} is a network for --task {facts.task}, not for {task}.",
            expected=f"a network for {task}, such as {names(task)[0]}",
            todo="miwake models lists them.",
        )
    if min(size) < facts.smallest:
        raise UsageError(
            f"{name} cannot take pictures of {size[0]} × {size[1]} pixels.",
            expected=f"{facts.smallest} pixels or more on each side; {facts.size} are usual",
            todo=f"--image-size {facts.size}, or another --model.",
        )
    if dropout is not None and not 0 <= dropout < 1:
        raise UsageError(f"--dropout is {dropout}.", expected="0 or more and below 1")
    return facts
