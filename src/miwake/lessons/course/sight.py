"""Cells of the eye and of the visual cortex: centre and surround, stripes, and stripes anywhere."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Plot, Readings, Series, Step, node

PART = "seeing"
ORDER = 80
PAPERS = (
    "Hubel and Wiesel 1962, Receptive fields, binocular interaction and functional architecture in the cat's visual "
    "cortex. Journal of Physiology 160",
    "Marr and Hildreth 1980, Theory of edge detection. Proceedings of the Royal Society B 207",
    "Daugman 1985, Uncertainty relation for resolution in space, spatial frequency, and orientation optimized by "
    "two-dimensional visual cortical filters. Journal of the Optical Society of America A 2",
    "Adelson and Bergen 1985, Spatiotemporal energy models for the perception of motion. "
    "Journal of the Optical Society of America A 2",
)
_SIZE = 15
_FIELD = Grid(of="even", label="field", numbers=False)
_BAR = Grid(of="bar", label="bar", numbers=False, look="picture")

LESSON = Lesson(
    inputs={
        "scene": Input(
            value=tuple(
                tuple(float(6 <= i <= 20 and 7 <= j <= 19 and not (10 <= i <= 14 and 11 <= j <= 15)) for j in range(28))
                for i in range(28)
            ),
            step=0.01,
        ),
        "sigma": Input(value=1.2, low=0.6, high=2.0, step=0.1, label="hat.sigma"),
        "angle": Input(value=30.0, low=0, high=180, step=5, label="field.angle"),
        "wave": Input(value=7.0, low=4, high=10, step=0.5, label="wave"),
        "phase": Input(value=0.0, low=0, high=180, step=15, label="phase.field"),
        "turn": Input(value=30.0, low=0, high=180, step=5, label="bar.angle"),
        "offset": Input(value=0.0, low=-7, high=7, step=0.5, label="bar.offset"),
    },
    nodes={
        "hat_raw": node("mexican_hat", 9, "sigma"),
        "hat": node("balanced", "hat_raw"),
        "hat_map": node("convolve", "scene", "hat"),
        "even_raw": node("gabor", _SIZE, "angle", "wave", "phase", 3.0, 0.6),
        "even": node("balanced", "even_raw"),
        "shifted": node("add", "phase", 90.0),
        "odd_raw": node("gabor", _SIZE, "angle", "wave", "shifted", 3.0, 0.6),
        "odd": node("balanced", "odd_raw"),
        "bar": node("bar", _SIZE, "turn", "offset", 3.0),
        "simple": node("simple_cell", "bar", "even"),
        "complex": node("complex_cell", "bar", "even", "odd"),
        "tuning": node("tuning", "even", 3.0),
        "tuning_here": node("pair", "turn", "simple"),
        "simple_along": node("along", "even", "odd", "angle", 3.0, 0.0),
        "complex_along": node("along", "even", "odd", "angle", 3.0, 1.0),
        "simple_here": node("pair", "offset", "simple"),
        "complex_here": node("pair", "offset", "complex"),
        "small_raw": node("gabor", 9, "angle", "wave", 90.0, 2.0, 0.7),
        "small": node("balanced", "small_raw"),
        "stripes": node("convolve", "scene", "small"),
    },
    steps=(
        Step(
            key="hat",
            formula="h = (1 − r^{2}/2σ^{2}) e^{−r²/2σ²}",
            views=(
                Grid(of="scene", label="scene", numbers=False, look="picture", own=True),
                Grid(of="hat", label="hat", numbers=False),
                Grid(of="hat_map", label="answers", numbers=False),
            ),
            controls=("sigma",),
        ),
        Step(
            key="simple",
            formula="h = e^{−(x'² + γ²y'²)/2σ²} cos(2π x'/λ + φ)\ny = max(0, Σ x h)",
            views=(_FIELD, _BAR, Readings(rows=(("simple", "simple"),))),
            controls=("angle", "wave", "phase", "turn"),
        ),
        Step(
            key="tuning",
            views=(
                _FIELD,
                _BAR,
                Plot(
                    label="tuning",
                    series=(Series(of="tuning", style="line"), Series(of="tuning_here", style="last", label="here")),
                    x=(0, 180),
                    y=(0, 0.5),
                    x_label="bar.angle",
                    y_label="response",
                ),
            ),
            controls=("turn", "angle"),
            play="turn",
            given={"turn": 0.0, "phase": 0.0},
        ),
        Step(
            key="complex",
            formula="y = √((Σ x h_{0})^{2} + (Σ x h_{90})^{2})",
            views=(
                _FIELD,
                Grid(of="odd", label="field.odd", numbers=False),
                _BAR,
                Plot(
                    label="along",
                    series=(
                        Series(of="simple_along", style="line", label="simple"),
                        Series(of="complex_along", style="line", tone="third", label="complex"),
                        Series(of="simple_here", style="last"),
                        Series(of="complex_here", style="last"),
                    ),
                    x=(-7, 7),
                    y=(0, 0.5),
                    x_label="bar.offset",
                    y_label="response",
                ),
            ),
            controls=("offset",),
            play="offset",
            given={"turn": 30.0, "angle": 30.0, "offset": 0.0},
        ),
        Step(
            key="own",
            views=(
                Grid(of="scene", label="scene", numbers=False, look="picture", own=True),
                Grid(of="small", label="field", numbers=False),
                Grid(of="stripes", label="answers", numbers=False),
            ),
            controls=("angle", "wave"),
            play="angle",
            given={"angle": 45.0, "wave": 5.0},
        ),
    ),
)
