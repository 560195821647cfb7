"""Which of these is it? One class a picture, or several labels at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor, nn
from torch.nn import functional

from miwake import evaluation, networks
from miwake.choice import Rule, choose, probabilities
from miwake.errors import DataError, UsageError
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.results import Evaluation
from miwake.evaluation.taxonomy import read_taxonomy
from miwake.look.text import Language, cells, clean
from miwake.look.words import words
from miwake.tasks.chosen import ONE, SEVERAL, OneChosen, SeveralChosen
from miwake.tasks.head import fit_head
from miwake.tasks.phases import Phase, Turn, alone
from miwake.tasks.protocols import Calibrated, Leaving, Wording
from miwake.tasks.task import Task
from miwake.types import Batch, Dataset, Note, Prediction

_HEAD = "head"
"""The turn in which the last layer is fitted to frozen features."""


@dataclass(frozen=True, kw_only=True)
class Classify(Task):
    """Classification: cross-entropy of one class, or of each of several labels."""

    name: ClassVar[str] = "classify"
    monitor: ClassVar[str] = "accuracy"
    family: ClassVar[str] = "classify"
    wording: ClassVar[Wording] = evaluation

    multilabel: bool = False
    """Whether several labels may hold at once."""
    label_smoothing: float = 0.0
    """Share of the target that is spread over the other classes (Szegedy 2016, section 7)."""
    class_weights: tuple[float, ...] = ()
    """Weight of each class in the loss; empty: all the same."""

    @staticmethod
    def toy(folder: Path) -> Path:
        """A few small pictures in a folder for each class."""
        from miwake.data import folder as source

        return source.toy(folder)

    @classmethod
    def foresee(cls, dataset: Dataset, options: EvaluateOptions) -> tuple[Note, ...]:
        """Costs and taxonomy that cannot be used fail before the training, not after it."""
        if options.false_alarms is not None:
            raise UsageError(
                "--false-alarms is for --task anomaly.",
                expected="what mistakes cost, for classes",
                todo="--cost miss=50,false-alarm=1",
            )
        targets = np.asarray(dataset.targets)
        counts = targets.sum(0) if dataset.multilabel else np.bincount(targets, minlength=len(dataset.classes))
        costs = evaluation.read_costs(options, dataset.classes, multilabel=dataset.multilabel, counts=counts.tolist())
        if options.taxonomy is not None:
            read_taxonomy(options.taxonomy, dataset.classes)
        return () if costs is None else costs.notes

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> Classify:
        """Class names and kind of target are the data set's."""
        return cls(classes=dataset.classes, multilabel=dataset.multilabel)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Classify:
        """The inverse of `to_json`."""
        return cls(
            classes=tuple(data["classes"]),
            multilabel=bool(data["multilabel"]),
            label_smoothing=float(data["label_smoothing"]),
            class_weights=tuple(data["class_weights"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {
            "classes": list(self.classes),
            "multilabel": self.multilabel,
            "label_smoothing": self.label_smoothing,
            "class_weights": list(self.class_weights),
        }

    def build(self, architecture: str, *, channels: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
        """A network with an output for each class."""
        return networks.build(architecture, channels=channels, classes=len(self.classes), size=size, dropout=dropout)

    def targets(self, dataset: Dataset) -> Tensor:
        """(N) int64 class numbers, or (N, K) float32 labels."""
        targets = torch.from_numpy(np.ascontiguousarray(dataset.targets))
        return targets.float() if self.multilabel else targets.long()

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Mean loss.

        Args:
            outputs: (B, K) logits, float32.
            labels: (B) int64, or (B, K) float32: several labels, or two classes mixed.
        """
        weight = outputs.new_tensor(self.class_weights) if self.class_weights else None
        if self.multilabel:
            smooth = labels * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
            return functional.binary_cross_entropy_with_logits(outputs, smooth, pos_weight=weight)
        return functional.cross_entropy(outputs, labels, weight=weight, label_smoothing=self.label_smoothing)

    def losses(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """(B) plain loss of each picture, neither smoothed nor weighted: it is 0 only where the answer is sure."""
        if self.multilabel:
            return functional.binary_cross_entropy_with_logits(outputs, labels, reduction="none").sum(1)
        return functional.cross_entropy(outputs, labels, reduction="none")

    def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        """The loss of a batch."""
        assert batch.labels is not None
        return {"loss": self.loss(model(batch.pictures).float(), batch.labels)}

    def meter(self) -> ClassifyMeter:
        """Accuracy and loss."""
        return ClassifyMeter(self.multilabel)

    def phases(self, *, pretrained: bool, stages: Sequence[tuple[str, int]] = ()) -> tuple[Phase, ...]:
        """From random weights: everything. From given ones: the head on frozen features, then everything.

        Where layers learn by themselves, the head on what they have learnt ends it. The rates fall towards the input,
        where features are general (Howard and Ruder 2018, section 3.2). Batch normalisation keeps the statistics that
        it came with: those of small batches are too noisy to learn from.
        """
        head = Phase(name=_HEAD, turns=(Turn(name=_HEAD, kind="observe"),), passes=3, frozen_norm=True, share=0.0)
        if stages:
            return (*(() if pretrained else alone(stages)), replace(head, passes=1))
        if not pretrained:
            return (Phase(name="train"),)
        everything = (Turn(name="all", layer_decay=0.8),)
        return (head, Phase(name="all", turns=everything, frozen_norm=True))

    def observe(self, model: nn.Module, batch: Batch, turn: Turn, state: Any) -> Any:
        """For the head collect frozen features: a list of (B, F) features and labels."""
        if turn.name != _HEAD:
            return super().observe(model, batch, turn, state)
        assert batch.labels is not None
        seen = state or []
        seen.append((networks.features(model, batch.pictures).detach().float().cpu(), batch.labels.cpu()))
        return seen

    def finish(self, model: nn.Module, turn: Turn, state: Any) -> None:
        """Fit the last layer to the collected features."""
        if turn.name != _HEAD:
            super().finish(model, turn, state)
            return
        layer = model.get_submodule(networks.classifier(model))
        assert isinstance(layer, nn.Linear)
        features = torch.cat([features for features, _ in state])
        labels = torch.cat([labels for _, labels in state])
        # smoothed labels spoil a regression on frozen features
        fit_head(layer, features, labels, replace(self, label_smoothing=0.0).loss)

    def answers(
        self,
        outputs: NDArray[np.float64],
        paths: Sequence[str],
        header: Calibrated,
        *,
        sizes: Sequence[tuple[int, int]] | None = None,
    ) -> list[Prediction]:
        """Calibrated probabilities and the choice that costs least."""
        chances = self.chances(outputs, header)
        choice = choose(chances, Rule.from_json(header.decision), multilabel=self.multilabel)
        return self._told(chances, choice.labels, choice.known, paths)

    def _told(
        self,
        chances: NDArray[np.float64],
        labels: NDArray[np.bool_],
        known: NDArray[np.bool_],
        paths: Sequence[str],
    ) -> list[Prediction]:
        # several labels: as sure as the least sure of them
        sure = np.where(labels, chances, 1 - chances if self.multilabel else 1.0).min(1)
        names = np.array(self.classes, dtype=object)
        return [
            Prediction(
                path=path,
                label=";".join(names[chosen]) if sure_enough else None,
                probability=float(probability),
                probabilities=tuple(row.tolist()),
            )
            for path, chosen, sure_enough, probability, row in zip(paths, labels, known, sure, chances, strict=True)
        ]

    def leaving(self, header: Calibrated) -> Leaving:
        """Probabilities, and the class or the labels that were chosen by the decision rule."""
        temperature = float(header.calibration.get("temperature", 1.0))
        rule = Rule.from_json(header.decision)
        if self.multilabel:
            return Leaving(module=SeveralChosen(temperature, rule, len(self.classes)), outputs=SEVERAL)
        return Leaving(module=OneChosen(temperature, rule, len(self.classes)), outputs=ONE)

    def share_right(self, answer: Prediction, dataset: Dataset, row: int) -> float:
        """1 where the most probable class is the true one, said or not; of several labels, all that are likelier than
        not."""
        best = self.classes[int(np.argmax(answer.probabilities))]
        if self.multilabel:
            pairs = zip(self.classes, answer.probabilities, strict=True)
            best = ";".join(name for name, share in pairs if share > 0.5)
        return float(best == dataset.label(row))

    def arrived(self, found: Mapping[str, NDArray[Any]], paths: Sequence[str]) -> list[Prediction]:
        """The answers that an exported file gave."""
        chances = found["probabilities"].astype(np.float64)
        if self.multilabel:
            return self._told(chances, found["labels"].astype(bool), found["known"].astype(bool), paths)
        known = found["label"] >= 0
        # where it would rather not say, the stated probability is that of the class that it did not say
        labels = np.eye(len(self.classes), dtype=bool)[found["best"]]
        return self._told(chances, labels, known, paths)

    def chances(self, outputs: NDArray[np.float64], header: Calibrated) -> NDArray[np.float64]:
        """Calibrated probabilities (B, K) of raw outputs (B, K)."""
        temperature = float(header.calibration.get("temperature", 1.0))
        return probabilities(outputs, temperature=temperature, multilabel=self.multilabel)

    def calibrate(
        self,
        outputs: NDArray[np.float64],
        targets: NDArray[Any],
        options: EvaluateOptions,
        groups: NDArray[Any] | None = None,
        *,
        dataset: Dataset | None = None,
        rows: NDArray[np.int64] | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Temperature and decision rule from the validation split, for the model file's header."""
        temperature = evaluation.fit_temperature(outputs, targets, multilabel=self.multilabel)
        chances = probabilities(outputs, temperature=temperature, multilabel=self.multilabel)
        rule = evaluation.fit_decision(chances, targets, options, self.classes)
        return {"temperature": temperature}, {} if rule is None else rule.to_json()

    def decided(
        self, rows: Sequence[Mapping[str, str]], header: Calibrated, options: EvaluateOptions
    ) -> dict[str, Any]:
        """A rule for these costs, fitted on the calibrated probabilities."""
        chances = np.array([[float(row[f"p:{name}"]) for name in self.classes] for row in rows])
        place = {name: number for number, name in enumerate(self.classes)}
        if self.multilabel:
            targets = np.zeros((len(rows), len(self.classes)), np.int64)
            for number, row in enumerate(rows):
                targets[number, [place[name] for name in row["true"].split(";") if name]] = 1
        else:
            targets = np.array([place[row["true"]] for row in rows])
        rule = evaluation.fit_decision(chances, targets, options, self.classes)
        return {} if rule is None else rule.to_json()

    def judge(
        self,
        outputs: NDArray[np.float64],
        dataset: Dataset,
        rows: NDArray[np.int64],
        header: Calibrated,
        *,
        train: NDArray[Any],
        split: str,
        options: EvaluateOptions,
    ) -> Evaluation:
        """Figures of the answers that cost least."""
        return evaluation.evaluate(
            outputs,
            np.asarray(dataset.targets)[rows],
            classes=dataset.classes,
            train_targets=train,
            split=split,
            temperature=float(header.calibration.get("temperature", 1.0)),
            rule=Rule.from_json(header.decision),
            groups=None if dataset.group is None else dataset.group[rows],
            options=options,
        )

    def renamed(self, dataset: Dataset) -> Dataset:
        """The model's classes in the model's order.

        Raises:
            DataError: there are classes that the model does not know, or one label a picture meets several.
        """
        place = {name: number for number, name in enumerate(self.classes)}
        strange = [name for name in dataset.classes if name not in place]
        if strange:
            raise DataError(
                f"The model does not know the class{'es' if len(strange) > 1 else ''} {', '.join(strange[:10])}.",
                expected=f"classes among {', '.join(self.classes[:10])}{', …' if len(self.classes) > 10 else ''}",
                todo="name the folders or labels as they were named in training.",
            )
        targets, known = np.asarray(dataset.targets), np.array([place[name] for name in dataset.classes])
        if dataset.multilabel and not self.multilabel:
            raise DataError(f"{dataset.name} has several labels a picture.", expected="one, as in training")
        if not self.multilabel:
            return replace(dataset, classes=self.classes, targets=known[targets])
        wide = np.zeros((len(dataset), len(self.classes)), np.uint8)
        if dataset.multilabel:
            wide[:, known] = targets
        else:
            wide[np.arange(len(dataset)), known[targets]] = 1
        return replace(dataset, classes=self.classes, targets=wide)

    def columns(self, *, scale: float | None = None) -> tuple[str, ...]:
        """Of `row`."""
        return ("label", "probability", *(f"p:{name}" for name in self.classes))

    def row(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """Label, its probability, and those of all classes."""
        return {
            "label": answer.label or "",
            "probability": f"{answer.probability:.6f}",
            **{f"p:{name}": f"{p:.6f}" for name, p in zip(self.classes, answer.probabilities, strict=True)},
        }

    def described(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """Label, its probability, and those of all classes."""
        shares = zip(self.classes, answer.probabilities, strict=True)
        return {
            "label": answer.label,
            "probability": round(answer.probability, 6),
            "probabilities": {name: round(share, 6) for name, share in shares},
        }

    def line(self, answer: Prediction, language: Language) -> str:
        """Probability and label."""
        unknown, none = words("predict.unknown", language), words("predict.none", language)
        label = unknown if answer.label is None else clean(answer.label) or none
        # how sure it is of what it does not say would read as how sure it is that it does not know
        sure = "     –" if answer.label is None else f"{100 * answer.probability:5.1f}%"
        return f"{sure}  {label}{' ' * (20 - cells(label))}"

    def draw(self, picture: NDArray[np.uint8], prediction: Prediction, *, style: str = "auto") -> NDArray[np.uint8]:
        """The picture with its answer on a band below it."""
        scale = max(1, round(256 / max(picture.shape[:2])))
        shown = np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture[..., :3]
        image = Image.fromarray(np.ascontiguousarray(shown)).resize((shown.shape[1] * scale, shown.shape[0] * scale))
        band = max(18, image.height // 10)
        canvas = Image.new("RGB", (image.width, image.height + band), (20, 24, 31))
        canvas.paste(image, (0, 0))
        text = f"{prediction.label or '?'}  {100 * prediction.probability:.0f}%"
        font = ImageFont.load_default(size=band * 0.7)
        ImageDraw.Draw(canvas).text((band * 0.3, image.height + band / 2), text, (255, 255, 255), font, anchor="lm")
        return np.asarray(canvas)


class ClassifyMeter:
    """Accuracy (several labels: exact match) and loss, in nats, over the batches of a split."""

    def __init__(self, multilabel: bool) -> None:
        self._multilabel = multilabel
        self._right: list[Tensor] = []
        self._loss: list[Tensor] = []
        self._labels: list[Tensor] = []

    def update(self, outputs: Tensor, batch: Batch) -> None:
        """Add logits (B, K)."""
        assert batch.labels is not None
        outputs = outputs.float()
        if self._multilabel:
            loss = functional.binary_cross_entropy_with_logits(outputs, batch.labels, reduction="none").sum(1)
            right = ((outputs > 0) == (batch.labels > 0.5)).all(1)
        else:
            loss = functional.cross_entropy(outputs, batch.labels, reduction="none")
            right = outputs.argmax(1) == batch.labels
        self._right.append(right)
        self._loss.append(loss)
        self._labels.append(batch.labels)

    def right(self) -> Tensor:
        """(n) bool, in order."""
        return torch.cat(self._right)

    def guessed(self) -> int:
        """Pictures of the most frequent class, or set of labels."""
        _, counts = torch.unique(torch.cat(self._labels), dim=0, return_counts=True)
        return int(counts.max())

    def compute(self) -> dict[str, float]:
        """`accuracy` and `loss`."""
        return {
            "accuracy": torch.cat(self._right).double().mean().item(),
            "loss": torch.cat(self._loss).double().mean().item(),
        }
