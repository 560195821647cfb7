"""Optimizers, and moving averages: of the weights, and of what batch normalisation has seen."""

from __future__ import annotations

import copy
import math
from collections.abc import Collection, Container, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from miwake.tasks.phases import Turn
from miwake.training.config import Recipe


def learning(model: nn.Module, turn: Turn) -> dict[str, nn.Parameter]:
    """The parameters that learn in a turn, by name."""
    return {
        name: parameter
        for name, parameter in model.named_parameters()
        if any(name.startswith(prefix) for prefix in turn.parameters)
    }


def let_learn(model: nn.Module, parameters: Container[str]) -> None:
    """What does not learn needs no gradient."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in parameters)


def update(optimizer: Any, parameters: Collection[nn.Parameter], recipe: Recipe, factor: float) -> None:
    """Move the weights, by the highest learning rate times `factor`, and forget their gradients."""
    if recipe.clip is not None:
        torch.nn.utils.clip_grad_norm_(parameters, recipe.clip)
    for group in optimizer.param_groups:
        group["lr"] = recipe.learning_rate * group["scale"] * factor
    optimizer.step()
    for parameter in parameters:
        parameter.grad = None


def make_optimizer(
    model: nn.Module, turn: Turn, recipe: Recipe, groups: Sequence[Sequence[str]]
) -> torch.optim.Optimizer:
    """An optimizer over what learns in `turn`; each parameter group carries its factor as `scale`.

    Biases, normalisation and other vectors are spared from weight decay.

    Args:
        model: the model as set up for its device; optimizers come after that.
        turn: what learns.
        recipe: which optimizer, learning rate, decay.
        groups: names of the parameters from the input to the output, for learning rates by depth.
    """
    wanted = learning(model, turn)
    depth = {name: len(groups) - 1 - position for position, names in enumerate(groups) for name in names}
    buckets: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in wanted.items():
        scale = turn.rate * turn.layer_decay ** depth.get(name, 0)
        buckets.setdefault((scale, recipe.weight_decay if parameter.ndim > 1 else 0.0), []).append(parameter)
    parameters: list[dict[str, Any]] = [
        {"params": members, "scale": scale, "weight_decay": decay}
        for (scale, decay), members in sorted(buckets.items(), key=lambda item: item[0])
    ]
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(parameters, lr=recipe.learning_rate, fused=True)
    return torch.optim.SGD(parameters, lr=recipe.learning_rate, momentum=0.9, nesterov=True, fused=True)


class Average:
    """Exponential moving average of weights and statistics (Polyak and Juditsky 1992; warm start as in timm).

    The average looks back on about `share` of all steps, fewer at the start.
    """

    def __init__(self, model: nn.Module, share: float, steps: int) -> None:
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.horizon = max(share * steps, 1.0)
        self._floats, self._sources = self._pairs(model)
        self._others = [
            (mine, theirs)
            for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True)
            if not mine.is_floating_point()
        ]

    def _pairs(self, model: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
        mine = [*self.model.parameters(), *(b for b in self.model.buffers() if b.is_floating_point())]
        theirs = [*model.parameters(), *(b for b in model.buffers() if b.is_floating_point())]
        return [tensor.data for tensor in mine], [tensor.data for tensor in theirs]

    def update(self, step: int) -> None:
        """Take in the weights after step number `step` (from 0)."""
        weight = max(1.0 / self.horizon, 1.0 / (0.1 * step + 1.0))
        torch._foreach_lerp_(self._floats, self._sources, weight)
        for mine, theirs in self._others:
            mine.copy_(theirs)


class Statistics:
    """The running statistics of batch normalisation, which begin as plain means of what was seen.

    They would begin with a mean of 0 and a variance of 1, which a short training does not forget, and so be judged by
    numbers that no picture has.
    """

    def __init__(self, model: nn.Module) -> None:
        norms = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
        self._norms = [(norm, norm.momentum) for norm in norms if norm.momentum is not None]
        least = min((momentum for _, momentum in self._norms if momentum), default=1.0)
        self._warm = math.ceil(1 / least)
        """Steps after which every one has its own momentum again."""

    def warm(self, step: int) -> None:
        """Set the momenta for step number `step` (from 0)."""
        if step <= self._warm:
            for norm, momentum in self._norms:
                norm.momentum = max(momentum, 1 / (step + 1))
