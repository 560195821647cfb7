"""A folder of JPEG files to a CSV of answers: ours, and timm's and torchvision's way with as many workers as cores.

Both use the same network in 32-bit floats, batches of 64; the bound is the bare network, folded, on a batch that lies
in memory, with our settings. Each way lives in a process of its own, so that its allocator and threads are its own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import timm
import torch
from environments import Worker
from harness import Line, Rounds, arguments, compare, data_set, ratios, report, settings, show

NETWORKS = {
    "efficientnet_lite0": ("tf_efficientnet_lite0", settings(quick=8, usual=228)),
    "resnet50": ("resnet50", settings(quick=4, usual=64)),
}
"""Name here, name at timm, and how many photographs a round takes."""


def measure(name: str, at_timm: str, files: list[Path], rounds: int) -> Line:
    """One network's line."""
    asked = {"files": [str(file) for file in files], "batch": 64}
    with (
        Worker("miwake", "predict", {**asked, "network": name}) as ours,
        Worker("torch", "predict", {**asked, "network": at_timm}) as plain,
    ):

        def seconds(worker: Worker, way: str) -> Callable[[], float]:
            return lambda: float(worker.ask(way=way)["seconds"])

        ways = {"ours": seconds(ours, "files"), "timm": seconds(plain, "files"), "bare": seconds(ours, "bare")}
        found: dict[str, Rounds] = compare(ways, rounds=rounds, most=2)
    rate = Rounds([len(files) / taken for taken in found["ours"].values])
    return Line(
        f"{name}, {len(files)} photographs",
        "≥ 2 × the best rival; ≥ 0.9 of the bare network",
        f"{show(ratios(found['timm'], found['ours']), '{:.2f}')} × timm's way; "
        f"{show(ratios(found['bare'], found['ours']), '{:.2f}')} of the bare network",
        f"{rounds} rounds; {show(rate, '{:.1f}')} a second",
    )


def main() -> None:
    """Measure."""
    photographs = [*sorted((data_set("coco-128")).rglob("*.jpg")), *sorted((data_set("imagenet-100")).rglob("*.JPEG"))]
    rounds = arguments().rounds or settings(quick=1, usual=3)
    lines = [measure(name, at_timm, photographs[:count], rounds) for name, (at_timm, count) in NETWORKS.items()]
    report("predict", "Predict", lines, versions=f"timm {timm.__version__}, torch {torch.__version__}")


if __name__ == "__main__":
    main()
