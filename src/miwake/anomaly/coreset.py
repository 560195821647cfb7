"""Greedy coresets: of many points the few that leave none far away (Roth 2022, algorithm 1; Gonzalez 1985)."""

from __future__ import annotations

import torch
from torch import Tensor

_CANDIDATES = 4096
"""Points among which the next ones are looked for."""
_CHUNK = 8192
"""Points whose distances to new picks are taken at once; the block stays in the cache."""


def plain(points: Tensor, count: int, *, first: int = 0) -> Tensor:
    """The algorithm as it is written: each pick is the point that is farthest from all picks before it.

    Args:
        points: (N, d) float.
        count: picks, at most N.
        first: the first pick.

    Returns:
        (count) int64 rows, in the order of picking; the lower row where two are equally far.
    """
    picks = [first]
    far = (points - points[first]).square().sum(1)
    for _ in range(count - 1):
        farthest = int(far.argmax())
        picks.append(farthest)
        torch.minimum(far, (points - points[farthest]).square().sum(1), out=far)
    return torch.tensor(picks)


def coreset(points: Tensor, count: int, *, first: int = 0, candidates: int = _CANDIDATES) -> Tensor:
    """The picks of `plain`, much sooner.

    Distances only shrink. So the farthest `candidates` points are looked at by themselves for as long as one of them is
    farther than every other point was: their distances fit into the cache. Then all picks that were made are taken
    into account for those other points at once, by one product of matrices, and only for points that can still be
    among the farthest: what lies nearer than the farthest `candidates` is left as it is, with a note of how many picks
    it has seen.

    Args:
        points: (N, d) float32.
        count: picks, at most N.
        first: the first pick.
        candidates: the more, the fewer products and the more work for each pick.

    Returns:
        (count) int64 rows, in the order of picking. Rounding apart (the products round differently than differences
        do) they are those of `plain`.
    """
    points = (points - points.mean(0)).contiguous()  # smaller numbers, less rounding
    number = len(points)
    size = min(max(candidates, 1), number)
    norms = points.square().sum(1)
    picks = torch.empty(count, dtype=torch.int64)
    picks[0], made = first, 1
    far = torch.full((number,), torch.inf)
    seen = torch.zeros(number, dtype=torch.int64)
    far[first] = -1.0
    while made < count:
        chosen, limit = _farthest(points, norms, far, seen, picks[:made], size)
        made = _pick(points, norms, far, chosen, limit, picks, made)
        seen[chosen] = made
    return picks


def _farthest(
    points: Tensor, norms: Tensor, far: Tensor, seen: Tensor, picks: Tensor, size: int
) -> tuple[Tensor, float]:
    """The `size` farthest points, up to date, and how far any other point can be at most."""
    made = len(picks)
    order = far.argsort(descending=True, stable=True)
    place, number = 0, len(far)
    while True:
        # the next ones by what is known of them; most of those far down never come into play
        part = order[place : place + max(_CHUNK, size)]
        stale = part[seen[part] < made]
        _update(points, norms, far, seen, picks, stale)
        place += len(part)
        bound = float(far[order[place]]) if place < number else -torch.inf
        ahead = order[:place]
        if size >= place:
            kept, limit = ahead, -torch.inf
        else:
            values, where = far[ahead].topk(size + 1)
            kept, limit = ahead[where[:size]], float(values[size])
        # enough where the least of the kept is at least as far as all that was not looked at can be
        if place == number or float(far[kept].min()) >= bound:
            return kept.sort().values, max(limit, bound)


def _update(points: Tensor, norms: Tensor, far: Tensor, seen: Tensor, picks: Tensor, rows: Tensor) -> None:
    """Take the picks into account that `rows` have not seen yet."""
    if not len(rows):
        return
    made = len(picks)
    # rows that have seen the same picks go together
    for since in torch.unique(seen[rows]).tolist():
        group = rows[seen[rows] == since]
        new = picks[since:]
        centres, lengths = points[new], norms[new]
        for part in torch.split(group, _CHUNK):
            for begin in range(0, len(new), 512):
                end = begin + 512
                distance = torch.addmm(lengths[begin:end], points[part], centres[begin:end].T, alpha=-2.0)
                nearest = distance.min(1).values.add_(norms[part]).clamp_min_(0.0)
                far[part] = torch.minimum(far[part], nearest)
    far[picks] = -1.0
    seen[rows] = made


def _pick(points: Tensor, norms: Tensor, far: Tensor, chosen: Tensor, limit: float, picks: Tensor, made: int) -> int:
    """Pick among `chosen` while one of them is farther than all others can be; returns how many there are then."""
    near, lengths = points[chosen], norms[chosen]
    distance = far[chosen]
    begun = made
    while made < len(picks):
        farthest = int(distance.argmax())
        # the first of a round is the farthest of all, whatever equals it
        if float(distance[farthest]) < limit or (float(distance[farthest]) == limit and made > begun):
            break
        picks[made] = chosen[farthest]
        made += 1
        fresh = torch.addmv(lengths, near, near[farthest], alpha=-2.0).add_(lengths[farthest]).clamp_min_(0.0)
        torch.minimum(distance, fresh, out=distance)
        distance[farthest] = -1.0
    far[chosen] = distance
    return made
