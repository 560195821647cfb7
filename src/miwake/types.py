"""What flows through the house. No code that does work, and no torch or NumPy at import time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

SPLITS = ("train", "val", "test")
TRAIN, VAL, TEST = 0, 1, 2
UNASSIGNED = -1
VOID = 255
"""In masks of class numbers: a pixel that counts nothing, neither in training nor in judging."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for people, in whatever language they read; `miwake.look.words.told` puts it into words."""

    key: str
    """Of a text in the catalogue, `miwake.look.words`."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Its placeholders: numbers, texts, other notes, and tuples of these; no NumPy scalars, since JSON has none."""

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Note:
        """The inverse of `to_json`."""
        return cls(str(data["key"]), {name: _value(value) for name, value in dict(data["values"]).items()})


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Note.from_json(value)
    return tuple(_value(item) for item in value) if isinstance(value, list) else value


Sentence = Note | str
"""What is said to people: a note, or a text that is shown as it is."""


def sentences_to_json(sentences: Iterable[Sentence]) -> list[Any]:
    """Plain types for a file: an object for a note, a text for a text."""
    return [sentence.to_json() if isinstance(sentence, Note) else sentence for sentence in sentences]


def sentences_from_json(data: Iterable[Any]) -> tuple[Sentence, ...]:
    """The inverse of `sentences_to_json`; files of old hold texts only.

    Raises:
        KeyError, TypeError, ValueError: an object is no note.
    """
    return tuple(item if isinstance(item, str) else Note.from_json(item) for item in data)


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a `Dataset`."""

    path: str
    """Path below the data set's root, or `FILE#ROW` inside a packed file."""
    target: Any
    """Class number; a 0/1 vector for several labels."""
    split: int
    """`TRAIN`, `VAL`, `TEST` or `UNASSIGNED`."""
    group: str | None
    """The patient, specimen or camera roll; one group is never divided between splits."""
    mask: str | None = None
    """Path of its mask below the data set's root; None where there is none."""


Value = tuple[int, ...]
"""What one pixel of a mask file holds: `(v,)` an index or grey level, `(r, g, b)` a colour."""


@dataclass(frozen=True, kw_only=True)
class Legend:
    """Which values in the masks mean which class; a value that is named nowhere is an error when it is read."""

    values: tuple[tuple[Value, ...], ...]
    """For each class, in the order of `Dataset.classes`, the values that mean it; numbers of categories where
    `outlines`, and -1 where nothing is drawn. None for a class that only other data has."""
    void: tuple[Value, ...] = ()
    """Values of pixels that count nothing."""
    outlines: bool = False
    """Whether masks are no pictures but outlines and runs in a file of annotations, `FILE#NUMBER of the picture`."""

    @property
    def colours(self) -> bool:
        """Whether a pixel's value is a colour."""
        return any(len(value) == 3 for values in (*self.values, self.void) for value in values)

    def to_json(self) -> dict[str, Any]:
        """Plain types for the model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Legend:
        """The inverse of `to_json`.

        Raises:
            KeyError, TypeError, ValueError: it is no legend.
        """
        return cls(
            values=tuple(_pixel_values(values) for values in data["values"]),
            void=_pixel_values(data["void"]),
            outlines=bool(data["outlines"]),
        )


def _pixel_values(data: Iterable[Iterable[Any]]) -> tuple[Value, ...]:
    return tuple(tuple(int(number) for number in value) for value in data)


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """A table of samples, one row a picture: columns, no pixels (but for files that hold many pictures)."""

    name: str
    """Short name for people: the folder's or the file's."""
    source: str
    """The reader's name: `folder`, `csv`, `idx`, `cifar`, `bundled`."""
    root: Path
    """Folder that `paths` are relative to."""
    task: str
    """The task that the data's shape suggests: `classify`, later `segment`, `anomaly`, …"""
    classes: tuple[str, ...]
    """Class names, of pictures or of pixels; a target, or a pixel of a mask, is an index into them."""
    paths: Sequence[str]
    """(N) unique; relative to `root` with `/`, or `FILE#ROW` in packed files."""
    targets: NDArray[Any]
    """(N) int64 class numbers, or (N, K) uint8 with a 1 for each label that holds; zeros where pixels have classes."""
    split: NDArray[np.int8]
    """(N) `TRAIN`, `VAL`, `TEST` or `UNASSIGNED`."""
    group: NDArray[Any] | None = None
    """(N) str, or None where every picture stands for itself."""
    masks: Sequence[str | None] | None = None
    """(N) path of each row's mask, relative to `root`, None where it has none; None where there are no masks at all."""
    legend: Legend | None = None
    """What the values in the masks mean, where each pixel has a class (task `segment`)."""
    pixels: NDArray[np.uint8] | None = None
    """(N, H, W, C) for packed sources, which hold decoded pictures; None where `paths` are picture files."""
    notes: tuple[Sentence, ...] = ()
    """What the reader guessed, to be said aloud."""

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, row: int) -> Sample:
        group = None if self.group is None else str(self.group[row])
        return Sample(
            self.paths[row],
            self.targets[row],
            int(self.split[row]),
            group,
            None if self.masks is None else self.masks[row],
        )

    @property
    def multilabel(self) -> bool:
        """Whether a picture may hold several labels at once."""
        return self.targets.ndim == 2

    def file(self, row: int) -> Path:
        """The picture file of a row (for a packed source, the packed file)."""
        return self.root / self.paths[row].rsplit("#", 1)[0] if self.pixels is not None else self.root / self.paths[row]

    def mask_file(self, row: int) -> Path | None:
        """The file of a row's mask (of annotations, where these hold its outlines), or None."""
        name = None if self.masks is None else self.masks[row]
        if name is not None and self.legend is not None and self.legend.outlines:
            name = name.rsplit("#", 1)[0]
        return None if name is None else self.root / name

    def label(self, row: int) -> str:
        """The true class of a row by its name; several are joined by `;`."""
        target = self.targets[row]
        if self.multilabel:
            return ";".join(name for name, holds in zip(self.classes, target, strict=True) if holds)
        return self.classes[int(target)]

    def rows(self, split: int) -> NDArray[np.int64]:
        """Row numbers of one split, ascending."""
        rows: NDArray[np.int64] = (self.split == split).nonzero()[0]
        return rows

    def take(self, rows: NDArray[np.int64]) -> Dataset:
        """The same data set with these rows only."""
        return replace(
            self,
            paths=[self.paths[row] for row in rows.tolist()],
            targets=self.targets[rows],
            split=self.split[rows],
            group=None if self.group is None else self.group[rows],
            masks=None if self.masks is None else [self.masks[row] for row in rows.tolist()],
            pixels=None if self.pixels is None else self.pixels[rows],
        )


Fit = Literal["squash", "crop", "pad"]
Interpolation = Literal["area", "bilinear", "bicubic"]


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """How a picture file becomes what the network sees. Data, carried by the model file.

    A picture is fitted to the *stored* size as uint8 (that is what the cache keeps), its centre of `size` is cut
    out, and values v in 0…255 become (v/255 - mean) / std.
    """

    size: tuple[int, int]
    """Height and width that the network sees, in pixels."""
    channels: int
    """1 grey, 3 RGB; any other number of planes for packed sources."""
    mean: tuple[float, ...]
    """Per channel, for values in 0…1."""
    std: tuple[float, ...]
    """Per channel, for values in 0…1."""
    fit: Fit = "squash"
    """`squash`: both sides to the stored size. `crop`: shorter side to it, then the centre. `pad`: longer side
    to it, black beside."""
    interpolation: Interpolation = "area"
    """How the picture is scaled; all of them antialias."""
    crop: float = 1.0
    """Side of the centre cut over side of the stored picture; the margin is room for random cuts in training."""
    window: tuple[float, float] | None = None
    """Centre and width of the grey values that are shown of DICOM files and of grey pictures of 16 bits; None is a
    DICOM file's own window, and the upper half of 16 bits. Pictures of 8 bits are shown as they are."""

    @cached_property
    def stored(self) -> tuple[int, int]:
        """Height and width of the stored picture."""
        height, width = self.size
        return round(height / self.crop), round(width / self.crop)

    def to_json(self) -> dict[str, Any]:
        """Plain types for the model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Preprocessing:
        """The inverse of `to_json`; unknown keys are an error of the caller."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items() if key in known
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some pictures on their way to a network, with all that must move along with them.

    Pictures are in 0…255 (uint8, or float32 after augmentation) until `data.preprocess.normalise`.
    """

    pictures: Tensor
    """(B, C, H, W), uint8 or float32, channels-last in memory."""
    labels: Tensor | None
    """(B) int64 class numbers, or (B, K) float32: several labels, or mixed ones."""
    rows: Tensor
    """(B) int64: the data set's row of each picture."""
    masks: Tensor | None = None
    """(B, H, W) int64: a class for each pixel, or `VOID`."""
    boxes: tuple[Tensor, ...] | None = None
    """B tensors (n, 4) float32: left, top, right, bottom in pixels."""
    points: tuple[Tensor, ...] | None = None
    """B tensors (n, 2) float32: x, y in pixels; pixel centres lie at half-integers."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The answer for one picture."""

    path: str
    label: str | None
    """The chosen class; None is "I don't know"; several are joined by `;`."""
    probability: float
    """Calibrated probability of the chosen class."""
    probabilities: tuple[float, ...]
    """One for each class, in the order of the model's class names."""

    @property
    def known(self) -> bool:
        """False where the model would rather not say."""
        return self.label is not None


@dataclass(frozen=True, kw_only=True)
class Region:
    """A place that an answer points out, in pixels of the upright picture."""

    left: int
    top: int
    right: int
    """The first column that is outside."""
    bottom: int
    """The first row that is outside."""
    area: int
    """Pixels inside its outline."""
    label: str
    """What is there."""
    strength: float
    """How much speaks for it, the task's own measure; for an anomaly the highest heat inside."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Oddity(Prediction):
    """The answer to "is something wrong here?"

    `label` is the name of the good class or of the other; `probabilities` are the false-alarm rate and the rest to 1:
    how a picture stands among good ones, not how probable a defect is, which depends on how many there are.
    """

    score: float
    """How odd the picture is, the method's own measure."""
    false_alarms: float
    """Share of good pictures that look at least as odd, estimated on the validation pictures."""
    heat: NDArray[np.float32]
    """(h, w) how odd each place is, evenly laid over the whole picture; outlines run where it is 1."""
    regions: tuple[Region, ...] = ()
    """What is odd in a picture that is not good, the largest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Segmentation(Prediction):
    """The answer to "which pixel is what?"

    `label` joins the classes that are there, the largest first; `probability` is the mean over the pixels of that of
    the class that each was given; `probabilities` are each class's mean, which is the share of the picture that it is
    expected to take.
    """

    classes: NDArray[np.uint8]
    """(h, w) class of each place, evenly laid over the whole picture."""
    areas: tuple[int, ...]
    """Pixels of the upright picture that were given each class."""
    regions: tuple[Region, ...] = ()
    """Connected parts of one class, the largest first; `strength` is their mean probability."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"
