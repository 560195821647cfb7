"""The parts of an attack that happen in the world: a printed patch, bad weather, shape and texture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake.data.loader import mix
from miwake.prediction import Predictor
from miwake.robustness import patch as patches
from miwake.robustness import quilting, shape
from miwake.robustness.clock import Clock, TimeOver
from miwake.robustness.corruptions import LEVELS, apply, corruptions
from miwake.robustness.figures import share
from miwake.robustness.pictures import answers, as_array
from miwake.robustness.results import Corrupted, Corruptions, Patch, Texture, View
from miwake.robustness.victim import Victim
from miwake.types import Dataset, Figure

_AT_ONCE = 32  # pictures
_FEW = 8  # in which one of another class is to be found
_PATCH_MADE_ON, _PATCH_JUDGED_ON = 200, 100
_PATCH_SHOWN, _VIEWS_SHOWN = 6, 6
_MAKING = 0.6  # share of the patch's time in which it is made
_TILES = (2, 4, 8)
_VIEWS = (*(f"tiles_{tiles}" for tiles in _TILES), "silhouette", "outline")
Picture = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """What all parts share."""

    victim: Victim
    """Which ends what is at work by `TimeOver`."""
    predictor: Predictor
    dataset: Dataset
    targets: Tensor
    """(N, …) of the task."""
    drawn: NDArray[np.int64]
    """Rows in random order."""
    load: Callable[[NDArray[np.int64]], Tensor]
    """Rows to pictures (n, C, H, W) uint8 at the network's size, on its device."""
    target: int | None
    clock: Clock
    report: Callable[[float, str], None]
    seed: int

    @property
    def plain(self) -> Victim:
        """The victim whose answers are right or wrong, whatever the attack wants."""
        return replace(self.victim, targeted=False)

    def truth(self, rows: NDArray[np.int64]) -> Tensor:
        """(n, …) true labels."""
        return self.targets[torch.from_numpy(rows)].to(self.predictor.device)

    def labels(self, truth: Tensor) -> Tensor:
        """Labels for the attack: true ones, or the wanted class."""
        return truth if self.target is None else torch.full_like(truth, self.target)

    def groups(self, rows: NDArray[np.int64]) -> NDArray[np.str_] | None:
        """(n) names of the groups, where there are any."""
        return None if self.dataset.group is None else np.asarray(self.dataset.group)[rows]

    def name(self, row: int) -> str:
        """The true class by name; several are joined by `;`."""
        target = self.dataset.targets[row]
        if self.dataset.multilabel:
            return ";".join(name for name, holds in zip(self.dataset.classes, target, strict=True) if holds)
        return self.dataset.classes[int(target)]

    def right(self, pictures: Tensor, truth: Tensor) -> NDArray[np.bool_]:
        """(n) which pictures are answered right."""
        fooled: NDArray[np.bool_] = self.plain.look(pictures.float(), truth).fooled.cpu().numpy()
        return ~fooled

    def generator(self, *numbers: int) -> torch.Generator:
        """Chance that is a function of the seed and of what it is for."""
        return torch.Generator(device=self.predictor.device).manual_seed(mix(self.seed, *numbers))

    def say(self, part: str, done: float) -> None:
        """Report how far a part is."""
        self.report(self.clock.done(done), part)


def blocks(world: World, total: int, *, first: int, most: int) -> Iterator[tuple[int, int]]:
    """From and to: few pictures at first, then twice as many each time, as long as the next ones fit into the time.

    The blocks do not depend on the pace, so that more time adds pictures and changes no others.
    """
    start, size = 0, first
    while start < total:
        began, stop = world.clock.spent, min(start + size, total)
        yield start, stop
        pace = (world.clock.spent - began) / (stop - start)
        start, size = stop, min(2 * size, most)
        if pace * min(size, total - start) > world.clock.left():
            return


# -- a printed patch -------------------------------------------------------------------------------------------------


def patch(
    world: World, area: float, target: str | None
) -> tuple[Patch, Picture, tuple[tuple[Picture, str, str], ...]] | None:
    """Make a patch on some pictures and judge it on others; None where there are too few, or is no time for one.

    Returns:
        Its figures, the patch (P, P, 4) RGBA, and a few pictures with it, their true class and the answer.
    """
    half = len(world.drawn) // 2
    made_on, judged_on = world.drawn[half : half + _PATCH_MADE_ON], world.drawn[:half][:_PATCH_JUDGED_ON]
    if world.target is not None:
        judged_on = judged_on[world.truth(judged_on).cpu().numpy() != world.target]
    if not len(made_on) or not len(judged_on) or world.clock.enough():
        return None
    seconds = world.clock.left()
    pictures, truth = world.load(made_on).float(), world.truth(made_on)

    def enough() -> bool:
        world.say("patch", 0.0)
        return world.clock.left() < (1 - _MAKING) * seconds

    made, steps = patches.make(
        world.victim, pictures, world.labels(truth), area=area, generator=world.generator(5), enough=enough
    )
    figures = _judged(world, made, area, judged_on)
    if figures is None:
        return None
    plain, control, conditions, judged = figures
    found = Patch(
        area=area,
        target=target,
        pictures=judged,
        steps=steps,
        plain=plain,
        control=control,
        conditions=conditions,
    )
    return found, _cut_out(made), _patched(world, made, area, judged_on[:_PATCH_SHOWN])


def _judged(
    world: World, made: Tensor, area: float, rows: NDArray[np.int64]
) -> tuple[Figure, Figure, tuple[tuple[str, Figure], ...], int] | None:
    """Accuracy without and with a grey disc, and what the patch fools in each scene; None without time for one."""
    done: list[dict[str, NDArray[np.bool_]]] = []
    with suppress(TimeOver):
        for start, stop in blocks(world, len(rows), first=2, most=_AT_ONCE):
            done.append(_laid(world, made, area, rows[start:stop], start))
    if not done:
        return None
    joined = {name: np.concatenate([block[name] for block in done]) for name in done[0]}
    held = {name: joined[f"held {name}"] for name in patches.SCENES}
    judged = len(held["all"])
    groups = world.groups(rows[:judged])
    conditions = tuple(
        (name, share(joined[name][held[name]], None if groups is None else groups[held[name]])) for name in held
    )
    return share(joined["plain"], groups), share(held["all"], groups), conditions, judged


def _laid(world: World, made: Tensor, area: float, rows: NDArray[np.int64], start: int) -> dict[str, NDArray[np.bool_]]:
    """Which pictures are right as they are (`plain`) and with a grey disc (`held SCENE`), and which the patch fools
    (`SCENE`)."""
    pictures, truth = world.load(rows).float(), world.truth(rows)
    found = {"plain": world.right(pictures, truth)}
    for name, scene in patches.SCENES.items():
        grey = patches.lay(pictures, patches.grey(made), area, scene, world.generator(6, start))
        laid = patches.lay(pictures, made, area, scene, world.generator(6, start))
        found[f"held {name}"] = world.right(grey, truth)
        found[name] = world.victim.look(laid, world.labels(truth)).fooled.cpu().numpy()
    return found


def _cut_out(made: Tensor) -> Picture:
    """(P, P, 4) RGBA, transparent beyond the circle."""
    channels, size, _ = made.shape
    colours = made if channels == 3 else made.mean(0, keepdim=True).expand(3, -1, -1)
    middle = torch.arange(size, device=made.device) - (size - 1) / 2
    inside = (middle[:, None] ** 2 + middle[None] ** 2).sqrt() <= size / 2
    whole: Picture = as_array(torch.cat([colours, 255.0 * inside[None]])[None])[0]
    return whole


def _patched(world: World, made: Tensor, area: float, rows: NDArray[np.int64]) -> tuple[tuple[Picture, str, str], ...]:
    laid = patches.lay(world.load(rows).float(), made, area, patches.ALL, world.generator(6, 0))
    paths = [world.dataset.paths[row] for row in rows.tolist()]
    said = answers(world.predictor, world.victim, laid, paths)
    return tuple(
        (picture, world.name(row), answer.label or "")
        for picture, row, answer in zip(as_array(laid), rows.tolist(), said, strict=True)
    )


# -- corruptions -----------------------------------------------------------------------------------------------------


def corrupt(world: World) -> tuple[Corruptions, tuple[tuple[str, tuple[Picture, ...]], ...]] | None:
    """Every corruption at every strength, on as many pictures as the time allows; and one picture through all.

    None where there is no time for one picture.
    """
    kinds = corruptions()
    plain: list[NDArray[np.bool_]] = []
    right: list[NDArray[np.bool_]] = []
    shown: dict[str, tuple[Picture, ...]] = {}
    most = max(1, min(_AT_ONCE, 2_000_000 // (world.drawn.size and world.load(world.drawn[:1]).numel())))
    with suppress(TimeOver):
        for start, stop in blocks(world, len(world.drawn), first=1, most=most):
            rows = world.drawn[start:stop]
            pictures, truth = world.load(rows), world.truth(rows)
            as_it_is = world.right(pictures, truth)
            right.append(_corrupted(world, pictures, truth, start, shown))
            plain.append(as_it_is)
            world.say("corruptions", stop / len(world.drawn))
    if not right:
        return None
    table = np.concatenate(right, 2)
    done = table.shape[2]
    groups = world.groups(world.drawn[:done])
    each = tuple(
        Corrupted(
            name=name,
            family=family,
            accuracy=tuple(share(table[number, level], groups) for level in range(LEVELS)),
        )
        for number, (name, (family, _)) in enumerate(kinds.items())
    )
    found = Corruptions(
        pictures=done,
        plain=share(np.concatenate(plain), groups),
        mean=share(table.mean((0, 1)), groups),
        each=each,
    )
    return found, tuple(shown.items())


def _corrupted(
    world: World, pictures: Tensor, truth: Tensor, start: int, shown: dict[str, tuple[Picture, ...]]
) -> NDArray[np.bool_]:
    """(kinds, levels, n) which spoilt pictures are answered right.

    Of the very first picture all that is made of it is added to `shown`.
    """
    kinds = corruptions()
    right = np.empty((len(kinds), LEVELS, len(pictures)), bool)
    for number, (name, (_, corruption)) in enumerate(kinds.items()):
        for level in range(LEVELS):
            changed = apply(corruption, pictures, level, world.generator(7, start, number, level))
            right[number, level] = world.right(changed, truth)
            if not start:
                shown[name] = (*shown.get(name, ()), as_array(changed[:1])[0])
        world.say("corruptions", start / len(world.drawn))
    return right


# -- shape or texture ------------------------------------------------------------------------------------------------


def textures(world: World) -> tuple[Texture, tuple[tuple[str, tuple[Picture, ...]], ...]] | None:
    """Views of pictures that leave shape or texture alone, and pictures in which they contradict each other.

    None where there is no time for a few pictures.
    """
    right: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in ("plain", *_VIEWS)}
    shown: dict[str, tuple[Picture, ...]] = {}
    went = np.zeros(3, int)
    with suppress(TimeOver):
        for start, stop in blocks(world, len(world.drawn), first=_FEW, most=_AT_ONCE):
            rows = world.drawn[start:stop]
            pictures, truth = world.load(rows), world.truth(rows)
            views, told = _views(pictures, world.generator(8, start))
            answered = {name: world.right(view, truth) for name, view in views.items()}
            for name, values in answered.items():
                right[name].append(values[told] if name in ("silhouette", "outline") else values)
            if not start:
                # the same pictures in every row, so that the views can be compared
                first = told.nonzero()[0][:_VIEWS_SHOWN]
                shown = {name: tuple(as_array(view[first])) for name, view in views.items()}
            counts, mixed = _conflicts(world, pictures, truth, answered["plain"], start)
            went += counts
            for name, view in mixed.items() if not start else ():
                shown[name] = tuple(as_array(view[:_VIEWS_SHOWN]))
            world.say("texture", stop / len(world.drawn))
    if not right["plain"]:
        return None
    joined = {name: np.concatenate(values) for name, values in right.items()}
    by_shape, by_texture, neither = went.tolist()
    found = Texture(
        plain=share(joined["plain"]),
        pictures=len(joined["plain"]),
        told=len(joined["silhouette"]),
        views=tuple(View(name=name, accuracy=share(joined[name]), pictures=len(joined[name])) for name in _VIEWS),
        shape=by_shape,
        texture=by_texture,
        neither=neither,
        bias=share(np.repeat([True, False], [by_shape, by_texture])),
    )
    return found, tuple(shown.items())


def _views(pictures: Tensor, generator: torch.Generator) -> tuple[dict[str, Tensor], NDArray[np.bool_]]:
    """Pictures (n, C, H, W) as they are and in every view, and (n) of which the thing could be told from the ground."""
    thing = shape.find_thing(pictures)
    views = {f"tiles_{tiles}": shape.shuffled(pictures, tiles, generator) for tiles in _TILES}
    views |= {"plain": pictures, "silhouette": shape.silhouette(thing), "outline": shape.outline(thing)}
    return {name: views[name] for name in ("plain", *_VIEWS)}, thing.told.cpu().numpy()


def _conflicts(
    world: World, pictures: Tensor, truth: Tensor, right: NDArray[np.bool_], start: int
) -> tuple[NDArray[np.int64], dict[str, Tensor]]:
    """Each picture in the texture of the next one of another class, of those that are answered right as they are.

    Returns:
        (3) how many were answered by shape, by texture, by neither, of the classes that the drawn pictures have; and
        the pictures that gave the shape, those that gave the texture, and what was made of them, as far as there was
        time.
    """
    pairs, made = [], []
    for one, other in _pairs(right.nonzero()[0].tolist(), truth.tolist()):
        if world.clock.enough():
            break
        content, texture = as_array(pictures[[one, other]])
        chance = np.random.default_rng(mix(world.seed, 9, start, one))
        made.append(torch.from_numpy(quilting.transfer(content, texture, chance)).permute(2, 0, 1))
        pairs.append((one, other))
    if not pairs:
        return np.zeros(3, int), {}
    mixed = torch.stack(made).to(pictures.device)
    contents, fabrics = torch.tensor(pairs, device=pictures.device).unbind(1)
    with torch.no_grad():
        outputs = world.victim.outputs(mixed.float())
    # of a thousand classes nearly none is hit; the paper, too, lets choose among few
    absent = torch.ones(outputs.shape[1], dtype=torch.bool, device=outputs.device)
    absent[world.truth(world.drawn)] = False
    outputs = outputs.masked_fill(absent, float(outputs.min()) - 1)
    by_shape, by_texture = (~world.plain.fooled(outputs, truth[rows]) for rows in (contents, fabrics))
    neither = ~by_shape & ~by_texture
    counts = np.array([int(went.sum()) for went in (by_shape, by_texture, neither)])
    return counts, {"shape": pictures[contents], "texture": pictures[fabrics], "conflict": mixed}


def _pairs(rows: list[int], truth: list[int]) -> Iterator[tuple[int, int]]:
    """Each of some rows with the next one of another class; those after the last are the first ones."""
    for place, one in enumerate(rows):
        other = next((row for row in [*rows[place + 1 :], *rows[:place]] if truth[row] != truth[one]), None)
        if other is not None:
            yield one, other
