"""Values that cannot be meant, refused before anything is read."""

from __future__ import annotations

from typing import Any

from miwake.errors import UsageError
from miwake.evaluation.config import EvaluateOptions
from miwake.networks.config import ModelOptions

_LARGEST = 4096
"""Pixels; a picture of this side fills a quarter of a gigabyte in the first layer of most networks."""


def check_model(options: ModelOptions) -> None:
    """Refuse sizes and shares that no network takes.

    Raises:
        UsageError: names the flag, the value and the range.
    """
    _within("image-size", options.image_size, 1, _LARGEST)
    dropout = options.dropout
    if dropout is not None and not 0 <= dropout < 1:
        raise UsageError(f"--dropout is {dropout}.", expected="0 or more and below 1")


def check_evaluation(options: EvaluateOptions) -> None:
    """Refuse numbers that no interval can be drawn with.

    Raises:
        UsageError: names the flag, the value and the range.
    """
    _within("bootstrap-rounds", options.bootstrap_rounds, 1, 1_000_000)
    _within("bootstrap-seed", options.bootstrap_seed, 0, 2**63)


def _within(flag: str, value: Any, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise UsageError(f"--{flag} is {value}.", expected=f"{low} to {high:,}")
