"""What a task works with and what it hands over, apart from the question itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from miwake.look.text import Language
    from miwake.types import Batch


class Calibrated(Protocol):
    """The part of a model file's header that an answer needs."""

    @property
    def calibration(self) -> Mapping[str, Any]:
        """Fitted on validation."""

    @property
    def decision(self) -> Mapping[str, Any]:
        """Costs and thresholds, chosen on validation."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Leaving:
    """From raw outputs to answers, for a file that is used without Miwake."""

    module: nn.Module
    """Takes raw outputs (B, …) float32 and gives a tensor (B, …) for each of `outputs`, several as a tuple. Torch's
    exporter to ONNX traces it, so that no branch of Python may depend on a tensor's values."""
    outputs: Mapping[str, str]
    """Name of each tensor, and one sentence of what it holds, which the file carries."""


class Meter(Protocol):
    """Sums over the batches of a split, to figures that the loop can print, compare and write down."""

    def update(self, outputs: Any, batch: Batch) -> None:
        """Add one batch's outputs."""

    def compute(self) -> dict[str, float]:
        """The figures; `loss` and the task's monitored figure are among them."""

    def right(self) -> Tensor:
        """(n) bool: the samples that were answered right, in order."""

    def guessed(self) -> int:
        """How many would be right if every answer were the most frequent one."""


class Wording(Protocol):
    """A module that puts figures into words."""

    def summary(self, found: Any, language: Language) -> str:
        """A short table: plain text, at most 80 columns."""

    def sentences(self, found: Any, language: Language) -> list[str]:
        """What the figures mean, the most important first."""

    def warnings(self, found: Any, language: Language) -> list[str]:
        """What they do not show."""
