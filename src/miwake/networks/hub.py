"""Reading weights from files, and fetching them from the hubs of timm and torchvision.

Nothing here runs code that came with the weights: pickles are read by torch's reader of weights only.
"""

from __future__ import annotations

import logging
import pickle
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Literal, cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import torch
from torch import Tensor

from miwake.errors import UsageError
from miwake.types import Fit, Interpolation, Preprocessing

_PATIENCE = 5.0
"""Seconds after which a hub that does not answer counts as out of reach."""
_WRAPPERS = ("state_dict_ema", "model_ema", "state_dict", "model")


@dataclass(frozen=True, kw_only=True)
class HubFacts:
    """What a hub says of its weights of a network, known without fetching them."""

    location: str
    """Name at the hub, with the tag of the training where there are several."""
    licence: str
    preprocessing: Preprocessing
    classes: tuple[str, ...]


def facts(where: str, name: str) -> HubFacts | None:
    """What the hub has for a network, or None. Nothing is fetched."""
    return _timm_facts(name) if where == "timm" else _torchvision_facts(name)


def _timm_facts(name: str) -> HubFacts | None:
    from miwake.networks.imagenet import class_names
    from miwake.networks.zoo import timm_config

    config = timm_config(name)
    if not config.has_weights:
        return None
    interpolation: Interpolation = "bilinear" if config.interpolation == "bilinear" else "bicubic"
    fit: Fit = "squash" if config.crop_mode == "squash" else "crop"
    return HubFacts(
        location=f"{config.architecture}.{config.tag}" if config.tag else str(config.architecture),
        licence=config.license or "not stated",
        preprocessing=Preprocessing(
            size=(int(config.input_size[1]), int(config.input_size[2])),
            channels=int(config.input_size[0]),
            mean=tuple(map(float, config.mean)),
            std=tuple(map(float, config.std)),
            fit=fit,
            interpolation=interpolation,
            crop=float(config.crop_pct),
        ),
        classes=class_names() if config.num_classes == 1000 else (),
    )


def _torchvision_facts(name: str) -> HubFacts | None:
    from torchvision.models import get_model_weights

    from miwake.networks.imagenet import class_names

    enum = get_model_weights(name)
    best = getattr(enum, "DEFAULT", None)
    if best is None:
        return None
    recipe = best.transforms()
    side, stored = int(recipe.crop_size[0]), int(recipe.resize_size[0])
    mean, std = tuple(recipe.mean), tuple(recipe.std)
    if name == "googlenet":  # trained for these; torchvision converts inside its network, which is not done here
        mean = std = (0.5, 0.5, 0.5)
    return HubFacts(
        location=f"{name}.{best.name}",
        licence="not stated",
        preprocessing=Preprocessing(
            size=(side, side),
            channels=3,
            mean=mean,
            std=std,
            fit="crop",
            interpolation=cast(Interpolation, recipe.interpolation.value),
            crop=side / stored,
        ),
        classes=class_names() if len(best.meta["categories"]) == 1000 else (),
    )


def fetch(where: Literal["timm", "torchvision"], location: str) -> dict[str, Tensor]:
    """Weights from a hub, or from its cache on this computer where they are there already.

    Raises:
        UsageError: they cannot be fetched; says why.
    """
    try:
        return _fetch_timm(location) if where == "timm" else _fetch_torchvision(location)
    except Exception as error:  # each hub's client has errors of its own, and all of them mean the same here
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UsageError(
            f"The weights {location} could not be fetched from {where}'s hub ({reason}).",
            expected="a connection to the network, or the weights in the hub's cache on this computer",
            todo="fetch the file elsewhere and name it with --starting-weights, or --starting-weights none.",
        ) from None


def _fetch_timm(location: str) -> dict[str, Tensor]:
    import timm
    from huggingface_hub import constants

    log, before = logging.getLogger("huggingface_hub"), constants.HF_HUB_OFFLINE
    level, reason = log.level, _unreachable(constants.ENDPOINT)
    log.setLevel(logging.ERROR)
    # without a network the hub's client tries for most of a minute; told so, it looks into its cache only
    constants.HF_HUB_OFFLINE = before or bool(reason)
    try:
        model: torch.nn.Module = timm.create_model(location, pretrained=True)
    except Exception as error:
        if not reason:
            raise
        raise ConnectionError(f"{constants.ENDPOINT} cannot be reached: {reason}") from error
    finally:
        constants.HF_HUB_OFFLINE = before
        log.setLevel(level)
    return model.state_dict()


def _unreachable(address: str) -> str:
    """Why a server cannot be reached, or nothing where it can; through the proxy that the environment names."""
    try:
        urlopen(Request(address, method="HEAD"), timeout=_PATIENCE).close()
    except HTTPError:
        return ""  # it answered
    except URLError as error:
        # whether its certificate is good is the client's own business
        return "" if isinstance(error.reason, ssl.SSLError) else str(error.reason)
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    return ""


def _fetch_torchvision(location: str) -> dict[str, Tensor]:
    from torchvision.models import get_model_weights

    name, _, which = location.partition(".")
    tensors: Mapping[str, Tensor] = get_model_weights(name)[which].get_state_dict(progress=False, check_hash=True)
    return dict(tensors)


def read(path: Path) -> dict[str, Tensor]:
    """Weights from a `.safetensors` file or one that torch wrote, under the names in the file.

    What training scripts put around them is taken away: an outer `state_dict` or `model`, a `module.` before names.

    Raises:
        UsageError: the file is damaged, holds no weights, or holds objects that could run code.
    """
    data = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    for wrapper in _WRAPPERS:
        if isinstance(data, Mapping) and isinstance(data.get(wrapper), Mapping):
            data = data[wrapper]
    tensors = {
        str(key).removeprefix("module.").removeprefix("_orig_mod."): value
        for key, value in (data.items() if isinstance(data, Mapping) else ())
        if isinstance(value, Tensor)
    }
    if not tensors:
        raise UsageError(f"{path} holds no weights.", expected="tensors by name, as `model.state_dict()` gives them")
    return tensors


def _read_safetensors(path: Path) -> Any:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise UsageError(
            f"{path} is not a whole safetensors file ({str(error).splitlines()[0]}).", todo="copy the file anew."
        ) from None


def _read_pickle(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if not _forbidden(str(error)):
            raise _unreadable(path) from None
        raise UsageError(
            f"{path} holds more than weights and was not opened: such a file can run any code "
            f"({_forbidden(str(error))}).",
            expected="a file with nothing but tensors",
            todo="where you trust it, load it yourself and save `model.state_dict()` as .safetensors.",
        ) from None
    except OSError as error:
        raise _unreadable(path, f" ({error.strerror})" if error.strerror else "") from None
    except Exception:  # in damaged bytes torch's reader stumbles over anything, and its words mean nothing to a reader
        raise _unreadable(path) from None


def _unreadable(path: Path, why: str = "") -> UsageError:
    return UsageError(
        f"{path} is not a whole file of weights{why}.",
        expected="what `torch.save(model.state_dict(), path)` writes, or a .safetensors file",
        todo="copy the file anew.",
    )


def _forbidden(text: str) -> str:
    """The line of torch's long message that names what was found; empty where it found no pickle at all."""
    named = [line.strip() for line in text.splitlines() if "Unsupported" in line or "GLOBAL" in line]
    lines = [line for line in named if "Unsupported operand" not in line]  # no instruction of a pickle's at all
    return lines[0][:160] if lines else ""
