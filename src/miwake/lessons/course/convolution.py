"""The letter A: one filter slides over one picture."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Preset, Slide, Step, node

PART = "seeing"
ORDER = 90
PAPERS = (
    "Fukushima 1980, Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition "
    "unaffected by shift in position. Biological Cybernetics 36",
    "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition. "
    "Proceedings of the IEEE 86",
)

LETTER_A = tuple(
    tuple(float(pixel) for pixel in row)
    for row in (
        "000000000",
        "000010000",
        "000101000",
        "000101000",
        "001000100",
        "001111100",
        "001000100",
        "010000010",
        "010000010",
    )
)
# two legs that part by 0.4 pixels a row, and a bar between them
_LARGE_A = tuple(
    tuple(
        float(3 <= i <= 24 and (abs(abs(j - 13.5) - 0.4 * (i - 3)) < 1.5 or (15 <= i <= 17 and abs(j - 13.5) < 5)))
        for j in range(28)
    )
    for i in range(28)
)
POINT = ((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0))
RISING = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
FALLING = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
BAR = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
EDGE = ((-1.0, -1.0, -1.0), (2.0, 2.0, 2.0), (-1.0, -1.0, -1.0))
FILTERS = (
    Preset(label="filter.point", sets={"h": POINT}),
    Preset(label="filter.rising", sets={"h": RISING}),
    Preset(label="filter.falling", sets={"h": FALLING}),
    Preset(label="filter.bar", sets={"h": BAR}),
    Preset(label="filter.line", sets={"h": EDGE}),
)
_PICTURE = Grid(of="x", label="picture", look="picture")
_FILTER = Grid(of="h", label="filter")
_MAP = Grid(of="u", label="map", cell=30)
_SLIDE = Slide(kind="conv", over=("x",), by=("h",), into="u", at=(0, 3))

LESSON = Lesson(
    inputs={
        "x": Input(value=LETTER_A),
        "h": Input(value=POINT, low=-9, high=9),
        "h_rising": Input(value=RISING, low=-9, high=9),
        "h_falling": Input(value=FALLING, low=-9, high=9),
        "h_bar": Input(value=EDGE, low=-9, high=9),
        "down": Input(value=0.0, low=-1, high=1, label="down"),
        "right": Input(value=0.0, low=-1, high=1, label="right"),
        "ink": Input(value=_LARGE_A, step=0.01),
    },
    nodes={
        "u": node("convolve", "x", "h"),
        "u_rising": node("convolve", "x", "h_rising"),
        "u_falling": node("convolve", "x", "h_falling"),
        "u_bar": node("convolve", "x", "h_bar"),
        "pooled": node("max_pool", "u", 3, 1),
        "moved": node("shift", "x", "down", "right"),
        "moved_u": node("convolve", "moved", "h"),
        "moved_pooled": node("max_pool", "moved_u", 3, 1),
        "ink_u": node("convolve", "ink", "h"),
        "ink_relu": node("relu", "ink_u"),
        "ink_pooled": node("max_pool", "ink_relu", 2, 2),
    },
    steps=(
        Step(key="picture", views=(_PICTURE,)),
        Step(
            key="slide",
            formula="u_{ij} = Σ_{p} Σ_{q} x_{i+p, j+q} h_{pq}",
            views=(_PICTURE, _FILTER, _MAP),
            slide=_SLIDE,
            presets=FILTERS,
        ),
        Step(
            key="filters",
            views=(
                _PICTURE,
                Grid(of="h_rising", label="filter.rising"),
                Grid(of="u_rising", label="map.rising", cell=30, scale=3),
                Grid(of="h_falling", label="filter.falling"),
                Grid(of="u_falling", label="map.falling", cell=30, scale=3),
                Grid(of="h_bar", label="filter.line"),
                Grid(of="u_bar", label="map.line", cell=30, scale=6),
            ),
        ),
        Step(
            key="pool",
            formula="v_{ij} = max_{p,q} u_{i+p, j+q}",
            views=(_MAP, Grid(of="pooled", label="pooled", cell=30)),
            slide=Slide(kind="max", over=("u",), into="pooled", size=3, at=(0, 2)),
            given={"h": POINT},
        ),
        Step(
            key="shift",
            views=(
                Grid(of="moved", label="moved", look="picture"),
                Grid(of="moved_u", label="map", cell=30),
                Grid(of="moved_pooled", label="pooled", cell=30),
            ),
            controls=("down", "right"),
            given={"down": 0.0, "right": 1.0},
        ),
        Step(
            key="own",
            views=(
                Grid(of="ink", label="own", look="picture", numbers=False, own=True),
                _FILTER,
                Grid(of="ink_u", label="map", numbers=False),
                Grid(of="ink_pooled", label="relu_pooled", numbers=False),
            ),
            presets=FILTERS,
            given={"h": EDGE},
        ),
    ),
)
