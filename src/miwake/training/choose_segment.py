"""For segmentation: which network, at which size, with which loss and class weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from miwake import machine
from miwake.augment.config import Augmentation
from miwake.augment.defaults import scaled
from miwake.data.header import BadPicture
from miwake.data.mask_store import Masks, open_masks
from miwake.data.masks import picture_size
from miwake.errors import DataError, UsageError
from miwake.networks import registry, weights
from miwake.networks.config import ModelOptions
from miwake.networks.dense import Upsampling
from miwake.tasks.segment import Segment
from miwake.training.choice import Choice
from miwake.training.config import AugmentOptions, Training
from miwake.training.plan import UNEVEN, draft
from miwake.training.prepare import (
    Asked,
    Decoding,
    Look,
    Prepared,
    augmentation_for,
    divided,
    measured,
    preprocessing_for,
)
from miwake.types import TRAIN, VOID, Dataset, Note, Preprocessing

LIGHT, PLAIN = "lite-unet", "unet-slim"
"""Over ImageNet's weights, for photographs; and from nothing, for all other pictures."""
LARGEST = 1024
"""Longer side that a network sees, at most, where there is time for it."""
PART = 256
"""Side of the parts that are learnt from at a time, at most: of larger pictures a step would hold too few."""
_GRID = 32
"""Sides of the parts divide by it, so that no network fills them up."""
_NEAR = 0.85
"""Share of a side that a part has at least, where the whole of it would do."""
SMALLEST = 128
_SMALL = 64
"""Pictures up to this side are enlarged, twice at most: their outlines lie between their pixels."""
_PASSES = 10
"""Over the training pictures that there is to be time for, before pictures are made smaller."""
_CLEARLY = 0.75  # share of the side, below which it is worth scaling
_SPEED = 8e9
"""Multiply-adds of a step that a core does in a second, as a first guess."""
_STEP = 3.0  # cost of learning from a picture, in those of looking at it
_RATE = 4.2e-3
"""AdamW's highest for batches of four, of the decoder, which begins from nothing; what lies below it moves the less,
the deeper it lies. It grows with the root of the batch (Malladi et al. 2022), up to batches of eight."""
_BATCH = 4
"""Pictures a step on a processor: there are pixels enough in them, and many small steps learn more than few large
ones. A GPU, which does more at once, takes twice as many."""
_MEMORY = 1 << 20  # pixels of a batch, above which it gets smaller
_MOST_WEIGHT = 10.0

PHOTOS = Augmentation(mirror="auto", scale=0.3, rotation=5, brightness=0.15, contrast=0.3, saturation=0.3, hue=0.02)
"""Photographs, of which nothing is covered: what lies below a patch could not be known."""
SHEETS = Augmentation(
    mirror="auto", shift=0.05, scale=0.2, stretch=0.05, rotation=10, elastic=0.015, brightness=0.1, contrast=0.3
)
"""Grey pictures, such as of microscopes and X-rays, bent as tissue is (Ronneberger 2015, section 3.1)."""


@dataclass(frozen=True, kw_only=True)
class _Way:
    """A network, at a size, and why."""

    network: str
    size: tuple[int, int]
    reasons: tuple[Note, ...]


def choose(dataset: Dataset, asked: Asked, look: Look, *, decoding: Decoding, seconds: Callable[[], float]) -> Prepared:
    """See `miwake.training.prepare.prepare`."""
    _refuse(asked)
    _require_masks(dataset)
    usual, largest = _sizes(dataset)
    look = replace(look, size=usual)
    given = int((dataset.split == TRAIN).sum()) or len(dataset)
    way = _way(asked, look, given, seconds())
    start, name = _preprocessing(asked.model, way, look)
    dataset, pictures, report, contents = divided(dataset, asked, start, decoding)
    with decoding(len(dataset)) as line:
        masks = open_masks(dataset, start, asked.data, line)
    rows = dataset.rows(TRAIN)
    if name == "none":
        start = measured(start, pictures, dataset)
    counts = _counts(masks, rows, len(dataset.classes))
    task, reasons = _task(dataset, asked, counts, usual, largest)
    recipe = draft(asked.training, pictures=len(rows), pretrained=name != "none")
    augmentation = _augmentation(asked.augment, look, start.size)
    part = augmentation.cut or start.size
    batch = asked.training.batch_size or _batch(len(rows), part, recipe.device)
    whole = start.size[0] * start.size[1] / (part[0] * part[1])
    if asked.training.learning_rate is None and recipe.optimizer == "adamw" and name != "none":
        recipe = replace(recipe, learning_rate=_rate(batch))
    choice = Choice(
        architecture=way.network,
        dropout=asked.model.dropout,
        starting_weights=name,
        preprocessing=start,
        augmentation=augmentation,
        task=task,
        phases=task.phases(pretrained=name != "none"),
        recipe=replace(recipe, batch_size=batch),
        reasons=(*way.reasons, *reasons),
    )
    return Prepared(
        dataset=dataset,
        pictures=pictures,
        masks=masks,
        choice=choice,
        sentences=report.sentences,
        contents=contents,
        epochs=(round(10 * whole), round((120 if name != "none" else 300) * whole)),
    )


def _refuse(asked: Asked) -> None:
    """What is for classifiers only.

    Raises:
        UsageError: names the flag.
    """
    training, augment = asked.training, asked.augment
    for flag, value in (
        ("robust", training.robust),
        ("progressive", training.progressive),
        ("label-smoothing", training.label_smoothing),
    ):
        if value:
            raise UsageError(f"--{flag} is for --task classify.", todo=f"leave --{flag} away.")
    for flag, value in (("mixup", augment.mixup), ("cutmix", augment.cutmix)):
        if value:
            raise UsageError(f"--{flag} mixes labels, and here every pixel has its own.", todo=f"leave --{flag} away.")


def _require_masks(dataset: Dataset) -> None:
    """A picture without a mask is in no split; that there are some at all is needed.

    Raises:
        DataError: there are none.
    """
    if not any(dataset.masks or ()):
        raise DataError(f"{dataset.name} has no masks.", expected="a mask for each picture")


def _sizes(dataset: Dataset) -> tuple[tuple[int, int], tuple[int, int]]:
    """Median and greatest height and width of the upright pictures that may be learnt from."""
    rows = dataset.rows(TRAIN)
    found = []
    for row in (rows if len(rows) else np.arange(len(dataset))).tolist():
        try:
            found.append(picture_size(dataset, row))
        except BadPicture:
            continue  # which is said when it is read
    if not found:
        raise DataError(f"{dataset.name} has no pictures that can be read.", expected="some")
    sides = np.array(found)
    (height, width), (high, wide) = np.median(sides, 0).astype(int).tolist(), sides.max(0).tolist()
    return (height, width), (high, wide)


def _way(asked: Asked, look: Look, count: int, seconds: float) -> _Way:
    """Network and size.

    Args:
        asked: by the user.
        look: size and channels of the pictures.
        count: of the training pictures.
        seconds: that there are.
    """
    network, reasons = asked.model.model, list[Note]()
    if network == "auto":
        network = LIGHT if look.channels == 3 and _ready(asked.model) else PLAIN
        reasons.append(Note(f"train.pixels.{'light' if network == LIGHT else 'plain'}", {"network": network}))
    registry.entry(network)
    if asked.model.image_size is not None:
        return _Way(network=network, size=_scaled(look.size, asked.model.image_size), reasons=tuple(reasons))
    longer = max(look.size)
    side = min(longer, LARGEST) if longer > _SMALL else min(2 * longer, _SMALL)
    if asked.model.model == "auto" and seconds:
        fits = _fitting(network, look.size, count, seconds)
        if fits < _CLEARLY * side and side > SMALLEST:
            side = max(SMALLEST, fits)
            reasons.append(Note("train.pixels.smaller", {"side": side, "n": count, "seconds": seconds}))
    return _Way(network=network, size=_scaled(look.size, side), reasons=tuple(reasons))


def _fitting(network: str, size: tuple[int, int], count: int, seconds: float) -> int:
    """The longer side at which the training pictures can be gone over `_PASSES` times."""
    entry = registry.entry(network)
    if entry.counts is None or machine.pick_device("auto").type != "cpu":
        return LARGEST
    per_pixel = entry.counts[1] / entry.size**2
    pixels = seconds * _SPEED * machine.cores() / (_STEP * _PASSES * max(count, 1) * per_pixel)
    return int((pixels * max(size) / min(size)) ** 0.5)


def _scaled(size: tuple[int, int], longer: int) -> tuple[int, int]:
    """The shape of these pictures with another longer side."""
    scale = longer / max(size)
    height, width = (max(8, round(side * scale)) for side in size)
    return height, width


def _ready(options: ModelOptions) -> bool:
    """Whether the weights that come with the install may be used."""
    return options.starting_weights in ("auto", "imagenet")


def _preprocessing(options: ModelOptions, way: _Way, look: Look) -> tuple[Preprocessing, str]:
    """Preprocessing, and the name of the starting weights or `none`."""
    found, name = preprocessing_for(
        replace(look, size=way.size), replace(options, image_size=max(way.size)), way.network
    )
    size = way.size
    if name != "none" and options.image_size is None:
        start = weights.choose(way.network, options)
        if start is not None and start.source == "run" and start.trained_for is not None:
            size = start.trained_for.size  # at which it has learnt
    return replace(found, size=size, fit="squash", crop=1.0, interpolation="area"), name


def _counts(masks: Masks, rows: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """(K) pixels of each class in these rows' masks."""
    counts = torch.zeros(256, dtype=torch.int64)
    for part in torch.split(torch.from_numpy(rows), 64):
        counts += torch.bincount(masks.gather(part).flatten(), minlength=256)
    if not int(counts[:VOID].sum()):
        raise DataError("No pixel of the training masks counts.", expected="pixels of some class")
    found: NDArray[np.float64] = counts[:classes].double().numpy()
    return found


def _task(
    dataset: Dataset,
    asked: Asked,
    counts: NDArray[np.float64],
    usual: tuple[int, int],
    largest: tuple[int, int],
) -> tuple[Segment, tuple[Note, ...]]:
    """The task with its loss and class weights."""
    options = asked.segment
    loss = "cross-entropy+dice" if options.loss == "auto" else options.loss
    upsampling: Upsampling = "bilinear" if options.upsampling == "auto" else options.upsampling
    task = replace(
        Segment.from_dataset(dataset),
        loss=loss,
        focus=options.focus,
        border_weights=options.border_weights,
        upsampling=upsampling,
        usual=usual,
        largest=largest,
    )
    weighted, reasons = class_weights(counts, asked.training)
    if not weighted:
        return task, ()
    order = np.argsort(counts)
    small = next(int(number) for number in order if counts[number] > 0)
    shares = counts / counts.sum()
    values = {
        "large": task.classes[int(order[-1])],
        "most": float(shares[order[-1]]),
        "small": task.classes[small],
        "least": float(shares[small]),
    }
    return replace(task, class_weights=weighted), tuple(Note(key, values) for key in reasons)


def class_weights(counts: NDArray[np.float64], training: Training) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Weights of the classes with mean 1 over the pixels, and why; empty where all count alike.

    auto: by the root of how rare a class is, where classes are uneven: full balance would trade every pixel of a road
    for a sign's. balanced: by how rare it is. No class counts more than ten times the mean.

    Args:
        counts: (K) pixels in training.
        training: what was asked for.
    """
    present = counts > 0
    uneven = counts.max() >= UNEVEN * counts[present].min()
    if training.class_weights == "none" or (training.class_weights == "auto" and not uneven):
        return (), ()
    shares = np.where(present, counts, counts[present].min()) / counts.sum()
    raw = shares ** (-1.0 if training.class_weights == "balanced" else -0.5)
    raw = np.minimum(raw / (shares * raw)[present].sum(), _MOST_WEIGHT)
    raw /= (shares * raw)[present].sum()
    return tuple(round(float(weight), 6) for weight in raw), ("train.pixels.uneven",)


def _batch(count: int, size: tuple[int, int], device: str) -> int:
    """Pictures a step: fewer of large ones, and several steps an epoch."""
    fits = max(1, _MEMORY // (size[0] * size[1]))
    return int(max(1, min(_BATCH if device == "cpu" else 2 * _BATCH, fits, count // 4 or 1)))


def _rate(batch: int) -> float:
    """The learning rate for batches of so many pictures, or parts of pictures."""
    return float(f"{_RATE * min(2.0, batch / _BATCH) ** 0.5:.2g}")


def _augmentation(options: AugmentOptions, look: Look, size: tuple[int, int]) -> Augmentation:
    """The usual one for photographs, or for other pictures; or what was asked for, without what covers pixels.

    Args:
        options: what was asked for.
        look: of the pictures.
        size: height and width that the network sees.
    """
    if options.augment != "auto":
        kind = "photo" if options.augment == "none" else options.augment
        chosen = replace(augmentation_for(options, kind), erase=0.0, mixup=0.0, cutmix=0.0)
    else:
        chosen = scaled(PHOTOS if look.channels == 3 else SHEETS, options.augment_strength)
        chosen = chosen if options.mirror == "auto" else replace(chosen, mirror=options.mirror)
    if options.augment == "none" and max(size) <= PART:
        return chosen
    return replace(chosen, crop=1.0, cut=part_of(size))


def part_of(size: tuple[int, int]) -> tuple[int, int] | None:
    """Height and width of the parts that pictures of a size are learnt from; None: the whole.

    Parts lie elsewhere in each epoch, and the network fills up none of their sides: of 180 × 240 pixels it would make
    192 × 256.
    """
    sides = []
    for side in size:
        part = min(side, PART) // _GRID * _GRID
        sides.append(part if part >= _NEAR * min(side, PART) else min(side, PART))
    return None if tuple(sides) == size else (sides[0], sides[1])
