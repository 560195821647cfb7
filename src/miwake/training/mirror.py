"""May pictures be mirrored? Digits and road signs may not; the validation pictures decide."""

from __future__ import annotations

import math
from collections.abc import Callable

from miwake.tasks.protocols import Meter
from miwake.training.job import Mirror
from miwake.types import Note

_CLEARLY = 2.0  # standard deviations of guessing that right answers must lie above it, to count as learnt


def verdict(meter: Meter, mirrored: Callable[[], Meter]) -> tuple[Mirror, Note] | None:
    """Whether what has been learnt unmirrored holds in the mirror (a paired sign test); None: it is too early to say.

    Guesses hold in any mirror, so the test waits until there are clearly more right answers than guessing gives.

    Args:
        meter: of the validation pictures as they are.
        mirrored: judges them in the mirror.
    """
    plain, guessed = meter.right(), meter.guessed()
    if int(plain.sum()) - guessed <= _CLEARLY * math.sqrt(guessed * (1 - guessed / len(plain))):
        return None
    other = mirrored().right()
    lost, won = int((plain & ~other).sum()), int((~plain & other).sum())
    holds = lost - won <= max(1.0, math.sqrt(lost + won))
    return "horizontal" if holds else "none", Note("train.mirrored", {"lost": lost, "total": len(plain), "won": won})
