"""Gradient descent on w², and on mini-batches."""

from __future__ import annotations

from miwake.lessons.model import Input, Lesson, Plot, Preset, Readings, Series, Step, node

PART = "learning"
ORDER = 50
PAPERS = (
    "Cauchy 1847, Méthode générale pour la résolution des systèmes d'équations simultanées. Comptes Rendus 25",
    "Robbins and Monro 1951, A stochastic approximation method. Annals of Mathematical Statistics 22",
)
_X = (0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0)
_D = (0.35, 0.21, 0.42, 0.48, 0.39, 0.62, 0.5, 0.73, 0.58, 0.7, 0.86, 0.79)
_ORDER = (
    (4.0, 9.0, 0.0, 7.0, 2.0, 11.0, 5.0, 1.0, 8.0, 3.0, 10.0, 6.0),
    (7.0, 1.0, 10.0, 4.0, 6.0, 0.0, 11.0, 3.0, 9.0, 5.0, 2.0, 8.0),
    (2.0, 8.0, 5.0, 11.0, 0.0, 6.0, 3.0, 10.0, 1.0, 7.0, 9.0, 4.0),
)
_HILL = Plot(
    label="hill",
    series=(
        Series(of="curve", style="line", tone="quiet", label="square"),
        Series(of="walk", style="line", tone="wrong", label="walk"),
        Series(of="walk", style="dots", tone="wrong"),
        Series(of="walk", style="last"),
    ),
    x=(-3, 3),
    y=(0, 9),
    x_label="w",
    y_label="error",
)
_LINE = Plot(
    label="fit",
    series=(
        Series(of="points", style="dots", tone="quiet", label="data"),
        Series(of="line", style="line", label="line"),
    ),
    x=(0, 1.1),
    y=(0, 1),
    x_label="x",
    y_label="d",
)
_ERROR = Plot(
    label="error_path",
    series=(Series(of="errors", style="line", tone="wrong"), Series(of="errors", style="last")),
    x=(0, 120),
    y=(0, 0.06),
    x_label="step",
    y_label="error",
)

LESSON = Lesson(
    inputs={
        "w": Input(value=2.5, low=-2.9, high=2.9, step=0.1, label="w.start"),
        "rate": Input(value=0.1, low=0.05, high=1.1, step=0.05, label="rate"),
        "steps": Input(value=0.0, low=0, high=12, label="step"),
        "x": Input(value=_X, fixed=True),
        "d": Input(value=_D, fixed=True),
        "order": Input(value=_ORDER, fixed=True),
        "start": Input(value=(0.0, 0.3), fixed=True),
        "batch": Input(value=12.0, low=1, high=12, label="batch"),
        "fit_rate": Input(value=0.5, low=0.1, high=1.5, step=0.1, label="rate"),
        "fit_steps": Input(value=0.0, low=0, high=120, step=4, label="step"),
    },
    nodes={
        "curve": node("parabola", -3.0, 3.0),
        "path": node("descend", "w", "rate", "steps"),
        "walk": node("on_parabola", "path"),
        "now": node("row", "path", "steps"),
        "slope": node("multiply", "now", 2.0),
        "move": node("multiply", "slope", "rate"),
        "points": node("points", "x", "d"),
        "fit": node("sgd_path", "start", "x", "d", "order", "batch", "fit_rate", "fit_steps"),
        "fit_now": node("row", "fit", "fit_steps"),
        "line": node("line_points", "fit_now", 0.0, 1.1),
        "fit_errors": node("error_path", "fit", "x", "d"),
        "errors": node("against", "fit_errors"),
        "error": node("row", "fit_errors", "fit_steps"),
        "per_epoch": node("divide_up", 12.0, "batch"),
        "epochs": node("floor_divide", "fit_steps", "per_epoch"),
    },
    steps=(
        Step(
            key="slope",
            formula="E = w^{2}\ndE/dw = 2w\nw ← w − η dE/dw",
            views=(_HILL, Readings(rows=(("w", "now"), ("slope", "slope"), ("move", "move")))),
            controls=("w", "steps"),
            play="steps",
        ),
        Step(
            key="rate",
            formula="w ← (1 − 2η) w",
            views=(_HILL, Readings(rows=(("w", "now"),))),
            controls=("rate", "steps"),
            presets=tuple(
                Preset(label=f"rate.{name}", sets={"rate": rate, "steps": 12.0})
                for name, rate in (("small", 0.05), ("good", 0.4), ("zigzag", 0.9), ("explodes", 1.05))
            ),
            play="steps",
            given={"steps": 12.0, "rate": 0.9},
        ),
        Step(
            key="line",
            formula="E = (1/2B) Σ_{n} (w_{1} x_{n} + w_{0} − d_{n})^{2}",
            views=(_LINE, _ERROR, Readings(rows=(("error", "error"),))),
            controls=("fit_steps", "fit_rate"),
            play="fit_steps",
            given={"fit_steps": 40.0, "batch": 12.0},
        ),
        Step(
            key="batches",
            formula="w ← w − η ∂E_{B}/∂w",
            views=(
                _LINE,
                _ERROR,
                Readings(rows=(("per_epoch", "per_epoch"), ("epochs", "epochs"), ("error", "error"))),
            ),
            controls=("batch", "fit_steps"),
            presets=tuple(Preset(label=f"batch.{int(size)}", sets={"batch": size}) for size in (1.0, 4.0, 12.0)),
            play="fit_steps",
            given={"fit_steps": 120.0, "batch": 1.0},
        ),
    ),
)
