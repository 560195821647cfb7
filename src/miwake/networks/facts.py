"""What there is to know of a network before choosing it: size, work, paper, weights and their licence."""

from __future__ import annotations

from dataclasses import dataclass

from miwake.networks import registry
from miwake.networks.imagenet import INSTALLED_LICENCE
from miwake.networks.weights import at_hand
from miwake.sparing import all_of_torch


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """One network at its usual input size, for three channels."""

    name: str
    family: str
    parameters: int
    """Numbers in it, learnt or fixed; for ImageNet's 1,000 classes where there are such weights, else for 10."""
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


def describe(name: str) -> ModelFacts:
    """Facts on a network. Imports torch only for a network whose file has no counts, and for `timm:NAME`.

    Raises:
        UsageError: there is no such network.
    """
    entry = registry.entry(name)
    parameters, operations = entry.counts or measure(name)
    return ModelFacts(
        name=name,
        family=entry.family,
        parameters=parameters,
        operations=operations,
        size=entry.size,
        smallest=entry.smallest,
        paper=entry.paper,
        weights="installed" if at_hand(name) else entry.hub,
        licence=INSTALLED_LICENCE if at_hand(name) else entry.licence,
    )


def measure(
    name: str, *, channels: int = 3, classes: int | None = None, size: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Parameters of a network and multiply-adds for one picture, counted without doing them.

    Args:
        name: one of `names()`, or `timm:NAME`.
        channels: of the picture.
        classes: outputs; None is ImageNet's 1,000 where there are such weights, else 10.
        size: height and width of the picture; None is the network's usual size.

    Raises:
        UsageError: there is no such network, or it does not take this size.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    entry = registry.entry(name)
    size = size or (entry.size, entry.size)
    classes = classes or (1000 if entry.hub else 10)
    build = registry.build_dense if entry.task == registry.SEGMENT else registry.build
    all_of_torch()
    with torch.device("meta"), torch.no_grad():
        model = build(name, channels=channels, classes=classes, size=size).eval()
        with FlopCounterMode(display=False) as counter:
            model(torch.empty(1, channels, *size))
    return sum(parameter.numel() for parameter in model.parameters()), counter.get_total_flops() // 2
