"""Grad-CAM: the last maps that lie over the picture, weighed by how much the score wants more of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from miwake.explanation.layers import Layer, Places, scan, watch

if TYPE_CHECKING:
    from torch import Tensor

    from miwake.explanation.methods import Score

PAPER = "Selvaraju et al. 2017, Grad-CAM: visual explanations from deep networks via gradient-based localization"
COST = 8
EXTRA = ""
SANE = True


def maps(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> Tensor:
    """Equations 1 and 2: weights are the gradient's means over the places; what is below zero is cut off."""
    seen, gradient, places = last_maps(model, inputs, targets, score)
    found = (gradient.mean((2, 3), keepdim=True) * seen).sum(1).clamp_min(0)
    return places.over(found, (inputs.shape[2], inputs.shape[3])).cpu()


def last_maps(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> tuple[Tensor, Tensor, Places]:
    """The last maps (B, C, h, w) that lie over the picture, the score's gradient by them, and where they lie.

    The layer is the last one with places that the score reads: in a convolutional network the last maps, in a
    transformer that reads its class token only the last normalisation before the tokens meet.
    """
    name, places = _layer(model, inputs[:1], targets[:1], score)
    seen, gradient = _gradient(model, inputs, targets, score, [name])[name]
    return places.maps(seen), places.maps(gradient), places


def _layer(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> tuple[str, Places]:
    """Name and places of the last layer at whose places the score has a gradient."""
    layers = sorted(scan(model, inputs), key=lambda layer: -layer.order)
    found = [(layer, layer.places) for layer in layers if layer.places is not None and _readable(model, layer)]
    several = [pair for pair in found if max(pair[1].grid) > 1]
    last: list[tuple[Layer, Places]] = []
    seen: set[tuple[int, ...]] = set()
    # a few of each shape suffice, and keep the memory small
    for layer, places in several or found:
        if layer.shape not in seen or places.order == "BNC" or len(last) < 8:
            last.append((layer, places))
            seen.add(layer.shape)
    gradients = _gradient(model, inputs, targets, score, [layer.name for layer, _ in last])
    for layer, places in last:
        if layer.name in gradients and places.maps(gradients[layer.name][1]).abs().max() > 0:
            return layer.name, places
    return last[0][0].name, last[0][1]


def _readable(model: nn.Module, layer: Layer) -> bool:
    module = model.get_submodule(layer.name)
    if layer.places is None or isinstance(module, nn.AdaptiveAvgPool2d) or not layer.name:
        return False
    # of a block of a transformer the normalisations: the parts of an attention are no features
    return layer.places.order != "BNC" or "Norm" in layer.kind


def _gradient(
    model: nn.Module, inputs: Tensor, targets: Tensor, score: Score, names: list[str]
) -> dict[str, tuple[Tensor, Tensor]]:
    """Outputs of layers and the score's gradients by them; layers that the score does not read are left out."""
    with torch.enable_grad(), watch(model, names) as seen:
        value = score(model(inputs.detach().requires_grad_()), targets).sum()
        outputs = [seen[name] for name in names]
        gradients = torch.autograd.grad(value, outputs, allow_unused=True)
    return {
        name: (output.detach(), gradient)
        for name, output, gradient in zip(names, outputs, gradients, strict=True)
        if gradient is not None
    }
