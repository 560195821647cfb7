"""Receptive fields: what a unit of any layer looks for, as a picture of weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from miwake.errors import UsageError
from miwake.networks.fitting import first_convolution

_FAINT = 1e-6  # of the largest weight, below which a pixel lies outside the field


def first_filters(model: nn.Module) -> NDArray[np.float64]:
    """Weights (F, C, h, w) of the convolution that sees the picture.

    Raises:
        UsageError: the network has none.
    """
    name = first_convolution(model)
    if not name:
        raise UsageError(
            f"{type(model).__name__} has no convolution.", expected="a network whose first layer has filters"
        )
    return model.get_parameter(name).detach().double().cpu().numpy()


def fields(
    model: nn.Module, layer: str, *, size: tuple[int, int], channels: int, count: int = 64, seed: int = 0
) -> NDArray[np.float64]:
    """The mean gradient of a layer's units, in the middle of their maps, over pictures of white noise.

    For a layer of weighted sums these are its filters. Behind non-linear layers it is reverse correlation, which finds
    a cell's receptive field from noise (Marmarelis and Naka 1972): in noise the mean gradient equals the mean stimulus
    weighted by the answer.

    Args:
        model: in evaluation mode.
        layer: dotted name; its output is (B, F, H, W).
        size: height and width of the pictures.
        channels: of the pictures.
        count: pictures of noise.
        seed: of the noise.

    Returns:
        (F, C, h, w), cut to where any unit sees something.

    Raises:
        UsageError: there is no such layer, or its output is no maps.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, channels, *size, generator=generator)
    noise = noise.to(next(model.parameters()).device).requires_grad_()
    maps = _maps(model, layer, noise)
    middle = maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2].sum(0)
    found = [torch.autograd.grad(unit, noise, retain_graph=True)[0].mean(0) for unit in middle]
    return _cut(torch.stack(found).double().cpu().numpy())


def _maps(model: nn.Module, layer: str, pictures: Tensor) -> Tensor:
    seen: list[Any] = []
    try:
        handle = model.get_submodule(layer).register_forward_hook(lambda _, __, output: seen.append(output))
    except AttributeError:
        raise UsageError(
            f"There is no layer '{layer}' in {type(model).__name__}.",
            expected=f"one of {', '.join(name for name, _ in model.named_children())}, or a layer within",
        ) from None
    try:
        with torch.enable_grad():
            model(pictures)
    finally:
        handle.remove()
    if not seen or not isinstance(seen[0], Tensor) or seen[0].ndim != 4:
        raise UsageError(f"The output of '{layer}' is no maps.", expected="a layer whose output is (B, F, H, W)")
    return seen[0]


def _cut(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rectangle outside of which every unit's weights are nothing."""
    seen = np.abs(weights).max((0, 1))
    rows, columns = (np.flatnonzero(seen.max(axis) > _FAINT * seen.max()) for axis in (1, 0))
    if not len(rows):
        return weights
    return weights[:, :, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
