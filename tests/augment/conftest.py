"""Batches for the tests of augmentation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from miwake.types import Batch

MakeBatch = Callable[[Tensor], Batch]


@pytest.fixture
def smooth() -> Tensor:
    """(6, 3, 24, 32) uint8: soft random shapes, which sampling between pixels changes little."""
    generator = torch.Generator().manual_seed(5)
    coarse = torch.rand(6, 3, 4, 5, generator=generator) * 255
    fine = torch.nn.functional.interpolate(coarse, (24, 32), mode="bicubic").clamp(0, 255)
    return fine.round().byte().contiguous(memory_format=torch.channels_last)


@pytest.fixture
def make_batch() -> MakeBatch:
    """Makes a batch of some pictures; each picture's label is its row."""

    def make(pictures: Tensor) -> Batch:
        rows = torch.arange(len(pictures))
        return Batch(pictures.contiguous(memory_format=torch.channels_last), rows.clone(), rows)

    return make
