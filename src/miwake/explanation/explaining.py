"""From a model and pictures to explanations, cheap ones first, for as long as there is time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake import networks
from miwake.errors import unknown
from miwake.explanation import methods
from miwake.explanation.config import ExplainOptions
from miwake.explanation.contents import Change, Examples, Explained, Explanation, Map, Neighbour, Subject
from miwake.explanation.draw import mean_colour
from miwake.explanation.flip import smallest
from miwake.explanation.inside import view
from miwake.explanation.layers import Layer, pick, scan, stages
from miwake.explanation.looking import Looked, look_through, nearest
from miwake.explanation.sanity import LIMIT, likeness, shuffled
from miwake.prediction import Predictor
from miwake.types import Prediction

_NEAREST = 6
_LOOK = 0.3  # share of the time that is left for the look through the data
_CHANGE = 280  # passes that the smallest change takes at most

Say = Callable[[str], None]
"""Told what is being done: a method's name, `look`, `change` or `inside`."""


@dataclass(kw_only=True)
class _Work:
    """What is known of one picture so far."""

    subject: Subject
    inputs: Tensor
    answer: Prediction
    targets: tuple[str, ...]
    maps: list[Map] = field(default_factory=list)
    change: Change | None = None
    change_tried: bool = False
    nearest: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """What there is still time for."""

    until: float
    """Reading of `time.monotonic` by which all is to be done."""
    seconds: float
    """Of one pass of one picture."""

    def fits(self, passes: float) -> bool:
        return time.monotonic() + passes * self.seconds <= self.until


def chosen(predictor: Predictor, options: ExplainOptions) -> tuple[list[str], list[tuple[str, str]]]:
    """Names of the methods to use, the cheapest first, and what is left out, with the reason.

    Raises:
        UsageError: a method does not exist, or was asked for and does not suit the network.
        MissingExtra: a method was asked for whose packages are not installed.
    """
    names, left = [], []
    for name in dict.fromkeys(options.methods or methods.names()):
        method = methods.find(name)
        error = methods.missing(method)
        if error is not None and options.methods:
            raise error
        if not methods.fits(method, predictor.model):
            if options.methods:
                fitting = [other for other in methods.names() if methods.fits(methods.find(other), predictor.model)]
                raise unknown(f"method for {predictor.header.architecture}", name, fitting)
        elif error is not None:
            left.append((name, str(error.todo)))
        else:
            names.append(name)
    return sorted(names, key=lambda name: methods.find(name).COST), left


def check_classes(predictor: Predictor, options: ExplainOptions) -> None:
    """Refuse classes that the model does not know.

    Raises:
        UsageError: says which is most like it.
    """
    for name in (options.target, options.true):
        if name is not None and name not in predictor.task.classes:
            raise unknown("class", name, predictor.task.classes)


def explain(
    predictor: Predictor,
    subjects: Sequence[Subject],
    examples: Examples | None,
    options: ExplainOptions,
    *,
    name: str,
    until: float = math.inf,
    say: Say = lambda what: None,
) -> Explained:
    """Explain pictures.

    Args:
        predictor: the model.
        subjects: one or more.
        examples: where to look for what is like them.
        options: what is asked.
        name: of the model, for people.
        until: reading of `time.monotonic` by which it is to be done; what does not fit is left out and said.
        say: told what is being done.

    Raises:
        UsageError: names that do not exist, or do not suit the network.
        MissingExtra: a method was asked for whose packages are not installed.
    """
    started = time.monotonic()
    check_classes(predictor, options)
    names, left = chosen(predictor, options)
    works = [_begin(predictor, subject, options) for subject in subjects]
    layers = scan(predictor.model, works[0].inputs)
    shown = stages(layers) if options.layer is None else [pick(layers, options.layer)]
    clock = _Clock(until=until, seconds=_pass_seconds(predictor, works[0].inputs))

    say("look")
    looked = _look(predictor, examples, shown, options, until)
    if looked is not None and examples is not None:
        _find_neighbours(predictor, works, looked, examples)
    late = _draw_maps(predictor, works, names, options, clock, say)
    say("inside")
    pictures = [(work.subject, work.inputs) for work in works]
    views, complete = view(predictor, pictures, shown, looked, examples, options, until)
    if not complete:
        late.append("inside")
    say("change")
    if not _find_changes(predictor, works, clock):
        late.append("change")
    filters = networks.first_filters(predictor.model)
    return Explained(
        model=name,
        architecture=predictor.header.architecture,
        classes=predictor.task.classes,
        layers=tuple(layers),
        filters=None if filters is None else filters.numpy(),
        explanations=tuple(_done(work) for work in works),
        views=tuple(views),
        examples="" if looked is None or examples is None else examples.name,
        looked=0 if looked is None else len(looked.rows),
        left_out=(*left, *((method, "time") for method in late)),
        unreadable=(),
        seconds=time.monotonic() - started,
    )


def tree(predictor: Predictor) -> tuple[Layer, ...]:
    """The layers of a model with the shapes that they have for one picture."""
    shape = predictor.header.preprocessing
    blank = torch.zeros((1, shape.channels, *shape.stored), dtype=torch.uint8)
    return tuple(scan(predictor.model, predictor.inputs(blank)))


def _begin(predictor: Predictor, subject: Subject, options: ExplainOptions) -> _Work:
    stored = torch.from_numpy(subject.stored)[None].permute(0, 3, 1, 2)
    (answer,) = predictor.task.answers(predictor.outputs(stored), [subject.path], predictor.header)
    classes = predictor.task.classes
    target = predictor.task.foremost(answer) if options.target is None else options.target
    targets = [target]
    if subject.true is not None and not predictor.task.right(answer.label, subject.true):
        # of several labels the first that was missed
        given = (answer.label or "").split(";")
        parts = [subject.true] if subject.true in classes else subject.true.split(";")
        targets += [part for part in parts if part in classes and part not in given and part != target][:1]
    return _Work(subject=subject, inputs=predictor.inputs(stored), answer=answer, targets=tuple(targets))


def _pass_seconds(predictor: Predictor, inputs: Tensor) -> float:
    """Time of one pass of one picture, the better of two."""
    times = []
    with torch.inference_mode():
        for _ in range(2):
            start = time.monotonic()
            predictor.model(inputs)
            times.append(time.monotonic() - start)
    return min(times)


def _look(
    predictor: Predictor, examples: Examples | None, shown: Sequence[Layer], options: ExplainOptions, until: float
) -> Looked | None:
    if examples is None or not len(examples.rows) or options.examples < 1:
        return None
    count = min(options.examples, len(examples.rows))
    rows = examples.rows[np.linspace(0, len(examples.rows) - 1, count).astype(np.int64)]
    now = time.monotonic()
    stop = until if math.isinf(until) else now + _LOOK * max(0.0, until - now)
    # in a mixed order, so that what is seen in a short time is a fair part
    rows = rows[np.random.default_rng(0).permutation(count)]
    return look_through(predictor.model, rows, lambda part: predictor.inputs(examples.gather(part)), shown, until=stop)


def _find_neighbours(predictor: Predictor, works: Sequence[_Work], looked: Looked, examples: Examples) -> None:
    for work in works:
        features = networks.features(predictor.model, work.inputs)[0].detach().float().flatten().cpu()
        work.nearest = _neighbours(looked, features, examples, work.subject)


def _neighbours(looked: Looked, features: Tensor, examples: Examples, subject: Subject) -> tuple[Neighbour, ...]:
    found = []
    for number, cosine in nearest(looked, features, _NEAREST + 1):
        row = int(looked.rows[number])
        if examples.path(row) == subject.path:
            continue  # itself
        found.append(
            Neighbour(path=examples.path(row), label=examples.label(row), likeness=cosine, shown=examples.shown(row))
        )
    return tuple(found[:_NEAREST])


def _draw_maps(
    predictor: Predictor, works: Sequence[_Work], names: Sequence[str], options: ExplainOptions, clock: _Clock, say: Say
) -> list[str]:
    """Draw what there is time for; the methods that some picture goes without are given back.

    The cheapest map of the first picture that can be believed is always drawn: without one there is no explanation.
    """
    random = shuffled(predictor.model) if options.sanity else None
    late: dict[str, None] = {}
    always = next((name for name in names if methods.find(name).SANE), None)
    for name in names:
        say(name)
        for work in works:
            cost = methods.find(name).COST * len(work.targets) * (2 if random is not None else 1)
            if clock.fits(cost) or (name == always and work is works[0]):
                work.maps += _maps(predictor, work, name, random)
            else:
                late[name] = None
    return list(late)


def _maps(predictor: Predictor, work: _Work, name: str, random: torch.nn.Module | None) -> list[Map]:
    """The maps of one method for all classes of a picture."""
    method, start = methods.find(name), time.monotonic()
    numbers = [predictor.task.classes.index(target) for target in work.targets]
    targets = torch.tensor(numbers, device=work.inputs.device)
    batch = work.inputs.repeat(len(numbers), 1, 1, 1)
    found = _finite(method.maps(predictor.model, batch, targets, predictor.task.scores).numpy())
    other = None
    if random is not None:
        other = _finite(method.maps(random, batch, targets, predictor.task.scores).numpy())
    seconds = time.monotonic() - start
    maps = []
    for place, target in enumerate(work.targets):
        # an empty map is like nothing: it has not been seen to depend on the weights
        like = None if other is None or not found[place].any() else likeness(found[place], other[place])
        maps.append(
            Map(
                method=name,
                target=target,
                values=found[place],
                seconds=seconds,
                sane=method.SANE if like is None else method.SANE and like <= LIMIT,
                likeness=like,
            )
        )
    return maps


def _finite(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    # a network whose outputs overflow has no gradients to speak of
    return np.nan_to_num(maps, nan=0.0, posinf=0.0, neginf=0.0)


def _find_changes(predictor: Predictor, works: Sequence[_Work], clock: _Clock) -> bool:
    """Whether there was time for all pictures."""
    fitting = True
    for work in works:
        if clock.fits(_CHANGE):
            _change(predictor, work)
        else:
            fitting = False
    return fitting


def _change(predictor: Predictor, work: _Work) -> None:
    """The smallest rectangle that brings the right answer, or where the answer was right, any other."""
    task, header, true = predictor.task, predictor.header, work.subject.true
    before, wrong = work.answer.label, true is not None and not task.right(work.answer.label, true)

    def answers(outputs: NDArray[Any]) -> list[Prediction]:
        return task.answers(outputs, [work.subject.path] * len(outputs), header)

    def beyond(outputs: NDArray[Any]) -> list[float]:
        found = answers(outputs)
        changed = [task.right(answer.label, str(true)) if wrong else answer.label != before for answer in found]
        return [answer.probability if new else -1.0 for answer, new in zip(found, changed, strict=True)]

    def outputs(pictures: Tensor) -> NDArray[Any]:
        with torch.inference_mode():
            return task.kept(predictor.model(pictures))

    flip = smallest(outputs, work.inputs, beyond)
    work.change_tried = True
    if flip is not None:
        (answer,) = answers(flip.outputs)
        colour = mean_colour(predictor.header.preprocessing.mean)
        work.change = Change(rectangle=flip.rectangle, share=flip.share, colour=colour, answer=answer)


def _done(work: _Work) -> Explanation:
    return Explanation(
        subject=work.subject,
        seen=(work.inputs.shape[2], work.inputs.shape[3]),
        answer=work.answer,
        targets=work.targets,
        maps=tuple(work.maps),
        change=work.change,
        change_tried=work.change_tried,
        nearest=work.nearest,
    )
