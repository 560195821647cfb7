"""From decoded pictures of any size to stored ones, in ONNX: the same numbers as `miwake.data.preprocess`.

Bilinear and bicubic scaling is what torch does with bytes: weights as 16-bit integers, across first, then down, each
rounded to bytes. All of it are whole numbers below 2^53, so that 64-bit floats give them exactly, in whatever order a
runtime adds them up. Scaling by area adds 32-bit floats one after the other, as `preprocess` does.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from onnx import NodeProto, TensorProto

from miwake.exporting.nodes import Nodes, Value
from miwake.types import Preprocessing

_LUMA = (19595.0, 38470.0, 7471.0)
"""Of red, green and blue, in 65536ths (ITU-R BT.601), as Pillow has them."""
_STEPS = 22
"""Most bits behind the point that torch gives a weight."""


def fitting(preprocessing: Preprocessing, pictures: str, stored: str) -> list[NodeProto]:
    """Nodes from pictures (N, H, W, C) uint8 to stored pictures (N, Hs, Ws, C) uint8.

    A model of grey pictures takes colour ones too (C = 3), and takes their luma.

    Args:
        preprocessing: what the network wants.
        pictures: name of the input.
        stored: name of the output.
    """
    nodes = Nodes("fit/")
    source = nodes.value(pictures)
    if preprocessing.channels == 1:
        colour = nodes.op("Equal", _side(source, 3), nodes.constant(3, np.int64))
        source = nodes.choose(colour, partial(_luma, source), partial(_same, source))
    height, width = preprocessing.stored
    same = nodes.op("Equal", _side(source, 1), nodes.constant(height, np.int64)) & nodes.op(
        "Equal", _side(source, 2), nodes.constant(width, np.int64)
    )
    fitted = nodes.choose(same, partial(_same, source), partial(_fit, source, preprocessing))
    nodes.nodes.append(_renamed(fitted, stored))
    return nodes.nodes


def _renamed(value: Value, name: str) -> NodeProto:
    from onnx import helper

    return helper.make_node("Identity", [value.name], [name], name=name)


def _same(pictures: Value, nodes: Nodes) -> Value:
    return nodes.op("Identity", pictures)


def _side(pictures: Value, axis: int) -> Value:
    """Length of an axis, int64 without axes."""
    nodes = pictures.nodes
    return nodes.op("Gather", nodes.op("Shape", pictures), nodes.constant(axis, np.int64))


def _luma(pictures: Value, nodes: Nodes) -> Value:
    weighed = pictures.inside(nodes).f64() * nodes.constant(_LUMA, np.float64)
    return ((weighed.sum(3) + 32768.0) / 65536.0).floor().cast(TensorProto.UINT8)


def _fit(pictures: Value, preprocessing: Preprocessing, nodes: Nodes) -> Value:
    pictures = pictures.inside(nodes)
    lengths = [_side(pictures, axis).f64() for axis in (1, 2)]
    whole = _whole(lengths, preprocessing, nodes)
    if preprocessing.interpolation == "area":
        scaled = _area(pictures, lengths, whole, nodes)
    else:
        scaled = _convolved(pictures, lengths, whole, preprocessing.interpolation == "bicubic", nodes)
    return scaled if preprocessing.fit == "squash" else _placed(scaled, whole, preprocessing, nodes)


def _whole(lengths: list[Value], preprocessing: Preprocessing, nodes: Nodes) -> list[Value]:
    """Height and width of the whole picture at the stored scale, 64-bit floats."""
    stored = [nodes.constant(side, np.float64) for side in preprocessing.stored]
    if preprocessing.fit == "squash":
        return stored
    shares = [side / length for side, length in zip(stored, lengths, strict=True)]
    if preprocessing.fit == "crop":
        scale = shares[0].most(shares[1])
        return [side.most((length * scale).round()) for side, length in zip(stored, lengths, strict=True)]
    scale = shares[0].least(shares[1])
    return [side.least((length * scale).round().most(1.0)) for side, length in zip(stored, lengths, strict=True)]


def _placed(pictures: Value, whole: list[Value], preprocessing: Preprocessing, nodes: Nodes) -> Value:
    """The centre of the stored size, or the picture in the middle of black."""
    more = [side - float(wanted) for side, wanted in zip(whole, preprocessing.stored, strict=True)]
    if preprocessing.fit == "crop":
        starts = nodes.op("Concat", *((extra / 2.0).floor().i64().reshape(1) for extra in more), axis=0)
        ends = nodes.op("Add", starts, nodes.constant(preprocessing.stored, np.int64))
        return nodes.op("Slice", pictures, starts, ends, nodes.constant([1, 2], np.int64))
    before = [((0.0 - extra) / 2.0).floor() for extra in more]
    after = [0.0 - extra - first for extra, first in zip(more, before, strict=True)]
    none = nodes.constant([0], np.int64)
    sides = [side.i64().reshape(1) for side in (*before, *after)]
    pads = nodes.op("Concat", none, *sides[:2], none, none, *sides[2:], none, axis=0)
    return nodes.op("Pad", pictures, pads, nodes.constant(0, np.uint8))


# -- bilinear and bicubic -------------------------------------------------------------------------------------------


def _convolved(pictures: Value, lengths: list[Value], whole: list[Value], bicubic: bool, nodes: Nodes) -> Value:
    planes = pictures.transpose(0, 3, 1, 2).f64()
    across, steps = _weights(lengths[1], whole[1], bicubic, nodes)
    planes = _bytes(planes @ across.transpose(1, 0), steps)
    down, steps = _weights(lengths[0], whole[0], bicubic, nodes)
    planes = _bytes(down @ planes, steps)
    return planes.cast(TensorProto.UINT8).transpose(0, 2, 3, 1)


def _bytes(sums: Value, scale: Value) -> Value:
    """Sums of bytes with whole weights, divided by what the weights add up to, as bytes (still 64-bit floats)."""
    return ((sums + scale * 0.5) / scale).floor().clip(0.0, 255.0)


def _weights(length: Value, out: Value, bicubic: bool, nodes: Nodes) -> tuple[Value, Value]:
    """(out, length) whole weights, and what 1 is among them; 64-bit floats (Keys 1981 with a = -0.5, or a triangle).

    Both widened by the factor of reduction, as in torch's `_compute_indices_min_size_weights_aa`.
    """
    scale = 1.0 / (out / length)
    wide = scale.most(1.0)
    support = wide * (2.0 if bicubic else 1.0)
    centre = scale * (_count(out, nodes).reshape(-1, 1) + 0.5)
    first = (centre - support + 0.5).floor().most(0.0)
    end = (centre + support + 0.5).floor().least(length)
    pixel = _count(length, nodes).reshape(1, -1) - first
    offset = ((pixel + (first - centre) + 0.5) * (1.0 / wide)).abs()
    kernel = _keys(offset, nodes) if bicubic else (1.0 - offset).most(0.0)
    inside = (pixel > -0.5) & ((pixel + first) < end)
    kernel = inside.where(kernel, nodes.constant(0.0, np.float64))
    shares = kernel / kernel.sum(1)
    largest = nodes.op("ReduceMax", shares, keepdims=0)
    powers = nodes.constant(2.0 ** np.arange(1, _STEPS + 1), np.float64)
    fits = (largest * powers + 0.5).floor() < 32768.0
    # as many bits behind the point as leave the largest weight below 2^15
    one = nodes.op("Pow", nodes.constant(2.0, np.float64), fits.f64().sum(0).reshape(1))
    scaled = shares * one
    return scaled.sign() * (scaled.abs() + 0.5).floor(), one


def _keys(offset: Value, nodes: Nodes) -> Value:
    a = -0.5
    near = (offset * (a + 2) - (a + 3)) * offset * offset + 1.0
    far = ((offset * a - 5 * a) * offset + 8 * a) * offset - 4 * a
    far = (offset < 2.0).where(far, nodes.constant(0.0, np.float64))
    return (offset < 1.0).where(near, far)


def _count(length: Value, nodes: Nodes) -> Value:
    """0, 1, … below `length`, 64-bit floats."""
    return nodes.op("Range", nodes.constant(0.0, np.float64), length, nodes.constant(1.0, np.float64))


# -- area -----------------------------------------------------------------------------------------------------------


def _area(pictures: Value, lengths: list[Value], whole: list[Value], nodes: Nodes) -> Value:
    factors = [(length / out / 8.0).floor().most(1.0) for length, out in zip(lengths, whole, strict=True)]
    large = factors[0].most(factors[1]) > 1.0
    pictures = nodes.choose(large, partial(_reduced, pictures, lengths, factors), partial(_same, pictures))
    planes = pictures.cast(TensorProto.FLOAT)
    for axis in (0, 1):
        extent = lengths[axis] / factors[axis]
        planes = _covered(planes, axis + 1, extent, whole[axis], nodes)
    half = nodes.constant(0.5, np.float32)
    return nodes.op("Add", planes, half).cast(TensorProto.UINT8)


def _covered(planes: Value, axis: int, extent: Value, out: Value, nodes: Nodes) -> Value:
    """The mean over what each of `out` pixels covers along an axis of (N, H, W, C) float32."""
    length = extent.ceil()
    step = extent / out
    number = _count(out, nodes).reshape(-1, 1)
    start = number * step
    end = (number > (out - 1.5)).where(extent, (number + 1.0) * step)
    most = step.ceil() + 1.0
    column = start.floor() + _count(most, nodes).reshape(1, -1)
    share = (column + 1.0).least(end) - column.most(start)
    none = nodes.constant(0.0, np.float64)
    share = (column < length).where(share, none)
    share = (share > 1e-9).where(share, none)
    weights = (share / share.sum(1)).cast(TensorProto.FLOAT).transpose(1, 0)
    places = column.least(length - 1.0).i64().transpose(1, 0)
    sides = nodes.constant([1, -1, 1, 1] if axis == 1 else [1, 1, -1, 1], np.int64)

    def add(inside: Nodes, tap: Value, before: Value) -> Value:
        weight = inside.op("Reshape", inside.op("Gather", weights, tap), sides)
        pixels = inside.op("Gather", planes, inside.op("Gather", places, tap), axis=axis)
        return inside.op("Add", before, inside.op("Mul", weight, pixels))

    zero = nodes.constant(0.0, np.float32)
    first = nodes.op(
        "Mul", nodes.op("Gather", planes, nodes.op("Gather", places, nodes.constant(0, np.int64)), axis=axis), zero
    )
    return nodes.repeat(most.i64(), first, add, TensorProto.FLOAT)


def _reduced(pictures: Value, lengths: list[Value], factors: list[Value], nodes: Nodes) -> Value:
    """Blocks of whole pixels as their mean, as Pillow's `Image.reduce` rounds it; the last ones may be smaller."""
    pictures = pictures.inside(nodes)
    lengths, factors = ([value.inside(nodes) for value in values] for values in (lengths, factors))
    blocks = [(length / factor).ceil() for length, factor in zip(lengths, factors, strict=True)]
    none = nodes.constant([0], np.int64)
    missing = [
        (block * factor - length).i64().reshape(1)
        for block, factor, length in zip(blocks, factors, lengths, strict=True)
    ]
    pads = nodes.op("Concat", none, none, none, none, none, *missing, none, axis=0)
    padded = nodes.op("Pad", pictures, pads, nodes.constant(0, np.uint8))
    sizes = [value.i64().reshape(1) for pair in zip(blocks, factors, strict=True) for value in pair]
    count = nodes.op("Slice", nodes.op("Shape", pictures), none, nodes.constant([1], np.int64))
    planes = nodes.op(
        "Slice", nodes.op("Shape", pictures), nodes.constant([3], np.int64), nodes.constant([4], np.int64)
    )
    shape = nodes.op("Concat", count, *sizes, planes, axis=0)
    grouped = nodes.op("Reshape", padded, shape).cast(TensorProto.INT32)
    sums = nodes.op("ReduceSum", grouped, nodes.constant([2, 4], np.int64), keepdims=0).f64()
    filled = [
        factor.least(length - _count(block, nodes) * factor)
        for factor, length, block in zip(factors, lengths, blocks, strict=True)
    ]
    pixels = filled[0].reshape(1, -1, 1, 1) * filled[1].reshape(1, 1, -1, 1)
    # 2^24 over the number of pixels, with the rounding that 32-bit floats give it
    wide = nodes.op("Div", nodes.constant(2.0**32, np.float32), (pixels * 256.0).cast(TensorProto.FLOAT))
    multiplier = wide.f64().floor()
    mean = (sums + (pixels / 2.0).floor()) * multiplier / 2.0**24
    return mean.floor().cast(TensorProto.UINT8)
