"""ONNX nodes that are written as formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

Operand = "Value | float | int | np.ndarray[Any, Any]"


class Nodes:
    """Nodes of a graph, in order; names are unique among all that share `numbers`.

    Args:
        prefix: of every name.
        numbers: where the next number comes from; None begins anew.
    """

    def __init__(self, prefix: str, numbers: count[int] | None = None) -> None:
        self.prefix, self.numbers = prefix, numbers or count()
        self.nodes: list[NodeProto] = []

    def inner(self) -> Nodes:
        """The nodes of a graph inside this one, which may use what stands in this one."""
        return Nodes(self.prefix, self.numbers)

    def name(self) -> str:
        """A new one."""
        return f"{self.prefix}{next(self.numbers)}"

    def op(self, kind: str, *inputs: Value | str, outputs: int = 1, **attributes: Any) -> Value:
        """A node with one output, or the first of several."""
        named = [value.name if isinstance(value, Value) else value for value in inputs]
        out = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, named, out, name=out[0], **attributes))
        return Value(self, out[0])

    def constant(self, value: Any, kind: DTypeLike) -> Value:
        """A number or an array."""
        return self.op("Constant", value=numpy_helper.from_array(np.asarray(value, kind)))

    def value(self, name: str) -> Value:
        """What has a name already: an input, or an output of another graph."""
        return Value(self, name)

    def graph(self, name: str, outputs: Sequence[str], inputs: Sequence[Any] = ()) -> GraphProto:
        """These nodes as a graph inside another; types of its outputs are left to be inferred."""
        infos = [helper.make_empty_tensor_value_info(output) for output in outputs]
        return helper.make_graph(self.nodes, name, list(inputs), infos)

    def choose(self, condition: Value, then: Callable[[Nodes], Value], other: Callable[[Nodes], Value]) -> Value:
        """The one or the other, of which only one is computed."""
        branches = {}
        for key, branch in (("then_branch", then), ("else_branch", other)):
            inside = self.inner()
            result = branch(inside)
            branches[key] = inside.graph(f"{self.prefix}{key}", [result.name])
        return self.op("If", condition, **branches)

    def repeat(self, times: Value, start: Value, step: Callable[[Nodes, Value, Value], Value], kind: int) -> Value:
        """The value after so many steps, each from its number (int64, no axes) and the value before.

        Args:
            times: int64 scalar.
            start: the value before the first step.
            step: adds the nodes of one step.
            kind: type of the value, one of `TensorProto`.
        """
        inside = self.inner()
        number, going, before = inside.name(), inside.name(), inside.name()
        after = step(inside, inside.value(number), inside.value(before))
        on = inside.op("Identity", going)
        body = inside.graph(
            f"{self.prefix}step",
            [on.name, after.name],
            [
                helper.make_tensor_value_info(number, TensorProto.INT64, []),
                helper.make_tensor_value_info(going, TensorProto.BOOL, []),
                helper.make_tensor_value_info(before, kind, None),
            ],
        )
        return self.op("Loop", times, self.constant(True, bool), start, body=body)


class Value:
    """What a node gives; numbers beside it in a formula become 64-bit floats."""

    def __init__(self, nodes: Nodes, name: str) -> None:
        self.nodes, self.name = nodes, name

    def inside(self, nodes: Nodes) -> Value:
        """The same value, seen from a graph inside its own."""
        return Value(nodes, self.name)

    def _with(self, kind: str, other: Value | float, *, turned: bool = False) -> Value:
        right = other if isinstance(other, Value) else self.nodes.constant(other, np.float64)
        return self.nodes.op(kind, right, self) if turned else self.nodes.op(kind, self, right)

    def __add__(self, other: Value | float) -> Value:
        return self._with("Add", other)

    def __sub__(self, other: Value | float) -> Value:
        return self._with("Sub", other)

    def __rsub__(self, other: float) -> Value:
        return self._with("Sub", other, turned=True)

    def __mul__(self, other: Value | float) -> Value:
        return self._with("Mul", other)

    def __truediv__(self, other: Value | float) -> Value:
        return self._with("Div", other)

    def __rtruediv__(self, other: float) -> Value:
        return self._with("Div", other, turned=True)

    def __matmul__(self, other: Value) -> Value:
        return self._with("MatMul", other)

    def __lt__(self, other: Value | float) -> Value:
        return self._with("Less", other)

    def __gt__(self, other: Value | float) -> Value:
        return self._with("Greater", other)

    def __and__(self, other: Value) -> Value:
        return self._with("And", other)

    def least(self, other: Value | float) -> Value:
        """The smaller one, place by place."""
        return self._with("Min", other)

    def most(self, other: Value | float) -> Value:
        """The larger one, place by place."""
        return self._with("Max", other)

    def floor(self) -> Value:
        """The next whole number below."""
        return self.nodes.op("Floor", self)

    def ceil(self) -> Value:
        """The next whole number above."""
        return self.nodes.op("Ceil", self)

    def round(self) -> Value:
        """The nearest whole number, halves to the even one, as Python's `round`."""
        return self.nodes.op("Round", self)

    def abs(self) -> Value:
        """Without its sign."""
        return self.nodes.op("Abs", self)

    def sign(self) -> Value:
        """-1, 0 or 1."""
        return self.nodes.op("Sign", self)

    def where(self, true: Value, false: Value) -> Value:
        """One where this holds, the other elsewhere."""
        return self.nodes.op("Where", self, true, false)

    def cast(self, kind: int) -> Value:
        """As another type, one of `TensorProto`; floats become whole numbers by cutting off."""
        return self.nodes.op("Cast", self, to=kind)

    def f64(self) -> Value:
        """As 64-bit floats."""
        return self.cast(TensorProto.DOUBLE)

    def i64(self) -> Value:
        """As 64-bit integers."""
        return self.cast(TensorProto.INT64)

    def reshape(self, *shape: int) -> Value:
        """With other axes; -1 is what is left."""
        return self.nodes.op("Reshape", self, self.nodes.constant(shape, np.int64))

    def transpose(self, *axes: int) -> Value:
        """With the axes in another order."""
        return self.nodes.op("Transpose", self, perm=list(axes))

    def sum(self, axis: int) -> Value:
        """Over an axis, which stays with length 1."""
        return self.nodes.op("ReduceSum", self, self.nodes.constant([axis], np.int64), keepdims=1)

    def clip(self, low: float, high: float) -> Value:
        """Within limits, 64-bit floats."""
        return self.nodes.op("Clip", self, self.nodes.constant(low, np.float64), self.nodes.constant(high, np.float64))


def metadata(entries: Mapping[str, str]) -> list[Any]:
    """Entries of a model's metadata."""
    from onnx import StringStringEntryProto

    return [StringStringEntryProto(key=key, value=value) for key, value in entries.items()]
