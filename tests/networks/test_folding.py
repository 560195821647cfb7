"""A folded network is the same function; what cannot be folded is left alone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn

from miwake.networks import build
from miwake.networks.folding import Folded, chains, folded


def settled(model: nn.Module) -> nn.Module:
    """In evaluation mode, with statistics that are not those it was made with."""
    generator = torch.Generator().manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low, high in (
                (module.running_mean, -0.5, 0.5),
                (module.running_var, 0.5, 2.0),
                (module.weight.data, 0.5, 1.5),
                (module.bias.data, -0.5, 0.5),
            ):
                assert tensor is not None
                tensor.uniform_(low, high, generator=generator)
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def pictures(*shape: int) -> Tensor:
    made = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    return made.contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def same(one: nn.Module, other: nn.Module, seen: Tensor) -> None:
    expected = one(seen)
    torch.testing.assert_close(other(seen), expected, rtol=0, atol=2e-5 * float(expected.abs().max()))


@pytest.mark.parametrize(
    ("name", "convolutions"),
    [("resnet18", 20), ("efficientnet_lite0", 49), ("mobilenetv2_100", 52)],
)
def test_every_normalisation_of_a_network_is_folded(name: str, convolutions: int) -> None:
    model = settled(build(name, channels=3, classes=7, size=(64, 64), dropout=None))
    seen = pictures(3, 3, 64, 64)
    assert len(chains(model, seen[:1])) >= convolutions
    new = folded(model, seen[:1])
    assert not any(isinstance(module, nn.BatchNorm2d) for module in new.modules())
    assert any(isinstance(module, Folded) for module in new.modules())
    same(model, new, seen)


def test_a_normalisation_that_comes_first_stays() -> None:
    model = settled(build("densenet121", channels=3, classes=7, size=(64, 64), dropout=None))
    seen = pictures(2, 3, 64, 64)
    new = folded(model, seen[:1])
    left = sum(isinstance(module, nn.BatchNorm2d) for module in new.modules())
    assert 0 < left < sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    same(model, new, seen)


class Block(nn.Module):
    """A convolution, its normalisation, and what else is done with what comes out of the convolution."""

    def __init__(self, other: str) -> None:
        super().__init__()
        self.convolution, self.norm, self.other = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), other

    def forward(self, x: Tensor) -> Tensor:
        between = self.convolution(x)
        if self.other == "seen twice":
            return self.norm(between) + between
        if self.other == "seen twice without a gradient":
            return self.norm(between) + between.detach()
        if self.other == "called twice":
            return self.norm(self.convolution(between))
        if self.other == "changed in place":
            return self.norm(between.mul_(2))
        return self.norm(between)


@pytest.mark.parametrize(
    "other", ["seen twice", "seen twice without a gradient", "called twice", "changed in place", "nothing"]
)
def test_what_comes_out_of_a_convolution_may_be_needed_elsewhere(other: str) -> None:
    model, seen = settled(Block(other)), pictures(2, 3, 9, 9)
    new = folded(model, seen[:1])
    assert (new is not model) == (other == "nothing")
    same(model, new, seen)


def test_a_convolution_that_makes_its_weights_itself_is_left_alone() -> None:
    class Standardised(nn.Conv2d):
        def forward(self, x: Tensor) -> Tensor:
            return self._conv_forward(x, self.weight - self.weight.mean(), self.bias)

    model = settled(nn.Sequential(Standardised(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()))
    assert folded(model, pictures(1, 3, 9, 9)) is model


def test_one_without_statistics_of_its_own_is_left_alone() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, track_running_stats=False)).eval()
    assert folded(model.requires_grad_(False), pictures(1, 3, 9, 9)) is model


@settings(max_examples=60, deadline=None)
@given(
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    sides=st.tuples(st.integers(9, 20), st.integers(9, 20)),
    groups=st.sampled_from((1, 2, 4)),
    bias=st.booleans(),
    padding=st.sampled_from((0, 1, "same")),
    activation=st.sampled_from((nn.ReLU, nn.ReLU6, nn.SiLU, nn.Hardswish, nn.Tanh, nn.Identity)),
)
def test_whatever_the_convolution(
    kernel: int,
    stride: int,
    dilation: int,
    sides: tuple[int, int],
    groups: int,
    bias: bool,
    padding: int | str,
    activation: type[nn.Module],
) -> None:
    if padding == "same":
        first: nn.Conv2d = Conv2dSame(4, 8, kernel, stride, dilation=dilation, groups=groups, bias=bias)
    else:
        first = nn.Conv2d(4, 8, kernel, stride, int(padding), dilation=dilation, groups=groups, bias=bias)
    model, seen = settled(nn.Sequential(first, nn.BatchNorm2d(8), activation())), pictures(2, 4, *sides)
    new = folded(model, seen[:1])
    assert not any(isinstance(module, nn.BatchNorm2d) for module in new.modules())
    same(model, new, seen)


def test_the_network_itself_stays_and_what_has_not_changed_is_shared() -> None:
    model = settled(build("resnet18", channels=3, classes=7, size=(64, 64), dropout=None))
    seen = pictures(1, 3, 64, 64)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    expected = model(seen)
    new = folded(model, seen)
    assert torch.equal(model(seen), expected)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert new.get_submodule("fc").weight is model.get_submodule("fc").weight


def test_a_network_that_knows_no_gradients_is_left_alone() -> None:
    class Whole(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if torch.is_grad_enabled():
                raise RuntimeError("not differentiable")
            return x

    model = settled(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), Whole()))
    assert folded(model, pictures(1, 3, 9, 9)) is model
