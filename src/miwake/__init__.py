"""Miwake (見分け): from a folder of pictures to a model that you can trust, understand and use anywhere.

    import miwake as mw

    run = mw.train("photos/")
    for answer in mw.predict(run, ["new.jpg"]):
        print(answer.path, answer.label, answer.probability)

Each verb of the command line is a function here; nothing heavy is loaded until one of them is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from miwake.version import __version__ as __version__

if TYPE_CHECKING:
    from miwake.anomaly.config import AnomalyOptions
    from miwake.augment.config import Augmentation
    from miwake.data.config import DataOptions
    from miwake.data.source import open_dataset
    from miwake.errors import MiwakeError
    from miwake.evaluation.config import EvaluateOptions
    from miwake.explanation.config import ExplainOptions
    from miwake.exporting.config import ExportOptions
    from miwake.look.words import told
    from miwake.networks.config import ModelOptions
    from miwake.prediction import Predictor
    from miwake.robustness.config import AttackOptions
    from miwake.run import Run, open_run
    from miwake.segmentation.config import SegmentOptions
    from miwake.serving.config import ServeOptions
    from miwake.training.config import AugmentOptions, Training
    from miwake.types import Batch, Dataset, Figure, Oddity, Prediction, Preprocessing, Region, Sample, Segmentation
    from miwake.verbs.attack import attack
    from miwake.verbs.cache import cache
    from miwake.verbs.check import check
    from miwake.verbs.demo import demo
    from miwake.verbs.evaluate import evaluate
    from miwake.verbs.explain import explain
    from miwake.verbs.export import export
    from miwake.verbs.lesson import lesson
    from miwake.verbs.models import models
    from miwake.verbs.predict import predict
    from miwake.verbs.serve import serve
    from miwake.verbs.train import train
    from miwake.verbs.watch import watch
    from miwake.watching.config import WatchOptions
    from miwake.watching.events import Happening, Sighting

_HOMES = {
    "AnomalyOptions": "anomaly.config",
    "AttackOptions": "robustness.config",
    "AugmentOptions": "training.config",
    "Augmentation": "augment.config",
    "Batch": "types",
    "DataOptions": "data.config",
    "Dataset": "types",
    "EvaluateOptions": "evaluation.config",
    "ExplainOptions": "explanation.config",
    "ExportOptions": "exporting.config",
    "Figure": "types",
    "Happening": "watching.events",
    "MiwakeError": "errors",
    "ModelOptions": "networks.config",
    "Oddity": "types",
    "Segmentation": "types",
    "SegmentOptions": "segmentation.config",
    "Prediction": "types",
    "Predictor": "prediction",
    "Preprocessing": "types",
    "Region": "types",
    "Run": "run",
    "Sample": "types",
    "ServeOptions": "serving.config",
    "Sighting": "watching.events",
    "Training": "training.config",
    "WatchOptions": "watching.config",
    "attack": "verbs.attack",
    "cache": "verbs.cache",
    "check": "verbs.check",
    "demo": "verbs.demo",
    "evaluate": "verbs.evaluate",
    "lesson": "verbs.lesson",
    "explain": "verbs.explain",
    "export": "verbs.export",
    "models": "verbs.models",
    "open_dataset": "data.source",
    "open_run": "run",
    "predict": "verbs.predict",
    "serve": "verbs.serve",
    "told": "look.words",
    "train": "verbs.train",
    "watch": "verbs.watch",
}

__all__ = [
    "AnomalyOptions",
    "AttackOptions",
    "AugmentOptions",
    "Augmentation",
    "Batch",
    "DataOptions",
    "Dataset",
    "EvaluateOptions",
    "ExplainOptions",
    "ExportOptions",
    "Figure",
    "Happening",
    "MiwakeError",
    "ModelOptions",
    "Oddity",
    "Prediction",
    "Predictor",
    "Preprocessing",
    "Region",
    "Run",
    "Sample",
    "SegmentOptions",
    "Segmentation",
    "ServeOptions",
    "Sighting",
    "Training",
    "WatchOptions",
    "attack",
    "cache",
    "check",
    "demo",
    "evaluate",
    "explain",
    "export",
    "lesson",
    "models",
    "open_dataset",
    "open_run",
    "predict",
    "serve",
    "told",
    "train",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
