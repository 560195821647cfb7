"""What is trained when: phases, and in each the turns of its optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One optimizer's part in every batch of a phase.

    A classifier has one turn; a GAN takes two, generator and discriminator; a method without gradients (a memory
    bank, a head that is fitted in one go, a layer that learns by itself) takes one of kind `observe`.
    """

    name: str = "all"
    kind: Literal["learn", "observe"] = "learn"
    """`learn`: `step`, backward, optimizer. `observe`: `observe` for every batch without gradients, then `finish`."""
    parameters: tuple[str, ...] = ("",)
    """Prefixes of the names of the parameters that learn; the empty prefix is all of them."""
    rate: float = 1.0
    """Factor on the configured learning rate."""
    layer_decay: float = 1.0
    """Factor on the learning rate for each step from the output towards the input."""


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stretch of training in which the same things learn."""

    name: str
    share: float = 1.0
    """Share of the epochs; a phase that only observes takes `passes` instead."""
    turns: tuple[Turn, ...] = (Turn(),)
    passes: int = 1
    """How often a phase that only observes goes over the data, each time augmented anew."""
    frozen_norm: bool = False
    """Whether batch normalisation keeps the statistics that it came with (right for small batches)."""
    judged: bool = True
    """Whether the model can give answers afterwards; a phase may leave that to a later one, which observes."""
    seconds: float | None = None
    """A phase that observes ends after so many, wherever it is then; None leaves it all its passes."""

    @property
    def observes(self) -> bool:
        """Whether it learns without gradients."""
        return self.turns[0].kind == "observe"


def alone(stages: Sequence[tuple[str, int]]) -> tuple[Phase, ...]:
    """Phases in which the layers of a network learn by themselves, one after the other, without labels.

    Args:
        stages: name and passes of each, from the input up, as the network's file says them.
    """
    return tuple(
        Phase(
            name=name,
            turns=(Turn(name=name, kind="observe", parameters=(f"{name}.",)),),
            passes=passes,
            share=0.0,
            judged=False,
        )
        for name, passes in stages
    )
