"""From stored pictures to what the network is shown while it learns."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch

from miwake.augment import augment
from miwake.augment.config import Augmentation
from miwake.data.loader import mix
from miwake.data.preprocess import network_input, normalise_
from miwake.training.job import Job, Mirror
from miwake.types import Batch

_UNCHANGED = Augmentation()


class Showing:
    """Augments, scales and normalises batches; what is random follows from (seed, epoch, step) alone.

    Args:
        job: its augmentation, preprocessing and seed.
        device: where batches are.
    """

    def __init__(self, job: Job, device: torch.device) -> None:
        self._job = job
        kinds: tuple[Mirror, ...] = ("auto", "none", "horizontal", "both")
        self._mirrored = {kind: replace(job.augmentation, mirror=kind) for kind in kinds}
        self.generator = torch.Generator(device=device)

    def augmentation(self, mirror: Mirror) -> Augmentation:
        """As configured, with the mirroring that was found right."""
        return self._mirrored[mirror]

    def batch(self, batch: Batch, *, mirror: Mirror, epoch: int, step: int, shown: float = 1.0) -> Batch:
        """Batch number `step` of `epoch`, with the sides of its pictures scaled to the share `shown`."""
        job, settings = self._job, self._mirrored[mirror]
        if settings == _UNCHANGED and shown == 1:
            pictures = network_input(batch.pictures, job.preprocessing)
            return Batch(pictures, batch.labels, batch.rows, batch.masks, batch.boxes, batch.points)
        self.generator.manual_seed(mix(job.recipe.seed, 2, epoch, step))
        height, width = settings.cut or job.preprocessing.size
        return augment(
            batch,
            settings,
            size=(round(height * shown), round(width * shown)),
            window=(height, width),
            generator=self.generator,
            classes=len(job.task.classes),
            finish=partial(normalise_, preprocessing=job.preprocessing),
        )
