"""The sanity check: a map that stays the same when the weights are thrown away says nothing about the network.

Adebayo et al. 2018, "Sanity checks for saliency maps", section 3.1. Weights are thrown away from the output down
(cascading randomisation). The half next to the output decides: there a method that only recovers the picture stays as
it was, while a map that has to do with the answer is another already.
"""

from __future__ import annotations

import copy
import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import Tensor, nn

from miwake import networks
from miwake.explanation.methods import Method, Score

LIMIT = 0.5
"""Rank correlation above which a map counts as unchanged."""


@torch.no_grad()
def shuffled(model: nn.Module, *, share: float = 0.5, seed: int = 0) -> nn.Module:
    """A copy in which the tensors next to the output hold the same numbers in a random order.

    Nothing that was learnt is left in them, and the numbers keep the size for which the network was made: variances
    stay positive, activations of the usual strength.

    Args:
        model: stays as it is.
        share: of the groups of layers, counted from the output; 1 is the whole network.
        seed: of the order.
    """
    groups = networks.depth_groups(model)
    count = max(1, math.ceil(share * len(groups)))
    inside = {name.rpartition(".")[0] for group in groups[len(groups) - count :] for name in group}
    random = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in random.state_dict().items():
        # the statistics of a normalisation go with its weights
        if name.rpartition(".")[0] in inside and tensor.is_floating_point() and tensor.numel() > 1:
            order = torch.randperm(tensor.numel(), generator=generator).to(tensor.device)
            tensor.copy_(tensor.flatten()[order].view(tensor.shape))
    return random


def likeness(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Spearman's rank correlation of two maps (H, W); 0 where one of them is even."""
    ranks = [rankdata(values.ravel()) for values in (first, second)]
    if min(float(rank.std()) for rank in ranks) == 0:
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def check(method: Method, model: nn.Module, random: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> float:
    """Mean likeness of a method's maps before and after the weights were shuffled, over the pictures of a batch.

    Args:
        method: what is checked.
        model: the network.
        random: `shuffled(model)`.
        inputs: (B, C, H, W) what the network sees.
        targets: (B) int64.
        score: what is explained.
    """
    before = method.maps(model, inputs, targets, score).numpy()
    after = method.maps(random, inputs, targets, score).numpy()
    return float(np.mean([likeness(one, other) for one, other in zip(before, after, strict=True)]))
