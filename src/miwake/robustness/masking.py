"""Whether an attack can be trusted: a model may hide its gradients instead of being robust.

The signs are those of Athalye, Carlini and Wagner 2018, "Obfuscated gradients give a false sense of security", section
3.1, and of Carlini et al. 2019, "On evaluating adversarial robustness", section 5: more steps or a stronger change
fools less, one step beats many, chance beats gradients, no bound at all and still not every picture is fooled.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import torch
from torch import Tensor

from miwake.robustness import attacks
from miwake.robustness.ball import Ball, Norm
from miwake.robustness.clock import TimeOver
from miwake.robustness.effort import Effort
from miwake.robustness.results import Check
from miwake.robustness.search import unbounded
from miwake.robustness.victim import Victim

_FEW, _USUAL, _MANY = 10, 40, 100
_NOISES, _SQUARES = 50, 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """Pictures that a model has right, and how they are attacked."""

    victim: Victim
    pictures: Tensor
    """(n, C, H, W) float32 in 0…255."""
    labels: Tensor
    norm: Norm
    strength: float
    seed: int

    def fooled(self, attack: str, steps: int, *, strength: float | None = None) -> Tensor:
        """(n) bool: which pictures an attack fools."""
        size = self.strength if strength is None else strength
        full = torch.full((len(self.pictures),), size, device=self.pictures.device)
        ball = Ball(centre=self.pictures, strength=full, norm=self.norm)
        generator = torch.Generator(device=self.pictures.device).manual_seed(self.seed)
        found = attacks.find(attack)(self.victim, ball, self.labels, Effort(steps=steps), generator)
        return self.victim.look(found, self.labels).fooled


def check(subject: Subject) -> list[Check]:
    """Every look for which there is time; the victim ends them with `TimeOver`."""
    checks: list[Check] = []
    if not len(subject.pictures):
        return checks
    with suppress(TimeOver):
        many = subject.fooled("pgd", _MANY)
        for name, look in _LOOKS.items():
            first, second = look(subject, many)
            checks.append(
                Check(
                    name=name,
                    passed=_holds(name, first, second),
                    first=int(first.sum()),
                    second=int(second.sum()),
                    pictures=len(first),
                )
            )
    return checks


def _holds(name: str, first: Tensor, second: Tensor) -> bool:
    """Whether the first way fools no more than the second; beyond what random starts explain (a paired sign test)."""
    if name in ("unbounded", "slopes"):
        return int(second.sum()) == len(second)
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    return only_first - only_second <= max(1.0, 2 * math.sqrt(only_first + only_second))


Look = Callable[[Subject, Tensor], tuple[Tensor, Tensor]]


def _steps(subject: Subject, many: Tensor) -> tuple[Tensor, Tensor]:
    return subject.fooled("pgd", _FEW), many


def _one_step(subject: Subject, many: Tensor) -> tuple[Tensor, Tensor]:
    return subject.fooled("fgsm", 1), many


def _strength(subject: Subject, many: Tensor) -> tuple[Tensor, Tensor]:
    return subject.fooled("pgd", _USUAL, strength=subject.strength / 2), many


def _chance(subject: Subject, many: Tensor) -> tuple[Tensor, Tensor]:
    return subject.fooled("noise", _NOISES), many


def _squares(subject: Subject, many: Tensor) -> tuple[Tensor, Tensor]:
    return subject.fooled("square", _SQUARES), many


def _unbounded(subject: Subject, many: Tensor) -> tuple[Tensor, Tensor]:
    most = unbounded(subject.norm, tuple(subject.pictures.shape[1:]))
    found = subject.fooled("pgd", _MANY, strength=most)
    left = (~found).nonzero().squeeze(1)
    if len(left):
        rest = Subject(
            victim=subject.victim,
            pictures=subject.pictures[left],
            labels=subject.labels[left],
            norm=subject.norm,
            strength=most,
            seed=subject.seed,
        )
        found[left] = rest.fooled("apgd_dlr", _MANY)
    return many, found


def _slopes(subject: Subject, many: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures whose loss has a slope at all; with none everywhere, a gradient has nothing to follow."""
    slope = subject.victim.slope(subject.pictures, subject.labels, subject.victim.margin).slope
    return many, slope.flatten(1).abs().amax(1) > 0


_LOOKS: dict[str, Look] = {
    "steps": _steps,
    "chance": _chance,
    "one_step": _one_step,
    "strength": _strength,
    "slopes": _slopes,
    "squares": _squares,
    "unbounded": _unbounded,
}
"""Name of each look, in the order in which they are made; the first way must not fool more than the second."""
LOOKS = tuple(_LOOKS)
"""Names of all looks; those for which there was no time are said."""
