"""All parts of an attack within the time that there is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake.data.loader import mix
from miwake.data.preprocess import centre
from miwake.errors import UsageError, unknown
from miwake.prediction import Predictor
from miwake.robustness import attacks
from miwake.robustness.clock import Clock
from miwake.robustness.config import DEFAULT_TIME, MOST, AttackOptions
from miwake.robustness.effort import Effort
from miwake.robustness.figures import share
from miwake.robustness.masking import Subject, check
from miwake.robustness.pictures import examples
from miwake.robustness.results import Bound, Check, Level, Robustness, Shown, Smallest
from miwake.robustness.search import BOUND_STEPS, Plan, Tried, levels, try_on
from miwake.robustness.strength import parse_strength
from miwake.robustness.victim import Victim
from miwake.robustness.worlds import World, corrupt, patch, textures
from miwake.types import Dataset, Figure

_SHARES = {"attack": 0.45, "masking": 0.15, "patch": 0.15, "corruptions": 0.15, "texture": 0.1}
_FIRST = 8  # pictures of the first stretch, from which the pace is known
_SURE = 0.7  # share of the time left that the next stretch may be expected to take; one that is cut short is lost
_LARGEST = 128  # pictures at once
_CHECKED = 64  # pictures on which the attack itself is looked at
_EXAMPLES = 12
Report = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """A model, and pictures to attack it with."""

    predictor: Predictor
    dataset: Dataset
    """With the model's classes."""
    rows: NDArray[np.int64]
    """Its rows that may be used."""
    gather: Callable[[Tensor], Tensor]
    """Rows to stored pictures (B, C, Hs, Ws) uint8."""
    hardened: float | None = None
    """Grey levels that the run was trained against."""


def study(
    material: Material, options: AttackOptions, *, seconds: float | None, report: Report
) -> tuple[Robustness, Shown]:
    """Attack a model and look at it from all sides.

    Args:
        material: the model and the pictures.
        options: what was asked for.
        seconds: for all of it; None: until every picture that was asked for is done.
        report: called with the share of the whole that is done, and the part that is at work.

    Raises:
        UsageError: a name or a strength that does not fit.
    """
    task, shape = material.predictor.task, material.predictor.header.preprocessing
    attacks.find(options.attack)
    target = _target(options, material)
    clock = Clock(seconds, {name: part for name, part in _SHARES.items() if name == "attack" or name in options.parts})
    victim = Victim(
        model=material.predictor.model,
        task=task,
        preprocessing=shape,
        targeted=target is not None,
        ask=clock.check,
    )
    strength = _strength(options, material)
    every, headline = levels(strength, options.norm, (shape.channels, *shape.size), curve="curve" in options.parts)
    plan = Plan(
        attack=options.attack,
        norm=options.norm,
        effort=Effort(steps=options.steps, restarts=options.restarts),
        levels=every,
        headline=headline,
        smallest="smallest" in options.parts,
        bound="bound" in options.parts,
    )
    world = World(
        victim=victim,
        predictor=material.predictor,
        dataset=material.dataset,
        targets=task.targets(material.dataset),
        drawn=_drawn(material, options),
        load=lambda rows: _load(material, rows),
        target=target,
        clock=clock,
        report=report,
        seed=options.seed,
    )
    clock.begin("attack")
    table = _attack(world, plan)
    found = _figures(world, plan, table, options, material)
    shown = Shown(examples=_examples(world, table, plan))
    return _others(world, plan, table, found, shown, options)


def _target(options: AttackOptions, material: Material) -> int | None:
    classes = material.predictor.task.classes
    if options.target is None:
        return None
    if options.target not in classes:
        raise unknown("class", options.target, classes)
    if material.dataset.multilabel:
        raise UsageError(
            "--target names one class, and the model gives several labels a picture.", todo="leave --target away."
        )
    return classes.index(options.target)


def _strength(options: AttackOptions, material: Material) -> float:
    if options.strength is not None:
        return parse_strength(options.strength, "strength")
    if options.norm == "l2":
        return 127.5
    return material.hardened or 8.0


def limit(options: AttackOptions, asked: float | None) -> float | None:
    """Seconds that an attack may take, where no time was asked for."""
    return asked if asked is not None or options.count is not None else DEFAULT_TIME


def _drawn(material: Material, options: AttackOptions) -> NDArray[np.int64]:
    """Rows in random order, as many as may be used at most."""
    order = np.random.default_rng(options.seed).permutation(material.rows)
    return order[: options.count or MOST]


def _load(material: Material, rows: NDArray[np.int64]) -> Tensor:
    """(n, C, H, W) uint8 as the network sees them, before they are normalised."""
    pictures = material.gather(torch.from_numpy(rows)).to(material.predictor.device)
    return centre(pictures, material.predictor.header.preprocessing)


# -- the attack itself ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """What became of n pictures."""

    rows: NDArray[np.int64]
    right: NDArray[np.bool_]
    fooled: NDArray[np.bool_]
    """(n, L)"""
    rounded: NDArray[np.bool_]
    smallest: NDArray[np.float64]
    bound: NDArray[np.bool_]
    kept: list[tuple[int, Tensor]]
    """Places and changed pictures (C, H, W), for the page."""
    reached: int
    """Strengths, from the weakest, for which there was time."""
    whole: bool
    """Whether there was time for everything that was asked of these pictures."""


def _stretches(world: World, total: int) -> Iterator[tuple[int, int]]:
    """From and to: few pictures at first, then twice as many each time, as long as they fit into the time."""
    done, size = 0, min(_FIRST, total)
    while done < total and not (done and world.clock.enough()):
        start = world.clock.spent
        yield done, min(done + size, total)
        pace = max(world.clock.spent - start, 1e-3) / size
        done += size
        left = world.clock.left()
        size = _LARGEST if math.isinf(left) else int(min(_LARGEST, 2 * size, _SURE * max(left, 0) / pace))
        if size < 1:
            return


def _attack(world: World, plan: Plan) -> Table:
    """Attack the drawn pictures, a stretch at a time, until they or the time are used up.

    A stretch that the time cuts short does not count: of it the easy pictures alone would be known. Of the first one is
    kept what was found out of all its pictures.
    """
    parts: list[Tried] = []
    rows: list[NDArray[np.int64]] = []
    kept: list[tuple[int, Tensor]] = []
    for start, stop in _stretches(world, len(world.drawn)):
        chosen = world.drawn[start:stop]
        pictures, truth = world.load(chosen).float(), world.truth(chosen)
        tried = try_on(world.victim, pictures, world.labels(truth), truth, plan, mix(world.seed, start))
        if parts and not tried.whole:
            break
        tried = _without_target(world, tried, truth)
        hit = torch.isfinite(tried.smallest) & tried.right
        kept += [(start + place, tried.changed[place].clone()) for place in hit.nonzero().squeeze(1).tolist()][
            : max(0, _EXAMPLES - len(kept))
        ]
        parts.append(replace(tried, changed=tried.changed[:0]))
        rows.append(chosen)
        world.say("attack", stop / len(world.drawn))
    return Table(
        rows=np.concatenate(rows),
        kept=kept,
        reached=parts[0].reached,
        whole=parts[0].whole,
        **{
            name: torch.cat([getattr(part, name) for part in parts]).cpu().numpy()
            for name in ("right", "fooled", "rounded", "smallest", "bound")
        },
    )


def _without_target(world: World, tried: Tried, truth: Tensor) -> Tried:
    """Pictures that show the wanted class itself cannot be fooled into it."""
    if world.target is None:
        return tried
    own = truth == world.target
    return replace(
        tried,
        fooled=tried.fooled & ~own[:, None],
        rounded=tried.rounded & ~own,
        bound=tried.bound & ~own,
        smallest=tried.smallest.masked_fill(own, torch.inf),
    )


def _figures(world: World, plan: Plan, table: Table, options: AttackOptions, material: Material) -> Robustness:
    groups = world.groups(table.rows)
    tried = table.right & _within_reach(world, table.rows)

    def left(fooled: NDArray[np.bool_]) -> Figure:
        kept = table.right & ~fooled
        # an attack that wants one answer says nothing of the other wrong ones
        return share(kept, groups) if world.target is None else share(kept[:0])

    def rate(fooled: NDArray[np.bool_]) -> Figure:
        return share(fooled[tried], None if groups is None else groups[tried])

    def level(place: int) -> Level:
        fooled = table.fooled[:, place]
        if place >= table.reached:
            return Level(strength=plan.levels[place], accuracy=share(fooled[:0]), fooled=0, rate=share(fooled[:0]))
        return Level(strength=plan.levels[place], accuracy=left(fooled), fooled=int(fooled.sum()), rate=rate(fooled))

    bound, smallest = None, None
    if plan.bound and table.reached > plan.headline:
        more = int((table.bound & ~table.fooled[:, plan.headline]).sum())
        bound = Bound(accuracy=left(table.bound), rate=rate(table.bound), more=more, steps=BOUND_STEPS)
    if plan.smallest and table.whole:
        order = np.argsort(table.smallest[tried], kind="stable")
        sizes = table.smallest[tried][order].astype(float)
        smallest = Smallest(
            median=float(np.median(sizes)) if len(sizes) and math.isfinite(sizes[len(sizes) // 2]) else math.inf,
            values=tuple(sizes.tolist()),
            most=plan.levels[-1],
            pictures=tuple(str(material.dataset.paths[row]) for row in table.rows[tried][order]),
        )
    return Robustness(
        data=material.dataset.name,
        pictures=len(table.rows),
        chosen_from=len(material.rows),
        attack=options.attack,
        norm=options.norm,
        strength=plan.strength,
        steps=options.steps,
        restarts=options.restarts,
        target=options.target,
        hardened=material.hardened,
        plain=share(table.right, groups),
        attacked=level(plan.headline),
        rounded=int(table.rounded.sum()),
        guessing=_guessing(world.truth(table.rows)),
        curve=tuple(level(place) for place in range(table.reached)) if "curve" in options.parts else (),
        smallest=smallest,
        bound=bound,
    )


def _within_reach(world: World, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n) which pictures the attack can succeed on: of those that show the wanted class itself nobody can tell."""
    if world.target is None:
        return np.ones(len(rows), bool)
    reach: NDArray[np.bool_] = world.truth(rows).cpu().numpy() != world.target
    return reach


def _guessing(truth: Tensor) -> float:
    _, counts = torch.unique(truth, dim=0, return_counts=True)
    return float(counts.max()) / len(truth)


def _examples(world: World, table: Table, plan: Plan) -> tuple[Any, ...]:
    if not table.kept:
        return ()
    places = np.array([place for place, _ in table.kept])
    rows = table.rows[places]
    before = world.load(rows).float()
    after = torch.stack([changed for _, changed in table.kept])
    paths, names = [world.dataset.paths[row] for row in rows.tolist()], [world.name(row) for row in rows.tolist()]
    return tuple(examples(world.predictor, world.victim, before, after, paths, names, plan.norm))


# -- the other parts -----------------------------------------------------------------------------------------------


def _others(
    world: World, plan: Plan, table: Table, found: Robustness, shown: Shown, options: AttackOptions
) -> tuple[Robustness, Shown]:
    left_out = [] if table.whole else list(_cut_short(plan, table, options))
    if "masking" in options.parts:
        world.clock.begin("masking")
        found = replace(found, masking=_masking(world, plan, table))
        if not found.masking:
            left_out.append("masking")
    if "patch" in options.parts:
        world.clock.begin("patch")
        made = patch(world, options.patch_area, options.target)
        if made is None:
            left_out.append("patch")
        else:
            found, shown = replace(found, patch=made[0]), replace(shown, patch=made[1], patched=made[2])
    if "corruptions" in options.parts:
        world.clock.begin("corruptions")
        spoilt = corrupt(world)
        if spoilt is None:
            left_out.append("corruptions")
        else:
            found, shown = replace(found, corruptions=spoilt[0]), replace(shown, corrupted=spoilt[1])
    if "texture" in options.parts and world.dataset.multilabel:
        left_out.append("texture")
    elif "texture" in options.parts:
        world.clock.begin("texture")
        judged = textures(world)
        if judged is None:
            left_out.append("texture")
        else:
            found, shown = replace(found, texture=judged[0]), replace(shown, views=judged[1])
    return replace(found, left_out=tuple(left_out), seconds=round(world.clock.spent, 1)), shown


def _cut_short(plan: Plan, table: Table, options: AttackOptions) -> Iterator[str]:
    """What could not be found out of even the first pictures."""
    if table.reached <= plan.headline:
        yield "result"
    if table.reached < len(plan.levels) and "curve" in options.parts:
        yield "curve"
    if plan.smallest:
        yield "smallest"


def _masking(world: World, plan: Plan, table: Table) -> tuple[Check, ...]:
    rows = table.rows[table.right & _within_reach(world, table.rows)][:_CHECKED]
    if not len(rows):
        return ()
    subject = Subject(
        victim=world.victim,
        pictures=world.load(rows).float(),
        labels=world.labels(world.truth(rows)),
        norm=plan.norm,
        strength=plan.strength,
        seed=world.seed,
    )
    world.say("masking", 0.0)
    return tuple(check(subject))
