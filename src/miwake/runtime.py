"""Programs that run an exported file, and which of them `predict` takes for a run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast, get_args

from miwake import machine
from miwake.errors import MiwakeError, UsageError
from miwake.files import read_json, write_json
from miwake.types import Note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Backend = Literal["torch", "onnx", "openvino"]
"""`torch` is the network as it was trained; the others run the exported file."""
INPUT = "pictures"
"""Name of an exported file's input."""
OUTPUTS = "outputs"
"""Name of an exported file's output that holds what the network gives, before calibration."""
RECORD = "backend.json"
"""Name of the file of a run that says which backend is the fastest."""
_PACKAGES: Mapping[Backend, str] = {"onnx": "onnxruntime", "openvino": "openvino"}
_FORMAT = 1


class Runtime(Protocol):
    """A file that is ready to answer."""

    def run(self, pictures: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
        """What the file gives for pictures (N, H, W, C) of one size, by the names of its outputs."""


def installed(backend: Backend) -> bool:
    """Whether the packages of a backend are there; nothing is imported."""
    return backend == "torch" or find_spec(_PACKAGES[backend]) is not None


def start(
    backend: Backend, file: Path | bytes, threads: int | None = None, *, stored: tuple[int, int, int] | None = None
) -> Runtime:
    """A file, ready to answer.

    Args:
        backend: `onnx` or `openvino`.
        file: an exported ONNX file, or its bytes; OpenVINO reads its own format, too.
        threads: to compute with; all cores where None.
        stored: height, width and planes of all pictures, where they are known. Without, OpenVINO answers for one
            picture at a time: with several of any size its answers are wrong (seen with 2026.4).
    """
    count = threads or machine.cores()
    return _Onnx(file, count) if backend == "onnx" else _OpenVino(file, count, stored)


class _Onnx:
    def __init__(self, file: Path | bytes, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # other work on the machine goes on between two pictures
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            file if isinstance(file, bytes) else str(file), options, providers=["CPUExecutionProvider"]
        )
        self._names = [output.name for output in self._session.get_outputs()]

    def run(self, pictures: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
        """See `Runtime`."""
        return dict(zip(self._names, self._session.run(None, {INPUT: pictures}), strict=True))


class _OpenVino:
    def __init__(self, file: Path | bytes, threads: int, stored: tuple[int, int, int] | None) -> None:
        import openvino

        core = openvino.Core()
        model = core.read_model(file if isinstance(file, bytes) else str(file))
        model.reshape(openvino.PartialShape([1, -1, -1, -1] if stored is None else [-1, *stored]))
        settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        self._model = core.compile_model(model, "CPU", settings)
        # a tensor may go by several names, of which one is that of the output
        self._names = [(place, name) for place, output in enumerate(self._model.outputs) for name in output.get_names()]

    def run(self, pictures: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
        """See `Runtime`."""
        found = self._model({INPUT: pictures})
        return {name: found[place] for place, name in self._names}


@dataclass(frozen=True, kw_only=True)
class Record:
    """Which backend is the fastest for a run; `backend.json`."""

    backend: Backend
    """The fastest of those that gave the same answers."""
    files: Mapping[Backend, str]
    """Those that gave the same answers, and the file of each, relative to the run folder."""
    model: str
    """SHA-256 of the model file that was exported."""

    def write(self, folder: Path) -> None:
        """Into the run folder."""
        data = {"format": _FORMAT, "backend": self.backend, "files": dict(self.files), "model": self.model}
        write_json(folder / RECORD, data)

    @classmethod
    def read(cls, folder: Path) -> Record | None:
        """That of a run folder; None where there is none.

        Raises:
            MiwakeError: it is damaged, or of a newer format.
        """
        path = folder / RECORD
        if not path.exists():
            return None
        data = read_json(path)
        try:
            if int(data["format"]) > _FORMAT:
                raise ValueError(f"format {data['format']}")
            files = {_known(name): str(file) for name, file in data["files"].items()}
            return cls(backend=_known(data["backend"]), files=files, model=str(data["model"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise MiwakeError(
                f"{path} does not say which backend is the fastest ({error!r}).",
                expected=f"the file as `miwake export` wrote it, of format {_FORMAT}",
                todo=f"delete it, or export again: miwake export {folder}",
            ) from None


def _known(name: str) -> Backend:
    for backend in get_args(Backend):
        if name == backend:
            return cast(Backend, name)
    raise ValueError(name)


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def quickest(
    model_file: Path, asked: Backend | Literal["auto"], stored: tuple[int, int, int]
) -> tuple[Runtime | None, Note | None]:
    """What answers for a run: an exported file, or None for the network itself.

    Args:
        model_file: the run's `model.safetensors`.
        asked: `auto` for the fastest that is recorded.
        stored: height, width and planes of the pictures that it will be given.

    Returns:
        The file ready to answer, and, where the network has to answer instead, why.

    Raises:
        UsageError: a backend was asked for that was never held against the network.
    """
    folder = model_file.parent
    record = None if asked == "torch" else Record.read(folder)
    if record is None:
        if asked not in ("torch", "auto"):
            raise _never(folder, asked)
        return None, None
    backend = record.backend if asked == "auto" else asked
    if backend == "torch":
        return None, None
    if backend not in record.files:
        raise _never(folder, backend)
    file = folder / record.files[backend]
    if not installed(backend):
        return None, Note("backend.missing", {"package": _PACKAGES[backend]})
    if not file.is_file():
        return None, Note("backend.gone", {"file": str(file)})
    if record.model != digest(model_file):
        return None, Note("backend.stale", {"file": str(file), "run": str(folder)})
    try:
        return start(backend, file, stored=stored), None
    except Exception as error:  # whatever a runtime raises for a file that it cannot read
        return None, Note("backend.broken", {"file": str(file), "said": str(error).splitlines()[0][:200]})


def _never(folder: Path, backend: str) -> UsageError:
    return UsageError(
        f"The run {folder} has no exported file that {backend} was seen to answer with as the network does.",
        expected="--backend auto, or one that `miwake export` has tried",
        todo=f"miwake export {folder}",
    )
