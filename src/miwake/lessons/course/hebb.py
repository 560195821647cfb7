"""Hebb's rule: what fires together, wires together."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Plot, Readings, Series, Step, node

PART = "neuron"
ORDER = 30
PAPERS = (
    "Hebb 1949, The organization of behavior. Wiley",
    "Oja 1982, A simplified neuron model as a principal component analyzer. Journal of Mathematical Biology 15",
    "Hopfield 1982, Neural networks and physical systems with emergent collective computational abilities. PNAS 79",
)


def _letter(*rows: str) -> tuple[float, ...]:
    return tuple(1.0 if sign == "#" else -1.0 for row in rows for sign in row)


_T = _letter("#####", "..#..", "..#..", "..#..", "..#..")
_X = _letter("#...#", ".#.#.", "..#..", ".#.#.", "#...#")
_BROKEN = _letter("##.##", "..#..", ".....", "#.#..", "..#..")
# stretched along (2, 1), ten points on two turns of a spiral, in a mixed order
_CLOUD = (
    (1.2, 0.5), (-0.9, -0.7), (0.4, 0.5), (-1.3, -0.4), (0.8, 0.1), (-0.3, -0.4), (1.4, 0.9), (-0.6, -0.1),
    (0.2, -0.1), (-1.1, -0.6), (0.9, 0.7), (-0.1, 0.2),
)  # fmt: skip


def _cloud(name: str) -> Plot:
    return Plot(
        label="cloud",
        series=(
            Series(of="cloud", style="dots", tone="quiet", label="signals"),
            Series(of=name, style="line", tone="third", label="weight"),
            Series(of=name, style="last", tone="third"),
        ),
        x=(-2, 2),
        y=(-1.5, 1.5),
        x_label="x1",
        y_label="x2",
    )


LESSON = Lesson(
    inputs={
        "x": Input(value=(1.0, 0.0, 1.0)),
        "w": Input(value=(0.4, 0.2, 0.4), low=-1, high=2, step=0.1),
        "rate": Input(value=0.1, low=0.05, high=0.5, step=0.05, label="rate"),
        "cloud": Input(value=_CLOUD, fixed=True),
        "start": Input(value=(-0.1, 0.4), fixed=True),
        "steps": Input(value=0.0, low=0, high=60, label="examples"),
        "letters": Input(value=(_T, _X), fixed=True),
        "probe": Input(value=tuple(_BROKEN[row * 5 : row * 5 + 5] for row in range(5)), low=-1, high=1, step=2),
    },
    nodes={
        "y": node("weighted_sum", "x", "w"),
        "one": node("as_rows", "x"),
        "after": node("hebb_path", "w", "one", "rate", 1),
        "learnt": node("row", "after", 1),
        "path": node("hebb_path", "start", "cloud", "rate", "steps"),
        "now": node("row", "path", "steps"),
        "arrow": node("ray", "now"),
        "length": node("length", "now"),
        "oja": node("oja_path", "start", "cloud", "rate", "steps"),
        "oja_now": node("row", "oja", "steps"),
        "oja_arrow": node("ray", "oja_now"),
        "oja_length": node("length", "oja_now"),
        "first": node("pattern", "letters", 0, 5),
        "second": node("pattern", "letters", 1, 5),
        "recalled": node("recall", "letters", "probe"),
    },
    steps=(
        Step(
            key="rule",
            formula="y = Σ_{i} w_{i} x_{i}\nw_{i} ← w_{i} + η y x_{i}",
            views=(
                Grid(of="x", label="inputs", look="picture"),
                Grid(of="w", label="weights", scale=2),
                Grid(of="learnt", label="weights.after", scale=2),
                Readings(rows=(("answer", "y"),)),
            ),
            controls=("rate",),
        ),
        Step(
            key="grows",
            views=(_cloud("arrow"), Readings(rows=(("length", "length"),))),
            controls=("steps", "rate"),
            play="steps",
            given={"steps": 36.0},
        ),
        Step(
            key="oja",
            formula="w_{i} ← w_{i} + η y (x_{i} − y w_{i})",
            views=(_cloud("oja_arrow"), Readings(rows=(("length", "oja_length"),))),
            controls=("steps", "rate"),
            play="steps",
            given={"steps": 60.0},
        ),
        Step(
            key="memory",
            formula="w_{ij} = Σ_{p} x_{pi} x_{pj}\ny_{i} = sign Σ_{j} w_{ij} x_{j}",
            views=(
                Grid(of="first", label="stored.first", numbers=False, look="picture", cell=22),
                Grid(of="second", label="stored.second", numbers=False, look="picture", cell=22),
                Grid(of="probe", label="probe", numbers=False, look="picture", cell=34),
                Grid(of="recalled", label="recalled", numbers=False, look="picture", cell=34),
            ),
        ),
    ),
)
