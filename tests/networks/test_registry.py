"""Names, errors, sizes, dropout; listing without torch."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from miwake import networks
from miwake.errors import UsageError
from miwake.networks import registry
from miwake.networks.zoo import GENTLE_BELOW


def test_listing_and_describing_import_neither_torch_nor_numpy() -> None:
    code = (
        "import sys; from miwake import networks\n"
        "facts = [networks.describe(name) for name in networks.names()]\n"
        "assert len(facts) > 30 and all(f.parameters > 1000 and f.operations > 1000 for f in facts)\n"
        "print(sorted({'torch', 'numpy', 'timm', 'torchvision'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_usual_names_are_there() -> None:
    wanted = {"alexnet", "googlenet", "inception_v3", "senet154", "mobilenetv2_100", "efficientnet_lite0"}
    wanted |= {f"vgg{depth}" for depth in (11, 13, 16, 19)} | {f"densenet{depth}" for depth in (121, 169, 201)}
    wanted |= {f"resnet{depth}" for depth in (18, 34, 50, 101, 152)} | {"vit_tiny", "vit_small", "vit_base"}
    wanted |= {"lenet5", "zfnet", "lecture-small", "lecture-deep", "small"}
    assert wanted <= set(networks.names())
    assert len(set(networks.names())) == len(networks.names())


def test_facts_are_those_of_the_papers() -> None:
    resnet = networks.describe("resnet50")
    assert resnet.parameters == 25_557_032
    assert resnet.operations == pytest.approx(4.09e9, rel=0.01)
    assert (resnet.size, resnet.weights, resnet.licence) == (224, "timm", "apache-2.0")
    assert "He" in resnet.paper
    lite = networks.describe("efficientnet_lite0")
    assert (lite.weights, lite.licence) == ("installed", "Apache-2.0")
    assert networks.describe("lenet5").weights == ""


@pytest.mark.parametrize(
    ("name", "meant"), [("resnt50", "resnet50"), ("efficientnet-lite0", "efficientnet_lite0"), ("lenet", "lenet5")]
)
def test_a_misspelt_name_is_answered_with_the_right_one(name: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"Did you mean '{meant}'"):
        networks.build(name, channels=3, classes=2, size=(64, 64))


def test_a_misspelt_model_of_timm_is_answered_with_the_right_one() -> None:
    with pytest.raises(UsageError, match="Did you mean 'resnet18'"):
        networks.build("timm:resnet18x", channels=3, classes=2, size=(64, 64))
    with pytest.raises(UsageError, match="no model of timm"):
        networks.usual_size("timm:")


@pytest.mark.parametrize("dropout", [-0.1, 1.0])
def test_dropout_outside_its_range_is_refused(dropout: float) -> None:
    with pytest.raises(UsageError, match="--dropout"):
        networks.build("small", channels=3, classes=2, size=(32, 32), dropout=dropout)


@pytest.mark.parametrize("name", [name for names in registry.families().values() for name in names[:1]])
def test_dropout_asked_for_is_dropout_given(name: str) -> None:
    with torch.device("meta"):
        size = (networks.usual_size(name),) * 2
        dropping = networks.build(name, channels=3, classes=2, size=size, dropout=0.37)
        usual = networks.build(name, channels=3, classes=2, size=size)
    shares = {module.p for module in dropping.modules() if isinstance(module, nn.Dropout)}
    shares |= {value for key, value in vars(dropping).items() if key == "drop_rate"}
    assert 0.37 in shares
    assert 0.37 not in {module.p for module in usual.modules() if isinstance(module, nn.Dropout)}


@pytest.mark.parametrize(
    ("name", "channels", "size"),
    [
        ("timm:resnet10t", 1, (32, 48)),
        ("timm:vit_tiny_patch16_224", 9, (64, 96)),
        ("timm:convnext_atto", 3, (64, 64)),
        ("timm:resnet18.tv_in1k", 3, (64, 64)),
    ],
)
def test_any_model_of_timm(name: str, channels: int, size: tuple[int, int]) -> None:
    model = networks.build(name, channels=channels, classes=3, size=size).eval()
    pictures = torch.randn(2, channels, *size)
    with torch.inference_mode():
        outputs = model(pictures)
        head = model.get_submodule(networks.classifier(model))
        torch.testing.assert_close(head(networks.features(model, pictures)), outputs)
    assert outputs.shape == (2, 3)
    groups = networks.depth_groups(model)
    assert sorted(key for group in groups for key in group) == sorted(key for key, _ in model.named_parameters())


def test_a_size_that_a_model_of_timm_cannot_take_is_said() -> None:
    with pytest.raises(UsageError, match="8 × 8"):
        networks.build("timm:vit_tiny_patch16_224", channels=3, classes=3, size=(8, 8))


def test_a_model_that_ends_in_no_linear_layer_is_refused() -> None:
    with pytest.raises(UsageError, match="linear"):
        networks.build("timm:deit_tiny_distilled_patch16_224", channels=3, classes=3, size=(224, 224))


@pytest.mark.parametrize(
    ("name", "times"),
    [("resnet18", 12), ("seresnet18", 12), ("densenet121", 12), ("efficientnet_lite0", 3), ("mobilenetv2_100", 3)],
)
def test_small_pictures_keep_their_resolution_and_weights_fit_all_sizes(name: str, times: int) -> None:
    """A stride left away is four times the work, and so is a pooling."""
    with torch.device("meta"):
        small = networks.build(name, channels=3, classes=2, size=(GENTLE_BELOW - 1,) * 2)
        large = networks.build(name, channels=3, classes=2, size=(GENTLE_BELOW,) * 2)
    shapes = [{key: tensor.shape for key, tensor in model.state_dict().items()} for model in (small, large)]
    assert shapes[0] == shapes[1]
    from miwake.networks.facts import measure

    (_, less), (_, more) = measure(name, classes=2, size=(64, 64)), measure(name, classes=2, size=(63, 63))
    assert more > times * less


def test_no_file_says_the_same_name_twice() -> None:
    assert sum(len(names) for names in registry.families().values()) == len(networks.names())
