"""From scores to probabilities, and what a wrong answer costs."""

from __future__ import annotations

import math

from miwake.lessons.model import Bars, Grid, Input, Lesson, Plot, Preset, Readings, Series, Step, node

PART = "learning"
ORDER = 60
PAPERS = (
    "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs. Neurocomputing, "
    "NATO ASI Series F68",
    "Shannon 1948, A mathematical theory of communication. Bell System Technical Journal 27",
)
_CLASSES = ("A", "B", "C")
_FEATURES = ("x₁", "x₂", "x₃")
_SCORES = Grid(of="u", label="scores", heads=_CLASSES, scale=6, cell=40)
_SAID = Bars(of="p", label="probabilities", names=_CLASSES)
_COSTS = Readings(rows=(("p.true", "p_true"), ("cost.natural", "cost"), ("cost.ten", "cost_ten")))

LESSON = Lesson(
    inputs={
        "x": Input(value=(1.0, -2.0, 0.5), low=-3, high=3, step=0.5),
        "w": Input(value=((0.5, 2.0, 1.0), (1.5, -1.0, 1.0), (0.5, 1.0, -1.0)), low=-3, high=3, step=0.5),
        "b": Input(value=(0.0, 0.3, 0.3), low=-3, high=3, step=0.1),
        "u": Input(value=(1.0, 2.3, 0.3), low=-6, high=6, step=0.5),
        "true": Input(value=0.0, low=0, high=2, label="true"),
        "lecture": Input(value=(0.2, 0.7, 0.1), fixed=True),
    },
    nodes={
        "f": node("relu", "x"),
        "dense": node("dense", "f", "w", "b"),
        "e": node("exp", "u"),
        "p": node("softmax", "u"),
        "d": node("one_hot", "true", 3),
        "p_true": node("row", "p", "true"),
        "cost": node("cross_entropy", "p", "d"),
        "cost_ten": node("cross_entropy", "p", "d", 10.0),
        "first": node("one_hot", 0.0, 3),
        "lecture_cost": node("cross_entropy", "lecture", "first"),
        "lecture_ten": node("cross_entropy", "lecture", "first", 10.0),
        "curve": node("cost_curve", math.e),
        "curve_ten": node("cost_curve", 10.0),
        "here": node("pair", "p_true", "cost"),
        "back": node("subtract", "p", "d"),
    },
    steps=(
        Step(
            key="dense",
            formula="f(x) = max(0, x)\nu_{k} = Σ_{i} w_{ki} f(x_{i}) + b_{k}",
            views=(
                Grid(of="x", label="features", heads=_FEATURES, cell=40),
                Grid(of="f", label="after.relu", heads=_FEATURES, cell=40),
                Grid(of="w", label="dense.weights", heads=("f₁", "f₂", "f₃"), cell=40),
                Grid(of="b", label="dense.bias", heads=_CLASSES, cell=40),
                Grid(of="dense", label="scores", heads=_CLASSES, scale=6, cell=40),
            ),
        ),
        Step(
            key="softmax",
            formula="p_{k} = e^{uₖ} / Σ_{l} e^{uₗ}",
            views=(_SCORES, Grid(of="e", label="exponentials", heads=_CLASSES, cell=56), _SAID),
        ),
        Step(
            key="lecture",
            formula="E = −Σ_{k} d_{k} log p_{k}",
            views=(
                Bars(of="lecture", label="lecture", names=_CLASSES),
                Readings(rows=(("cost.ten", "lecture_ten"), ("cost.natural", "lecture_cost"))),
            ),
        ),
        Step(
            key="cost",
            views=(
                _SCORES,
                _SAID,
                Plot(
                    label="cost_curve",
                    series=(
                        Series(of="curve", style="line", tone="wrong", label="cost.natural"),
                        Series(of="curve_ten", style="line", tone="quiet", label="cost.ten"),
                        Series(of="here", style="last", label="here"),
                    ),
                    x=(0, 1),
                    y=(0, 4),
                    x_label="p.true",
                    y_label="cost",
                ),
                _COSTS,
            ),
            controls=("true",),
            presets=(
                Preset(label="answer.right", sets={"u": (4.0, 0.0, 0.0), "true": 0.0}),
                Preset(label="answer.unsure", sets={"u": (0.0, 0.0, 0.0), "true": 0.0}),
                Preset(label="answer.wrong", sets={"u": (0.0, 4.0, 0.0), "true": 0.0}),
            ),
        ),
        Step(
            key="back",
            formula="∂E/∂u_{k} = p_{k} − d_{k}",
            views=(
                _SAID,
                Grid(of="d", label="truth.row", heads=_CLASSES, look="picture", cell=40),
                Grid(of="back", label="gradient", heads=_CLASSES, scale=1, cell=44),
                _SCORES,
            ),
            controls=("true",),
        ),
    ),
)
