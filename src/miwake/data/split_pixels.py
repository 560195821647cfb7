"""Dividing pictures whose pixels have classes: every class in each split where that can be, sequences kept together."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
from numpy.typing import NDArray

from miwake.data.check_masks import presence
from miwake.data.config import DataOptions
from miwake.data.split import SplitReport, split
from miwake.types import TEST, VAL, Dataset, Note

SEQUENCE = r"([^/]*?)[_-]?[A-Za-z]*\d+\.[^./]*$"
"""What comes before the last number of a file's name: the film or volume that a frame or slice is of."""
_NUMBERED = 0.8


def split_pixels(
    dataset: Dataset, options: DataOptions, seed: int, identity: NDArray[np.int64] | None = None
) -> tuple[Dataset, SplitReport]:
    """Divide a data set of the task `segment`; see `miwake.data.split.split`.

    Splits that the data gives are kept, groups are never divided, and where a split is missing its share is taken from
    the training pictures so that each class is seen in all splits in like shares of the pictures. A class that is in
    too few pictures for that is said, and is no error. A picture without a mask is in no split.

    Args:
        dataset: with masks and a legend.
        options: the shares.
        seed: 0 or more.
        identity: (N) equal for identical pictures; below 0 for one that cannot be read. None: no two are identical.

    Raises:
        DataError: too few pictures, or a split that is left without any.
    """
    if identity is None:
        identity = np.arange(len(dataset))
    masked = np.array([mask is not None for mask in dataset.masks or [None] * len(dataset)], bool)
    seen = dataclasses.replace(dataset, targets=presence(dataset))
    divided, report = split(seen, options, seed, np.where(masked, identity, -1), strict=False)
    *sentences, checked = report.sentences
    taken = any(not (dataset.split[masked] == part).any() for part in (VAL, TEST))
    if dataset.group is None and taken:
        sentences += _about_sequences(dataset)
    report = dataclasses.replace(report, sentences=(*sentences, checked))
    return dataclasses.replace(dataset, split=divided.split), report


def _about_sequences(dataset: Dataset) -> list[Note]:
    """A warning where names look like those of frames or slices, and a pattern that keeps these together."""
    found = [re.search(SEQUENCE, path) for path in dataset.paths]
    names = [match[1] for match in found if match is not None]
    if len(names) < _NUMBERED * len(dataset):
        return []
    sequences = len(set(names))
    notes = [Note("divide.pixels.frames")]
    if 3 <= sequences <= len(names) / 3:
        notes.append(Note("divide.pixels.sequences", {"n": sequences, "pattern": SEQUENCE}))
    return notes
