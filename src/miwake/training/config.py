"""What can be asked of training, and what was chosen where nothing was asked."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Literal

from miwake.errors import UsageError
from miwake.robustness.strength import LEVELS, parse_strength

Precision = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True, kw_only=True)
class Training:
    """How to train. Every `auto` is chosen for the data and the machine, and said."""

    epochs: int | None = None
    """Passes over the training pictures; left away, as many as fit the time."""
    time_limit: str | None = None
    """Time for the whole command, such as 90s, 10m or 2h; left away, a few minutes for a few thousand pictures."""
    batch_size: int | None = None
    """Pictures a step."""
    optimizer: Literal["auto", "sgd", "adamw"] = "auto"
    """sgd: with Nesterov momentum 0.9."""
    learning_rate: float | None = None
    """At its highest point."""
    find_learning_rate: bool = False
    """Choose the learning rate by a range test before training (Smith 2017)."""
    weight_decay: float | None = None
    """Decoupled for adamw; biases and normalisation are spared."""
    schedule: Literal["auto", "one-cycle", "cosine", "constant"] = "auto"
    """one-cycle: up for the first third, then down to nothing (Smith 2018). cosine: short warm-up, then a cosine."""
    warmup: float | None = None
    """Share of the steps over which the learning rate rises."""
    label_smoothing: float | None = None
    """Share of the target that is spread over the other classes."""
    class_weights: Literal["auto", "none", "balanced"] = "auto"
    """balanced: rare classes count more, as much as they are rarer. auto: balanced where one is 3 times another."""
    average: float | None = None
    """Share of the steps that the moving average of the weights looks back on; 0 is off."""
    clip: float | None = None
    """Largest norm of the gradients; left away, they are not clipped."""
    accumulate: int = 1
    """Batches whose gradients are summed before a step."""
    progressive: float | None = None
    """Share of training on pictures of three quarters of the side, which are quicker to learn from; left away, 0.6 for
    a network that starts from nothing and takes any size, from 48 pixels on."""
    patience: int | None = None
    """Stop early after so many epochs without improvement on validation."""
    robust: str | None = None
    """Learn from pictures that are changed against the model, by at most so many grey levels a pixel: 8/255 or 8; 0.03
    is a share of the whole range."""
    robust_method: Literal["fgsm", "pgd"] = "fgsm"
    """fgsm: one step from a random start (Wong 2020). pgd: several steps (Madry 2018), as many times slower."""
    robust_steps: int = 7
    """Steps of --robust-method pgd."""
    device: str = "auto"
    """cpu, cuda, cuda:1, …"""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """auto: whichever is quicker here for this model, measured before the first step."""
    threads: int | None = None
    """Threads to compute on; left away, one for each core."""
    seed: int = 0
    """Of everything random: splits, weights, order, augmentation."""
    checkpoint_every: float = 30.0
    """Seconds between two checkpoints."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`Training` with every choice made: what the loop follows, and what `--resume` follows again."""

    epochs: int
    batch_size: int
    optimizer: Literal["sgd", "adamw"]
    learning_rate: float
    weight_decay: float
    schedule: Literal["one-cycle", "cosine", "constant"]
    warmup: float
    average: float
    clip: float | None
    accumulate: int
    patience: int | None
    device: str
    precision: Precision
    threads: int
    seed: int
    checkpoint_every: float
    seconds: float | None
    """Time for training from the first step on; None is no limit."""
    robust: float | None = None
    """Grey levels by which the training pictures are changed against the model."""
    robust_method: Literal["fgsm", "pgd"] = "fgsm"
    robust_steps: int = 7
    progressive: float = 0.0
    """Share of training on smaller pictures."""
    judge_every: int = 1
    """Epochs from one judgement on validation to the next; the last epoch is always judged."""


def parse_time(text: str) -> float:
    """Seconds of `90`, `90s`, `10m`, `1.5h` or `1h30m`.

    Raises:
        UsageError: anything else.
    """
    parts = re.fullmatch(r"(?:([\d.]+)h)?(?:([\d.]+)m(?:in)?)?(?:([\d.]+)s?)?", text.strip().lower())
    try:
        if parts and any(parts.groups()):
            hours, minutes, seconds = (float(part or 0) for part in parts.groups())
            total = 3600 * hours + 60 * minutes + seconds
            if total > 0:
                return total
    except ValueError:
        pass
    raise UsageError(f"'{text}' is no length of time.", expected="90s, 10m, 2h or 1h30m", todo="--time-limit 10m")


def check_training(training: Training) -> None:
    """Refuse values that cannot be meant.

    Raises:
        UsageError: names the flag, the value and the range.
    """
    at_least: dict[str, tuple[Any, float]] = {
        "epochs": (training.epochs, 1),
        "batch-size": (training.batch_size, 1),
        "accumulate": (training.accumulate, 1),
        "threads": (training.threads, 1),
        "robust-steps": (training.robust_steps, 1),
        "patience": (training.patience, 1),
        "weight-decay": (training.weight_decay, 0),
        "seed": (training.seed, 0),
        "checkpoint-every": (training.checkpoint_every, 0),
    }
    for flag, (value, low) in at_least.items():
        if value is not None and not low <= value < math.inf:
            raise UsageError(f"--{flag} is {value}.", expected=f"{low:g} or more")
    for flag, value, high in (
        ("label-smoothing", training.label_smoothing, 1.0),
        ("average", training.average, 1.0),
        ("warmup", training.warmup, 1.0),
        ("progressive", training.progressive, 1.0),
    ):
        if value is not None and not 0 <= value < high:
            raise UsageError(f"--{flag} is {value}.", expected=f"0 or more and below {high:g}")
    for flag, value in (("learning-rate", training.learning_rate), ("clip", training.clip)):
        if value is not None and not 0 < value < math.inf:
            raise UsageError(f"--{flag} is {value}.", expected="more than 0")
    if training.robust is not None and parse_strength(training.robust, "robust") > LEVELS / 2:
        raise UsageError(
            f"--robust {training.robust} is more than half of the whole range: every picture could become plain grey.",
            expected="a strength below 127.5/255",
            todo="--robust 8/255",
        )
    if training.time_limit is not None:
        parse_time(training.time_limit)


@dataclass(frozen=True, kw_only=True)
class AugmentOptions:
    """How the training pictures are changed on their way."""

    augment: Literal["auto", "none", "digits", "small", "photo"] = "auto"
    """none, or the set for a kind of picture: digits (pen strokes, print), small (one thing fills the picture),
    photo (the thing may be anywhere and of any size)."""
    augment_strength: float = 1.0
    """Factor on all its strengths."""
    mirror: Literal["auto", "none", "horizontal", "both"] = "auto"
    """Mirrored pictures too: left-right, or upside down as well. auto: tested on the validation pictures."""
    mixup: float | None = None
    """Alpha of mixup; 0 is off."""
    cutmix: float | None = None
    """Alpha of CutMix; 0 is off."""
