"""A doctor's eye on masks in which every pixel has its class: what they hold, and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.data.census import Counted, recoded, value_of
from miwake.data.check import bad_lines, such_as
from miwake.data.classmap import classes_of, read_classes
from miwake.data.header import BadPicture
from miwake.data.legend import shown
from miwake.data.masks import check_mask_header, picture_size
from miwake.data.meaning import census_of
from miwake.data.naming import few, first, plural
from miwake.data.outlines import NOTHING, outlines_of
from miwake.errors import DataError
from miwake.look.words import told
from miwake.machine import cores
from miwake.types import Dataset, Legend, Note, Sentence

_RARE = 0.01
_NOWHERE = "–"
_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A class in the masks."""

    name: str
    values: tuple[str, ...]
    """What means it, as people write it; numbers of categories for outlines."""
    share: float
    """Of the pixels that count."""
    pictures: int
    """In which it is seen."""


@dataclass(frozen=True, kw_only=True)
class Strange:
    """A value that no class has."""

    value: str
    share: float
    """Of all pixels."""
    masks: int
    example: str


@dataclass(frozen=True, kw_only=True)
class MaskReport:
    """What the doctor found in masks."""

    masks: int
    """That could be read."""
    classes: tuple[Seen, ...]
    void: float
    """Share of all pixels that counts nothing."""
    missing: tuple[str, ...]
    """Pictures without a mask."""
    bad: tuple[tuple[str, Sentence], ...]
    """Mask and reason of those that cannot be used: broken, of another size than their picture, turned by EXIF."""
    strange: tuple[Strange, ...]
    lossy: int
    """Masks in JPEG, which smears values."""

    @property
    def unseen(self) -> tuple[str, ...]:
        """Classes that are in no mask."""
        return tuple(each.name for each in self.classes if not each.pictures)

    @property
    def ok(self) -> bool:
        """Whether one may train on this as it is."""
        return not (self.missing or self.bad or self.strange) and len(self.classes) - len(self.unseen) >= 2

    def notes(self) -> tuple[Note, ...]:
        """What was found, what is wrong first."""
        return (Note("pixels.head", {"n": self.masks}), *self._wrong(), *self._worth_knowing())

    def _wrong(self) -> list[Note]:
        said = []
        if self.missing:
            said.append(such_as("pixels.missing", self.missing))
        if self.bad:
            named = [Note("check.bad.item", {"path": path, "reason": reason}) for path, reason in self.bad]
            said.append(such_as("pixels.bad", named, most=_SHOWN))
        if self.strange:
            each = [
                Note(
                    "pixels.strange.item",
                    {"value": one.value, "share": one.share, "n": one.masks, "example": one.example},
                )
                for one in self.strange
            ]
            said.append(such_as("pixels.strange", each, most=8))
        if len(self.classes) - len(self.unseen) < 2:
            said.append(Note("pixels.one"))
        return said

    def _worth_knowing(self) -> list[Note]:
        said = []
        each = [
            Note("pixels.class.named", {"name": seen.name, "share": seen.share})
            if seen.values in ((seen.name,), (_NOWHERE,))
            else Note("pixels.class", {"name": seen.name, "values": _brief(seen.values), "share": seen.share})
            for seen in sorted(self.classes, key=lambda seen: -seen.share)
            if seen.pictures
        ]
        if each:
            said.append(Note("pixels.classes", {"classes": first(each, 12)}))
        if self.void:
            said.append(Note("pixels.share.void", {"share": self.void}))
        if self.unseen:
            said.append(Note("pixels.unseen", {"n": len(self.unseen), "names": first(self.unseen)}))
        rare = [seen.name for seen in self.classes if seen.pictures and seen.share < _RARE]
        if rare:
            said.append(Note("pixels.rare", {"names": first(rare), "share": _RARE}))
        if self.lossy:
            said.append(Note("pixels.lossy", {"n": self.lossy}))
        return said

    def to_json(self, lang: str | None = None) -> dict[str, Any]:
        """Plain types, with the sentences."""
        bad = [(path, told(reason, lang)) for path, reason in self.bad]
        said = [told(note, lang) for note in self.notes()]
        return {**asdict(self), "bad": bad, "unseen": list(self.unseen), "ok": self.ok, "sentences": said}


def _brief(values: Sequence[str]) -> str:
    """`7`, `0…127` or `1, 2, … (9)`; the values of one class ascend."""
    numbers = [int(value) for value in values if value.isdecimal()]
    if len(values) > 2 and len(numbers) == len(values) == numbers[-1] - numbers[0] + 1:
        return f"{numbers[0]}…{numbers[-1]}"
    return few(values, 3)


def look_at_masks(
    dataset: Dataset, progress: Callable[[int, int], None] | None = None, *, draw: bool = True
) -> MaskReport:
    """Look at every mask of a data set of the task `segment`; nothing is written.

    Args:
        dataset: with masks and a legend.
        progress: called with how many are done, and of how many.
        draw: whether outlines are drawn, to count their pixels; without, a class's share is that of the outlines.
    """
    legend, masks = dataset.legend, dataset.masks or [None] * len(dataset)
    assert legend is not None
    bad = _wrong_headers(dataset)
    spoilt = {path for path, _ in bad}
    strange: tuple[Strange, ...] = ()
    lossy = 0
    if legend.outlines:
        counts = _drawn(dataset, bad, spoilt, progress) if draw else presence(dataset).astype(np.int64)
    else:
        census, each = census_of(dataset, progress)
        files = {dataset.root / mask: mask for mask in masks if mask is not None}
        bad += [(files[file], error.found) for file, error in census.bad if files[file] not in spoilt]
        strange, lossy = _strange(dataset, each, legend), len(census.lossy)
        counts = _counted(dataset, each)
    return MaskReport(
        masks=sum(mask is not None for mask in masks) - len(bad),
        classes=_classes(dataset, legend, counts),
        void=float(counts[:, -1].sum() / max(1, counts.sum())) if counts.shape[1] > len(dataset.classes) else 0.0,
        missing=tuple(path for path, mask in zip(dataset.paths, masks, strict=True) if mask is None),
        bad=tuple(bad),
        strange=strange,
        lossy=lossy,
    )


def class_pixels(dataset: Dataset, progress: Callable[[int, int], None] | None = None) -> NDArray[np.int64]:
    """(N, K + 1) pixels of each class in each row's mask at full size, void last; zeros for a row without a mask.

    Raises:
        DataError: outlines that cannot be drawn. (Masks that cannot be read count nothing; `check_masks` names them.)
    """
    assert dataset.legend is not None
    if not dataset.legend.outlines:
        return _counted(dataset, census_of(dataset, progress)[1])
    bad: list[tuple[str, Sentence]] = []
    counts = _drawn(dataset, bad, set(), progress)
    if bad:
        raise DataError(f"{plural(len(bad), 'drawing')} cannot be made:\n{bad_lines(bad)}", expected="whole outlines")
    return counts


def presence(dataset: Dataset) -> NDArray[np.uint8]:
    """(N, K) whether each class is seen in each row's mask; outlines are not drawn for it."""
    classes = len(dataset.classes)
    if dataset.legend is None or not dataset.legend.outlines:
        return (class_pixels(dataset)[:, :classes] > 0).astype(np.uint8)
    number_of = {value[0]: place for place, values in enumerate(dataset.legend.values) for value in values}
    ground = [number_of[NOTHING]] if NOTHING in number_of else []
    found = np.zeros((len(dataset), classes), np.uint8)
    for row, mask in enumerate(dataset.masks or ()):
        if mask is not None:
            name, number = mask.rsplit("#", 1)
            shapes = outlines_of(dataset.root / name).pictures[int(number)].shapes
            found[row, [number_of[each.category] for each in shapes if each.category in number_of] + ground] = 1
    return found


def refuse(dataset: Dataset) -> tuple[Note, ...]:
    """What is to be said of the masks before anything is learnt from them.

    Raises:
        DataError: pictures without a mask, masks that cannot be used, values that no class has, or one class only.
    """
    report = look_at_masks(dataset, draw=False)
    if report.missing:
        raise DataError(
            f"{plural(len(report.missing), 'picture')} of {dataset.name} without a mask: {few(report.missing)}.",
            expected="a mask of the same name for each picture",
            todo="add the masks, or move these pictures out.",
        )
    if report.bad:
        raise DataError(
            f"{plural(len(report.bad), 'mask')} of {dataset.name} cannot be used:\n{bad_lines(report.bad)}",
            expected="masks as large as their pictures, lying as the upright picture does",
            todo="export them anew.",
        )
    if report.strange:
        named = [f"{each.value} ({each.share:.2%} of the pixels, such as in {each.example})" for each in report.strange]
        raise DataError(
            f"The masks of {dataset.name} hold {plural(len(named), 'value')} that no class has: {few(named)}.",
            expected="a meaning for every value",
            todo="name them in the legend, or say --void VALUE where such pixels are to count nothing.",
        )
    if not report.ok:
        raise DataError(f"The masks of {dataset.name} show one class only.", expected="two classes at least")
    return report.notes()


def _wrong_headers(dataset: Dataset) -> list[tuple[str, Sentence]]:
    """Masks that are turned or of another size than their picture; outlines that were drawn on another size."""
    assert dataset.legend is not None
    outlines = dataset.legend.outlines

    def look(item: tuple[int, str]) -> tuple[str, Sentence] | None:
        row, mask = item
        try:
            size = picture_size(dataset, row)
        except BadPicture:
            return None  # the picture's own mistake, which is said when it is read
        try:
            if outlines:
                name, number = mask.rsplit("#", 1)
                outlines_of(dataset.root / name).check_size(int(number), size)
            else:
                check_mask_header(dataset.root / mask, size)
        except DataError as error:
            return mask, error.found
        return None

    work = [(row, mask) for row, mask in enumerate(dataset.masks or ()) if mask is not None]
    with ThreadPoolExecutor(min(cores(), 16)) as pool:
        return [found for found in pool.map(look, work) if found is not None]


def _drawn(
    dataset: Dataset,
    bad: list[tuple[str, Sentence]],
    spoilt: set[str],
    progress: Callable[[int, int], None] | None,
) -> NDArray[np.int64]:
    """(N, K + 1) pixels of drawn outlines; what cannot be drawn is added to `bad`."""
    counts = np.zeros((len(dataset), len(dataset.classes) + 1), np.int64)
    for row, mask in enumerate(dataset.masks or ()):
        if mask is None or mask in spoilt:
            continue
        try:
            seen = np.bincount(read_classes(dataset, row).reshape(-1), minlength=256)
            counts[row, :-1], counts[row, -1] = seen[: len(dataset.classes)], seen[255]
        except DataError as error:
            bad.append((mask, error.found))
        if progress is not None:
            progress(row + 1, len(dataset))
    return counts


def _counted(dataset: Dataset, each: Sequence[Counted | None]) -> NDArray[np.int64]:
    """(N, K + 1) pixels of each class in masks that were counted."""
    legend, classes = dataset.legend, len(dataset.classes)
    assert legend is not None
    counts = np.zeros((len(dataset), classes + 1), np.int64)
    rows = [row for row, mask in enumerate(dataset.masks or ()) if mask is not None]
    for row, counted in zip(rows, each, strict=True):
        if counted is not None:
            which = classes_of(counted, legend)
            place = np.minimum(which, classes)  # void to the end
            np.add.at(counts[row], place[which >= 0], counted.pixels[which >= 0])
    return counts


def _strange(dataset: Dataset, each: Sequence[Counted | None], legend: Legend) -> tuple[Strange, ...]:
    pixels: dict[str, int] = defaultdict(int)
    holders: dict[str, list[str]] = defaultdict(list)
    total = 0
    masks = [mask for mask in dataset.masks or () if mask is not None]
    for mask, counted in zip(masks, each, strict=True):
        if counted is None:
            continue
        total += int(counted.pixels.sum())
        unknown = classes_of(counted, legend) < 0
        colours = counted.colours or legend.colours
        codes = recoded(counted, colours)[unknown].tolist()
        for code, number in zip(codes, counted.pixels[unknown].tolist(), strict=True):
            name = shown(value_of(code, colours))
            pixels[name] += number
            holders[name].append(mask)
    found = [
        Strange(value=name, share=number / total, masks=len(set(holders[name])), example=holders[name][0])
        for name, number in pixels.items()
    ]
    return tuple(sorted(found, key=lambda strange: -strange.share))


def _classes(dataset: Dataset, legend: Legend, counts: NDArray[np.int64]) -> tuple[Seen, ...]:
    classes = len(dataset.classes)
    total = max(1, int(counts[:, :classes].sum()))
    return tuple(
        Seen(
            name=name,
            values=tuple(_NOWHERE if value == (NOTHING,) else shown(value) for value in legend.values[number]),
            share=int(counts[:, number].sum()) / total,
            pictures=int((counts[:, number] > 0).sum()),
        )
        for number, name in enumerate(dataset.classes)
    )
