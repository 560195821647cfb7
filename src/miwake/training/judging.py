"""How good the model is after an epoch: its answers on the validation split, and which of two epochs is better."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from miwake.data.preprocess import network_input
from miwake.tasks.protocols import Meter
from miwake.training.engine import Engine
from miwake.training.job import Job


@torch.no_grad()
def validate(job: Job, model: nn.Module, engine: Engine, *, mirrored: bool = False) -> Meter:
    """A model's answers on the job's validation split, its pictures left-right mirrored where asked."""
    model.eval()
    meter = job.task.meter()
    for batch in job.val.epoch(0):
        inputs = network_input(batch.pictures, job.preprocessing)
        if mirrored:
            inputs = inputs.flip(3)
            batch = replace(batch, masks=None if batch.masks is None else batch.masks.flip(2))
        with engine.autocast():
            outputs = model(inputs)
        meter.update(outputs, batch)
    return meter


def worth(row: dict[str, Any], job: Job) -> tuple[float, float]:
    """What makes an epoch better than another: the monitored figure, then the loss; those against the opponent where
    there is one."""
    against = "" if job.opponent is None else "robust_"
    loss = row[f"val_{against}loss"]
    return row[f"val_{against}{job.task.monitor}"], -loss if math.isfinite(loss) else -math.inf
