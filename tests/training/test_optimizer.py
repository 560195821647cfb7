"""Which parameters learn, how fast, and what the average of the weights is."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from miwake.tasks.phases import Turn
from miwake.training.config import Training
from miwake.training.optimizer import Average, Statistics, learning, make_optimizer
from miwake.training.plan import draft


def _model():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))


def test_rates_fall_towards_the_input_and_vectors_do_not_decay():
    model = _model()
    recipe = replace(draft(Training(device="cpu"), pictures=100, pretrained=False), weight_decay=0.3)
    groups = [["0.weight", "0.bias", "1.weight", "1.bias"], ["2.weight", "2.bias"]]
    optimizer = make_optimizer(model, Turn(layer_decay=0.5, rate=0.2), recipe, groups)
    found = {id(p): group for group in optimizer.param_groups for p in group["params"]}
    scale = {name: found[id(p)]["scale"] for name, p in model.named_parameters()}
    decay = {name: found[id(p)]["weight_decay"] for name, p in model.named_parameters()}
    assert scale["0.weight"] == scale["1.bias"] == pytest.approx(0.1)
    assert scale["2.weight"] == pytest.approx(0.2)
    assert decay == {name: 0.3 if name in ("0.weight", "2.weight") else 0.0 for name in decay}


def test_only_what_the_turn_names_learns():
    assert set(learning(_model(), Turn(parameters=("2.",)))) == {"2.weight", "2.bias"}


def test_average_follows_and_takes_statistics_along():
    model = _model()
    average = Average(model, share=0.5, steps=20)
    with torch.no_grad():
        model[0].weight.fill_(1.0)
        model[1].running_mean.fill_(3.0)
        model[1].num_batches_tracked.fill_(7)
    average.update(0)
    assert torch.equal(average.model[0].weight, model[0].weight)
    with torch.no_grad():
        model[0].weight.fill_(2.0)
    average.update(1000)
    assert torch.allclose(average.model[0].weight, torch.full((8, 4), 1.1))
    assert torch.allclose(average.model[1].running_mean, torch.tensor(3.0))
    assert int(average.model[1].num_batches_tracked) == 7


def test_statistics_begin_as_plain_means_and_then_follow():
    torch.manual_seed(0)
    model = nn.Sequential(nn.BatchNorm1d(3), nn.BatchNorm1d(3, momentum=0.02), nn.BatchNorm1d(3, momentum=None))
    statistics, means, spreads = Statistics(model), [], []
    for step in range(8):
        batch = torch.randn(16, 3) * 5 + 40
        statistics.warm(step)
        model(batch)
        means.append(batch.mean(0))
        spreads.append(batch.var(0))
    torch.testing.assert_close(model[0].running_mean, torch.stack(means).mean(0))
    torch.testing.assert_close(model[0].running_var, torch.stack(spreads).mean(0))
    for step in range(8, 60):
        statistics.warm(step)
    assert [norm.momentum for norm in model] == [0.1, 0.02, None]
