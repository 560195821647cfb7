"""The backward pass with another rule is the deconvnet of the paper: against one that is built by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from miwake import networks
from miwake.explanation.deconvnet import box, project
from miwake.explanation.layers import scan
from miwake.explanation.rules import rule


def by_hand(convs: list[nn.Conv2d], picture: Tensor, unit: int, cell: int) -> Tensor:
    """Convolve, rectify and pool with switches; then unpool, rectify and filter with the transposed filters."""
    x, kept = picture, []
    for conv in convs:
        maps = functional.relu(conv(x))
        pooled, switches = functional.max_pool2d(maps, 2, return_indices=True)
        kept.append((maps.shape, switches))
        x = pooled
    alone = torch.zeros_like(x).flatten(2)
    alone[0, unit, cell] = x.flatten(2)[0, unit, cell]
    back = alone.view_as(x)
    for conv, (shape, switches) in zip(reversed(convs), reversed(kept), strict=True):
        back = functional.max_unpool2d(back, switches, 2, output_size=shape[2:])
        back = functional.conv_transpose2d(functional.relu(back), conv.weight, padding=conv.padding)
    return back


@pytest.mark.parametrize("inplace", [False, True])
def test_is_the_papers(inplace: bool) -> None:
    torch.manual_seed(0)
    convs = [nn.Conv2d(3, 6, 5, padding=2), nn.Conv2d(6, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)]
    layers = [layer for conv in convs for layer in (conv, nn.ReLU(inplace=inplace), nn.MaxPool2d(2))]
    model = nn.Sequential(*layers).eval().requires_grad_(False)
    pictures = torch.randn(4, 3, 24, 32)
    (layer,) = [each for each in scan(model, pictures[:1]) if each.name == "8"]
    strongest = model(pictures).flatten(2).max(2)
    units = torch.tensor([int(row.argmax()) for row in strongest.values])
    cells = strongest.indices[torch.arange(4), units]
    found = project(model, pictures, layer, units, cells)
    for number in range(4):
        wanted = by_hand(convs, pictures[number : number + 1], int(units[number]), int(cells[number]))
        torch.testing.assert_close(found[number : number + 1], wanted)
    assert found.abs().max() > 0


def test_stays_within_the_pixels_that_reach_the_unit() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1), nn.ReLU()).eval()
    layer = scan(model, torch.randn(1, 1, 20, 20))[-1]
    found = project(model, torch.randn(1, 1, 20, 20), layer, torch.tensor([0]), torch.tensor([20 * 10 + 7]))
    inside = torch.zeros(20, 20, dtype=torch.bool)
    inside[8:13, 5:10] = True
    assert (found[0, 0][~inside] == 0).all()
    top, left, bottom, right = box(found[0])
    assert (8 <= top < bottom <= 13) or not found.any()
    assert (5 <= left < right <= 10) or not found.any()


def test_the_box_of_a_projection() -> None:
    values = torch.zeros(3, 10, 12)
    assert box(values) == (0, 0, 10, 12)
    values[1, 2:5, 3] = -1
    values[2, 9, 9] = 0.001  # a trace
    assert box(values) == (2, 3, 5, 4)


@pytest.mark.parametrize("name", ["zfnet", "seresnet18", "vit_tiny", "googlenet", "mobilenetv3_small_100"])
def test_whatever_the_network_has(name: str) -> None:
    torch.manual_seed(0)
    side = max(networks.registry.entry(name).smallest, 32)
    model = networks.build(name, channels=1, classes=3, size=(side, side)).eval().requires_grad_(False)
    picture = torch.randn(1, 1, side, side)
    places = [each for each in scan(model, picture) if each.places and each.name and "Norm" in each.kind + "BatchNorm"]
    layer = places[len(places) // 2]
    found = project(model, picture, layer, torch.tensor([0]), torch.tensor([0]))
    assert found.shape == picture.shape
    assert torch.isfinite(found).all()


def test_rules_change_the_way_back_only() -> None:
    torch.manual_seed(0)
    model = networks.build("mobilenetv3_small_100", channels=3, classes=3, size=(48, 48)).eval().requires_grad_(False)
    picture = torch.randn(2, 3, 48, 48)
    plain = model(picture)
    for name in ("guided", "deconvnet"):
        with rule(name):
            torch.testing.assert_close(model(picture), plain)
