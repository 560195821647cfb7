"""AlexNet: the network that won ImageNet 2012, in its one-column form."""

from __future__ import annotations

from torch import nn
from torchvision.models import alexnet

VARIANTS = ("alexnet",)
SIZE = 224
SMALLEST = 63
PAPER = (
    "Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks (after Krizhevsky et al. 2012)"
)
HUB = "torchvision"
LICENCE = "not stated"
COUNTS = {
    "alexnet": (61_100_840, 714_188_480),
}


def build(variant: str, *, channels: int, classes: int, size: tuple[int, int], dropout: float | None) -> nn.Module:
    """(B, C, H, W) to (B, classes). Dropout before both hidden layers is the published half where none is asked for."""
    model: nn.Module = alexnet(num_classes=classes, dropout=0.5 if dropout is None else dropout)
    if channels != 3:
        layers = model.get_submodule("features")
        assert isinstance(layers, nn.Sequential)
        layers[0] = nn.Conv2d(channels, 64, kernel_size=11, stride=4, padding=2)
    return model
