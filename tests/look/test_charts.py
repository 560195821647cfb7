from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from miwake.look import charts
from miwake.look.charts import Line, Mark, Point
from miwake.look.svg import Frame, Scale, num, path, ticks
from miwake.types import Figure

HOSTILE = '"><script>alert(1)</script>&'
FRAME = Frame(key="k", title=f"Title {HOSTILE}", description="Description")
NAN = math.nan


def parse(svg: Markup) -> ElementTree.Element:
    """Strict: an unescaped name would not parse."""
    return ElementTree.fromstring(str(svg))


def texts(svg: Markup) -> list[str]:
    return [element.text or "" for element in parse(svg).iter("text")]


def circles(svg: Markup, style: str) -> list[tuple[float, float, float]]:
    return [
        (float(c.get("cx", "")), float(c.get("cy", "")), float(c.get("r", "")))
        for c in parse(svg).iter("circle")
        if c.get("class") == style
    ]


def curve(**changes: object) -> Markup:
    values = (2.0, 1.0, 0.5, 0.25)
    settings: dict[str, object] = {
        "x": (1.0, 2.0, 3.0, 4.0),
        "x_label": "epoch",
        "show": lambda value: f"{value:g}",
        "bounds": (0.0, None),
    }
    series = changes.pop("series", [Line(name=HOSTILE, values=values, tone="first")])
    return charts.lines(FRAME, series, **(settings | changes))  # type: ignore[arg-type]


def test_a_chart_is_named_for_those_who_cannot_see_it() -> None:
    root = parse(curve())
    assert root.get("role") == "img"
    title, description = root.find("title"), root.find("desc")
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == FRAME.title
    assert description.text == "Description"


def test_a_line_goes_through_its_values() -> None:
    svg = curve()
    drawn = [p.get("d", "") for p in parse(svg).iter("path") if p.get("class") == "s-first"][-1]
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", drawn)]
    assert len(points) == 4
    xs, ys = [x for x, _ in points], [y for _, y in points]
    assert xs == sorted(xs)
    # halves of a value are halves of the height above the axis, which is at zero
    axis = ys[3] + (ys[2] - ys[3]) * -1
    assert axis - ys[0] == pytest.approx(2 * (axis - ys[1]), abs=0.3)
    assert {"0", "1", "2", "epoch"} <= set(texts(svg))


def test_missing_values_are_gaps() -> None:
    svg = curve(series=[Line(name="a", values=(None, 1.0, NAN, 0.5), tone="second")])
    drawn = [p.get("d", "") for p in parse(svg).iter("path") if p.get("class") == "s-second"][-1]
    assert drawn.count("M") == 2
    assert "nan" not in svg


def test_a_single_epoch_is_a_dot() -> None:
    svg = curve(series=[Line(name="a", values=(0.5,), tone="first")], x=(1.0,))
    assert len(circles(svg, "f-first")) == 1
    assert "1" in texts(svg)


def test_kept_point_and_phases_are_named() -> None:
    svg = curve(
        phases=[Mark(x=1, label="head"), Mark(x=3, label=HOSTILE)],
        kept=Mark(x=3, label="kept: 0.5"),
    )
    assert {"head", "kept: 0.5"} <= set(texts(svg))
    assert len(circles(svg, "ring")) == 1
    assert sum(p.get("class") == "rule" for p in parse(svg).iter("path")) == 1


def test_two_series_have_a_legend_and_one_has_none() -> None:
    two = [Line(name=name, values=(1.0, 2.0, 3.0, 4.0), tone=tone) for name, tone in (("a", "first"), ("b", "second"))]
    assert {"a", "b"} <= set(texts(curve(series=two)))
    assert "a" not in texts(curve(series=two[:1]))


@pytest.mark.parametrize(
    ("figure", "dots", "rings", "crosses"),
    [
        (Figure(0.9, 0.85, 0.94), 85, 9, 6),
        (Figure(0.995, 0.98, 0.999), 980, 19, 1),
        (Figure(1.0, 0.99, 1.0), 990, 10, 0),
        (Figure(0.5, NAN, NAN), 50, 0, 50),
    ],
)
def test_icons_are_counted_right(figure: Figure, dots: int, rings: int, crosses: int) -> None:
    svg = charts.icons(FRAME, figure)
    drawn = {p.get("class"): p.get("d", "") for p in parse(svg).iter("path")}
    assert drawn["dots"].count("h.01") == dots
    assert len(circles(svg, "doubt")) == rings
    assert drawn["crosses"].count("m0") == crosses


def test_reliability_puts_a_dot_where_it_belongs() -> None:
    points = [
        Point(confidence=1.0, accuracy=0.5, count=400),
        Point(confidence=0.5, accuracy=0.5, count=100),
        Point(confidence=0.1, accuracy=0.0, count=0),
    ]
    svg = charts.reliability(FRAME, points, x_label="says", y_label="is", ideal="honest")
    (x1, y1, r1), (x2, y2, r2) = circles(svg, "blob")
    assert y1 == y2
    assert x1 > x2
    assert r1 == pytest.approx(2 * r2, abs=0.1)  # area follows the count
    stems = [p.get("d") for p in parse(svg).iter("path") if p.get("class") == "stem"]
    assert stems[1] == f"M{num(x2)} {num(y2)}V{num(y2)}"  # on the line there is no gap
    assert "100.0% → 50.0% (n = 400)" in svg
    assert {"says", "is", "honest"} <= set(texts(svg))


def test_ranked_bars_descend() -> None:
    svg = charts.ranked(FRAME, [5, 100, 40], x_label="classes", y_label="pictures")
    area = next(p.get("d", "") for p in parse(svg).iter("path") if p.get("class") == "area")
    heights = [float(y) for y in re.findall(r"V([\d.]+)H", area)]
    assert heights == sorted(heights)
    assert len(heights) == 3
    assert "classes 3" in texts(svg)


def test_interval_marks_share_a_scale() -> None:
    figures = [Figure(0.95, 0.9, 0.98), Figure(0.8, 0.72, 0.86)]
    scale = charts.span(figures)
    assert scale.low <= 0.72
    assert scale.high == 1
    first, second = (circles(charts.interval(figure, scale), "f-first")[0][0] for figure in figures)
    assert first == pytest.approx(scale(0.95), abs=0.06)
    assert second == pytest.approx(scale(0.8), abs=0.06)
    assert f"{scale.low:.0%}" in texts(charts.axis(scale))


def test_a_baseline_off_the_scale_is_named() -> None:
    scale = Scale(0.9, 1, 6, 174)
    assert "◂ 10%" in texts(charts.interval(Figure(0.95, 0.93, 0.97), scale, 0.1))
    assert texts(charts.interval(Figure(0.95, 0.93, 0.97), scale, 0.92)) == []


def test_figures_that_do_not_exist_draw_nothing() -> None:
    nothing = Figure(NAN, NAN, NAN)
    svg = charts.interval(nothing, charts.span([nothing]), NAN)
    assert "nan" not in svg
    assert circles(svg, "f-first") == []


@given(st.lists(st.floats(0, 1), max_size=4))
def test_a_scale_has_room_for_every_interval(lows: list[float]) -> None:
    scale = charts.span([Figure(1, low, 1) for low in lows])
    assert 0 <= scale.low < scale.high == 1
    assert all(scale.low <= low for low in lows if low < 0.999)


def test_stacked_bars_are_in_proportion() -> None:
    svg = charts.stacked((70, 20, 10), 200)
    widths = [float(r.get("width", "")) for r in parse(svg).iter("rect")]
    assert widths == pytest.approx([63 - 1, 18 - 1, 9 - 1], abs=0.11)
    assert len(list(parse(charts.stacked((5, 0, 0), 5)).iter("rect"))) == 1


def test_outcomes_fill_the_bar() -> None:
    rects = list(parse(charts.outcome(0.5, 0.25)).iter("rect"))
    assert [r.get("class") for r in rects] == ["f-first", "f-unknown", "f-wrong"]
    assert float(rects[2].get("x", "")) == pytest.approx(135)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 8))
def test_ticks_enclose_the_values_in_even_steps(low: float, span: float, count: int) -> None:
    high = low + span
    if not high > low:
        return
    marks = ticks(low, high, count)
    tolerance = 1e-6 * (abs(low) + span)
    assert marks[0] <= low + tolerance
    assert marks[-1] >= high - tolerance
    assert 2 <= len(marks) <= count + 3


def test_path_breaks_at_gaps() -> None:
    assert path([(0, 0), (1.25, 2), None, (3, 4)]) == "M0 0L1.2 2M3 4"
