"""PatchCore: each patch is compared with a memory of good patches (Roth 2022, "Towards total recall")."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from miwake.anomaly.backbone import laid, stages, taken
from miwake.anomaly.bank import Bank
from miwake.anomaly.method import Detector, Plan, joined

PAPER = "Roth 2022, Towards total recall in industrial anomaly detection"
LEARNS: tuple[str, ...] = ()
STAGES = (("bank", 1),)
AFTER: tuple[tuple[str, int], ...] = ()
EPOCHS = (10, 300)
RECIPE: dict[str, Any] = {"average": 0.0}
BACKBONE = True
SIZE = 256
COARSE = (8, 16)
"""Pixels that a place of the stages covers which are looked at; the first gives the grid."""

_ODDEST = 0.003
_OVERALL = 0.5
"""Of the mean over the picture is taken away: in one that was lit differently all patches are a little odd. Not all of
it, or what is odd everywhere would be nowhere."""


def build(plan: Plan, network: nn.Module | None, *, channels: int, size: tuple[int, int]) -> Detector:
    """A detector with an empty memory."""
    assert network is not None
    return PatchCore(plan, network, channels=channels, size=size)


class PatchCore(Detector):
    """Features of two stages, and a bank of those of good pictures."""

    def __init__(self, plan: Plan, network: nn.Module, *, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.network: nn.Module = network.requires_grad_(False)
        self.names = stages(network, channels=channels, size=size, coarse=COARSE)
        with torch.no_grad():
            parts = taken(network.eval(), self.names, torch.zeros(1, channels, *size))
        self.grid = (parts[0].shape[2], parts[0].shape[3])
        self.bank = Bank(plan.bank, sum(part.shape[1] for part in parts), plan.pool, self.grid)

    def patches(self, x_BCHW: Tensor) -> Tensor:
        """(B, d, h, w)."""
        return laid(taken(self.network, self.names, x_BCHW), self.grid)

    def odd(self, x_BCHW: Tensor) -> Tensor:
        """The score is the mean of the oddest few of the patches, above half of the mean of all, and less where the
        oddest one's nearest good patch is itself a rare one. (The paper takes the oddest alone; these told drawn
        defects better from good pictures.)
        """
        patches = self.patches(x_BCHW)
        distance, found = self.bank(patches)
        rows = torch.arange(len(distance), device=distance.device)
        place = distance.flatten(1).argmax(1)
        odd = patches.flatten(2)[rows, :, place]
        weight = self.bank.doubt(odd, found.flatten(1)[rows, place])
        flat = distance.flatten(1)
        oddest = flat.topk(max(1, round(_ODDEST * flat.shape[1]))).values.mean(1)
        return joined(weight * (oddest - _OVERALL * flat.mean(1)), distance)

    def embedding(self, x_BCHW: Tensor) -> Tensor:
        """(B, d) mean over the places."""
        return self.patches(x_BCHW).mean((2, 3))
