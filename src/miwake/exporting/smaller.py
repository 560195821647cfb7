"""Networks in fewer bits: 8-bit whole numbers, 16-bit floats."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto

from miwake.exporting.file import STORED

_BATCH = 16


def to_int8(network: ModelProto, pictures: NDArray[np.uint8]) -> ModelProto:
    """Static quantisation: weights a scale for each channel, activations by the range that they take on pictures.

    The scheme is that of Jacob et al. 2018, section 2. Weights get seven bits: on processors without VNNI the sum of
    two products of bytes may overflow 16 bits, which would give other answers there than elsewhere.

    Args:
        network: from stored pictures to raw outputs.
        pictures: (n, Hs, Ws, C) stored ones, of training.
    """
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    quiet = logging.getLogger()
    before = quiet.level
    quiet.setLevel(logging.ERROR)  # it would advise to optimise the file first, which the exporter has done
    try:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "network.onnx"
            quantize_static(
                _shaped(network),
                place,
                _Pictures(pictures),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
                op_types_to_quantize=[
                    "Conv",
                    "Gemm",
                    "MatMul",
                    "Add",
                    "MaxPool",
                    "AveragePool",
                    "Concat",
                    "Relu",
                    "Clip",
                ],
            )
            return onnx.load(place)
    finally:
        quiet.setLevel(before)


def to_fp16(network: ModelProto) -> ModelProto:
    """Weights and arithmetic in 16-bit floats; input and outputs stay as they are."""
    from onnxruntime.transformers.float16 import convert_float_to_float16
    from onnxruntime.transformers.onnx_model import OnnxModel

    halved: ModelProto = convert_float_to_float16(_shaped(network), keep_io_types=True)
    # what it casts for an operator that stays as it is, such as a resize's scales, it puts at the end
    OnnxModel(halved).topological_sort()
    return halved


def _shaped(network: ModelProto) -> ModelProto:
    """A copy with the shape of every tensor, which both need."""
    return onnx.shape_inference.infer_shapes(network, data_prop=True)


class _Pictures:
    """Batches, in the form that onnxruntime's calibration reads."""

    def __init__(self, pictures: NDArray[np.uint8]) -> None:
        self._batches = self._all(pictures)

    @staticmethod
    def _all(pictures: NDArray[np.uint8]) -> Iterator[dict[str, Any]]:
        for first in range(0, len(pictures), _BATCH):
            yield {STORED: pictures[first : first + _BATCH]}

    def get_next(self) -> dict[str, Any] | None:
        """The next batch, None at the end."""
        return next(self._batches, None)
