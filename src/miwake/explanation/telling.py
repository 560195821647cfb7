"""An explanation as sentences, as JSON and as picture files."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from miwake.explanation.contents import Explained, Explanation, LayerView, Map
from miwake.explanation.draw import marked, over, sheet
from miwake.explanation.judging import peak
from miwake.explanation.page import change_sentence, left_out, shape
from miwake.files import write_whole
from miwake.look.terminal import say, table
from miwake.look.text import Language, clean, labels, percent
from miwake.look.words import answered, words

_NAMES = (("upper-left", "upper", "upper-right"), ("left", "middle", "right"), ("lower-left", "lower", "lower-right"))


def tell(explained: Explained, language: Language) -> None:
    """Print what was found, a few lines a picture; the tree of layers where no picture was explained."""
    if not explained.explanations:
        tell_tree(explained, language)
        return
    for one in explained.explanations:
        for sentence in sentences(one, language):
            say(sentence)
    for sentence in _warnings(explained, language):
        say(sentence)
    for sentence in left_out(explained, language):
        say(sentence)
    if explained.page is not None:
        say(words("explain.said.page", language, path=explained.page))


def _warnings(explained: Explained, language: Language) -> Iterator[str]:
    """What must not be believed, a sentence for each reason; a method is named once, with the graver one."""
    named: set[str] = set()
    for doubt in ("explain.insane", "explain.insane.elsewhere"):
        found = {each.method for one in explained.explanations for each in one.maps if each.doubt == doubt} - named
        named |= found
        if found:
            yield words(f"{doubt}.said", language, methods=_methods(found, language))


def _methods(names: Iterable[str], language: Language) -> str:
    return words("report.and", language).join(words(f"explain.method.{name}", language) for name in sorted(names))


def sentences(one: Explanation, language: Language) -> Iterator[str]:
    """What to say of one picture."""
    label = answered(one.answer.label, language)
    path, probability = clean(one.subject.path), percent(one.answer.probability)
    yield words("explain.said", language, path=path, label=label, probability=probability)
    between = words("report.and", language)
    if one.wrong:
        yield words("explain.said.true", language, label=labels(one.subject.true or ""))
    places = [
        words(
            "explain.said.place",
            language,
            method=words(f"explain.method.{each.method}", language),
            place=words(f"explain.place.{_third(one, each)}", language),
        )
        for each in one.maps
        if each.target == one.targets[0] and each.sane and not each.empty
    ]
    if places:
        yield words("explain.said.seen", language, places=between.join(places))
    empty = {each.method for each in one.maps if each.target == one.targets[0] and each.empty}
    if empty:
        yield words("explain.empty.said", language, methods=_methods(empty, language))
    if change_sentence(one, language):
        yield change_sentence(one, language)
    if any(each.label for each in one.nearest):
        yield words("explain.said.nearest", language, labels=between.join(labels(each.label) for each in one.nearest))


def _third(one: Explanation, each: Map) -> str:
    """In which ninth of the picture a map is strongest."""
    x, y = place(one, each)
    return _NAMES[min(2, max(0, int(3 * y)))][min(2, max(0, int(3 * x)))]


def place(one: Explanation, each: Map) -> tuple[float, float]:
    """x and y of a map's peak as shares of the picture's width and height."""
    x, y = peak(each.values)
    height, width = each.values.shape
    top, left, bottom, right = one.subject.region
    return left + (right - left) * x / width, top + (bottom - top) * y / height


def tell_tree(explained: Explained, language: Language) -> None:
    """Print the layers with their shapes."""
    rows = [
        (
            "  " * (layer.depth - 1) + layer.name.rpartition(".")[2],
            layer.kind,
            shape(layer.shape),
            f"{layer.parameters:,}",
        )
        for layer in explained.layers
        if layer.name
    ]
    header = tuple(words(f"explain.tree.{key}", language) for key in ("layer", "kind", "shape", "parameters"))
    table(rows, header=header)
    named = [layer.name for layer in explained.layers if layer.places is not None and layer.name]
    if named:
        say(words("explain.tree.hint", language, name=named[-1]))


def to_json(explained: Explained) -> dict[str, Any]:
    """Plain types; places are shares of the picture's width and height from its upper left corner."""
    return {
        "model": explained.model,
        "architecture": explained.architecture,
        "pictures": [_picture_json(one) for one in explained.explanations],
        "layers": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "shape": list(layer.shape),
                "parameters": layer.parameters,
                "grid": None if layer.places is None else list(layer.places.grid),
            }
            for layer in explained.layers
            if layer.name
        ],
        "inside": [_inside_json(view) for view in explained.views],
        "data": explained.examples or None,
        "looked_through": explained.looked,
        "left_out": [{"what": what, "why": why} for what, why in explained.left_out],
        "unreadable": [{"path": path, "problem": reason} for path, reason in explained.unreadable],
        "seconds": round(explained.seconds, 2),
        "page": None if explained.page is None else str(explained.page),
    }


def _inside_json(view: LayerView) -> dict[str, Any]:
    return {
        "layer": view.layer.name,
        "path": view.path,
        "reach": None if view.reach is None else list(view.reach),
        "units": [
            {
                "unit": unit.number,
                "driven_most_by": [{"path": patch.path, "label": patch.label} for patch in unit.patches],
            }
            for unit in view.units
        ],
    }


def _picture_json(one: Explanation) -> dict[str, Any]:
    return {
        "path": one.subject.path,
        "answer": one.answer.label,
        "probability": round(one.answer.probability, 6),
        "true": one.subject.true,
        "maps": [_map_json(one, each) for each in one.maps],
        "change": _change_json(one),
        "nearest": [
            {"path": each.path, "label": each.label, "likeness": round(each.likeness, 4)} for each in one.nearest
        ],
    }


def _map_json(one: Explanation, each: Map) -> dict[str, Any]:
    x, y = place(one, each)
    return {
        "method": each.method,
        "class": each.target,
        "peak": None if each.empty else [round(x, 4), round(y, 4)],
        "likeness_to_shuffled_weights": None if each.likeness is None else round(each.likeness, 4),
        "warning": words(each.doubt, "en") if each.doubt else None,
        "seconds": round(each.seconds, 3),
    }


def _change_json(one: Explanation) -> dict[str, Any] | None:
    if one.change is None:
        return None
    top, left, bottom, right = one.subject.region
    y = [top + (bottom - top) * edge / one.seen[0] for edge in one.change.rectangle[::2]]
    x = [left + (right - left) * edge / one.seen[1] for edge in one.change.rectangle[1::2]]
    return {
        "left_top_right_bottom": [round(value, 4) for value in (x[0], y[0], x[1], y[1])],
        "share": round(one.change.share, 4),
        "answer": one.change.answer.label,
        "probability": round(one.change.answer.probability, 6),
    }


def write_pictures(explained: Explained, folder: Path) -> None:
    """Every map over its picture, the smallest change, and the feature maps, as PNG files.

    `STEM-METHOD-CLASS.png`, `STEM-change.png` and `STEM-layer-NAME.png`, with a number where two pictures share a stem.

    Raises:
        WriteError: the folder could not be written to.
    """
    taken: dict[str, int] = {}
    stems: dict[str, str] = {}
    for one in explained.explanations:
        # of a file that holds many pictures the number within it tells them apart
        file, _, number = one.subject.path.partition("#")
        stem = _plain(f"{Path(file).stem or 'picture'}{number and f'-{number}'}")
        taken[stem] = taken.get(stem, 0) + 1
        stem = stem if taken[stem] == 1 else f"{stem}-{taken[stem]}"
        stems.setdefault(one.subject.path, stem)
        for each in one.maps:
            drawn = over(one.subject.shown, each.values, one.subject.region)
            _save(drawn, folder / f"{stem}-{each.method}-{_plain(each.target)}.png")
        if one.change is not None:
            drawn = marked(one.subject.shown, one.change.rectangle, one.seen, one.subject.region, one.change.colour)
            _save(drawn, folder / f"{stem}-change.png")
    for view in explained.views:
        if view.maps:
            _save(sheet(view.maps), folder / f"{stems[view.path]}-layer-{_plain(view.layer.name)}.png")


def _plain(text: str) -> str:
    """A name that any file system takes."""
    return "".join(char if char.isalnum() or char in "._-" else "_" for char in text)[:60].lstrip(".") or "_"


def _save(picture: Any, path: Path) -> None:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")

    def write(temporary: Path) -> None:
        temporary.write_bytes(data.getvalue())

    write_whole(path, write)
