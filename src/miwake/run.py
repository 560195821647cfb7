"""The run folder and the model file: written and read here only.

runs/NAME/
    model.safetensors   weights and a JSON header: all that a prediction needs
    config.json         what was asked for, what was chosen and why
    split.csv           which picture is in which split
    metrics.csv         a row an epoch
    predictions.csv     the model's answer for every validation and test picture
    evaluation.json     figures with intervals
    environment.json    machine and versions
    report.html
    checkpoint/         to go on with `--resume`; `lock` in it is held while the run is trained
runs/latest.txt         the name of the newest run
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from miwake.errors import MiwakeError, UsageError, nearest
from miwake.files import read_json, write_text, write_whole
from miwake.locks import busy, holder
from miwake.types import Preprocessing

if TYPE_CHECKING:
    from torch import nn

FORMAT = 1
MODEL = "model.safetensors"
_KEY = "miwake"
_OWN = frozenset(
    (
        MODEL,
        "config.json",
        "split.csv",
        "metrics.csv",
        "predictions.csv",
        "evaluation.json",
        "environment.json",
        "report.html",
        "drift.safetensors",
        "checkpoint",
    )
)
_WEIGHTS = (".safetensors", ".pth", ".pt", ".bin")
_LONGEST = 60
"""Characters of a data set's name in the name of a run; file systems allow 255 bytes for the whole."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a model file says of itself, beside its weights."""

    task: str
    """Name of the task, such as `classify`."""
    settings: dict[str, Any]
    """The task's own, class names among them."""
    architecture: str
    """Name under which `miwake.networks` builds it."""
    preprocessing: Preprocessing
    dropout: float | None = None
    calibration: dict[str, Any] = field(default_factory=dict)
    """Fitted on validation; for a classifier its `temperature`."""
    decision: dict[str, Any] = field(default_factory=dict)
    """Costs and thresholds, chosen on validation."""
    data: dict[str, Any] = field(default_factory=dict)
    """Name, fingerprint and counts of the data set."""
    starting_weights: dict[str, Any] = field(default_factory=dict)
    """Name, source and licence; empty where training began from random weights."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the packages that wrote it."""
    format: int = FORMAT

    def to_json(self) -> str:
        """The text that the file carries."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False, sort_keys=True)


def save_model(path: Path, model: nn.Module, header: Header) -> None:
    """Write weights and header, whole or not at all.

    Raises:
        WriteError: a full disk or a folder without permission.
    """
    from safetensors.torch import save_file

    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    write_whole(path, lambda temporary: save_file(tensors, temporary, metadata={_KEY: header.to_json()}))


def read_header(path: Path) -> Header:
    """Read what a model file says of itself, without its weights.

    Raises:
        MiwakeError: not a model file of Miwake's, or one of a newer format.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
    except FileNotFoundError:
        begun = (path.parent / "config.json").is_file()
        if begun and (process := holder(path.parent / "checkpoint")):
            raise busy(path.parent, process) from None
        raise MiwakeError(
            f"There is no model file {path}." + (" The run was stopped before it was finished." if begun else ""),
            expected=f"a run folder with {MODEL}",
            todo=f"miwake train --resume {shlex.quote(str(path.parent))}" if begun else "miwake train DATA",
        ) from None
    except (SafetensorError, OSError) as error:
        raise MiwakeError(
            f"{path} is not a whole model file ({str(error).splitlines()[0]}).",
            expected="a safetensors file that `miwake train` wrote",
            todo="copy the file anew, or train again.",
        ) from None
    if _KEY not in metadata:
        raise MiwakeError(
            f"{path} holds weights, but not Miwake's header.",
            expected="a file that `miwake train` wrote",
            todo="use it as --starting-weights instead.",
        )
    return _parse_header(path, metadata[_KEY])


def _parse_header(path: Path, text: str) -> Header:
    try:
        data = json.loads(text)
        version = int(data["format"])
        if version > FORMAT:
            raise MiwakeError(
                f"{path} has format {version}, written by Miwake {(data.get('versions') or {}).get('miwake', '?')}.",
                expected=f"format {FORMAT} or older",
                todo="pip install --upgrade miwake",
            )
        known = {entry.name for entry in fields(Header)}
        data = {key: value for key, value in data.items() if key in known}
        header = Header(**{**data, "preprocessing": Preprocessing.from_json(data["preprocessing"])})
        _, _ = header.preprocessing.stored
        header.settings.items()
        return header
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged_header(path, error) from None


def damaged_header(path: Path, error: Exception) -> MiwakeError:
    """The error for a model file whose header does not say what it must."""
    return MiwakeError(f"The header of {path} is damaged ({error!r}).", todo="copy the file anew, or train again.")


def load_weights(path: Path, model: nn.Module) -> None:
    """Put a model file's weights into a model of the same architecture.

    Raises:
        MiwakeError: names or shapes do not fit.
    """
    from safetensors.torch import load_file

    try:
        model.load_state_dict(load_file(path))
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise MiwakeError(
            f"The weights of {path} do not fit the architecture that its header names: {reason}",
            todo="use the version of Miwake that wrote the file (its header says which).",
        ) from None


@dataclass(frozen=True)
class Run:
    """A run folder."""

    folder: Path

    def __fspath__(self) -> str:
        return str(self.folder)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def model_file(self) -> Path:
        """Weights and header."""
        return self.folder / MODEL

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.folder / "report.html"

    @property
    def checkpoint(self) -> Path:
        """Folder with what `--resume` needs."""
        return self.folder / "checkpoint"

    def header(self) -> Header:
        """What the model file says of itself."""
        return read_header(self.model_file)

    def config(self) -> dict[str, Any]:
        """What was asked for, what was chosen and why."""
        data = read_json(self.folder / "config.json")
        if not isinstance(data, dict) or not {"request", "chosen"} <= data.keys():
            raise MiwakeError(
                f"{self.folder / 'config.json'} does not say what was asked for.",
                expected="the file as `miwake train` wrote it",
                todo="train again.",
            )
        return data

    def evaluation(self) -> dict[str, Any]:
        """Figures as written by `evaluate`: an object a split."""
        data = read_json(self.folder / "evaluation.json")
        if not isinstance(data, dict):
            raise MiwakeError(f"{self.folder / 'evaluation.json'} does not hold an object.")
        return data

    def environment(self) -> dict[str, Any]:
        """Machine and versions."""
        return dict(read_json(self.folder / "environment.json"))

    def history(self) -> list[dict[str, str]]:
        """`metrics.csv`, a row an epoch."""
        return read_table(self.folder / "metrics.csv")


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a CSV file, whole; columns are the keys in order of their first appearance."""
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a CSV file; an absent one has no rows."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def new_run(out: Path | None, name: str) -> Run:
    """Make the folder of a new run: `out`, or `runs/NAME` with a number where that exists.

    Raises:
        UsageError: `out` holds something already, or cannot be made.
    """
    try:
        if out is not None:
            if out.exists() and (not out.is_dir() or any(out.iterdir())):
                raise UsageError(
                    f"{out} exists and is not empty.",
                    expected="a new folder for the run",
                    todo=f"name another with --out, or go on with it: miwake train --resume {shlex.quote(str(out))}",
                )
            out.mkdir(parents=True, exist_ok=True)
            return Run(out)
        base = Path("runs")
        base.mkdir(exist_ok=True)
        stem = re.sub(r"[^\w.-]+", "-", name)[:_LONGEST].strip("-.") or "run"
        stem = f"{stem}-{time.strftime('%Y%m%d-%H%M')}"
        for candidate in _numbered(base / stem):
            try:
                candidate.mkdir()
            except FileExistsError:
                continue
            return Run(candidate)
    except OSError as error:
        raise UsageError(
            f"The run folder {error.filename} cannot be made: {error.strerror}.",
            todo="name a folder that you may write to with --out.",
        ) from None
    raise AssertionError("there is always another number")


def make_latest(run: Run) -> None:
    """Let `latest` mean this run, if it lies under runs/."""
    if run.folder.parent == Path("runs"):
        write_text(run.folder.parent / "latest.txt", run.name + "\n")


def _numbered(path: Path) -> Iterable[Path]:
    yield path
    number = 2
    while True:
        yield path.with_name(f"{path.name}-{number}")
        number += 1


def open_run(name: str | os.PathLike[str]) -> Run:
    """Find a run by its folder, its model file, its name under `runs/`, or as `latest`.

    Raises:
        UsageError: there is no such run; says which is most like it.
    """
    text, base = os.fspath(name), Path("runs")
    path = _latest(base) if text == "latest" else Path(text)
    for found in (path, path.parent, base / path):
        if (found is not path.parent or path.name == MODEL) and is_run(found):
            return Run(found)
    if path.suffix in _WEIGHTS and not path.exists():
        raise _no_file(path)
    if text == "imagenet":
        raise UsageError(
            "imagenet comes with the install and is no run: it has no pictures of its own, and stays as it is.",
            expected="a run that was trained here, or data beside imagenet",
            todo="miwake evaluate imagenet DATA    or    miwake train DATA",
        )
    known = [folder.name for folder in _runs_in(base)]
    beside = [str(folder) for folder in _runs_in(path.parent)]
    best = nearest(text, [*known, *beside, "latest", "imagenet"])
    raise UsageError(
        f"There is no run '{text}'." + (f" Did you mean '{best}'?" if best else ""),
        expected=f"a run folder with {MODEL} and config.json, its name under runs/, or `latest`",
        todo=f"write '{best}'." if best else ("ls runs/" if known else "miwake train DATA"),
    )


def find_model(name: str | os.PathLike[str]) -> Path | None:
    """The model file of a run, or the file itself; None for `imagenet`, which comes with the install.

    Raises:
        UsageError: there is no such run.
    """
    path = Path(name)
    # a folder of that name is more likely pictures than a run
    if str(path) == "imagenet" and not is_run(path):
        return None
    return path if path.suffix == ".safetensors" and path.is_file() else open_run(path).model_file


def _no_file(path: Path) -> UsageError:
    try:
        beside = [str(entry) for entry in path.parent.iterdir() if entry.suffix in _WEIGHTS]
    except OSError:
        beside = []
    best = nearest(str(path), beside)
    return UsageError(
        f"The file {path} does not exist." + (f" Did you mean '{best}'?" if best else ""),
        expected="a file of weights, a run folder, or the name of a run",
        todo=f"write '{best}'." if best else f"check the path: ls {shlex.quote(str(path.parent))}",
    )


def is_run(path: Path) -> bool:
    """Whether a folder looks like a run's."""
    try:
        return (path / "config.json").is_file() or (path / MODEL).is_file()
    except OSError:  # a name that no file can have
        return False


def belongs_to_run(path: Path) -> bool:
    """Whether a path is that of a file which a run keeps for itself, through links too."""
    where = Path(os.path.realpath(path))
    if where.parent.name == "checkpoint":
        return is_run(where.parent.parent)
    return (where.name in _OWN and is_run(where.parent)) or (where.name == "latest.txt" and where.parent.name == "runs")


def _runs_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if is_run(path))
    except OSError:
        return []


def _latest(base: Path) -> Path:
    pointer = base / "latest.txt"
    try:
        path = base / pointer.read_text(encoding="utf-8").strip()
    except OSError:
        raise UsageError("There is no run here yet (runs/latest.txt is missing).", todo="miwake train DATA") from None
    if not is_run(path):
        raise UsageError(
            f"The newest run, {path}, is not there any more.",
            expected="the run that runs/latest.txt names",
            todo="name a run: ls runs/",
        )
    return path
