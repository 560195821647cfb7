"""What attacks have shown, in plain types."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, Any

from miwake.robustness.ball import Norm
from miwake.types import Figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_FEWEST = 10
"""Pictures that a share of shape is told of."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """The model at one strength."""

    strength: float
    """Grey levels."""
    accuracy: Figure
    """Share of all pictures that it still gets right; no number where one answer was wanted, since any other wrong one
    was not looked for."""
    fooled: int
    """Pictures that it had right, and gets wrong now; or takes for the wanted class."""
    rate: Figure
    """Their share of those that it had right; where a class was wanted, pictures of that class do not count."""


@dataclass(frozen=True, kw_only=True)
class Smallest:
    """The smallest change that was found to fool it, for each picture that it had right.

    Where a class was wanted, pictures of that class do not count.
    """

    median: float
    """Grey levels; infinite where fewer than half were fooled at all."""
    values: tuple[float, ...]
    """Ascending; infinite for pictures that nothing fooled."""
    most: float
    """The strongest change that was tried."""
    pictures: tuple[str, ...] = ()
    """Which picture each of the values belongs to, as the data names it."""


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What is left after APGD has tried, too: the figure to quote."""

    accuracy: Figure
    """As in `Level`."""
    rate: Figure
    """As in `Level`."""
    more: int
    """Pictures that only APGD has fooled."""
    steps: int


@dataclass(frozen=True, kw_only=True)
class Check:
    """One look at whether the attack can be trusted."""

    name: str
    passed: bool
    first: int
    """Pictures fooled by the way that must not fool more (weaker, or without gradients)."""
    second: int
    """Pictures fooled by the way that must not fool fewer."""
    pictures: int


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A patch to print: how well it fools on pictures that it was not made on."""

    area: float
    """Share of the picture that it covers."""
    target: str | None
    pictures: int
    """Pictures that it was judged on; as many others it was made on."""
    steps: int
    plain: Figure
    """Accuracy without it."""
    control: Figure
    """Accuracy with a grey disc in its place: what covering alone does."""
    conditions: tuple[tuple[str, Figure], ...]
    """Share of pictures fooled, among those that were right with the grey disc: straight, turned, scaled, lit,
    photographed, all at once."""


@dataclass(frozen=True, kw_only=True)
class Corrupted:
    """The model on one corruption."""

    name: str
    family: str
    accuracy: tuple[Figure, ...]
    """At five strengths."""


@dataclass(frozen=True, kw_only=True)
class Corruptions:
    """The model on all corruptions."""

    pictures: int
    plain: Figure
    """Accuracy on the same pictures as they are."""
    mean: Figure
    """Accuracy over all corruptions and strengths."""
    each: tuple[Corrupted, ...]


@dataclass(frozen=True, kw_only=True)
class View:
    """The model on pictures of which a part is left."""

    name: str
    accuracy: Figure
    pictures: int


@dataclass(frozen=True, kw_only=True)
class Texture:
    """Whether it goes by shape or by texture."""

    plain: Figure
    pictures: int
    """Pictures that were looked at."""
    told: int
    """Those of them whose thing could be told from its ground; only they have a silhouette and an outline."""
    views: tuple[View, ...]
    shape: int
    """Pictures with the shape of one class in the texture of another that were answered by their shape, of the
    classes that the drawn pictures have. Both were answered right as they are."""
    texture: int
    """By their texture."""
    neither: int
    bias: Figure
    """Shape's share of those that went by either."""

    @property
    def decided(self) -> bool:
        """Whether enough pictures went by either, for the share to be told."""
        return self.shape + self.texture >= _FEWEST


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """All that was found."""

    data: str
    pictures: int
    chosen_from: int
    attack: str
    norm: Norm
    strength: float
    """Grey levels."""
    steps: int
    restarts: int
    target: str | None
    hardened: float | None
    """Grey levels that the run was trained against."""
    plain: Figure
    """Accuracy without any change."""
    attacked: Level
    """At the strength; no figures where there was no time for it."""
    rounded: int
    """Of the pictures fooled at the strength, those that still are when written with whole grey levels."""
    guessing: float
    """Accuracy of always giving the most frequent answer."""
    curve: tuple[Level, ...] = ()
    """Ascending, as far as there was time."""
    smallest: Smallest | None = None
    bound: Bound | None = None
    masking: tuple[Check, ...] = ()
    patch: Patch | None = None
    corruptions: Corruptions | None = None
    texture: Texture | None = None
    left_out: tuple[str, ...] = ()
    """Parts for which no time was left, or that do not suit the task."""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Example:
    """A picture, what was added, and what came of it: (H, W, C) uint8."""

    picture: NDArray[np.uint8]
    change: NDArray[np.uint8]
    """Mid-grey is no change; the largest change is black or white."""
    amplified: float
    """Factor on the change, for that."""
    changed: NDArray[np.uint8]
    path: str
    true: str
    before: str
    before_probability: float
    after: str
    after_probability: float
    size: float
    """Grey levels."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shown:
    """Pictures for the page."""

    examples: tuple[Example, ...] = ()
    patch: NDArray[np.uint8] | None = None
    """(P, P, 4) RGBA."""
    patched: tuple[tuple[NDArray[np.uint8], str, str], ...] = ()
    """Picture with the patch, true class, answer."""
    corrupted: tuple[tuple[str, tuple[NDArray[np.uint8], ...]], ...] = ()
    """Name, and the same picture at five strengths."""
    views: tuple[tuple[str, tuple[NDArray[np.uint8], ...]], ...] = ()
    """Name of the view, and a few pictures of it; shape and texture are what each conflict is made of."""


def to_json(found: Robustness) -> dict[str, Any]:
    """Plain types; what is infinite or no number is None."""
    data: dict[str, Any] = _plain(asdict(found))
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
