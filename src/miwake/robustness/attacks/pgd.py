"""Many small steps along the gradient, each brought back to within reach (Madry et al. 2018, section 2.1).

"Towards deep learning models resistant to adversarial attacks". Every restart begins at a random place. A picture
counts as fooled as soon as one step has fooled it, and costs nothing from then on.
"""

from __future__ import annotations

import torch
from torch import Tensor

from miwake.robustness.ball import Ball
from miwake.robustness.effort import Effort, Found
from miwake.robustness.victim import Victim


def attack(victim: Victim, ball: Ball, labels: Tensor, effort: Effort, generator: torch.Generator) -> Tensor:
    """Pictures (B, C, H, W) after `effort.steps` steps, by default of 2.5 / steps of the strength each."""
    size = effort.step or 2.5 / effort.steps
    found = Found(ball.centre)
    for _ in range(effort.restarts):
        rows = found.open()
        room, wanted = ball.take(rows), labels[rows]
        place = room.anywhere(generator)
        for _ in range(effort.steps):
            if not len(rows):
                return found.pictures
            seen = victim.slope(place, wanted)
            left = found.add(rows, place, seen)
            place = room.up(place, seen.slope, size)
            if not left.all():
                rows, place, room, wanted = rows[left], place[left], room.take(left), wanted[left]
        if len(rows):
            found.add(rows, place, victim.look(place, wanted))
    return found.pictures
