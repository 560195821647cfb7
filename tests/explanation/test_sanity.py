"""Adebayo et al. 2018: with random weights a map must be another, or it carries a warning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from timm.models.vision_transformer import VisionTransformer
from torch.nn import functional

from miwake import networks
from miwake.data.preprocess import load, network_input
from miwake.data.toy import toy_pictures
from miwake.explanation import methods, sanity
from miwake.prediction import Predictor

SIDE = 96
"""Of the pictures, for speed; the installed weights work there, too."""


@pytest.fixture(scope="module")
def imagenet(photographs):
    """The network that comes with the install, its copy with shuffled weights, photographs and its answers."""
    predictor = Predictor.open("imagenet", "cpu")
    shape = replace(predictor.header.preprocessing, size=(SIDE, SIDE))
    parts = [np.ascontiguousarray(picture[:, left : left + 427]) for picture in photographs for left in (0, 213)]
    stored = torch.from_numpy(np.stack([load(part, shape) for part in parts])).permute(0, 3, 1, 2)
    inputs = network_input(stored, shape)
    with torch.no_grad():
        targets = predictor.model(inputs).argmax(1)
    return predictor, sanity.shuffled(predictor.model), inputs, targets


def likeness(name: str, imagenet) -> float:
    predictor, random, inputs, targets = imagenet
    method = methods.find(name)
    some = slice(None, None, 2 if method.COST > 60 else 1)  # a photograph of each, where it takes long
    return sanity.check(method, predictor.model, random, inputs[some], targets[some], predictor.task.scores)


CONVOLUTIONAL = [name for name in methods.names() if name != "attention_rollout"]


@pytest.mark.parametrize("name", [name for name in CONVOLUTIONAL if methods.find(name).SANE])
def test_random_weights_change_the_map(name: str, imagenet) -> None:
    assert likeness(name, imagenet) < sanity.LIMIT


@pytest.mark.parametrize("name", [name for name in CONVOLUTIONAL if not methods.find(name).SANE])
def test_those_with_a_warning_deserve_it(name: str, imagenet) -> None:
    assert likeness(name, imagenet) > sanity.LIMIT


def test_rollout_deserves_its_warning(score) -> None:
    """A small transformer that has learnt the toy: its upper half may be anything, and the map is much the same."""
    pictures, targets, _ = toy_pictures(each=48)
    inputs = (torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.25
    labels = torch.from_numpy(np.asarray(targets)).long()
    torch.manual_seed(0)
    model = VisionTransformer(img_size=12, patch_size=2, num_classes=4, embed_dim=32, depth=4, num_heads=2)
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.05)
    for _ in range(120):
        rows = torch.randperm(len(inputs))[:64]
        optimizer.zero_grad()
        functional.cross_entropy(model(inputs[rows]), labels[rows]).backward()
        optimizer.step()
    model = model.eval().requires_grad_(False)
    assert (model(inputs).argmax(1) == labels).float().mean() > 0.8
    found = {
        name: np.mean(
            [
                sanity.check(
                    methods.find(name), model, sanity.shuffled(model, seed=seed), inputs[:8], labels[:8], score
                )
                for seed in range(3)
            ]
        )
        for name in ("attention_rollout", "gradcam")
    }
    assert found["attention_rollout"] > sanity.LIMIT > found["gradcam"]
    assert not methods.find("attention_rollout").SANE


def test_shuffling_leaves_nothing_learnt_and_the_network_alone() -> None:
    torch.manual_seed(0)
    model = networks.build("small", channels=3, classes=4, size=(12, 12)).eval()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    whole, half, other = sanity.shuffled(model, share=1), sanity.shuffled(model), sanity.shuffled(model, seed=1)
    first, last = "layers.0.0.weight", "dense.weight"
    for key, value in whole.state_dict().items():
        assert torch.equal(model.state_dict()[key], before[key])
        assert torch.equal(value.flatten().sort().values, before[key].flatten().sort().values)
    assert not torch.equal(whole.state_dict()[first], before[first])
    assert torch.equal(half.state_dict()[first], before[first])
    for random in (whole, half, other):
        assert not torch.equal(random.state_dict()[last], before[last])
    assert not torch.equal(half.state_dict()[last], other.state_dict()[last])


def test_likeness_is_a_rank_correlation() -> None:
    values = np.random.default_rng(0).normal(size=(8, 9)).astype(np.float32)
    assert sanity.likeness(values, np.exp(values)) == pytest.approx(1)
    assert sanity.likeness(values, -values) == pytest.approx(-1)
    assert abs(sanity.likeness(values, np.random.default_rng(1).normal(size=(8, 9)).astype(np.float32))) < 0.35
    assert sanity.likeness(values, np.zeros((8, 9), np.float32)) == 0


class Edges:
    """A method that never asks the network."""

    PAPER, COST, EXTRA, SANE = "none", 1, "", True

    @staticmethod
    def maps(model, inputs, targets, score):
        return inputs.diff(dim=3, append=inputs[..., :1]).abs().sum(1)


def test_an_edge_detector_fails(imagenet) -> None:
    predictor, random, inputs, targets = imagenet
    assert sanity.check(Edges, predictor.model, random, inputs, targets, predictor.task.scores) == pytest.approx(1)
