"""What is packed comes back the same, and a damaged file is an error that names it."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from miwake.errors import MiwakeError
from miwake.training import checkpoint


def _learn(model, optimizer, steps):
    for _ in range(steps):
        loss = model(torch.randn(8, 4)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@pytest.mark.parametrize("kind", [torch.optim.AdamW, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)])
def test_going_on_is_going_on(tmp_path, kind):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
    optimizer = kind(model.parameters())
    _learn(model, optimizer, 3)
    states, facts = checkpoint.pack_random(torch.device("cpu"))
    tensors = checkpoint.pack_model("model", model) | checkpoint.pack_optimizer("optimizer", optimizer) | states
    checkpoint.save(tmp_path / "c", tensors, {"random": facts})
    _learn(model, optimizer, 3)
    expected = [parameter.clone() for parameter in model.parameters()]
    drawn = (random.random(), np.random.rand())

    other = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
    again = kind(other.parameters())
    found = checkpoint.load(tmp_path / "c")
    assert found is not None
    tensors, facts = found
    checkpoint.unpack_model("model", other, tensors)
    checkpoint.unpack_optimizer("optimizer", again, tensors)
    checkpoint.unpack_random(torch.device("cpu"), tensors, facts["random"])
    _learn(other, again, 3)
    assert all(torch.equal(a, b) for a, b in zip(other.parameters(), expected, strict=True))
    assert (random.random(), np.random.rand()) == drawn


def test_shared_memory_is_no_obstacle(tmp_path):
    layer = nn.Linear(3, 3)
    tied = nn.Sequential(layer, layer)
    checkpoint.save(tmp_path, checkpoint.pack_model("m", tied), {})
    found = checkpoint.load(tmp_path)
    assert found is not None
    assert torch.equal(found[0]["m.0.weight"], found[0]["m.1.weight"])


def test_nothing_saved_yet(tmp_path):
    assert checkpoint.load(tmp_path) is None


def test_damage_is_named(tmp_path):
    checkpoint.save(tmp_path, {"a": torch.zeros(1000)}, {})
    path = tmp_path / checkpoint.LAST
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(MiwakeError, match="damaged") as caught:
        checkpoint.load(tmp_path)
    assert str(path) in str(caught.value)
