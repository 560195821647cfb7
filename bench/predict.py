"""A folder of JPEG files to a CSV of answers: ours, and timm's and torchvision's way with as many workers as cores.

Both use the same network with the same weights in 32-bit floats, batches of 64; the bound is the bare network on a
batch that lies in memory.
"""

from __future__ import annotations

import csv
import os
import tempfile
import time
from pathlib import Path

import timm
import torch
from harness import DATA, Line, Rounds, arguments, compare, ratios, report, settings, show
from PIL import Image
from timm.data import create_transform, resolve_data_config
from torch.utils.data import DataLoader, Dataset

from miwake import machine
from miwake.networks.imagenet import INSTALLED_PREPROCESSING, class_names
from miwake.prediction import Predictor
from miwake.run import Header
from miwake.tasks.classify import Classify
from miwake.types import Prediction

NETWORKS = {
    "efficientnet_lite0": ("tf_efficientnet_lite0", settings(quick=8, usual=228)),
    "resnet50": ("resnet50", settings(quick=4, usual=64)),
}
"""Name here, name at timm, and how many photographs a round takes."""


class Files(Dataset[tuple[torch.Tensor, str]]):
    """Picture files through timm's transform."""

    def __init__(self, files: list[Path], transform: object) -> None:
        self.files, self.transform = files, transform

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, str]:
        return self.transform(Image.open(self.files[row]).convert("RGB")), str(self.files[row])  # type: ignore[operator]


def timms(model: torch.nn.Module, files: list[Path], out: Path) -> float:
    """Seconds of timm's way (its `inference.py`): DataLoader with workers, top-1 to a CSV."""
    start = time.monotonic()
    transform = create_transform(**resolve_data_config({}, model=model))
    loader = DataLoader(Files(files, transform), batch_size=64, num_workers=os.cpu_count() or 1)
    rows = []
    with torch.inference_mode():
        for pictures, names in loader:
            chances, best = model(pictures.to(memory_format=torch.channels_last)).softmax(1).max(1)
            rows += zip(names, best.tolist(), chances.tolist(), strict=True)
    with out.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return time.monotonic() - start


def ours(predictor: Predictor, files: list[Path], out: Path) -> float:
    """Seconds of the Predictor, as `miwake predict --csv` calls it."""
    start = time.monotonic()
    with out.open("w", newline="") as file:
        writer = csv.writer(file)
        for answer in predictor.predict(files):
            assert isinstance(answer, Prediction)
            writer.writerow([answer.path, answer.label, answer.probability])
    return time.monotonic() - start


def bare(model: torch.nn.Module, count: int) -> float:
    """Seconds of the network alone, on a batch in memory."""
    batch = torch.randn(64, 3, 224, 224).to(memory_format=torch.channels_last)
    start = time.monotonic()
    with torch.inference_mode():
        for first in range(0, count, 64):
            model(batch[: min(64, count - first)])
    return time.monotonic() - start


def measure(name: str, at_timm: str, files: list[Path], rounds: int) -> Line:
    """One network's line."""
    model = timm.create_model(at_timm).eval().to(memory_format=torch.channels_last)
    header = Header(
        task="classify",
        settings=Classify(classes=class_names()).to_json(),
        architecture=name,
        preprocessing=INSTALLED_PREPROCESSING,
    )
    predictor = Predictor(model, header, torch.device("cpu"))
    machine.calm_allocator()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "answers.csv"
        ways = {
            "ours": lambda: ours(predictor, files, out),
            "timm": lambda: timms(model, files, out),
            "bare": lambda: bare(model, len(files)),
        }
        found: dict[str, Rounds] = compare(ways, rounds=rounds, most=2)
    rate = Rounds([len(files) / seconds for seconds in found["ours"].values])
    return Line(
        f"{name}, {len(files)} photographs",
        "≥ 2 × the best rival; ≥ 0.9 of the bare network",
        f"{show(ratios(found['timm'], found['ours']), '{:.2f}')} × timm's way; "
        f"{show(ratios(found['bare'], found['ours']), '{:.2f}')} of the bare network",
        f"{rounds} rounds; {show(rate, '{:.1f}')} a second",
    )


def main() -> None:
    """Measure."""
    photographs = [*sorted((DATA / "coco-128").rglob("*.jpg")), *sorted((DATA / "imagenet-100").rglob("*.JPEG"))]
    rounds = arguments().rounds or settings(quick=1, usual=3)
    lines = [measure(name, at_timm, photographs[:count], rounds) for name, (at_timm, count) in NETWORKS.items()]
    report("predict", "Predict", lines, versions=f"timm {timm.__version__}, torch {torch.__version__}")


if __name__ == "__main__":
    main()
