"""Every method, on networks whose reasons are known, and against Captum's own where it has the method."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from miwake import networks
from miwake.errors import UsageError
from miwake.explanation import methods

NAMES = [name for name in methods.names() if name != "attention_rollout"]


def test_discovery_finds_them() -> None:
    assert {"gradcam", "integrated_gradients", "occlusion", "guided_backpropagation", "smoothgrad"} <= set(NAMES)
    for name in methods.names():
        method = methods.find(name)
        assert method.PAPER
        assert method.COST > 0
        assert isinstance(method.SANE, bool)


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'gradcam'"):
        methods.find("gradcan")


def test_a_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "find_spec", lambda name: None)
    error = methods.missing(methods.find("occlusion"))
    assert error is not None
    assert "pip install 'miwake[explain]'" in str(error)
    assert "occlusion" in error.found
    assert methods.missing(methods.find("gradcam")) is None


@pytest.mark.parametrize("name", NAMES)
def test_looks_where_the_network_looks(name: str, corner: nn.Module, score) -> None:
    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)) + 0.2
    found = methods.find(name).maps(corner, picture.repeat(2, 1, 1, 1), torch.tensor([0, 1]), score)
    assert found.shape == (2, 16, 16)
    assert found.dtype == torch.float32
    assert (found.sum((1, 2)) > 0).all()  # bright pixels speak for their class, not against it
    amount = found.abs()
    corners = {0: amount[0, 8:, 8:].sum() / amount[0].sum(), 1: amount[1, :8, :8].sum() / amount[1].sum()}
    # Grad-CAM weighs whole maps: it finds the place only where each class has maps of its own
    least = 0.2 if name == "gradcam" else 0.8
    assert min(corners.values()) > least, corners


@pytest.mark.parametrize("name", NAMES)
def test_leaves_the_network_and_the_pictures_alone_and_repeats(name: str, corner: nn.Module, score) -> None:
    picture = torch.rand(1, 3, 16, 16)
    before, weights = picture.clone(), {key: value.clone() for key, value in corner.state_dict().items()}
    random = torch.get_rng_state()
    first = methods.find(name).maps(corner, picture, torch.tensor([1]), score)
    assert torch.equal(random, torch.get_rng_state())
    assert torch.equal(first, methods.find(name).maps(corner, picture, torch.tensor([1]), score))
    assert torch.equal(picture, before)
    assert not picture.requires_grad
    assert all(torch.equal(value, weights[key]) for key, value in corner.state_dict().items())
    assert not any(module._forward_hooks or module._backward_hooks for module in corner.modules())
    assert all(parameter.grad is None for parameter in corner.parameters())


@pytest.mark.parametrize("name", NAMES)
def test_explains_whatever_the_score_is(name: str, corner: nn.Module) -> None:
    """A task that gives another number has another map: here minus the logit of the other class."""
    picture = torch.rand(1, 3, 16, 16) + 0.2

    def other(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return outputs.gather(1, 1 - targets[:, None])[:, 0]

    def logit(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return outputs.gather(1, targets[:, None])[:, 0]

    method = methods.find(name)
    ours = method.maps(corner, picture, torch.tensor([0]), other)
    torch.testing.assert_close(ours, method.maps(corner, picture, torch.tensor([1]), logit))


def test_integrated_gradients_share_out_the_score(predictor, place) -> None:
    picture = predictor.load(next((place / "toy" / "lower-left").glob("*.png")))
    inputs = predictor.inputs(torch.from_numpy(picture)[None].permute(0, 3, 1, 2))
    score, target = predictor.task.scores, torch.tensor([1])
    found = methods.find("integrated_gradients").maps(predictor.model, inputs, target, score)
    whole = score(predictor.model(inputs), target) - score(predictor.model(inputs * 0), target)
    assert float(found.sum()) == pytest.approx(float(whole), rel=0.05, abs=0.02)


class Rectified(nn.Module):
    """Convolutions, rectifiers as modules, pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.one = nn.Conv2d(3, 8, 3, padding=1), nn.ReLU()
        self.second, self.two = nn.Conv2d(8, 8, 3, padding=1, stride=2), nn.ReLU()
        self.dense = nn.Linear(8 * 10 * 8, 4)  # places count for more and less

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dense(self.two(self.second(self.one(self.first(x)))).flatten(1))


@pytest.fixture
def rectified() -> nn.Module:
    torch.manual_seed(0)
    return Rectified().eval()


def test_grad_cam_is_captums(rectified: nn.Module, score) -> None:
    captum = pytest.importorskip("captum.attr")
    pictures, targets = torch.randn(3, 3, 20, 16), torch.tensor([0, 3, 1])
    ours = methods.find("gradcam").maps(rectified, pictures, targets, score)
    theirs = captum.LayerGradCam(rectified, rectified.two).attribute(pictures, targets, relu_attributions=True)
    theirs = nn.functional.interpolate(theirs, (20, 16), mode="bilinear")[:, 0].detach()
    torch.testing.assert_close(ours, theirs)
    assert ours.max() > 0


def test_hirescam_is_captums_gradient_times_activation(rectified: nn.Module, score) -> None:
    captum = pytest.importorskip("captum.attr")
    pictures, targets = torch.randn(3, 3, 20, 16), torch.tensor([0, 3, 1])
    ours = methods.find("hirescam").maps(rectified, pictures, targets, score)
    theirs = captum.LayerGradientXActivation(rectified, rectified.two).attribute(pictures, targets).sum(1, keepdim=True)
    theirs = nn.functional.interpolate(theirs, (20, 16), mode="bilinear")[:, 0].detach()
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(
    ("name", "expected"), [("lecture-small", True), ("alexnet", True), ("small", False), ("resnet18", False)]
)
def test_hirescam_is_for_dense_layers_that_read_places(name: str, expected: bool) -> None:
    side = max(networks.registry.entry(name).smallest, 32)
    with torch.device("meta"):
        model = networks.build(name, channels=3, classes=4, size=(side, side))
    assert methods.fits(methods.find("hirescam"), model) == expected


@pytest.mark.filterwarnings("ignore:Setting backward hooks on ReLU")
def test_guided_backpropagation_is_captums(rectified: nn.Module, score) -> None:
    captum = pytest.importorskip("captum.attr")
    pictures, targets = torch.randn(3, 3, 20, 16), torch.tensor([0, 3, 1])
    ours = methods.find("guided_backpropagation").maps(rectified, pictures, targets, score)
    theirs = captum.GuidedBackprop(rectified).attribute(pictures.requires_grad_(), targets)
    torch.testing.assert_close(ours, theirs.detach().abs().amax(1))


def transformer(size: tuple[int, int] = (40, 48)) -> nn.Module:
    torch.manual_seed(0)
    return networks.build("vit_tiny", channels=1, classes=3, size=size).eval().requires_grad_(False)


def test_rollout_is_the_product_of_the_attentions(score) -> None:
    model, picture = transformer(), torch.randn(2, 1, 40, 48)
    found = methods.find("attention_rollout").maps(model, picture, torch.tensor([0, 1]), score)
    seen: list[torch.Tensor] = []
    for block in model.blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop.register_forward_hook(lambda _, __, out: seen.append(out.mean(1)))
    model(picture)
    flow = torch.eye(seen[0].shape[-1])
    for weights in seen:
        flow = (0.5 * weights + 0.5 * torch.eye(weights.shape[-1])) @ flow
    grid = (10, 12)  # patches of four pixels
    wanted = nn.functional.interpolate(flow[:, :1, 1:].reshape(2, 1, *grid), (40, 48), mode="bilinear")[:, 0]
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-7)
    # nor does it matter how attention is computed
    torch.testing.assert_close(
        methods.find("attention_rollout").maps(model, picture, torch.tensor([2, 2]), score), found
    )


def test_rollout_suits_transformers_only(corner: nn.Module) -> None:
    method = methods.find("attention_rollout")
    assert methods.fits(method, transformer())
    assert not methods.fits(method, corner)


@pytest.mark.parametrize("name", methods.names())
def test_a_picture_that_is_no_whole_number_of_patches(name: str, score) -> None:
    model = transformer((42, 45))
    model.blocks = model.blocks[:2]
    found = methods.find(name).maps(model, torch.randn(1, 1, 42, 45), torch.tensor([0]), score)
    assert found.shape == (1, 42, 45)
    assert np.isfinite(found.numpy()).all()
    assert found.std() > 0
