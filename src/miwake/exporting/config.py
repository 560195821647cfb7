"""What is asked of an export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from miwake.errors import UsageError

Kind = Literal["onnx", "openvino", "web"]
Precision = Literal["fp32", "fp16", "int8"]


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """What is asked of an export; each field is a flag of the command line."""

    to: Kind = "onnx"
    """onnx; openvino, for OpenVINO's own format; or web, the same file as onnx, which onnxruntime-web reads."""
    int8: bool = False
    """Compute with 8-bit whole numbers, calibrated on training pictures: smaller, and faster where the machine can."""
    fp16: bool = False
    """Keep the weights as 16-bit floats: half the size; faster on machines that compute with them."""
    judged: int | None = None
    """Pictures on which the file is held against `predict`; left away, 200, or with --int8 and --fp16 1000."""
    calibrated: int = 200
    """Training pictures from which --int8 takes the range of each layer."""
    latency: Literal["all", "quick", "none"] = "all"
    """What is timed: all; quick leaves out torch.compile, which takes minutes to begin; with none, `predict` goes on
    computing with what it did."""

    @property
    def precision(self) -> Precision:
        """Of the file's numbers."""
        return "int8" if self.int8 else "fp16" if self.fp16 else "fp32"

    @property
    def judges(self) -> int:
        """Pictures on which the file is judged."""
        return self.judged or (200 if self.precision == "fp32" else 1000)


def check_export(options: ExportOptions) -> None:
    """Refuse what cannot be meant.

    Raises:
        UsageError: two precisions, or no pictures.
    """
    if options.int8 and options.fp16:
        raise UsageError("--int8 and --fp16 exclude each other.", todo="export twice; the files have different names.")
    if options.fp16 and options.to == "openvino":
        raise UsageError(
            "OpenVINO chooses its own precision when it loads a file.", todo="leave --fp16 away, or --to openvino."
        )
    for name, value in (("judged", options.judged), ("calibrated", options.calibrated)):
        if value is not None and value < 1:
            raise UsageError(f"--{name} is {value}.", expected="1 or more")
