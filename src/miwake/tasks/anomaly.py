"""Is something wrong here? Learnt from good pictures alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from miwake import anomaly, networks
from miwake.anomaly import outline
from miwake.anomaly.method import Detector, Plan
from miwake.data import inspection
from miwake.data.config import DataOptions
from miwake.data.masks import check_masks
from miwake.data.split import SplitReport
from miwake.data.split_good import split_good
from miwake.errors import DataError, UsageError
from miwake.evaluation import oddity_wording
from miwake.evaluation.alarms import Alarms, gather
from miwake.evaluation.config import EvaluateOptions
from miwake.evaluation.costs import read_costs
from miwake.evaluation.oddity import OddityEvaluation, figures
from miwake.look.text import Language, cells, clean, rare, shorten
from miwake.tasks.odd import Decision, OddityMeter, compared, decide
from miwake.tasks.phases import Phase, Turn, alone
from miwake.tasks.protocols import Calibrated, Wording
from miwake.tasks.task import Task
from miwake.types import Batch, Dataset, Note, Oddity, Prediction, Region

_DEFECT = "defect"


@dataclass(frozen=True, kw_only=True)
class Anomaly(Task):
    """Anomaly detection: a score and a heat map, and a threshold that good validation pictures set."""

    name: ClassVar[str] = "anomaly"
    monitor: ClassVar[str] = "fit"
    family: ClassVar[str] = "anomaly"
    wording: ClassVar[Wording] = oddity_wording
    places: ClassVar[bool] = True
    styles: ClassVar[tuple[str, ...]] = ("outline", "heat", "emphasis")

    method: str = "patchcore"
    """A file of `miwake.anomaly.methods`."""
    plan: Plan = field(default_factory=Plan)

    @staticmethod
    def toy(folder: Path) -> Path:
        """Striped parts, some with a spot or a scratch, in MVTec's layout."""
        from miwake.data import mvtec

        return mvtec.toy(folder)

    @classmethod
    def adopt(cls, dataset: Dataset) -> Dataset:
        """Classes of which one is good: it is learnt, and the others are kinds of defects.

        Raises:
            UsageError: there are several labels a picture, or no class that is called after good pictures.
        """
        good = None if dataset.multilabel else inspection.good_class(dataset.classes)
        if good is None or dataset.task not in ("classify", cls.name):
            raise UsageError(
                f"--task is anomaly, but which of the classes of {dataset.name} is good is not to be seen: "
                f"{', '.join(dataset.classes[:8])}.",
                expected="one class that is called good, ok, normal or the like",
                todo="rename it to good.",
            )
        kinds = tuple(name for name in dataset.classes if name != good)
        place = np.array([(good, *kinds).index(name) for name in dataset.classes])
        return replace(
            dataset, task=cls.name, classes=(good, *kinds), targets=place[np.asarray(dataset.targets)].astype(np.int64)
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
        """Only good pictures are learnt from; see `miwake.data.split_good`."""
        return split_good(dataset, options, seed, identity, weighed=weighed)

    @classmethod
    def foresee(cls, dataset: Dataset, options: EvaluateOptions) -> tuple[Note, ...]:
        """Masks and costs that cannot be used fail before the training."""
        if options.taxonomy is not None:
            raise UsageError("--taxonomy is for --task classify.", expected="--cost or --false-alarms")
        cls.foresee_decision(options)
        cls._costs(options)
        if options.cost is not None and len(dataset.classes) < 2:
            raise UsageError(
                f"--cost weighs misses against false alarms, and {dataset.name} shows no defects.",
                expected="pictures of defects too, for validation and test",
                todo="--false-alarms 1/100",
            )
        Decision.asked(options)
        return check_masks(dataset)

    @staticmethod
    def _costs(options: EvaluateOptions) -> tuple[float, float] | None:
        """Of a miss and of a false alarm."""
        costs = read_costs(replace(options, positive=(_DEFECT,)), ("good", _DEFECT))
        return None if costs is None else (costs.matrix[1][0], costs.matrix[0][1])

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> Anomaly:
        """What is good is named as the data names it."""
        return cls(classes=(dataset.classes[0], _DEFECT if dataset.classes[0] != _DEFECT else "odd"))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Anomaly:
        """The inverse of `to_json`."""
        return cls(classes=tuple(data["classes"]), method=str(data["method"]), plan=Plan.from_json(data["plan"]))

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {"classes": list(self.classes), "method": self.method, "plan": self.plan.to_json()}

    def build(self, architecture: str, *, channels: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
        """A detector that has seen nothing; the architecture is that of the network that it looks through."""
        method, network = anomaly.find(self.method), None
        if method.BACKBONE:
            network = networks.build(architecture, channels=channels, classes=1, size=size, dropout=dropout)
        return method.build(self.plan, network, channels=channels, size=size)

    def backbone(self, model: nn.Module) -> nn.Module:
        """The network that it looks through."""
        assert isinstance(model, Detector)
        return model if model.network is None else model.network

    def groups(self, model: nn.Module) -> list[list[str]]:
        """All in one: what learns begins from nothing."""
        return [[name for name, _ in model.named_parameters()]]

    def targets(self, dataset: Dataset) -> Tensor:
        """(N) int64: 0 for good, else a kind of defect."""
        return torch.from_numpy(np.ascontiguousarray(dataset.targets)).long()

    def step(self, model: nn.Module, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        """The loss of good pictures, which a detector gives while it is in training."""
        return {"loss": model(batch.pictures)}

    def losses(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """(B) what a good picture's score has above 0, and what that of a defect lacks."""
        return torch.where(labels == 0, outputs[:, 0], -outputs[:, 0])

    def phases(self, *, pretrained: bool, stages: Sequence[tuple[str, int]] = ()) -> tuple[Phase, ...]:
        """What learns by itself, what learns by gradients, and what learns by itself after that."""
        method = anomaly.find(self.method)
        phases = alone(method.STAGES)
        if method.LEARNS:
            phases += (Phase(name="train", turns=(Turn(parameters=method.LEARNS),), judged=not method.AFTER),)
        phases += alone(method.AFTER)
        return (*phases[:-1], replace(phases[-1], judged=True))

    def meter(self) -> OddityMeter:
        """How odd good validation pictures look, and how well others are told from them where there are any."""
        return OddityMeter()

    def scores(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """(B) how odd the picture is, or how little."""
        return torch.where(targets == 0, -outputs[:, 0], outputs[:, 0])

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
        """What good validation pictures score, and the threshold that follows from that."""
        good = np.asarray(targets) == 0
        if not good.any():
            raise DataError("No good pictures for validation.", expected="some, to set the threshold with")
        of_good = None if groups is None else groups[good]
        alarms = gather(outputs[good, 0], of_good)
        heat = gather(outputs[good, 1:].max(1), of_good)
        chosen = decide(outputs[good, 0], outputs[~good, 0], alarms, heat, options, self._costs(options))
        return {"alarms": alarms.to_json(), "heat": heat.to_json()}, chosen.to_json()

    def decided(
        self, rows: Sequence[Mapping[str, str]], header: Calibrated, options: EvaluateOptions
    ) -> dict[str, Any]:
        """Another threshold."""
        self.foresee_decision(options)
        alarms, heat = (Alarms.from_json(header.calibration[name]) for name in ("alarms", "heat"))
        scores = np.array([float(row["score"]) for row in rows])
        good = np.array([row["true"] == self.classes[0] for row in rows])
        return decide(scores[good], scores[~good], alarms, heat, options, self._costs(options)).to_json()

    @staticmethod
    def foresee_decision(options: EvaluateOptions) -> None:
        """Refuse what sets no threshold.

        Raises:
            UsageError: names the flag.
        """
        if options.unknown_cost is not None:
            raise UsageError("--unknown-cost is for --task classify.", expected="--cost or --false-alarms")
        if options.cost is not None and options.false_alarms is not None:
            raise UsageError("--cost and --false-alarms both set the threshold.", expected="one of them")

    def answers(
        self,
        outputs: NDArray[np.float64],
        paths: Sequence[str],
        header: Calibrated,
        *,
        sizes: Sequence[tuple[int, int]] | None = None,
    ) -> list[Prediction]:
        """Decision, rate of false alarms, heat map and regions; without sizes these are in places of the map."""
        alarms, chosen = Alarms.from_json(header.calibration["alarms"]), Decision.from_json(header.decision)
        rates = alarms.rates(outputs[:, 0])
        found: list[Prediction] = []
        for place, path in enumerate(paths):
            score, rate = float(outputs[place, 0]), float(rates[place])
            heat = (chosen.grid_of(outputs[place, 1:]) / max(chosen.heat, 1e-12)).astype(np.float32)
            odd = score >= chosen.threshold
            regions: tuple[Region, ...] = ()
            if odd:
                size = heat.shape if sizes is None else sizes[place]
                least = min(1.0, 0.8 * float(heat.max()))
                regions = outline.regions(heat, (int(size[0]), int(size[1])), self.classes[1], least=least)
            found.append(
                Oddity(
                    path=path,
                    label=self.classes[int(odd)],
                    probability=1 - rate if odd else rate,
                    probabilities=(rate, 1 - rate),
                    score=score,
                    false_alarms=rate,
                    heat=heat,
                    regions=regions,
                )
            )
        return found

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
    ) -> OddityEvaluation:
        """Figures of pictures, and where there are masks of pixels."""
        chosen = Decision.from_json(header.decision)
        return figures(
            outputs[:, 0],
            np.asarray(dataset.targets)[rows],
            compared(outputs[:, 1:], dataset, rows, chosen),
            classes=dataset.classes,
            split=split,
            threshold=chosen.threshold,
            chosen=chosen.chosen,
            expected=chosen.expected,
            costs=chosen.costs,
            groups=None if dataset.group is None else dataset.group[rows],
            options=options,
        )

    def renamed(self, dataset: Dataset) -> Dataset:
        """The good class as the model calls it; kinds of defects need not be known."""
        return replace(dataset, classes=(self.classes[0], *dataset.classes[1:]))

    def right(self, label: str | None, true: str) -> bool:
        """Whether good is called good, and any defect a defect."""
        return (label == self.classes[0]) == (true == self.classes[0])

    def columns(self, *, scale: float | None = None) -> tuple[str, ...]:
        """Of `row`."""
        names = ("label", "false_alarms", "score", "regions", "left", "top", "right", "bottom", "area")
        return names if scale is None else (*names, "area_mm2")

    def row(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """Label, rate of false alarms, score, and the largest region."""
        assert isinstance(answer, Oddity)
        first = answer.regions[0] if answer.regions else None
        columns: dict[str, Any] = {
            "label": answer.label,
            "false_alarms": f"{answer.false_alarms:.6g}",
            "score": f"{answer.score:.6f}",
            "regions": len(answer.regions),
            **{side: "" if first is None else getattr(first, side) for side in ("left", "top", "right", "bottom")},
            "area": "" if first is None else sum(region.area for region in answer.regions),
        }
        if scale is not None:
            columns["area_mm2"] = "" if first is None else f"{columns['area'] * scale * scale:.4g}"
        return columns

    def described(self, answer: Prediction, *, scale: float | None = None) -> dict[str, Any]:
        """Label, rate of false alarms, score, and all regions."""
        assert isinstance(answer, Oddity)
        return {
            "label": answer.label,
            "false_alarms": float(f"{answer.false_alarms:.6g}"),
            "score": round(answer.score, 6),
            "regions": [
                {
                    "left": region.left,
                    "top": region.top,
                    "right": region.right,
                    "bottom": region.bottom,
                    "area": region.area,
                    **({} if scale is None else {"area_mm2": float(f"{region.area * scale * scale:.4g}")}),
                    "strength": region.strength,
                }
                for region in answer.regions
            ],
        }

    def line(self, answer: Prediction, language: Language) -> str:
        """Rate of false alarms and label."""
        assert isinstance(answer, Oddity)
        rate, label = rare(answer.false_alarms), shorten(clean(answer.label or ""), 20)
        return f"{rate:>7}  {label}{' ' * (20 - cells(label))}"

    def draw(self, picture: NDArray[np.uint8], prediction: Prediction, *, style: str = "auto") -> NDArray[np.uint8]:
        """Outlines, the heat map over the grey picture, or the picture with what is odd raised."""
        if not isinstance(prediction, Oddity):
            shown, text = outline.coloured(picture), f"{prediction.label or '?'}"
        else:
            text = f"{prediction.label}  {rare(prediction.false_alarms)}"
            if style == "heat":
                shown = outline.heated(picture, prediction)
            elif style == "emphasis":
                shown = outline.emphasised(picture, prediction)
            else:
                shown = outline.outlined(picture, prediction, odd=prediction.label != self.classes[0])
        return outline.banded(shown, text)
