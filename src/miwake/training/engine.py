"""Device, precision and distribution."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.single_device import SingleDeviceStrategy
from torch import Tensor, nn

from miwake.training.config import Recipe

# Fabric announces the precision on every set-up; we say it once, in our own words
logging.getLogger("lightning_fabric.utilities.rank_zero").setLevel(logging.WARNING)

_FABRIC_PRECISION = {"fp32": "32-true", "bf16": "bf16-mixed", "fp16": "16-mixed"}


class Engine:
    """Device, precision and distribution, through Fabric; on one device the bare model runs without its wrappers."""

    def __init__(self, recipe: Recipe, model: nn.Module) -> None:
        device = torch.device(recipe.device)
        devices: Any = [device.index or 0] if device.type == "cuda" else 1
        precision: Any = _FABRIC_PRECISION[recipe.precision]
        self.fabric = Fabric(accelerator=device.type, devices=devices, precision=precision)
        wrapped = self.fabric.setup_module(model.to(memory_format=torch.channels_last))
        self.single = isinstance(self.fabric.strategy, SingleDeviceStrategy) and recipe.precision != "fp16"
        self.model: nn.Module = model if self.single else wrapped
        self.device = self.fabric.device
        self.plain = recipe.precision == "fp32"

    def optimizer(self, optimizer: torch.optim.Optimizer) -> Any:
        return optimizer if self.single else self.fabric.setup_optimizers(optimizer)

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        return contextlib.nullcontext() if self.plain or not self.single else self.fabric.autocast()

    def backward(self, loss: Tensor) -> None:
        if self.single:
            loss.backward()  # type: ignore[no-untyped-call]
        else:
            self.fabric.backward(loss)
