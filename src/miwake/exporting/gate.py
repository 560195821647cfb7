"""The gate: an exported file leaves only if it answers, through its own runtime, as `predict` does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.data.decode import decode
from miwake.data.header import MAX_PIXELS, BadPicture
from miwake.errors import MiwakeError
from miwake.evaluation.intervals import Z
from miwake.exporting.config import Precision
from miwake.prediction import Predictor
from miwake.runtime import Backend, Runtime
from miwake.types import Figure, Prediction

TOLERANCE = 1e-4
"""Largest difference of a probability, 32-bit floats."""
DROP = 0.002
"""Largest loss of accuracy."""
_NAMED = 10
_CHUNK = 16


class Differs(MiwakeError):
    """An exported file does not answer as `predict` does."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A picture that judges."""

    name: str
    source: Path | NDArray[np.uint8]
    """A file, or a decoded picture (H, W, C) of a packed source."""
    right: Callable[[Prediction], float]
    """How much of an answer's best guess is right, 0 to 1; see `Task.share_right`."""


@dataclass(frozen=True, kw_only=True)
class Parity:
    """How a file compares with `predict`."""

    pictures: int
    tolerance: float | None
    """On probabilities of the same decoded bytes; None where only accuracy counts."""
    largest: float
    """Largest difference of a probability, from the same decoded bytes, where the answers are the same."""
    differ: tuple[str, ...]
    """Pictures whose answer differs, or whose probability does by more than the tolerance, from the same bytes."""
    decoded_otherwise: tuple[str, ...]
    """Pictures whose answer differs because `predict` decodes a large JPEG at a smaller scale."""
    accuracy: float
    """Of the file, by the most probable class, whether it would rather not say or not; of a class for every pixel, the
    mean over the pictures of the share that is right."""
    accuracy_before: float
    """Of `predict`."""
    drop: Figure
    """Loss of accuracy, with its interval."""

    @property
    def passed(self) -> bool:
        """Whether the file may leave."""
        return self.drop.value <= DROP and (self.tolerance is None or not self.differ)

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {**asdict(self), "passed": self.passed}


def compare(
    predictor: Predictor,
    runtime: Runtime,
    cases: Sequence[Case],
    precision: Precision,
    report: Callable[[int], None] = lambda done: None,
    *,
    stored: bool = False,
) -> Parity:
    """Hold a file against `predict`, on pictures as they lie on the disk.

    A picture is decoded at its full size for the file, as a program elsewhere would. `predict` is given the same bytes,
    which must give the same probabilities; and the picture file, of which it decodes a large JPEG at a smaller scale:
    there the accuracy must be the same.

    Args:
        predictor: the network itself.
        runtime: the file, ready to answer.
        cases: pictures that can be read.
        precision: of the file; only 32-bit floats can be held to the tolerance.
        report: called with how many are done.
        stored: give the file pictures that are fitted already, many at once, as `predict` does where it computes with
            the file.
    """
    task = predictor.task
    tolerance = TOLERANCE if precision == "fp32" else None
    largest, differ, otherwise = 0.0, list[str](), list[str]()
    right = list[tuple[float, float]]()
    done = 0
    for first in range(0, len(cases), _CHUNK):
        some = cases[first : first + _CHUNK]
        decoded = [_fitted(case, predictor) if stored else pixels(case, predictor) for case in some]
        names = [case.name for case in some]
        if stored:
            theirs = task.arrived(runtime.run(np.stack(decoded)), names)
        else:
            theirs = [answer(predictor, runtime, *each) for each in zip(decoded, names, strict=True)]
        same = _answers(predictor, decoded)
        filed = _answers(predictor, [case.source for case in some])
        for case, their, our, file in zip(some, theirs, same, filed, strict=True):
            gap = task.apart(our, their)
            if gap < math.inf:
                largest = max(largest, gap)
            if gap == math.inf or (tolerance is not None and gap > tolerance):
                differ.append(case.name)
            elif task.apart(file, their) == math.inf:
                otherwise.append(case.name)
            right.append((case.right(file), case.right(their)))
        done += len(some)
        report(done)
    before, after = (float(np.mean([pair[place] for pair in right])) for place in (0, 1))
    return Parity(
        pictures=len(cases),
        tolerance=tolerance,
        largest=largest,
        differ=tuple(differ),
        decoded_otherwise=tuple(otherwise),
        accuracy=after,
        accuracy_before=before,
        drop=loss(right),
    )


def pixels(case: Case, predictor: Predictor) -> NDArray[np.uint8]:
    """A picture as a program elsewhere would decode it: at full size, upright, (H, W, C)."""
    if isinstance(case.source, np.ndarray):
        return case.source if case.source.ndim == 3 else case.source[:, :, None]
    shape = predictor.header.preprocessing
    return decode(case.source.read_bytes(), channels=shape.channels, max_pixels=MAX_PIXELS, window=shape.window)


def _fitted(case: Case, predictor: Predictor) -> NDArray[np.uint8]:
    found = predictor.load(case.source)
    assert isinstance(found, np.ndarray)
    return found


def readable(case: Case, predictor: Predictor) -> bool:
    """Whether a picture can be decoded."""
    try:
        pixels(case, predictor)
    except (BadPicture, OSError):
        return False
    return True


def answer(predictor: Predictor, runtime: Runtime, picture: NDArray[np.uint8], name: str) -> Prediction:
    """What a file says of a decoded picture (H, W, C)."""
    (found,) = predictor.task.arrived(runtime.run(picture[None]), [name])
    return found


def _answers(predictor: Predictor, sources: Sequence[Path | NDArray[np.uint8]]) -> list[Prediction]:
    found = [each for each in predictor.predict(sources) if isinstance(each, Prediction)]
    assert len(found) == len(sources)
    return found


def loss(right: Sequence[tuple[float, float]]) -> Figure:
    """Accuracy before less accuracy after, of the same pictures, with its 95% interval.

    Where answers are right or wrong: Agresti and Min 2005, "Simple improved confidence intervals for comparing matched
    proportions"; half a picture is added to each of the four kinds, so that the interval is honest where no answer
    changed. Where they are right in part: of the mean of the differences, by their spread.

    Args:
        right: of each picture, how much was right before and after, 0 to 1.
    """
    count = len(right)
    if not count:
        return Figure(math.nan, math.nan, math.nan)
    pairs = np.array(right, np.float64)
    gaps = pairs[:, 0] - pairs[:, 1]
    if ((pairs > 0) & (pairs < 1)).any():
        value, half = float(gaps.mean()), Z * float(gaps.std(ddof=1)) / math.sqrt(count) if count > 1 else math.inf
        return Figure(value, max(value - half, -1.0), min(value + half, 1.0))
    lost, won = int((gaps > 0).sum()), int((gaps < 0).sum())
    wide, moved = count + 2, lost + won + 1
    centre = (lost - won) / wide
    half = Z * math.sqrt(moved - (lost - won) ** 2 / wide) / wide
    value = (lost - won) / count
    return Figure(value, min(value, centre - half), max(value, centre + half))


def refuse(parity: Parity, file: Path, backend: Backend) -> Differs:
    """The error for a file that does not pass."""
    some = ", ".join(parity.differ[:_NAMED]) + (", …" if len(parity.differ) > _NAMED else "")
    if parity.tolerance is not None and parity.differ:
        found = (
            f"Of {parity.pictures} pictures, the exported file answers {len(parity.differ)} differently, or with a "
            f"probability that is off by more than {parity.tolerance:g}: {some}."
        )
        expected = f"the answers of predict, and probabilities within {parity.tolerance:g}"
    else:
        drop = parity.drop
        found = (
            f"The exported file's accuracy on {parity.pictures} pictures is {100 * parity.accuracy:.2f}%, that of "
            f"predict {100 * parity.accuracy_before:.2f}%: a loss of {100 * drop.value:.2f} points (95% interval "
            f"{100 * drop.low:.2f} to {100 * drop.high:.2f})." + (f" Answers differ for {some}." if some else "")
        )
        expected = f"a loss of {100 * DROP:g} points at most"
    if parity.tolerance is None:
        todo = "export with 32-bit floats."
    elif backend == "openvino":
        # which has no 64-bit floats: what lies between two bytes may be rounded the other way
        todo = "leave --to away: OpenVINO runs the ONNX file, too."
    else:
        todo = "please report this, with the run's model file: it is a bug."
    return Differs(found, expected=expected, todo=f"{file.name} was not written; {todo}")
