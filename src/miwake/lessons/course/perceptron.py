"""The perceptron learns from its mistakes, and fails at XOR."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Plot, Preset, Readings, Series, Step, node

PART = "neuron"
ORDER = 20
PAPERS = (
    "Rosenblatt 1958, The perceptron: a probabilistic model for information storage and organization in the brain. "
    "Psychological Review 65",
    "Minsky and Papert 1969, Perceptrons. MIT Press",
)
_PLANE = Plot(
    label="plane",
    series=(
        Series(of="line", style="line", tone="third", label="boundary"),
        Series(of="ones", style="dots", label="class.one"),
        Series(of="zeros", style="crosses", tone="wrong", label="class.zero"),
        Series(of="shown", style="last", label="shown"),
    ),
    x=(-0.5, 1.5),
    y=(-0.5, 1.5),
    x_label="x1",
    y_label="x2",
)
_MISTAKES = Plot(
    label="mistakes",
    series=(Series(of="mistakes", style="line"), Series(of="mistakes", style="last")),
    x=(0, 40),
    y=(0, 4),
    x_label="examples",
    y_label="wrong",
)
_READ = Readings(rows=(("weight.1", "w1"), ("weight.2", "w2"), ("bias", "b"), ("wrong", "wrong")))
_TARGETS = (
    Preset(label="gate.and", sets={"d": (0.0, 0.0, 0.0, 1.0), "steps": 0.0}),
    Preset(label="gate.or", sets={"d": (0.0, 1.0, 1.0, 1.0), "steps": 0.0}),
    Preset(label="gate.xor", sets={"d": (0.0, 1.0, 1.0, 0.0), "steps": 0.0}),
)

LESSON = Lesson(
    inputs={
        "points": Input(value=((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)), fixed=True),
        "d": Input(value=(0.0, 0.0, 0.0, 1.0)),
        "start": Input(value=(0.0, 0.0, 0.0), fixed=True),
        "rate": Input(value=0.5, low=0.1, high=1, step=0.1, label="rate"),
        "steps": Input(value=0.0, low=0, high=40, label="examples"),
        "hidden": Input(value=((1.0, 1.0, -0.5), (-1.0, -1.0, 1.5)), low=-3, high=3, step=0.5),
        "above": Input(value=(1.0, 1.0, -1.5), low=-3, high=3, step=0.5),
    },
    nodes={
        "path": node("perceptron_path", "start", "points", "d", "rate", "steps"),
        "now": node("row", "path", "steps"),
        "w1": node("row", "now", 0),
        "w2": node("row", "now", 1),
        "b": node("row", "now", 2),
        "line": node("boundary", "now", -1.0, 2.0),
        "ones": node("points_where", "points", "d", 1.0),
        "zeros": node("points_where", "points", "d", 0.0),
        "turn": node("modulo", "steps", 4.0),
        "turned": node("row", "points", "turn"),
        "shown": node("as_rows", "turned"),
        "counts": node("mistakes_path", "path", "points", "d"),
        "wrong": node("row", "counts", "steps"),
        "mistakes": node("against", "counts"),
        "table": node("two_layers", "hidden", "above"),
    },
    steps=(
        Step(
            key="rule",
            formula="w_{i} ← w_{i} + η (d − y) x_{i}",
            views=(_PLANE, _READ),
            controls=("steps", "rate"),
            play="steps",
        ),
        Step(
            key="learns",
            views=(_PLANE, _MISTAKES, _READ),
            controls=("steps",),
            presets=_TARGETS[:2],
            play="steps",
            given={"steps": 40.0},
        ),
        Step(
            key="xor",
            views=(_PLANE, _MISTAKES, _READ),
            controls=("steps",),
            presets=_TARGETS,
            play="steps",
            given={"d": (0.0, 1.0, 1.0, 0.0), "steps": 40.0},
        ),
        Step(
            key="layers",
            formula="h_{1} = x_{1} or x_{2}\nh_{2} = not (x_{1} and x_{2})\ny = h_{1} and h_{2}",
            views=(
                Grid(of="hidden", label="hidden", heads=("w₁", "w₂", "b")),
                Grid(of="above", label="above", heads=("w₁", "w₂", "b")),
                Grid(of="table", label="truth", heads=("x₁", "x₂", "h₁", "h₂", "y"), cell=36, scale=1),
            ),
        ),
    ),
)
