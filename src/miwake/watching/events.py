"""What watching tells: pictures that were answered, and everything else that happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from miwake.types import Note, Prediction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from miwake.prediction import Unreadable

Acted = Literal["", "started", "held", "busy", "failed"]
"""What became of the command for an answer: it was not chosen; it was started; it was held off; too many of them were
under way; it could not be started."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrival:
    """A picture that is to be answered."""

    path: str
    """Absolute, or what names a picture of a camera."""
    shown: str
    """How people are told of it: relative to the folder that is watched."""
    content: bytes | NDArray[np.uint8] | Note
    """The file's bytes, or a picture (H, W, 3), or why there are none."""
    since: float
    """Reading of `time.monotonic` when it was first seen as it is."""


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A picture and its answer."""

    path: str
    """Absolute; of a camera's picture the file under --keep, or what names it."""
    shown: str
    """The same in short: relative to the folder that is watched."""
    answer: Prediction | Unreadable
    time: float
    """Of the answer, in seconds since 1970."""
    seconds: float
    """From when the file was first seen as it is to the answer."""
    acted: Acted = ""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something else than an answer."""

    kind: str
    """`drift`, `drift-over`, `source-gone`, `source-back`, `command-ended`, `command-failed`, `log-stopped`, …"""
    note: Note
    """It in words."""
    time: float
    """In seconds since 1970."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The same as plain values, for programs."""
    quiet: bool = False
    """Whether people need not be told: a command that ended well."""


Event = Sighting | Happening


@dataclass(kw_only=True)
class Summary:
    """What was seen since the beginning."""

    pictures: int = 0
    """That were answered."""
    unreadable: int = 0
    labels: Counter[str | None] = field(default_factory=Counter)
    """How often each answer was given; None is "I don't know"."""
    commands: int = 0
    """That were started."""
    failed: int = 0
    """Those that could not be started, ended with an error or took too long."""
    held: int = 0
    """Starts that were held off, or had no room."""
    drifts: int = 0
    """Warnings that pictures have changed."""
    seconds: float = 0.0
    """Since the beginning."""
