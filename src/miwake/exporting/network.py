"""A network, and what makes answers of its outputs, as ONNX.

Through torch's tracing exporter: it takes seconds where the newer one takes a minute, needs no package beyond onnx, and
writes an older opset, which more programs read. What it cannot write is computed in another way while it traces.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
import torch
from onnx import ModelProto
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from miwake.errors import MiwakeError
from miwake.types import Preprocessing

OPSET = 14
"""The lowest with which every network and every answer is written; 2021, ONNX 1.9."""


class Seen(nn.Module):
    """From stored pictures (N, Hs, Ws, C) uint8 to raw outputs.

    Args:
        model: the network.
        preprocessing: what it wants.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, model: nn.Module, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.model, self.preprocessing = model, preprocessing
        mean, std = (torch.tensor(values, dtype=torch.float64) for values in (preprocessing.mean, preprocessing.std))
        self.register_buffer("scale", (1 / (255 * std)).float().view(-1, 1, 1))
        self.register_buffer("shift", (-mean / std).float().view(-1, 1, 1))

    def forward(self, stored: Tensor) -> Tensor:
        """(N, …) float32."""
        shape = self.preprocessing
        (rows, columns), (height, width) = shape.stored, shape.size
        top, left = (rows - height) // 2, (columns - width) // 2  # as `miwake.data.preprocess.centre`
        pictures = stored.view(-1, rows, columns, shape.channels).permute(0, 3, 1, 2)
        pictures = pictures[:, :, top : top + height, left : left + width]
        outputs: Tensor = self.model(pictures.float() * self.scale + self.shift)
        return outputs.float()


@torch.no_grad()
def written(
    module: nn.Module, example: Tensor, inputs: Sequence[str], outputs: Sequence[str], prefix: str
) -> ModelProto:
    """A module of one tensor as ONNX; the first axis of everything is the number of pictures.

    Args:
        module: in evaluation mode, on the CPU.
        example: what it is traced with.
        inputs: name of its input.
        outputs: names of its outputs.
        prefix: of all names inside.

    Raises:
        MiwakeError: it does something that ONNX has no operator for.
    """
    file = io.BytesIO()
    quiet = logging.getLogger("torch.onnx")
    before = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), _OtherWays():
            warnings.simplefilter("ignore")  # that sizes become constants, which is what they are
            torch.onnx.export(
                module,
                (example,),
                file,  # type: ignore[arg-type]
                dynamo=False,
                opset_version=OPSET,
                input_names=list(inputs),
                output_names=list(outputs),
                dynamic_axes={name: {0: "N"} for name in (*inputs, *outputs)},
            )
    except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
        said = str(error).strip().splitlines()[0][:200]
        raise MiwakeError(
            f"The network cannot be written as ONNX: {said}",
            expected=f"operators that opset {OPSET} has",
            todo="train another --model, or use the run with Miwake.",
        ) from None
    finally:
        quiet.setLevel(before)
    model = onnx.load_from_string(file.getvalue())
    _rename(model, {*inputs, *outputs}, prefix)
    return model


def _rename(model: ModelProto, kept: set[str], prefix: str) -> None:
    """Put a prefix before every name but those that are kept."""

    def new(name: str) -> str:
        return name if not name or name in kept else prefix + name

    def rename(graph: onnx.GraphProto) -> None:
        for node in graph.node:
            node.name = prefix + node.name
            for names in (node.input, node.output):
                names[:] = [new(name) for name in names]
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    rename(attribute.g)
        for part in (graph.initializer, graph.value_info, graph.input, graph.output):
            for entry in part:
                entry.name = new(entry.name)

    rename(model.graph)


class _OtherWays(TorchFunctionMode):
    """Computes what the exporter has no words for by what it has words for."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        other = _WAYS.get(func)
        if other is None:
            return func(*args, **(kwargs or {}))
        return other(*args, **(kwargs or {}))


def _pool(x: Tensor, output_size: Any) -> Tensor:
    """Adaptive average pooling from a known size: plain pooling where it divides, else two matrices."""
    size = [int(side) for side in x.shape[-2:]]
    asked = (output_size, output_size) if isinstance(output_size, int) else tuple(output_size)
    wanted = [have if side is None else int(side) for side, have in zip(asked, size, strict=True)]
    if wanted == size:
        return x
    if all(have % side == 0 for have, side in zip(size, wanted, strict=True)):
        step = [have // side for have, side in zip(size, wanted, strict=True)]
        return functional.avg_pool2d(x, step, step)
    down, across = (torch.from_numpy(_shares(have, side)) for have, side in zip(size, wanted, strict=True))
    return down @ x @ across.T


def _shares(length: int, out: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """(out, length) share of each pixel in each mean."""
    weights = np.zeros((out, length), np.float32)
    for place in range(out):
        start, end = place * length // out, -(-(place + 1) * length // out)
        weights[place, start:end] = 1 / (end - start)
    return weights


def _plain_pool(x: Tensor, kernel_size: Any, *args: Any, divisor_override: int | None = None, **named: Any) -> Tensor:
    """Average pooling; the exporter would leave another divisor than the size of the field away without a word."""
    mean = functional.avg_pool2d(x, kernel_size, *args, **named)
    if divisor_override is None:
        return mean
    field = kernel_size**2 if isinstance(kernel_size, int) else kernel_size[0] * kernel_size[1]
    return mean * (field / divisor_override)


def _pad(x: Tensor, pad: Any, *args: Any, **named: Any) -> Tensor:
    """Padding by numbers, which is part of the convolution then; the exporter would compute it from the shape."""
    return functional.pad(x, [int(side) for side in pad], *args, **named)


class _Contrast(torch.autograd.Function):
    """Local response normalisation, which ONNX has a word for."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, size: int, alpha: float, beta: float, k: float) -> Tensor:
        return nn.functional.local_response_norm(x, size, alpha, beta, k)

    @staticmethod
    def symbolic(g: Any, x: Any, size: int, alpha: float, beta: float, k: float) -> Any:
        found = g.op("LRN", x, size_i=size, alpha_f=alpha, beta_f=beta, bias_f=k)
        found.setType(x.type())
        return found


def _contrast(x: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    if size % 2 == 0:  # the middle lies elsewhere in ONNX
        return functional.local_response_norm(x, size, alpha, beta, k)
    found: Tensor = _Contrast.apply(x, size, alpha, beta, k)
    return found


def _median(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower one of two in the middle, as torch has it; its place is left out."""
    assert dim is not None
    middle = (int(x.shape[dim]) - 1) // 2
    lowest = x.topk(middle + 1, dim, largest=False, sorted=True).values.select(dim, middle)
    return torch.return_types.median((lowest.unsqueeze(dim) if keepdim else lowest, lowest))


_WAYS: dict[Any, Callable[..., Any]] = {
    functional.adaptive_avg_pool2d: _pool,
    functional.avg_pool2d: _plain_pool,
    functional.local_response_norm: _contrast,
    functional.pad: _pad,
    torch.Tensor.median: _median,
    torch.median: _median,
}
