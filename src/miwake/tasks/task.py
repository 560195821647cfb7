"""The contract between a question and the training loop.

A task is a frozen dataclass: it holds settings, never a model. The loop passes its own model into `step`, wrapped
for distributed training where there is any, so that gradients are always synchronised.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from miwake.errors import UsageError
from miwake.tasks.phases import Phase, Turn, alone
from miwake.tasks.protocols import Calibrated, Leaving, Meter, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from miwake.data.config import DataOptions
    from miwake.data.proposal import Meaning
    from miwake.data.split import SplitReport
    from miwake.evaluation.config import EvaluateOptions
    from miwake.look.text import Language
    from miwake.types import Batch, Dataset, Note, Prediction


@dataclass(frozen=True, kw_only=True)
class Task(ABC):
    """A question; see `miwake.tasks.classify` for one that is answered."""

    name: ClassVar[str]
    monitor: ClassVar[str]
    """Name of the figure, higher is better, by which the best weights are chosen; ties go to the lower loss."""
    family: ClassVar[str]
    """Whose files settle what is open before training, `training/choose_…`, and gather the report, `verbs/_report_…`:
    its own name, or that of the task which it derives from."""
    wording: ClassVar[Wording]
    """Puts what `judge` found into words."""
    places: ClassVar[bool] = False
    """Whether its answers point at places, so that `answers` needs the pictures' sizes."""
    styles: ClassVar[tuple[str, ...]] = ("auto",)
    """Ways in which `draw` shows an answer; the first is the usual one."""
    masked: ClassVar[bool] = False
    """Whether it learns from masks, which batches then carry."""
    chunk: ClassVar[int] = 64
    """Pictures that are answered at once, at most."""
    effort: ClassVar[float] = 1.0
    """How much more time than classification it takes by itself, where no limit is given."""
    plain: ClassVar[str] = "small"
    """A small network that learns its toy."""

    classes: tuple[str, ...]
    """Class names in the order of the model's outputs."""

    @staticmethod
    @abstractmethod
    def toy(folder: Path) -> Path:
        """Write a tiny data set, learnable within seconds, and return what to open."""

    @classmethod
    def adopt(cls, dataset: Dataset) -> Dataset:
        """A data set that has the shape of another task, as this one takes it.

        Raises:
            UsageError: it cannot be taken so.
        """
        from miwake.errors import UsageError

        raise UsageError(
            f"--task is {cls.name}, but {dataset.name} has the shape of '{dataset.task}'.",
            expected=f"--task {dataset.task}",
        )

    @classmethod
    def divide(
        cls,
        dataset: Dataset,
        options: DataOptions,
        seed: int,
        identity: NDArray[np.int64] | None,
        *,
        weighed: bool = False,
    ) -> tuple[Dataset, SplitReport]:
        """Divide a data set into training, validation and test; by default as `miwake.data.split.split`.

        Args:
            dataset: as listed.
            options: the shares.
            seed: 0 or more.
            identity: (N) equal for identical pictures, below 0 for those that cannot be read.
            weighed: whether validation is to weigh what mistakes cost.
        """
        from miwake.data.split import split

        return split(dataset, options, seed, identity)

    @classmethod
    @abstractmethod
    def foresee(cls, dataset: Dataset, options: EvaluateOptions) -> tuple[Note, ...]:
        """Look at what will be needed after training, before it begins; returns what is to be said.

        Raises:
            MiwakeError: costs, masks and the like that cannot be used.
        """

    @classmethod
    @abstractmethod
    def from_dataset(cls, dataset: Dataset) -> Task:
        """The question that a data set asks."""

    @classmethod
    @abstractmethod
    def from_json(cls, data: Mapping[str, Any]) -> Task:
        """The inverse of `to_json`."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """What the model file's header keeps of the task."""

    @abstractmethod
    def build(self, architecture: str, *, channels: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
        """A new model for one device, with random weights."""

    @abstractmethod
    def targets(self, dataset: Dataset) -> Tensor:
        """(N, …) what is to be learnt, a row a sample."""

    @abstractmethod
    def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        """Losses of one batch, pictures normalised; `loss` is the one that is minimised, the others are logged."""

    @abstractmethod
    def meter(self) -> Meter:
        """A new meter for validation."""

    def meant(self) -> Meaning | None:
        """Classes, and what the values in masks meant in training, of a task that is `masked`; None: not known."""
        return None

    def kept(self, outputs: Tensor) -> NDArray[Any]:
        """What is kept of raw outputs (B, …) for `answers`, `calibrate` and `judge`: (B, …), by default all of them."""
        found: NDArray[Any] = outputs.double().cpu().numpy()
        return found

    def at_once(self, size: tuple[int, int]) -> int:
        """How many pictures that the network sees at this height and width are answered at once, at most."""
        return self.chunk

    def tiled(self, size: tuple[int, int], seen: tuple[int, int]) -> tuple[int, int] | None:
        """Height and width that a picture is scaled to, to be answered in tiles; None: as a whole, as in training.

        Args:
            size: height and width of the upright picture.
            seen: that the network sees.
        """
        return None

    def foremost(self, answer: Prediction) -> str:
        """The one class that an answer is about, for an explanation of it."""
        if answer.label is not None and answer.label in self.classes:
            return answer.label
        shares = answer.probabilities or (0.0,)
        return self.classes[max(range(len(shares)), key=lambda number: shares[number])]

    def truth(self, dataset: Dataset, row: int) -> str:
        """What the data calls a picture, for tables; empty where no word says it."""
        return dataset.label(row)

    @abstractmethod
    def answers(
        self,
        outputs: NDArray[Any],
        paths: Sequence[str],
        header: Calibrated,
        *,
        sizes: Sequence[tuple[int, int]] | None = None,
    ) -> list[Prediction]:
        """Raw outputs (B, …) as answers, by the calibration and the decision rule of the model file.

        Args:
            outputs: of the model, as `kept`.
            paths: (B) names of the pictures.
            header: of the model file.
            sizes: (B) height and width of the upright pictures, for tasks whose answers have `places`.
        """

    @abstractmethod
    def calibrate(
        self,
        outputs: NDArray[Any],
        targets: NDArray[Any],
        options: EvaluateOptions,
        groups: NDArray[Any] | None = None,
        *,
        dataset: Dataset | None = None,
        rows: NDArray[np.int64] | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the model file keeps as `calibration` and `decision`, from the validation split.

        Args:
            outputs: (n, …) as `kept`.
            targets: (n, …) of the validation pictures.
            options: costs and the like.
            groups: (n), or None.
            dataset: that the pictures are of, for a task that is `masked`.
            rows: (n) their rows in it.
        """

    @abstractmethod
    def decided(
        self, rows: Sequence[Mapping[str, str]], header: Calibrated, options: EvaluateOptions
    ) -> dict[str, Any]:
        """Another `decision`, from what a run answered on its validation pictures: rows of its `predictions.csv`."""

    @abstractmethod
    def judge(
        self,
        outputs: NDArray[Any],
        dataset: Dataset,
        rows: NDArray[np.int64],
        header: Calibrated,
        *,
        train: NDArray[Any],
        split: str,
        options: EvaluateOptions,
    ) -> Any:
        """Figures with intervals: a frozen dataclass of plain values, see `miwake.evaluation.results.to_json`.

        Args:
            outputs: (n, …) of the model for `rows`.
            dataset: with the model's classes, see `renamed`.
            rows: (n) of the data set.
            header: of the model file, calibrated.
            train: targets of the training pictures, for what guessing would reach.
            split: name of the split.
            options: how intervals are drawn, and the like.
        """

    @abstractmethod
    def renamed(self, dataset: Dataset) -> Dataset:
        """Another data set with the classes as this task counts them.

        Raises:
            DataError: it has classes that the model does not know.
        """

    @abstractmethod
    def columns(self, *, scale: float | None = None) -> tuple[str, ...]:
        """Names of the columns of `row`, two at least: the answer, and how sure it is."""

    @abstractmethod
    def row(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """An answer's columns in a CSV file, after the path.

        Args:
            answer: of this task.
            scale: millimetres a pixel, for tasks with `places`.
        """

    @abstractmethod
    def described(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """An answer as an object of JSON, after the path; see `row`."""

    def right(self, label: str | None, true: str) -> bool:
        """Whether an answer's label is right, where the data calls the picture `true`."""
        return label == true

    @abstractmethod
    def line(self, answer: Prediction, language: Language) -> str:
        """An answer in a few words of even width, for the terminal."""

    def summary(self, found: Any, language: Language) -> str:
        """What `judge` found as a short table: plain text, at most 80 columns."""
        return self.wording.summary(found, language)

    def sentences(self, found: Any, language: Language) -> list[str]:
        """What it means, the most important first."""
        return self.wording.sentences(found, language)

    def warnings(self, found: Any, language: Language) -> list[str]:
        """What it does not show."""
        return self.wording.warnings(found, language)

    def backbone(self, model: nn.Module) -> nn.Module:
        """The part of a model of `build` that starting weights belong to."""
        return model

    def groups(self, model: nn.Module) -> list[list[str]]:
        """Names of all parameters in groups from the input to the output."""
        from miwake.networks import depth_groups

        return depth_groups(model)

    def scores(self, outputs: Any, targets: Tensor) -> Tensor:
        """(B) what an explanation explains: how much the outputs speak for a target, differentiable in the outputs.

        By default the logit of a class, which outputs (B, K) hold; where outputs have places, (B, K, …), its mean over
        them. A task whose outputs are no logits says here what its score is: an anomaly detector how odd the picture
        is, a detector how sure it is of its surest box of the class.

        Args:
            outputs: of the model for B pictures.
            targets: (B) int64, an index into `classes`.
        """
        logits: Tensor = outputs.flatten(2).mean(2) if outputs.ndim > 2 else outputs
        return logits.gather(1, targets[:, None])[:, 0]

    @abstractmethod
    def draw(self, picture: NDArray[np.uint8], prediction: Prediction, *, style: str = "auto") -> NDArray[np.uint8]:
        """The picture (H, W, C) with its answer, as a person wants to see it, in one of `styles`."""

    def leaving(self, header: Calibrated) -> Leaving:
        """What an exported file does with raw outputs, so that it gives the answers of `answers` by itself.

        Raises:
            UsageError: the task has no such form.
        """
        raise UsageError(f"A model of the task {self.name} cannot be exported.", expected="a task with `leaving`")

    def arrived(self, found: Mapping[str, NDArray[Any]], paths: Sequence[str]) -> list[Prediction]:
        """The answers that an exported file gave, as `answers` would give them.

        Args:
            found: what the file gave for B pictures, by the names of `leaving`.
            paths: names of the pictures.
        """
        raise NotImplementedError

    def share_right(self, answer: Prediction, dataset: Dataset, row: int) -> float:
        """How much of an answer's best guess is right, said or not, 0 to 1: the accuracy that a smaller file may not
        lose. By default all or nothing.

        Args:
            answer: to a picture.
            dataset: with the model's classes.
            row: of the picture.
        """
        return float(self.right(answer.label, dataset.label(row)))

    def apart(self, one: Prediction, other: Prediction) -> float:
        """How far two answers to one picture lie apart: the largest difference of probabilities, infinite where
        they name different things."""
        if one.label != other.label:
            return math.inf
        return max((abs(a - b) for a, b in zip(one.probabilities, other.probabilities, strict=True)), default=0.0)

    def losses(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """(B) loss of each picture, from raw outputs and the batch's labels: what an attack raises."""
        raise TypeError(f"the task {self.name} gives no loss for each picture")

    def phases(self, *, pretrained: bool, stages: Sequence[tuple[str, int]] = ()) -> tuple[Phase, ...]:
        """What learns when. By default everything, all the time, after the layers that learn by themselves.

        Args:
            pretrained: whether the network starts from weights that know something.
            stages: name and passes of each layer that learns by itself, from the input up.
        """
        return (*(() if pretrained else alone(stages)), Phase(name="train"))

    def observe(self, model: nn.Module, batch: Batch, turn: Turn, state: Any) -> Any:
        """Learn from a batch without gradients, and without changing the model: returns the next state, None at first.

        By default the layer that the turn is named after learns from what comes into it.
        """
        from miwake.networks import inputs_of

        layer: Any = model.get_submodule(turn.name)
        return layer.observe(inputs_of(model, turn.name, batch.pictures), state)

    def finish(self, model: nn.Module, turn: Turn, state: Any) -> None:
        """Put what was observed into the model."""
        layer: Any = model.get_submodule(turn.name)
        layer.finish(state)
