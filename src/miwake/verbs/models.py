"""What networks there are to choose from, with their size, work and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import tyro

from miwake.errors import UsageError

if TYPE_CHECKING:
    from miwake.networks.facts import ModelFacts


def models(
    name: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="[NAME]")] = None,
) -> list[ModelFacts]:
    """What networks there are to choose from, with their size, work and weights.

    Args:
        name: Part of a name, to see only those; `timm:NAME` tells of any model of timm.

    Returns:
        Facts on each, in the order of the families.

    Raises:
        UsageError: no name is like that.
    """
    from miwake.errors import unknown
    from miwake.networks.facts import describe
    from miwake.networks.registry import names

    if name is not None and name.startswith("timm:"):
        return [describe(name)]
    wanted = [known for known in names() if name is None or name.lower() in known]
    if not wanted and name is not None:
        raise unknown("network", name, names())
    if not wanted:
        raise UsageError("There are no networks.", todo="reinstall Miwake.")
    return [describe(known) for known in wanted]


def show(found: list[ModelFacts]) -> int:
    """A table."""
    from miwake.look.terminal import say, table

    rows = [
        (
            facts.name,
            f"{facts.parameters / 1e6:.2f}",
            f"{facts.operations / 1e6:,.0f}",
            facts.size,
            facts.weights or "–",
            facts.licence or "–",
        )
        for facts in found
    ]
    table(rows, header=("network", "params M", "mult-adds M", "pixels", "weights", "licence"))
    if len(found) == 1 and found[0].paper:
        say(found[0].paper)
    say("Weights: installed come with Miwake; others are fetched with --download. timm:NAME takes any model of timm.")
    return 0
