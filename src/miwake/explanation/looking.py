"""One look through a data set: where each unit is driven most, and the features of every picture."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from miwake import networks
from miwake.explanation.layers import Layer, watch

BATCH = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class Peaks:
    """The strongest activation of every unit of a layer in every picture."""

    values: Tensor
    """(n, C) float32 on the CPU."""
    cells: Tensor
    """(n, C) int64: the place of it, counted row by row."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Looked:
    """What a look through pictures gave."""

    rows: NDArray[np.int64]
    """(n) of the data set, in order; fewer than were asked for where the time was up."""
    features: Tensor
    """(n, F) float32 on the CPU: what goes into the last layer."""
    peaks: dict[str, Peaks]
    """By the layer's name."""


def look_through(
    model: nn.Module,
    rows: NDArray[np.int64],
    inputs: Callable[[Tensor], Tensor],
    layers: Sequence[Layer],
    *,
    until: float = math.inf,
    progress: Callable[[int], None] = lambda done: None,
) -> Looked:
    """Run the network over pictures, and keep what is asked of them later.

    Args:
        model: in evaluation mode.
        rows: (n) of the data set.
        inputs: what the network sees of some rows.
        layers: those whose units are of interest.
        until: reading of `time.monotonic` after which it stops; one batch is always done.
        progress: called with how many are done.
    """
    features: list[Tensor] = []
    values: dict[str, list[Tensor]] = {layer.name: [] for layer in layers}
    cells: dict[str, list[Tensor]] = {layer.name: [] for layer in layers}
    done = 0
    for part in torch.split(torch.from_numpy(rows), BATCH):
        if done and time.monotonic() > until:
            break
        with torch.inference_mode(), watch(model, list(values)) as seen:
            features.append(networks.features(model, inputs(part)).float().flatten(1).cpu())
            for layer in layers:
                assert layer.places is not None
                most, where = layer.places.maps(seen[layer.name]).flatten(2).max(2)
                values[layer.name].append(most.float().cpu())
                cells[layer.name].append(where.cpu())
        done += len(part)
        progress(done)
    return Looked(
        rows=rows[:done],
        features=torch.cat(features) if features else torch.empty(0, 0),
        peaks={
            layer.name: Peaks(values=torch.cat(values[layer.name]), cells=torch.cat(cells[layer.name]))
            for layer in layers
            if values[layer.name]
        },
    )


def units(of: Peaks, picture: Tensor, count: int) -> list[int]:
    """Units of a layer that say most about a picture: those that it drives most beyond what is usual for them.

    Args:
        of: the data set's peaks.
        picture: (C) the picture's own peaks.
        count: units at most.
    """
    usual, spread = of.values.mean(0), of.values.std(0, correction=0)
    beyond = torch.where(of.values.amax(0) > 0, (picture - usual) / spread.clamp_min(1e-6), -torch.inf)
    live = int((beyond > -torch.inf).sum())
    return beyond.argsort(descending=True)[: min(count, live)].tolist()


def strongest(of: Peaks, unit: int, count: int) -> list[int]:
    """Pictures, as numbers into the look, that drive a unit most; those that do not drive it are left out."""
    order = of.values[:, unit].argsort(descending=True, stable=True)[:count]
    return [number for number in order.tolist() if of.values[number, unit] > 0]


def nearest(looked: Looked, features: Tensor, count: int) -> list[tuple[int, float]]:
    """The pictures whose features point most nearly the same way.

    Args:
        looked: the data set.
        features: (F) of a picture.
        count: pictures at most.

    Returns:
        Numbers into the look with the cosine of the angle, nearest first. A picture's own copy has 1.
    """
    known = looked.features / looked.features.norm(dim=1, keepdim=True).clamp_min(1e-12)
    cosine = known @ (features / features.norm().clamp_min(1e-12))
    order = cosine.argsort(descending=True, stable=True)[:count]
    return [(number, float(cosine[number])) for number in order.tolist()]
