"""The transposed convolution: pixels stamp a filter into a larger picture."""

from __future__ import annotations

from miwake.lessons.model import Grid, Input, Lesson, Preset, Readings, Slide, Step, node

PART = "depth"
ORDER = 150
PAPERS = (
    "Zeiler, Krishnan, Taylor and Fergus 2010, Deconvolutional networks. CVPR",
    "Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning. arXiv:1603.07285",
    "Odena, Dumoulin and Olah 2016, Deconvolution and checkerboard artifacts. Distill",
)
_X = ((1.0, 0.0, 2.0), (0.0, 3.0, 0.0), (1.0, 0.0, 1.0))
_ONES3, _ONES4 = ((1.0,) * 3,) * 3, ((1.0,) * 4,) * 4
_FLAT = ((1.0,) * 4,) * 4
_INTO = Grid(of="u", label="stamped", cell=30)
_SLIDE = Slide(kind="stamp", over=("x",), by=("h",), into="u", stride="stride", at=(1, 1))

LESSON = Lesson(
    inputs={
        "x": Input(value=_X, low=-9, high=9),
        "h": Input(value=((0.0, 1.0, 0.0), (1.0, 2.0, 1.0), (0.0, 1.0, 0.0)), low=-9, high=9),
        "stride": Input(value=2.0, low=1, high=3, label="stride.apart"),
        "even": Input(value=_FLAT, fixed=True),
        "stamp": Input(value=_ONES3, low=-9, high=9),
        "large": Input(
            value=(
                (1.0, 0.0, 0.0, 2.0, 0.0),
                (0.0, 1.0, 0.0, 0.0, 1.0),
                (0.0, 0.0, 3.0, 0.0, 0.0),
                (2.0, 0.0, 0.0, 1.0, 0.0),
                (0.0, 1.0, 0.0, 0.0, 1.0),
            ),
            low=-9,
            high=9,
        ),
        "k": Input(value=((1.0, 2.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, -1.0)), low=-9, high=9),
    },
    nodes={
        "u": node("transposed_convolve", "x", "h", "stride"),
        "checks": node("transposed_convolve", "even", "stamp", 2),
        "down": node("convolve", "large", "k"),
        "up": node("transposed_convolve", "x", "k"),
        "left_products": node("multiply", "down", "x"),
        "left": node("sum", "left_products"),
        "right_products": node("multiply", "large", "up"),
        "right": node("sum", "right_products"),
    },
    steps=(
        Step(
            key="stamp",
            formula="u_{si+p, sj+q} += x_{ij} h_{pq}",
            views=(Grid(of="x", label="small"), Grid(of="h", label="filter"), _INTO),
            slide=_SLIDE,
        ),
        Step(
            key="size",
            formula="n' = (n − 1) s + k − 2p",
            views=(Grid(of="x", label="small"), Grid(of="h", label="filter"), _INTO),
            slide=_SLIDE,
            controls=("stride",),
            given={"stride": 1.0},
        ),
        Step(
            key="checks",
            views=(
                Grid(of="even", label="small.even", cell=30, scale=4),
                Grid(of="stamp", label="stamp", scale=4),
                Grid(of="checks", label="stamped", cell=26, scale=4),
            ),
            presets=(Preset(label="stamp.3", sets={"stamp": _ONES3}), Preset(label="stamp.4", sets={"stamp": _ONES4})),
        ),
        Step(
            key="transpose",
            formula="Σ (h ∗ a) b = Σ a (h ∗^{T} b)",
            views=(
                Grid(of="large", label="a"),
                Grid(of="k", label="filter"),
                Grid(of="down", label="a.down", cell=34),
                Grid(of="x", label="b"),
                Grid(of="up", label="b.up", cell=34),
                Readings(rows=(("left", "left"), ("right_side", "right"))),
            ),
        ),
    ),
)
