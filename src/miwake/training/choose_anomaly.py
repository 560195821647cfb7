"""For anomaly detection: which method, at which size, with how large a memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from miwake import anomaly, machine, tasks
from miwake.anomaly.bank import Bank
from miwake.anomaly.config import parse_bytes
from miwake.anomaly.method import Plan
from miwake.augment.config import Augmentation
from miwake.errors import UsageError
from miwake.networks import weights
from miwake.networks.config import ModelOptions
from miwake.networks.imagenet import INSTALLED
from miwake.tasks.anomaly import Anomaly
from miwake.tasks.task import Task
from miwake.training.choice import Choice
from miwake.training.plan import draft
from miwake.training.prepare import Asked, Decoding, Look, Prepared, divided, measured, preprocessing_for
from miwake.types import TRAIN, Dataset, Note, Preprocessing

_SMALL = 64
"""Pictures up to this side are enlarged to `_ENLARGED` only."""
_ENLARGED = 128
_PIXELS_A_SECOND = 1_000_000
"""Of a picture through the network that comes with the install, on one core, as a first guess."""
_POOL = 60_000
"""Rows of the pool at most: beyond, picking among them takes longer than all else."""
_BANK = 6000
_SHARE = 8  # of the machine's memory
_COPIES = 4  # of the pool that are held while rows are picked


@dataclass(frozen=True, kw_only=True)
class _Way:
    """A method, and why."""

    method: str
    side: int
    reasons: tuple[Note, ...]


def choose(dataset: Dataset, asked: Asked, look: Look, *, decoding: Decoding, seconds: Callable[[], float]) -> Prepared:
    """See `miwake.training.prepare.prepare`."""
    _refuse(asked)
    way = _way(asked, look, len(dataset), seconds())
    method = anomaly.find(way.method)
    architecture = _network(asked.model, way)
    options = replace(asked.model, image_size=way.side)
    if not method.BACKBONE:
        options = replace(options, starting_weights="none")
        start, name = _plain(look, way.side), "none"
    else:
        start, name = preprocessing_for(look, options, architecture)
    dataset, pictures, report, contents = divided(dataset, asked, start, decoding)
    count = len(dataset.rows(TRAIN))
    if name == "none":
        start = measured(start, pictures, dataset)
    task, memory = _planned(tasks.find(dataset.task).from_dataset(dataset), way, asked, architecture, start, count)
    phases = task.phases(pretrained=name != "none")
    recipe = draft(asked.training, pictures=count, pretrained=False)
    batch = asked.training.batch_size or _batch(count, learns=bool(method.LEARNS))
    free = {name: value for name, value in method.RECIPE.items() if _open(getattr(asked.training, name))}
    recipe = replace(recipe, batch_size=batch, **free)
    choice = Choice(
        architecture=architecture,
        dropout=asked.model.dropout,
        starting_weights=name,
        preprocessing=start,
        augmentation=Augmentation(mirror="none"),
        task=task,
        phases=phases,
        recipe=recipe,
        reasons=(*way.reasons, *memory),
    )
    return Prepared(
        dataset=dataset,
        pictures=pictures,
        choice=choice,
        sentences=report.sentences,
        contents=contents,
        epochs=method.EPOCHS,
    )


def _refuse(asked: Asked) -> None:
    """What is for classifiers only.

    Raises:
        UsageError: names the flag.
    """
    if asked.training.robust is not None:
        raise UsageError("--robust is for --task classify.", todo="leave --robust away.")
    if asked.training.progressive:
        raise UsageError("--progressive is for --task classify.", todo="leave --progressive away.")
    augment = asked.augment
    if (
        augment.augment not in ("auto", "none")
        or augment.mixup
        or augment.cutmix
        or augment.mirror not in ("auto", "none")
    ):
        raise UsageError(
            "--task anomaly learns from the pictures as they are: what is changed in them would count as good.",
            todo="leave the flags of augmentation away.",
        )


def _way(asked: Asked, look: Look, count: int, seconds: float) -> _Way:
    """Method and size.

    Raises:
        UsageError: there is no such method, or it needs weights that are not there.
    """
    wanted = asked.anomaly.method
    ready = _ready(asked.model, look.channels)
    reasons: list[Note] = []
    if wanted == "auto":
        wanted = "patchcore" if ready else "autoencoder"
        reasons.append(Note(f"train.odd.{wanted}"))
    method = anomaly.find(wanted)
    if method.BACKBONE and not ready:
        raise UsageError(
            f"{wanted} looks through a network that knows photographs, and there are no such weights for these "
            "pictures or this network.",
            expected="grey or colour pictures, and --starting-weights that are at hand",
            todo="--method autoencoder begins from nothing.",
        )
    if asked.model.image_size is not None:
        return _Way(method=wanted, side=asked.model.image_size, reasons=tuple(reasons))
    side = method.SIZE if max(look.size) > _SMALL else min(method.SIZE, _ENLARGED)
    needed = count * side * side / _PIXELS_A_SECOND / machine.cores()
    if method.BACKBONE and side > _ENLARGED and asked.training.time_limit is not None and needed > 0.7 * seconds:
        side = _ENLARGED
        reasons.append(Note("train.odd.short", {"side": side, "n": count, "seconds": seconds}))
    return _Way(method=wanted, side=side, reasons=tuple(reasons))


def _ready(options: ModelOptions, channels: int) -> bool:
    """Whether there are weights that know something."""
    if channels not in (1, 3) or options.starting_weights == "none":
        return False
    return weights.choose(INSTALLED if options.model == "auto" else options.model, options) is not None


def _network(options: ModelOptions, way: _Way) -> str:
    """The network that is looked through; a method that needs none gives its own name."""
    if not anomaly.find(way.method).BACKBONE:
        if options.model != "auto":
            raise UsageError(f"{way.method} looks through no other network.", todo="leave --model away.")
        return way.method
    return INSTALLED if options.model == "auto" else options.model


def _plain(look: Look, side: int) -> Preprocessing:
    return Preprocessing(
        size=(side, side),
        channels=look.channels,
        mean=(0.5,) * look.channels,
        std=(0.25,) * look.channels,
        interpolation="area",
        window=look.window,
    )


def _planned(
    task: Task, way: _Way, asked: Asked, architecture: str, shape: Preprocessing, count: int
) -> tuple[Task, tuple[Note, ...]]:
    """The task with its method and the size of its memory, estimated before anything is read into it."""
    assert isinstance(task, Anomaly)
    task = replace(task, method=way.method, plan=Plan(bank=1, pool=1))
    model = task.build(architecture, channels=shape.channels, size=shape.size, dropout=None)
    bank = next((module for module in model.modules() if isinstance(module, Bank)), None)
    if bank is None:
        return task, ()
    grid = getattr(model, "grid")  # noqa: B009 (a module's attributes are of any kind)
    patches = way.method == "patchcore"
    rows = count * (grid[0] * grid[1] if patches else 1)
    row = 4 * bank.rows.shape[1]
    room = machine.memory() // _SHARE if asked.anomaly.memory is None else parse_bytes(asked.anomaly.memory)
    pool = min(rows, _POOL, room // (_COPIES * row))
    kept = max(1, min(round(asked.anomaly.bank * rows) if patches else rows, _BANK, pool))
    if pool < 1000 and pool < rows:
        raise UsageError(
            f"--memory {asked.anomaly.memory} holds {pool} rows of {row} bytes, {_COPIES} times.",
            expected=f"{_COPIES * row * 1000 / 2**20:.0f}M or more",
            todo="--memory 500M",
        )
    values = {"rows": kept, "all": rows, "pool": pool, "megabytes": round(_COPIES * row * pool / 2**20)}
    key = "train.odd.bank.sample" if pool < rows else "train.odd.bank" if patches else "train.odd.pictures"
    return replace(task, plan=Plan(bank=kept, pool=pool)), (Note(key, values),)


def _open(asked: object) -> bool:
    """Whether the user left a setting open."""
    return asked is None or asked == "auto"


def _batch(count: int, *, learns: bool) -> int:
    """Pictures a step; where each picture is seen but once, as many as leave few over."""
    if learns:
        return min(16, max(2, count // 4))
    sizes = range(min(8, count), min(24, count) + 1)
    return min(sizes, key=lambda size: (count % size, -size))
