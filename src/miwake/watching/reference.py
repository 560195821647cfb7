"""What the training pictures of a run are like: computed once, and kept in the run folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from miwake import networks
from miwake.files import WriteError, write_whole
from miwake.prediction import Predictor
from miwake.runtime import digest
from miwake.watching.drift import LEAST
from miwake.watching.measures import DISTANCE, SEEN, directions, distances, seen

FILE = "drift.safetensors"
"""Name of the file in the run folder."""
_KEY = "miwake"
_FORMAT = 1
_MOST = 1000
"""Pictures of each split that are looked at."""
_BATCH = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """Measures of the pictures that a run learnt from."""

    values: Mapping[str, NDArray[np.float64]]
    """(n) by the measure's name."""
    bank: NDArray[np.float32]
    """(N, F) directions of training pictures in the eyes of the network; empty where they are not known."""

    @property
    def pictures(self) -> int:
        """How many were looked at."""
        return max((len(values) for values in self.values.values()), default=0)


@dataclass(frozen=True, kw_only=True)
class Own:
    """The pictures that a run learnt from."""

    train: NDArray[np.int64]
    """Rows of the training split."""
    val: NDArray[np.int64]
    """Rows of the validation split."""
    gather: Callable[[Tensor], Tensor]
    """Stored pictures (B, C, H, W) uint8 of some rows."""


def measure(predictor: Predictor, own: Own, progress: Callable[[int, int], None] = lambda done, of: None) -> Reference:
    """Look at a run's own pictures.

    Brightness, sharpness and colour are those of training and validation pictures together. How far a picture lies
    from the nearest training picture is taken from the validation pictures, which, as those to come, are not among
    them; with fewer than twenty of these, from the training pictures, each held against all others.

    Args:
        predictor: opened.
        own: rows and pictures.
        progress: called with how many are done, and of how many.
    """
    train, val = _some(own.train), _some(own.val)
    total = len(train) + len(val)
    done = 0

    def look(rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        nonlocal done
        values, found = [np.empty((0, len(SEEN)))], list[NDArray[np.float32]]()
        for part in torch.split(torch.from_numpy(rows), _BATCH):
            if not len(part):
                continue
            stored = own.gather(part)
            values.append(seen(stored))
            found.append(features(predictor, stored))
            done += len(part)
            progress(done, total)
        return np.concatenate(values), np.concatenate(found) if found else np.empty((0, 0), np.float32)

    (of_train, bank), (of_val, held) = look(train), look(val)
    both = np.concatenate([of_train, of_val])
    values = {each.name: both[:, place] for place, each in enumerate(SEEN)}
    if len(held) >= LEAST and len(bank):
        values[DISTANCE.name] = distances(held, bank)
    elif len(bank) >= LEAST:
        likeness = bank @ bank.T
        np.fill_diagonal(likeness, -1.0)
        values[DISTANCE.name] = 1.0 - likeness.max(1).astype(np.float64)
    return Reference(values=values, bank=bank)


def features(predictor: Predictor, stored: Tensor) -> NDArray[np.float32]:
    """Directions (B, F) of stored pictures (B, C, H, W) uint8 in the eyes of the network."""
    with torch.inference_mode():
        return directions(networks.features(predictor.model, predictor.inputs(stored)))


def _some(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most so many, evenly over all."""
    if len(rows) <= _MOST:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _MOST).astype(np.int64)]


def write(reference: Reference, model_file: Path) -> bool:
    """Keep it beside the model; False where the folder cannot be written to, and it will be computed anew."""
    from safetensors.numpy import save_file

    tensors = {f"values.{name}": np.ascontiguousarray(values) for name, values in reference.values.items()}
    tensors["bank"] = np.ascontiguousarray(reference.bank)
    header = json.dumps({"format": _FORMAT, "model": digest(model_file)})
    try:
        write_whole(model_file.parent / FILE, lambda temporary: save_file(tensors, temporary, metadata={_KEY: header}))
    except WriteError:
        return False
    return True


def read(model_file: Path) -> Reference | None:
    """The one that is kept beside a model; None where there is none of this model, or it is damaged."""
    from safetensors import SafetensorError, safe_open

    path = model_file.parent / FILE
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get(_KEY, "{}"))
            if header.get("format") != _FORMAT or header.get("model") != digest(model_file):
                return None
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no mapping)
    except (OSError, SafetensorError, ValueError, AttributeError):
        return None
    values = {name.removeprefix("values."): value for name, value in tensors.items() if name.startswith("values.")}
    return Reference(values=values, bank=tensors.get("bank", np.empty((0, 0), np.float32)))
