"""Every network that discovery finds is built, run, saved, loaded and trained."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from miwake import models
from miwake.errors import UsageError
from miwake.models import registry

FAMILIES = registry.families()
FIRST = [variants[0] for variants in FAMILIES.values()]
NAMES = [
    pytest.param(name, marks=() if name in FIRST else pytest.mark.long) for name in models.names()
]
CLASSES = 5


def side(name: str) -> int:
    """Small enough to be quick, large enough for the network."""
    return max(registry.entry(name).smallest, 32)


def network(name: str, channels: int) -> nn.Module:
    torch.manual_seed(0)
    size = (side(name), side(name))
    return models.build(name, channels=channels, classes=CLASSES, size=size, dropout=0.0)


def batch(name: str, channels: int, count: int = 4) -> torch.Tensor:
    return torch.randn(count, channels, side(name), side(name), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3, 9])
def test_runs_trains_and_comes_back_from_a_file(name: str, channels: int, tmp_path: Path) -> None:
    model, pictures = network(name, channels), batch(name, channels)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    before = {key: tensor.clone() for key, tensor in model.named_parameters() if tensor.requires_grad}

    loss = functional.cross_entropy(model.train()(pictures), torch.arange(len(pictures)) % CLASSES)
    loss.backward()
    optimizer.step()

    for key, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None, key
            assert torch.isfinite(parameter.grad).all(), key
    assert any(not torch.equal(before[key], tensor) for key, tensor in model.named_parameters() if key in before)

    with torch.inference_mode():
        outputs = model.eval()(pictures)
        assert outputs.shape == (len(pictures), CLASSES)
        assert torch.isfinite(outputs).all()
        one_by_one = torch.cat([model(picture[None]) for picture in pictures])
        torch.testing.assert_close(one_by_one, outputs, rtol=1e-3, atol=1e-4)

        save_file({key: tensor.contiguous() for key, tensor in model.state_dict().items()}, tmp_path / "m.safetensors")
        again = models.build(name, channels=channels, classes=CLASSES, size=(side(name), side(name)), dropout=0.5)
        again.load_state_dict(load_file(tmp_path / "m.safetensors"))
        assert torch.equal(again.eval()(pictures), outputs)


@pytest.mark.parametrize("name", NAMES)
def test_features_go_into_the_classifier_and_depth_runs_from_input_to_output(name: str) -> None:
    model, pictures = network(name, 3).eval(), batch(name, 3, count=2)
    head = model.get_submodule(models.classifier(model))
    assert isinstance(head, nn.Linear)
    assert head.out_features == CLASSES
    with torch.inference_mode():
        features = models.features(model, pictures)
        assert features.shape == (2, head.in_features)
        torch.testing.assert_close(head(features), model(pictures))
    assert not head._forward_pre_hooks

    groups = models.depth_groups(model)
    assert sorted(key for group in groups for key in group) == sorted(key for key, _ in model.named_parameters())
    assert len(groups) >= 2
    assert set(groups[-1]) == {f"{models.classifier(model)}.{key}" for key, _ in head.named_parameters()}
    first = next(key for key, module in model.named_modules() if isinstance(module, nn.Conv2d))
    assert f"{first}.weight" in groups[0]


@pytest.mark.parametrize("name", NAMES)
def test_takes_its_smallest_size_oblong_pictures_and_no_smaller_ones(name: str) -> None:
    entry = registry.entry(name)
    for size in ((entry.smallest, entry.smallest), (entry.smallest, entry.smallest + 9)):
        model = models.build(name, channels=1, classes=2, size=size)
        # two pictures in training: batch normalisation needs more than one value
        assert model.train()(torch.randn(4, 1, *size)).shape == (4, 2)
    with pytest.raises(UsageError, match=str(entry.smallest)):
        models.build(name, channels=1, classes=2, size=(entry.smallest + 9, entry.smallest - 1))


@pytest.mark.parametrize("name", NAMES)
def test_facts_at_the_top_of_the_file_are_what_is_measured(name: str) -> None:
    from miwake.models import hub
    from miwake.models.facts import measure

    entry = registry.entry(name)
    if entry.counts is not None:
        assert measure(name) == entry.counts, f"write these into COUNTS of models/{entry.family}.py"
    if entry.hub:
        there = hub.facts(entry.hub, entry.hub_name)
        assert there is not None
        assert there.licence == entry.licence
        assert len(there.classes) == 1000
    assert entry.paper
    assert entry.size >= entry.smallest
