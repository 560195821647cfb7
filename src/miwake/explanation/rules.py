"""Backward passes that are no gradients: guided backpropagation and the deconvnet, for any network.

Both are the gradient with another rule at the rectifiers (Springenberg et al. 2015, figure 1):

    gradient     passes where the unit was active
    deconvnet    passes what is positive on its way back, active or not; whatever chooses is held as it chose
    guided       both conditions

The rules are put in place of the functions while the network runs forward, whether a module or plain code calls them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

Rule = Literal["deconvnet", "guided"]

_RECTIFIERS: frozenset[Any] = frozenset(
    {
        functional.relu,
        functional.relu_,
        functional.relu6,
        functional.hardtanh,
        functional.hardtanh_,
        functional.leaky_relu,
        functional.leaky_relu_,
        functional.elu,
        functional.elu_,
        functional.selu,
        functional.celu,
        functional.silu,
        functional.mish,
        functional.gelu,
        functional.hardswish,
        functional.softplus,
        functional.prelu,
        torch.relu,
        torch.relu_,
        torch.Tensor.relu,
        torch.Tensor.relu_,
    }
)
_GATES: frozenset[Any] = frozenset(
    {
        functional.sigmoid,
        functional.hardsigmoid,
        functional.softmax,
        torch.sigmoid,
        torch.softmax,
        torch.Tensor.sigmoid,
        torch.Tensor.softmax,
    }
)


class _Clamp(torch.autograd.Function):
    """The same forward; backward only what is positive."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].clamp_min(0)


class _Straight(torch.autograd.Function):
    """Forward y in place of x; backward as if nothing had been there, only what is positive where `clamped`."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, clamped: bool) -> Tensor:
        ctx.clamped = clamped
        return y.view_as(y)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return (gradients[0].clamp_min(0) if ctx.clamped else gradients[0]), None, None


class rule(TorchFunctionMode):  # noqa: N801  (reads as a function: `with rule("guided")`)
    """Forward passes within give outputs whose gradients follow the rule."""

    def __init__(self, name: Rule) -> None:
        super().__init__()
        self.name = name

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in _RECTIFIERS:
            return self._rectified(func, args[0] if args else kwargs.pop("input"), args[1:], kwargs)
        if self.name == "deconvnet":
            if func in _GATES:
                return func(*args, **kwargs).detach()
            if func is functional.local_response_norm:
                return _Straight.apply(args[0], func(args[0].detach(), *args[1:], **kwargs), False)
            if func is functional.scaled_dot_product_attention:
                query, key, value, *rest = args
                return func(query.detach(), key.detach(), value, *rest, **kwargs)
        return func(*args, **kwargs)

    def _rectified(self, func: Callable[..., Any], x: Tensor, rest: tuple[Any, ...], kwargs: Any) -> Any:
        if self.name == "guided":
            # a copy, since many activations work in place
            return _Clamp.apply(func(x.clone(), *rest, **kwargs))
        return _Straight.apply(x, func(x.detach().clone(), *rest, **kwargs), True)
