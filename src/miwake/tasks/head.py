"""A linear layer on frozen features, fitted in one go."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def fit_head(
    layer: nn.Linear,
    features: Tensor,
    labels: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    decay: float = 1e-3,
    steps: int = 100,
) -> None:
    """Multinomial logistic regression by L-BFGS (Liu and Nocedal 1989), written into `layer`.

    The features are standardised for the fit, which makes one strength of decay right for every network, and the
    scaling is folded into the layer afterwards.

    Args:
        layer: F inputs, K outputs; its weights are replaced.
        features: (N, F) float32.
        labels: (N) int64, or (N, K) float32.
        loss: mean loss of logits (N, K) against labels.
        decay: weight of half the squared norm of the weights.
        steps: iterations at most.
    """
    mean, std = features.mean(0), features.std(0, correction=0).clamp_min(1e-6)
    scaled = (features - mean) / std
    with torch.enable_grad():
        weight = torch.zeros(layer.out_features, layer.in_features, requires_grad=True)
        bias = torch.zeros(layer.out_features, requires_grad=True)
        optimizer = torch.optim.LBFGS([weight, bias], max_iter=steps, history_size=10, line_search_fn="strong_wolfe")

        def closure() -> Tensor:
            optimizer.zero_grad()
            value = loss(scaled @ weight.T + bias, labels) + 0.5 * decay * weight.square().sum()
            torch.autograd.backward(value)
            return value

        optimizer.step(closure)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        folded = weight / std
        layer.weight.copy_(folded)
        layer.bias.copy_(bias - folded @ mean)
