"""Networks: one architecture a file; the file's name is its registration.

Functions that need torch are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from miwake.networks.config import ModelOptions

if TYPE_CHECKING:
    from miwake.networks.facts import ModelFacts, describe
    from miwake.networks.layers import (
        Learner,
        bases,
        classifier,
        dense_groups,
        depth_groups,
        features,
        first_filters,
        inputs_of,
    )
    from miwake.networks.registry import build, build_dense, names, usual_size

__all__ = [
    "Learner",
    "ModelFacts",
    "ModelOptions",
    "bases",
    "build",
    "build_dense",
    "classifier",
    "dense_groups",
    "depth_groups",
    "describe",
    "features",
    "first_filters",
    "inputs_of",
    "names",
    "usual_size",
]

_HOMES = {
    "ModelFacts": "facts",
    "describe": "facts",
    "Learner": "layers",
    "bases": "layers",
    "classifier": "layers",
    "dense_groups": "layers",
    "depth_groups": "layers",
    "features": "layers",
    "first_filters": "layers",
    "inputs_of": "layers",
    "build": "registry",
    "build_dense": "registry",
    "names": "registry",
    "usual_size": "registry",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"miwake.networks.{_HOMES[name]}"), name)
