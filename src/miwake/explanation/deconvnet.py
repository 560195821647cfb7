"""The deconvnet: what in a picture drives a unit, projected back to the pixels.

Zeiler and Fergus 2013, "Visualizing and understanding convolutional networks", section 2.1. A unit's activation is
handed back through the layers: unpooling puts it where the maximum was (the switches), rectification keeps what is
positive, convolutions are transposed. Unpooling by switches and transposed filters are what the gradient does, too
(Simonyan, Vedaldi and Zisserman 2014, section 4), so that a backward pass with another rule at the rectifiers is the
deconvnet, and shortcuts, branches and normalisations, which the paper's network has not, have their place in it. What
chooses like a switch, gates and attention, is held as it was.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from miwake.explanation.layers import Layer, watch
from miwake.explanation.rules import rule

_TRACE = 0.02
"""Share of the projection's largest amount below which a pixel does not matter."""


def project(model: nn.Module, inputs: Tensor, layer: Layer, units: Tensor, cells: Tensor) -> Tensor:
    """Project one unit of a layer back for each picture.

    Args:
        model: in evaluation mode.
        inputs: (B, C, H, W) what the network sees.
        layer: one with places.
        units: (B) int64, channels.
        cells: (B) int64, places, counted row by row.

    Returns:
        (B, C, H, W) float32 on the CPU: zero where a pixel does not reach the unit.
    """
    assert layer.places is not None
    pictures = inputs.detach().requires_grad_()
    rows = torch.arange(len(inputs), device=inputs.device)
    with torch.enable_grad(), watch(model, [layer.name]) as seen, rule("deconvnet"):
        model(pictures)
        activation = layer.places.maps(seen[layer.name]).flatten(2)[rows, units, cells]
    if not activation.requires_grad:
        return torch.zeros(pictures.shape)  # a gate: it is held as it was, and nothing leads through it
    # the activation itself is handed back, so that strong ones show stronger
    strength = activation.detach().clamp_min(0)
    (found,) = torch.autograd.grad(activation, pictures, strength)
    return found.float().cpu()


def box(projection: Tensor) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of the pixels that matter to a unit, of a projection (C, H, W); all where none does.

    Many pixels reach a unit on so few ways that they hardly move it (Luo et al. 2016, the effective receptive field).
    """
    amount = projection.abs().amax(0)
    inside = amount > _TRACE * amount.max()
    rows, columns = inside.any(1).nonzero().flatten(), inside.any(0).nonzero().flatten()
    if not len(rows):
        return 0, 0, int(projection.shape[1]), int(projection.shape[2])
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
