from __future__ import annotations

import pytest
import timm
import torch
from torch import nn

from miwake import networks
from miwake.errors import UsageError
from miwake.explanation import methods
from miwake.explanation.layers import Places, pick, scan, stages, watch


def network(name: str, size: tuple[int, int], channels: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return networks.build(name, channels=channels, classes=4, size=size).eval().requires_grad_(False)


def test_the_tree_has_every_module_with_its_shape() -> None:
    model = network("small", (24, 20))
    layers = scan(model, torch.randn(1, 3, 24, 20))
    assert [layer.name for layer in layers] == [name for name, _ in model.named_modules()]
    by_name = {layer.name: layer for layer in layers}
    assert by_name["layers.0.0"].shape == (16, 24, 20)
    assert by_name["layers.0.0"].kind == "Conv2d"
    assert by_name["layers.0.0"].places == Places(order="BCHW", grid=(24, 20), cover=(24, 20))
    assert by_name["dense"].places is None
    assert by_name[""].parameters == sum(parameter.numel() for parameter in model.parameters())
    assert by_name[""].order == max(layer.order for layer in layers)
    assert by_name["dropout"].order < by_name["dense"].order
    assert not any(module._forward_hooks for module in model.modules())


def test_tokens_lie_over_the_picture() -> None:
    model = network("vit_tiny", (42, 45))
    layers = {layer.name: layer for layer in scan(model, torch.randn(1, 3, 42, 45))}
    places = layers["blocks.3.norm1"].places
    assert places == Places(order="BNC", grid=(11, 12), cover=(44, 48), prefix=1)
    tokens = torch.arange(1 + 11 * 12).float()[None, :, None].expand(2, -1, 5)
    maps = places.maps(tokens)
    assert maps.shape == (2, 5, 11, 12)
    assert maps[0, 0, 0, 0] == 1
    assert maps[0, 0, 1, 0] == 13
    assert places.over(maps[:, 0], (42, 45)).shape == (2, 42, 45)
    assert layers["blocks.3.attn.qkv"].places is not None


def test_channels_may_come_last(score) -> None:
    model = timm.create_model(
        "swin_tiny_patch4_window7_224", img_size=64, window_size=4, depths=(1, 1), num_heads=(1, 2), embed_dim=24
    ).eval()
    layers = {layer.name: layer for layer in scan(model, torch.randn(1, 3, 64, 64))}
    places = layers["layers.1"].places
    assert places == Places(order="BHWC", grid=(8, 8), cover=(64, 64))
    assert places.maps(torch.zeros(1, 8, 8, 48)).shape == (1, 48, 8, 8)
    found = methods.find("gradcam").maps(model, torch.randn(2, 3, 64, 64), torch.tensor([0, 1]), score)
    assert found.shape == (2, 64, 64)


def test_watching_survives_activations_in_place() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(inplace=True))
    with watch(model, ["0"]) as seen:
        out = model(torch.randn(1, 1, 4, 4))
    assert seen["0"].min() < 0
    assert torch.equal(seen["0"].relu(), out)
    assert not model[0]._forward_hooks


@pytest.mark.parametrize(
    ("name", "size"), [("small", (28, 28)), ("resnet18", (64, 64)), ("vit_tiny", (40, 40)), ("lenet5", (28, 28))]
)
def test_stages_run_from_fine_to_coarse(name: str, size: tuple[int, int]) -> None:
    found = stages(scan(network(name, size), torch.randn(1, 3, *size)))
    assert 2 <= len(found) <= 5
    assert len({layer.name for layer in found}) == len(found)
    orders = [layer.order for layer in found]
    assert orders == sorted(orders)
    rows = [layer.places.grid[0] for layer in found]
    assert rows == sorted(rows, reverse=True)


def test_no_stage_has_the_units_of_another() -> None:
    block = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace=True))
    model = nn.Sequential(block, nn.Sequential(nn.Conv2d(4, 4, 3, stride=2, padding=1), nn.ReLU())).eval()
    whole = nn.ModuleDict({"layers": model, "dense": nn.Linear(4 * 64, 2)})
    whole.forward = lambda x: whole["dense"](whole["layers"](x).flatten(1))
    layers = {layer.name: layer for layer in scan(whole, torch.randn(1, 3, 16, 16))}
    assert (layers["layers"].within, layers["layers.1"].within, layers["layers.0"].within) == (
        *("layers.1", "layers.1.1", "layers.0.1"),
    )
    assert layers["layers.1.1"].within == layers["layers.0.1"].within == layers[""].within[:0] == ""
    names = [layer.name for layer in stages(list(layers.values()))]
    assert "layers" in names
    assert "layers.0" in names
    assert not {"layers.1", "layers.1.1", "layers.0.1"} & set(names)
    with watch(whole, names) as seen, torch.no_grad():
        whole(torch.randn(1, 3, 16, 16))
    outputs = list(seen.values())
    assert not any(a.shape == b.shape and torch.equal(a, b) for n, a in enumerate(outputs) for b in outputs[n + 1 :])


def test_a_layer_is_asked_for_by_name() -> None:
    layers = scan(network("small", (24, 24)), torch.randn(1, 3, 24, 24))
    assert pick(layers, "layers.0").name == "layers.0"
    with pytest.raises(UsageError, match="Did you mean 'layers.0'"):
        pick(layers, "layer.0")
    with pytest.raises(UsageError, match="do not lie over the picture"):
        pick(layers, "dense")
