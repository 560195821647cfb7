"""What can be asked of an explanation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ExplainOptions:
    """Which explanations, of which class, with which pictures beside them."""

    methods: tuple[str, ...] = ()
    """Ways to say where it looked; none named: all that suit the network. A misspelt one is answered with the list."""
    target: str | None = None
    """The class to explain; left away, the one that it answered."""
    true: str | None = None
    """The right class of the pictures; known without it where they are the run's own."""
    layer: str | None = None
    """Show the feature maps of this layer; left away, of some layers from the first to the last. The names are in the
    tree that miwake explain RUN prints."""
    data: str | None = None
    """Pictures to look for what drives a unit, and for the nearest ones; left away, the run's training pictures."""
    examples: int = 500
    """How many of these pictures are looked through at most; 0: none."""
    mistakes: int = 0
    """Also explain so many of the run's mistakes on its test pictures, the most confident ones first."""
    sanity: bool = False
    """Also make each map with the weights of the network's upper half shuffled, and say how like the two are: a map
    that stays the same says nothing about the network. Takes twice the time."""
