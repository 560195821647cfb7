"""The classes of a data set's pixels: settled once its masks were looked at, or as the user says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from miwake.data.census import Census, Counted, take_census
from miwake.data.legend import find_legend, read_legend
from miwake.data.proposal import Meaning, meaning, with_void
from miwake.errors import DataError, UsageError
from miwake.types import Dataset

_LOOKED_AT = 100  # folders of masks


def masks_of(dataset: Dataset) -> list[Path]:
    """Files of the masks of those rows that have one."""
    return [dataset.root / name for name in dataset.masks or () if name is not None]


def census_of(
    dataset: Dataset, progress: Callable[[int, int], None] | None = None
) -> tuple[Census, list[Counted | None]]:
    """The values in a data set's masks, together and each; see `take_census`."""
    return take_census(masks_of(dataset), progress)


def settled(dataset: Dataset, legend: Path | None, void: str | None) -> Dataset:
    """A data set of masks with its classes and legend, and what was found about them in its notes.

    All masks are read once, to see which values they hold.

    Args:
        dataset: as its reader gives it: its masks are files of values, or outlines whose meaning is known.
        legend: the file that the user names; None: one that lies beside pictures or masks, or what the values suggest.
        void: the class or value that is to count nothing besides.

    Raises:
        DataError: values that cannot be classes, or a legend that is broken or does not fit them.
        UsageError: the data set has no classes of pixels, or no class or value is called so.
    """
    if dataset.task != "segment":
        flag = "--legend" if legend is not None else "--void"
        raise UsageError(
            f"{flag} is for masks with classes, and {dataset.name} is read for '{dataset.task}'.",
            expected="pictures with a mask each",
            todo="leave it away, or add --task segment.",
        )
    if legend is not None:
        if dataset.legend is not None:
            raise UsageError("--legend is for masks; a file of annotations names its categories itself.")
        if not legend.is_file():
            raise DataError(f"{legend} does not exist.", expected="the legend of --legend, such as legend.csv")
    if dataset.legend is None:
        file = legend or find_legend(*_folders(dataset))
        census, _ = census_of(dataset)
        dataset = _with(dataset, meaning(census, None if file is None else read_legend(file), dataset.root))
    if void is not None:
        assert dataset.legend is not None
        dataset = _with(dataset, with_void(Meaning(classes=dataset.classes, legend=dataset.legend), void))
    return dataset


def _folders(dataset: Dataset) -> list[Path]:
    """Where a legend may lie: beside the whole, or beside masks."""
    beside = {(dataset.root / mask).parent: None for mask in dataset.masks or () if mask}
    return [dataset.root, *list(beside)[:_LOOKED_AT]]


def _with(dataset: Dataset, found: Meaning) -> Dataset:
    return replace(dataset, classes=found.classes, legend=found.legend, notes=(*dataset.notes, *found.notes))
