"""The program that a server's processes run: `python -m miwake.verbs._served zygote FD`."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

from miwake.serving import zygote

if TYPE_CHECKING:
    from miwake.explanation.contents import Examples
    from miwake.prediction import Predictor


def _examples(run: str, predictor: Predictor) -> Examples | None:
    """The training pictures of a run; None where they are gone, and for `imagenet`, which has none here."""
    from miwake.errors import MiwakeError
    from miwake.explanation.config import ExplainOptions
    from miwake.verbs._explain import own_examples

    try:
        return own_examples(run, predictor, ExplainOptions())
    except (MiwakeError, OSError):
        return None


def _work(channel: socket.socket) -> None:
    from miwake.serving.worker import work

    work(channel, _examples)


if __name__ == "__main__":
    if sys.argv[1] == "worker" or zygote.FORKS:
        import miwake.serving.worker  # noqa: F401  (loaded once, for all that are forked)
    zygote.main(sys.argv[1:], _work)
