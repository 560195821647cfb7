"""Attention rollout: how much of each patch has reached the token that the answer is read from. For transformers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from miwake.errors import UsageError
from miwake.explanation.layers import scan

if TYPE_CHECKING:
    from torch import Tensor

    from miwake.explanation.methods import Score

PAPER = "Abnar and Zuidema 2020, Quantifying attention flow in transformers"
COST = 2
EXTRA = ""
SANE = False  # measured: the lower layers decide, whatever the upper ones make of it; tests/explanation/test_sanity.py


def fits(model: nn.Module) -> bool:
    """Whether all tokens attend to all, from one layer of patches on, as in ViT."""
    blocks = getattr(model, "blocks", None)
    attends = isinstance(blocks, nn.Sequential | nn.ModuleList) and all(hasattr(block, "attn") for block in blocks)
    return attends and hasattr(model, "patch_embed") and hasattr(model, "num_prefix_tokens")


@torch.no_grad()
def maps(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> Tensor:
    """Section 3: the product of the layers' attentions, heads averaged, half of each layer passing by on the shortcut.

    The same whatever the target is.

    Raises:
        UsageError: the network is no such transformer.
    """
    places = next(
        (layer.places for layer in scan(model, inputs[:1]) if layer.places and layer.places.order == "BNC"), None
    )
    with _Attentions() as seen:
        model(inputs)
    if places is None or not seen.weights:
        raise UsageError(
            f"{type(model).__name__} has no attention over the whole picture.", expected="a vision transformer"
        )
    tokens = seen.weights[0].shape[-1]
    flow = torch.eye(tokens, device=inputs.device).expand(len(inputs), -1, -1)
    for weights_BNN in seen.weights:
        passing = 0.5 * weights_BNN + 0.5 * torch.eye(tokens, device=inputs.device)
        flow = passing / passing.sum(-1, keepdim=True) @ flow
    prefix = tokens - places.grid[0] * places.grid[1]
    # read from the class token where there is one, else from the mean of all
    read = flow[:, 0] if prefix else flow.mean(1)
    found = read[:, prefix:].reshape(len(inputs), *places.grid)
    return places.over(found, (inputs.shape[2], inputs.shape[3])).cpu()


class _Attentions(TorchFunctionMode):
    """Keeps the attention (B, N, N) of every layer, the mean over its heads."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[Tensor] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is functional.scaled_dot_product_attention:
            query, key, *_ = args
            scale = kwargs.get("scale") or query.shape[-1] ** -0.5
            self._keep((query * scale @ key.transpose(-2, -1)).softmax(-1))
        result = func(*args, **kwargs)
        if func in (functional.softmax, torch.softmax, torch.Tensor.softmax):
            self._keep(result)
        return result

    def _keep(self, weights: Tensor) -> None:
        if weights.ndim == 4 and weights.shape[-1] == weights.shape[-2]:
            self.weights.append(weights.mean(1).float())
