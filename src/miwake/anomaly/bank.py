"""A memory of what good pictures look like, made in one pass and in bounded room."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from miwake.anomaly.coreset import coreset
from miwake.anomaly.nearest import WHOLE, nearest, turned

Pool = tuple[Tensor, Tensor, Tensor]
"""(P, d) rows that are held, the random number (P) of each, and the place (P) of the grid that it comes from."""
_BLOCK, _PART = 512, 8192
_RIDGE = 0.01
"""Share of the mean variance that is added to that of each direction."""
_SHRINK = 8.0
"""Rows of the overall mean that each place's own is taken together with."""


class Bank(nn.Module):
    """Rows that stand for all that was seen, in units of how much features vary together, or each by itself.

    Args:
        rows: how many it keeps.
        features: d.
        pool: rows that are held at once while it is made: a fair sample of all that pass by (Vitter 1985).
        grid: h and w of the places that rows come from.
    """

    rows: Tensor
    scale: Tensor
    mean: Tensor
    directions: Tensor
    typical: Tensor

    def __init__(self, rows: int, features: int, pool: int, grid: tuple[int, int]) -> None:
        super().__init__()
        self.pool, self.grid = max(pool, rows), grid
        self.register_buffer("rows", torch.zeros(rows, features))
        self.register_buffer("scale", torch.ones(features))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("directions", torch.eye(features))
        self.register_buffer("typical", torch.ones(grid))

    def observe(self, inputs: Tensor, state: Pool | None) -> Pool:
        """Hold a sample of the rows that came so far: each place of (B, d, h, w) is one."""
        fresh = inputs.movedim(1, -1).reshape(-1, inputs.shape[1]).float().cpu()
        # each row draws a number, and those with the lowest numbers stay: the same sample however they come in batches
        numbers = torch.rand(len(fresh))
        places = torch.arange(self.grid[0] * self.grid[1]).repeat(len(inputs))
        if state is None:
            rows, drawn, where = fresh, numbers, places
        else:
            below = state[1].max() if len(state[1]) >= self.pool else torch.tensor(2.0)
            keep = numbers < below
            rows, drawn, where = (
                torch.cat([old, new[keep]]) for old, new in zip(state, (fresh, numbers, places), strict=True)
            )
        if len(rows) > self.pool:
            kept = drawn.topk(self.pool, largest=False, sorted=False).indices.sort().values
            rows, drawn, where = rows[kept], drawn[kept], where[kept]
        return rows, drawn, where

    def finish(self, state: Pool) -> None:
        """Keep the rows that leave none of the sample far away."""
        rows, _, places = state
        if rows.shape[1] <= WHOLE:
            self._set(*whitened(rows))
            points = self._moved(rows)
            picks = coreset(points, min(len(self.rows), len(points)))
        else:
            # where a search begins with a few directions, these have to hold most of the distance
            spread = rows.std(0, correction=0)
            # what hardly varies must not be blown up
            self.scale.copy_(1 / spread.clamp_min(0.1 * float(spread.mean()) + 1e-6))
            scaled = rows * self.scale.cpu()
            picks = coreset(scaled, min(len(self.rows), len(scaled)))
            self._set(*turned(scaled[picks]))
            points = self._moved(rows)
        bank = points[picks]
        if len(bank) < len(self.rows):  # fewer patches than were expected: some stand twice, which changes nothing
            bank = bank.repeat(-(-len(self.rows) // len(bank)), 1)[: len(self.rows)]
        self.rows.copy_(bank)
        others = torch.ones(len(points), dtype=torch.bool)
        others[picks] = False  # those that were picked are no measure of distance
        if others.any():
            distance, _ = nearest(points[others], self.rows.cpu())
            self.typical.copy_(self._typical(distance, places[others]))
        else:
            self.typical.copy_(self._typical(_apart(points), places))

    def _set(self, mean: Tensor, directions: Tensor) -> None:
        self.mean.copy_(mean)
        self.directions.copy_(directions)

    def _moved(self, rows: Tensor) -> Tensor:
        """(M, d) rows on the processor, in the units and directions of `rows`."""
        return (rows * self.scale.cpu() - self.mean.cpu()) @ self.directions.cpu()

    def _typical(self, distance: Tensor, places: Tensor) -> Tensor:
        """(h, w) mean distance around each place: at a picture's edge, or where parts differ, good patches are farther
        from each other than elsewhere, and would hide what is odd at other places.
        """
        height, width = self.grid
        total = torch.bincount(places, distance.double(), height * width).reshape(1, 1, height, width)
        count = torch.bincount(places, minlength=height * width).double().reshape(1, 1, height, width)
        # over the places next to it too; sums, so that places with few rows say little
        total, count = (9 * functional.avg_pool2d(sums, 3, 1, 1) for sums in (total, count))
        overall = float(distance.mean())
        means = (total + _SHRINK * overall) / (count + _SHRINK)
        return means[0, 0].float().clamp_min(1e-3)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """How far each row is from the nearest of the bank, in units of what is typical of its place, and which it is.

        Args:
            inputs: (B, d, h, w).

        Returns:
            (B, h, w) distances, differentiable in the inputs, and (B, h, w) rows.
        """
        places = self.queries(inputs)
        queries = places.flatten(0, 2)
        with torch.no_grad():
            _, found = nearest(queries, self.rows)
        distance = (queries - self.rows[found]).square().sum(1).add(1e-8).sqrt()
        return distance.reshape(places.shape[:-1]) / self.typical, found.reshape(places.shape[:-1])

    def queries(self, inputs: Tensor) -> Tensor:
        """(B, h, w, d) in the units and directions of `rows`, of (B, d, h, w)."""
        return (inputs.movedim(1, -1).float() * self.scale - self.mean) @ self.directions

    def doubt(self, inputs: Tensor, found: Tensor, around: int = 9) -> Tensor:
        """(B) how far from 1 the share of the nearest row among its own neighbours is (Roth 2022, equation 7).

        Args:
            inputs: (B, d) one row each.
            found: (B) its nearest row of the bank.
            around: neighbours of that row.
        """
        queries = (inputs.float() * self.scale - self.mean) @ self.directions
        with torch.no_grad():
            apart = torch.cdist(self.rows[found], self.rows)
            near = apart.topk(min(around, len(self.rows)), largest=False).indices  # (B, k), itself among them
        unit = self.typical.mean()
        distance = (self.rows[near] - queries[:, None]).square().sum(2).add(1e-8).sqrt() / unit
        own = (self.rows[found] - queries).square().sum(1).add(1e-8).sqrt() / unit
        return 1 - (own - distance.logsumexp(1)).exp()


def whitened(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (d) of rows (M, d), and directions (d, d) along which they all vary alike, but for those that hardly do.

    The nearest row of a bank is then that in terms of what is unusual (Mahalanobis's distance, as PaDiM takes it), and
    features that tell the same count once.
    """
    mean = rows.mean(0)
    covariance = torch.zeros(len(mean), len(mean), dtype=torch.float64, device=rows.device)
    for part in torch.split(rows, _PART):  # in double precision, but never all of them at once
        centred = (part - mean).double()
        covariance.addmm_(centred.T, centred, alpha=1 / len(rows))
    values, directions = torch.linalg.eigh(covariance)
    ridge = _RIDGE * float(values.mean()) + 1e-6
    white = directions / (values.clamp_min(0) + ridge).sqrt()
    return mean, white.flip(1).to(rows.dtype).contiguous()


def _apart(rows: Tensor) -> Tensor:
    """(M) distance of each row from the nearest other one; of a single row how long it is."""
    if len(rows) == 1:
        return rows.square().sum(1).sqrt()
    found = []
    for start in range(0, len(rows), _BLOCK):
        distances = torch.cdist(rows[start : start + _BLOCK], rows)
        distances[:, start:].fill_diagonal_(torch.inf)
        found.append(distances.amin(1))
    return torch.cat(found)
