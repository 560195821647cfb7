"""Lays an explanation out as one HTML file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from miwake.explanation import methods
from miwake.explanation.contents import Explained, Explanation, LayerView, Map, Patch
from miwake.explanation.draw import AGAINST, FOR, marked, over, scaled
from miwake.files import write_text
from miwake.look import page
from miwake.look.pictures import Thumbnail, filters, thumbnail
from miwake.look.text import NAME, Language, clean, duration, label, labels, percent, shorten
from miwake.look.words import answered, paragraph, words

_OTHERS = 5
_CAPTION, _FILE = 24, 90
"""Columns of a name without a class: below a patch, and where there is room for several lines."""
_SIDES = ((4, 448), (12, 320), (10**9, 224))
"""Up to so many pictures are drawn with sides of so many pixels."""


@dataclass(frozen=True, kw_only=True)
class MapCard:
    """A map over its picture."""

    shown: Thumbnail
    name: str
    empty: str
    warning: str
    likeness: str


@dataclass(frozen=True, kw_only=True)
class PictureView:
    """All about one picture."""

    key: str
    path: str
    original: Thumbnail
    cut: bool
    answer: str
    probability: str
    true: str
    wrong: bool
    others: list[tuple[str, str, float]]
    rows: list[tuple[str, list[MapCard]]]
    """For each explained class a heading and its maps."""
    change: Thumbnail | None
    change_sentence: str
    nearest: list[tuple[Thumbnail, str, str]]


@dataclass(frozen=True, kw_only=True)
class UnitView:
    """A unit with what drives it: pairs of a patch and its projection, and a caption."""

    name: str
    patches: list[tuple[Thumbnail, Thumbnail, str]]


@dataclass(frozen=True, kw_only=True)
class InsideView:
    """A layer at work."""

    name: str
    path: str
    sentence: str
    maps: list[Thumbnail]
    units: list[UnitView]


def write(explained: Explained, path: Path, language: Language) -> None:
    """Write the page as one self-contained file, whole or not at all.

    Raises:
        WriteError: the file could not be written.
    """
    write_text(path, render(explained, language))


def render(explained: Explained, language: Language) -> str:
    """The page's HTML."""
    return page.render("explanation/page.html.j2", _view(explained, language), language)


def _view(explained: Explained, language: Language) -> dict[str, Any]:
    used = list(dict.fromkeys(one.method for each in explained.explanations for one in each.maps))
    first_layer = filters(explained.filters, language)
    pictures = [_picture(number, each, explained, language) for number, each in enumerate(explained.explanations, 1)]
    optional = [name for name, there in (("inside", explained.views), ("filters", first_layer)) if there]
    first = explained.views[0].path if explained.views else ""
    return {
        "title": words("explain.title", language, model=label(explained.model)),
        "subtitle": _subtitle(explained, language),
        "sections": ["pictures", "methods", *optional, "tree"],
        "pictures": pictures,
        "views": [_inside(each, language) for each in explained.views],
        "first": shorten(clean(first), NAME, middle=True),
        "data": clean(explained.examples),
        "looked": _looked(explained, language),
        "filters": first_layer,
        "tree": [
            (each.name.rpartition(".")[2], each.depth, each.kind, shape(each.shape), f"{each.parameters:,}", each.name)
            for each in explained.layers
            if each.name
        ],
        "methods": [
            (
                words(f"explain.method.{each}", language),
                words(f"explain.method.{each}.what", language),
                methods.find(each).PAPER,
                _warning(explained, each, language),
            )
            for each in used
        ],
        "signed": any(bool((one.values < 0).any()) for every in explained.explanations for one in every.maps),
        "ramp": [_colour(stop) for stop in (*AGAINST[::-1], *FOR)],
        "left": left_out(explained, language),
        "made": words("explain.made", language, time=duration(explained.seconds, language)),
    }


def _warning(explained: Explained, method: str, language: Language) -> str:
    """What warns of a method; the graver words where its maps were seen to fail here."""
    doubts = {one.doubt for every in explained.explanations for one in every.maps if one.method == method and one.doubt}
    grave = "explain.insane"
    return words(grave if grave in doubts else doubts.pop(), language) if doubts else ""


def _colour(stop: Any) -> str:
    return "#" + "".join(f"{round(float(value)):02x}" for value in stop)


def _subtitle(explained: Explained, language: Language) -> str:
    values = {
        "architecture": clean(explained.architecture),
        "pictures": words("unit.pictures", language, n=f"{len(explained.explanations):,}"),
    }
    if not explained.looked:
        return words("explain.subtitle.alone", language, **values)
    data = clean(explained.examples)
    return words("explain.subtitle", language, looked=_looked(explained, language), data=data, **values)


def _looked(explained: Explained, language: Language) -> str:
    """How many pictures were looked through for comparison."""
    return words("unit.pictures", language, n=f"{explained.looked:,}")


def left_out(explained: Explained, language: Language) -> list[str]:
    """What was left out, one sentence each."""
    sentences = []
    for what, why in explained.left_out:
        key = f"explain.left.{what}" if what in ("change", "inside") else f"explain.method.{what}"
        title = words(key, language)
        if why == "time":
            sentences.append(words("explain.left.time", language, what=title))
        else:
            sentences.append(words("explain.left.why", language, what=title, why=why))
    return sentences + [words("explain.left.why", language, what=clean(p), why=why) for p, why in explained.unreadable]


def _picture(number: int, one: Explanation, explained: Explained, language: Language) -> PictureView:
    side = next(side for most, side in _SIDES if len(explained.explanations) <= most)
    path = clean(one.subject.path)
    sentence = change_sentence(one, language)
    change = None
    if one.change is not None:
        drawn = marked(one.subject.shown, one.change.rectangle, one.seen, one.subject.region, one.change.colour)
        change = thumbnail(drawn, side, words("explain.change.alt", language))
    top, left, bottom, right = one.subject.region
    return PictureView(
        key=f"picture-{number}",
        path=shorten(path, 90, middle=True),
        original=thumbnail(scaled(one.subject.shown), side, path),
        cut=min(top, left) > 0.001 or max(bottom, right) < 0.999,
        answer=answered(one.answer.label, language),
        probability=percent(one.answer.probability),
        true="" if one.subject.true is None else labels(one.subject.true),
        wrong=one.wrong,
        others=_others(one, explained),
        rows=_rows(one, side, language),
        change=change,
        change_sentence=sentence,
        nearest=[
            (
                thumbnail(
                    each.shown, 160, words("explain.nearest.alt", language, label=_called(each.label, each.path))
                ),
                _called(each.label, each.path, _FILE),
                words("explain.nearest.likeness", language, value=f"{each.likeness:.2f}"),
            )
            for each in one.nearest
        ],
    )


def change_sentence(one: Explanation, language: Language) -> str:
    """What would have to change; empty where it was not tried."""
    if not one.change_tried:
        return ""
    if one.change is None:
        return words("explain.change.none.wrong" if one.wrong else "explain.change.none", language)
    answer = one.change.answer
    label = answered(answer.label, language)
    values = {"share": percent(one.change.share), "label": label, "probability": percent(answer.probability)}
    return words("explain.change.right" if one.wrong else "explain.change.other", language, **values)


def _others(one: Explanation, explained: Explained) -> list[tuple[str, str, float]]:
    chances = one.answer.probabilities
    order = sorted(range(len(chances)), key=lambda number: -chances[number])[:_OTHERS]
    return [(label(explained.classes[number]), _chance(chances[number]), chances[number]) for number in order]


def _chance(value: float) -> str:
    """A chance beside others: a share of one in a million is not the same as one in a thousand."""
    return "< 0.1%" if value < 0.0005 else percent(value)


def _rows(one: Explanation, side: int, language: Language) -> list[tuple[str, list[MapCard]]]:
    rows = []
    for target in one.targets:
        mine = sorted((each for each in one.maps if each.target == target), key=lambda each: not each.sane)
        cards = [_card(one, each, side, language) for each in mine]
        rows.append((words("explain.for", language, label=label(target)), cards))
    return [row for row in rows if row[1]]


def _card(one: Explanation, each: Map, side: int, language: Language) -> MapCard:
    method = words(f"explain.method.{each.method}", language)
    values = {"method": method, "label": label(each.target), "path": clean(one.subject.path)}
    drawn = over(one.subject.shown, each.values, one.subject.region)
    likeness = ""
    if each.likeness is not None:
        likeness = words("explain.likeness", language, value=f"{each.likeness:.2f}")
    return MapCard(
        shown=thumbnail(drawn, side, words("explain.map.alt", language, **values)),
        name=method,
        empty=words("explain.empty", language) if each.empty else "",
        warning=words(each.doubt, language) if each.doubt else "",
        likeness=likeness,
    )


def _inside(view: LayerView, language: Language) -> InsideView:
    total = (
        f"{view.layer.shape[0] if view.layer.places and view.layer.places.order == 'BCHW' else view.layer.shape[-1]:,}"
    )
    if view.reach is None:
        sentences = [words("explain.inside.maps", language, maps=total)]
    else:
        height, width = view.reach
        sentences = [words("explain.inside.reach", language, maps=total, width=width, height=height)]
    sentences.append(words("explain.inside.shown", language, n=str(len(view.maps))))
    return InsideView(
        name=view.layer.name,
        path=shorten(clean(view.path), NAME, middle=True),
        sentence=paragraph(sentences, language),
        maps=[
            thumbnail(picture, 96, words("explain.inside.map.alt", language, n=number))
            for number, picture in zip(view.numbers, view.maps, strict=True)
        ],
        units=[
            UnitView(
                name=words("explain.inside.unit", language, n=unit.number),
                patches=list(_patches(unit.own, unit.patches, language)),
            )
            for unit in view.units
        ],
    )


def _patches(own: Patch, patches: Sequence[Patch], language: Language) -> Iterator[tuple[Thumbnail, Thumbnail, str]]:
    for number, patch in enumerate((own, *patches)):
        caption = _called(patch.label, patch.path) if number else words("explain.inside.own", language)
        yield (
            thumbnail(patch.pixels, 112, words("explain.inside.patch.alt", language, path=clean(patch.path))),
            thumbnail(patch.projection, 112, words("explain.inside.projection.alt", language)),
            caption,
        )


def _called(label: str, path: str, most: int = _CAPTION) -> str:
    """A picture's class, or its name where it has none."""
    return labels(label) if label else shorten(clean(Path(path).name), most, middle=True)


def shape(sides: Sequence[int]) -> str:
    """`32 × 112 × 112`."""
    return " × ".join(str(side) for side in sides)
