"""Training on pictures that were changed against the model while it learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from miwake.robustness.strength import LEVELS
from miwake.types import Preprocessing

_RISE = 0.3
"""Share of training over which the strength rises: at full strength at once, a network from random weights finds
nothing to hold on to."""
_CAREFUL_STEPS = 3
_TEST_STEPS, _TEST_PICTURES = 10, 512


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """An opponent for the training loop: changes of at most `strength` grey levels a pixel.

    One step is taken from a random start at more than the whole strength (Wong, Rice and Kolter 2020, "Fast is better
    than free: revisiting adversarial training", algorithm 3); several are shorter (Madry et al. 2018, "Towards deep
    learning models resistant to adversarial attacks", section 2.1).
    """

    strength: float
    """Grey levels of 255."""
    steps: int
    """Gradients that are taken for a training batch."""
    preprocessing: Preprocessing
    test_pictures: int = _TEST_PICTURES
    """Validation pictures that are attacked after each epoch."""
    test_steps: int = _TEST_STEPS

    rise: float = _RISE
    """Share of training over which the strength rises."""

    def train(
        self,
        loss: Callable[[Tensor], Tensor],
        pictures: Tensor,
        *,
        done: float,
        careful: bool,
        generator: torch.Generator,
    ) -> Tensor:
        """The pictures that the model learns from; a model that misleads so few steps meets more and shorter ones.

        Args:
            loss: of normalised pictures.
            pictures: (B, C, H, W) normalised.
            done: share of training that is behind us.
            careful: whether it does.
            generator: of the random start.
        """
        strength = self.strength * min(1.0, done / self.rise)
        steps = max(_CAREFUL_STEPS, 2 * self.steps) if careful else self.steps
        return self._climb(loss, pictures, strength, steps, 1.25 if steps == 1 else 2.5 / steps, generator)

    def test(self, loss: Callable[[Tensor], Tensor], pictures: Tensor, *, generator: torch.Generator) -> Tensor:
        """Pictures changed with several steps at full strength, to see whether the model holds against them."""
        return self._climb(loss, pictures, self.strength, self.test_steps, 2.5 / self.test_steps, generator)

    def _climb(
        self,
        loss: Callable[[Tensor], Tensor],
        pictures: Tensor,
        strength: float,
        steps: int,
        size: float,
        generator: torch.Generator,
    ) -> Tensor:
        """Steps of `size` × strength along the sign of the gradient, from a random place within the strength."""
        if strength == 0:
            return pictures
        mean, std = (
            pictures.new_tensor(values)[:, None, None] for values in (self.preprocessing.mean, self.preprocessing.std)
        )
        most = strength / LEVELS / std
        low = torch.maximum(pictures - most, -mean / std)
        high = torch.minimum(pictures + most, (1 - mean) / std)
        noise = torch.empty_like(pictures).uniform_(-1, 1, generator=generator)
        changed = torch.clamp(pictures + most * noise, low, high)
        for _ in range(steps):
            changed.requires_grad_()
            with torch.enable_grad():
                (slope,) = torch.autograd.grad(loss(changed), changed)
            changed = torch.clamp(changed.detach() + size * most * slope.sign(), low, high)
        return changed
