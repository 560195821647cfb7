"""How good a model is: figures with intervals, calibration, and when it had better not answer.

Everything here is NumPy and SciPy; the functions are loaded on first use. The settings are
`miwake.evaluation.config.EvaluateOptions`; what comes out is `miwake.evaluation.results.Evaluation`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from miwake.evaluation.calibration import fit_temperature
    from miwake.evaluation.decision import fit_decision, read_costs
    from miwake.evaluation.evaluation import evaluate
    from miwake.evaluation.table import summary
    from miwake.evaluation.wording import sentences, warnings

__all__ = ["evaluate", "fit_decision", "fit_temperature", "read_costs", "sentences", "summary", "warnings"]

_HOME = {
    "evaluate": "evaluation",
    "fit_decision": "decision",
    "fit_temperature": "calibration",
    "read_costs": "decision",
    "sentences": "wording",
    "summary": "table",
    "warnings": "wording",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
