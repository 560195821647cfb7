"""Padding, stride, several channels and several filters."""

from __future__ import annotations

from miwake.lessons.course.convolution import EDGE, FALLING, LETTER_A, POINT, RISING
from miwake.lessons.model import Grid, Input, Lesson, Readings, Slide, Step, node

PART = "seeing"
ORDER = 100
PAPERS = (
    "Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning. arXiv:1603.07285",
    "Krizhevsky, Sutskever and Hinton 2012, ImageNet classification with deep convolutional neural networks. NeurIPS",
)
_RED = ((1.0, 1.0, 0.0, 0.0, 0.0),) * 2 + ((1.0, 1.0, 1.0, 0.0, 0.0),) + ((0.0, 0.0, 0.0, 0.0, 0.0),) * 2
_GREEN = ((0.0, 0.0, 0.0, 0.0, 0.0),) * 2 + ((0.0, 0.0, 1.0, 1.0, 1.0),) + ((0.0, 0.0, 0.0, 1.0, 1.0),) * 2
_PLUS = ((0.0, 1.0, 0.0), (1.0, 1.0, 1.0), (0.0, 1.0, 0.0))
_MINUS = ((0.0, -1.0, 0.0), (-1.0, -1.0, -1.0), (0.0, -1.0, 0.0))

LESSON = Lesson(
    inputs={
        "x": Input(value=LETTER_A),
        "h": Input(value=POINT, low=-9, high=9),
        "padding": Input(value=1.0, low=0, high=2, label="padding"),
        "stride": Input(value=1.0, low=1, high=3, label="stride"),
        "red": Input(value=_RED),
        "green": Input(value=_GREEN),
        "h_red": Input(value=_PLUS, low=-9, high=9),
        "h_green": Input(value=_MINUS, low=-9, high=9),
        "b": Input(value=0.0, low=-5, high=5, label="bias"),
        "h_a": Input(value=RISING, low=-9, high=9),
        "h_b": Input(value=FALLING, low=-9, high=9),
        "h_c": Input(value=EDGE, low=-9, high=9),
        "channels": Input(value=3.0, low=1, high=64, label="channels"),
        "filters": Input(value=16.0, low=1, high=64, label="filters"),
        "side": Input(value=3.0, low=1, high=11, step=2, label="side"),
    },
    nodes={
        "padded": node("pad", "x", "padding"),
        "u": node("convolve", "padded", "h", "stride"),
        "size": node("output_size", 9, 3, "stride", "padding"),
        "part_red": node("convolve", "red", "h_red"),
        "part_green": node("convolve", "green", "h_green"),
        "both": node("add", "part_red", "part_green"),
        "colour": node("add", "both", "b"),
        "u_a": node("convolve", "x", "h_a"),
        "u_b": node("convolve", "x", "h_b"),
        "u_c": node("convolve", "x", "h_c"),
        "area": node("multiply", "side", "side"),
        "seen": node("multiply", "area", "channels"),
        "one": node("add", "seen", 1.0),
        "parameters": node("multiply", "one", "filters"),
    },
    steps=(
        Step(
            key="padding",
            formula="n' = ⌊(n + 2p − k) / s⌋ + 1",
            views=(
                Grid(of="padded", label="padded", look="picture", cell=26),
                Grid(of="h", label="filter"),
                Grid(of="u", label="map", cell=26),
                Readings(rows=(("size", "size"),)),
            ),
            slide=Slide(kind="conv", over=("padded",), by=("h",), into="u", stride="stride", at=(1, 4)),
            controls=("padding",),
        ),
        Step(
            key="stride",
            formula="u_{ij} = Σ_{p} Σ_{q} x_{si+p, sj+q} h_{pq}",
            views=(
                Grid(of="padded", label="padded", look="picture", cell=26),
                Grid(of="h", label="filter"),
                Grid(of="u", label="map", cell=26),
                Readings(rows=(("size", "size"),)),
            ),
            slide=Slide(kind="conv", over=("padded",), by=("h",), into="u", stride="stride", at=(0, 1)),
            controls=("stride", "padding"),
            given={"padding": 0.0, "stride": 2.0},
        ),
        Step(
            key="channels",
            formula="u_{ij} = Σ_{c} Σ_{p} Σ_{q} x_{c, i+p, j+q} h_{cpq} + b",
            views=(
                Grid(of="red", label="channel.1", look="picture"),
                Grid(of="green", label="channel.2", look="picture"),
                Grid(of="h_red", label="filter.1"),
                Grid(of="h_green", label="filter.2"),
                Grid(of="colour", label="map", cell=34),
            ),
            slide=Slide(
                kind="conv", over=("red", "green"), by=("h_red", "h_green"), into="colour", bias="b", at=(0, 0)
            ),
            controls=("b",),
        ),
        Step(
            key="filters",
            formula="u_{fij} = Σ_{c} Σ_{p} Σ_{q} x_{c, i+p, j+q} h_{fcpq} + b_{f}",
            views=(
                Grid(of="x", label="picture", look="picture", cell=26),
                Grid(of="h_a", label="filter.rising"),
                Grid(of="u_a", label="map.1", cell=26, scale=5),
                Grid(of="h_b", label="filter.falling"),
                Grid(of="u_b", label="map.2", cell=26, scale=5),
                Grid(of="h_c", label="filter.line"),
                Grid(of="u_c", label="map.3", cell=26, scale=5),
            ),
        ),
        Step(
            key="count",
            formula="F · (C · k · k + 1)",
            views=(Readings(rows=(("per_filter", "one"), ("parameters", "parameters"))),),
            controls=("channels", "filters", "side"),
        ),
    ),
)
