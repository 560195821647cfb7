"""What there is to know of a network before choosing it: size, work, paper, weights and their licence."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from miwake.models import hub, registry
from miwake.models.config import ModelOptions
from miwake.models.weights import at_hand, choose


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """One network at its usual input size."""

    name: str
    family: str
    parameters: int
    """Numbers in it, learnt or fixed."""
    operations: int
    """Multiply-adds for one picture."""
    size: int
    """Usual side of the input, in pixels."""
    smallest: int
    """Smallest side that it takes, in pixels."""
    paper: str
    weights: str
    """Where ImageNet weights are: `installed`, `timm` or `torchvision` (with --download), or empty."""
    licence: str
    """Of those weights, as their publisher states it; empty where there are none."""


def describe(
    name: str, *, channels: int = 3, classes: int | None = None, size: tuple[int, int] | None = None
) -> ModelFacts:
    """Facts on a network. It is built without memory for its weights, which takes a few tenths of a second.

    Args:
        name: one of `names()`, or `timm:NAME`.
        channels: of the pictures.
        classes: outputs; None is ImageNet's 1,000 where there are such weights, else 10.
        size: height and width at which operations are counted; None is the usual size.

    Raises:
        UsageError: there is no such network, or it does not take this size.
    """
    entry = registry.entry(name)
    classes = classes or (1000 if entry.hub else 10)
    size = size or (entry.size, entry.size)
    parameters, operations = measure(name, channels=channels, classes=classes, size=size)
    weights, licence = "", ""
    if at_hand(name):
        chosen = choose(name, ModelOptions(model=name))
        assert chosen is not None
        weights, licence = chosen.source, chosen.licence
    elif entry.hub and (there := hub.facts(entry.hub, entry.hub_name)):
        weights, licence = entry.hub, there.licence
    return ModelFacts(
        name=name,
        family=entry.family,
        parameters=parameters,
        operations=operations,
        size=entry.size,
        smallest=entry.smallest,
        paper=entry.paper,
        weights=weights,
        licence=licence,
    )


def measure(name: str, *, channels: int, classes: int, size: tuple[int, int]) -> tuple[int, int]:
    """Parameters of a network, and multiply-adds for one picture of `size`, without doing them."""
    with torch.device("meta"), torch.no_grad():
        model: nn.Module = registry.build(name, channels=channels, classes=classes, size=size).eval()
        with FlopCounterMode(display=False) as counter:
            model(torch.empty(1, channels, *size))
    return sum(parameter.numel() for parameter in model.parameters()), counter.get_total_flops() // 2
