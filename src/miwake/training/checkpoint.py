"""All that training needs to go on as if it had never stopped, in one safetensors file without pickle."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from miwake.errors import MiwakeError
from miwake.files import write_whole

LAST = "last.safetensors"
TRIAL = "trial.safetensors"
"""Weights that a trial has left, with which training began."""


def save(folder: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any], name: str = LAST) -> None:
    """Write tensors and JSON facts, whole; the file that was there before stays until then.

    Raises:
        WriteError: a full disk or a folder without permission.
    """
    folder.mkdir(exist_ok=True)
    whole = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}
    text = {"facts": json.dumps(facts)}
    write_whole(folder / name, lambda temporary: save_file(_unshared(whole), temporary, metadata=text))


def _unshared(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Copies of tensors that share memory, which safetensors refuses."""
    seen: set[int] = set()
    result = {}
    for key, tensor in tensors.items():
        place = tensor.untyped_storage().data_ptr()
        result[key] = tensor.clone() if place in seen and tensor.numel() else tensor
        seen.add(place)
    return result


def load(folder: Path, name: str = LAST) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Tensors and facts, or None where nothing was saved yet.

    Raises:
        MiwakeError: the file is damaged.
    """
    path = folder / name
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()["facts"])
            return {key: file.get_tensor(key) for key in file.keys()}, facts  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise MiwakeError(
            f"The checkpoint {path} is damaged ({error}).",
            expected="the file as `miwake train` wrote it",
            todo="train again without --resume.",
        ) from None


class Best:
    """The best weights so far, in memory and in a file of their own, which is written once."""

    def __init__(self, tensors: dict[str, Tensor] | None = None, file: str = "") -> None:
        self.tensors = tensors or {}
        self.file = file
        """Its name in the checkpoint's folder; empty: not written yet."""

    @classmethod
    def load(cls, folder: Path, file: str) -> Best:
        """As `save` wrote it.

        Raises:
            MiwakeError: it is damaged or missing.
        """
        found = load(folder, file)
        if found is None:
            raise MiwakeError(f"{folder / file} is missing.", todo="train again.")
        return cls(found[0], file)

    def keep(self, model: nn.Module) -> None:
        """Take a copy of the model's weights."""
        self.tensors = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        self.file = ""

    def give(self, model: nn.Module) -> None:
        """Put the weights into a model."""
        model.load_state_dict(self.tensors)

    def save(self, folder: Path, mark: str) -> None:
        """Write what is not written yet; older ones stay until `tidy`, for the last checkpoint still names one."""
        if not self.file:
            save(folder, self.tensors, {}, f"best-{mark}.safetensors")
            self.file = f"best-{mark}.safetensors"

    def tidy(self, folder: Path) -> None:
        """Away with older ones."""
        for old in folder.glob("best-*.safetensors"):
            if old.name != self.file:
                old.unlink(missing_ok=True)


def pack(
    device: torch.device, models: Mapping[str, nn.Module], optimizers: Sequence[torch.optim.Optimizer]
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `save` takes: models by name, optimizers and every random state; JSON facts of the latter."""
    tensors, facts = pack_random(device)
    for name, model in models.items():
        tensors |= pack_model(name, model)
    for number, optimizer in enumerate(optimizers):
        tensors |= pack_optimizer(f"optimizer{number}", optimizer)
    return tensors, facts


def unpack(
    device: torch.device,
    models: Mapping[str, nn.Module],
    optimizers: Sequence[torch.optim.Optimizer],
    tensors: Mapping[str, Tensor],
    random: Mapping[str, Any],
) -> None:
    """The inverse of `pack`, in place."""
    for name, model in models.items():
        unpack_model(name, model, tensors)
    for number, optimizer in enumerate(optimizers):
        unpack_optimizer(f"optimizer{number}", optimizer, tensors)
    unpack_random(device, tensors, random)


def pack_model(prefix: str, model: nn.Module) -> dict[str, Tensor]:
    """Weights and statistics under `prefix`."""
    return {f"{prefix}.{key}": tensor for key, tensor in model.state_dict().items()}


def unpack_model(prefix: str, model: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """The inverse of `pack_model`."""
    start = f"{prefix}."
    model.load_state_dict({key.removeprefix(start): value for key, value in tensors.items() if key.startswith(start)})


def pack_optimizer(prefix: str, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state of each parameter; learning rates follow from the schedule."""
    state: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    return {
        f"{prefix}.{number}.{key}": value
        for number, entry in state.items()
        for key, value in entry.items()
        if isinstance(value, Tensor)
    }


def unpack_optimizer(prefix: str, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """The inverse of `pack_optimizer`.

    A fused optimizer walks through the memory of weights and state side by side, so the state must lie in memory as
    the weights do (channels-last), which a file does not keep.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith(f"{prefix}."):
            number, name = key.removeprefix(f"{prefix}.").split(".", 1)
            like = parameters[int(number)]
            laid = torch.empty_like(like).copy_(value) if value.shape == like.shape else value
            state.setdefault(int(number), {})[name] = laid.detach()
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def pack_random(device: torch.device) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Every global random state: torch's, the GPU's, NumPy's and Python's."""
    name, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    tensors = {
        "random.torch": torch.get_rng_state(),
        "random.numpy": torch.from_numpy(np.array(keys).view(np.int32)),
    }
    if device.type == "cuda":
        tensors["random.cuda"] = torch.cuda.get_rng_state(device)
    version, words, following = random.getstate()
    tensors["random.python"] = torch.tensor(words, dtype=torch.int64)
    return tensors, {
        "numpy": [str(name), int(position), int(has_gauss), float(gauss)],
        "python": [version, following],
    }


def unpack_random(device: torch.device, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """The inverse of `pack_random`."""
    torch.set_rng_state(tensors["random.torch"])
    if device.type == "cuda" and "random.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random.cuda"], device)
    name, position, has_gauss, gauss = facts["numpy"]
    np.random.set_state((name, tensors["random.numpy"].numpy().view(np.uint32), position, has_gauss, gauss))
    version, following = facts["python"]
    random.setstate((version, tuple(tensors["random.python"].tolist()), following))
