"""The data doctor: looks at every picture before anything is learnt from it, and changes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from miwake.data.config import DataOptions
from miwake.data.decode import decode_raw
from miwake.data.header import BadPicture, Header
from miwake.data.naming import plural
from miwake.data.preprocess import read_bytes
from miwake.data.split import FEW
from miwake.data.survey import looks_grey, size_pair
from miwake.data.window import Levels
from miwake.errors import DataError, MissingExtra
from miwake.look.words import told
from miwake.machine import cores
from miwake.types import SPLITS, Dataset, Note, Sentence

_CONSTANT = 8
"""A picture whose brightest and darkest values lie no further apart, of 255, shows nothing."""
"""Pictures of a class below which figures about it mean little."""
_UNEVEN = 5.0
SHOWN = 20


def raise_bad(bad: Sequence[tuple[str, Sentence]], options: DataOptions) -> None:
    """Stop where pictures cannot be read, unless the user asked to leave them out.

    Args:
        bad: path and reason of each.
        options: `skip_bad` says what the user wants.

    Raises:
        DataError: there are some; lists the first twenty and says how to go on.
        MissingExtra: DICOM files without the packages of the extra `medical`.
    """
    if not bad or options.skip_bad:
        return
    if any(isinstance(reason, Note) and reason.key == "bad.dicom.extra" for _, reason in bad):
        raise MissingExtra("A DICOM file", "medical")
    raise DataError(
        f"{plural(len(bad), 'picture')} cannot be used:\n{bad_lines(bad)}",
        expected="whole picture files in JPEG, PNG, WebP, BMP, TIFF, GIF or DICOM",
        todo="mend or remove them, or leave them out with --skip-bad.",
    )


def bad_lines(bad: Sequence[tuple[str, Sentence]]) -> str:
    """Path and reason of the first twenty, a line each."""
    lines = [f"  {path}: {told(reason, 'en')}" for path, reason in bad[:SHOWN]]
    if len(bad) > SHOWN:
        lines.append(f"  … and {len(bad) - SHOWN:,} more")
    return "\n".join(lines)


@dataclass(frozen=True, kw_only=True)
class Same:
    """Files that hold the same picture."""

    paths: tuple[str, ...]
    bytes: bool
    """Whether the files are equal, and not only their pixels."""
    labels: tuple[str, ...]
    """Label of each; several are joined by `;`."""
    splits: tuple[str, ...]
    """Split that the data gives each; empty where it gives none."""

    @property
    def contradict(self) -> bool:
        """Whether the same picture has different labels."""
        return len(set(self.labels)) > 1

    @property
    def straddle(self) -> bool:
        """Whether the same picture was given to different splits."""
        return len({split for split in self.splits if split}) > 1


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """What the data doctor found."""

    name: str
    pictures: int
    counts: dict[str, dict[str, int]]
    """Class to pictures in each given split, and under `all`."""
    formats: dict[str, int]
    modes: dict[str, int]
    """Layout of the pixels in the files, Pillow's names."""
    smallest: tuple[int, int]
    """Least height and least width, in pixels."""
    median: tuple[int, int]
    """Median height and width, in pixels."""
    largest: tuple[int, int]
    """Greatest height and greatest width, in pixels."""
    turned: int
    """Pictures that the EXIF orientation turns or mirrors."""
    transparent: int
    sixteen_bit: int
    """Pictures with 16 bits a channel, of which the upper 8 are used."""
    several_frames: int
    grey: int
    """Pictures that show no colour, however they are stored; packed pictures of one plane among them."""
    dark: tuple[str, ...]
    """Pictures of more than 8 bits that use less than a quarter of the range."""
    constant: tuple[str, ...]
    """Pictures that show nothing: all their pixels are nearly equal."""
    bad: tuple[tuple[str, Sentence], ...]
    """Path and reason of what cannot be used."""
    same: tuple[Same, ...]
    """Each picture that is there more than once."""
    unusable: tuple[str, ...]
    """Classes with fewer than three different pictures: too few for a picture in each split."""
    few: tuple[str, ...]
    """Classes with three or more, but fewer than twenty."""
    uneven: float
    """Pictures of the largest class over those of the smallest."""
    window: str = ""
    """The window that was asked for."""
    windowed: int = 0
    """Pictures whose grey values are seen through the window that was asked for."""
    own_window: int = 0
    """DICOM files seen through a window, or a table of shades, of their own."""
    whole_range: int = 0
    """DICOM files without one, of which the whole range that their bits can hold is seen."""
    skip_bad: bool = False
    """Whether what cannot be used is to be left out, and so stands in nobody's way."""
    mend: bool = False
    """Whether something else, such as masks, stands in the way."""

    @property
    def ok(self) -> bool:
        """Whether one may train on this as it is."""
        wrong = any(same.contradict or same.straddle for same in self.same)
        wrong = wrong or self.mend or bool(self.unusable)
        return not ((self.bad and not self.skip_bad) or wrong) and len(self.counts) > 1

    def to_json(self, lang: str | None = None) -> dict[str, Any]:
        """Plain types, with the sentences."""
        bad = [(path, told(reason, lang)) for path, reason in self.bad]
        return {**asdict(self), "bad": bad, "ok": self.ok, "sentences": list(self.sentences(lang))}

    def sentences(self, lang: str | None = None) -> tuple[str, ...]:
        """What was found, in plain language, most important first; en or ja, by default as `miwake` speaks here."""
        return tuple(told(note, lang) for note in self.notes())

    def notes(self) -> tuple[Note, ...]:
        """What was found, most important first."""
        head = {
            "pictures": Note("unit.pictures", {"n": self.pictures}),
            "classes": Note("unit.classes", {"n": len(self.counts)}),
            "width": self.median[1],
            "height": self.median[0],
        }
        verdict = Note("check.ok" if self.ok else "check.mend")
        return (Note("check.head", head), *self._wrong(), *self._worth_knowing(), verdict)

    def _wrong(self) -> list[Note]:
        said = []
        if len(self.counts) < 2:
            said.append(Note("check.one"))
        if self.bad:
            named = [Note("check.bad.item", {"path": path, "reason": reason}) for path, reason in self.bad]
            said.append(such_as("check.bad", named, most=SHOWN))
            said.append(Note("check.bad.skipped" if self.skip_bad else "check.bad.skip"))
        contradict = [_marked(same.paths, same.labels) for same in self.same if same.contradict]
        if contradict:
            said.append(such_as("check.contradict", contradict))
        straddle = [_marked(same.paths, same.splits) for same in self.same if same.straddle]
        if straddle:
            said.append(such_as("check.straddle", straddle))
        if self.unusable:
            said.append(such_as("check.unusable", self.unusable))
        return said

    def _worth_knowing(self) -> list[Note]:
        said = []
        extra = sum(len(same.paths) - 1 for same in self.same)
        if extra:
            said.append(Note("check.copies", {"n": extra}))
        if self.constant:
            said.append(such_as("check.constant", self.constant))
        if self.dark:
            said.append(such_as("check.dark", self.dark))
        if self.few:
            said.append(such_as("check.few", self.few, least=FEW))
        if self.uneven >= _UNEVEN:
            said.append(Note("check.uneven", {"times": self.uneven}))
        if 0 < self.grey < self.pictures - len(self.bad):
            said.append(Note("check.grey", {"n": self.grey}))
        for key, counts in (("check.modes", self.modes), ("check.formats", self.formats)):
            if len(counts) > 1:
                each = tuple(Note("check.count", {"name": name, "n": count}) for name, count in counts.items())
                said.append(Note(key, {"counts": each}))
        for key, count in (
            ("check.turned", self.turned),
            ("check.transparent", self.transparent),
            ("check.sixteen_bit", self.sixteen_bit),
            ("check.own_window", self.own_window),
            ("check.whole_range", self.whole_range),
            ("check.several_frames", self.several_frames),
        ):
            if count:
                said.append(Note(key, {"n": count}))
        if self.window:
            key = "check.windowed" if self.windowed else "check.no_window"
            said.append(Note(key, {"n": self.windowed, "window": self.window}))
        return said


@dataclass(frozen=True, slots=True)
class _Look:
    """What is kept of a picture once it was looked at."""

    header: Header
    content: bytes
    pixels: bytes
    low: int
    high: int
    grey: bool
    levels: Levels = ""


def check(dataset: Dataset, options: DataOptions, progress: Callable[[int, int], None] | None = None) -> CheckReport:
    """Decode every picture in full and say what is there; nothing is written, not even to the cache.

    Args:
        dataset: of files or of packed pixels.
        options: gives the largest picture that is decoded, and whether bad ones are to be left out.
        progress: called with how many are done, and of how many.
    """
    looks: dict[int, _Look] = {}
    bad: list[tuple[int, Sentence]] = []

    def job(row: int) -> _Look | Sentence:
        try:
            return _look(dataset, row, options)
        except BadPicture as error:
            return error.reason

    with ThreadPoolExecutor(min(cores(), 16)) as pool:
        for start in range(0, len(dataset), 256):
            rows = range(start, min(start + 256, len(dataset)))
            for row, found in zip(rows, pool.map(job, rows), strict=True):
                if isinstance(found, _Look):
                    looks[row] = found
                else:
                    bad.append((row, found))
            if progress is not None:
                progress(rows.stop, len(dataset))
    report = _report(dataset, looks, [(dataset.paths[row], reason) for row, reason in bad])
    return replace(report, skip_bad=options.skip_bad, window=options.window or "")


def _look(dataset: Dataset, row: int, options: DataOptions) -> _Look:
    levels: Levels = ""
    if dataset.pixels is None:
        data = read_bytes(dataset.file(row))
        raw = decode_raw(
            data,
            channels=3,
            enough=lambda height, width: (height, width),
            max_pixels=options.max_pixels,
            window=options.shown,
        )
        pixels, header, levels, content = raw.upright(), raw.header, raw.levels, hashlib.sha256(data).digest()
        grey = header.grey or looks_grey(pixels)
    else:
        pixels = np.ascontiguousarray(dataset.pixels[row])
        height, width, planes = pixels.shape
        header = Header(
            format="pixels",
            width=width,
            height=height,
            mode={1: "L", 3: "RGB"}.get(planes, f"{planes} channels"),
            orientation=1,
            frames=1,
            bits=8,
            alpha=False,
        )
        content, grey = b"", planes == 1 or (planes == 3 and looks_grey(pixels))
    key = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
    return _Look(header, content or key, key, int(pixels.min()), int(pixels.max()), grey, levels)


def _report(dataset: Dataset, looks: dict[int, _Look], bad: list[tuple[str, Sentence]]) -> CheckReport:
    if dataset.legend is not None:
        from miwake.data.check_masks import presence

        dataset = replace(dataset, targets=presence(dataset))
    headers = [look.header for look in looks.values()]
    sizes = np.array([(header.height, header.width) for header in headers] or [(0, 0)])
    counts = _counts(dataset, sorted(looks))
    different = _counts(dataset, sorted({look.pixels: row for row, look in sorted(looks.items())}.values()))
    # where what is odd is to be noticed, only good pictures are learnt from
    learnt = dataset.classes[:1] if dataset.task == "anomaly" else dataset.classes
    pixels = dataset.legend is not None  # a class of pixels may be rare
    totals = [counts[name]["all"] for name in learnt]
    least = min(totals, default=0)
    return CheckReport(
        name=dataset.name,
        pictures=len(dataset),
        counts=counts,
        formats=dict(Counter(header.format for header in headers).most_common()),
        modes=dict(Counter(header.mode for header in headers).most_common()),
        smallest=size_pair(sizes.min(axis=0)),
        median=size_pair(np.median(sizes, axis=0)),
        largest=size_pair(sizes.max(axis=0)),
        turned=sum(header.orientation != 1 for header in headers),
        transparent=sum(header.alpha for header in headers),
        sixteen_bit=sum(look.levels == "high" for look in looks.values()),
        windowed=sum(look.levels == "asked" for look in looks.values()),
        own_window=sum(look.levels == "own" for look in looks.values()),
        whole_range=sum(look.levels == "range" for look in looks.values()),
        several_frames=sum(header.frames > 1 for header in headers),
        grey=sum(look.grey for look in looks.values()),
        dark=tuple(dataset.paths[row] for row, look in looks.items() if look.levels and look.high < 64),
        constant=tuple(dataset.paths[row] for row, look in looks.items() if look.high - look.low <= _CONSTANT),
        bad=tuple(bad),
        same=_same(dataset, looks),
        unusable=() if pixels else tuple(name for name in learnt if different[name]["all"] < 3),
        few=tuple(name for name in learnt if (1 if pixels else 3) <= different[name]["all"] < FEW),
        uneven=max(totals) / least if least and not pixels else 0.0,
    )


def _counts(dataset: Dataset, rows: list[int]) -> dict[str, dict[str, int]]:
    """Readable pictures of each class."""
    chosen = np.array(rows, np.int64)
    splits = dataset.split[chosen]
    counts = {}
    for number, name in enumerate(dataset.classes):
        targets = dataset.targets[chosen]
        mine = targets[:, number] > 0 if dataset.multilabel else targets == number
        counts[name] = {"all": int(mine.sum())}
        for split, title in enumerate(SPLITS):
            here = int((mine & (splits == split)).sum())
            if here:
                counts[name][title] = here
    return counts


def _same(dataset: Dataset, looks: dict[int, _Look]) -> tuple[Same, ...]:
    groups: dict[bytes, list[int]] = defaultdict(list)
    for row, look in looks.items():
        groups[look.pixels].append(row)
    return tuple(
        Same(
            paths=tuple(dataset.paths[row] for row in rows),
            bytes=len({looks[row].content for row in rows}) == 1,
            labels=_labels(dataset, rows),
            splits=tuple(SPLITS[split] if (split := int(dataset.split[row])) >= 0 else "" for row in rows),
        )
        for rows in groups.values()
        if len(rows) > 1
    )


def _labels(dataset: Dataset, rows: list[int]) -> tuple[str, ...]:
    """Labels of equal pictures; where pixels have classes, the masks' names, or empty texts where these are equal."""
    if dataset.legend is None or dataset.masks is None:
        return tuple(dataset.label(row) for row in rows)
    from miwake.data.classmap import read_classes

    try:
        equal = len({read_classes(dataset, row).tobytes() for row in rows}) == 1
    except DataError:
        equal = True  # the mask's own mistake
    return ("",) * len(rows) if equal else tuple(str(dataset.masks[row]) for row in rows)


def _marked(paths: tuple[str, ...], marks: tuple[str, ...]) -> Note:
    """Files that hold one picture, and the label or split of each."""
    return Note("check.same", {"paths": paths, "marks": marks})


def such_as(key: str, items: Sequence[Sentence], *, most: int = 3, **values: int) -> Note:
    """A note on so many items, with the first of them."""
    more = (Note("check.more", {"n": len(items) - most}),) if len(items) > most else ()
    return Note(key, {**values, "n": len(items), "examples": (*items[:most], *more)})
