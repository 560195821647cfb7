"""A linear layer on frozen features, fitted in one go."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional

from miwake.tasks.head import fit_head


def data(count: int = 200, scale: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 3, (count,), generator=generator)
    features = torch.randn(count, 5, generator=generator) + functional.one_hot(labels, 5)
    return features * scale + scale, labels


def test_it_is_multinomial_logistic_regression():
    features, labels = data()
    layer = nn.Linear(5, 3)
    fit_head(layer, features, labels, functional.cross_entropy, decay=0.01, steps=500)
    scaled = (features - features.mean(0)) / features.std(0, correction=0)
    reference = LogisticRegression(C=1 / (0.01 * len(labels)), tol=1e-8, max_iter=5000).fit(scaled, labels)
    with torch.no_grad():
        chances = torch.softmax(layer(features), 1).numpy()
    np.testing.assert_allclose(chances, reference.predict_proba(scaled), atol=2e-3)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_the_scale_of_the_features_does_not_matter(scale):
    layers = []
    for factor in (1.0, scale):
        layer = nn.Linear(5, 3)
        features, labels = data(scale=factor)
        fit_head(layer, features, labels, functional.cross_entropy)
        layers.append(torch.softmax(layer(features), 1))
    assert torch.allclose(*layers, atol=2e-3)


def test_a_feature_that_never_changes_does_no_harm():
    features, labels = data()
    features[:, 2] = 7.0
    layer = nn.Linear(5, 3)
    fit_head(layer, features, labels, functional.cross_entropy)
    assert torch.isfinite(layer.weight).all()
    assert torch.isfinite(layer.bias).all()
    assert (layer(features).argmax(1) == labels).float().mean() > 0.5


def test_it_works_where_gradients_are_off():
    features, labels = data()
    layer = nn.Linear(5, 3)
    with torch.no_grad():
        fit_head(layer, features, labels, functional.cross_entropy)
    assert (layer(features).argmax(1) == labels).float().mean() > 0.6
    assert layer.weight.requires_grad
