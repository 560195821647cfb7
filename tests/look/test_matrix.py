from __future__ import annotations

import re
from xml.etree import ElementTree

from miwake.look.matrix import LARGEST, confused, confusion
from miwake.look.style import STEPS
from miwake.look.svg import Frame

FRAME = Frame(key="confusion", title="Confusion", description="…")
NAMES = ("good", "<b>bad</b>", 'so "so"')
MATRIX = ((41, 0, 1), (3, 38, 0), (0, 0, 20))


def draw(matrix: tuple[tuple[int, ...], ...], names: tuple[str, ...]) -> ElementTree.Element:
    return ElementTree.fromstring(str(confusion(FRAME, matrix, names, true="is", answer="said")))


def test_every_count_stands_in_its_cell() -> None:
    root = draw(MATRIX, NAMES)
    numbers = [t for t in root.iter("text") if "cell" in (t.get("class") or "")]
    assert [t.text for t in numbers] == ["41", "1", "3", "38", "20"]
    # in a row the ones further right are further right, and rows lie below one another
    assert float(numbers[0].get("x", "")) < float(numbers[1].get("x", ""))
    assert float(numbers[1].get("y", "")) < float(numbers[2].get("y", ""))
    tips = [r.findtext("title") for r in root.iter("rect")]
    assert "<b>bad</b> → good: 3" in tips
    assert {"good", "<b>bad</b>", 'so "so"'} <= {t.text for t in root.iter("text")}


def test_right_is_one_colour_and_wrong_another_and_more_is_deeper() -> None:
    root = draw(((50, 50), (1, 99)), ("a", "b"))
    styles = [r.get("class") or "" for r in root.iter("rect")][1:]
    assert [style[0] for style in styles] == ["r", "w", "w", "r"]
    half, many, one, nearly = (int(style[1:]) for style in styles)
    assert half == STEPS / 2
    assert one < many
    assert nearly == STEPS


def test_large_matrices_are_small_files_and_name_some_classes() -> None:
    count = LARGEST
    names = tuple(f"class {place}" for place in range(count))
    full = tuple(tuple(1 + (row == column) * 50 for column in range(count)) for row in range(count))
    svg = confusion(FRAME, full, names, true="is", answer="said")
    root = ElementTree.fromstring(str(svg))
    assert len(svg) < 500_000
    cells = sum(p.get("d", "").count("z") for p in root.iter("path"))
    assert cells == count * count
    labels = [t.text or "" for t in root.iter("text")]
    assert "1 class 0" in labels
    assert len(labels) < count


def test_one_class() -> None:
    assert "7" in [t.text for t in draw(((7,),), ("only",)).iter("text")]


def test_labels_do_not_leave_the_drawing() -> None:
    root = draw(((5, 0), (0, 5)), ("a" * 200, "見" * 200))
    width = float((root.get("viewBox") or "").split()[2])
    assert width < 500
    assert any((t.text or "").endswith("…") for t in root.iter("text"))
    assert all(float(x) >= 0 for x in re.findall(r' x="([-\d.]+)"', ElementTree.tostring(root, encoding="unicode")))


def test_confused_pairs_are_in_order() -> None:
    assert confused(MATRIX, 10) == [(1, 0, 3, 3 / 41), (0, 2, 1, 1 / 42)]
    assert confused(MATRIX, 1) == [(1, 0, 3, 3 / 41)]
    assert confused(((0, 0), (0, 0)), 5) == []
