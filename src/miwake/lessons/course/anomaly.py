"""How odd is it? Distances in the plane of two features, and the threshold that good ones set."""

from __future__ import annotations

from miwake.lessons.model import Input, Lesson, Numbers, Plot, Preset, Readings, Series, Step, node

PART = "models"
ORDER = 180
PAPERS = (
    "Mahalanobis 1936, On the generalised distance in statistics. Proceedings of the National Institute of Sciences "
    "of India 2",
    "Gonzalez 1985, Clustering to minimize the maximum intercluster distance. Theoretical Computer Science 38",
    "Defard, Setkov, Loesch and Audigier 2021, PaDiM: a patch distribution modeling framework for anomaly detection "
    "and localization. ICPR Workshops",
    "Roth, Pemula, Zepeda, Schölkopf, Brox and Gehler 2022, Towards total recall in industrial anomaly detection. CVPR",
)


def _points(text: str) -> tuple[tuple[float, float], ...]:
    """`2.1,1.8 2.7,1.4` as points."""
    pairs = (pair.split(",") for pair in text.split())
    return tuple((float(x), float(y)) for x, y in pairs)


_TWO = _points(
    "2.1,1.8 2.7,1.4 2.6,1.4 2.0,1.5 2.9,2.1 3.4,2.2 2.6,2.3 1.9,1.9 2.9,1.7 2.3,1.9 2.5,1.7 2.1,2.0 "
    "6.3,3.5 6.6,3.4 5.6,3.4 6.7,3.7 5.7,3.4 6.4,3.5 5.6,4.2 5.6,3.8 6.2,3.7 6.2,4.5 5.9,3.4 5.3,3.8"
)
_SLANTED = _points(
    "1.7,1.9 2.3,1.6 2.2,1.9 2.4,1.9 2.7,1.9 2.9,2.0 3.1,2.3 3.2,2.4 3.6,2.5 4.1,2.8 3.9,2.9 3.8,2.7 "
    "4.6,3.3 4.5,3.2 4.5,3.1 4.9,3.6 5.0,3.5 5.2,3.4 5.3,3.6 5.6,3.5 5.9,3.8 6.2,4.2 6.2,4.1 6.4,4.4"
)
_STRAGGLER = _points(
    "3.2,2.3 4.4,3.7 2.5,3.9 3.2,2.1 2.9,2.8 4.2,2.7 3.0,2.9 3.0,2.6 3.3,3.7 3.6,2.6 2.5,3.2 2.8,2.8 "
    "2.2,4.2 3.8,2.6 3.8,3.8 1.7,2.8 3.0,3.5 3.1,3.0 3.2,4.1 4.5,2.8 2.6,4.6 2.6,2.8 3.2,3.4 7.2,1.3"
)
_COUNT = float(len(_TWO))
_RIM = Series(of="rim", style="line", tone="second", label="odd.rim")
_GOOD = Series(of="points", style="dots", tone="quiet", label="odd.good")
_KEPT = Series(of="kept", style="dots", label="odd.kept")
_LINK = Series(of="link", style="line", tone="wrong", label="odd.distance")
_NEAR = Series(of="near", style="rings", label="odd.near")
_NEW = Series(of="shown", style="last", label="odd.new")


def _plane(*series: Series) -> Plot:
    """A unit is as long across as up, so that a circle is one."""
    return Plot(
        label="odd.plane", series=series, x=(0, 8.55), y=(0, 5.8), x_label="odd.first", y_label="odd.second", moves="x"
    )


_LEFT_OUT = Plot(
    label="odd.left_out",
    series=(
        Series(of="level", style="line", tone="second", label="odd.threshold"),
        Series(of="ranked", style="dots", tone="quiet", label="odd.good"),
    ),
    x=(0, _COUNT),
    y=(0, 1.5),
    x_label="odd.rank",
    y_label="odd.distance",
)
_REACH = Plot(
    label="odd.reach",
    series=(Series(of="reaches", style="line"), Series(of="reached", style="last")),
    x=(0, _COUNT),
    y=(0, 6),
    x_label="odd.count",
    y_label="odd.distance",
)


def _data(points: Numbers, x: tuple[float, float]) -> dict[str, Numbers]:
    return {"points": points, "x": x}


LESSON = Lesson(
    inputs={
        "points": Input(value=_TWO, fixed=True),
        "x": Input(value=(4.2, 2.9), low=0, high=8.5, step=0.1),
        "share": Input(value=0.05, low=0, high=0.5, step=0.05, label="odd.share"),
        "count": Input(value=_COUNT, low=2, high=_COUNT, label="odd.count"),
    },
    nodes={
        "kept": node("coreset", "points", "count"),
        "near": node("nearest_points", "kept", "x", 3),
        "nearest": node("row", "near", 0),
        "link": node("stack", "x", "nearest"),
        "shown": node("as_rows", "x"),
        "distance": node("distance_from", "kept", "x"),
        "left_out": node("left_out", "points", "kept"),
        "threshold": node("level", "left_out", "share"),
        "alarm": node("divide", "distance", "threshold"),
        "rim": node("rim", "kept", "threshold"),
        "sorted": node("descending", "left_out"),
        "ranked": node("against", "sorted"),
        "flat": node("pair_row", 0.0, "threshold"),
        "level": node("line_points", "flat", 0.0, _COUNT),
        "reaches": node("reaches", "points"),
        "last": node("subtract", "count", 1.0),
        "reach": node("row", "reaches", "last"),
        "reached": node("as_rows", "reach"),
        "mahalanobis": node("mahalanobis", "points", "x"),
        "mahalanobis_left_out": node("mahalanobis_left_out", "points"),
        "mahalanobis_threshold": node("level", "mahalanobis_left_out", "share"),
        "mahalanobis_alarm": node("divide", "mahalanobis", "mahalanobis_threshold"),
        "ellipse": node("ellipse", "points", "mahalanobis_threshold"),
    },
    steps=(
        Step(
            key="distance",
            formula="s(x) = min_{m ∈ M} ‖x − m‖",
            views=(
                _plane(_LINK, Series(of="kept", style="dots", label="odd.good"), _NEAR, _NEW),
                Readings(rows=(("odd.score", "distance"),)),
            ),
        ),
        Step(
            key="threshold",
            formula="s_{i} = min_{j ≠ i} ‖m_{i} − m_{j}‖\nθ: s_{i} > θ for at most a share α of all i",
            views=(
                _plane(_RIM, _LINK, Series(of="kept", style="dots", label="odd.good"), _NEW),
                _LEFT_OUT,
                Readings(
                    rows=(("odd.score", "distance"), ("odd.threshold", "threshold"), ("odd.alarm", "alarm")),
                ),
            ),
            controls=("share",),
        ),
        Step(
            key="coreset",
            formula="m_{k+1} = argmax_{i} min_{j ≤ k} ‖m_{i} − m_{j}‖",
            views=(
                _plane(_RIM, _GOOD, _KEPT, _NEW),
                _REACH,
                Readings(rows=(("odd.score", "distance"), ("odd.threshold", "threshold"), ("odd.alarm", "alarm"))),
            ),
            controls=("count",),
            play="count",
            given={"count": 6.0},
        ),
        Step(
            key="gaussian",
            formula="s(x)^{2} = (x − μ)^{T} Σ^{−1} (x − μ)",
            views=(
                _plane(
                    _RIM,
                    Series(of="ellipse", style="line", tone="third", label="odd.ellipse"),
                    Series(of="kept", style="dots", label="odd.good"),
                    _NEW,
                ),
                Readings(rows=(("odd.alarm.nearest", "alarm"), ("odd.alarm.gaussian", "mahalanobis_alarm"))),
            ),
            controls=("share",),
            presets=(
                Preset(label="odd.data.two", sets=_data(_TWO, (4.2, 2.9))),
                Preset(label="odd.data.slanted", sets=_data(_SLANTED, (3.8, 3.3))),
                Preset(label="odd.data.straggler", sets=_data(_STRAGGLER, (7.0, 1.5))),
            ),
            given={"count": _COUNT, "points": _TWO, "share": 0.05},
        ),
    ),
)
