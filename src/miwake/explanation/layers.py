"""The layers of a network as they run: their tree with shapes, how outputs lie over the picture, what they put out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from miwake.errors import UsageError, nearest

_MOST_PREFIX = 8
"""Tokens at most that stand before those of the picture: class, distillation, registers."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """How a layer's output lies over the picture."""

    order: Literal["BCHW", "BHWC", "BNC"]
    """Channels first, channels last, or a sequence of tokens row by row."""
    grid: tuple[int, int]
    """Rows and columns."""
    cover: tuple[int, int]
    """Height and width in pixels that the grid covers, from the upper left corner of what the network sees."""
    prefix: int = 0
    """Tokens before those of the picture."""

    def maps(self, output: Tensor) -> Tensor:
        """An output as (B, C, h, w), a view."""
        if self.order == "BCHW":
            return output
        if self.order == "BHWC":
            return output.permute(0, 3, 1, 2)
        tokens = output[:, self.prefix :].transpose(1, 2)
        return tokens.reshape(*tokens.shape[:2], *self.grid)

    def over(self, values: Tensor, size: tuple[int, int]) -> Tensor:
        """Values (B, h, w) of the places, interpolated to the pixels (B, H, W) of what the network sees."""
        whole = functional.interpolate(values[:, None].float(), self.cover, mode="bilinear", align_corners=False)
        return whole[:, 0, : size[0], : size[1]]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One module of a network, as it ran."""

    name: str
    """Dotted; empty for the whole."""
    kind: str
    """Its class."""
    depth: int
    """Below the whole."""
    parameters: int
    """Of it and all within."""
    order: int
    """Place in the order in which outputs became ready; -1 where it did not run by itself."""
    shape: tuple[int, ...]
    """Of its output for one picture, without the batch; empty where it did not run or its output is no tensor."""
    places: Places | None
    """None where its output does not lie over the picture."""
    within: str = ""
    """Name of the layer in it whose output it hands on as it is; empty where it makes its own."""


@torch.no_grad()
def scan(model: nn.Module, inputs: Tensor) -> list[Layer]:
    """All layers in the order in which they are registered, as they run on one picture.

    Args:
        model: in evaluation mode.
        inputs: (1, C, H, W) what the network sees.
    """
    order: dict[str, int] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    found: dict[str, Places | None] = {}
    size = (inputs.shape[2], inputs.shape[3])
    tokens: list[Places] = []
    before: list[tuple[str, Tensor]] = []
    within: dict[str, str] = {}

    def hook(name: str, module: nn.Module, output: object) -> None:
        if not isinstance(output, Tensor):
            return
        if before and before[0][1] is output and (not name or before[0][0].startswith(f"{name}.")):
            within[name] = before[0][0]
        before[:] = [(name, output)]
        order.pop(name, None)
        order[name] = len(order)
        shapes[name] = tuple(output.shape[1:])
        found[name] = _places(output, size, tokens)
        if isinstance(module, nn.Conv2d) and output.ndim == 4:
            tokens.append(_grid(module, output, size))

    handles = [
        module.register_forward_hook(lambda m, _, out, name=name: hook(name, m, out))
        for name, module in model.named_modules()
    ]
    try:
        model(inputs)
    finally:
        for handle in handles:
            handle.remove()
    turn = {name: number for number, name in enumerate(order)}
    return [
        Layer(
            name=name,
            kind=type(module).__name__,
            depth=name.count(".") + 1 if name else 0,
            parameters=sum(parameter.numel() for parameter in module.parameters()),
            order=turn.get(name, -1),
            shape=shapes.get(name, ()),
            places=found.get(name),
            within=within.get(name, ""),
        )
        for name, module in model.named_modules()
    ]


def _grid(module: nn.Conv2d, output: Tensor, size: tuple[int, int]) -> Places:
    """What a sequence of tokens covers that is made from this convolution's output."""
    grid = (int(output.shape[2]), int(output.shape[3]))
    # a picture that is no whole number of patches is filled up at the right and at the bottom
    sides = zip(grid, module.stride, size, strict=True)
    exact = module.kernel_size == module.stride
    cover = [count * int(step) if exact and count * int(step) >= side else side for count, step, side in sides]
    return Places(order="BNC", grid=grid, cover=(cover[0], cover[1]))


def _places(output: Tensor, size: tuple[int, int], tokens: Sequence[Places]) -> Places | None:
    shape = tuple(int(side) for side in output.shape)
    if output.ndim == 4:
        last, first = _covers((shape[1], shape[2]), size), _covers((shape[2], shape[3]), size)
        if first and not (last and shape[1] == shape[2] != shape[3]):
            return Places(order="BCHW", grid=(shape[2], shape[3]), cover=size)
        return Places(order="BHWC", grid=(shape[1], shape[2]), cover=size) if last else None
    if output.ndim == 3:
        for known in reversed(tokens):
            prefix = shape[1] - math.prod(known.grid)
            if 0 <= prefix <= _MOST_PREFIX and math.prod(known.grid) > 1:
                return Places(order="BNC", grid=known.grid, cover=known.cover, prefix=prefix)
    return None


def _covers(grid: tuple[int, int], size: tuple[int, int]) -> bool:
    """Whether a grid of rows and columns may be the picture scaled down: both sides by the same factor, but for one."""
    rows, columns = grid
    return rows <= size[0] + 8 and columns <= size[1] + 8 and abs(columns - size[1] * rows / size[0]) <= 1.5


@contextmanager
def watch(model: nn.Module, names: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """Outputs of layers by name, filled by each pass within; of a layer that runs twice the last output.

    Each layer hands on a copy, so that an activation that works in place leaves what is kept alone.
    """
    seen: dict[str, Tensor] = {}

    def hook(name: str, output: object) -> object:
        if not isinstance(output, Tensor):
            return output
        seen[name] = output
        return output.clone()

    handles = [
        model.get_submodule(name).register_forward_hook(lambda _, __, out, name=name: hook(name, out)) for name in names
    ]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def stages(layers: Sequence[Layer], most: int = 5) -> list[Layer]:
    """The last layer at each fineness of the places, from fine to coarse: edges, textures, parts, wholes.

    Where all layers are alike, as in a transformer, evenly spread over the depth. Of a container and the layer in it
    whose output it hands on, which have the same units, only the container counts.

    Args:
        layers: of `scan`.
        most: layers at most.
    """
    worth = [layer for layer in layers if _worth(layer)]
    twice = {layer.within for layer in worth}
    ran = sorted((layer for layer in worth if layer.name not in twice), key=lambda layer: layer.order)
    last: dict[tuple[int, int], Layer] = {}
    for layer in ran:
        assert layer.places is not None
        last[layer.places.grid] = layer
    found = sorted(last.values(), key=lambda layer: layer.order)
    wanted = min(most, len(ran))
    if len(found) < min(4, wanted):
        # few sizes: more layers of the largest stretches
        blocks = [layer for layer in ran if layer not in found]
        spread = [
            blocks[round((number + 1) * (len(blocks) - 1) / (wanted + 1))] for number in range(wanted - len(found))
        ]
        found = sorted({layer.name: layer for layer in [*found, *spread]}.values(), key=lambda layer: layer.order)
    if len(found) <= most:
        return found
    return [found[round(number * (len(found) - 1) / (most - 1))] for number in range(most)]


def _worth(layer: Layer) -> bool:
    """Whether a layer's units can be looked at: places, more than one of them, and a step of the network's own."""
    if layer.places is None or not layer.name or math.prod(layer.places.grid) < 2 or layer.order < 0:
        return False
    if layer.places.order == "BCHW":
        return "Pool" not in layer.kind or "Adaptive" not in layer.kind
    # tokens: whole blocks and normalisations, not the parts of an attention
    return "Norm" in layer.kind or "Block" in layer.kind or "Embed" in layer.kind


def pick(layers: Sequence[Layer], name: str) -> Layer:
    """The layer of a name.

    Raises:
        UsageError: there is no such layer, or nothing of it can be shown.
    """
    known = {layer.name: layer for layer in layers if layer.name}
    if name not in known:
        best = nearest(name, known)
        raise UsageError(
            f"The network has no layer '{name}'." + (f" Did you mean '{best}'?" if best else ""),
            expected="a name from the tree of layers",
            todo="miwake explain RUN, without pictures, prints the tree.",
        )
    layer = known[name]
    if layer.places is None:
        near = [other.name for other in layers if other.places is not None and other.name.startswith(name)]
        raise UsageError(
            f"The outputs of the layer '{name}' do not lie over the picture.",
            expected="a layer whose shape in the tree has rows and columns",
            todo=f"--layer {near[-1]}" if near else "miwake explain RUN, without pictures, prints the tree.",
        )
    return layer
