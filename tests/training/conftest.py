"""A job that learns within a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from miwake.augment.config import Augmentation
from miwake.data.loader import Loader
from miwake.tasks.classify import Classify
from miwake.training.config import Training
from miwake.training.job import Job
from miwake.training.plan import draft
from miwake.types import Preprocessing

CLASSES = ("top", "bottom")
TRAIN, COUNT = 64, 96


class Net(nn.Module):
    """A convolution, normalisation, and a last layer."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.AvgPool2d(4))
        self.dense = nn.Linear(16, 2)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, 1, 8, 8) to logits (B, 2)."""
        out: Tensor = self.dense(self.layers(x_BCHW).flatten(1))
        return out


def pictures() -> tuple[Tensor, Tensor]:
    """(96, 8, 8, 1) uint8 whose bright half is their class, and the classes."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(COUNT) % 2
    stored = torch.randint(0, 120, (COUNT, 8, 8, 1), generator=generator, dtype=torch.uint8)
    stored[labels == 0, :4] += 60
    stored[labels == 1, 4:] += 60
    return stored, labels


def build_job(
    *,
    task: Classify | None = None,
    model: nn.Module | None = None,
    folder: Path | None = None,
    pretrained: bool = False,
    augmentation: Augmentation | None = None,
    stored: Tensor | None = None,
    **recipe: Any,
) -> Job:
    """See the fixture `job`."""
    own, labels = pictures()
    stored = own if stored is None else stored
    task = task or Classify(classes=CLASSES)
    torch.manual_seed(0)
    model = model or Net()
    training = Training(device="cpu", threads=1, epochs=4, batch_size=16, precision="fp32")
    chosen = replace(draft(training, pictures=TRAIN, pretrained=False), **recipe)
    cpu = torch.device("cpu")

    def gather(rows: Tensor) -> Tensor:
        return stored.index_select(0, rows).permute(0, 3, 1, 2)

    return Job(
        task=task,
        model=model,
        groups=[[name for name, _ in model.named_parameters()]],
        phases=task.phases(pretrained=pretrained),
        recipe=chosen,
        augmentation=augmentation or Augmentation(),
        preprocessing=Preprocessing(size=(8, 8), channels=1, mean=(0.3,), std=(0.2,)),
        train=Loader(gather, labels, torch.arange(TRAIN), batch_size=chosen.batch_size, seed=0, device=cpu),
        val=Loader(gather, labels, torch.arange(TRAIN, COUNT), batch_size=20, seed=None, device=cpu),
        paths=[f"picture-{row}.png" for row in range(COUNT)],
        folder=folder,
    )


@pytest.fixture
def job() -> Callable[..., Job]:
    """Makes a job: `job(task=…, folder=…, epochs=…, …)`, the rest being fields of the recipe."""
    return build_job


@pytest.fixture
def classes() -> tuple[str, ...]:
    """Names of the two classes."""
    return CLASSES
