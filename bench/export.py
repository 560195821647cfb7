"""Answers of an exported file: what `predict` computes with after `miwake export`, against eager PyTorch.

Pictures lie in memory, fitted already; normalisation is part of every way. Ways take turns, all on the same two cores.
8-bit numbers are calibrated on noise here, which does not change how long they take; what they cost in accuracy is a
run's own matter, and judged by `miwake export`.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import numpy as np
import torch
from harness import Line, Load, arguments, report, settings

from miwake.exporting import latency
from miwake.exporting.file import parts, put_together
from miwake.exporting.smaller import to_int8
from miwake.networks import imagenet
from miwake.prediction import Predictor
from miwake.run import Header
from miwake.runtime import installed, start
from miwake.tasks.classify import Classify

NETWORKS = ("efficientnet_lite0", "resnet50")
FASTER = 3.0
NEAR = 1.1


def opened(network: str) -> Predictor:
    """A network of 1,000 classes at 224 pixels; ResNet-50 with random weights, which take as long as others."""
    if network == "efficientnet_lite0":
        return Predictor.open("imagenet", "cpu")
    task = Classify(classes=tuple(map(str, range(1000))))
    shape = imagenet.INSTALLED_PREPROCESSING
    torch.manual_seed(0)
    model = task.build(network, channels=3, size=shape.size, dropout=None)
    header = Header(task=task.name, settings=task.to_json(), architecture=network, preprocessing=shape)
    return Predictor(model, header, torch.device("cpu"))


def ways(predictor: Predictor) -> dict[str, latency.Way]:
    """All that `miwake export` times, and 8-bit numbers."""
    shape = predictor.header.preprocessing
    stored = (*shape.stored, shape.channels)
    noise = np.random.default_rng(0).integers(0, 256, (settings(quick=4, usual=32), *stored), dtype=np.uint8)
    made = parts(predictor)
    full = put_together(made, made.network, model="", precision="fp32")
    small = put_together(made, to_int8(made.network, noise), model="", precision="int8")
    found = {"eager": latency.eager(predictor), "onnx fp32": latency.exported(start("onnx", full))}
    found["onnx int8"] = latency.exported(start("onnx", small))
    if installed("openvino"):
        found["openvino fp32"] = latency.exported(start("openvino", full, stored=stored))
        found["openvino int8"] = latency.exported(start("openvino", small, stored=stored))
    whole = settings(quick=None, usual=latency.compiled(predictor))
    return found if whole is None else {**found, "compiled": whole}


def measure(network: str) -> list[Line]:
    """A line for each way, and one for the choice."""
    predictor = opened(network)
    shape = predictor.header.preprocessing
    rounds = arguments().rounds or settings(quick=1, usual=5, long=15)
    stretch = settings(quick=0.1, usual=1.0, long=2.0)
    with Load() as load:
        found, _ = latency.measure(ways(predictor), (*shape.stored, shape.channels), rounds=rounds, stretch=stretch)
    names = list(dict.fromkeys(timing.way for timing in found))
    chosen = latency.fastest(found, [name for name in names if name == "eager" or name.endswith("fp32")])
    table = []
    for batch in latency.BATCHES:
        at = {timing.way: timing for timing in found if timing.batch == batch}
        best = min(timing.median for timing in at.values())
        for name in names:
            timing = at[name]
            asked, reached = "", f"{at['eager'].median / timing.median:.2f} × eager"
            if name == chosen:
                asked = (f"≥ {FASTER:g} × eager; " if batch == 1 else "") + f"≤ {NEAR:g} × the best's time"
                reached += f"; {timing.median / best:.2f} × the best's time; chosen"
            detail = f"{timing.median:.1f} ms ({timing.low:.1f} to {timing.high:.1f}), {timing.calls} calls"
            table.append(Line(f"{network} × {batch}, {name}", asked, reached, detail))
    print(f"{network}: other programs took {100 * load.share:.0f}% of the machine.")
    return table


def versions() -> str:
    """Of what computes."""
    found = []
    for name in ("torch", "onnxruntime", "openvino"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    """Measure."""
    cases = settings(quick=NETWORKS[:1], usual=NETWORKS)
    table = [line for network in cases for line in measure(network)]
    note = "Medians, and between which a half of the calls lay. The choice is among ways that give the same answers."
    report("export", "An exported file", table, notes=[note], versions=versions())


if __name__ == "__main__":
    main()
