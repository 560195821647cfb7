"""Networks whose reasons are known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from miwake.prediction import Predictor
from miwake.tasks.classify import Classify


@pytest.fixture(scope="package")
def score():
    return Classify(classes=("a", "b")).scores


class Corner(nn.Module):
    """Class 1 is how bright the upper left quarter is, class 0 how bright the lower right one."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 2, 3, padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2)
        self.dense = nn.Linear(2 * 8 * 8, 2, bias=False)
        weight = torch.zeros(2, 2, 8, 8)
        weight[0, 0, 4:, 4:] = weight[1, 1, :4, :4] = 1
        with torch.no_grad():
            self.dense.weight.copy_(weight.flatten(1))
            self.conv.weight.fill_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        return self.dense(self.pool(self.relu(self.conv(x))).flatten(1))


@pytest.fixture
def corner() -> nn.Module:
    return Corner().eval().requires_grad_(False)


@pytest.fixture(scope="package")
def predictor(toy_run) -> Iterator[Predictor]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Predictor.open(toy_run, "cpu")
    torch.set_num_threads(before)


@pytest.fixture(scope="package")
def photographs() -> list[np.ndarray]:
    """Two photographs that come with scikit-learn: a temple and a flower."""
    from sklearn.datasets import load_sample_images

    return [np.asarray(picture) for picture in load_sample_images().images]
