"""What an explanation is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from miwake.explanation.draw import Region
from miwake.explanation.layers import Layer
from miwake.explanation.sanity import LIMIT
from miwake.types import Prediction

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A picture that is to be explained."""

    path: str
    stored: NDArray[np.uint8]
    """(Hs, Ws, C) as the preprocessing stores it."""
    shown: NDArray[np.uint8]
    """(H, W, C) as a person knows it."""
    region: Region
    """Where in it lies what the network sees."""
    true: str | None
    """The right answer, where it is known; several labels are joined by `;`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """Pictures of a data set to look for what is like a picture, or drives a unit."""

    name: str
    rows: NDArray[np.int64]
    """Those that may be looked through, in order."""
    gather: Callable[[Tensor], Tensor]
    """Stored pictures (B, C, H, W) uint8 of some rows."""
    shown: Callable[[int], NDArray[np.uint8]]
    """A row's picture (H, W, C) as a person knows it."""
    label: Callable[[int], str]
    """Its class, or its labels joined by `;`; empty where it has none."""
    path: Callable[[int], str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Map:
    """Where a network looked, by one method, for one class."""

    method: str
    target: str
    """The class."""
    values: NDArray[np.float32]
    """(H, W) over what the network sees: above zero for the class, below zero against it."""
    seconds: float
    """That it took, the maps of the picture's other classes included."""
    sane: bool
    """False where it hardly changes with the weights: it then shows the picture rather than what the network makes of
    it."""
    likeness: float | None
    """Rank correlation with the map that shuffled weights give; None where it was not measured, or a map is even."""

    @property
    def doubt(self) -> str:
        """The key of the words that warn of it; empty where it is to be believed."""
        if self.sane:
            return ""
        changed = self.likeness is not None and self.likeness <= LIMIT
        return "explain.insane.elsewhere" if changed else "explain.insane"

    @property
    def empty(self) -> bool:
        """Whether it is zero everywhere: the method found nothing for the class, and points nowhere."""
        return not self.values.any()


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """The smallest rectangle that was found whose hiding changes the answer."""

    rectangle: tuple[int, int, int, int]
    """Top, left, bottom and right in pixels of what the network sees."""
    share: float
    """Of what the network sees."""
    colour: tuple[int, int, int]
    """RGB of what hides it: the mean that the network's pictures are normalised by."""
    answer: Prediction
    """To the changed picture."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Neighbour:
    """A picture of the data set that is like the explained one in the network's eyes."""

    path: str
    label: str
    likeness: float
    """Cosine of the angle between their features."""
    shown: NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Explanation:
    """All about one picture."""

    subject: Subject
    seen: tuple[int, int]
    """Height and width in pixels of what the network sees."""
    answer: Prediction
    targets: tuple[str, ...]
    """The classes that were explained: the answer, and for a wrong one the right class."""
    maps: tuple[Map, ...]
    change: Change | None
    change_tried: bool
    """Whether all rectangles up to a quarter of the picture were tried."""
    nearest: tuple[Neighbour, ...]

    @property
    def wrong(self) -> bool:
        """Whether the answer is known to be another than the right one."""
        return self.subject.true is not None and self.answer.label not in (None, self.subject.true)


@dataclass(frozen=True, kw_only=True, eq=False)
class Patch:
    """What a unit reacts to in one picture."""

    path: str
    label: str
    pixels: NDArray[np.uint8]
    """(h, w, C) of what the network sees: all that matters to the unit."""
    projection: NDArray[np.uint8]
    """(h, w, C) the unit's activation, projected back to these pixels."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Unit:
    """A channel of a layer."""

    number: int
    own: Patch
    """In the explained picture."""
    patches: tuple[Patch, ...]
    """Where it is driven most in the data set, the strongest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerView:
    """A layer at work on a picture."""

    layer: Layer
    path: str
    """Of the picture."""
    numbers: tuple[int, ...]
    """Channels of `maps`."""
    maps: tuple[NDArray[np.uint8], ...]
    """Feature maps, each (h, w, 1), the strongest first."""
    units: tuple[Unit, ...]
    reach: tuple[int, int] | None
    """Height and width in pixels of the largest patch; None without units."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Explained:
    """What `miwake explain` found."""

    model: str
    """The run's name, or `imagenet`."""
    architecture: str
    classes: tuple[str, ...]
    layers: tuple[Layer, ...]
    filters: NDArray[np.float32] | None
    """(F, C, h, w) weights of the first convolution that is large enough to be seen."""
    explanations: tuple[Explanation, ...]
    views: tuple[LayerView, ...]
    examples: str
    """Name of the data set that was looked through; empty without one."""
    looked: int
    """How many of its pictures were looked through."""
    left_out: tuple[tuple[str, str], ...]
    """What was left out, and why: pairs of a method's name, `change` or `inside`, and `time` or an error's text."""
    unreadable: tuple[tuple[str, str], ...]
    """Paths of pictures that could not be read, and why."""
    seconds: float
    page: Path | None = None
    """Where the page was written."""
