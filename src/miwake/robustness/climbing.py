"""Steps that find their own length: APGD, without parameters to tune (Croce and Hein 2020, algorithm 1).

"Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free attacks".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from miwake.robustness.ball import Ball, lengths, unit
from miwake.robustness.effort import Effort, Found
from miwake.robustness.victim import Objective, Seen, Victim

_INERTIA = 0.75  # share of the new step; the rest goes on as before (alpha)
_ENOUGH = 0.75  # share of steps that must have brought more, for the length to stay (rho)


@dataclass(kw_only=True, eq=False)
class _Way:
    """Where each of B pictures stands."""

    place: Tensor
    before: Tensor
    """(B, C, H, W) the place one step ago."""
    slope: Tensor
    harm: Tensor
    """(B) at `place`."""
    best: Tensor
    """(B, C, H, W) the most harmful place so far."""
    best_slope: Tensor
    best_harm: Tensor
    size: Tensor
    """(B) length of a step in strengths."""
    risen: Tensor
    """(B) steps since the last checkpoint that brought more."""
    kept: Tensor
    """(B) bool: the length stayed as it was at the last checkpoint."""
    mark: Tensor
    """(B) the best harm at the last checkpoint."""

    def take(self, rows: Tensor) -> _Way:
        """The same for some of the pictures."""
        return _Way(**{entry.name: getattr(self, entry.name)[rows] for entry in fields(self)})


def checkpoints(steps: int) -> list[int]:
    """The steps after which lengths are thought over: at shares of 0.22 of all, then ever nearer (section 3)."""
    shares = [0.0, 0.22]
    while shares[-1] < 1:
        shares.append(shares[-1] + max(shares[-1] - shares[-2] - 0.03, 0.06))
    return sorted({math.ceil(share * steps - 1e-9) for share in shares[1:] if share < 1})


def climb(
    victim: Victim,
    ball: Ball,
    labels: Tensor,
    effort: Effort,
    generator: torch.Generator,
    objective: Objective,
) -> Tensor:
    """Changed pictures (B, C, H, W), as an attack returns them, that raise the objective."""
    found = Found(ball.centre)
    marks = checkpoints(effort.steps)
    for _ in range(effort.restarts):
        rows = found.open()
        if not len(rows):
            break
        room, wanted = ball.take(rows), labels[rows]
        start = _edge(room, generator)
        seen = victim.slope(start, wanted, objective)
        left = found.add(rows, start, seen)
        rows, room, wanted = rows[left], room.take(left), wanted[left]
        way = _begin(start, seen).take(left)
        last = 0
        for step in range(effort.steps):
            if not len(rows):
                break
            seen = _forward(victim, room, wanted, way, objective, first=step == 0)
            left = found.add(rows, way.place, seen)
            if step + 1 in marks:
                _think(way, step + 1 - last)
                last = step + 1
            if not left.all():
                rows, room, wanted, way = rows[left], room.take(left), wanted[left], way.take(left)
    return found.pictures


def _edge(room: Ball, generator: torch.Generator) -> Tensor:
    """A random place at the full strength."""
    noise = torch.empty_like(room.centre)
    if room.norm == "linf":
        noise.uniform_(-1, 1, generator=generator)
        noise /= lengths(noise, "linf").clamp_min(1e-12)[:, None, None, None]
    else:
        noise = unit(noise.normal_(generator=generator), "l2")
    return room.project(room.centre + room.radius * noise)


def _begin(start: Tensor, seen: Seen) -> _Way:
    harm = seen.harm
    return _Way(
        place=start,
        before=start,
        slope=seen.slope,
        harm=harm,
        best=start.clone(),
        best_slope=seen.slope.clone(),
        best_harm=harm.clone(),
        size=torch.full_like(harm, 2.0),
        risen=torch.zeros_like(harm),
        kept=torch.zeros_like(harm, dtype=torch.bool),
        mark=harm.clone(),
    )


def _forward(victim: Victim, room: Ball, labels: Tensor, way: _Way, objective: Objective, *, first: bool) -> Seen:
    """One step with inertia; the way moves along."""
    ahead = room.up(way.place, way.slope, way.size[:, None, None, None])
    if not first:
        ahead = room.project(way.place + _INERTIA * (ahead - way.place) + (1 - _INERTIA) * (way.place - way.before))
    seen = victim.slope(ahead, labels, objective)
    way.risen += seen.harm > way.harm
    way.before, way.place, way.slope, way.harm = way.place, ahead, seen.slope, seen.harm
    better = seen.harm > way.best_harm
    way.best[better], way.best_slope[better] = ahead[better], seen.slope[better]
    way.best_harm = torch.where(better, seen.harm, way.best_harm)
    return seen


def _think(way: _Way, steps: int) -> None:
    """Halve a length that swings more than it rises, or that has brought nothing, and go back to the best place."""
    swings = way.risen < _ENOUGH * steps
    stuck = way.kept & (way.best_harm <= way.mark)
    halve = swings | stuck
    way.size = torch.where(halve, way.size / 2, way.size)
    way.place, way.before = way.place.clone(), way.before.clone()
    way.place[halve], way.before[halve] = way.best[halve], way.best[halve]
    way.slope = torch.where(halve[:, None, None, None], way.best_slope, way.slope)
    way.harm = torch.where(halve, way.best_harm, way.harm)
    way.kept, way.mark = ~halve, way.best_harm.clone()
    way.risen = torch.zeros_like(way.risen)
