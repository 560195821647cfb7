"""Putting tensors into a network that has a little other shape than the one they come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from miwake.errors import UsageError
from miwake.networks.dense import Dense
from miwake.networks.layers import classifier


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What was taken from starting weights."""

    taken: tuple[str, ...]
    """Names of the tensors that fitted as they were."""
    adapted: tuple[str, ...]
    """Names of those that were fitted to another number of channels or another size of picture."""
    skipped: tuple[tuple[str, str], ...]
    """Names of the network's tensors that keep their random values, and why."""
    unused: tuple[str, ...]
    """Names of tensors that the network has no place for."""
    head: bool
    """Whether the last layer is among what was taken."""

    def __str__(self) -> str:
        parts = [f"{len(self.taken)} tensors taken"]
        if self.adapted:
            parts.append(f"{len(self.adapted)} fitted ({', '.join(self.adapted[:3])})")
        if self.skipped:
            shown = ", ".join(f"{name}: {why}" for name, why in self.skipped[:3])
            parts.append(f"{len(self.skipped)} left random ({shown}{', …' if len(self.skipped) > 3 else ''})")
        if self.unused:
            parts.append(f"{len(self.unused)} not used")
        return "; ".join(parts)


@torch.no_grad()
def put(model: nn.Module, tensors: Mapping[str, Tensor], name: str, *, head: bool, origin: str = "") -> Loaded:
    """Copy what fits, fit what can be fitted, and say what was left.

    Args:
        model: changed in place, unless the tensors belong to another network.
        tensors: by the network's own names.
        name: of the weights, for the error.
        head: whether the last layer is to be taken.
        origin: the architecture that the tensors come from, for the error; empty where it is not known.

    Raises:
        UsageError: less than half of the network's numbers are among the tensors.
    """
    wanted = model.state_dict()
    last = _last(model)
    first = first_convolution(model)
    grid = getattr(getattr(model, "patch_embed", None), "grid_size", None)
    taken: list[str] = []
    adapted: list[str] = []
    skipped: list[tuple[str, str]] = []
    fitted: dict[str, Tensor] = {}
    for key, target in wanted.items():
        source = tensors.get(key)
        if key.startswith(last) and not head:
            skipped.append((key, "other classes"))
        elif source is None:
            skipped.append((key, "not among the weights"))
        elif source.shape == target.shape:
            fitted[key] = source
            taken.append(key)
        elif (changed := _fit(key, source, target, first, grid)) is not None:
            fitted[key] = changed
            adapted.append(key)
        else:
            skipped.append((key, f"{_shape(source)} does not fit {_shape(target)}"))
    _check(wanted, fitted, last, name, origin)
    for key, tensor in fitted.items():
        wanted[key].copy_(tensor)
    return Loaded(
        taken=tuple(taken),
        adapted=tuple(adapted),
        skipped=tuple(skipped),
        unused=tuple(key for key in tensors if key not in wanted),
        head=any(key.startswith(last) for key in fitted),
    )


def _last(model: nn.Module) -> str:
    """What the names of the last layer's weights begin with."""
    if isinstance(model, Dense):
        return "head."
    # the stages of a classifier without its head have no linear layer
    linear = any(isinstance(module, nn.Linear) for module in model.modules())
    return f"{classifier(model)}." if linear else "\0"


def _check(wanted: Mapping[str, Tensor], fitted: Mapping[str, Tensor], last: str, name: str, origin: str) -> None:
    body = {key: tensor.numel() for key, tensor in wanted.items() if not key.startswith(last)}
    share = sum(size for key, size in body.items() if key in fitted) / max(sum(body.values()), 1)
    if share < 0.5:
        raise UsageError(
            f"The weights of {name} belong to another network: {share:.0%} of this network's numbers are among them.",
            expected="weights of the same architecture",
            todo=f"--model {origin or 'NAME'}, the architecture that they were trained in.",
        )


def first_convolution(model: nn.Module) -> str:
    """Name of the weight that sees the picture's channels; empty where there is none."""
    return next(
        (f"{name}.weight" for name, module in model.named_modules() if isinstance(module, nn.Conv2d)),
        "",
    )


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "one number"


def _fit(key: str, source: Tensor, target: Tensor, first: str, grid: tuple[int, int] | None) -> Tensor | None:
    """The source in the target's shape, or None where that would make no sense."""
    if key == first and source.ndim == target.ndim == 4 and source.shape[0] == target.shape[0]:
        source = to_channels(source, target.shape[1])
        if source.shape == target.shape:
            return source
        if "patch_embed" in key:
            from timm.layers.patch_embed import resample_patch_embed

            patches: Tensor = resample_patch_embed(source, list(target.shape[2:]))
            return patches
    if grid and key == "pos_embed" and source.ndim == 3 and source.shape[2] == target.shape[2]:
        return _to_positions(source, target, grid)
    return None


def to_channels(weight: Tensor, channels: int) -> Tensor:
    """A first convolution's weight for another number of channels, with answers of the same size.

    One channel: the sum, as if the grey picture were repeated. More: the planes in turn, scaled down.

    Args:
        weight: (F, C, h, w).
        channels: wanted.

    Returns:
        (F, channels, h, w)
    """
    before = weight.shape[1]
    if before == channels:
        return weight
    if channels == 1:
        return weight.sum(1, keepdim=True)
    turns = torch.arange(channels, device=weight.device) % before
    return weight[:, turns] * (before / channels)


def _to_positions(source: Tensor, target: Tensor, grid: tuple[int, int]) -> Tensor | None:
    """Positions (1, tokens, F) of a square grid, resampled to another grid with as many tokens before it."""
    prefix = target.shape[1] - grid[0] * grid[1]
    side = math.isqrt(max(source.shape[1] - prefix, 0))
    if prefix not in (0, 1) or side * side != source.shape[1] - prefix:
        return None
    from timm.layers.pos_embed import resample_abs_pos_embed

    positions: Tensor = resample_abs_pos_embed(
        source, new_size=list(grid), old_size=[side, side], num_prefix_tokens=prefix
    )
    return positions
