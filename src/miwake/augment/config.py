"""What may change in a training picture, and how much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from miwake.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How much each thing may change; all zero, the default, leaves the pictures as they are.

    A strength s is drawn anew for each picture, uniformly in -s…s unless its line says otherwise. A range that
    is called logarithmic means a factor e^x with x in -s…s. Lengths are shares of the side of the picture that
    is shown, so that the same settings serve every size.

    Raises:
        UsageError: a strength is outside its range.
    """

    mirror: Literal["auto", "none", "horizontal", "both"] = "none"
    """Half of the pictures are mirrored left-right (horizontal), and half upside down as well (both). With auto,
    training decides on the validation pictures; until it has, nothing is mirrored."""
    shift: float = 0.0
    """Largest move along each axis, share of the side. Whole pixels where nothing else changes the geometry."""
    scale: float = 0.0
    """Logarithmic range of the size: 0.2 is 0.82 to 1.22 times."""
    stretch: float = 0.0
    """Logarithmic range of the width over the height, divided between both: 0.1 is 0.9 to 1.1 times each."""
    rotation: float = 0.0
    """Largest rotation in degrees."""
    shear: float = 0.0
    """Largest shear: tangent of the slant."""
    perspective: float = 0.0
    """Largest tilt: how much nearer or farther the picture's edge is than its centre, as a share."""
    crop: float = 1.0
    """Smallest share of the stored picture's area that is cut out and scaled to the full size (Szegedy et al.,
    "Going deeper with convolutions", 2015, section 6); 1 cuts nothing."""
    cut: tuple[int, int] | None = None
    """Height and width in pixels of the part that is shown, which lies anywhere in the stored picture and keeps its
    scale, but for what the other settings change; None is the centre, or the whole."""
    elastic: float = 0.0
    """Root mean square of a random smooth displacement, share of the side (Simard et al., "Best practices for
    convolutional neural networks applied to visual document analysis", 2003, section 2). 0.05 is their setting."""
    elastic_smoothness: float = 0.14
    """Standard deviation of the Gaussian that smooths that displacement, share of the side. 0.14 is theirs."""
    padding: Literal["reflection", "border"] = "reflection"
    """What is seen beyond the picture's edge: its mirror image, or its outermost pixels."""
    brightness: float = 0.0
    """Largest value added to all channels alike, share of the full range."""
    contrast: float = 0.0
    """Logarithmic range of the distance from the picture's mean."""
    saturation: float = 0.0
    """Logarithmic range of the distance from grey. Pictures with three channels only."""
    hue: float = 0.0
    """Largest turn about the grey axis, share of a full turn. Pictures with three channels only."""
    tint: float = 0.0
    """Largest value added to each channel by itself, share of the full range."""
    blur: float = 0.0
    """Largest standard deviation of a Gaussian blur, share of the side; drawn in 0…s."""
    blur_share: float = 0.3
    """Share of the pictures in a batch that are blurred."""
    noise: float = 0.0
    """Largest standard deviation of Gaussian noise, share of the full range; drawn in 0…s."""
    erase: float = 0.0
    """Share of the pictures in which a rectangle of a random colour covers something (Zhong et al., "Random
    erasing data augmentation", 2020)."""
    erase_area: tuple[float, float] = (0.02, 0.2)
    """Smallest and largest share of the area that it covers."""
    mixup: float = 0.0
    """Alpha of the Beta distribution with which two pictures are blended (Zhang et al., "mixup: beyond empirical
    risk minimization", 2018)."""
    cutmix: float = 0.0
    """Alpha of the Beta distribution of the area that one picture keeps when a rectangle of another is pasted
    (Yun et al., "CutMix", 2019). With mixup as well, each picture gets one of the two, half and half."""
    mix_share: float = 1.0
    """Share of the pictures that mixup and CutMix take."""

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            _check(name, getattr(self, name), low, high)
        for value in self.erase_area:
            _check("erase_area", value, 0.0, 1.0)
        if self.cut is not None and (min(self.cut) < 1 or self.crop < 1):
            raise UsageError(
                f"The augmentation's cut is {self.cut[0]} × {self.cut[1]} pixels, its crop {self.crop:g}.",
                expected="one pixel at least, and one of the two",
                todo="leave crop at 1.",
            )
        if self.erase_area[0] > self.erase_area[1]:
            raise UsageError(
                f"erase_area is {self.erase_area[0]:g} to {self.erase_area[1]:g}.", expected="the smaller first"
            )

    @property
    def mixes(self) -> bool:
        """Whether labels come out as shares of several classes."""
        return (self.mixup > 0 or self.cutmix > 0) and self.mix_share > 0

    @property
    def active(self) -> tuple[str, ...]:
        """Names of the settings that change something."""
        still = Augmentation()
        return tuple(name for name in CHANGES if getattr(self, name) != getattr(still, name))


CHANGES = (
    "mirror",
    "shift",
    "scale",
    "stretch",
    "rotation",
    "shear",
    "perspective",
    "crop",
    "cut",
    "elastic",
    "brightness",
    "contrast",
    "saturation",
    "hue",
    "tint",
    "blur",
    "noise",
    "erase",
    "mixup",
    "cutmix",
)
"""Settings that change something by themselves; the others say how."""

_RANGES = {
    "shift": (0.0, 1.0),
    "scale": (0.0, 3.0),
    "stretch": (0.0, 3.0),
    "rotation": (0.0, 180.0),
    "shear": (0.0, 3.0),
    "perspective": (0.0, 0.45),
    "crop": (0.01, 1.0),
    "elastic": (0.0, 0.5),
    "elastic_smoothness": (0.02, 1.0),
    "brightness": (0.0, 1.0),
    "contrast": (0.0, 3.0),
    "saturation": (0.0, 3.0),
    "hue": (0.0, 0.5),
    "tint": (0.0, 1.0),
    "blur": (0.0, 0.1),
    "blur_share": (0.0, 1.0),
    "noise": (0.0, 1.0),
    "erase": (0.0, 1.0),
    "mixup": (0.0, 100.0),
    "cutmix": (0.0, 100.0),
    "mix_share": (0.0, 1.0),
}


def _check(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise UsageError(
            f"The augmentation's {name} is {value:g}.",
            expected=f"a number from {low:g} to {high:g}",
            todo=f"set {name} within that range.",
        )
