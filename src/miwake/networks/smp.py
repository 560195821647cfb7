"""Decoders of `segmentation-models-pytorch` (MIT licence) over any backbone of timm: `smp:unet:resnet34`.

Needs the extra `segment`; everything else about segmentation does without.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from torch import Tensor, nn

from miwake.errors import MissingExtra, UsageError, unknown
from miwake.networks.dense import Dense, Upsampling

PREFIX = "smp:"
PAPERS = {
    "unet": "Ronneberger et al. 2015, U-Net: convolutional networks for biomedical image segmentation",
    "deeplabv3plus": "Chen et al. 2018, Encoder-decoder with atrous separable convolution (DeepLabv3+)",
}
"""Decoders by the names that they have here."""
_CLASSES = {"unet": "Unet", "deeplabv3plus": "DeepLabV3Plus"}
STEPS = {"unet": 32, "deeplabv3plus": 16}
"""Sides are filled up to multiples of these."""


def parts(name: str) -> tuple[str, str]:
    """Decoder and backbone of `smp:DECODER:BACKBONE`.

    Raises:
        UsageError: it is not of that form, or there is no such decoder.
    """
    decoder, _, backbone = name.removeprefix(PREFIX).partition(":")
    if decoder not in PAPERS:
        raise unknown("decoder", decoder, tuple(PAPERS), todo="write smp:unet:resnet34, or another model of timm.")
    if not backbone:
        raise UsageError(
            f"{name} names no backbone.", expected="smp:DECODER:BACKBONE", todo=f"write smp:{decoder}:resnet34."
        )
    return decoder, backbone


def build(name: str, *, channels: int, classes: int, dropout: float | None, upsampling: Upsampling) -> nn.Module:
    """(B, C, H, W) to (B, classes, H, W), with random weights.

    Raises:
        MissingExtra: the extra is not installed.
        UsageError: there is no such decoder or backbone, or they do not fit each other.
    """
    decoder, backbone = parts(name)
    if find_spec("segmentation_models_pytorch") is None:
        raise MissingExtra(f"--model {name}", "segment")
    from miwake.networks.zoo import timm_config

    timm_config(backbone)
    smp: Any = import_module("segmentation_models_pytorch")
    if upsampling == "transposed":
        raise UsageError(
            f"{name} has no transposed convolutions.", expected="--upsampling bilinear", todo="--model unet has them."
        )
    options: dict[str, Any] = {"decoder_interpolation": "bilinear"} if decoder == "unet" else {}
    try:
        model = getattr(smp, _CLASSES[decoder])(
            encoder_name=f"tu-{backbone}", encoder_weights=None, in_channels=channels, classes=classes, **options
        )
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UsageError(
            f"{name} cannot be built ({said}).",
            expected="a convolutional backbone with five stages",
            todo="write smp:unet:resnet34, or choose another --model.",
        ) from None
    return Joined(model, STEPS[decoder], 0.0 if dropout is None else dropout)


class Joined(Dense):
    """A model of that package, as the others here: any size, `encoder` for the starting weights, `head` last."""

    def __init__(self, model: Any, step: int, dropout: float) -> None:
        super().__init__(step)
        self.encoder = model.encoder
        self.decoder = model.decoder
        self.dropout = nn.Dropout2d(dropout)
        self.head = model.segmentation_head

    def backbone(self) -> nn.Module:
        """timm's own module, so that timm's weights fit by their names."""
        found: nn.Module = self.encoder.model
        return found

    def places(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """What the decoder gives, and the backbone's last stage."""
        stages: list[Tensor] = self.encoder(x_BCHW)
        found: Tensor = self.decoder(stages)
        return self.dropout(found), stages[-1]
