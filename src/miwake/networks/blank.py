"""Networks whose every weight is about to be read from a file, built without drawing random ones before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn import init
from torch.overrides import TorchFunctionMode

_DRAWS = frozenset(
    (
        *(torch.Tensor.normal_, torch.Tensor.uniform_),
        *(init.normal_, init.uniform_, init.trunc_normal_),
        *(init.xavier_normal_, init.xavier_uniform_, init.kaiming_normal_, init.kaiming_uniform_),
    )
)
"""Functions that fill a tensor, their first argument, with random numbers."""


class _Blank(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if func in _DRAWS:
            return args[0] if args else named["tensor"]
        return func(*args, **named)


@contextmanager
def blank() -> Iterator[None]:
    """Leave tensors as they are in memory, where a network would fill them with random numbers.

    Drawing those of ResNet-50 takes longer than reading its weights.
    """
    with _Blank():
        yield
