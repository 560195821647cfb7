"""What can be asked of an attack."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from miwake.errors import UsageError
from miwake.robustness.strength import LEVELS, parse_strength

Part = Literal["curve", "smallest", "bound", "masking", "patch", "corruptions", "texture"]
PARTS: tuple[Part, ...] = ("curve", "smallest", "bound", "masking", "patch", "corruptions", "texture")
DEFAULT_TIME = 120.0
"""Seconds, where neither a time nor a number of pictures was asked for."""
MOST = 1000
"""Pictures, where no number was asked for."""


@dataclass(frozen=True, kw_only=True)
class AttackOptions:
    """How a model is attacked."""

    attack: str = "pgd"
    """pgd, fgsm, apgd_ce, apgd_dlr, square or noise."""
    norm: Literal["linf", "l2"] = "linf"
    """What is bounded: the change of every single value, or the root of the sum of all squared changes."""
    strength: str | None = None
    """Largest change in grey levels: 8/255 or 8; 0.03 is a share of the whole range. Left away, 8/255 (l2: 128/255), or
    what the run was trained against."""
    steps: int = 40
    """Steps of the attack."""
    restarts: int = 1
    """Beginnings at other random places for what is not fooled yet."""
    target: str | None = None
    """The class that every picture is to be taken for; left away, any wrong one."""
    parts: tuple[Part, ...] = PARTS
    """Beside the attack at the strength: curve over strengths, smallest change for each picture, bound by APGD,
    masking (is the attack itself to be trusted), a printable patch, common corruptions, shape or texture."""
    patch_area: float = 0.1
    """Share of the picture that the patch covers."""
    count: int | None = None
    """Pictures to attack, drawn at random; left away, as many as the time allows, 1,000 at most."""
    time_limit: str | None = None
    """Time for all of it, such as 90s or 10m, kept to about a step; left away, two minutes, or with --count what it
    takes."""
    seed: int = 0
    """Of the drawn pictures and of every random start."""


def check_attack(options: AttackOptions) -> None:
    """Refuse values that cannot be meant.

    Raises:
        UsageError: names the flag, the value and the range.
    """
    for flag, value, low, high in (
        ("steps", options.steps, 1, 100_000),
        ("restarts", options.restarts, 1, 10_000),
        ("count", options.count, 1, 10**9),
        ("seed", options.seed, 0, 2**62),
        ("patch-area", options.patch_area, 0.005, 0.5),
    ):
        if value is not None and not low <= value <= high:
            raise UsageError(f"--{flag} is {value}.", expected=f"{low:g} to {high:,}")
    if options.strength is not None:
        levels = parse_strength(options.strength, "strength")
        if options.norm == "linf" and levels > LEVELS:
            raise UsageError(
                f"--strength {options.strength} is more than the whole range.",
                expected=f"at most {LEVELS:g} grey levels",
            )
        if not math.isfinite(levels):
            raise UsageError(f"--strength is {options.strength}.", expected="a number")
