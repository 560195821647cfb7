"""A short name for exactly these pictures with exactly these labels."""

from __future__ import annotations

import hashlib

import numpy as np
import torch

from miwake.data.pictures import Pictures
from miwake.data.preprocess import read_bytes
from miwake.types import UNASSIGNED, Dataset

_SAMPLE = 512


def fingerprint(dataset: Dataset, pictures: Pictures) -> str:
    """32 hexadecimal digits of SHA-256 over paths, targets, class names and the pixels of evenly drawn pictures
    and of their masks, where pixels have classes.

    The order of the files does not matter.
    """
    order = np.argsort(np.asarray(dataset.paths, dtype=object), kind="stable")
    digest = hashlib.sha256("\0".join(dataset.classes).encode())
    digest.update("\0".join(dataset.paths[row] for row in order).encode("utf-8", "surrogateescape"))
    digest.update(np.ascontiguousarray(np.asarray(dataset.targets)[order]).tobytes())
    if dataset.legend is not None:
        digest.update(repr((dataset.legend.values, dataset.legend.void)).encode())
    # pictures that could not be read are in no split
    order = order[dataset.split[order] != UNASSIGNED]
    drawn = order[np.linspace(0, len(order) - 1, min(len(order), _SAMPLE)).astype(np.int64)]
    for start in range(0, len(drawn), 64):
        part = torch.from_numpy(drawn[start : start + 64])
        digest.update(pictures.gather(part).permute(0, 2, 3, 1).contiguous().numpy().tobytes())
    if dataset.legend is not None:
        for row in drawn.tolist():
            digest.update(_mask(dataset, row))
    return digest.hexdigest()[:32]


def _mask(dataset: Dataset, row: int) -> bytes:
    """What names a row's mask by what it shows."""
    mask = None if dataset.masks is None else dataset.masks[row]
    if mask is None or dataset.legend is None:
        return b""
    if not dataset.legend.outlines:
        return hashlib.sha256(read_bytes(dataset.root / mask)).digest()
    from miwake.data.outlines import outlines_of

    name, number = mask.rsplit("#", 1)
    return outlines_of(dataset.root / name).content(int(number))
