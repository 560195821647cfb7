"""Train on real handwritten digits that come with the install, in under a minute."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING

from miwake.look.text import Language
from miwake.training.config import Training

if TYPE_CHECKING:
    from miwake.run import Run


def demo(
    *,
    out: str | PathLike[str] | None = None,
    time_limit: str = "55s",
    seed: int = 0,
    lang: Language | None = None,
) -> Run:
    """Train on real handwritten digits that come with the install, in under a minute.

    Args:
        out: The run folder; left away, a new one under runs/.
        time_limit: Time for the whole of it.
        seed: Of everything random.
        lang: Language of the terminal and the report: en or ja; left away, MIWAKE_LANG or the locale says it.

    Returns:
        The run, whose folder holds the model, its figures and the report.

    Raises:
        MiwakeError: the digits are not installed (the extra `demo`).
    """
    from miwake.verbs.train import train

    return train("digits", training=replace(Training(), time_limit=time_limit, seed=seed), out=out, lang=lang)
