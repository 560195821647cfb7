"""The residual block: layers learn what to add."""

from __future__ import annotations

from miwake.lessons.model import Bars, Grid, Input, Lesson, Plot, Preset, Readings, Series, Step, node

PART = "depth"
ORDER = 130
PAPERS = ("He, Zhang, Ren and Sun 2016, Deep residual learning for image recognition. CVPR",)
_W1 = ((0.5, -0.5, 0.0), (0.0, 1.0, -0.5), (0.5, 0.0, 0.5))
_W2 = ((0.5, 0.0, 0.5), (-0.5, 0.5, 0.0), (0.0, -0.5, 1.0))
_ZERO = ((0.0, 0.0, 0.0),) * 3
_LAYERS = (
    ((0.6, -0.3, 0.2, 0.1), (0.1, 0.5, -0.4, 0.3), (-0.2, 0.3, 0.6, 0.1), (0.3, 0.1, 0.1, 0.5)),
    ((0.4, 0.3, -0.1, 0.2), (-0.3, 0.6, 0.2, 0.1), (0.2, -0.1, 0.5, 0.4), (0.1, 0.3, -0.2, 0.6)),
    ((0.5, 0.1, 0.3, -0.2), (0.2, 0.4, 0.1, 0.3), (0.1, 0.2, 0.5, -0.3), (-0.1, 0.2, 0.3, 0.5)),
)
_NAMES = ("1", "2", "3")

LESSON = Lesson(
    inputs={
        "x": Input(value=(1.0, 0.5, 2.0), low=0, high=3, step=0.5),
        "w1": Input(value=_W1, low=-3, high=3, step=0.5),
        "w2": Input(value=_W2, low=-3, high=3, step=0.5),
        "none": Input(value=(0.0, 0.0, 0.0), fixed=True),
        "layers": Input(value=_LAYERS, fixed=True),
        "z": Input(value=(1.0, 0.6, 0.8, 0.4), fixed=True),
        "scale": Input(value=0.5, low=0.1, high=1.2, step=0.1, label="scale"),
        "depth": Input(value=20.0, low=1, high=30, label="depth"),
    },
    nodes={
        "inner": node("dense", "x", "w1", "none"),
        "active": node("relu", "inner"),
        "added": node("dense", "active", "w2", "none"),
        "y": node("residual_block", "x", "w1", "w2"),
        "without": node("relu", "added"),
        "plain": node("depth_gradients", "layers", "z", "scale", "depth", 0.0),
        "short": node("depth_gradients", "layers", "z", "scale", "depth", 1.0),
        "plain_log": node("log_ten", "plain"),
        "short_log": node("log_ten", "short"),
        "plain_end": node("entry", "plain", "depth", 1),
        "short_end": node("entry", "short", "depth", 1),
    },
    steps=(
        Step(
            key="block",
            formula="F(x) = w_{2} f(w_{1} x)\ny = f(x + F(x))",
            views=(
                Grid(of="x", label="block.x", cell=40, scale=3),
                Grid(of="w1", label="block.w1", cell=40),
                Grid(of="w2", label="block.w2", cell=40),
                Bars(of="added", label="block.added", names=_NAMES, high=3),
                Bars(of="y", label="block.y", names=_NAMES, high=6),
            ),
        ),
        Step(
            key="nothing",
            views=(
                Grid(of="x", label="block.x", cell=40, scale=3),
                Bars(of="added", label="block.added", names=_NAMES, high=3),
                Bars(of="y", label="block.y", names=_NAMES, high=6),
                Bars(of="without", label="block.without", names=_NAMES, high=6),
            ),
            presets=(
                Preset(label="weights.zero", sets={"w1": _ZERO, "w2": _ZERO}),
                Preset(label="weights.some", sets={"w1": _W1, "w2": _W2}),
            ),
            given={"w1": _ZERO, "w2": _ZERO},
        ),
        Step(
            key="gradient",
            formula="∂E/∂x = (1 + ∂F/∂x) ∂E/∂y",
            views=(
                Plot(
                    label="depth_gradients",
                    series=(
                        Series(of="plain_log", style="line", tone="wrong", label="chain"),
                        Series(of="short_log", style="line", label="with_shortcut"),
                    ),
                    x=(0, 30),
                    y=(-6, 10),
                    x_label="layers_above",
                    y_label="log_gradient",
                ),
                Readings(rows=(("chain", "plain_end"), ("with_shortcut", "short_end"))),
            ),
            controls=("depth", "scale"),
            play="depth",
        ),
    ),
)
