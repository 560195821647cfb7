"""What can be asked of segmentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from miwake.errors import UsageError

LossName = Literal["cross-entropy", "dice", "focal", "cross-entropy+dice", "focal+dice"]


@dataclass(frozen=True, kw_only=True)
class SegmentOptions:
    """How every pixel is learnt (--task segment)."""

    loss: Literal["auto", "cross-entropy", "dice", "focal", "cross-entropy+dice", "focal+dice"] = "auto"
    """What is minimised. dice: one minus the overlap of each class (Milletari 2016). focal: cross-entropy in which what
    is sure already counts little (Lin 2017). auto: cross-entropy and dice together."""
    focus: float = 2.0
    """Gamma of focal: how much less a sure pixel counts."""
    border_weights: float = 0.0
    """By how much more a pixel counts between two things that nearly touch, at most (Ronneberger 2015, equation 2; 10
    there); 0 is off."""
    upsampling: Literal["auto", "bilinear", "transposed"] = "auto"
    """How features become larger again: bilinear, or by transposed convolutions that learn how. auto: bilinear."""

    def __post_init__(self) -> None:
        for flag, value in (("focus", self.focus), ("border-weights", self.border_weights)):
            if not 0 <= value <= 1000:
                raise UsageError(f"--{flag} is {value}.", expected="0 to 1000")
