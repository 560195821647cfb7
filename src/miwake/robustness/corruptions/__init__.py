"""Common corruptions at five strengths: noise, blur, weather, digital (Hendrycks and Dietterich 2019).

"Benchmarking neural network robustness to common corruptions and perturbations", section 4. Own implementations on
batches, the same pictures from the same generator. The strengths are the paper's: those of its version for 32 px up to
64 px, those for 224 px beyond; lengths grow with the picture's side.

Each file is a family and lists its functions as `CORRUPTIONS`:

    def corruption(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor

Pictures are (B, C, H, W) float32 in 0…1, `level` is 0 to 4; what leaves the range is clamped by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    Corruption = Callable[[Tensor, int, torch.Generator], Tensor]

LEVELS = 5
_SMALL = 64
_T = TypeVar("_T")


@cache
def corruptions() -> dict[str, tuple[str, Corruption]]:
    """Every corruption by name, with its family: noise, blur, weather and digital first, others after them."""
    stems = {path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")}
    known = [name for name in ("noise", "blur", "weather", "digital") if name in stems]
    found = {}
    for family in [*known, *sorted(stems - set(known))]:
        for name, corruption in import_module(f"{__name__}.{family}").CORRUPTIONS.items():
            found[name] = (family, corruption)
    return found


def at(level: int, small: tuple[_T, ...], large: tuple[_T, ...], side: int) -> tuple[_T, float]:
    """The paper's setting of a level for a picture's side, and the factor on its lengths."""
    return (small[level], side / 32) if side <= _SMALL else (large[level], side / 224)


def apply(corruption: Corruption, pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Corrupted pictures.

    Args:
        corruption: one of `corruptions()`.
        pictures: (B, C, H, W) uint8.
        level: 0 to 4.
        generator: the only source of chance.

    Returns:
        (B, C, H, W) uint8.
    """
    import torch

    changed = corruption(pictures.float() / 255, level, generator)
    return (changed.clamp(0, 1) * 255).round().to(torch.uint8)
