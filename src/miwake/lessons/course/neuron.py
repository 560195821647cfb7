"""The threshold neuron: a weighted sum, and yes or no."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Net, Plot, Preset, Readings, Series, Step, node

PART = "neuron"
ORDER = 10
PAPERS = (
    "McCulloch and Pitts 1943, A logical calculus of the ideas immanent in nervous activity. "
    "Bulletin of Mathematical Biophysics 5",
)
_TABLE = Grid(of="table", label="truth", heads=("x₁", "x₂", "Σ", "y"), cell=36, scale=2)
_GATES = (
    Preset(label="gate.and", sets={"w": (1.0, 1.0), "theta": 2.0}),
    Preset(label="gate.or", sets={"w": (1.0, 1.0), "theta": 1.0}),
    Preset(label="gate.not", sets={"w": (-1.0, 0.0), "theta": 0.0}),
)

LESSON = Lesson(
    inputs={
        "x": Input(value=(1.0, 0.0)),
        "w": Input(value=(1.0, 1.0), low=-3, high=3, step=0.5),
        "theta": Input(value=1.0, low=-3, high=3, step=0.5, label="theta"),
        "corners": Input(value=((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)), fixed=True),
        "patch": Input(value=((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0))),
        "weights": Input(value=((-1.0, -1.0, -1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0)), low=-3, high=3),
        "bar": Input(value=3.0, low=0, high=6, label="theta"),
    },
    nodes={
        "sum": node("weighted_sum", "x", "w"),
        "y": node("threshold", "x", "w", "theta"),
        "edges": node("as_rows", "w"),
        "table": node("truth_table", "w", "theta"),
        "minus": node("multiply", "theta", -1.0),
        "line_w": node("append", "w", "minus"),
        "line": node("boundary", "line_w", -1.0, 2.0),
        "flags": node("answers", "corners", "line_w"),
        "yes": node("points_where", "corners", "flags", 1.0),
        "no": node("points_where", "corners", "flags", 0.0),
        "patch_sum": node("weighted_sum", "patch", "weights"),
        "fires": node("threshold", "patch", "weights", "bar"),
    },
    steps=(
        Step(
            key="sum",
            formula="s = Σ_{i} w_{i} x_{i}\ny = 1 if s ≥ θ, otherwise 0",
            views=(
                Net(label="neuron", layers=("x", "y"), weights=("edges",), names=(("x₁", "x₂"), ("y",))),
                Grid(of="x", label="inputs", look="picture"),
                Grid(of="w", label="weights"),
                Readings(rows=(("sum", "sum"), ("theta", "theta"), ("answer", "y"))),
            ),
            controls=("theta",),
        ),
        Step(
            key="gates",
            views=(_TABLE, Readings(rows=(("theta", "theta"),))),
            controls=("theta",),
            presets=_GATES,
        ),
        Step(
            key="line",
            formula="w_{1} x_{1} + w_{2} x_{2} = θ",
            views=(
                Plot(
                    label="plane",
                    series=(
                        Series(of="line", style="line", tone="third", label="boundary"),
                        Series(of="yes", style="dots", label="yes"),
                        Series(of="no", style="rings", tone="wrong", label="no"),
                    ),
                    x=(-0.5, 1.5),
                    y=(-0.5, 1.5),
                    x_label="x1",
                    y_label="x2",
                ),
                Grid(of="w", label="weights"),
            ),
            controls=("theta",),
            presets=_GATES,
        ),
        Step(
            key="picture",
            formula="y = 1 if Σ_{p} Σ_{q} w_{pq} x_{pq} ≥ θ",
            views=(
                Grid(of="patch", label="patch", look="picture"),
                Grid(of="weights", label="weights"),
                Readings(rows=(("sum", "patch_sum"), ("theta", "bar"), ("answer", "fires"))),
            ),
            controls=("bar",),
        ),
    ),
)
