"""A Boltzmann machine that looks through filters: it learns without labels by redrawing what it sees."""

from __future__ import annotations

from miwake.lessons.model import Bars, Grid, Input, Lesson, Plot, Series, Slide, Step, node

PART = "models"
ORDER = 170
PAPERS = (
    "Hinton 2002, Training products of experts by minimizing contrastive divergence. Neural Computation 14",
    "Hinton, Osindero and Teh 2006, A fast learning algorithm for deep belief nets. Neural Computation 18",
    "Lee, Grosse, Ranganath and Ng 2009, Convolutional deep belief networks for scalable unsupervised learning of "
    "hierarchical representations. ICML",
)
_HIGH = 160


def _drawn(rows: str) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(cell) for cell in row) for row in rows.split())


def _flat(rows: str) -> tuple[float, ...]:
    return tuple(float(cell) for cell in rows.replace(" ", ""))


# slanted strokes in four places: one filter is enough for all of them
_STROKES = (
    _flat("001000 010000 100000 000000 000000 000000"),
    _flat("000000 000010 000100 001000 000000 000000"),
    _flat("000000 000000 000000 000001 000010 000100"),
    _flat("000000 000000 001000 010000 100000 000000"),
)
_CELL = 34.0

LESSON = Lesson(
    inputs={
        "v": Input(value=_drawn("000000 000010 000100 001000 000000 000000")),
        "w": Input(value=((-1.0, -1.0, 3.0), (-1.0, 3.0, -1.0), (3.0, -1.0, -1.0)), low=-5, high=5),
        "b": Input(value=-4.0, low=-8, high=2, step=0.5, label="bias.hidden"),
        "c": Input(value=-2.0, low=-6, high=2, step=0.5, label="bias.visible"),
        "begin": Input(value=((0.1, 0.0, 0.1), (0.0, 0.2, 0.0), (0.1, 0.0, 0.1)), fixed=True),
        "strokes": Input(value=_STROKES, fixed=True),
        "steps": Input(value=4.0, low=4, high=_HIGH, step=4, label="examples"),
        "rate": Input(value=2.0, low=0.5, high=4, step=0.5, label="rate"),
        "zero": Input(value=0.0, fixed=True),
    },
    nodes={
        "sums": node("convolve", "v", "w"),
        "into": node("add", "sums", "b"),
        "alone": node("sigmoid", "into"),
        "chances": node("hidden_chances", "into"),
        "pooled": node("pooling_chances", "into"),
        "block": node("first_block", "into"),
        "again": node("reconstruction", "chances", "w", "c"),
        "data": node("together", "v", "chances"),
        "sums_again": node("convolve", "again", "w"),
        "into_again": node("add", "sums_again", "b"),
        "chances_again": node("hidden_chances", "into_again"),
        "model": node("together", "again", "chances_again"),
        "change": node("subtract", "data", "model"),
        "learnt": node("divergence_after", "begin", "strokes", -2, "rate", 0.1, "steps"),
        "filter": node("learnt_filter", "learnt", 3),
        "errors_now": node("learnt_errors", "learnt", 3),
        "whole": node("divergence_after", "begin", "strokes", -2, "rate", 0.1, _HIGH),
        "errors": node("learnt_errors", "whole", 3),
        "shown": node("plane", "strokes", "zero"),
    },
    steps=(
        Step(
            key="hidden",
            formula="I_{ij} = b + Σ_{p} Σ_{q} v_{i+p, j+q} w_{pq}\nP(h_{ij} = 1) = 1 / (1 + e^{−I})",
            views=(
                Grid(of="v", label="visible", look="picture", numbers=False),
                Grid(of="w", label="belief.weights", cell=_CELL),
                Grid(of="into", label="drive", cell=_CELL),
                Grid(of="alone", label="chance.alone", cell=_CELL, scale=1),
            ),
            slide=Slide(kind="conv", over=("v",), by=("w",), bias="b", into="into", at=(1, 2)),
            controls=("b",),
        ),
        Step(
            key="pooling",
            formula="P(h_{ij} = 1) = exp(I_{ij}) / (1 + Σ exp(I))\nP(p = 0) = 1 / (1 + Σ exp(I))",
            views=(
                Grid(of="into", label="drive", cell=_CELL),
                Grid(of="chances", label="chance.block", cell=_CELL, scale=1),
                Grid(of="pooled", label="pooling", cell=_CELL, scale=1),
                Bars(of="block", label="block", names=("h₁₁", "h₁₂", "h₂₁", "h₂₂", "–")),
            ),
            controls=("b",),
        ),
        Step(
            key="draws",
            formula="P(v = 1) = 1 / (1 + e^{−(Σ w h + c)})\nΔw = η (v h − v' h')",
            views=(
                Grid(of="v", label="visible", look="picture", numbers=False),
                Grid(of="again", label="again", look="picture", numbers=False),
                Grid(of="data", label="together.data", cell=44),
                Grid(of="model", label="together.model", cell=44),
                Grid(of="change", label="change", cell=44),
            ),
            controls=("b", "c"),
        ),
        Step(
            key="learns",
            views=(
                Grid(of="shown", label="stroke.one", look="picture", numbers=False),
                Grid(of="filter", label="belief.weights", cell=44),
                Plot(
                    label="errors",
                    series=(
                        Series(of="errors", style="line", tone="quiet"),
                        Series(of="errors_now", style="line"),
                    ),
                    x=(0, _HIGH),
                    y=(0, 0.1),
                    x_label="examples",
                    y_label="error",
                ),
            ),
            controls=("steps", "rate"),
            play="steps",
            given={"steps": float(_HIGH)},
        ),
    ),
)
