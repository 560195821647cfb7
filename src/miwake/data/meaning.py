"""The classes of a data set's pixels: settled once its masks were looked at, or as the user says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from miwake.data.census import Census, Counted, take_census, value_of
from miwake.data.legend import find_legend, read_legend
from miwake.data.naming import first
from miwake.data.proposal import Meaning, meaning, with_void
from miwake.errors import DataError, UsageError
from miwake.types import Dataset, Note

_LOOKED_AT = 100  # folders of masks


def masks_of(dataset: Dataset) -> list[Path]:
    """Files of the masks of those rows that have one."""
    return [dataset.root / name for name in dataset.masks or () if name is not None]


def census_of(
    dataset: Dataset, progress: Callable[[int, int], None] | None = None
) -> tuple[Census, list[Counted | None]]:
    """The values in a data set's masks, together and each; see `take_census`."""
    return take_census(masks_of(dataset), progress)


def settled(dataset: Dataset, legend: Path | None, void: str | None, learnt: Meaning | None = None) -> Dataset:
    """A data set of masks with its classes and legend, and what was found about them in its notes.

    All masks are read once, to see which values they hold.

    Args:
        dataset: as its reader gives it: its masks are files of values, or outlines whose meaning is known.
        legend: the file that the user names; None: one that lies beside pictures or masks, or what the values suggest.
        void: the class or value that is to count nothing besides.
        learnt: what values meant to a model; taken where no file says otherwise, and it names all that the masks hold.

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
        found = _as_learnt(census, learnt) if file is None and learnt is not None else None
        found = found or meaning(census, None if file is None else read_legend(file), dataset.root)
        dataset = _with(dataset, found)
    if void is not None:
        assert dataset.legend is not None
        dataset = _with(dataset, with_void(Meaning(classes=dataset.classes, legend=dataset.legend), void))
    return dataset


def _as_learnt(census: Census, learnt: Meaning) -> Meaning | None:
    """What a model has learnt that values mean; None where the masks hold others."""
    legend = learnt.legend
    known = {value for values in (*legend.values, legend.void) for value in values}
    known |= {value * 3 for value in known if legend.colours and len(value) == 1}
    held = [value_of(code, census.colours) for code in census.codes.tolist()]
    if legend.colours and not census.colours:
        held = [value * 3 for value in held]
    if not held or not known.issuperset(held):
        return None
    note = Note("pixels.legend.learnt", {"n": len(learnt.classes), "classes": first(learnt.classes)})
    return replace(learnt, notes=(note,))


def _folders(dataset: Dataset) -> list[Path]:
    """Where a legend may lie: beside the whole, or beside masks."""
    beside = {(dataset.root / mask).parent: None for mask in dataset.masks or () if mask}
    return [dataset.root, *list(beside)[:_LOOKED_AT]]


def _with(dataset: Dataset, found: Meaning) -> Dataset:
    return replace(dataset, classes=found.classes, legend=found.legend, notes=(*dataset.notes, *found.notes))
