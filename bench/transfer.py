"""From ImageNet's weights to a folder of photographs: how long until a model is good, the whole process included.

Sign-language digits, divided once (70, 15 and 15% of each class) into a folder that all ways read. With the same
weights of EfficientNet-Lite0 at 128 px: Miwake, fastai, Lightning, and PyTorch with timm and torchvision. Free to
choose: Miwake without any flag but the time; Keras with the network that Miwake takes, layer by layer, and
Ultralytics' smallest classifier, both from scratch at 64 px, since no ImageNet weights of either come in a package.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from environments import interpreter, versions
from harness import arguments, data_set, report, settings, take_turns
from learning import Learnt, lines, ours, rival

from miwake import machine
from miwake.networks.imagenet import installed_weights

SOURCE = data_set("sign-digits") / "Dataset"
SHARES = {"val": 0.15, "test": 0.15, "train": 0.7}
MARKS = (0.90, 0.95, 0.99)
EPOCHS = 4
"""Of the rivals that start from weights; fastai's first one is for the head alone."""
SCRATCH = {"Keras": 12, "Ultralytics": 14}
"""Epochs from scratch: two to four minutes on two slow cores; a longer schedule passes 95% later."""
WHAT = {
    "Miwake": "`--model efficientnet_lite0 --image-size 128`",
    "fastai": f"`vision_learner`, `fine_tune({EPOCHS - 1})` with its defaults, batches of 16, channels-last",
    "Lightning": f"`Trainer`, AdamW under one cycle, {EPOCHS} epochs, without logger and checkpoints",
    "timm": f"ImageFolder, DataLoader, transforms v2, AdamW under one cycle, {EPOCHS} epochs, channels-last",
    "Miwake, free": "`--time-limit 60s`",
    "Keras": f"on PyTorch, Miwake's small network at 64 px from scratch, `fit` over arrays, {SCRATCH['Keras']} epochs",
    "Ultralytics": f"yolo11n-cls at 64 px from scratch, pictures in memory, {SCRATCH['Ultralytics']} epochs",
}


def divide(folder: Path, few: int | None) -> None:
    """`train`, `val` and `test` with a folder a class; at most `few` pictures of each class."""
    for place in sorted(path for path in SOURCE.iterdir() if path.is_dir()):
        files = sorted(file for file in place.iterdir() if not file.name.startswith("."))
        random.Random(place.name).shuffle(files)
        files = files[:few]
        first = 0
        for split, share in SHARES.items():
            last = len(files) if split == "train" else first + round(share * len(files))
            (folder / split / place.name).mkdir(parents=True)
            for file in files[first:last]:
                shutil.copy(file, folder / split / place.name / file.name)
            first = last


def ways(folder: Path, weights: Path) -> dict[str, Callable[[], Learnt]]:
    """Each way as a function that runs it once; rounds differ in their seed."""
    round_of = dict.fromkeys(WHAT, -1)
    bf16 = bool({"avx512_bf16", "amx_bf16"} & set(machine.machine().instructions))
    common = {"folder": str(folder), "weights": str(weights), "cores": machine.cores(), "bf16": bf16, "size": 128}
    recipe = {"batch": 16, "rate": 1e-3, "head": 10, "decay": 0.05, "smoothing": 0.1}
    epochs = settings(quick=1, usual=EPOCHS)

    def seed(name: str) -> int:
        round_of[name] += 1
        return round_of[name]

    def theirs(name: str, script: str, task: str, asked: dict[str, Any]) -> Callable[[], Learnt]:
        return lambda: rival(script, task, {**common, **recipe, **asked, "seed": seed(name)})

    def mine(name: str, *flags: str) -> Callable[[], Learnt]:
        return lambda: ours(folder, *flags, "--seed", str(seed(name)))

    limit = settings(quick=("--epochs", "1"), usual=("--time-limit", "60s"))
    short = settings(quick=("--epochs", "1"), usual=())
    scratch = {
        name: {"size": 64, "batch": 32, "epochs": settings(quick=1, usual=SCRATCH[name]), "rate": 4e-3}
        for name in SCRATCH
    }
    return {
        "Miwake": mine("Miwake", "--model", "efficientnet_lite0", "--image-size", "128", *short),
        "fastai": theirs("fastai", "fastai", "transfer", {"epochs": epochs - 1 or 1}),
        "Lightning": theirs("Lightning", "lightning", "transfer", {"epochs": epochs}),
        "timm": theirs("timm", "torch", "transfer", {"epochs": epochs}),
        "Miwake, free": mine("Miwake, free", *limit),
        "Keras": theirs("Keras", "keras", "scratch", scratch["Keras"]),
        "Ultralytics": theirs("Ultralytics", "ultralytics", "scratch", scratch["Ultralytics"]),
    }


def main() -> None:
    """Measure."""
    for name in ("fastai", "lightning", "keras", "ultralytics"):
        interpreter(name)  # made before the clock runs
    rounds = arguments().rounds or settings(quick=1, usual=1, long=3)
    with tempfile.TemporaryDirectory() as scratch:
        folder, weights = Path(scratch) / "signs", Path(scratch) / "weights.pt"
        divide(folder, settings(quick=30, usual=None))
        torch.save(installed_weights(), weights)
        found = take_turns(ways(folder, weights), rounds=rounds, warm=0, most=settings(quick=1, usual=1, long=2))
    same = ("≥ 10 × sooner", ("fastai", "Lightning", "timm"), 0.0)
    free = ("99% within 60 s", ("fastai", "Lightning", "timm", "Keras", "Ultralytics"), 0.95)
    table = lines(found, marks=MARKS, ahead={"Miwake": same, "Miwake, free": free}, what=WHAT.__getitem__)
    report(
        "transfer",
        "Transfer",
        table,
        notes=["Seconds are those of the whole process, imports and decoding included; accuracies are on validation."],
        versions=", ".join(
            [
                versions("fastai", "fastai", "torch", "torchvision", "timm"),
                versions("lightning", "lightning"),
                versions("keras", "keras"),
                versions("ultralytics", "ultralytics"),
            ]
        ),
    )


if __name__ == "__main__":
    main()
