"""How hard an attack tries, and what it has found so far."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from miwake.robustness.victim import Seen


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How hard an attack tries."""

    steps: int = 40
    """Steps, or tries of one that takes no steps."""
    restarts: int = 1
    """Beginnings from other random places, for what is not fooled yet."""
    step: float | None = None
    """Length of a step as a share of the strength; None is the attack's own."""


class Found:
    """The best changed picture so far for each of B pictures: one that fools before any that does not.

    Args:
        pictures: (B, C, H, W) unchanged.
    """

    def __init__(self, pictures: Tensor) -> None:
        self.pictures = pictures.clone()
        self.harm = pictures.new_full((len(pictures),), -torch.inf)
        self.fooled = torch.zeros(len(pictures), dtype=torch.bool, device=pictures.device)

    def open(self) -> Tensor:
        """Row numbers of pictures that are not fooled yet."""
        return (~self.fooled).nonzero().squeeze(1)

    def add(self, rows: Tensor, pictures: Tensor, seen: Seen) -> Tensor:
        """Take in tries for some rows, none of which is fooled yet; returns which of them still are not, (n) bool."""
        better = seen.fooled | (seen.harm > self.harm[rows])
        chosen = rows[better]
        self.pictures[chosen] = pictures[better]
        self.harm[chosen] = seen.harm[better]
        self.fooled[chosen] = seen.fooled[better]
        return ~seen.fooled
