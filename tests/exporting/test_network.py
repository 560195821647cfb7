"""Networks as ONNX: what is known when they are written is not computed again for every picture."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from timm.layers.conv2d_same import Conv2dSame
from torch import nn

from miwake.exporting.network import written


@pytest.mark.parametrize(("stride", "size"), [(1, (9, 7)), (2, (9, 8)), (2, (8, 8)), (3, (10, 7))])
def test_padding_that_depends_on_the_size_is_written_as_numbers(stride: int, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(Conv2dSame(3, 4, 3, stride=stride), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    example = torch.randn(2, 3, *size)
    model = written(network.eval(), example, ["x"], ["y"], "network/")
    # 8-bit numbers would round sizes that are computed inside
    assert {node.op_type for node in model.graph.node}.isdisjoint({"Shape", "Ceil", "Div", "Sub", "Gather"})
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    others = torch.randn(5, 3, *size)
    (found,) = session.run(None, {"x": others.numpy()})
    np.testing.assert_allclose(found, network(others).detach().numpy(), rtol=0, atol=1e-5)
