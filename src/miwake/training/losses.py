"""The losses of an epoch, and whether they are numbers."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_KEPT = 64  # losses that stay on a device before they are looked at


class Losses:
    """Adds losses up, and says when one is NaN or infinite.

    On the CPU every loss is looked at before the weights move. Elsewhere looking means waiting for the device, so
    they are looked at a few at a time.
    """

    def __init__(self, device: torch.device) -> None:
        self.total = 0.0
        """Sum of those that were looked at."""
        self.unread = 0
        """How many are still on the device."""
        self._waits = device.type != "cpu"
        self._kept = torch.zeros(_KEPT, device=device)

    def add(self, loss: Tensor) -> int | None:
        """Take in a loss; returns how many losses ago one was no number, None where all were, as far as is known."""
        if not self._waits:
            value = loss.item()
            if not math.isfinite(value):
                return 0
            self.total += value
            return None
        self._kept[self.unread] = loss.detach()
        self.unread += 1
        return self.read() if self.unread == _KEPT else None

    def read(self) -> int | None:
        """Look at what is left on the device; returns as `add` does."""
        values: list[float] = self._kept[: self.unread].tolist()
        self.unread = 0
        for number, value in enumerate(values):
            if not math.isfinite(value):
                return len(values) - 1 - number
        self.total += sum(values)
        return None
