"""Which pixel is what? A class for every pixel of a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from miwake import networks
from miwake.anomaly.outline import coloured
from miwake.data.classmap import read_classes
from miwake.data.config import DataOptions
from miwake.data.masks import check_masks
from miwake.data.split import SplitReport
from miwake.data.split_pixels import split_pixels
from miwake.errors import DataError, UsageError
from miwake.evaluation import fit_temperature, pixel_wording
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.segmentation import PixelEvaluation
from miwake.look.text import Language, cells, clean, shorten
from miwake.networks.dense import Dense, Upsampling
from miwake.segmentation import draw, losses
from miwake.segmentation.borders import border_weights
from miwake.segmentation.kept import chances, keep, truths
from miwake.segmentation.parts import regions
from miwake.tasks.phases import Phase, Turn
from miwake.tasks.pixels import (
    THERE,
    PixelMeter,
    PixelsChosen,
    compared,
    largest,
    named,
    table_columns,
    table_row,
    told,
)
from miwake.tasks.protocols import Calibrated, Leaving, Wording
from miwake.tasks.task import Task
from miwake.types import VOID, Batch, Dataset, Note, Prediction, Segmentation

_WITHIN = 1.25
"""Pictures up to so much larger than the largest of training are answered whole, as those were."""
_CALIBRATED = 200_000
"""Pixels that the temperature is fitted to, at most."""


_PLAIN = ("loss", "focus", "border_weights", "upsampling", "ground", "dividing")


@dataclass(frozen=True, kw_only=True)
class Segment(Task):
    """Semantic segmentation: a network that answers for every pixel, and a loss that leaves void pixels out."""

    name: ClassVar[str] = "segment"
    monitor: ClassVar[str] = "mean_iou"
    family: ClassVar[str] = "segment"
    wording: ClassVar[Wording] = pixel_wording
    places: ClassVar[bool] = True
    masked: ClassVar[bool] = True
    chunk: ClassVar[int] = 8
    effort: ClassVar[float] = 4.0
    plain: ClassVar[str] = "unet-slim"
    styles: ClassVar[tuple[str, ...]] = ("overlay", "outline", "map")

    class_weights: tuple[float, ...] = ()
    """Weight of each class in cross-entropy and focal; empty: all the same."""
    loss: str = "cross-entropy+dice"
    """See `miwake.segmentation.losses.loss`."""
    focus: float = 2.0
    border_weights: float = 0.0
    """w0 of Ronneberger 2015, equation 2."""
    upsampling: Upsampling = "bilinear"
    ground: int | None = None
    """The class that is no thing, such as `background`."""
    dividing: int | None = None
    """The class that parts things, such as `membrane`."""
    usual: tuple[int, int] | None = None
    """Height and width of the usual training picture, which was brought to the size that the network sees."""
    largest: tuple[int, int] | None = None
    """Greatest height and width of the training pictures; much larger ones are answered in tiles, at the same scale."""

    @staticmethod
    def toy(folder: Path) -> Path:
        """Squares and discs, with masks and a legend."""
        from miwake.data import segmentation

        return segmentation.toy(folder)

    @classmethod
    def adopt(cls, dataset: Dataset) -> Dataset:
        """Nothing else has a class for every pixel.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            f"--task is segment, but {dataset.name} has the shape of '{dataset.task}': no pixel has a class.",
            expected="pictures with a mask each: images/ beside masks/, a CSV with columns path and mask, or COCO",
            todo=f"add masks, or --task {dataset.task}.",
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
        """So that every split has every class, see `miwake.data.split_pixels`."""
        return split_pixels(dataset, options, seed, identity)

    @classmethod
    def foresee(cls, dataset: Dataset, options: EvaluateOptions) -> tuple[Note, ...]:
        """Flags of other tasks are refused."""
        for flag, value in (
            ("cost", options.cost),
            ("unknown-cost", options.unknown_cost),
            ("false-alarms", options.false_alarms),
            ("taxonomy", options.taxonomy),
        ):
            if value is not None:
                raise UsageError(f"--{flag} is not for --task segment.", todo=f"leave --{flag} away.")
        if dataset.legend is None:
            raise DataError(f"{dataset.name} has no classes of pixels.", expected="pictures with a mask each")
        return check_masks(dataset)

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> Segment:
        """Classes are the data set's; one that is called background, or membrane, is known by that."""
        ground, dividing = named(dataset.classes)
        return cls(classes=dataset.classes, ground=ground, dividing=dividing)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Segment:
        """The inverse of `to_json`."""
        values: dict[str, Any] = {name: data[name] for name in _PLAIN}
        values |= {name: tuple(data[name]) for name in ("classes", "class_weights")}
        values |= {name: None if data[name] is None else tuple(data[name]) for name in ("usual", "largest")}
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        pairs = {name: getattr(self, name) for name in ("usual", "largest")}
        return {
            "classes": list(self.classes),
            "class_weights": list(self.class_weights),
            **{name: getattr(self, name) for name in _PLAIN},
            **{name: None if pair is None else list(pair) for name, pair in pairs.items()},
        }

    def build(self, architecture: str, *, channels: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
        """A network with an output for each class of each pixel."""
        return networks.build_dense(
            architecture,
            channels=channels,
            classes=len(self.classes),
            size=size,
            dropout=dropout,
            upsampling=self.upsampling,
        )

    def backbone(self, model: nn.Module) -> nn.Module:
        """The part that a classifier's weights fit."""
        assert isinstance(model, Dense)
        return model.backbone()

    def groups(self, model: nn.Module) -> list[list[str]]:
        """The backbone's layers from the input up, then all that is new."""
        assert isinstance(model, Dense)
        return networks.dense_groups(model)

    def targets(self, dataset: Dataset) -> Tensor:
        """(N) zeros: what is to be learnt lies in the masks."""
        return torch.zeros(len(dataset), dtype=torch.int64)

    def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        """The loss of a batch's pixels."""
        assert batch.masks is not None
        return {"loss": self._loss(model(batch.pictures).float(), batch.masks)}

    def _loss(self, logits: Tensor, masks: Tensor) -> Tensor:
        weights = None
        if self.border_weights:
            between = self.dividing if self.dividing is not None else self.ground or 0
            weights = border_weights(masks, ground=between, most=self.border_weights)
        return losses.loss(
            logits,
            masks,
            name=self.loss,
            class_weights=self.class_weights,
            focus=self.focus,
            pixel_weights=weights,
        )

    def phases(self, *, pretrained: bool, stages: Sequence[tuple[str, int]] = ()) -> tuple[Phase, ...]:
        """Everything, all the time; rates of a backbone that knows something fall towards the input."""
        if not pretrained:
            return (Phase(name="train"),)
        return (Phase(name="all", turns=(Turn(name="all", layer_decay=0.85),)),)

    def meter(self) -> PixelMeter:
        """Mean IoU and loss."""
        return PixelMeter(len(self.classes))

    def kept(self, outputs: Tensor) -> NDArray[Any]:
        """The class of each pixel, and the logits of some; see `miwake.segmentation.kept`."""
        return keep(outputs)

    def tiled(self, size: tuple[int, int], seen: tuple[int, int]) -> tuple[int, int] | None:
        """Larger pictures than training had are scaled as those were, and answered in tiles."""
        if self.usual is None or self.largest is None:
            return None
        if all(side <= _WITHIN * most for side, most in zip(size, self.largest, strict=True)):
            return None
        scaled = [max(1, round(side * s / u)) for side, s, u in zip(size, seen, self.usual, strict=True)]
        return scaled[0], scaled[1]

    def scores(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """(B) the mean logit of a class over the pixels that were given it; over all pixels, where none was."""
        of_class = outputs.gather(1, targets[:, None, None, None].expand(-1, 1, *outputs.shape[2:]))[:, 0]
        chosen = (outputs.argmax(1) == targets[:, None, None]).to(of_class.dtype)
        chosen = torch.where(chosen.sum((1, 2), keepdim=True) > 0, chosen, torch.ones_like(chosen))
        return (of_class * chosen).sum((1, 2)) / chosen.sum((1, 2))

    def losses(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """There is none without masks.

        Raises:
            UsageError: always.
        """
        raise UsageError("Attacks are for --task classify and anomaly.", expected="a run of those")

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
        """A temperature, fitted on pixels of the validation pictures (Guo 2017)."""
        assert dataset is not None
        assert rows is not None
        logits, truth = [], []
        for kept, row in zip(outputs, rows.tolist(), strict=True):
            true = truths(read_classes(dataset, row), kept["classes"].shape)
            counted = true != VOID
            logits.append(kept["logits"][:, counted].T)
            truth.append(true[counted])
        if not logits:
            raise DataError("No pictures for validation.", expected="some, to calibrate with")
        every, true = np.concatenate(logits), np.concatenate(truth)
        step = max(1, len(every) // _CALIBRATED)
        return {"temperature": fit_temperature(every[::step], true[::step].astype(np.int64))}, {}

    def decided(
        self, rows: Sequence[Mapping[str, str]], header: Calibrated, options: EvaluateOptions
    ) -> dict[str, Any]:
        """There is nothing to decide.

        Raises:
            UsageError: always.
        """
        raise UsageError("--cost and --false-alarms are not for --task segment.", todo="leave them away.")

    def answers(
        self,
        outputs: NDArray[Any],
        paths: Sequence[str],
        header: Calibrated,
        *,
        sizes: Sequence[tuple[int, int]] | None = None,
    ) -> list[Prediction]:
        """Classes, shares and regions; without sizes these are in places of the map."""
        temperature = float(header.calibration.get("temperature", 1.0))
        found: list[Prediction] = []
        for number, path in enumerate(paths):
            kept, shares = outputs[number], chances(outputs[number]["logits"], temperature)
            size = kept["classes"].shape if sizes is None else sizes[number]
            found.append(self._answer(path, kept["classes"], shares.max(0), shares.mean((1, 2)), size))
        return found

    def _answer(
        self,
        path: str,
        classes: NDArray[np.uint8],
        sure: NDArray[np.floating],
        shares: NDArray[np.floating],
        size: tuple[int, int],
    ) -> Segmentation:
        counts = np.bincount(classes.reshape(-1), minlength=len(self.classes))
        order = [number for number in np.argsort(-counts, kind="stable").tolist() if counts[number]]
        there = [number for number in order if counts[number] >= THERE * classes.size]
        return Segmentation(
            path=path,
            label=";".join(self.classes[number] for number in there),
            probability=float(sure.mean()),
            probabilities=tuple(float(share) for share in shares),
            classes=classes,
            areas=tuple(round(float(count) * size[0] * size[1] / classes.size) for count in counts),
            regions=regions(classes, sure, (int(size[0]), int(size[1])), self.classes, ground=self.ground),
        )

    def leaving(self, header: Calibrated) -> Leaving:
        """The class of each pixel, how sure it is at a grid of places, and the classes' shares."""
        temperature = float(header.calibration.get("temperature", 1.0))
        return Leaving(
            module=PixelsChosen(temperature),
            outputs={
                "classes": "number of the class of each pixel (h, w), laid evenly over the picture, uint8",
                "sure": "calibrated probability of that class at a coarse grid of places, float32",
                "probabilities": "share of the picture that each class is expected to take, float32",
            },
        )

    def arrived(self, found: Mapping[str, NDArray[Any]], paths: Sequence[str]) -> list[Prediction]:
        """The answers that an exported file gave; regions are in places of the map."""
        return [
            self._answer(path, classes, sure, shares, classes.shape)
            for path, classes, sure, shares in zip(
                paths, found["classes"], found["sure"].astype(np.float64), found["probabilities"], strict=True
            )
        ]

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
    ) -> PixelEvaluation:
        """Figures of the answers at the masks' own size."""
        return compared(
            outputs["classes"],
            dataset,
            rows,
            split=split,
            dividing=self.dividing,
            temperature=float(header.calibration.get("temperature", 1.0)),
            options=options,
        )

    def renamed(self, dataset: Dataset) -> Dataset:
        """The model's classes in the model's order.

        Raises:
            DataError: there are classes that the model does not know.
        """
        strange = [name for name in dataset.classes if name not in self.classes]
        if strange or dataset.legend is None:
            raise DataError(
                f"The model does not know the class{'es' if len(strange) > 1 else ''} {', '.join(strange[:10])}.",
                expected=f"classes among {', '.join(self.classes[:10])}{', …' if len(self.classes) > 10 else ''}",
                todo="name them in a legend as they were named in training, or say --void CLASS.",
            )
        meant = dict(zip(dataset.classes, dataset.legend.values, strict=True))
        legend = replace(dataset.legend, values=tuple(meant.get(name, ()) for name in self.classes))
        return replace(dataset, classes=self.classes, legend=legend)

    def foremost(self, answer: Prediction) -> str:
        """The largest thing, or what the ground is called where there is none."""
        assert isinstance(answer, Segmentation)
        there = [number for _, _, number in largest(answer, self.classes)]
        things = [number for number in there if number != self.ground] or there or [0]
        return self.classes[things[0]]

    def truth(self, dataset: Dataset, row: int) -> str:
        """Nothing in one word: a mask."""
        return ""

    def right(self, label: str | None, true: str) -> bool:
        """No single word is right or wrong: `judge` says how good the pixels are."""
        return True

    def columns(self, *, scale: float | None = None) -> tuple[str, ...]:
        """Of `row`."""
        return table_columns(self.classes, scale)

    def row(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """The classes that are there, how sure, the largest region, and each class's area."""
        assert isinstance(answer, Segmentation)
        return table_row(answer, self.classes, scale)

    def described(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """Each class's area and share, and all regions."""
        assert isinstance(answer, Segmentation)
        return told(answer, self.classes, scale)

    def line(self, answer: Prediction, language: Language) -> str:
        """How sure, and the largest classes with their shares."""
        assert isinstance(answer, Segmentation)
        parts = [f"{clean(name)} {100 * share:.0f}%" for name, share, _ in largest(answer, self.classes)[:3]]
        text = shorten(", ".join(parts), 44)
        return f"{100 * answer.probability:5.1f}%  {text}{' ' * (44 - cells(text))}"

    def apart(self, one: Prediction, other: Prediction) -> float:
        """How far two answers lie apart: in the probabilities, and in the share of pixels that have another class."""
        assert isinstance(one, Segmentation)
        assert isinstance(other, Segmentation)
        if one.classes.shape != other.classes.shape:
            return float("inf")
        pixels = float((one.classes != other.classes).mean())
        # of thousands of pixels some lie on the edge between two classes
        gaps = [abs(a - b) for a, b in zip(one.probabilities, other.probabilities, strict=True)]
        return max([pixels if pixels > THERE else 0.0, *gaps])

    def best_is(self, answer: Prediction, truth: str) -> bool:
        """Unknown without its mask, so that it is never a reason to prefer one file to another."""
        return True

    def draw(self, picture: NDArray[np.uint8], prediction: Prediction, *, style: str = "auto") -> NDArray[np.uint8]:
        """The classes' colours over the picture, lines around things, or the map alone; with a key of what is there."""
        if not isinstance(prediction, Segmentation):
            return draw.keyed(coloured(picture), [(prediction.label or "?", None)])
        colours = draw.palette(len(self.classes), self.ground)
        way = {"outline": draw.outlined, "map": draw.mapped}.get(style, draw.overlaid)
        shown = way(picture, prediction.classes, colours, self.ground)
        entries: list[tuple[str, tuple[int, int, int] | None]] = []
        for name, share, number in largest(prediction, self.classes)[:8]:
            red, green, blue = colours[number].tolist()
            entries.append((f"{name} {100 * share:.0f}%", (red, green, blue)))
        return draw.keyed(shown, entries)
