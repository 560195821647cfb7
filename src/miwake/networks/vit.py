"""ViT: a transformer that reads the picture as a sequence of patches."""

from __future__ import annotations

from torch import nn

from miwake.networks import lean

VARIANTS = ("vit_tiny", "vit_small", "vit_base")
SIZE = 224
SMALLEST = 8
PAPER = "Dosovitskiy et al. 2021, An image is worth 16×16 words: transformers for image recognition at scale"
HUB = "timm"
HUB_NAMES = {
    "vit_tiny": "vit_tiny_patch16_224",
    "vit_small": "vit_small_patch16_224",
    "vit_base": "vit_base_patch16_224",
}
LICENCE = "apache-2.0"
COUNTS = {
    "vit_tiny": (5_717_416, 1_253_683_200),
    "vit_small": (22_050_664, 4_598_882_304),
    "vit_base": (86_567_656, 17_563_828_224),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes).

    Patches are 16 pixels wide, and less for small pictures, so that there are about 10×10 to 20×20 of them. A picture
    that is no whole number of patches is filled up with zeros at the right and at the bottom. Weights for other
    patches or other sizes are resampled when they are loaded.
    """
    width = patch(min(size))
    model = lean.create(
        HUB_NAMES[variant],
        in_chans=channels,
        num_classes=classes,
        drop_rate=0.0 if dropout is None else dropout,
        img_size=tuple(-(-side // width) * width for side in size),
        patch_size=width,
        dynamic_img_pad=True,
    )
    model.patch_embed.strict_img_size = False  # type: ignore[union-attr]  # or it would refuse what it is told to fill up
    return model


def patch(side: int) -> int:
    """Width of a patch, in pixels, for a picture whose shorter side has so many."""
    return next((width for width in (16, 8, 4) if side >= 10 * width), 2)
