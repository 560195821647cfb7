"""From the values that masks hold to classes: by a legend file, or by what they look like, and then said aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miwake.data.census import BEYOND, Census, value_of
from miwake.data.legend import MOST, Key, read_value, shown
from miwake.data.masks import THRESHOLD
from miwake.data.naming import few, first, plural
from miwake.errors import DataError, UsageError, nearest
from miwake.types import VOID, Legend, Note, Value

BACKGROUND, FOREGROUND = "background", "foreground"
_DARK, _LIGHT = 16, 239
"""Grey levels up to and from which a pixel of a soft mask is clearly outside or inside."""
_FLAT = 0.05
"""Soft edges lie between two areas and fill none: so few 2 × 2 blocks a pixel."""
_MANY = 64
"""Without a legend more values than that are no classes, unless they count up from 0."""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """The classes of pixels, and how they were found."""

    classes: tuple[str, ...]
    legend: Legend
    notes: tuple[Note, ...] = ()


def meaning(census: Census, key: Key | None, where: Path) -> Meaning:
    """What the values in masks mean.

    Args:
        census: of all of them.
        key: what a legend file says; None: there is none.
        where: the folder or file that names the masks, for errors.

    Raises:
        DataError: the values cannot be classes, or the legend does not fit them.
    """
    if key is not None:
        return _told(census, key)
    if not census.masks:
        raise DataError(
            f"None of the masks of {where} can be read." + (f" {census.bad[0][1].found}" if census.bad else ""),
            expected="masks as PNG files, each as large as its picture",
            todo="export them anew.",
        )
    if census.colours:
        return _colours(census, where)
    if _soft(census):
        return _halves(census, (BACKGROUND, FOREGROUND))
    return _levels(census, where)


def _told(census: Census, key: Key) -> Meaning:
    note = Note("pixels.legend", {"file": key.file.name, "n": len(key.names), "classes": first(key.names)})
    if not census.masks:
        return Meaning(classes=key.names, legend=key.legend, notes=(note,))
    if key.positions:
        found = _by_place(census, key)
        return replace(found, notes=(note, *found.notes))
    legend, notes = key.legend, [note]
    values = [value for values in legend.values for value in values]
    plain = {code for (code, *others) in values if not others}
    if not legend.colours and len(values) == 2 and plain <= _ends(plain) and _soft(census):
        light = min(value for (value,) in values) >= _LIGHT or values[0] > values[1]
        found = _halves(census, key.names[::-1] if light else key.names)
        order = slice(None, None, -1 if light else 1)
        return Meaning(
            classes=key.names,
            legend=replace(found.legend, values=found.legend.values[order], void=legend.void),
            notes=(*notes, *found.notes),
        )
    if _void_beside(census, plain | {code for (code, *others) in legend.void if not others}):
        legend = replace(legend, void=(*legend.void, (VOID,)))
        notes.append(_void_note(census))
    if legend.void:
        notes.append(Note("pixels.void", {"values": first([shown(value) for value in legend.void])}))
    return Meaning(classes=key.names, legend=legend, notes=tuple(notes))


def _ends(codes: set[int]) -> set[int]:
    return {code for code in codes if code <= _DARK or code >= _LIGHT}


def _void_beside(census: Census, known: set[int]) -> bool:
    """Whether 255 lies beside indices that a legend names without naming it."""
    if census.colours or not known or max(known) >= VOID:
        return False
    return bool((census.codes == VOID).any())


def _void_note(census: Census) -> Note:
    share = census.pixels[census.codes == VOID].sum() / census.pixels.sum()
    return Note("pixels.void.beside", {"share": float(share)})


def _by_place(census: Census, key: Key) -> Meaning:
    """Names without values: those of indices from 0, or in ascending order of as many grey levels."""
    names, void = key.legend.values, key.legend.void
    count = len(names) + len(void)
    found = census.codes.tolist()
    two = not census.colours and count == 2 and not void
    if not census.colours and all(code < count or code == VOID for code in found) and not (two and found == [0, VOID]):
        beside = VOID in found and count <= VOID
        return Meaning(
            classes=key.names,
            legend=replace(key.legend, void=(*void, (VOID,)) if beside else void),
            notes=(_void_note(census),) if beside else (),
        )
    if two and (_soft(census) or len(found) == 2):
        if _soft(census):
            return _halves(census, key.names)
        low, high = found
        legend = Legend(values=(((low,),), ((high,),)))
        return Meaning(classes=key.names, legend=legend, notes=(_pairs(key.names, legend),))
    what = [shown(value_of(code, census.colours)) for code in found]
    raise DataError(
        f"{key.file} names {plural(count, 'class')} without saying their values, and the masks hold "
        f"{plural(len(found), 'value')}: {few(what, 8)}.",
        expected=f"values from 0 to {count - 1}, or a legend with values",
        todo="write a legend.csv with the columns name,value (or name,r,g,b) beside it.",
    )


def _soft(census: Census) -> bool:
    """Whether there are two areas, dark and light, and grey levels between them on their edges alone."""
    if census.colours or census.indexed or len(census.codes) < 3:
        return False
    codes = census.codes
    between = (codes > _DARK) & (codes < _LIGHT)
    if codes[0] > _DARK or codes[-1] < _LIGHT or codes[-1] > VOID:
        return False
    others = codes[codes != VOID]
    if others.max() <= THRESHOLD and _counts_up(others):
        return False  # indices, and void
    ends = _solid(census, codes <= _DARK) > _FLAT and _solid(census, codes >= _LIGHT) > _FLAT
    return ends and _solid(census, between) < _FLAT


def _solid(census: Census, chosen: NDArray[np.bool_]) -> float:
    """2 × 2 blocks a pixel of some values."""
    return float(census.flat[chosen].sum() / max(1, census.pixels[chosen].sum()))


def _counts_up(codes: NDArray[np.int64]) -> bool:
    """Whether these are indices: most numbers from 0 to the largest are there."""
    return len(codes) > 0 and int(codes.max()) < 2 * len(codes) + 16


def _halves(census: Census, names: Sequence[str]) -> Meaning:
    dark = tuple((code,) for code in range(THRESHOLD + 1))
    light = tuple((code,) for code in range(THRESHOLD + 1, 256))
    between = census.pixels[(census.codes > 0) & (census.codes < 255)].sum() / census.pixels.sum()
    values = {"share": float(between), "threshold": THRESHOLD, "dark": names[0], "light": names[1]}
    return Meaning(classes=tuple(names), legend=Legend(values=(dark, light)), notes=(Note("pixels.soft", values),))


def _levels(census: Census, where: Path) -> Meaning:
    """Indices or a few grey levels, each a class of its own."""
    codes = census.codes
    others = codes[codes != VOID]
    beside = len(others) >= 2 and VOID in codes and (census.indexed or _counts_up(others))
    kept = others if beside else codes
    if len(kept) > MOST or (len(kept) > _MANY and not (census.indexed or _counts_up(kept))):
        raise DataError(
            f"The masks of {where} hold {plural(len(kept), 'grey level')}, and these fill areas: "
            "they look like photographs or depths, not like classes.",
            expected="one value for each class: indices 0, 1, 2 …, or 0 and 255",
            todo="check that these are the masks; a legend.csv (name,value) says which values mean which class.",
        )
    if len(kept) < 2:
        raise DataError(
            f"The masks of {where} hold one value only: {', '.join(map(str, kept.tolist())) or 'none'}.",
            expected="two classes at least",
            todo="check that these are the masks; where the other class is only rare, write a legend.csv "
            "(name,value) beside them.",
        )
    values: list[Value] = [(code,) for code in kept.tolist()]
    two = len(values) == 2 and values[0] == (0,)
    names = (BACKGROUND, FOREGROUND) if two else tuple(map(shown, values))
    legend = Legend(values=tuple((value,) for value in values), void=((VOID,),) if beside else ())
    named = _pairs(names, legend) if two else Note("pixels.indices", {"n": len(names), "values": first(names, 12)})
    return Meaning(classes=names, legend=legend, notes=(named, _void_note(census)) if beside else (named,))


def _pairs(names: Sequence[str], legend: Legend) -> Note:
    pairs = tuple(
        Note("pixels.pair", {"value": shown(values[0]), "name": name})
        for name, values in zip(names, legend.values, strict=True)
    )
    return Note("pixels.two", {"pairs": pairs})


def _colours(census: Census, where: Path) -> Meaning:
    if (census.codes >= BEYOND).any():
        raise DataError(
            f"Some masks of {where} are in colours, others in grey with 16 bits.",
            expected="one kind of mask",
            todo="export them all alike.",
        )
    if len(census.codes) > _MANY:
        raise DataError(
            f"The masks of {where} hold {len(census.codes):,}{'' if len(census.codes) < 4096 else ' or more'} colours."
            + (f" {plural(len(census.lossy), 'file')} of them JPEG, which smears colours." if census.lossy else ""),
            expected="one colour for each class, without soft edges, as PNG",
            todo="export the masks without smoothing; a legend.csv (name,r,g,b) names the colours.",
        )
    values = [value_of(code, True) for code in census.codes.tolist()]
    if len(values) < 2:
        raise DataError(f"The masks of {where} hold one colour only.", expected="two classes at least")
    names = tuple(map(shown, values))
    legend = Legend(values=tuple((value,) for value in values))
    return Meaning(
        classes=names,
        legend=legend,
        notes=(Note("pixels.colours", {"n": len(names), "values": first(names, 8)}),),
    )


def with_void(meaning: Meaning, text: str) -> Meaning:
    """The same, but what is named counts nothing: a class by its name, or a value.

    Raises:
        UsageError: there is no such class or value, or fewer than two classes are left.
    """
    classes, legend = meaning.classes, meaning.legend
    value = read_value(text)
    gone: tuple[Value, ...]
    if text in classes:
        place = classes.index(text)
        kept, gone = [number for number in range(len(classes)) if number != place], legend.values[place]
        values = [legend.values[number] for number in kept]
    elif value is not None:
        gone = (value,)
        values = [tuple(one for one in each if one != value) for each in legend.values]
        kept = [number for number, each in enumerate(values) if each]
        values = [values[number] for number in kept]
    else:
        best = nearest(text, classes)
        raise UsageError(
            f"--void is '{text}'." + (f" Did you mean '{best}'?" if best else ""),
            expected=f"a class of the masks ({few(classes, 12)}), or a value such as 255 or #ffffff",
        )
    if len(kept) < 2:
        raise UsageError(f"--void {text} leaves fewer than two classes.", expected="two classes at least")
    note = Note("pixels.void", {"values": first([text] if len(gone) > 4 else [shown(one) for one in gone])})
    return Meaning(
        classes=tuple(classes[number] for number in kept),
        legend=replace(legend, values=tuple(values), void=tuple(dict.fromkeys((*legend.void, *gone)))),
        notes=(*meaning.notes, note),
    )
