"""PyTorch with timm and torchvision, as their own training scripts go about it; runs in the project's environment."""

from __future__ import annotations

import resource
import time

import say
import timm
import torch
import torchway as way
from torch import nn
from torch.nn import functional


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


if __name__ == "__main__":
    say.main(transfer=transfer, mnist=mnist, step=step, latency=latency)
