"""Batches by number: the same epoch and step always give the same batch, so that a run can go on anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from miwake.types import Batch

_MASK = (1 << 64) - 1


def mix(*numbers: int) -> int:
    """One well-spread 63-bit number from several (SplitMix64: Steele, Lea and Flood 2014, figure 16)."""
    state = 0
    for number in numbers:
        state = (state + number + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state >> 1


class Loader:
    """Batches of a split.

    Args:
        gather: row numbers (B) int64 to pictures (B, C, H, W) uint8, such as `Pictures.gather`.
        targets: (N, …) for every row of the data set.
        rows: (n) int64, the rows of this split.
        batch_size: pictures a batch.
        seed: of the order, which is new every epoch; None keeps the order of `rows` and the last, shorter batch.
        device: where batches are to be.
        masks: row numbers (B) int64 to class maps (B, H, W) uint8, such as `Masks.gather`; None: there are none.
    """

    def __init__(
        self,
        gather: Callable[[Tensor], Tensor],
        targets: Tensor,
        rows: Tensor,
        *,
        batch_size: int,
        seed: int | None,
        device: torch.device,
        masks: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self._masks = masks
        self._gather, self._rows, self._seed, self._device = gather, rows, seed, device
        self._targets = targets.to(device)
        self.count = len(rows)
        self.batch_size = min(batch_size, max(self.count, 1))
        whole, rest = divmod(self.count, self.batch_size)
        self.steps = whole + (1 if rest and seed is None else 0)
        self._epoch, self._order = -1, rows

    def batch(self, epoch: int, step: int) -> Batch:
        """Batch number `step` of `epoch`."""
        if self._seed is not None and epoch != self._epoch:
            order = torch.randperm(self.count, generator=torch.Generator().manual_seed(mix(self._seed, epoch)))
            self._epoch, self._order = epoch, self._rows[order]
        start = step * self.batch_size
        rows = self._order[start : start + self.batch_size]
        pictures = self._gather(rows)
        masks = None if self._masks is None else self._masks(rows)
        if self._device.type != "cpu":
            pictures, rows = pictures.to(self._device, non_blocking=True), rows.to(self._device, non_blocking=True)
            masks = None if masks is None else masks.to(self._device, non_blocking=True)  # a byte a pixel
        return Batch(pictures, self._targets[rows], rows, None if masks is None else masks.long())

    def epoch(self, number: int) -> Iterator[Batch]:
        """All batches of an epoch."""
        for step in range(self.steps):
            yield self.batch(number, step)
