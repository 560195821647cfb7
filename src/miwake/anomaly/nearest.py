"""The nearest rows of a bank: a search over few directions first, then exactly among those that remain."""

from __future__ import annotations

import torch
from torch import Tensor

_QUERIES = 1024
_LEAD = 96
"""Leading directions of the first search."""
WHOLE = 2 * _LEAD
"""Columns up to which all are searched at once: choosing candidates would cost more than it saves."""
_BLOCK = 64
_KEPT = 8
"""Candidates whose distances are taken exactly."""


def turned(bank: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (d) of a bank (M, d), and its directions (d, d), those along which it varies most first.

    Distances stay what they are; most of them is seen in a few of the new directions.
    """
    mean = bank.mean(0)
    centred = (bank - mean).double()
    _, directions = torch.linalg.eigh(centred.T @ centred)
    return mean, directions.flip(1).to(bank.dtype).contiguous()


def nearest(queries: Tensor, bank: Tensor, *, lead: int = _LEAD, kept: int = _KEPT) -> tuple[Tensor, Tensor]:
    """The nearest row of the bank for each query.

    Args:
        queries: (Q, d) float32, turned as the bank is.
        bank: (M, d) float32, turned by `turned`: the first columns vary most.
        lead: columns of the first search; a distance over these alone is never more than the whole one.
        kept: rows whose distances are then taken over all columns; the nearest of all is among them nearly always.

    Returns:
        (Q) distances and (Q) int64 rows.
    """
    distances, rows = [], []
    whole = 2 * lead >= bank.shape[1] or len(bank) <= 4 * kept
    front = bank if whole else bank[:, :lead].contiguous()
    half = front.square().sum(1).mul_(-0.5)
    for part in torch.split(queries, _QUERIES):
        likeness = torch.addmm(half, part if whole else part[:, :lead], front.T)
        if whole:
            found = likeness.argmax(1)
        else:
            near = _most(likeness, min(kept, len(bank)))  # (q, k)
            exact = (bank[near.flatten()].view(*near.shape, -1) - part[:, None]).square().sum(2)
            found = near.gather(1, exact.argmin(1, keepdim=True))[:, 0]
        rows.append(found)
        distances.append((part - bank[found]).square().sum(1).sqrt())
    return torch.cat(distances), torch.cat(rows)


def _most(likeness: Tensor, kept: int) -> Tensor:
    """(q, kept) columns of the greatest of (q, M): they lie in the `kept` blocks with the greatest maxima."""
    columns = likeness.shape[1]
    whole = columns // _BLOCK * _BLOCK
    if whole < 4 * kept * _BLOCK:
        return likeness.topk(kept, dim=1, sorted=False).indices
    blocks = likeness[:, :whole].view(len(likeness), -1, _BLOCK).amax(2).topk(kept, dim=1, sorted=False).indices
    inside = (blocks[:, :, None] * _BLOCK + torch.arange(_BLOCK, device=likeness.device)).flatten(1)
    rest = torch.arange(whole, columns, device=likeness.device).expand(len(likeness), -1)
    among = torch.cat([inside, rest], 1)
    return among.gather(1, likeness.gather(1, among).topk(kept, dim=1, sorted=False).indices)
