"""Plain chance: random pictures within reach, the most harmful of them. It sees no gradient."""

from __future__ import annotations

import torch
from torch import Tensor

from miwake.robustness.ball import Ball
from miwake.robustness.effort import Effort, Found
from miwake.robustness.victim import Victim


def attack(victim: Victim, ball: Ball, labels: Tensor, effort: Effort, generator: torch.Generator) -> Tensor:
    """Pictures (B, C, H, W): the best of `effort.steps` × `effort.restarts` tries."""
    found = Found(ball.centre)
    for _ in range(effort.steps * effort.restarts):
        rows = found.open()
        if not len(rows):
            break
        room, wanted = ball.take(rows), labels[rows]
        tried = room.anywhere(generator)
        found.add(rows, tried, victim.look(tried, wanted, victim.margin))
    return found.pictures
