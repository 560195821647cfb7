"""What can be asked of the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """Which network, at which size, from which weights."""

    model: str = "auto"
    """Name from `miwake models`, or timm:NAME for any model of timm. auto: chosen from the pictures."""
    image_size: int | None = None
    """Side in pixels of what the network sees; left away, chosen from the pictures and the network."""
    starting_weights: str = "auto"
    """auto, none, imagenet, a .safetensors or .pth file, or a run. imagenet: those that come with the install, or
    with --download those of the network's hub. auto: imagenet where they are at hand and help."""
    download: bool = False
    """Allow starting weights to be fetched from the network's hub."""
    dropout: float | None = None
    """Share of the features that are dropped before the last layer; left away, the architecture's own."""
