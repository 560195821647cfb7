"""What a lesson is made of: numbers that the reader may change, what is computed from them, and steps that show both.

A lesson is data. The page's script and `miwake.lessons.sheet` compute the same nodes from the same inputs, and the
page's script and `miwake.lessons.page` draw the same views. Labels are names of texts: `picture` stands for
`lesson.label.picture` in the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

Numbers = float | tuple["Numbers", ...]
Tone = Literal["first", "second", "third", "wrong", "quiet"]


@dataclass(frozen=True, kw_only=True)
class Input:
    """A number, a row or a table that the reader may change."""

    value: Numbers
    low: float = 0.0
    high: float = 1.0
    step: float = 1.0
    """How much one press changes it. A table of 0 and 1 with step 1 is switched."""
    label: str = ""
    """Of its slider, for a single number."""
    fixed: bool = False
    """Shown, but not to be changed."""


@dataclass(frozen=True)
class Node:
    """Something computed: the name of an operation, and what it is given: names of inputs and nodes, or numbers."""

    op: str
    of: tuple[str | float, ...]


def node(op: str, *of: str | float) -> Node:
    """`node("convolve", "x", "h")`."""
    return Node(op, of)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table of numbers as coloured cells."""

    kind: ClassVar[str] = "grid"
    of: str
    label: str
    look: Literal["picture", "signed"] = "signed"
    """A picture is ink on paper, 0 … 1; signed is blue above and orange below 0."""
    numbers: bool = True
    """Written into the cells; without them cells are small."""
    own: bool = False
    """A picture of the reader's own can be put into it; then `of` is an input."""
    scale: float | None = None
    """The value of the full colour; left away, the largest in the table."""
    heads: tuple[str, ...] = ()
    """Over the columns, as they are."""
    cell: float | None = None
    """Side of a cell in pixels, chosen by the numbers where None."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """Points (N, 2) in a plot."""

    of: str
    style: Literal["line", "dots", "crosses", "rings", "mesh", "last"]
    """`mesh` joins neighbours of a map with `columns`; `last` is a ring at the last point."""
    tone: Tone = "first"
    label: str = ""
    columns: int = 0


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Series over common axes."""

    kind: ClassVar[str] = "plot"
    series: tuple[Series, ...]
    label: str
    x: tuple[float, float]
    y: tuple[float, float]
    x_label: str
    y_label: str
    moves: str = ""
    """A point, an input of two numbers, that the reader moves: where the plot is pressed, or with the arrow keys."""


@dataclass(frozen=True, kw_only=True)
class Net:
    """Layers of neurons with their weights; with a `phase` it is computed forwards and backwards bit by bit.

    Of L layers of weights: phase 0 shows x, 1 … L the layers, then Δ and ∂E/∂w in turn from the last to the first.
    """

    kind: ClassVar[str] = "net"
    label: str
    layers: tuple[str, ...]
    weights: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    deltas: tuple[str, ...] = ()
    """Of the layers after the first."""
    gradients: tuple[str, ...] = ()
    phase: str = ""


@dataclass(frozen=True, kw_only=True)
class Bars:
    """A row of numbers as bars."""

    kind: ClassVar[str] = "bars"
    of: str
    label: str
    names: tuple[str, ...]
    """As they are."""
    high: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Single numbers with their names."""

    kind: ClassVar[str] = "readings"
    rows: tuple[tuple[str, str], ...]
    """Label, and the name of an input or node."""


View = Grid | Plot | Net | Bars | Readings


@dataclass(frozen=True, kw_only=True)
class Slide:
    """A window that goes over tables, and what it gives at each place.

    `conv` sums products, `max` takes the largest, `mean` the mean; `stamp` is the transposed convolution, whose window
    lies in `into`.
    """

    kind: Literal["conv", "max", "mean", "stamp"]
    over: tuple[str, ...]
    into: str
    by: tuple[str, ...] = ()
    bias: str = ""
    size: str | float = 0
    """Side of the window, where no filter says it."""
    stride: str | float = 1
    at: tuple[int, int] = (0, 0)
    """The place that is shown at first: row and column, in `into`, or for `stamp` in `over`."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A button that sets inputs."""

    label: str
    sets: Mapping[str, Numbers]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: its texts are `lesson.NAME.KEY` (title) and `lesson.NAME.KEY.text`."""

    key: str
    views: tuple[View, ...]
    formula: str = ""
    """With `_{…}` and `^{…}`; one a line."""
    slide: Slide | None = None
    controls: tuple[str, ...] = ()
    """Single numbers that get a slider."""
    presets: tuple[Preset, ...] = ()
    play: str = ""
    """A single number that Play counts upwards; a slide needs none."""
    given: Mapping[str, Numbers] = field(default_factory=dict)
    """Inputs that have this value from this step on."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Steps over one sheet of inputs and nodes; a node comes after what it needs."""

    inputs: Mapping[str, Input]
    nodes: Mapping[str, Node]
    steps: tuple[Step, ...]


def state(lesson: Lesson, step: int) -> dict[str, Numbers]:
    """The inputs as a step finds them: as they are at first, with what the steps up to it give."""
    values = {name: given.value for name, given in lesson.inputs.items()}
    for passed in lesson.steps[: step + 1]:
        values.update(passed.given)
    return values
