"""What can be asked of anomaly detection."""

from __future__ import annotations

import re
from dataclasses import dataclass

from miwake.errors import UsageError

_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


@dataclass(frozen=True, kw_only=True)
class AnomalyOptions:
    """How to tell what is odd from what is good (--task anomaly)."""

    method: str = "auto"
    """patchcore, panda, padim, efficientad or autoencoder; auto: from pictures, weights at hand and time."""
    bank: float = 0.1
    """Share of the good patches that the memory keeps; patchcore only."""
    memory: str | None = None
    """Most that the bank of patches may take while it is made, such as 500M or 2G; left away, an eighth of what there
    is."""

    def __post_init__(self) -> None:
        if not 0 < self.bank <= 1:
            raise UsageError(f"--bank is {self.bank}.", expected="a share above 0, up to 1")
        if self.memory is not None:
            parse_bytes(self.memory)


def parse_bytes(text: str) -> int:
    """Bytes of `500M`, `2G`, `1.5GB` or a number.

    Raises:
        UsageError: anything else.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?)i?b?", text.strip().lower())
    if match is None or float(match[1]) <= 0:
        raise UsageError(f"'{text}' is no amount of memory.", expected="500M or 2G", todo="--memory 1G")
    return int(float(match[1]) * _UNITS[match[2]])
