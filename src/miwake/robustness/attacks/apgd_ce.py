"""APGD on the task's own loss: steps find their length by themselves (Croce and Hein 2020, algorithm 1)."""

from __future__ import annotations

import torch
from torch import Tensor

from miwake.robustness.ball import Ball
from miwake.robustness.climbing import climb
from miwake.robustness.effort import Effort
from miwake.robustness.victim import Victim


def attack(victim: Victim, ball: Ball, labels: Tensor, effort: Effort, generator: torch.Generator) -> Tensor:
    """Pictures (B, C, H, W) after `effort.steps` steps; the paper takes 100."""
    return climb(victim, ball, labels, effort, generator, victim.harm)
