"""From a listed data set to a job that can be trained: which network, which pictures, which recipe, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import torch
from torch import Tensor, nn

from miwake import networks, tasks
from miwake.anomaly.config import AnomalyOptions
from miwake.augment.config import Augmentation
from miwake.augment.defaults import Kind, defaults, scaled
from miwake.data.config import DataOptions
from miwake.data.loader import Loader, mix
from miwake.data.mask_store import Masks
from miwake.data.pictures import Pictures, open_pictures
from miwake.data.split import SplitReport
from miwake.data.survey import survey
from miwake.data.window import Window
from miwake.networks import weights
from miwake.networks.config import ModelOptions
from miwake.networks.imagenet import INSTALLED
from miwake.robustness.hardening import Hardening
from miwake.robustness.strength import parse_strength
from miwake.segmentation.config import SegmentOptions
from miwake.training.choice import Choice
from miwake.training.config import AugmentOptions, Training
from miwake.training.job import Job
from miwake.types import TRAIN, VAL, Dataset, Note, Preprocessing, Sentence

SMALL, SLIM = "small", "small-slim"
SMALL_SIDE = 64
"""A network from scratch learns most for its time at this size; larger pictures are scaled down to it."""
TRANSFER_SIDE = 128
_SAMPLE = 2000  # pictures from which mean and standard deviation are taken


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the pictures are like."""

    size: tuple[int, int]
    """Height and width: of all pictures, or the medians."""
    channels: int
    pictures: int
    """Pictures for training."""
    window: Window | None = None
    """Centre and width of the grey values that are asked for."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the user asked for, by room."""

    data: DataOptions
    model: ModelOptions
    augment: AugmentOptions
    training: Training
    anomaly: AnomalyOptions = field(default_factory=AnomalyOptions)
    segment: SegmentOptions = field(default_factory=SegmentOptions)
    weighed: bool = False
    """Whether validation is to weigh what mistakes cost."""


Decoding = Callable[[int], AbstractContextManager[Callable[[int, int], None]]]


def picture_size(look: Look, architecture: str, pretrained: bool, asked: int | None) -> tuple[int, int]:
    """Height and width that a network is to see.

    Small pictures stay as they are; larger ones are scaled to what the network learns best from for its time.
    """
    if asked is not None:
        return asked, asked
    usual = TRANSFER_SIDE if pretrained and architecture == INSTALLED else networks.usual_size(architecture)
    if not pretrained and max(look.size) <= min(usual, SMALL_SIDE) and min(look.size) >= 8:
        return look.size
    return usual, usual


def preprocessing_for(look: Look, options: ModelOptions, architecture: str) -> tuple[Preprocessing, str]:
    """Preprocessing for a network, and the name of its starting weights or `none`."""
    start = weights.choose(architecture, options)
    size = picture_size(look, architecture, start is not None, options.image_size)
    if options.image_size is None and start is not None and start.source == "run" and start.trained_for is not None:
        size = start.trained_for.size  # at which it has learnt
    known = None if start is None else start.preprocessing(look.channels, size)
    if start is not None and known is not None:
        # the user's pictures are shown whole: what matters may lie at the edge
        return replace(known, fit="squash", crop=1.0, window=look.window), start.name
    plain = Preprocessing(
        size=size,
        channels=look.channels,
        mean=(0.5,) * look.channels,
        std=(0.25,) * look.channels,
        interpolation="bilinear",
        window=look.window,
    )
    return plain, "none" if start is None else start.name


def measured(preprocessing: Preprocessing, pictures: Pictures, dataset: Dataset) -> Preprocessing:
    """The same with mean and standard deviation of the training pictures, for networks that start from nothing."""
    rows = dataset.rows(TRAIN)
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _SAMPLE)).astype(np.int64)]
    sample = pictures.gather(torch.from_numpy(rows)).float() / 255
    mean, std = sample.mean((0, 2, 3)), sample.std((0, 2, 3)).clamp_min(0.01)
    return replace(
        preprocessing,
        mean=tuple(round(value, 4) for value in mean.tolist()),
        std=tuple(round(value, 4) for value in std.tolist()),
    )


def kind_of(pictures: Pictures, dataset: Dataset, look: Look) -> Kind:
    """Of pictures to learn from scratch: `digits` are grey, small and on an even ground, all others are `small`."""
    if max(look.size) > SMALL_SIDE:
        return "small"
    rows = dataset.rows(TRAIN)
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), 200)).astype(np.int64)]
    sample = pictures.gather(torch.from_numpy(rows)).float()
    edge = torch.cat([sample[..., 0, :], sample[..., -1, :], sample[..., :, 0], sample[..., :, -1]], -1)
    even = edge.std(-1).median() < 8 and edge.mean(-1).std() < 16
    return "digits" if look.channels == 1 and bool(even) else "small"


def augmentation_for(options: AugmentOptions, kind: Kind) -> Augmentation:
    """The default for a kind of picture, or what was asked for."""
    if options.augment == "none":
        chosen = Augmentation(mirror="none")
    else:
        chosen = scaled(defaults(kind if options.augment == "auto" else options.augment), options.augment_strength)
    mirror = chosen.mirror if options.mirror == "auto" else options.mirror
    mixup, cutmix = options.mixup, options.cutmix
    return replace(
        chosen,
        mirror=mirror,
        mixup=chosen.mixup if mixup is None else mixup,
        cutmix=chosen.cutmix if cutmix is None else cutmix,
    )


def build(choice: Choice, options: ModelOptions) -> nn.Module:
    """The network of a choice with its starting weights; the same seed gives the same weights."""
    torch.manual_seed(mix(choice.recipe.seed, 0))
    shape = choice.preprocessing
    model = choice.task.build(choice.architecture, channels=shape.channels, size=shape.size, dropout=choice.dropout)
    if choice.pretrained:
        start = weights.choose(choice.architecture, options)
        assert start is not None
        # a run of the same kind of network gives all of it, not its backbone alone
        whole = start.source == "run" and start.architecture == choice.architecture and choice.task.masked
        weights.load(model if whole else choice.task.backbone(model), start, classes=choice.task.classes)
    return model


def make_job(
    choice: Choice,
    dataset: Dataset,
    pictures: Pictures,
    options: ModelOptions,
    folder: Path | None,
    learnt: Mapping[str, Tensor] | None = None,
    *,
    masks: Masks | None = None,
) -> Job:
    """All that the loop needs; the model begins with what a trial has `learnt`, where there is such. Masks where the
    task learns from them."""
    model = build(choice, options)
    if learnt is not None:
        model.load_state_dict(learnt)
    device = torch.device(choice.recipe.device)
    targets = choice.task.targets(dataset)

    def loader(split: int, size: int, seed: int | None) -> Loader:
        rows = torch.from_numpy(dataset.rows(split))
        gather = None if masks is None else masks.gather
        return Loader(pictures.gather, targets, rows, batch_size=size, seed=seed, device=device, masks=gather)

    return Job(
        task=choice.task,
        model=model,
        groups=choice.task.groups(model),
        phases=choice.phases,
        recipe=choice.recipe,
        augmentation=choice.augmentation,
        preprocessing=choice.preprocessing,
        train=loader(TRAIN, choice.recipe.batch_size, choice.recipe.seed),
        val=loader(VAL, _judged_at_once(choice), None),
        paths=dataset.paths,
        folder=folder,
        opponent=opponent(choice),
    )


def _judged_at_once(choice: Choice) -> int:
    """Validation pictures a batch: as many as training takes, or more; where training sees parts, these are whole."""
    most = choice.task.at_once(choice.preprocessing.size)
    return most if choice.augmentation.cut is not None else max(most, choice.recipe.batch_size)


def against(training: Training) -> tuple[Note, ...]:
    """What is said of --robust."""
    if training.robust is None:
        return ()
    levels = parse_strength(training.robust, "robust")
    return (Note("train.robust", {"levels": levels, "way": training.robust_method.upper()}),)


def opponent(choice: Choice) -> Hardening | None:
    """Who changes the training pictures, where the model is to become robust."""
    recipe = choice.recipe
    if recipe.robust is None:
        return None
    steps = 1 if recipe.robust_method == "fgsm" else recipe.robust_steps
    return Hardening(strength=recipe.robust, steps=steps, preprocessing=choice.preprocessing)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A data set that is divided and decoded, and what was chosen for it."""

    dataset: Dataset
    pictures: Pictures
    choice: Choice
    masks: Masks | None = None
    """Where the task learns from them."""
    sentences: tuple[Sentence, ...] = ()
    """How the pictures were divided."""
    contents: tuple[str, ...] = ()
    """(N) what names each picture's bytes; empty when a run goes on."""
    epochs: tuple[int, int] = (10, 300)
    """Fewest that make sense, and more than which bring nothing."""
    learnt: Mapping[str, Tensor] | None = None
    """Weights that a trial has left, to begin with; None: begin as `choice` says."""


class Chooser(Protocol):
    """What a file `choose_FAMILY.py` of this room has; see `Task.family`."""

    def choose(
        self, dataset: Dataset, asked: Asked, look: Look, *, decoding: Decoding, seconds: Callable[[], float]
    ) -> Prepared:
        """Decode, divide, choose."""


def prepare(dataset: Dataset, asked: Asked, *, decoding: Decoding, seconds: Callable[[], float]) -> Prepared:
    """Decode, divide, choose.

    Args:
        dataset: as listed.
        asked: what the user asked for.
        decoding: makes the progress line for so many pictures.
        seconds: what is left of the time, when it is asked.

    Raises:
        DataError: pictures that cannot be read, too few of a class, and the like; says what to do.
        UsageError: names, sizes and files that do not fit.
    """
    seen = survey(dataset, asked.data)
    look = Look(size=(seen.height, seen.width), channels=seen.channels, pictures=len(dataset), window=asked.data.shown)
    chooser = cast(Chooser, import_module(f"miwake.training.choose_{tasks.find(dataset.task).family}"))
    return chooser.choose(dataset, asked, look, decoding=decoding, seconds=seconds)


def divided(
    dataset: Dataset, asked: Asked, preprocessing: Preprocessing, decoding: Decoding
) -> tuple[Dataset, Pictures, SplitReport, tuple[str, ...]]:
    """Decode the pictures and divide them as their task does; also how, and what names each picture's bytes."""
    with decoding(len(dataset)) as line:
        pictures, stored = open_pictures(dataset, preprocessing, asked.data, line)
    # pictures that cannot be read, where the user said that they may be left out, are in no split
    identity = np.where(stored.slots < 0, -1, stored.identity)
    kind = tasks.find(dataset.task)
    dataset, report = kind.divide(dataset, asked.data, asked.training.seed, identity, weighed=asked.weighed)
    return dataset, pictures, report, stored.content


def slimmer(prepared: Prepared, asked: Asked) -> Prepared | None:
    """The same with a slimmer network, for more epochs in the same time; None where the network was not chosen here."""
    choice = prepared.choice
    if asked.model.model != "auto" or choice.architecture != SMALL or choice.pretrained:
        return None
    slim = replace(choice, architecture=SLIM).because(Note("train.slim", {"network": SLIM}))
    return replace(prepared, choice=slim, learnt=None)
