"""What networks there are to choose from, with their size, work and weights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import tyro

from miwake.errors import UsageError
from miwake.look.text import Language

if TYPE_CHECKING:
    from miwake.networks.facts import ModelFacts


_COLUMNS = (
    "models.network",
    "models.parameters",
    "models.operations",
    "models.size",
    "models.weights",
    "models.licence",
)


class Listed(list["ModelFacts"]):
    """Facts on networks, and the language that they are to be shown in."""

    def __init__(self, facts: Iterable[ModelFacts], lang: Language) -> None:
        super().__init__(facts)
        self.lang = lang


def models(
    name: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="[NAME]")] = None,
    *,
    lang: Language | None = None,
) -> Listed:
    """What networks there are to choose from, with their size, work and weights.

    Args:
        name: Part of a name, to see only those; `timm:NAME` tells of any model of timm, `smp:unet:NAME` of a U-Net
            over one.
        lang: Language of the table: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        Facts on each, in the order of the families.

    Raises:
        UsageError: no name is like that.
    """
    from miwake.errors import nearest, unknown
    from miwake.look.language import spoken
    from miwake.networks.facts import describe
    from miwake.networks.registry import names

    language = spoken(lang)
    if name is not None and name.startswith(("timm:", "smp:")):
        return Listed([describe(name)], language)
    every = (*names(), *names("segment"))
    wanted = [known for known in every if name is None or name.lower() in known]
    if not wanted and name is not None:
        best = nearest(name, every)
        raise unknown("network", name, every, todo="" if best else "miwake models lists all of them.")
    if not wanted:
        raise UsageError("There are no networks.", todo="reinstall Miwake.")
    return Listed((describe(known) for known in wanted), language)


def show(found: Listed) -> int:
    """A table."""
    from miwake.look.terminal import say, table
    from miwake.look.words import words

    # values that are words and no names
    said = {
        "": "–",
        "installed": words("models.installed", found.lang),
        "not stated": words("licence.unstated", found.lang),
    }
    rows = [
        (
            facts.name,
            f"{facts.parameters / 1e6:.2f}",
            f"{facts.operations / 1e6:,.0f}",
            facts.size,
            said.get(facts.weights, facts.weights),
            said.get(facts.licence, facts.licence),
        )
        for facts in found
    ]
    table(rows, header=[words(column, found.lang) for column in _COLUMNS])
    if len(found) == 1 and found[0].paper:
        say(found[0].paper)
    say(words("models.download", found.lang))
    return 0
