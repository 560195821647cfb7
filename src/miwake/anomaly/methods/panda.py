"""PANDA: features that know photographs are drawn together over good pictures, a little; then the nearest good one
says how odd a picture is (Reiss 2021, "PANDA: adapting pretrained features for anomaly detection and segmentation").
"""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from miwake.anomaly.backbone import stages, taken
from miwake.anomaly.bank import Bank, Pool
from miwake.anomaly.method import Detector, Plan, joined

PAPER = "Reiss 2021, PANDA: adapting pretrained features for anomaly detection and segmentation"
LEARNS = ("network.",)
STAGES = (("centre", 1),)
AFTER = (("memory", 1),)
BACKBONE = True
SIZE = 224
EPOCHS = (1, 15)
RECIPE = {
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "weight_decay": 5e-5,
    "clip": 1e-3,
    "schedule": "constant",
    "warmup": 0.0,
    "average": 0.0,
}
"""As in section 4.1: steps so short that the features stay what they are good for. Left to themselves they would all
become the centre, so that there are few epochs (early stopping, section 3.3)."""


def build(plan: Plan, network: nn.Module | None, *, channels: int, size: tuple[int, int]) -> Detector:
    """A detector with an empty memory."""
    assert network is not None
    return Panda(plan, network, channels=channels, size=size)


class Panda(Detector):
    """Mean features of the last stage, their centre among good pictures, and a bank of them.

    Only what comes after the stage before the last is adapted (the paper's last two blocks).
    """

    def __init__(self, plan: Plan, network: nn.Module, *, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.learns = True
        self.network: nn.Module = network.requires_grad_(True)
        *self.fixed, self.last = stages(network, channels=channels, size=size, coarse=(16, 32))
        with torch.no_grad():
            (part,) = taken(network.eval(), [self.last], torch.zeros(1, channels, *size))
        self.grid = (part.shape[2], part.shape[3])
        self.centre = Centre(part.shape[1])
        self.memory = Memory(plan, part.shape[1], self.grid)

    def train(self, mode: bool = True) -> Self:
        """Batch normalisation keeps the statistics that it came with."""
        super().train(mode)
        self.network.eval()
        return self

    def places(self, x_BCHW: Tensor) -> Tensor:
        """(B, d, h, w) features of the last stage, from the centre; no gradient reaches the stages before."""
        handles = [self._cut(name) for name in self.fixed] if self.training else []
        try:
            (part,) = taken(self.network, [self.last], x_BCHW)
        finally:
            for handle in handles:
                handle.remove()
        found: Tensor = self.centre(part.float())
        return found

    def _cut(self, name: str) -> RemovableHandle:
        return self.network.get_submodule(name).register_forward_hook(lambda _, __, output: output.detach())

    def loss(self, x_BCHW: Tensor) -> Tensor:
        """Mean squared distance from the centre (equation 4)."""
        return self.places(x_BCHW).mean((2, 3)).square().sum(1).mean()

    def odd(self, x_BCHW: Tensor) -> Tensor:
        """The score is the distance of the nearest good picture; the map says which places lie in that direction."""
        return joined(*self.memory(self.places(x_BCHW)))

    def embedding(self, x_BCHW: Tensor) -> Tensor:
        """(B, d) mean over the places."""
        return self.places(x_BCHW).mean((2, 3))


class Memory(nn.Module):
    """Good pictures' mean features, and what is usual at each place."""

    usual: Tensor

    def __init__(self, plan: Plan, features: int, grid: tuple[int, int]) -> None:
        super().__init__()
        self.bank = Bank(plan.bank, features, plan.pool, (1, 1))
        self.register_buffer("usual", torch.zeros(features, *grid))

    def observe(self, inputs: Tensor, state: tuple[Pool | None, int, Tensor] | None) -> tuple[Pool | None, int, Tensor]:
        """Hold the means of (B, d, h, w), and add up places."""
        pool, count, total = state or (None, 0, torch.zeros_like(self.usual))
        return self.bank.observe(inputs.mean((2, 3), keepdim=True), pool), count + len(inputs), total + inputs.sum(0)

    def finish(self, state: tuple[Pool, int, Tensor]) -> None:
        """Keep both."""
        pool, count, total = state
        self.bank.finish(pool)
        self.usual.copy_(total / count)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """(B) distance of the nearest mean, and (B, h, w) how far each place of (B, d, h, w) lies from what is usual
        there, in the direction of that distance.
        """
        mean = inputs.mean((2, 3), keepdim=True)
        distance, found = self.bank(mean)
        away = self.bank.queries(mean)[:, 0, 0] - self.bank.rows[found[:, 0, 0]]
        unit = away / away.square().sum(1, keepdim=True).add(1e-8).sqrt()
        strange = self.bank.queries(inputs) - self.bank.queries(self.usual[None])
        heat = (strange * unit[:, None, None]).sum(3).clamp_min(0)
        return distance[:, 0, 0], heat / self.bank.typical.mean()


class Centre(nn.Module):
    """The mean of good pictures before anything was adapted."""

    mean: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))

    def observe(self, inputs: Tensor, state: tuple[int, Tensor] | None) -> tuple[int, Tensor]:
        """Add (B, d, h, w) to the sum over pictures."""
        count, total = state or (0, torch.zeros_like(self.mean))
        return count + len(inputs), total + inputs.mean((2, 3)).sum(0)

    def finish(self, state: tuple[int, Tensor]) -> None:
        """Keep the mean."""
        self.mean.copy_(state[1] / state[0])

    def forward(self, inputs: Tensor) -> Tensor:
        """(B, d, h, w) less the mean."""
        return inputs - self.mean[:, None, None]
