"""The self-organising map: neighbours learn together."""

from __future__ import annotations

from miwake.lessons.model import Input, Lesson, Plot, Preset, Series, Step, node

PART = "neuron"
ORDER = 40
PAPERS = ("Kohonen 1982, Self-organized formation of topologically correct feature maps. Biological Cybernetics 43",)
_SIDE, _TOTAL = 6, 600


def _spread(count: int) -> list[tuple[float, float]]:
    """Points that fill the unit square evenly, in an order that jumps about (Halton's sequence, bases 2 and 3)."""

    def digits(number: int, base: int) -> float:
        value, share = 0.0, 1.0
        while number:
            share /= base
            value += share * (number % base)
            number //= base
        return value

    return [(round(digits(n, 2), 4), round(digits(n, 3), 4)) for n in range(1, count + 1)]


_SQUARE = tuple(_spread(120))
_RING = tuple(p for p in _spread(260) if 0.06 < (p[0] - 0.5) ** 2 + (p[1] - 0.5) ** 2 < 0.22)
_CORNER = tuple((round(x**2, 4), round(y**2, 4)) for x, y in _spread(120))
_START = tuple((round(0.4 + 0.2 * x, 4), round(0.4 + 0.2 * y, 4)) for x, y in _spread(_SIDE * _SIDE))
_MAP = Plot(
    label="som",
    series=(
        Series(of="points", style="dots", tone="quiet", label="signals"),
        Series(of="units", style="mesh", columns=_SIDE, label="units"),
        Series(of="shown", style="last", label="shown"),
        Series(of="winner", style="rings", tone="wrong", label="winner"),
    ),
    x=(0, 1),
    y=(0, 1),
    x_label="x1",
    y_label="x2",
)

LESSON = Lesson(
    inputs={
        "points": Input(value=_SQUARE, fixed=True),
        "start": Input(value=_START, fixed=True),
        "steps": Input(value=0.0, low=0, high=_TOTAL, step=10, label="examples"),
        "rate": Input(value=0.5, low=0.1, high=0.9, step=0.1, label="rate"),
        "radius": Input(value=3.0, low=0.5, high=4, step=0.5, label="radius"),
        "count": Input(value=float(len(_SQUARE)), fixed=True),
    },
    nodes={
        "units": node("som_after", "start", "points", _SIDE, "rate", "radius", "steps", _TOTAL),
        "turn": node("modulo", "steps", "count"),
        "seen": node("row", "points", "turn"),
        "shown": node("as_rows", "seen"),
        "winner": node("winner_point", "units", "seen"),
    },
    steps=(
        Step(
            key="rule",
            formula="c = argmin_{i} ‖x − m_{i}‖\nm_{i} ← m_{i} + η h_{ci} (x − m_{i})",
            views=(_MAP,),
            controls=("steps", "rate"),
        ),
        Step(key="unfolds", views=(_MAP,), controls=("steps",), play="steps", given={"steps": float(_TOTAL)}),
        Step(
            key="radius",
            formula="h_{ci} = exp(−‖r_{i} − r_{c}‖^{2} / 2σ^{2})",
            views=(_MAP,),
            controls=("steps", "radius"),
            play="steps",
            given={"steps": 600.0, "radius": 0.5},
        ),
        Step(
            key="density",
            views=(_MAP,),
            controls=("steps",),
            presets=(
                Preset(label="data.square", sets={"points": _SQUARE, "count": float(len(_SQUARE))}),
                Preset(label="data.ring", sets={"points": _RING, "count": float(len(_RING))}),
                Preset(label="data.corner", sets={"points": _CORNER, "count": float(len(_CORNER))}),
            ),
            play="steps",
            given={"steps": 600.0, "radius": 3.0, "points": _CORNER, "count": float(len(_CORNER))},
        ),
    ),
)
