from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from miwake.explanation.judging import areas, peak, points_into


def test_the_peak_is_the_middle_of_the_largest_values() -> None:
    values = np.zeros((6, 8), np.float32)
    values[2:4, 5:7] = 1
    assert peak(values) == (6.0, 3.0)
    assert points_into((6.0, 3.0), [(0, 0, 1, 1), (5, 2, 7, 4)])
    assert not points_into((6.0, 3.0), [(0, 0, 5, 6)])


class Bright(nn.Module):
    """How bright the upper half is, from 0 to 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, : x.shape[2] // 2].mean((1, 2, 3))[:, None]


def test_a_good_map_deletes_soon_and_inserts_soon() -> None:
    picture, target = torch.ones(1, 3, 16, 16), torch.tensor([0])
    good = np.zeros((16, 16), np.float32)
    good[:8] = 1

    def score(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return outputs.gather(1, targets[:, None])[:, 0]

    deletion, _ = areas(Bright(), picture, target, good, score, steps=16)
    worst, _ = areas(Bright(), picture, target, -good, score, steps=16)
    # from 1 to 0 within the first half; from 1 to 0 within the second
    assert deletion == pytest.approx(0.25, abs=0.02)
    assert worst == pytest.approx(0.75, abs=0.02)
    # a spot that blurring wipes out comes back with its own pixels
    spot = torch.zeros(1, 3, 16, 16)
    spot[..., 4, 4] = 100
    first = np.zeros((16, 16), np.float32)
    first[4, 4] = 1

    def sharp(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return outputs[:, 0]

    class Sharp(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x[:, :1, 4, 4] > 50).float()

    assert areas(Sharp(), spot, target, first, sharp)[1] > 0.9
    assert areas(Sharp(), spot, target, -first, sharp)[1] < 0.1
