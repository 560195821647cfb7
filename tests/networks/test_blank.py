"""A network that is built blank draws nothing, and is whole once its weights are read."""

from __future__ import annotations

import pytest
import torch

from miwake.networks import build
from miwake.networks.blank import blank


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_lite0", "small", "vit_tiny"])
def test_nothing_random_is_drawn(name: str) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    with blank():
        model = build(name, channels=3, classes=4, size=(224, 224), dropout=None)
    assert torch.equal(torch.get_rng_state(), before)
    whole = build(name, channels=3, classes=4, size=(224, 224), dropout=None)
    assert not torch.equal(torch.get_rng_state(), before)  # else the test would see nothing
    model.load_state_dict(whole.state_dict())
    seen = torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        assert torch.equal(model.eval()(seen), whole.eval()(seen))


def test_afterwards_numbers_are_random_again() -> None:
    with blank():
        assert torch.equal(torch.zeros(3).normal_(), torch.zeros(3))
    assert not torch.equal(torch.zeros(3).normal_(), torch.zeros(3))
