"""Models that are known through and through, and one that has learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from miwake.prediction import Predictor
from miwake.robustness.victim import Victim
from miwake.run import Header
from miwake.tasks.classify import Classify
from miwake.types import Dataset, Preprocessing

SIDE = 8
PLAIN = Preprocessing(size=(SIDE, SIDE), channels=1, mean=(0.0,), std=(1 / 255,))
"""The network sees 0…255 as it is."""


class Line(nn.Module):
    """Two classes with a straight border: the distance to it is known."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.weight = nn.Parameter(torch.randn(SIDE * SIDE, generator=generator) / 255, requires_grad=False)

    def side(self, x_BCHW: Tensor) -> Tensor:
        """(B) above 0 on one side of the border."""
        return (x_BCHW.flatten(1) - 127.5) @ self.weight

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, 2) logits."""
        side = self.side(x_BCHW)
        return torch.stack([-side, side], 1)


class Learnt(nn.Module):
    """A small convolutional network."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU()
        )
        self.dense = nn.Linear(8 * 16, classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, K) logits."""
        out: Tensor = self.dense(self.layers(x_BCHW).flatten(1))
        return out


@dataclass(frozen=True)
class Case:
    """A victim, and pictures (n, 1, 8, 8) in 0…255 with their labels."""

    victim: Victim
    pictures: Tensor
    labels: Tensor


@pytest.fixture(scope="session")
def line() -> Case:
    """A linear model and pictures well inside 0…255, all of them right."""
    model = Line()
    generator = torch.Generator().manual_seed(0)
    pictures = 100 + 55 * torch.rand(40, 1, SIDE, SIDE, generator=generator)
    labels = (model.side(pictures) > 0).long()
    return Case(Victim(model=model, task=Classify(classes=("a", "b")), preprocessing=PLAIN), pictures, labels)


def quadrants(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Noisy pictures whose bright quarter is their class."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 4
    pictures = 60 + 60 * torch.rand(count, 1, SIDE, SIDE, generator=generator)
    for number, label in enumerate(labels.tolist()):
        top, left = 4 * (label // 2), 4 * (label % 2)
        pictures[number, :, top : top + 4, left : left + 4] += 60
    return pictures.round(), labels


@pytest.fixture(scope="session")
def learnt() -> Case:
    """A convolutional network that has learnt to find the bright quarter, and new pictures."""
    torch.manual_seed(0)
    shape = Preprocessing(size=(SIDE, SIDE), channels=1, mean=(0.4,), std=(0.2,))
    task = Classify(classes=("a", "b", "c", "d"))
    model = Learnt(4)
    victim = Victim(model=model, task=task, preprocessing=shape)
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    pictures, labels = quadrants(128, 1)
    for _ in range(60):
        loss = task.losses(victim.outputs(pictures), labels).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval().requires_grad_(False)
    return Case(victim, *quadrants(48, 2))


@pytest.fixture
def generator() -> Callable[[int], torch.Generator]:
    """Makes a generator from a seed."""
    return lambda seed=0: torch.Generator().manual_seed(seed)


class Slow:
    """Counts the pictures that a network has answered, each of which takes a second."""

    def __init__(self) -> None:
        self.now, self.largest = 0.0, 0

    def __call__(self, _module: Any, given: tuple[Tensor, ...], _out: Tensor) -> None:
        self.now += len(given[0])
        self.largest = max(self.largest, len(given[0]))


@dataclass(frozen=True)
class Surroundings:
    """Time, and what lies about a victim: pictures (n, 1, 8, 8) uint8 as a data set."""

    slow: Slow
    predictor: Predictor
    dataset: Dataset
    pictures: Tensor


@pytest.fixture
def surroundings(learnt: Case) -> Iterator[Surroundings]:
    """Those of the network that has learnt."""
    task, shape = learnt.victim.task, learnt.victim.preprocessing
    assert isinstance(task, Classify)
    header = Header(task="classify", settings=task.to_json(), architecture="learnt", preprocessing=shape)
    dataset = Dataset(
        name="quadrants",
        source="folder",
        root=Path(),
        task="classify",
        classes=task.classes,
        paths=[f"{number}.png" for number in range(len(learnt.pictures))],
        targets=learnt.labels.numpy(),
        split=np.zeros(len(learnt.pictures), np.int8),
    )
    slow = Slow()
    hook = learnt.victim.model.register_forward_hook(slow)
    yield Surroundings(
        slow, Predictor(learnt.victim.model, header, torch.device("cpu")), dataset, learnt.pictures.to(torch.uint8)
    )
    hook.remove()
