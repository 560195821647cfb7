"""The contract between a method and the task that asks "is something wrong here?".

A method's file has, as literals or functions,

    PAPER: str                       where it was published
    LEARNS: tuple[str, ...]          prefixes of the parameters that learn by gradients; empty where none do
    STAGES: tuple[(name, passes)]    submodules that learn by themselves before that, in this order, as
                                     `miwake.networks.layers.Learner`
    AFTER: tuple[(name, passes)]     the same, after that; without them it cannot answer
    EPOCHS: tuple[int, int]          fewest epochs that make sense, and more than which bring nothing
    RECIPE: dict[str, Any]           how what learns by gradients is trained: fields of `miwake.training.config.Recipe`,
                                     where the user asked for nothing else
    BACKBONE: bool                   whether it looks through a network that knows something already
    SIZE: int                        usual side of its input, in pixels
    def build(plan, network, *, channels, size) -> Detector
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from torch import Tensor, nn


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is settled before a detector is built, so that its file can be read again."""

    bank: int = 256
    """Rows of the memory bank."""
    pool: int = 4096
    """Rows that are held at once while the bank is made."""

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The inverse of `to_json`."""
        return cls(bank=int(data["bank"]), pool=int(data["pool"]))


class Detector(nn.Module, ABC):
    """A network that says how odd pictures are.

    In evaluation `forward` takes (B, C, H, W) and gives (B, 1 + h·w): how odd the picture is, then how odd each
    place of an even grid of h × w over it is, row by row. Both are 0 or more and differentiable in the pictures.
    """

    network: nn.Module | None
    """The part that starts from given weights; None where there is none."""
    grid: tuple[int, int]
    """h and w."""
    learns: bool = False
    """By gradients."""

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, 1 + h·w); while a method that learns by gradients is in training, its loss."""
        return self.loss(x_BCHW) if self.training and self.learns else self.odd(x_BCHW)

    @abstractmethod
    def odd(self, x_BCHW: Tensor) -> Tensor:
        """(B, 1 + h·w)."""

    def loss(self, x_BCHW: Tensor) -> Tensor:
        """What is minimised over good pictures, where the method learns by gradients."""
        raise TypeError(f"{type(self).__name__} does not learn by gradients")

    @abstractmethod
    def embedding(self, x_BCHW: Tensor) -> Tensor:
        """(B, F) what the picture is like, to find others that are alike."""


class Method(Protocol):
    """What a method's file has."""

    PAPER: str
    LEARNS: tuple[str, ...]
    STAGES: tuple[tuple[str, int], ...]
    AFTER: tuple[tuple[str, int], ...]
    EPOCHS: tuple[int, int]
    RECIPE: Mapping[str, Any]
    BACKBONE: bool
    SIZE: int

    def build(self, plan: Plan, network: nn.Module | None, *, channels: int, size: tuple[int, int]) -> Detector:
        """A detector with an empty memory."""


def joined(score_B: Tensor, map_BHW: Tensor) -> Tensor:
    """(B, 1 + h·w) from (B) and (B, h, w)."""
    import torch

    return torch.cat([score_B[:, None], map_BHW.flatten(1)], 1)
