"""The Neocognitron: S-cells that look, C-cells that forgive, and how they learn without a teacher."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Preset, Readings, Step, node

PART = "models"
ORDER = 160
PAPERS = (
    "Fukushima 1980, Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition "
    "unaffected by shift in position. Biological Cybernetics 36",
    "Hubel and Wiesel 1962, Receptive fields, binocular interaction and functional architecture in the cat's visual "
    "cortex. Journal of Physiology 160",
)
_SIDE = 7


def _drawn(rows: str) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(cell) for cell in row) for row in rows.split())


_ONE = _drawn("0000000 0001000 0001000 0001000 0001000 0001000 0000000")
_SEVEN = _drawn("0000000 0111110 0000100 0001000 0001000 0001000 0000000")
_STROKES = {
    "upright": "0000000 0000000 0001000 0001000 0001000 0000000 0000000",
    "level": "0000000 0000000 0000000 0011100 0000000 0000000 0000000",
    "slanted": "0000000 0000000 0000100 0001000 0010000 0000000 0000000",
}
_SHOWN = tuple(tuple(float(cell) for cell in rows.replace(" ", "")) for rows in _STROKES.values())
# unlearnt synapses: small, and different from plane to plane
_START = tuple(tuple(round(0.001 + 0.0001 * ((5 * k + 3 * n) % 7), 4) for n in range(9)) for k in range(4))
_CELL = 34.0
_PICTURE = Grid(of="x", label="picture", look="picture", numbers=False)

LESSON = Lesson(
    inputs={
        "x": Input(value=_SEVEN),
        "t": Input(value=_drawn("010 010 010")),
        "other": Input(value=_drawn("000 111 000"), fixed=True),
        "light": Input(value=1.0, low=0.25, high=4, step=0.25, label="light"),
        "r": Input(value=2.0, low=0.5, high=6, step=0.5, label="inhibition.r"),
        "shown": Input(value=_SHOWN, fixed=True),
        "start": Input(value=_START, fixed=True),
        "steps": Input(value=0.0, low=0, high=12, label="examples"),
        "right": Input(value=0.0, low=-2, high=2, label="right"),
        "down": Input(value=0.0, low=-1, high=1, label="down"),
    },
    nodes={
        "seen": node("multiply", "x", "light"),
        "a": node("learnt_synapses", "t", 90),
        "b": node("learnt_inhibition", "t", 90),
        "excitation": node("convolve", "seen", "a"),
        "inhibition": node("inhibitory_cells", "seen", 3),
        "s": node("s_cells", "seen", "a", "b", "r"),
        "strongest_e": node("maximum", "excitation"),
        "strongest_s": node("maximum", "s"),
        "planes": node("planes_after", "start", "shown", 2, 9, "steps"),
        "first": node("plane", "planes", 0),
        "second": node("plane", "planes", 1),
        "third": node("plane", "planes", 2),
        "fourth": node("plane", "planes", 3),
        "upright": node("plane", "shown", 0),
        "level": node("plane", "shown", 1),
        "slanted": node("plane", "shown", 2),
        "moved": node("shift", "x", "down", "right"),
        "a_other": node("learnt_synapses", "other", 90),
        "b_other": node("learnt_inhibition", "other", 90),
        "s_moved": node("s_cells", "moved", "a", "b", "r"),
        "s_other": node("s_cells", "moved", "a_other", "b_other", "r"),
        "c_moved": node("c_cells", "s_moved", "s_other", 3),
        "c_other": node("c_cells", "s_other", "s_moved", 3),
    },
    steps=(
        Step(
            key="looks",
            formula="u_{S} = r φ[ (1 + Σ a x) / (1 + 2r/(1+r) b v) − 1 ]\nv = √(Σ c x^{2}),  φ[t] = max(0, t)",
            views=(
                _PICTURE,
                Grid(of="t", label="learnt", look="picture", cell=_CELL),
                Grid(of="excitation", label="excitation", cell=_CELL),
                Grid(of="inhibition", label="inhibition", cell=_CELL),
                Grid(of="s", label="s_cells", cell=_CELL, scale=1),
            ),
            controls=("r",),
        ),
        Step(
            key="light",
            views=(
                Grid(of="seen", label="picture", look="picture", numbers=False, scale=4),
                Grid(of="excitation", label="excitation", cell=_CELL, scale=60),
                Grid(of="s", label="s_cells", cell=_CELL, scale=1),
                Readings(rows=(("excitation.most", "strongest_e"), ("s_cells.most", "strongest_s"))),
            ),
            controls=("light",),
            play="light",
        ),
        Step(
            key="learns",
            formula="Δa = q c x,  Δb = q/2 v",
            views=(
                *(Grid(of=name, label=f"stroke.{name}", look="picture", numbers=False, cell=32) for name in _STROKES),
                *(Grid(of=name, label=f"plane.{name}", cell=_CELL) for name in ("first", "second", "third", "fourth")),
            ),
            controls=("steps",),
            play="steps",
            given={"light": 1.0, "steps": 12.0},
        ),
        Step(
            key="forgives",
            formula="u_{C} = ψ[ (1 + Σ d u_{S}) / (1 + v_{S}) − 1 ],  ψ[t] = φ[t / (α + t)]",
            views=(
                Grid(of="moved", label="moved", look="picture", numbers=False),
                Grid(of="s_moved", label="s_cells", cell=_CELL, scale=1),
                Grid(of="c_moved", label="c_cells", cell=_CELL, scale=1),
                Grid(of="c_other", label="c_cells.other", cell=_CELL, scale=1),
            ),
            controls=("right", "down"),
            presets=(
                Preset(label="one", sets={"x": _ONE}),
                Preset(label="seven", sets={"x": _SEVEN}),
            ),
            play="right",
            given={"x": _ONE, "t": _drawn("010 010 010"), "r": 2.0},
        ),
    ),
)
