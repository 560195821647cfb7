"""Every choice that the user left open, made and said before the first step."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from miwake import machine
from miwake.augment.defaults import Kind
from miwake.errors import UsageError
from miwake.robustness.strength import parse_strength
from miwake.tasks.classify import Classify
from miwake.tasks.phases import Phase
from miwake.tasks.task import Task
from miwake.training.config import Recipe, Training, parse_time
from miwake.training.find import find_rate
from miwake.training.job import Job
from miwake.training.probe import Cost, measure
from miwake.training.schedule import cost as share_of_cost
from miwake.types import TRAIN, Dataset, Note

UNEVEN = 3.0
"""Classes are uneven where one has this many times the training pictures of another."""
_FORWARD = 0.35  # cost of a picture that is only looked at, as a share of one that is learnt from
_SLOPE = 0.7  # cost of the gradient by a picture, likewise
_WATCHED = 0.04  # share of the learning's time that judging takes, where it can be less often
_JUDGEMENTS = 12  # that there are in any case


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A recipe, and why it is so."""

    recipe: Recipe
    phases: tuple[Phase, ...]
    cost: Cost
    reasons: tuple[Note, ...]
    short: bool = False
    """Fewer epochs fit the time than make sense."""


def budget(training: Training, pictures: int, effort: float = 1.0) -> float:
    """Seconds that the whole command may take.

    Without a limit of the user's: a good minute for a few hundred training pictures, two and a half for thirteen
    hundred, ten for eight thousand and more.

    Args:
        training: what was asked for.
        pictures: for training.
        effort: how much more time the task takes, see `Task.effort`; twenty minutes are the most.
    """
    if training.time_limit is not None:
        return parse_time(training.time_limit)
    return min(600.0 * min(effort, 2.0), effort * (60.0 + 0.07 * pictures))


def weigh(task: Task, dataset: Dataset, training: Training, kind: Kind) -> tuple[Task, tuple[Note, ...]]:
    """The task with its label smoothing and class weights, and a warning where classes are uneven.

    Digits on an even ground are learnt to the last one, which smoothed labels hinder.
    """
    if not isinstance(task, Classify):
        return task, ()
    smoothing = training.label_smoothing
    usual = 0.0 if task.multilabel or kind == "digits" else 0.1
    task = replace(task, label_smoothing=usual if smoothing is None else smoothing)
    if task.multilabel:
        return task, ()
    counts = np.bincount(dataset.targets[dataset.rows(TRAIN)], minlength=len(task.classes))
    most, least = int(counts.max()), int(counts[counts > 0].min())
    uneven = most >= UNEVEN * least
    if training.class_weights == "none" or (training.class_weights == "auto" and not uneven):
        return task, ()
    weights = _balanced(counts)
    large = task.classes[int(counts.argmax())]
    small = task.classes[int(np.where(counts > 0, counts, most + 1).argmin())]
    reason = Note("train.uneven", {"most": most, "large": large, "least": least, "small": small})
    return replace(task, class_weights=weights), (reason,)


def _balanced(counts: NDArray[np.int64]) -> tuple[float, ...]:
    """Weights as 1/count, with mean 1 over the pictures."""
    present = np.maximum(counts, 1)
    weights = counts.sum() / (np.count_nonzero(counts) * present)
    return tuple(float(weight) for weight in weights)


def draft(training: Training, *, pictures: int, pretrained: bool, progressive: float = 0.0) -> Recipe:
    """A recipe with everything but precision and epochs, which need a measurement.

    Args:
        training: what was asked for.
        pictures: for training.
        pretrained: whether the network starts from weights that know something.
        progressive: share of training on smaller pictures, where nothing was asked.
    """
    optimizer: Literal["sgd", "adamw"] = "adamw" if training.optimizer == "auto" else training.optimizer
    highest = {("adamw", False): 4e-3, ("adamw", True): 1e-3, ("sgd", False): 0.1, ("sgd", True): 0.01}
    decay = 0.05 if optimizer == "adamw" else 5e-4
    precision = "fp32" if training.precision == "auto" else training.precision
    device = machine.pick_device(training.device)
    if precision == "fp16" and device.type == "cpu":
        raise UsageError(
            "--precision fp16 cannot train on a CPU.", expected="fp32 or bf16", todo="leave --precision away."
        )
    return Recipe(
        epochs=training.epochs or 1,
        batch_size=training.batch_size or min(batch_size(pictures), 32 if pretrained else 256),
        optimizer=optimizer,
        learning_rate=training.learning_rate or highest[optimizer, pretrained],
        weight_decay=decay if training.weight_decay is None else training.weight_decay,
        schedule="cosine" if training.schedule == "auto" else training.schedule,
        warmup=_warmup(training),
        average=0.1 if training.average is None else training.average,
        clip=training.clip,
        accumulate=training.accumulate,
        patience=training.patience,
        device=str(device),
        precision=precision,
        threads=machine.use_threads(training.threads),
        seed=training.seed,
        checkpoint_every=training.checkpoint_every,
        seconds=None,
        robust=None if training.robust is None else parse_strength(training.robust, "robust"),
        robust_method=training.robust_method,
        robust_steps=training.robust_steps,
        progressive=progressive if training.progressive is None else training.progressive,
    )


def _warmup(training: Training) -> float:
    if training.warmup is not None:
        return training.warmup
    return {"one-cycle": 0.3, "constant": 0.05}.get(training.schedule, 0.2)


def batch_size(pictures: int) -> int:
    """Enough steps an epoch where there are few pictures, enough work a step where there are many."""
    return int(min(256, max(16, 2 ** round(math.log2(max(pictures, 1) / 22)))))


def _within(phase: Phase, seconds: float, once: float, limit: float | None) -> Phase:
    """A phase that observes with no more passes than the time allows, and one at least: within the user's limit."""
    if not phase.observes:
        return phase
    return replace(phase, passes=max(1, min(phase.passes, int(seconds / once))), seconds=limit)


def _judging(job: Job, step: float) -> tuple[float, float]:
    """Seconds to look at a picture, and to judge an epoch: for a job with an opponent, against it too."""
    opponent = job.opponent
    plain = step / job.train.batch_size
    if job.augmentation.cut is not None:  # which is learnt from, while the whole is judged
        (height, width), (high, wide) = job.preprocessing.size, job.augmentation.cut
        plain *= height * width / (high * wide)
    if opponent is None:
        return _FORWARD * plain, _FORWARD * plain * job.val.count
    plain /= 1 + _SLOPE * opponent.steps
    against = min(opponent.test_pictures, job.val.count) * (_FORWARD + _SLOPE * opponent.test_steps)
    return _FORWARD * plain, plain * (_FORWARD * job.val.count + against)


def _every(job: Job, dear: float, epochs: int) -> int:
    """Epochs from one judgement to the next: pixels are many, and the first epochs tell little.

    Args:
        job: an opponent is watched closely.
        dear: what judging an epoch costs, as a share of learning it.
        epochs: about how many there will be.
    """
    if not job.task.masked or job.opponent is not None:
        return 1
    return max(1, min(math.ceil(dear / _WATCHED), epochs // _JUDGEMENTS))


def settle(job: Job, training: Training, *, seconds: float, least: int, most: int) -> Plan:
    """Measure, then choose precision and epochs.

    Args:
        job: with a drafted recipe.
        training: what was asked for.
        seconds: what is left for the loop.
        least: fewest epochs that make sense; kept even where they take longer, unless the user set the limit.
        most: more epochs than this bring nothing.
    """
    if all(phase.observes for phase in job.phases):
        return _settle_alone(job, training, seconds)
    recipe = job.recipe
    cost = measure(job, training)
    looking, judging = _judging(job, cost.step)
    cost = replace(cost, step=cost.step * share_of_cost(recipe.progressive))
    learning = cost.step * job.train.steps
    every = _every(job, judging / learning, training.epochs or int(max(seconds, 0.0) / learning))
    epoch = learning + judging / every
    observing = looking * job.train.batch_size * job.train.steps
    # the loop's clock runs from its first phase on
    limit: float | None = seconds if training.time_limit is not None else None
    phases = tuple(_within(phase, 0.3 * seconds, observing, limit) for phase in job.phases)
    reasons = [cost.note()] if len(cost.tried) > 1 else []
    seconds -= sum(phase.passes * observing + judging for phase in phases if phase.observes)
    short = False
    if training.epochs is not None:
        epochs = training.epochs
    else:
        fits = int(max(seconds, 0.0) / epoch)
        short = fits < least
        epochs = min(max(fits, 1 if limit is not None else least), most)
        if short and limit is None:
            reasons.append(Note("train.long", {"n": least, "seconds": seconds}))
        if epochs < least:
            reasons.append(Note("train.short", {"n": epochs, "least": least}))
    recipe = replace(
        recipe,
        precision=cost.precision,
        threads=cost.threads,
        epochs=epochs,
        seconds=limit,
        judge_every=min(every, epochs),
    )
    if training.find_learning_rate and training.learning_rate is None:
        recipe = replace(recipe, learning_rate=find_rate(replace(job, recipe=recipe)))
        reasons.append(Note("train.rate", {"rate": recipe.learning_rate}))
    return Plan(recipe=recipe, phases=phases, cost=cost, reasons=tuple(reasons), short=short)


def _settle_alone(job: Job, training: Training, seconds: float) -> Plan:
    """As `settle`, where nothing learns by gradients: each phase goes over the pictures as often as it fits the time.

    With a limit of the user's each phase gets the share of it that it would take of the whole.
    """
    # sums over many pictures suffer most from rounding: plain floats, unless asked for otherwise
    asked = replace(training, precision="fp32") if training.precision == "auto" else training
    costs = [measure(replace(job, phases=(phase,)), asked) for phase in job.phases]
    stages = len(job.phases) - 1  # the last phase fits the head
    passes = [phase.passes for phase in job.phases]
    if training.epochs is not None:
        passes[:stages] = [training.epochs] * stages
    once = [cost.step * job.train.steps for cost in costs]
    whole = sum(count * one for count, one in zip(passes, once, strict=True))
    limit = seconds if training.time_limit is not None else None
    if training.epochs is None and whole > seconds:
        passes = [max(1, int(count * seconds / whole)) for count in passes]
        whole = sum(count * one for count, one in zip(passes, once, strict=True))
    phases = tuple(
        replace(phase, passes=count, seconds=None if limit is None else limit * count * one / whole)
        for phase, count, one in zip(job.phases, passes, once, strict=True)
    )
    slowest = costs[once.index(max(once))]
    recipe = replace(
        job.recipe, precision=slowest.precision, threads=slowest.threads, epochs=1, average=0.0, seconds=limit
    )
    layers = tuple(
        Note("train.alone.layer", {"name": phase.name, "passes": Note("unit.passes", {"n": phase.passes})})
        for phase in phases[:stages]
    )
    reasons = [Note("train.alone", {"layers": layers})] if stages else []
    if limit is None and whole > seconds:
        reasons.append(Note("train.alone.long", {"seconds": seconds}))
    return Plan(
        recipe=recipe, phases=phases, cost=replace(slowest, step=whole / job.train.steps), reasons=tuple(reasons)
    )
