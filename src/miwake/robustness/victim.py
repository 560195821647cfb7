"""A model as somebody who knows all of it sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from miwake.data.preprocess import normalise
from miwake.tasks.task import Task
from miwake.types import Batch, Preprocessing

Objective = Callable[[Tensor, Tensor], Tensor]
"""Outputs (B, …) and labels (B, …) to what the attack raises, (B)."""


def go_on() -> None:
    """There is no end of time."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """What a model makes of B pictures."""

    harm: Tensor
    """(B) the objective."""
    fooled: Tensor
    """(B) bool."""
    slope: Tensor
    """(B, C, H, W) the objective's gradient by the picture; of no elements where none was asked for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Victim:
    """The model under attack, from pictures with values in 0…255 to losses.

    Any task takes part that gives a loss for each picture (`Task.losses`) and says which answers are right
    (`Meter.right`).
    """

    model: nn.Module
    """For answering: no dropout, parameters without gradients."""
    task: Task
    preprocessing: Preprocessing
    targeted: bool = False
    """Labels are then the answers that the attack wants; else the true ones, which it wants not."""
    ask: Callable[[], None] = go_on
    """Called before each look and each slope; what it raises ends an attack in its midst."""

    def outputs(self, pictures: Tensor) -> Tensor:
        """Raw outputs (B, …) of pictures (B, C, H, W), float32 in 0…255 at the network's size."""
        outputs: Tensor = self.model(normalise(pictures, self.preprocessing))
        return outputs.float()

    def harm(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """(B) the task's loss; of answers that are wanted its negative."""
        losses = self.task.losses(outputs, labels)
        return -losses if self.targeted else losses

    def fooled(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """(B) whether an answer is wrong; or the wanted one."""
        meter = self.task.meter()
        rows = torch.arange(len(labels), device=labels.device)
        meter.update(outputs.detach(), Batch(rows, labels, rows))
        return meter.right() if self.targeted else ~meter.right()

    def look(self, pictures: Tensor, labels: Tensor, objective: Objective | None = None) -> Seen:
        """Answers to pictures, without a slope."""
        self.ask()
        with torch.no_grad():
            outputs = self.outputs(pictures)
            harm = (objective or self.harm)(outputs, labels)
            return Seen(harm=harm, fooled=self.fooled(outputs, labels), slope=pictures.new_empty(0))

    def slope(self, pictures: Tensor, labels: Tensor, objective: Objective | None = None) -> Seen:
        """Answers to pictures, and how the objective changes with each value of them."""
        self.ask()
        pictures = pictures.detach().requires_grad_()
        with torch.enable_grad():
            outputs = self.outputs(pictures)
            harm = (objective or self.harm)(outputs, labels)
            (slope,) = torch.autograd.grad(harm.sum(), pictures)
        return Seen(harm=harm.detach(), fooled=self.fooled(outputs, labels), slope=slope)

    def margin(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """(B) by how much the nearest wrong answer leads, in units that do not depend on the logits' scale.

        The difference of logits ratio (Croce and Hein 2020, "Reliable evaluation of adversarial robustness with an
        ensemble of diverse parameter-free attacks", equation 6). Unlike cross-entropy it has a slope where the model
        is very sure. It is the plain lead of the wanted answer where one is wanted, where two classes leave no third
        logit to divide by, and where each of several labels is decided for itself.

        Args:
            outputs: (B, K) logits.
            labels: (B) int64, or (B, K) float32: several labels.
        """
        if labels.ndim == 2:
            lead = -((2 * labels - 1) * outputs).amin(1)
        else:
            own = outputs.gather(1, labels[:, None]).squeeze(1)
            others = outputs.scatter(1, labels[:, None], -torch.inf).amax(1)
            lead = others - own
            if outputs.shape[1] > 2 and not self.targeted:
                highest = outputs.topk(3, dim=1).values
                lead = lead / (highest[:, 0] - highest[:, 2] + 1e-12)
        return -lead if self.targeted else lead
