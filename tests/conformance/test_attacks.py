"""Every network that discovery finds can be attacked: its gradient reaches the picture, through its preprocessing."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from miwake import networks
from miwake.networks import registry
from miwake.robustness import attacks
from miwake.robustness.ball import Ball
from miwake.robustness.effort import Effort
from miwake.robustness.victim import Victim
from miwake.tasks.classify import Classify
from miwake.types import Preprocessing

FIRST = [variants[0] for variants in registry.families().values()]
HEAVY = 15_000_000
"""A network with more parameters than this is attacked in the long tests only."""
NAMES = [
    pytest.param(name, marks=() if networks.describe(name).parameters < HEAVY else pytest.mark.long) for name in FIRST
]


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_finds_its_way(name: str) -> None:
    side = max(registry.entry(name).smallest, 16)
    torch.manual_seed(0)
    task = Classify(classes=("a", "b", "c"))
    model = task.build(name, channels=3, size=(side, side), dropout=0.0).requires_grad_(False)
    shape = Preprocessing(size=(side, side), channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    victim = Victim(model=model, task=task, preprocessing=shape)
    pictures = 255 * torch.rand(4, 3, side, side, generator=torch.Generator().manual_seed(1))
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.momentum = 1.0  # without statistics of its own, nothing comes through a deep network
    victim.outputs(pictures)
    model.eval()
    labels = victim.outputs(pictures).argmax(1)
    seen = victim.slope(pictures, labels, victim.margin)
    assert torch.isfinite(seen.slope).all()
    assert (seen.slope.flatten(1).abs().amax(1) > 0).all()
    ball = Ball(centre=pictures, strength=torch.full((4,), 16.0), norm="linf")
    found = attacks.find("apgd_dlr")(victim, ball, labels, Effort(steps=4), torch.Generator().manual_seed(0))
    assert (found != pictures).flatten(1).any(1).all()
    # an unlearnt network is a wild landscape: only near the picture is the way up the slope surely the way up
    near = (pictures + 0.05 * seen.slope.sign()).clamp(0, 255)
    assert victim.look(near, labels, victim.margin).harm.sum() > seen.harm.sum()
