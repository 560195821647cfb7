"""The file: pictures of any size in, answers out, everything between inside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import onnx
import torch
from onnx import ModelProto, TensorProto, helper

from miwake.exporting.config import Precision
from miwake.exporting.fitting import fitting
from miwake.exporting.network import OPSET, Seen, written
from miwake.exporting.nodes import metadata
from miwake.prediction import Predictor
from miwake.run import Header
from miwake.runtime import INPUT, OUTPUTS
from miwake.tasks.protocols import Leaving
from miwake.types import Preprocessing
from miwake.version import __version__

STORED = "stored"
"""Name inside the file of the fitted pictures."""
FORMAT = 1
_IR = 8
"""Of ONNX 1.10; enough for the opset, and older programs read it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """A model in ONNX, before it is put together."""

    network: ModelProto
    """From stored pictures to raw outputs."""
    answers: ModelProto
    """From raw outputs to answers."""
    header: Header
    leaving: Leaving


def parts(predictor: Predictor) -> Parts:
    """A model as ONNX.

    Args:
        predictor: on the CPU.

    Raises:
        UsageError: the task cannot be exported.
    """
    header, shape = predictor.header, predictor.header.preprocessing
    leaving = predictor.task.leaving(header)
    # two pictures, so that a number of pictures is not taken for a constant 1
    example = torch.zeros((2, *shape.stored, shape.channels), dtype=torch.uint8)
    seen = Seen(predictor.model, shape).eval()
    network = written(seen, example, [STORED], [OUTPUTS], "network/")
    with torch.no_grad():
        outputs = seen(example)
    answers = written(leaving.module.eval(), outputs, [OUTPUTS], list(leaving.outputs), "answer/")
    return Parts(network=network, answers=answers, header=header, leaving=leaving)


def put_together(made: Parts, network: ModelProto, *, model: str, precision: Precision) -> bytes:
    """The whole file.

    Args:
        made: fitting and answers are taken from it.
        network: its network, or a smaller one in its place.
        model: SHA-256 of the model file.
        precision: of the network.

    Raises:
        onnx.checker.ValidationError: it is not valid ONNX, which is a bug.
    """
    shape = made.header.preprocessing
    answers = made.answers.graph
    infos = [*network.graph.output, *answers.output]
    planes: int | str = "C" if shape.channels == 1 else shape.channels
    graph = helper.make_graph(
        [*fitting(shape, INPUT, STORED), *network.graph.node, *answers.node],
        "miwake",
        [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["N", "H", "W", planes])],
        infos,
        [*network.graph.initializer, *answers.initializer],
    )
    whole = helper.make_model(graph, opset_imports=_opsets(network), ir_version=_IR, producer_name="miwake")
    whole.producer_version = __version__
    whole.metadata_props.extend(metadata(_facts(made, model, precision)))
    onnx.checker.check_model(whole, full_check=True)
    return bytes(whole.SerializeToString())


def _opsets(network: ModelProto) -> list[Any]:
    version = max((each.version for each in network.opset_import if each.domain in ("", "ai.onnx")), default=OPSET)
    return [helper.make_opsetid("", version)]


def _facts(made: Parts, model: str, precision: Precision) -> Mapping[str, str]:
    """What the file says of itself; `docs/export.md` describes each."""
    header = made.header
    outputs = {OUTPUTS: "what the network gives, before calibration, float32", **made.leaving.outputs}
    facts = {
        "format": str(FORMAT),
        "task": header.task,
        "classes": json.dumps(list(header.settings.get("classes", ())), ensure_ascii=False),
        "input": _about_input(header.preprocessing),
        "outputs": json.dumps(outputs, ensure_ascii=False),
        "precision": precision,
        "model_sha256": model,
        "header": header.to_json(),
        "version": __version__,
    }
    return {f"miwake.{key}": value for key, value in facts.items()}


def _about_input(shape: Preprocessing) -> str:
    order = {
        1: "grey values, C = 1 (a JPEG's own luma), or RGB, C = 3, whose luma is taken",
        3: "in the order red, green, blue",
    }.get(shape.channels, f"{shape.channels} planes in the order of training")
    if shape.window is not None:
        centre, width = shape.window
        order += (
            f"; DICOM and 16-bit grey values were brought to 0…255 through the window of centre {centre:g} and width "
            f"{width:g} (DICOM PS3.3, C.11.2.1.2.1): this file takes the bytes after it"
        )
    return f"{INPUT}: N decoded pictures of one size, upright, (N, H, W, C) uint8, any H and W, {order}"


def names(file: bytes) -> Sequence[str]:
    """Names of a file's outputs."""
    return [output.name for output in onnx.load_from_string(file).graph.output]
