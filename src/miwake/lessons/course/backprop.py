"""The multilayer perceptron, and the gradient that runs back through it."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Net, Plot, Readings, Series, Step, node

PART = "learning"
ORDER = 70
PAPERS = (
    "Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors. Nature 323",
    "Amari 1967, A theory of adaptive pattern classifiers. IEEE Transactions on Electronic Computers 16",
)
_NET = Net(
    label="net",
    layers=("x_one", "z_one", "y"),
    weights=("w1", "w2"),
    names=(("x₁", "x₂", "1"), ("z₁", "z₂", "1"), ("y",)),
    deltas=("delta1", "delta2"),
    gradients=("g1", "g2"),
    phase="phase",
)
_EDIT = (
    Grid(of="x", label="inputs", look="picture"),
    Grid(of="w1", label="w1", heads=("x₁", "x₂", "1"), cell=40),
    Grid(of="w2", label="w2", heads=("z₁", "z₂", "1"), cell=40),
)
_READ = Readings(rows=(("target", "target"), ("error", "error")))

LESSON = Lesson(
    inputs={
        "x": Input(value=(1.0, 0.0)),
        "target": Input(value=1.0, low=0, high=1, label="target"),
        "w1": Input(value=((1.5, -1.0, 0.5), (-0.5, 2.0, -1.0)), low=-6, high=6, step=0.5),
        "w2": Input(value=((1.0, -1.5, 0.5),), low=-6, high=6, step=0.5),
        "phase": Input(value=0.0, low=0, high=6, label="phase"),
        "rate": Input(value=0.5, low=0.1, high=2, step=0.1, label="rate"),
        "epochs": Input(value=0.0, low=0, high=1000, step=20, label="epochs"),
        "start1": Input(value=((0.8, -0.7, 0.1), (-0.6, 0.9, 0.2)), fixed=True),
        "start2": Input(value=((0.7, 0.8, -0.3),), fixed=True),
    },
    nodes={
        "x_one": node("with_one", "x"),
        "z": node("layer", "x", "w1"),
        "z_one": node("with_one", "z"),
        "y": node("layer", "z", "w2"),
        "d": node("as_list", "target"),
        "error": node("squared_error", "y", "d"),
        "delta2": node("output_delta", "y", "d"),
        "delta1": node("hidden_delta", "delta2", "w2", "z"),
        "g2": node("weight_gradient", "delta2", "z"),
        "g1": node("weight_gradient", "delta1", "x"),
        "errors": node("xor_errors", "start1", "start2", "rate", "epochs"),
        "curve": node("against", "errors"),
        "table": node("xor_table", "start1", "start2", "rate", "epochs"),
    },
    steps=(
        Step(
            key="forward",
            formula="z_{j} = σ(Σ_{i} w_{ji} x_{i})\nσ(u) = 1 / (1 + e^{−u})",
            views=(*_EDIT, _NET),
            controls=("phase",),
            play="phase",
            given={"phase": 2.0},
        ),
        Step(
            key="error",
            formula="E = ½ (y − d)^{2}\nΔ = ∂E/∂u = (y − d) y (1 − y)",
            views=(_NET, _READ),
            controls=("phase", "target"),
            play="phase",
            given={"phase": 3.0},
        ),
        Step(
            key="output",
            formula="∂E/∂w_{kj} = Δ_{k} z_{j}",
            views=(_NET, _READ),
            controls=("phase", "target"),
            play="phase",
            given={"phase": 4.0},
        ),
        Step(
            key="hidden",
            formula="Δ_{j} = (Σ_{k} Δ_{k} w_{kj}) z_{j} (1 − z_{j})",
            views=(_NET, _READ),
            controls=("phase", "target"),
            play="phase",
            given={"phase": 5.0},
        ),
        Step(
            key="all",
            formula="∂E/∂w_{ji} = Δ_{j} x_{i}\nw ← w − η ∂E/∂w",
            views=(*_EDIT, _NET, _READ),
            controls=("phase", "target"),
            play="phase",
            given={"phase": 6.0},
        ),
        Step(
            key="xor",
            views=(
                Plot(
                    label="error_epochs",
                    series=(
                        Series(of="curve", style="line", tone="wrong", label="error.four"),
                        Series(of="curve", style="last"),
                    ),
                    x=(0, 1000),
                    y=(0, 0.6),
                    x_label="epochs",
                    y_label="error",
                ),
                Grid(of="table", label="xor", heads=("x₁", "x₂", "d", "y"), cell=40, scale=1),
            ),
            controls=("epochs", "rate"),
            play="epochs",
            given={"epochs": 1000.0},
        ),
    ),
)
