"""Dropout: every time another part of the network is away."""

from __future__ import annotations

from miwake.lessons.model import Bars, Grid, Input, Lesson, Step, node

PART = "depth"
ORDER = 140
PAPERS = (
    "Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, Dropout: a simple way to prevent neural "
    "networks from overfitting. Journal of Machine Learning Research 15",
)
_DRAWS, _UNITS = 40, 6
# the fractional parts of multiples of the golden ratio: they look random and are the same on every page
_RANDOM = tuple(
    tuple(round(((row * _UNITS + unit + 1) * 0.6180339887 + row * row * 0.1732) % 1.0, 3) for unit in range(_UNITS))
    for row in range(_DRAWS)
)
_NAMES = tuple(f"x{sign}" for sign in "₁₂₃₄₅₆")
_KEPT = Bars(of="y", label="dropped", names=_NAMES, high=4)
_WHOLE = Bars(of="x", label="units.x", names=_NAMES, high=4)

LESSON = Lesson(
    inputs={
        "x": Input(value=(1.0, 0.5, 2.0, 1.5, 0.8, 1.2), low=0, high=2, step=0.1),
        "randoms": Input(value=_RANDOM, fixed=True),
        "draw": Input(value=0.0, low=0, high=_DRAWS - 1, label="draw"),
        "share": Input(value=0.5, low=0, high=0.8, step=0.1, label="drop.share"),
    },
    nodes={
        "random": node("row", "randoms", "draw"),
        "y": node("dropout", "x", "random", "share"),
        "count": node("add", "draw", 1.0),
        "average": node("mean_of_draws", "x", "randoms", "share", "count"),
    },
    steps=(
        Step(
            key="drop",
            formula="y_{i} = x_{i} / (1 − p) with probability 1 − p, otherwise 0",
            views=(
                Grid(of="x", label="units.x", heads=_NAMES, cell=40, scale=4),
                Grid(of="random", label="random", heads=_NAMES, cell=40, look="signed", scale=2),
                _KEPT,
            ),
            controls=("share", "draw"),
            play="draw",
        ),
        Step(
            key="mean",
            formula="E[y_{i}] = (1 − p) · x_{i} / (1 − p) = x_{i}",
            views=(_KEPT, Bars(of="average", label="average.draws", names=_NAMES, high=4), _WHOLE),
            controls=("draw", "share"),
            play="draw",
            given={"draw": 39.0},
        ),
        Step(
            key="afterwards",
            formula="y_{i} = x_{i}",
            views=(_WHOLE, Bars(of="average", label="average.draws", names=_NAMES, high=4)),
            controls=("draw",),
        ),
    ),
)
