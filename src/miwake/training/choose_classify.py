"""For classification: a network from nothing, or one that knows photographs? Which learns these pictures better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from torch import Tensor

from miwake import tasks
from miwake.data.pictures import Pictures, open_pictures
from miwake.errors import UsageError
from miwake.networks import registry, weights
from miwake.networks.config import ModelOptions
from miwake.networks.imagenet import INSTALLED
from miwake.training.choice import Choice
from miwake.training.config import Training
from miwake.training.plan import draft, weigh
from miwake.training.prepare import (
    SMALL,
    Asked,
    Decoding,
    Look,
    Prepared,
    against,
    augmentation_for,
    divided,
    kind_of,
    make_job,
    measured,
    preprocessing_for,
)
from miwake.training.schedule import SMALLER
from miwake.training.trial import try_learning, try_observing
from miwake.types import TRAIN, VAL, Dataset, Note, Preprocessing

_PROGRESSIVE, _PROGRESSIVE_FROM = 0.6, 48  # share of training on smaller pictures, and the side from which it is usual
_TRIAL_TRAIN, _TRIAL_VAL = 1000, 500  # pictures of a trial
_TRIAL_TIME = 120.0  # seconds, with less of which it has fewer


def choose(dataset: Dataset, asked: Asked, look: Look, *, decoding: Decoding, seconds: Callable[[], float]) -> Prepared:
    """See `miwake.training.prepare.prepare`."""
    first, own, free = _first(asked.model)
    start, name = preprocessing_for(look, own, first)
    dataset, pictures, report, contents = divided(dataset, asked, start, decoding)
    look = replace(look, pictures=len(dataset.rows(TRAIN)))
    task = tasks.find(dataset.task).from_dataset(dataset)

    def choice_of(architecture: str, start: Preprocessing, name: str, pictures: Pictures) -> Choice:
        plain = name == "none"
        kind = kind_of(pictures, dataset, look) if plain else "photo"
        weighed, warnings = weigh(task, dataset, asked.training, kind)
        stages, augment = registry.entry(architecture).stages, asked.augment
        if stages and augment.augment == "auto":
            # a linear layer on fixed features has no room for pictures beside those that there are
            augment = replace(augment, augment="none")
        progressive = _progressive(architecture, start.size, asked.training, pretrained=not plain)
        recipe = draft(asked.training, pictures=look.pictures, pretrained=not plain, progressive=progressive)
        return Choice(
            architecture=architecture,
            dropout=asked.model.dropout,
            starting_weights=name,
            preprocessing=measured(start, pictures, dataset) if plain else start,
            augmentation=augmentation_for(augment, kind),
            task=weighed,
            phases=task.phases(pretrained=not plain, stages=stages),
            recipe=recipe,
            reasons=(*warnings, *against(asked.training), *_smaller_first(recipe.progressive, start.size)),
        )

    choice, learnt = choice_of(first, start, name, pictures), None
    if free:
        choice = choice.because(Note("train.small", {"height": start.size[0], "width": start.size[1]}))
        ready = asked.model.starting_weights in ("auto", "imagenet") and look.channels in (1, 3)
        if ready and kind_of(pictures, dataset, look) != "digits":
            rival_start, rival_name = preprocessing_for(look, asked.model, INSTALLED)
            part = _part(dataset, seconds())
            with decoding(len(part)) as line:
                rival_pictures, _ = open_pictures(part, rival_start, asked.data, line)
            rival = choice_of(INSTALLED, rival_start, rival_name, rival_pictures)
            choice, learnt = _compete(choice, rival, dataset, part, pictures, rival_pictures, asked, seconds())
            if learnt is None:
                with decoding(len(dataset)) as line:
                    pictures, _ = open_pictures(dataset, rival_start, asked.data, line)
    return Prepared(
        dataset=dataset,
        pictures=pictures,
        choice=choice,
        sentences=report.sentences,
        contents=contents,
        epochs=(3, 30) if choice.pretrained else (10, 300),
        learnt=learnt,
    )


def _progressive(architecture: str, size: tuple[int, int], training: Training, *, pretrained: bool) -> float:
    """Share of training on smaller pictures.

    Raises:
        UsageError: it was asked for, and the network takes one size only.
    """
    able = registry.entry(architecture).any_size
    if training.progressive and not able:
        raise UsageError(
            f"{architecture} takes pictures of one size only.",
            expected="--progressive with a network that takes any size, such as small or resnet18",
            todo="leave --progressive away.",
        )
    if training.progressive is not None:
        return training.progressive
    usual = able and not pretrained and min(size) >= _PROGRESSIVE_FROM and training.robust is None
    return _PROGRESSIVE if usual else 0.0


def _smaller_first(progressive: float, size: tuple[int, int]) -> tuple[Note, ...]:
    if not progressive:
        return ()
    height, width = (round(side * SMALLER) for side in size)
    return (Note("train.progressive", {"share": progressive, "height": height, "width": width}),)


def _first(options: ModelOptions) -> tuple[str, ModelOptions, bool]:
    """The network to look at first, with its options, and whether another may be chosen.

    Raises:
        UsageError: starting weights that do not say which network they belong to.
    """
    if options.model != "auto":
        return options.model, options, False
    if options.starting_weights in ("auto", "imagenet", "none"):
        return SMALL, replace(options, starting_weights="none"), True
    start = weights.choose(SMALL, options)
    if start is None or not start.architecture:
        raise UsageError(
            f"{options.starting_weights} does not say which network its weights belong to.",
            expected="--model with the network's name",
            todo="miwake models lists them.",
        )
    return start.architecture, options, False


def _part(dataset: Dataset, seconds: float) -> Dataset:
    """Rows for a trial: some of the training and of the validation pictures, evenly drawn."""
    rows, share = [], min(max(seconds / _TRIAL_TIME, 0.2), 1.0)
    for number, most in ((TRAIN, _TRIAL_TRAIN), (VAL, _TRIAL_VAL)):
        of_split = np.random.default_rng(number).permutation(dataset.rows(number))
        rows.append(of_split[: round(share * most)])
    return dataset.take(np.sort(np.concatenate(rows)))


def _compete(
    scratch: Choice,
    transfer: Choice,
    dataset: Dataset,
    part: Dataset,
    pictures: Pictures,
    part_pictures: Pictures,
    asked: Asked,
    seconds: float,
) -> tuple[Choice, Mapping[str, Tensor] | None]:
    """A short run from scratch against a head on ready-made features; the better on validation wins.

    Returns:
        The winner, and the weights that the run from scratch ended with; None where it lost.
    """
    head = try_observing(make_job(transfer, part, part_pictures, asked.model, None))
    job = make_job(scratch, dataset, pictures, replace(asked.model, starting_weights="none"), None)
    alone = try_learning(job, asked.training, rival=head.figure, seconds=seconds)
    figure = scratch.task.monitor
    tried = Note(
        "train.tried",
        {
            "network": scratch.architecture,
            "seconds": alone.seconds,
            "figure": Note("train.accuracy") if figure == "accuracy" else figure,
            "alone": alone.figure,
            "rival": transfer.architecture,
            "head": head.figure,
        },
    )
    if head.figure > alone.figure:
        return transfer.because(tried, Note("train.transfer")), None
    return scratch.because(tried, Note("train.scratch")), alone.weights
