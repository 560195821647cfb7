"""One attack over strengths, the smallest change, and the bound: for some pictures at a time."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from miwake.robustness import attacks
from miwake.robustness.ball import Ball, Norm, lengths
from miwake.robustness.clock import TimeOver
from miwake.robustness.effort import Effort
from miwake.robustness.strength import LEVELS
from miwake.robustness.victim import Victim, go_on

_BELOW, _ABOVE = 4, 3  # doublings of the strength that the curve shows, below and above it
_HALVINGS = 6  # of the room in which the smallest change lies
_SMALL_STEPS = 20
BOUND_STEPS = 100
"""Steps of APGD, as its authors take."""
BOUND = ("apgd_ce", "apgd_dlr")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be found out."""

    attack: str
    norm: Norm
    effort: Effort
    levels: tuple[float, ...]
    """Strengths, ascending."""
    headline: int
    """Place of the strength that was asked for among them."""
    smallest: bool
    bound: bool

    @property
    def strength(self) -> float:
        """Grey levels that were asked for."""
        return self.levels[self.headline]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tried:
    """What became of n pictures."""

    right: Tensor
    """(n) bool, unchanged."""
    fooled: Tensor
    """(n, L) bool: right unchanged and fooled at each strength or a weaker one."""
    rounded: Tensor
    """(n) bool: fooled at the asked strength, and still so when the picture has whole grey levels."""
    smallest: Tensor
    """(n) size of the smallest change that fooled; infinite where none did, 0 where it was wrong before."""
    bound: Tensor
    """(n) bool: fooled at the asked strength by the attack or by APGD."""
    changed: Tensor
    """(n, C, H, W) the picture with the smallest change that fooled, or the most harmful one."""
    reached: int
    """Strengths, from the weakest, for which there was time; of the others nothing is known."""
    whole: bool
    """Whether there was time for everything."""


def levels(strength: float, norm: Norm, shape: tuple[int, ...], *, curve: bool) -> tuple[tuple[float, ...], int]:
    """Strengths of the curve, ascending, and the place of the asked one: doublings, to the whole range at most."""
    if not curve:
        return (strength,), 0
    most = unbounded(norm, shape)
    every = [strength * 2.0**power for power in range(-_BELOW, _ABOVE + 1)]
    kept = [level for level in every if level < most or level == strength]
    if len(kept) < len(every) and kept[-1] < most:
        kept.append(most)
    return tuple(kept), kept.index(strength)


def unbounded(norm: Norm, shape: tuple[int, ...]) -> float:
    """The strength within which every picture lies."""
    return LEVELS if norm == "linf" else LEVELS * math.sqrt(math.prod(shape))


def try_on(victim: Victim, pictures: Tensor, labels: Tensor, truth: Tensor, plan: Plan, seed: int) -> Tried:
    """Attack some pictures, as far as the time goes.

    Args:
        victim: the model, which may raise `TimeOver`.
        pictures: (n, C, H, W) float32 in 0…255.
        labels: (n, …) for the attack: true, or wanted.
        truth: (n, …) true.
        plan: what to find out.
        seed: of all that is random.
    """
    generator = torch.Generator(device=pictures.device).manual_seed(seed)
    right = ~replace(victim, targeted=False, ask=go_on).look(pictures, truth).fooled
    count, device = len(pictures), pictures.device
    fooled = torch.zeros(count, len(plan.levels), dtype=torch.bool, device=device)
    smallest = torch.full((count,), torch.inf, device=device).masked_fill(~right, 0.0)
    changed = pictures.clone()
    attack = attacks.find(plan.attack)
    # what a weaker change fools, a stronger one fools, too
    open_rows = right.nonzero().squeeze(1)
    low = torch.zeros(count, device=device)
    rounded = bound = torch.zeros_like(right)
    reached, whole = 0, False
    with suppress(TimeOver):
        for place, strength in enumerate(plan.levels):
            if len(open_rows):
                ball = Ball(
                    centre=pictures[open_rows],
                    strength=torch.full((len(open_rows),), strength, device=device),
                    norm=plan.norm,
                )
                found = attack(victim, ball, labels[open_rows], plan.effort, generator)
                hit = victim.look(found, labels[open_rows]).fooled
                changed[open_rows] = found
                smallest[open_rows[hit]] = lengths(found - ball.centre, plan.norm)[hit]
                fooled[open_rows[hit], place:] = True
                low[open_rows[~hit]] = strength
                open_rows = open_rows[~hit]
            if place == plan.headline:
                rounded = _rounded(victim, pictures, labels, fooled[:, place], changed, plan, generator)
                bound = _bound(victim, pictures, labels, right & ~fooled[:, place], plan, generator) | fooled[:, place]
            reached = place + 1
        if plan.smallest:
            _shrink(victim, pictures, labels, plan, (low, smallest, changed), generator)
        whole = True
    return Tried(
        right=right,
        fooled=fooled,
        rounded=rounded,
        smallest=smallest,
        bound=bound,
        changed=changed,
        reached=reached,
        whole=whole,
    )


def _rounded(
    victim: Victim,
    pictures: Tensor,
    labels: Tensor,
    fooled: Tensor,
    changed: Tensor,
    plan: Plan,
    generator: torch.Generator,
) -> Tensor:
    """(n) bool: which of those that are fooled at the asked strength still are by whole grey levels.

    What a weaker change has fooled may be lost by rounding; the whole strength is tried on it, too.
    """
    rounded = torch.zeros_like(fooled)
    rows = fooled.nonzero().squeeze(1)
    if not len(rows):
        return rounded
    rounded[rows] = victim.look(changed[rows].round(), labels[rows]).fooled
    rows = rows[~rounded[rows]]
    if len(rows):
        strength = torch.full((len(rows),), plan.strength, device=pictures.device)
        ball = Ball(centre=pictures[rows], strength=strength, norm=plan.norm)
        found = attacks.find(plan.attack)(victim, ball, labels[rows], plan.effort, generator)
        rounded[rows] = victim.look(found.round(), labels[rows]).fooled
    return rounded


def _bound(
    victim: Victim, pictures: Tensor, labels: Tensor, left: Tensor, plan: Plan, generator: torch.Generator
) -> Tensor:
    """(n) bool: which of those that are left APGD fools at the asked strength."""
    fooled = torch.zeros_like(left)
    for name in BOUND if plan.bound else ():
        rows = (left & ~fooled).nonzero().squeeze(1)
        if not len(rows):
            break
        strength = torch.full((len(rows),), plan.strength, device=pictures.device)
        ball = Ball(centre=pictures[rows], strength=strength, norm=plan.norm)
        found = attacks.find(name)(victim, ball, labels[rows], Effort(steps=BOUND_STEPS), generator)
        fooled[rows] = victim.look(found, labels[rows]).fooled
    return fooled


def _shrink(
    victim: Victim,
    pictures: Tensor,
    labels: Tensor,
    plan: Plan,
    state: tuple[Tensor, Tensor, Tensor],
    generator: torch.Generator,
) -> None:
    """Halve, in factors, the room between what did not fool and what did; the state is changed in place."""
    low, high, changed = state
    attack = attacks.find("pgd")
    for _ in range(_HALVINGS):
        rows = (torch.isfinite(high) & (high > low * 1.02) & (high > 0.05)).nonzero().squeeze(1)
        if not len(rows):
            return
        middle = torch.where(low[rows] > 0, (low[rows] * high[rows]).sqrt(), high[rows] / 4)
        ball = Ball(centre=pictures[rows], strength=middle, norm=plan.norm)
        found = attack(victim, ball, labels[rows], Effort(steps=_SMALL_STEPS), generator)
        hit = victim.look(found, labels[rows]).fooled
        changed[rows[hit]] = found[hit]
        high[rows[hit]] = lengths(found - ball.centre, plan.norm)[hit]
        low[rows[~hit]] = middle[~hit]
