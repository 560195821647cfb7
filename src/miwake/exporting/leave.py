"""A run leaves: the file is made, judged, timed and put in place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miwake.exporting import beside, latency
from miwake.exporting.config import ExportOptions, Precision
from miwake.exporting.file import Parts, parts, put_together
from miwake.exporting.gate import TOLERANCE, Case, Parity, answer, compare, pixels, refuse
from miwake.exporting.smaller import to_fp16, to_int8
from miwake.files import write_json, write_whole
from miwake.prediction import Predictor
from miwake.run import Run
from miwake.runtime import Backend, Record, Runtime, digest, installed, start

Report = Callable[[float, str], None]
"""Called with the share that is done, and what is being done."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What was written, and what was found."""

    file: Path
    beside: tuple[Path, ...]
    """Sample, answer, script."""
    precision: Precision
    bytes: int
    parity: Parity
    others: dict[Backend, Parity] = field(default_factory=dict)
    """Of further programs that can run the file."""
    failed: dict[str, str] = field(default_factory=dict)
    """Programs that cannot run it, and what they said."""
    timings: tuple[latency.Timing, ...] = ()
    chosen: str | None = None
    """The fastest way that gives the same answers, or 32-bit floats where fewer bits are no faster; None where nothing
    was timed."""
    backend: Backend | None = None
    """The program of that, which `predict` computes with from now on; None where it goes on as before."""

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {
            "file": str(self.file),
            "beside": [str(path) for path in self.beside],
            "precision": self.precision,
            "bytes": self.bytes,
            "parity": self.parity.to_json(),
            "others": {name: parity.to_json() for name, parity in self.others.items()},
            "failed": self.failed,
            "timings": [timing.to_json() for timing in self.timings],
            "chosen": self.chosen,
            "backend": self.backend,
        }


def leave(
    run: Run,
    predictor: Predictor,
    cases: Sequence[Case],
    calibration: NDArray[np.uint8] | None,
    options: ExportOptions,
    folder: Path,
    report: Report,
) -> Left:
    """Export a run.

    Args:
        run: its folder is told which backend is the fastest.
        predictor: the run's network, on the CPU.
        cases: pictures that judge.
        calibration: stored pictures (n, Hs, Ws, C) for `--int8`.
        options: what is asked.
        folder: for the file and what lies beside it.
        report: progress.

    Raises:
        Differs: the file does not answer as `predict` does; it is not left in the folder.
    """
    precision = options.precision
    main: Backend = "openvino" if options.to == "openvino" else "onnx"
    name = f"model{'' if precision == 'fp32' else f'-{precision}'}"
    target = folder / f"{name}.{'xml' if main == 'openvino' else 'onnx'}"
    model = digest(run.model_file)
    report(0.0, "write")
    made = parts(predictor)
    full = put_together(made, made.network, model=model, precision="fp32")
    data = full if precision == "fp32" else _smaller(made, model, precision, calibration)
    report(0.1, "judge")
    runtime = start(main, data)
    parity = compare(predictor, runtime, cases, precision, lambda done: report(0.1 + 0.4 * done / len(cases), "judge"))
    if not parity.passed:
        _take_away(target)
        raise refuse(parity, target, main)
    _put(target, data, main)
    others, failed = _other(predictor, data, main, cases, precision)
    passed: tuple[Backend, ...] = (main, *(key for key, each in others.items() if each.passed))
    timed = _timed(predictor, made, full, data, passed, options, report)
    left = Left(
        file=target,
        beside=_sample(folder, target, runtime, predictor, cases[0], precision) if main == "onnx" else (),
        precision=precision,
        bytes=len(data),
        parity=parity,
        others=others,
        failed=failed | timed.failed,
        timings=timed.timings,
        chosen=timed.chosen,
        backend=timed.backend,
    )
    write_json(folder / f"{name}.json", left.to_json())
    if left.backend is not None:
        files = dict.fromkeys(passed, _seen_from(run.folder, target))
        Record(backend=left.backend, files=files, model=model).write(run.folder)
    return left


def _take_away(target: Path) -> None:
    """An earlier file of the same name would be taken for this one."""
    for path in (target, target.with_suffix(".bin")):
        path.unlink(missing_ok=True)


def _sample(
    folder: Path, target: Path, runtime: Runtime, predictor: Predictor, case: Case, precision: Precision
) -> tuple[Path, ...]:
    """A picture, its answer and a script that checks the file with them."""
    picture = pixels(case, predictor)
    said = answer(predictor, runtime, picture, case.name)
    tolerance = TOLERANCE if precision == "fp32" else 0.02
    return beside.write(folder, target.name, picture, runtime.run(picture[None]), said, tolerance)


def _smaller(made: Parts, model: str, precision: Precision, calibration: NDArray[np.uint8] | None) -> bytes:
    if precision == "fp16":
        network = to_fp16(made.network)
    else:
        assert calibration is not None
        network = to_int8(made.network, calibration)
    return put_together(made, network, model=model, precision=precision)


def _put(target: Path, data: bytes, main: Backend) -> None:
    """Write the file in its program's own format, whole."""
    if main == "onnx":
        write_whole(target, partial(_keep, data=data))
        return
    import openvino

    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / target.name
        model = openvino.Core().read_model(data)
        model.reshape(openvino.PartialShape([1, -1, -1, -1]))  # as `miwake.runtime.start`
        openvino.save_model(model, str(page), compress_to_fp16=False)
        # the weights first: the page is what is opened
        for path in (page.with_suffix(".bin"), page):
            content = path.read_bytes()
            write_whole(target.with_name(path.name), partial(_keep, data=content))


def _stored(predictor: Predictor) -> tuple[int, int, int]:
    shape = predictor.header.preprocessing
    return (*shape.stored, shape.channels)


def _keep(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _other(
    predictor: Predictor, data: bytes, main: Backend, cases: Sequence[Case], precision: Precision
) -> tuple[dict[Backend, Parity], dict[str, str]]:
    """Whether the other programs that are installed give the same answers with the same file."""
    others: dict[Backend, Parity] = {}
    failed: dict[str, str] = {}
    if main == "onnx" and installed("openvino"):
        try:
            runtime = start("openvino", data, stored=_stored(predictor))
            others["openvino"] = compare(predictor, runtime, cases, precision, stored=True)
        except Exception as error:  # whatever it raises for what it cannot run: the file is for ONNX Runtime first
            failed["openvino"] = latency.last_line(error)
    return others, failed


@dataclass(frozen=True, kw_only=True)
class _Timed:
    timings: tuple[latency.Timing, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)
    chosen: str | None = None
    backend: Backend | None = None


def _timed(
    predictor: Predictor,
    made: Parts,
    full: bytes,
    data: bytes,
    passed: Sequence[Backend],
    options: ExportOptions,
    report: Report,
) -> _Timed:
    """Times of all ways, the fastest of those that passed, and its program."""
    if options.latency == "none":
        return _Timed()
    ways: dict[str, latency.Way] = {"eager": latency.eager(predictor)}
    backends: dict[str, Backend] = {"eager": "torch"}
    whole = latency.compiled(predictor) if options.latency == "all" else None
    if whole is not None:
        ways["compiled"] = whole
    if options.precision != "fp32":
        ways["onnx fp32"] = latency.exported(start("onnx", full))
    for backend in passed:
        way = f"{backend} {options.precision}"
        ways[way], backends[way] = latency.exported(start(backend, data, stored=_stored(predictor))), backend
    turns = len(latency.BATCHES) * latency.ROUNDS
    timings, failed = latency.measure(
        ways,
        _stored(predictor),
        report=lambda done: report(0.5 + 0.5 * done / turns, "time"),
    )
    # what torch.compile gives would have to be compiled anew by every command
    chosen = latency.fastest(timings, [way for way in ways if way != "compiled"])
    return _Timed(timings=tuple(timings), failed=failed, chosen=chosen, backend=backends.get(chosen))


def _seen_from(folder: Path, file: Path) -> str:
    """A path from the run folder, or from the root where it lies elsewhere."""
    file, folder = file.resolve(), folder.resolve()
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file)
