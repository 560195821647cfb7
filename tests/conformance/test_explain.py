"""Every network that discovery finds is explained by every method, and so is every task by its score."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from miwake import networks, tasks
from miwake.explanation import methods
from miwake.explanation.deconvnet import project
from miwake.explanation.layers import scan, stages
from miwake.networks import registry
from miwake.tasks.classify import Classify

CHEAP = 5_000_000
"""Parameters up to which a network takes part in the quick tests."""
CLASSES = ("a", "b", "c", "d", "e")
FIRST = [variants[0] for variants in registry.families().values()]


def cheap(name: str) -> bool:
    return name in FIRST and networks.describe(name).parameters < CHEAP


NETWORKS = [pytest.param(name, marks=() if cheap(name) else pytest.mark.long) for name in networks.names()]


def network(name: str, channels: int) -> tuple[nn.Module, int]:
    side = max(registry.entry(name).smallest, 16)
    torch.manual_seed(0)
    model = networks.build(name, channels=channels, classes=len(CLASSES), size=(side, side), dropout=0.0)
    return model.eval().requires_grad_(False), side


@pytest.mark.parametrize("name", NETWORKS)
def test_every_method_explains_it(name: str) -> None:
    channels = 9 if cheap(name) else 3
    model, side = network(name, channels)
    pictures = torch.randn(2, channels, side, side, generator=torch.Generator().manual_seed(1))
    before = model(pictures)
    for way in methods.names():
        method = methods.find(way)
        if methods.missing(method) is not None or not methods.fits(method, model):
            continue
        found = method.maps(model, pictures, torch.tensor([0, 3]), Classify(classes=CLASSES).scores)
        assert found.shape == (2, side, side), way
        assert found.dtype == torch.float32, way
        assert found.device.type == "cpu", way
        assert torch.isfinite(found).all(), way
    assert torch.equal(model(pictures), before)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


@pytest.mark.parametrize("name", NETWORKS)
def test_its_layers_can_be_looked_at_and_projected_back(name: str) -> None:
    model, side = network(name, 1)
    picture = torch.randn(1, 1, side, side, generator=torch.Generator().manual_seed(1))
    layers = scan(model, picture)
    chosen = stages(layers)
    assert chosen
    assert networks.first_filters(model) is not None
    for layer in (chosen[0], chosen[-1]):
        assert layer.places is not None
        found = project(model, picture, layer, torch.tensor([0]), torch.tensor([1]))
        assert found.shape == picture.shape
        assert torch.isfinite(found).all()


@pytest.mark.parametrize("name", tasks.names())
def test_a_tasks_score_is_one_differentiable_number_a_picture(name: str, tmp_path) -> None:
    from miwake import open_dataset

    (tmp_path / "data").mkdir()
    task = tasks.find(name).from_dataset(open_dataset(tasks.find(name).toy(tmp_path / "data")))
    model = task.build(task.plain, channels=3, size=(16, 16), dropout=None).eval().requires_grad_(False)
    pictures = torch.randn(3, 3, 16, 16, requires_grad=True)
    scores = task.scores(model(pictures), torch.zeros(3, dtype=torch.int64))
    assert scores.shape == (3,)
    (gradient,) = torch.autograd.grad(scores.sum(), pictures)
    assert torch.isfinite(gradient).all()
    assert (gradient.flatten(1).abs().amax(1) > 0).all()


def test_the_score_of_outputs_with_places_is_their_mean() -> None:
    outputs = torch.randn(2, 5, 4, 6)
    found = Classify(classes=CLASSES).scores(outputs, torch.tensor([4, 1]))
    torch.testing.assert_close(found, torch.stack([outputs[0, 4].mean(), outputs[1, 1].mean()]))
