"""The networks that are written here, layer by layer."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from miwake import networks
from miwake.networks.vit import patch


def shapes(model: nn.Module, size: tuple[int, int], channels: int = 1) -> list[tuple[int, ...]]:
    """Shape after every convolution, pooling and dense layer, without the batch."""
    seen: list[tuple[int, ...]] = []

    def keep(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        seen.append(tuple(output.shape[1:]))

    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.Linear):
            module.register_forward_hook(keep)
    model(torch.empty(2, channels, *size, device=next(model.parameters()).device))
    return seen


def test_zfnet_has_the_shapes_of_figure_three() -> None:
    with torch.device("meta"):
        model = networks.build("zfnet", channels=3, classes=1000, size=(224, 224))
    assert shapes(model, (224, 224), channels=3) == [
        (96, 110, 110), (96, 55, 55), (256, 26, 26), (256, 13, 13), (384, 13, 13), (384, 13, 13), (256, 13, 13),
        (256, 6, 6), (4096,), (4096,), (1000,),
    ]  # fmt: skip


def test_the_small_net_of_the_lectures() -> None:
    model = networks.build("lecture-small", channels=1, classes=10, size=(28, 28))
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    assert [module.kernel_size for module in convolutions] == [(5, 5)]
    assert sum(isinstance(module, nn.Linear) for module in model.modules()) == 1
    assert [shape[1:] for shape in shapes(model, (28, 28))] == [(28, 28), (14, 14), ()]


def test_the_deep_net_of_the_lectures() -> None:
    model = networks.build("lecture-deep", channels=1, classes=10, size=(28, 28))
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    assert [module.kernel_size for module in convolutions] == [(3, 3)] * 6
    assert sum(isinstance(module, nn.Linear) for module in model.modules()) == 2


@pytest.mark.parametrize(("name", "factor"), [("small-slim", 0.5), ("small", 1), ("small-wide", 2)])
@pytest.mark.parametrize(
    ("side", "widths", "sides"),
    [
        (28, (16, 48, 96), (28, 14, 7)),
        (40, (16, 48, 96), (40, 20, 10)),
        (41, (24, 48, 96, 192), (21, 11, 6, 3)),
        (64, (24, 48, 96, 192), (32, 16, 8, 4)),
    ],
)
def test_the_default_has_more_filters_where_its_maps_are_smaller(
    name: str, factor: float, side: int, widths: tuple[int, ...], sides: tuple[int, ...]
) -> None:
    with torch.device("meta"):
        model = networks.build(name, channels=1, classes=10, size=(side, side))
    seen = {shape for shape in shapes(model, (side, side)) if len(shape) == 3}
    assert {(factor * width, size, size) for width, size in zip(widths, sides, strict=True)} <= seen
    assert {shape[0] for shape in seen} == {factor * width for width in widths}


@pytest.mark.parametrize("side", [16, 20, 28, 32, 64, 100, 128, 160, 224, 299])
def test_a_transformer_sees_a_sensible_number_of_patches(side: int) -> None:
    assert 8 <= -(-side // patch(side)) <= 20
    assert patch(224) == 16


def test_a_transformer_takes_the_rightmost_pixels_of_an_odd_picture_into_account() -> None:
    torch.manual_seed(0)
    model = networks.build("vit_tiny", channels=1, classes=2, size=(17, 23)).eval()
    picture = torch.zeros(1, 1, 17, 23)
    changed = picture.clone()
    changed[..., -1, -1] = 5.0
    with torch.inference_mode():
        assert not torch.allclose(model(picture), model(changed))
