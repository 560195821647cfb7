"""Networks that timm has: built here alike, with any number of channels and at any size."""

from __future__ import annotations

import inspect
from typing import Any, cast

import torch
from torch import nn

from miwake.errors import UsageError, nearest, unknown
from miwake.networks import lean
from miwake.networks.layers import classifier
from miwake.sparing import all_of_torch

GENTLE_BELOW = 64
"""Pictures with a shorter side below this many pixels keep their resolution in the first layers."""


def from_timm(name: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """A network of timm with random weights.

    Pictures below 64 pixels are not scaled down by the first convolution and the pooling after it, as He et al. did
    for CIFAR-10 ("Deep residual learning", 2016, section 4.2): nothing would be left of them at the end. Shapes of
    weights stay what they are, so that starting weights fit at every size.
    """
    rate = 0.0 if dropout is None else dropout
    model = lean.create(name, in_chans=channels, num_classes=classes, drop_rate=rate)
    if min(size) < GENTLE_BELOW:
        keep_resolution(model)
    return model


def keep_resolution(model: nn.Module) -> None:
    """Take the stride from the first convolution and leave away the pooling right after the stem."""
    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    first.stride = (1, 1)
    for parent, name in ((model, "maxpool"), (model, "pool0"), (getattr(model, "features", None), "pool0")):
        if parent is not None and isinstance(getattr(parent, name, None), nn.MaxPool2d | nn.Sequential):
            setattr(parent, name, nn.Identity())


def timm_config(name: str) -> Any:
    """timm's facts on the weights of one of its models.

    Raises:
        UsageError: timm has no such model; says which is most like it.
    """
    timm = lean.whole()
    if not timm.is_model(name.partition(".")[0]):
        best = nearest(name, timm.list_models())
        todo = f"write timm:{best}." if best else "miwake models lists the networks that Miwake knows by name."
        raise unknown("model of timm", name, timm.list_models(), todo=todo)
    config = timm.get_pretrained_cfg(name)
    if config is None:
        raise unknown("model of timm", name, timm.list_models(pretrained=True))
    return config


def any_from_timm(name: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """Any model of timm, as it is there.

    Raises:
        UsageError: it does not take pictures of this size, or does not end in one linear layer.
    """
    config = timm_config(name)
    options: dict[str, Any] = {"img_size": size} if _takes_size(name, config) else {}
    try:
        model: nn.Module = lean.whole().create_model(
            name, pretrained=False, in_chans=channels, num_classes=classes, drop_rate=dropout, **options
        )
        _probe(name, channels, classes, size, options)
    except (RuntimeError, AssertionError, ValueError, TypeError, IndexError) as error:
        usual = max(config.input_size[1:])
        raise UsageError(
            f"timm:{name} cannot take pictures of {size[0]} × {size[1]} pixels with {channels} channels "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}).",
            todo=f"--image-size {usual}, or another --model.",
        ) from None
    classifier(model)
    return model


def _takes_size(name: str, config: Any) -> bool:
    """Whether timm builds this model for one size, and lets one choose which."""
    if not config.fixed_input_size:
        return False
    entry = lean.whole().model_entrypoint(name.partition(".")[0])
    return "img_size" in inspect.getsource(cast(Any, inspect.getmodule(entry)))


def _probe(name: str, channels: int, classes: int, size: tuple[int, int], options: dict[str, Any]) -> None:
    """Run a copy without memory, to see whether the size fits."""
    all_of_torch()
    with torch.device("meta"), torch.no_grad():
        model = (
            lean.whole().create_model(name, pretrained=False, in_chans=channels, num_classes=classes, **options).eval()
        )
        model(torch.empty(2, channels, *size))
