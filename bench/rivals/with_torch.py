"""PyTorch with timm and torchvision, as their own training scripts go about it; runs in the project's environment."""

from __future__ import annotations

import csv
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import say
import timm
import torch
import torchway as way
from PIL import Image
from timm.data import create_transform, resolve_data_config
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset


def fit(model: nn.Module, loaders: dict[str, way.Batches], asked: say.Asked) -> say.Asked:
    """A plain loop; bfloat16 by autocast where the processor computes in it."""
    curve = say.Curve(asked)
    adam, cycle = way.optimizer(model, asked, asked["epochs"] * len(loaders["train"]))
    for _ in range(asked["epochs"]):
        model.train()
        for pictures, labels in loaders["train"]:
            with torch.autocast("cpu", torch.bfloat16, enabled=asked["bf16"]):
                loss = functional.cross_entropy(model(way.last(pictures)), labels, label_smoothing=asked["smoothing"])
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            adam.step()
            cycle.step()
        curve.mark(way.accuracy(model, loaders["val"]))
    return {"curve": curve.points, "test": way.accuracy(model, loaders["test"])}


def transfer(asked: say.Asked) -> say.Asked:
    """A folder of photographs from ImageNet's weights."""
    loaders = way.folders(asked)
    classes = len(loaders["train"].dataset.classes)  # type: ignore[attr-defined]
    return fit(way.network(asked, classes), loaders, asked)


def mnist(asked: say.Asked) -> say.Asked:
    """MNIST with the network that Miwake takes."""
    return fit(way.small(asked), way.digits(asked), asked)


def step(asked: say.Asked) -> say.Asked:
    """A worker that times training steps on a batch in memory: eager, PyTorch's defaults."""
    torch.manual_seed(0)
    model = timm.create_model(asked["network"], num_classes=10).train()
    sgd = torch.optim.AdamW(model.parameters(), lr=1e-4)
    pictures, labels = torch.randn(asked["batch"], 3, 224, 224), torch.randint(0, 10, (asked["batch"],))

    def work(what: say.Asked) -> say.Asked:
        start = time.monotonic()
        for _ in range(what["steps"]):
            with torch.autocast("cpu", torch.bfloat16, enabled=asked["bf16"]):
                loss = functional.cross_entropy(model(pictures), labels)
            sgd.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            sgd.step()
        return {"step": (time.monotonic() - start) / what["steps"]}

    return say.serve(asked, work)


@torch.inference_mode()
def latency(asked: say.Asked) -> say.Asked:
    """A worker that times answers to pictures in memory: eager, PyTorch's defaults."""
    model = timm.create_model(asked["network"]).eval()

    def work(what: say.Asked) -> say.Asked:
        pictures = torch.randint(0, 256, (what["batch"], 3, 224, 224), dtype=torch.uint8)
        times, before = [], 0
        for number in range(what["calls"] + 2):
            if number == 2:  # the first two warm up
                before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            start = time.monotonic()
            model((pictures.float() / 255 - 0.5) / 0.25)
            times.append(time.monotonic() - start)
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
        return {"times": times[2:], "faults": faults / what["calls"]}

    return say.serve(asked, work)


class Files(Dataset[tuple[Tensor, str]]):
    """Picture files through timm's transform."""

    def __init__(self, files: list[str], transform: Callable[[Image.Image], Tensor]) -> None:
        self.files, self.transform = files, transform

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, row: int) -> tuple[Tensor, str]:
        return self.transform(Image.open(self.files[row]).convert("RGB")), self.files[row]


@torch.inference_mode()
def predict(asked: say.Asked) -> say.Asked:
    """A worker that answers files as timm's `inference.py` does: DataLoader with workers, top-1 to a CSV."""
    model = timm.create_model(asked["network"]).eval().to(memory_format=torch.channels_last)
    files = Files(asked["files"], create_transform(**resolve_data_config({}, model=model)))

    def work(what: say.Asked) -> say.Asked:
        start, rows = time.monotonic(), list[tuple[str, int, float]]()
        for pictures, names in DataLoader(files, batch_size=asked["batch"], num_workers=os.cpu_count() or 1):
            chances, best = model(way.last(pictures)).softmax(1).max(1)
            rows += zip(names, best.tolist(), chances.tolist(), strict=True)
        with (Path(asked["scratch"]) / "answers.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        return {"seconds": time.monotonic() - start}

    return say.serve(asked, work)


if __name__ == "__main__":
    say.main(transfer=transfer, mnist=mnist, step=step, latency=latency, predict=predict)
