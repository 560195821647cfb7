"""`miwake.choice` for a file that is used without Miwake: the same choices, by tensors alone."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from miwake.choice import TIE, Rule

ONE = {
    "probabilities": "calibrated probability of each class, float32",
    "label": "number of the class that is answered, -1 where the answer is that it does not know, int64",
    "best": "number of the class that would be answered if it had to be, int64",
}
"""What `OneChosen` gives."""
SEVERAL = {
    "probabilities": "calibrated probability of each label, float32",
    "labels": "which labels are answered, bool",
    "known": "false where the answer is that it does not know, bool",
}
"""What `SeveralChosen` gives."""


class OneChosen(nn.Module):
    """From logits (B, K) to probabilities (B, K) float32, the answer (B) and the best class (B), int64.

    Args:
        temperature: by which logits are divided.
        rule: costs and threshold; None for the most probable class.
        classes: K.
    """

    costs: Tensor

    def __init__(self, temperature: float, rule: Rule | None, classes: int) -> None:
        super().__init__()
        costs = 1 - np.eye(classes) if rule is None else np.array(rule.costs)
        self.temperature, self.limit = temperature, None if rule is None else rule.highest_cost
        self.register_buffer("costs", torch.from_numpy(costs))
        self.tie = TIE * float(costs.max())

    def forward(self, outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """In 64-bit floats, as `miwake.choice.choose`."""
        chances = (outputs.double() / self.temperature).softmax(1)
        expected = chances @ self.costs
        least = expected.amin(1, keepdim=True)
        best = torch.where(expected <= least + self.tie, chances, torch.full_like(chances, -1.0)).argmax(1)
        if self.limit is None:
            return chances.float(), best + 0, best
        cost = expected.gather(1, best[:, None])[:, 0]
        return chances.float(), torch.where(cost <= self.limit, best, torch.full_like(best, -1)), best


class SeveralChosen(nn.Module):
    """From logits (B, K) to probabilities (B, K) float32, the labels (B, K) bool and whether it knows (B) bool.

    Args:
        temperature: by which logits are divided.
        rule: costs and threshold; None for each label that is more probable than not.
        classes: K.
    """

    costs: Tensor

    def __init__(self, temperature: float, rule: Rule | None, classes: int) -> None:
        super().__init__()
        costs = np.ones((classes, 2)) if rule is None else np.array(rule.costs)
        self.temperature, self.limit = temperature, None if rule is None else rule.highest_cost
        self.register_buffer("costs", torch.from_numpy(costs))

    def forward(self, outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """In 64-bit floats, as `miwake.choice.choose`."""
        chances = (outputs.double() / self.temperature).sigmoid()
        missed, alarm = chances * self.costs[:, 0], (1.0 - chances) * self.costs[:, 1]
        cost = torch.minimum(missed, alarm).sum(1)
        limit = np.finfo(np.float64).max if self.limit is None else self.limit
        return chances.float(), missed > alarm, cost <= limit
