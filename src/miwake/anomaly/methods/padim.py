"""PaDiM: a Gaussian of good features at each place (Defard 2021, "PaDiM: a patch distribution modeling framework")."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from miwake.anomaly.backbone import laid, stages, taken
from miwake.anomaly.method import Detector, Plan, joined

PAPER = "Defard 2021, PaDiM: a patch distribution modeling framework for anomaly detection and localization"
LEARNS: tuple[str, ...] = ()
STAGES = (("places", 1),)
AFTER: tuple[tuple[str, int], ...] = ()
EPOCHS = (10, 300)
RECIPE: dict[str, Any] = {"average": 0.0}
BACKBONE = True
SIZE = 256
COARSE = (4, 8, 16)
DIMENSIONS = 100
"""Features that are drawn at random, once, and kept (section 3.1)."""
_RIDGE = 0.01  # added to the covariance's diagonal, as a share of its mean (equation 1 has 0.01 itself)

Sums = tuple[int, Tensor, Tensor]


def build(plan: Plan, network: nn.Module | None, *, channels: int, size: tuple[int, int]) -> Detector:
    """A detector that has seen nothing."""
    assert network is not None
    return Padim(network, channels=channels, size=size)


class Padim(Detector):
    """Features of three stages, and for each place of the grid how they are distributed among good pictures.

    The grid is that of the middle stage: at the first one's four times as many covariances would have to be held.
    """

    def __init__(self, network: nn.Module, *, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.network: nn.Module = network.requires_grad_(False)
        self.names = stages(network, channels=channels, size=size, coarse=COARSE)
        with torch.no_grad():
            parts = taken(network.eval(), self.names, torch.zeros(1, channels, *size))
        middle = parts[len(parts) // 2]
        self.grid = (middle.shape[2], middle.shape[3])
        every = sum(part.shape[1] for part in parts)
        kept = torch.randperm(every, generator=torch.Generator().manual_seed(0))[: min(DIMENSIONS, every)]
        self.kept: Tensor
        self.register_buffer("kept", kept.sort().values)
        self.places = Places(len(kept), self.grid)

    def patches(self, x_BCHW: Tensor) -> Tensor:
        """(B, d, h, w)."""
        return laid(taken(self.network, self.names, x_BCHW), self.grid)[:, self.kept]

    def odd(self, x_BCHW: Tensor) -> Tensor:
        """The score is that of the oddest place."""
        distance: Tensor = self.places(self.patches(x_BCHW))
        return joined(distance.flatten(1).amax(1), distance)

    def embedding(self, x_BCHW: Tensor) -> Tensor:
        """(B, d) mean over the places."""
        return self.patches(x_BCHW).mean((2, 3))


class Places(nn.Module):
    """Mean and covariance of the features at each place; distances are Mahalanobis's (section 3.3)."""

    mean: Tensor
    whitening: Tensor

    def __init__(self, features: int, grid: tuple[int, int]) -> None:
        super().__init__()
        places = grid[0] * grid[1]
        self.register_buffer("mean", torch.zeros(places, features))
        self.register_buffer("whitening", torch.eye(features).repeat(places, 1, 1))

    def observe(self, inputs: Tensor, state: Sums | None) -> Sums:
        """Add (B, d, h, w) to the sums of each place, and of their products."""
        x_pbd = inputs.flatten(2).permute(2, 0, 1).float()
        count, total, products = state or (0, torch.zeros_like(self.mean), torch.zeros_like(self.whitening))
        return count + x_pbd.shape[1], total + x_pbd.sum(1), torch.baddbmm(products, x_pbd.transpose(1, 2), x_pbd)

    def finish(self, state: Sums) -> None:
        """Invert the covariances' roots; with few pictures the ridge decides along most directions."""
        count, total, products = state
        mean = total / count
        covariance = (products - count * mean[:, :, None] * mean[:, None, :]) / max(count - 1, 1)
        covariance = 0.5 * (covariance + covariance.transpose(1, 2))
        diagonal = covariance.diagonal(dim1=1, dim2=2)
        ridge = _RIDGE * diagonal.mean() + 1e-6
        # pictures that all look alike somewhere leave a covariance that rounding has made a little negative
        factor = torch.linalg.cholesky_ex(covariance + torch.diag_embed(ridge + (-diagonal).clamp_min(0)))[0]
        one = torch.eye(mean.shape[1], device=mean.device).expand_as(covariance)
        self.mean.copy_(mean)
        self.whitening.copy_(torch.linalg.solve_triangular(factor, one, upper=False))

    def forward(self, inputs: Tensor) -> Tensor:
        """(B, h, w) distances of (B, d, h, w)."""
        x_pdb = inputs.flatten(2).permute(2, 1, 0).float() - self.mean[:, :, None]
        white = torch.bmm(self.whitening, x_pdb)
        distance = white.square().sum(1).add(1e-8).sqrt().T
        return distance.reshape(len(inputs), *inputs.shape[2:])
