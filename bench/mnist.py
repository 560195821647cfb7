"""MNIST: how long until the accuracy is high, the whole process included.

The last 6,000 training pictures judge the epochs of all ways but Miwake, which keeps 6,000 of its own choice; nothing
is chosen on the test pictures, which are looked at once, at the end. All ways train the network that Miwake takes;
Keras also its own example. Ultralytics is left out: it reads files, and 54,000 of them a few times take it an hour.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from environments import interpreter, versions
from harness import arguments, data_set, report, settings, take_turns
from learning import Learnt, lines, ours, rival

from miwake import machine

SOURCE = data_set("mnist")
MARKS = (0.98, 0.99, 0.992)
LIMIT = settings(quick="20s", usual="120s")
"""What Miwake is given: about as long as a plain epoch of the same network takes two slow cores."""
EPOCHS = settings(quick=1, usual=1, long=2)
EXAMPLE = settings(quick=1, usual=6, long=12)
"""Epochs of Keras's own example, whose network is several times lighter."""
WHAT = {
    "Miwake": f"`--val 0.1 --time-limit {LIMIT}`",
    "PyTorch": f"TensorDataset, DataLoader, AdamW under one cycle, epochs: {EPOCHS}, channels-last",
    "Lightning": "`Trainer` over the same, without logger and checkpoints",
    "fastai": f"`Learner` over the same, `fit_one_cycle({EPOCHS})`, channels-last",
    "Keras": f"on PyTorch, `fit` over arrays, AdamW under a cosine, epochs: {EPOCHS}",
    "Keras, its example": f"the network of its MNIST example, Adam under a cosine, epochs: {EXAMPLE}",
}


def numbers(name: str) -> np.ndarray:
    """Values of an IDX file."""
    raw = gzip.decompress((SOURCE / f"{name}.gz").read_bytes())
    shape = np.frombuffer(raw, ">i4", raw[3], 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def pack(file: Path, few: int | None) -> None:
    """One file of arrays for all rivals, as decoding is not what is compared here."""
    x, y = numbers("train-images-idx3-ubyte"), numbers("train-labels-idx1-ubyte")
    test_x, test_y = numbers("t10k-images-idx3-ubyte"), numbers("t10k-labels-idx1-ubyte")
    np.savez(
        file,
        train_x=x[:-6000][:few],
        train_y=y[:-6000][:few],
        val_x=x[-6000:][:few],
        val_y=y[-6000:][:few],
        test_x=test_x[:few],
        test_y=test_y[:few],
    )


def ways(file: Path) -> dict[str, Callable[[], Learnt]]:
    """Each way as a function that runs it once; rounds differ in their seed."""
    round_of = dict.fromkeys(WHAT, -1)
    bf16 = bool({"avx512_bf16", "amx_bf16"} & set(machine.machine().instructions))
    recipe = {"batch": 128, "rate": 4e-3, "decay": 0.05, "smoothing": 0.0, "bf16": bf16}

    def theirs(name: str, script: str, task: str = "mnist", epochs: int = EPOCHS) -> Callable[[], Learnt]:
        def once() -> Learnt:
            round_of[name] += 1
            return rival(script, task, {**recipe, "digits": str(file), "epochs": epochs, "seed": round_of[name]})

        return once

    def mine() -> Learnt:
        round_of["Miwake"] += 1
        return ours(SOURCE, "--val", "0.1", "--time-limit", LIMIT, "--seed", str(round_of["Miwake"]))

    return {
        "Miwake": mine,
        "PyTorch": theirs("PyTorch", "torch"),
        "Lightning": theirs("Lightning", "lightning"),
        "fastai": theirs("fastai", "fastai"),
        "Keras": theirs("Keras", "keras"),
        "Keras, its example": theirs("Keras, its example", "keras", "example", EXAMPLE),
    }


def main() -> None:
    """Measure."""
    for name in ("fastai", "lightning", "keras"):
        interpreter(name)  # made before the clock runs
    rounds = arguments().rounds or settings(quick=1, usual=1, long=10)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "digits.npz"
        pack(file, settings(quick=2000, usual=None))
        found = take_turns(ways(file), rounds=rounds, warm=0, most=settings(quick=1, usual=1, long=2))
    others = tuple(name for name in WHAT if name != "Miwake")
    ahead = {"Miwake": ("99.2% within 30 s; ≥ 5 × sooner", others, 0.99)}
    report(
        "mnist",
        "MNIST",
        lines(found, marks=MARKS, ahead=ahead, what=WHAT.__getitem__),
        notes=["Seconds are those of the whole process, imports included; accuracies are on validation."],
        versions=f"{versions('fastai', 'fastai', 'torch')}, {versions('lightning', 'lightning')}, "
        f"{versions('keras', 'keras')}",
    )


if __name__ == "__main__":
    main()
