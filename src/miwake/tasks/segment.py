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
from miwake.data.classmap import read_classes
from miwake.data.config import DataOptions
from miwake.data.masks import check_masks
from miwake.data.proposal import Meaning
from miwake.data.split import SplitReport
from miwake.data.split_pixels import split_pixels
from miwake.errors import DataError, UsageError
from miwake.evaluation import fit_temperature, pixel_wording
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.segmentation import PixelEvaluation
from miwake.networks.dense import Dense, Upsampling
from miwake.segmentation import losses
from miwake.segmentation.borders import border_weights
from miwake.segmentation.kept import keep, truths
from miwake.tasks.phases import Phase, Turn
from miwake.tasks.pixel_answers import PixelAnswers
from miwake.tasks.pixels import (
    PixelMeter,
    compared,
    named,
)
from miwake.tasks.protocols import Calibrated, Wording
from miwake.types import VOID, Batch, Dataset, Legend, Note

_WITHIN = 1.25
"""Pictures up to so much larger than the largest of training are answered whole, as those were."""
_AT_ONCE = 1 << 21
"""Pixels that are answered at once, at most."""
_CALIBRATED = 200_000
"""Pixels that the temperature is fitted to, at most."""


_PLAIN = ("loss", "focus", "border_weights", "upsampling", "ground", "dividing")


@dataclass(frozen=True, kw_only=True)
class Segment(PixelAnswers):
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
    dividing: int | None = None
    """The class that parts things, such as `membrane`."""
    usual: tuple[int, int] | None = None
    """Height and width of the usual training picture, which was brought to the size that the network sees."""
    largest: tuple[int, int] | None = None
    """Greatest height and width of the training pictures; much larger ones are answered in tiles, at the same scale."""
    legend: Legend | None = None
    """What values in the training masks meant; None where outlines were drawn, which name their categories, and in
    files of old."""

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
        legend = None if dataset.legend is None or dataset.legend.outlines else dataset.legend
        return cls(classes=dataset.classes, ground=ground, dividing=dividing, legend=legend)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Segment:
        """The inverse of `to_json`."""
        values: dict[str, Any] = {name: data[name] for name in _PLAIN}
        values |= {name: tuple(data[name]) for name in ("classes", "class_weights")}
        values |= {name: None if data[name] is None else tuple(data[name]) for name in ("usual", "largest")}
        legend = data.get("legend")
        return cls(**values, legend=None if legend is None else Legend.from_json(legend))

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        pairs = {name: getattr(self, name) for name in ("usual", "largest")}
        return {
            "classes": list(self.classes),
            "class_weights": list(self.class_weights),
            **{name: getattr(self, name) for name in _PLAIN},
            **{name: None if pair is None else list(pair) for name, pair in pairs.items()},
            "legend": None if self.legend is None else self.legend.to_json(),
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
        return (Phase(name="all", turns=(Turn(name="all", layer_decay=0.75),)),)

    def meter(self) -> PixelMeter:
        """Mean IoU and loss."""
        return PixelMeter(len(self.classes))

    def meant(self) -> Meaning | None:
        """So that other masks of the same kind need no legend."""
        return None if self.legend is None else Meaning(classes=self.classes, legend=self.legend)

    def kept(self, outputs: Tensor) -> NDArray[Any]:
        """The class of each pixel, and the logits of some; see `miwake.segmentation.kept`."""
        return keep(outputs)

    def at_once(self, size: tuple[int, int]) -> int:
        """As many as fit the memory: a network for every pixel keeps its features at full size."""
        return max(1, min(self.chunk, _AT_ONCE // (size[0] * size[1])))

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
            [kept["classes"] for kept in outputs],
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
