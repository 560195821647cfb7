"""Max and average pooling, what they forgive and what they blur, and the way to one row of numbers."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Preset, Readings, Slide, Step, node

PART = "seeing"
ORDER = 110
PAPERS = (
    "Fukushima 1980, Neocognitron. Biological Cybernetics 36",
    "Zhou and Chellappa 1988, Computation of optical flow using a neural network. IEEE ICNN",
    "Lin, Chen and Yan 2014, Network in network. ICLR",
)
_MAP = (
    (0.0, 1.0, 0.0, 0.0, 2.0, 0.0),
    (1.0, 3.0, 1.0, 0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0, 0.0, 0.0, 0.0),
    (2.0, 0.0, 0.0, 4.0, 1.0, 0.0),
    (0.0, 0.0, 1.0, 1.0, 2.0, 0.0),
    (0.0, 1.0, 0.0, 0.0, 0.0, 3.0),
)
_TWO = ((0.0,) * 6, (0.0,) * 6, (0.0, 0.0, 3.0, 3.0, 0.0, 0.0), (0.0,) * 6, (0.0,) * 6, (0.0,) * 6)
_ONE = ((0.0,) * 6, (0.0,) * 6, (0.0, 0.0, 0.0, 3.0, 0.0, 0.0), (0.0,) * 6, (0.0,) * 6, (0.0,) * 6)
_FAR = ((0.0,) * 6, (0.0,) * 6, (0.0, 3.0, 0.0, 0.0, 3.0, 0.0), (0.0,) * 6, (0.0,) * 6, (0.0,) * 6)
_U = Grid(of="u", label="map", scale=4)
_CONTROLS = ("size", "stride")

LESSON = Lesson(
    inputs={
        "u": Input(value=_MAP, low=0, high=9),
        "size": Input(value=2.0, low=2, high=4, label="window"),
        "stride": Input(value=2.0, low=1, high=3, label="stride"),
        "down": Input(value=0.0, low=-1, high=1, label="down"),
        "right": Input(value=0.0, low=-1, high=1, label="right"),
        "v": Input(value=_TWO, low=0, high=9),
        "second": Input(value=((0.0, 1.0, 0.0), (0.0, 1.0, 0.0), (0.0, 1.0, 0.0)), low=0, high=9),
    },
    nodes={
        "largest": node("max_pool", "u", "size", "stride"),
        "average": node("average_pool", "u", "size", "stride"),
        "moved": node("shift", "u", "down", "right"),
        "moved_largest": node("max_pool", "moved", "size", "stride"),
        "blurred": node("max_pool", "v", 3, 1),
        "small": node("max_pool", "u", 2, 2),
        "row_first": node("as_row", "small"),
        "row_second": node("as_row", "second"),
        "mean_first": node("mean", "small"),
        "mean_second": node("mean", "second"),
    },
    steps=(
        Step(
            key="max",
            formula="v_{ij} = max_{p,q} u_{si+p, sj+q}",
            views=(_U, Grid(of="largest", label="pooled", cell=30, scale=4)),
            slide=Slide(kind="max", over=("u",), into="largest", size="size", stride="stride"),
            controls=_CONTROLS,
        ),
        Step(
            key="average",
            formula="v_{ij} = (1/k^{2}) Σ_{p} Σ_{q} u_{si+p, sj+q}",
            views=(_U, Grid(of="average", label="pooled.average", cell=40, scale=4)),
            slide=Slide(kind="mean", over=("u",), into="average", size="size", stride="stride"),
            controls=_CONTROLS,
        ),
        Step(
            key="forgives",
            views=(
                Grid(of="moved", label="map.moved", scale=4),
                Grid(of="moved_largest", label="pooled", cell=30, scale=4),
            ),
            controls=("down", "right", *_CONTROLS),
            given={"size": 3.0, "stride": 1.0, "right": 1.0},
        ),
        Step(
            key="blurs",
            views=(
                Grid(of="v", label="map", scale=3),
                Grid(of="blurred", label="pooled", cell=30, scale=3),
            ),
            slide=Slide(kind="max", over=("v",), into="blurred", size=3, at=(1, 1)),
            presets=(
                Preset(label="points.near", sets={"v": _TWO}),
                Preset(label="points.one", sets={"v": _ONE}),
                Preset(label="points.far", sets={"v": _FAR}),
            ),
        ),
        Step(
            key="flatten",
            formula="g_{c} = (1/HW) Σ_{i} Σ_{j} u_{cij}",
            views=(
                Grid(of="small", label="map.1", cell=30, scale=4),
                Grid(of="second", label="map.2", scale=4),
                Grid(of="row_first", label="flat.1", cell=30, scale=4),
                Grid(of="row_second", label="flat.2", cell=30, scale=4),
                Readings(rows=(("average.1", "mean_first"), ("average.2", "mean_second"))),
            ),
        ),
    ),
)
