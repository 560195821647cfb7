"""A network for answers alone: batch normalisation is part of the convolution before it, and so is what follows.

In evaluation a batch normalisation multiplies each channel by a number and adds another; the convolution before it can
do both (Jacob et al. 2018, "Quantization and training of neural networks", section 3.2). On a CPU this spares one
pass over all pixels, and the activation, which oneDNN computes while a convolution's results are at hand, another.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Activation = tuple[str, list[float]]
_ACTIVATIONS: dict[type[nn.Module], Callable[[Any], Activation]] = {
    nn.ReLU: lambda _: ("relu", []),
    nn.ReLU6: lambda _: ("hardtanh", [0.0, 6.0]),
    nn.Hardtanh: lambda found: ("hardtanh", [found.min_val, found.max_val]),
    nn.SiLU: lambda _: ("swish", []),
    nn.Hardswish: lambda _: ("hardswish", []),
}
"""What oneDNN can compute with a convolution: its name there, and its numbers."""
_SAME, _NORM_AND_MORE = "Conv2dSame", "BatchNormAct2d"
"""Classes of timm: a convolution that pads as TensorFlow does, and a normalisation that holds what follows it."""
_FAR = 1e-3
"""Share of the largest output by which the outputs may differ before the network is taken for another."""


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Names of modules of which each takes what comes out of the one before, which nothing else takes."""

    convolution: str
    normalisation: str
    activation: str | None


class Folded(nn.Module):
    """A convolution with bias and activation in one go: (B, C, H, W) to (B, F, H', W').

    Args:
        convolution: gives strides, padding and groups.
        weight: (F, C / groups, h, w).
        bias: (F).
        activation: what oneDNN calls it, and its numbers.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, convolution: nn.Conv2d, weight: Tensor, bias: Tensor, activation: Activation) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self._same = type(convolution).__name__ == _SAME
        self._places = (
            [0, 0] if self._same else list(convolution.padding),
            list(convolution.stride),
            list(convolution.dilation),
            convolution.groups,
        )
        self._activation = activation

    def forward(self, x: Tensor) -> Tensor:
        padding, stride, dilation, groups = self._places
        if self._same:
            # as TensorFlow does: what does not divide by two goes to the right and to the bottom
            sides = zip(x.shape[2:], self.weight.shape[2:], stride, dilation, strict=True)
            rows, columns = (max((-(-side // s) - 1) * s + (k - 1) * d + 1 - side, 0) for side, k, s, d in sides)
            x = functional.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        name, numbers = self._activation
        fused: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self.weight, self.bias, padding, stride, dilation, groups, name, numbers, ""
        )
        return fused


def folded(model: nn.Module, example: Tensor) -> nn.Module:
    """A network that gives the same answers more quickly, up to the rounding of sums; on a CPU.

    Args:
        model: in evaluation mode, with its weights; stays as it is, and shares with the new one what has not changed.
        example: (1, C, H, W) what it takes, channels-last.

    Returns:
        The same network where nothing can be folded.
    """
    with torch.inference_mode(False):
        try:
            found = chains(model, example)
        except RuntimeError:
            # it has a step that knows no gradients
            found = []
        if not found:
            return model
        shared: dict[int, Any] = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
        new = copy.deepcopy(model, shared)
        for chain in found:
            _fold(new, chain)
        new.requires_grad_(False)
    with torch.inference_mode():
        expected, got = model(example), new(example)
    # a pass that leaves the graph, which `chains` cannot see, may have taken what is no longer there
    far = (expected - got).abs().max() > _FAR * expected.abs().max()
    return model if far or not got.isfinite().all() else new


def chains(model: nn.Module, example: Tensor) -> list[Chain]:
    """What can be folded, in the order of computation: as the graph of one example's gradients tells.

    Args:
        model: in evaluation mode.
        example: (1, C, H, W).
    """
    names = {module: name for name, module in model.named_modules()}
    outputs, calls = _watched([module for module in names if _kind(module)], model, example)
    if not isinstance(outputs, Tensor) or outputs.grad_fn is None:
        return []
    used, times = _uses(outputs.grad_fn), Counter(module for module, _, _ in calls)
    takes = {start: (module, end) for module, start, end in calls if start is not None and times[module] == 1}
    found = []
    for module, _, made in calls:
        norm, normalised = takes.get(made, (None, None))
        if _kind(module) != "convolution" or times[module] > 1 or used[made] != 1:
            continue
        if norm is None or _kind(norm) != "norm":
            continue
        follower = takes[normalised][0] if used[normalised] == 1 and normalised in takes else None
        activation = None if follower is None or _kind(follower) != "activation" else names[follower]
        found.append(Chain(convolution=names[module], normalisation=names[norm], activation=activation))
    return found


def _kind(module: nn.Module) -> str:
    """`convolution`, `norm` or `activation`, if it is one that can be folded; classes derived from these may differ."""
    kind = type(module)
    if kind is nn.Conv2d or kind.__name__ == _SAME:
        return "convolution"
    if kind is nn.BatchNorm2d or kind.__name__ == _NORM_AND_MORE:
        return "norm" if getattr(module, "running_mean", None) is not None and not module.training else ""
    return "activation" if kind in _ACTIVATIONS else ""


def _watched(
    modules: Sequence[nn.Module], model: nn.Module, example: Tensor
) -> tuple[Any, list[tuple[nn.Module, Any, Any]]]:
    """What a model gives for an example, and of each call of the modules the steps that made its input and output."""
    starts: dict[nn.Module, Any] = {}
    calls: list[tuple[nn.Module, Any, Any]] = []

    def before(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        # a module that works in place changes what its input says
        starts[module] = inputs[0].grad_fn

    def after(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        calls.append((module, starts[module], output.grad_fn))

    hooks = [module.register_forward_pre_hook(before) for module in modules]
    hooks += [module.register_forward_hook(after) for module in modules]
    try:
        with torch.enable_grad():
            return model(example.clone().requires_grad_()), calls
    finally:
        for hook in hooks:
            hook.remove()


def _uses(end: Any) -> Counter[Any]:
    """How often the result of each step is taken by another, on the way to the end of a graph."""
    found, waiting = Counter[Any]({end: 1}), [end]
    while waiting:
        for step, _ in waiting.pop().next_functions:
            if step is not None:
                if step not in found:
                    waiting.append(step)
                found[step] += 1
    return found


def _fold(model: nn.Module, chain: Chain) -> None:
    """Change the network so that one module does the work of a chain."""
    convolution, norm = model.get_submodule(chain.convolution), model.get_submodule(chain.normalisation)
    assert isinstance(convolution, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    weight, bias = _with_norm(convolution, norm)
    # of what a normalisation of timm holds, dropping changes nothing in evaluation
    rest = getattr(norm, "act", nn.Identity())
    activation = rest
    if isinstance(rest, nn.Identity) and chain.activation is not None:
        activation = model.get_submodule(chain.activation)
    if _kind(activation) == "activation" and _fusible(convolution):
        _put(model, chain.convolution, Folded(convolution, weight, bias, _ACTIVATIONS[type(activation)](activation)))
        if activation is rest:
            rest = nn.Identity()
        else:
            _put(model, chain.activation or "", nn.Identity())
    else:
        convolution.weight, convolution.bias = nn.Parameter(weight), nn.Parameter(bias)
    _put(model, chain.normalisation, rest)


def _put(model: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, module)


@torch.no_grad()
def _with_norm(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weight and bias with which the convolution gives what the normalisation made of it; in 64 bits, rounded once."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    factor = (norm.running_var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        factor = factor * norm.weight.double()
    shift = -norm.running_mean.double() * factor
    if norm.bias is not None:
        shift = shift + norm.bias.double()
    if convolution.bias is not None:
        shift = shift + convolution.bias.double() * factor
    weight = (convolution.weight.double() * factor[:, None, None, None]).to(convolution.weight.dtype)
    return weight.contiguous(memory_format=torch.channels_last), shift.to(convolution.weight.dtype)


def _fusible(convolution: nn.Conv2d) -> bool:
    """Whether oneDNN can compute an activation with this convolution."""
    plain = convolution.padding_mode == "zeros" and not isinstance(convolution.padding, str)
    there = torch._C._has_mkldnn and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
    return plain and there and convolution.weight.device.type == "cpu"
