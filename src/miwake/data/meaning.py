"""The classes of a data set's pixels: settled once its masks were looked at, or as the user says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from miwake.data.census import Census, Counted, take_census
from miwake.data.legend import find_legend, read_legend
from miwake.data.proposal import Meaning, meaning, with_void
from miwake.errors import DataError, UsageError
from miwake.types import Dataset, Note


def masks_of(dataset: Dataset) -> list[Path]:
    """Files of the masks of those rows that have one."""
    return [dataset.root / name for name in dataset.masks or () if name is not None]


def census_of(
    dataset: Dataset, progress: Callable[[int, int], None] | None = None
) -> tuple[Census, list[Counted | None]]:
    """The values in a data set's masks, together and each; see `take_census`."""
    return take_census(masks_of(dataset), progress)


def with_meaning(dataset: Dataset, folders: Sequence[Path], file: Path | None = None) -> Dataset:
    """A data set of masks with its classes and legend, and what was found about them in its notes.

    Args:
        dataset: with masks that are files.
        folders: where a legend may lie.
        file: the legend that was asked for.

    Raises:
        DataError: values that cannot be classes, or a legend that does not fit them.
    """
    file = file or find_legend(*folders)
    key = None if file is None else read_legend(file)
    census, _ = census_of(dataset)
    return _with(dataset, meaning(census, key, dataset.root))


def relabelled(dataset: Dataset, legend: Path | None, void: str | None) -> Dataset:
    """The same by the legend that the user gives, and without what is to count nothing.

    Raises:
        DataError: the legend is broken or does not fit the masks.
        UsageError: the data set has no classes of pixels, or no class or value is called so.
    """
    if dataset.legend is None:
        flag = "--legend" if legend is not None else "--void"
        raise UsageError(
            f"{flag} is for masks with classes, and {dataset.name} is read for '{dataset.task}'.",
            expected="pictures with a mask each",
            todo="leave it away, or add --task segment.",
        )
    if legend is not None:
        if dataset.legend.outlines:
            raise UsageError("--legend is for masks; a file of annotations names its categories itself.")
        if not legend.is_file():
            raise DataError(f"{legend} does not exist.", expected="the legend of --legend, such as legend.csv")
        dataset = with_meaning(dataset, (), legend)
    if void is not None:
        assert dataset.legend is not None
        dataset = _with(dataset, with_void(Meaning(classes=dataset.classes, legend=dataset.legend), void), add=True)
    return dataset


def _with(dataset: Dataset, found: Meaning, *, add: bool = False) -> Dataset:
    notes = [note for note in dataset.notes if add or not (isinstance(note, Note) and note.key in _OF_MEANING)]
    return replace(dataset, classes=found.classes, legend=found.legend, notes=(*notes, *found.notes))


_OF_MEANING = {
    "pixels.legend",
    "pixels.two",
    "pixels.soft",
    "pixels.indices",
    "pixels.colours",
    "pixels.void",
    "pixels.void.beside",
}
"""Notes on the meaning of values, which another legend replaces."""
