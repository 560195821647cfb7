"""Attacks: one file each, with one function of one contract; the file's name is its registration.

    def attack(victim: Victim, ball: Ball, labels: Tensor, effort: Effort, generator: torch.Generator) -> Tensor

It returns changed pictures (B, C, H, W), float32 in 0…255 within the ball: for each picture one that fools the victim
where one was found, else the most harmful one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from miwake.errors import unknown

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from miwake.robustness.ball import Ball
    from miwake.robustness.effort import Effort
    from miwake.robustness.victim import Victim

    Attack = Callable[[Victim, Ball, Tensor, Effort, torch.Generator], Tensor]


@cache
def attacks() -> dict[str, str]:
    """Every attack with its line of description, read from the files without importing them."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not path.stem.startswith("_"):
            doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            found[path.stem] = doc.splitlines()[0] if doc else ""
    return found


def find(name: str) -> Attack:
    """An attack by its name.

    Raises:
        UsageError: there is none of that name; says which is most like it.
    """
    if name not in attacks():
        raise unknown("attack", name, attacks())
    attack: Attack = import_module(f"miwake.robustness.attacks.{name}").attack
    return attack
