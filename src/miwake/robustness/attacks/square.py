"""Random squares, kept where they do harm: a search that sees answers only, no gradient (Andriushchenko et al. 2020).

"Square attack: a query-efficient black-box adversarial attack via random search", algorithm 1. For the largest change
it begins with stripes and tries squares of full strength, as published. For the root of summed squares (L2) the paper
moves mass between windows; here the square's own change is redrawn and the whole brought back to full strength.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from miwake.robustness.ball import Ball, lengths
from miwake.robustness.effort import Effort, Found
from miwake.robustness.victim import Victim

_SHARE = 0.8
"""Share of the picture that the first squares cover."""
_HALVINGS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
"""Shares of the tries after which squares cover half as much (section 4.1: 10 to 8,000 of 10,000)."""


def attack(victim: Victim, ball: Ball, labels: Tensor, effort: Effort, generator: torch.Generator) -> Tensor:
    """Pictures (B, C, H, W) after `effort.steps` tries."""
    found = Found(ball.centre)
    for _ in range(effort.restarts):
        rows = found.open()
        if not len(rows):
            break
        room, wanted = ball.take(rows), labels[rows]
        place = room.project(room.centre + _stripes(room, generator))
        seen = victim.look(place, wanted, victim.margin)
        harm, left = seen.harm, found.add(rows, place, seen)
        for step in range(effort.steps):
            rows, room, wanted, place, harm = rows[left], room.take(left), wanted[left], place[left], harm[left]
            if not len(rows):
                break
            tried = _with_squares(room, place, _side(room, step / effort.steps), generator)
            seen = victim.look(tried, wanted, victim.margin)
            better = seen.harm > harm
            place = torch.where(better[:, None, None, None], tried, place)
            harm = torch.where(better, seen.harm, harm)
            left = found.add(rows, tried, seen)
    return found.pictures


def _signs(shape: tuple[int, ...], like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randint(0, 2, shape, generator=generator, device=like.device).to(like.dtype) * 2 - 1


def _stripes(room: Ball, generator: torch.Generator) -> Tensor:
    """Vertical stripes of full strength, a random sign for each column and channel."""
    count, channels, height, width = room.centre.shape
    stripes = _signs((count, channels, 1, width), room.centre, generator).expand(-1, -1, height, -1)
    return room.radius * (stripes if room.norm == "linf" else stripes / (channels * height * width) ** 0.5)


def _side(room: Ball, done: float) -> int:
    """Side of the squares after a share of the tries."""
    height, width = room.centre.shape[2:]
    share = _SHARE / 2 ** sum(done > mark for mark in _HALVINGS)
    return max(1, min(height, width, round(math.sqrt(share * height * width))))


def _with_squares(room: Ball, place: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """A square at a random place of each picture gets a random sign for each channel."""
    count, channels, height, width = place.shape
    device = place.device
    top = torch.randint(0, height - side + 1, (count, 1), generator=generator, device=device)
    left = torch.randint(0, width - side + 1, (count, 1), generator=generator, device=device)
    rows, columns = torch.arange(height, device=device), torch.arange(width, device=device)
    inside = ((rows >= top) & (rows < top + side))[:, None, :, None] & ((columns >= left) & (columns < left + side))[
        :, None, None, :
    ]
    sign = _signs((count, channels, 1, 1), place, generator)
    if room.norm == "linf":
        return room.project(torch.where(inside, room.centre + room.radius * sign, place))
    change = place - room.centre
    # as strong within the square as the square's share of the whole allows, half of it new
    new = room.radius * sign / (channels * side * side) ** 0.5
    change = torch.where(inside, 0.5 * change + 0.5 * new, change)
    scale = room.strength / lengths(change, "l2").clamp_min(1e-12)
    return room.project(room.centre + change * scale[:, None, None, None])
