"""What a report is made of. Gathered by whoever trained or evaluated; laid out by `report.write`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from miwake.evaluation.results import Evaluation
from miwake.look.text import Language
from miwake.types import Preprocessing, Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from miwake.explanation.gabor import Study


@dataclass(frozen=True, kw_only=True, eq=False)
class DataFacts:
    """What the data is."""

    name: str
    source: str
    """The reader's name, such as `folder`."""
    classes: tuple[str, ...]
    counts: tuple[tuple[int, int, int], ...]
    """(K, 3): pictures of each class in training, validation and test."""
    pictures: tuple[int, int, int]
    """Pictures in training, validation and test; with several labels less than the sums of `counts`."""
    notes: tuple[Sentence, ...] = ()
    """What the reader guessed."""
    split: tuple[Sentence, ...] = ()
    """How the pictures were divided."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mistake:
    """A picture that was taken for something else, the most confident mistakes first."""

    picture: NDArray[np.uint8]
    """(H, W, C)."""
    path: str
    true: str
    predicted: str | None
    """None is "I don't know"; several labels are joined by `;`."""
    probability: float
    """Calibrated probability of the answer."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """Some pictures of one class."""

    label: str
    pictures: tuple[NDArray[np.uint8], ...]
    """Each (H, W, C)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """One picture on its way into the network."""

    label: str
    """Its true class."""
    original: NDArray[np.uint8]
    """(H, W, C), the file's picture."""
    preprocessed: NDArray[np.uint8]
    """(h, w, C), what the network sees when it answers."""
    augmented: tuple[NDArray[np.uint8], ...]
    """Each (h, w, C), what it saw in training."""


@dataclass(frozen=True, kw_only=True)
class ModelSummary:
    """What the model is."""

    architecture: str
    why: tuple[Sentence, ...]
    """Why it was chosen."""
    parameters: int
    operations: int | None
    """Multiply-adds for one picture; None where they were not counted."""
    starting_weights: str = ""
    """Name of the weights that training began from; empty: random ones."""
    licence: Sentence = ""
    """Of the starting weights."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command to type next."""

    line: str
    why: Sentence
    """What it does."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportContents:
    """Everything that a report shows. Empty parts are left out of it."""

    title: str
    """The run's name."""
    data: DataFacts
    evaluation: Evaluation
    """On the test split."""
    model: ModelSummary
    preprocessing: Preprocessing
    validation: Evaluation | None = None
    history: Sequence[Mapping[str, Any]] = ()
    """A row an epoch, as `metrics.csv` has them: phase, epoch, step, train_loss, val_loss, val_accuracy,
    learning_rate, seconds; numbers may be texts, and missing ones None or empty."""
    kept: int | None = None
    """Row of `history` whose weights the model holds."""
    mistakes: Sequence[Mistake] = ()
    examples: Sequence[Examples] = ()
    seen: Sequence[Seen] = ()
    filters: NDArray[Any] | None = None
    """(F, C, h, w) float: weights of the first convolution; None where there is none."""
    bases: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """(K, C, h, w) float by layer: what its units look for, projected down to the picture; most networks cannot say."""
    study: Study | None = None
    """Which filters of the first layer are like Gabor functions; None where they are too small to tell."""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for and chosen; may be nested."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """Machine and versions; may be nested."""
    commands: Sequence[Command] = ()
    """What to type next."""
    language: Language = "en"
