"""Every network for every pixel that discovery finds is built, run, saved, loaded, trained, explained and exported."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch import nn
from torch.nn import functional

from miwake import networks
from miwake.errors import MissingExtra, UsageError
from miwake.networks import registry
from miwake.networks.dense import UPSAMPLINGS, Dense, Upsampling
from miwake.networks.facts import measure
from miwake.tasks.classify import Classify

FAMILIES = registry.families(registry.SEGMENT)
FIRST = [variants[0] for variants in FAMILIES.values()]
NAMES = registry.names(registry.SEGMENT)
OTHERS = ("smp:unet:resnet18", "smp:deeplabv3plus:resnet18", "smp:unet:tf_efficientnet_lite0")
HERE = find_spec("segmentation_models_pytorch") is not None
needs_smp = pytest.mark.skipif(not HERE, reason="needs the extra segment")
BUILT = [*FIRST, *(pytest.param(name, marks=needs_smp) for name in OTHERS)]
CLASSES = 3


def network(name: str, channels: int = 3, *, upsampling: Upsampling = "bilinear", side: int = 32) -> nn.Module:
    torch.manual_seed(0)
    return networks.build_dense(
        name, channels=channels, classes=CLASSES, size=(side, side), dropout=0.0, upsampling=upsampling
    )


def settled(model: nn.Module, pictures: torch.Tensor) -> None:
    """Statistics of one batch, without which nothing comes through a deep network."""
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.momentum = 1.0
    with torch.no_grad():
        model.train()(pictures)
    model.eval()


def ways(name: str) -> tuple[Upsampling, ...]:
    return ("bilinear",) if name.startswith("smp:") else UPSAMPLINGS


def test_discovery_keeps_them_apart() -> None:
    assert {"unet", "fcn8s", "invertednet", "lite-unet"} <= set(NAMES)
    assert not set(NAMES) & set(networks.names())
    with pytest.raises(UsageError, match="for --task segment"):
        networks.build("unet", channels=3, classes=2, size=(32, 32))
    with pytest.raises(UsageError, match="for --task classify"):
        networks.build_dense("resnet18", channels=3, classes=2, size=(32, 32))
    with pytest.raises(UsageError, match="Did you mean 'unet'"):
        networks.build_dense("smp:unett:resnet18", channels=3, classes=2, size=(32, 32))
    with pytest.raises(UsageError, match="names no backbone"):
        registry.entry("smp:unet")


@pytest.mark.skipif(HERE, reason="the extra segment is installed")
def test_without_the_package_it_says_what_to_install() -> None:
    with pytest.raises(MissingExtra, match=r"miwake\[segment\]"):
        network("smp:unet:resnet18")


@needs_smp
def test_a_strange_backbone_is_named() -> None:
    with pytest.raises(UsageError, match="resnet18"):
        network("smp:unet:resnet1")
    with pytest.raises(UsageError, match="no transposed"):
        network("smp:unet:resnet18", upsampling="transposed")


@pytest.mark.parametrize("name", BUILT)
def test_runs_trains_and_comes_back(name: str) -> None:
    pictures = torch.randn(2, 3, 33, 46, generator=torch.Generator().manual_seed(1))
    targets = torch.randint(0, CLASSES, (2, 33, 46), generator=torch.Generator().manual_seed(2))
    for upsampling in ways(name):
        model = network(name, upsampling=upsampling)
        assert isinstance(model, Dense)
        settled(model, pictures)
        loss = functional.cross_entropy(model.train()(pictures), targets)
        loss.backward()
        for key, parameter in model.named_parameters():
            assert parameter.grad is not None, key
            assert torch.isfinite(parameter.grad).all(), key
        with torch.inference_mode():
            outputs = model.eval()(pictures)
            assert outputs.shape == (2, CLASSES, 33, 46)
            assert torch.isfinite(outputs).all()
            stored = save({key: tensor.contiguous() for key, tensor in model.state_dict().items()})
            again = network(name, upsampling=upsampling)
            again.load_state_dict(load(stored))
            assert torch.equal(again.eval()(pictures), outputs)
            again, pictures_64 = again.double(), pictures.double()
            torch.testing.assert_close(again(pictures_64[1:]), again(pictures_64)[1:], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=() if name in FIRST else pytest.mark.long) for name in NAMES),
        *(pytest.param(name, marks=[needs_smp, pytest.mark.long]) for name in OTHERS),
    ],
)
def test_answers_at_the_size_of_the_picture_whatever_it_is(name: str) -> None:
    with torch.device("meta"):
        for channels, size in ((1, (47, 90)), (9, (33, 32))):
            for upsampling in ways(name):
                model = networks.build_dense(name, channels=channels, classes=2, size=size, upsampling=upsampling)
                assert model(torch.empty(2, channels, *size)).shape == (2, 2, *size)
                assert model.embedding(torch.empty(2, channels, *size)).ndim == 2


@pytest.mark.parametrize("name", NAMES)
def test_facts_at_the_top_of_the_file_are_what_is_measured(name: str) -> None:
    entry = registry.entry(name)
    assert measure(name) == entry.counts, f"write these into COUNTS of networks/{entry.family}.py"
    assert entry.paper
    assert entry.any_size


@pytest.mark.parametrize("name", BUILT)
def test_weights_of_its_backbone_fit(name: str) -> None:
    from miwake.networks import weights
    from miwake.networks.config import ModelOptions

    start = weights.choose(name, ModelOptions())
    assert (start is not None) == ("lite" in name)
    if start is not None:
        model = network(name, channels=1)
        assert isinstance(model, Dense)
        before = model.head.state_dict()
        loaded = weights.load(model.backbone(), start)
        assert len(loaded.taken) > 250
        assert loaded.adapted == ("conv_stem.weight",)
        assert not loaded.skipped
        assert all(torch.equal(value, before[key]) for key, value in model.head.state_dict().items())


def test_a_transposed_convolution_begins_as_bilinear_interpolation() -> None:
    from miwake.networks.dense import enlarged
    from miwake.networks.fcn import _transposed

    scores = torch.randn(1, 2, 9, 7)
    for factor in (2, 8):
        found = _transposed(2, factor)(scores)
        inside = slice(factor, -factor)
        torch.testing.assert_close(found[..., inside, inside], enlarged(scores, factor)[..., inside, inside])


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == "unet-slim" else pytest.mark.long) for name in FIRST],
)
def test_every_method_explains_it(name: str) -> None:
    from miwake.explanation import methods
    from miwake.explanation.layers import scan, stages

    pictures = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    model = network(name)
    settled(model, pictures)
    model.requires_grad_(False)
    assert stages(scan(model, pictures[:1]))
    assert networks.features(model, pictures).shape[0] == 2
    for way in methods.names():
        method = methods.find(way)
        if methods.missing(method) is not None or not methods.fits(method, model):
            continue
        found = method.maps(model, pictures, torch.tensor([0, 2]), Classify(classes=("a", "b", "c")).scores)
        assert found.shape == (2, 32, 32), way
        assert torch.isfinite(found).all(), way


@pytest.mark.parametrize("name", FIRST)
def test_leaves_as_onnx_with_the_same_outputs(name: str) -> None:
    pytest.importorskip("onnx", reason="needs the extra export")
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra export")
    from miwake.exporting.network import written

    for upsampling in ways(name):
        model = network(name, upsampling=upsampling)
        pictures = torch.randn(2, 3, 33, 40, generator=torch.Generator().manual_seed(1))
        settled(model, pictures)
        file = written(model, pictures[:1], ["seen"], ["logits"], "network/")
        session = onnxruntime.InferenceSession(file.SerializeToString(), providers=["CPUExecutionProvider"])
        (found,) = session.run(None, {"seen": pictures.numpy()})
        with torch.inference_mode():
            expected = model(pictures).numpy()
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-3 * max(1.0, float(np.abs(expected).max())))
