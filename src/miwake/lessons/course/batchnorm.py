"""Batch normalisation: every feature with mean 0 and variance 1, and then as the network likes it."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Plot, Preset, Readings, Series, Step, node

PART = "depth"
ORDER = 120
PAPERS = (
    "Ioffe and Szegedy 2015, Batch normalization: accelerating deep network training by reducing internal covariate "
    "shift. ICML",
)
_X = ((5.0, 0.1), (7.0, 0.3), (6.0, 0.2), (9.0, 0.2), (8.0, 0.5), (7.0, 0.5))
_NAMES = ("x₁", "x₂")


def _cloud(name: str, label: str, x: tuple[float, float], y: tuple[float, float]) -> Plot:
    return Plot(
        label=label,
        series=(Series(of=name, style="dots", label="batch.pictures"),),
        x=x,
        y=y,
        x_label="x1",
        y_label="x2",
    )


_OUT = Grid(of="y", label="normalised", heads=_NAMES, cell=48, scale=3)

LESSON = Lesson(
    inputs={
        "x": Input(value=_X, low=-10, high=10, step=0.1),
        "gamma1": Input(value=1.0, low=-2, high=3, step=0.1, label="gamma"),
        "beta1": Input(value=0.0, low=-2, high=2, step=0.1, label="beta"),
        "one": Input(value=((7.5, 0.4),), low=-10, high=10, step=0.1),
    },
    nodes={
        "gamma": node("pair_row", "gamma1", 1.0),
        "beta": node("pair_row", "beta1", 0.0),
        "mean": node("column_means", "x"),
        "variance": node("column_variances", "x"),
        "y": node("batch_norm", "x", "gamma", "beta"),
        "mean1": node("row", "mean", 0),
        "mean2": node("row", "mean", 1),
        "variance1": node("row", "variance", 0),
        "variance2": node("row", "variance", 1),
        "y_mean": node("column_means", "y"),
        "y_variance": node("column_variances", "y"),
        "y_mean1": node("row", "y_mean", 0),
        "y_variance1": node("row", "y_variance", 0),
        "alone": node("batch_norm_afterwards", "one", "gamma", "beta", "mean", "variance"),
    },
    steps=(
        Step(
            key="problem",
            formula="μ = (1/B) Σ_{n} x_{n}\nσ^{2} = (1/B) Σ_{n} (x_{n} − μ)^{2}",
            views=(
                Grid(of="x", label="batch.table", heads=_NAMES, cell=48, scale=10),
                _cloud("x", "batch.cloud", (-10, 10), (-10, 10)),
                Readings(
                    rows=(("mean.1", "mean1"), ("mean.2", "mean2"), ("var.1", "variance1"), ("var.2", "variance2"))
                ),
            ),
        ),
        Step(
            key="normalise",
            formula="x̂ = (x − μ) / √(σ^{2} + ε)",
            views=(
                Grid(of="x", label="batch.table", heads=_NAMES, cell=48, scale=10),
                _OUT,
                _cloud("y", "normalised.cloud", (-3, 3), (-3, 3)),
            ),
        ),
        Step(
            key="learnt",
            formula="y = γ x̂ + β",
            views=(
                _OUT,
                _cloud("y", "normalised.cloud", (-5, 5), (-5, 5)),
                Readings(rows=(("mean.y", "y_mean1"), ("var.y", "y_variance1"))),
            ),
            controls=("gamma1", "beta1"),
            presets=(
                Preset(label="gamma.plain", sets={"gamma1": 1.0, "beta1": 0.0}),
                Preset(label="gamma.off", sets={"gamma1": 0.0, "beta1": 1.0}),
            ),
            given={"gamma1": 2.0, "beta1": 1.0},
        ),
        Step(
            key="afterwards",
            formula="y = γ (x − μ) / √(σ^{2} + ε) + β",
            views=(
                Grid(of="x", label="batch.table", heads=_NAMES, cell=48, scale=10),
                Grid(of="one", label="single", heads=_NAMES, cell=48, scale=10),
                Grid(of="alone", label="single.after", heads=_NAMES, cell=48, scale=3),
            ),
            given={"gamma1": 1.0, "beta1": 0.0},
        ),
    ),
)
