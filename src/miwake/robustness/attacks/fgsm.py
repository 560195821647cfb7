"""One step along the sign of the gradient (Goodfellow, Shlens and Szegedy 2015, section 4).

"Explaining and harnessing adversarial examples". From the picture itself; further restarts begin at random places.
"""

from __future__ import annotations

import torch
from torch import Tensor

from miwake.robustness.ball import Ball
from miwake.robustness.effort import Effort, Found
from miwake.robustness.victim import Victim


def attack(victim: Victim, ball: Ball, labels: Tensor, effort: Effort, generator: torch.Generator) -> Tensor:
    """Pictures (B, C, H, W) one step away. `effort.steps` does not matter."""
    found = Found(ball.centre)
    for restart in range(effort.restarts):
        rows = found.open()
        if not len(rows):
            break
        room, wanted = ball.take(rows), labels[rows]
        start = room.anywhere(generator) if restart else room.centre
        moved = room.up(start, victim.slope(start, wanted).slope, effort.step or 1.0)
        found.add(rows, moved, victim.look(moved, wanted))
    return found.pictures
