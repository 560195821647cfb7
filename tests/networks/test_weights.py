"""Starting weights: the installed ones, files, runs; what is taken and what is left."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from miwake import networks
from miwake.errors import UsageError
from miwake.networks import ModelOptions, imagenet, weights
from miwake.networks.fitting import put, to_channels

LITE = imagenet.INSTALLED


def small(classes: int = 4, channels: int = 3) -> nn.Module:
    return networks.build("small", channels=channels, classes=classes, size=(16, 16))


def tensors(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def options(source: object = "auto", *, download: bool = False) -> ModelOptions:
    return ModelOptions(starting_weights=str(source), download=download)


# --- ImageNet, as installed ---


def test_installed_weights_tell_imagenet_apart(shared_data: Path) -> None:
    from timm.data import create_transform

    chosen = weights.choose(LITE, options("imagenet"))
    assert chosen is not None
    model = networks.build(LITE, channels=3, classes=1000, size=(224, 224)).eval()
    loaded = weights.load(model, chosen, classes=imagenet.class_names())
    assert loaded.head
    assert not loaded.skipped

    prepare = create_transform((3, 224, 224), interpolation="bicubic", mean=(0.5,) * 3, std=(0.5,) * 3, crop_pct=0.875)
    files = sorted((shared_data / "imagenet-100").glob("*.JPEG"))
    with torch.inference_mode():
        pictures = torch.stack([prepare(Image.open(file).convert("RGB")) for file in files])
        answers = torch.cat([model(part).argmax(1) for part in pictures.split(10)])
    right = sum(imagenet.wnids()[answer] == file.name[:9] for answer, file in zip(answers.tolist(), files, strict=True))
    assert len(files) == 100
    assert right >= 88


def test_installed_weights_have_the_networks_names_in_the_networks_order() -> None:
    found = imagenet.installed_weights()
    model = networks.build(LITE, channels=3, classes=1000, size=(224, 224))
    assert list(found) == list(model.state_dict())
    assert all(found[name].shape == tensor.shape for name, tensor in model.state_dict().items())


def test_class_names_are_all_different_and_in_order() -> None:
    names = imagenet.class_names()
    assert len({name.lower() for name in names}) == 1000
    assert (names[1], imagenet.wnids()[1]) == ("goldfish", "n01443537")
    assert (names[134], names[517]) == ("crane (bird)", "crane (machine)")
    assert (names[638], names[639]) == ("maillot", "maillot, tank suit")


def test_preprocessing_goes_with_the_weights() -> None:
    chosen = weights.installed()
    known = chosen.preprocessing(3)
    assert known is not None
    assert (known.size, known.stored, known.mean, known.interpolation) == (
        (224, 224),
        (256, 256),
        (0.5,) * 3,
        "bicubic",
    )
    nine = chosen.preprocessing(9, (96, 96))
    assert nine is not None
    assert (nine.size, nine.channels, nine.mean, nine.std) == ((96, 96), 9, (0.5,) * 9, (0.5,) * 9)


def test_mean_and_deviation_are_averaged_for_another_number_of_channels() -> None:
    chosen = weights.choose("resnet18", options(download=True))
    assert chosen is not None
    grey = chosen.preprocessing(1)
    assert grey is not None
    assert grey.mean == pytest.approx([(0.485 + 0.456 + 0.406) / 3])
    assert grey.std == pytest.approx([(0.229 + 0.224 + 0.225) / 3])


# --- what is chosen ---


def test_nothing_is_fetched_unasked() -> None:
    assert weights.choose("resnet18", options()) is None
    assert weights.choose(LITE, options("none")) is None
    with pytest.raises(UsageError, match="--download"):
        weights.choose("resnet18", options("imagenet"))


def test_with_download_the_hubs_facts_are_known_before_anything_is_fetched() -> None:
    chosen = weights.choose("resnet18", options(download=True))
    assert chosen is not None
    assert (chosen.source, chosen.location, chosen.licence) == ("timm", "resnet18.a1_in1k", "apache-2.0")
    assert chosen.classes == imagenet.class_names()
    google = weights.choose("googlenet", options(download=True))
    assert google is not None
    assert google.trained_for is not None
    assert (google.source, google.trained_for.mean) == ("torchvision", (0.5, 0.5, 0.5))
    assert json.dumps(google.facts())


def test_networks_without_published_weights_say_so() -> None:
    assert weights.choose("lenet5", options(download=True)) is None
    with pytest.raises(UsageError, match="no ImageNet weights of lenet5"):
        weights.choose("lenet5", options("imagenet", download=True))


# --- files ---


@pytest.mark.parametrize("ending", [".safetensors", ".pth"])
def test_a_file_of_weights_gives_all_but_the_head(ending: str, tmp_path: Path) -> None:
    source, target = small(), small()
    path = tmp_path / f"weights{ending}"
    if ending == ".pth":
        torch.save({"epoch": 3, "state_dict": {f"module.{key}": value for key, value in tensors(source).items()}}, path)
    else:
        save_file(tensors(source), path)
    chosen = weights.choose("small", options(path))
    assert chosen is not None
    assert chosen.preprocessing(3) is None
    loaded = weights.load(target, chosen, classes=("a", "b", "c", "d"))
    head = networks.classifier(target)
    assert [name for name, _ in loaded.skipped] == [f"{head}.weight", f"{head}.bias"]
    assert not loaded.head
    for name, tensor in target.state_dict().items():
        assert torch.equal(tensor, source.state_dict()[name]) == (name not in dict(loaded.skipped)), name
    assert "2 left random" in str(loaded)


def write_run(folder: Path, source: nn.Module, **changes: object) -> None:
    header = {
        "format": 1,
        "task": "classify",
        "settings": {"classes": ["a", "b", "c", "d"]},
        "architecture": "small",
        "preprocessing": {"size": [16, 16], "channels": 3, "mean": [0.1] * 3, "std": [0.2] * 3},
    } | changes
    save_file(tensors(source), folder / "model.safetensors", metadata={"miwake": json.dumps(header)})


@pytest.mark.parametrize(("classes", "head"), [(("a", "b", "c", "d"), True), (("d", "c", "b", "a"), False)])
def test_a_run_gives_its_head_where_the_classes_are_the_same(
    classes: tuple[str, ...], head: bool, tmp_path: Path
) -> None:
    source, target = small(), small()
    write_run(tmp_path, source)
    chosen = weights.choose("small", options(tmp_path))
    assert chosen is not None
    assert (chosen.source, chosen.architecture, chosen.classes) == ("run", "small", ("a", "b", "c", "d"))
    known = chosen.preprocessing(3)
    assert known is not None
    assert (known.mean, known.size) == ((0.1,) * 3, (16, 16))
    assert weights.load(target, chosen, classes=classes).head is head
    name = f"{networks.classifier(target)}.weight"
    assert torch.equal(target.state_dict()[name], source.state_dict()[name]) is head


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_a_pickle_that_could_run_code_is_not_opened(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    path = tmp_path / "evil.pth"
    torch.save({"state_dict": Evil(touched)}, path)
    chosen = weights.choose("small", options(path))
    assert chosen is not None
    with pytest.raises(UsageError, match="run any code"):
        weights.load(small(), chosen)
    assert not touched.exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 100, pickle.dumps({"a": 1}, protocol=2)[:9]])
@pytest.mark.parametrize("ending", [".safetensors", ".pth"])
def test_a_broken_file_is_an_error_that_names_it(content: bytes, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"broken{ending}"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="broken"):
        weights.load(small(), weights.choose("small", options(path)) or weights.installed())


def test_a_truncated_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    for ending in (".safetensors", ".pth"):
        whole, path = tmp_path / f"whole{ending}", tmp_path / f"half{ending}"
        if ending == ".pth":
            torch.save(tensors(small()), whole)
        else:
            save_file(tensors(small()), whole)
        path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        with pytest.raises(UsageError, match="half"):
            weights.load(small(), weights.choose("small", options(path)) or weights.installed())


def test_a_file_without_tensors_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    torch.save({"lr": 0.1}, tmp_path / "empty.pth")
    chosen = weights.choose("small", options(tmp_path / "empty.pth"))
    assert chosen is not None
    with pytest.raises(UsageError, match="holds no weights"):
        weights.load(small(), chosen)
    with pytest.raises(UsageError, match="no starting weights at"):
        weights.choose("small", options(tmp_path / "nothing.pth"))
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UsageError, match="not a file of weights"):
        weights.choose("small", options(tmp_path / "notes.txt"))


@pytest.mark.parametrize(
    "changes", [{"preprocessing": None}, {"settings": None}, {"architecture": 3, "preprocessing": {}}]
)
def test_a_damaged_header_is_said(changes: dict[str, object], tmp_path: Path) -> None:
    write_run(tmp_path, small(), **changes)
    with pytest.raises(UsageError, match="damaged"):
        weights.choose("small", options(tmp_path))


def test_a_header_that_is_not_json_is_said(tmp_path: Path) -> None:
    save_file(tensors(small()), tmp_path / "model.safetensors", metadata={"miwake": "{"})
    with pytest.raises(UsageError, match="damaged"):
        weights.choose("small", options(tmp_path))


# --- fitting ---


def test_weights_of_another_network_are_refused_and_change_nothing(tmp_path: Path) -> None:
    save_file(tensors(networks.build("lenet5", channels=3, classes=4, size=(28, 28))), tmp_path / "lenet.safetensors")
    model = small()
    before = tensors(model)
    chosen = weights.choose("small", options(tmp_path / "lenet.safetensors"))
    assert chosen is not None
    with pytest.raises(UsageError, match="another network"):
        weights.load(model, chosen)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_the_error_names_a_runs_architecture(tmp_path: Path) -> None:
    write_run(tmp_path, small())
    chosen = weights.choose("resnet18", options(tmp_path))
    assert chosen is not None
    with pytest.raises(UsageError, match="--model small"):
        weights.load(networks.build("resnet18", channels=3, classes=4, size=(32, 32)), chosen)


def test_one_channel_answers_as_the_repeated_grey_picture() -> None:
    weight, grey = torch.randn(8, 3, 5, 5), torch.rand(2, 1, 9, 9)
    torch.testing.assert_close(
        functional.conv2d(grey, to_channels(weight, 1)), functional.conv2d(grey.expand(-1, 3, -1, -1), weight)
    )


@pytest.mark.parametrize(("before", "after"), [(3, 9), (3, 6), (1, 3), (1, 9), (9, 3), (3, 3)])
def test_any_number_of_channels_keeps_the_size_of_the_answers(before: int, after: int) -> None:
    weight = torch.ones(4, before, 3, 3) * torch.rand(4, 1, 1, 1)
    even = functional.conv2d(torch.ones(1, before, 3, 3), weight)
    fitted = to_channels(weight, after)
    assert fitted.shape == (4, after, 3, 3)
    torch.testing.assert_close(functional.conv2d(torch.ones(1, after, 3, 3), fitted), even)


def test_nine_planes_are_three_pictures_of_three() -> None:
    weight = torch.randn(2, 3, 1, 1)
    assert torch.equal(to_channels(weight, 9)[:, 3:6] * 3, to_channels(weight, 9)[:, :3] * 3)
    torch.testing.assert_close(to_channels(weight, 9)[:, 6:] * 3, weight)


@pytest.mark.parametrize("channels", [1, 9])
def test_installed_weights_fit_other_channels_and_other_classes(channels: int) -> None:
    model = networks.build(LITE, channels=channels, classes=7, size=(64, 64)).eval()
    loaded = weights.load(model, weights.installed(), classes=tuple("abcdefg"))
    assert loaded.adapted == ("conv_stem.weight",)
    assert {name for name, _ in loaded.skipped} == {"classifier.weight", "classifier.bias"}
    assert len(loaded.taken) == 293
    with torch.inference_mode():
        assert torch.isfinite(model(torch.randn(2, channels, 64, 64))).all()


def test_a_transformers_positions_and_patches_are_resampled_to_another_size() -> None:
    source = networks.build("vit_tiny", channels=3, classes=3, size=(224, 224))
    with torch.no_grad():
        rows = torch.linspace(0, 1, 14)[None, :, None, None].expand(1, 14, 14, 192)
        source.get_parameter("pos_embed")[:, 1:] = rows.reshape(1, 196, 192)
    target = networks.build("vit_tiny", channels=1, classes=3, size=(64, 64))
    loaded = put(target, source.state_dict(), "x", head=True)
    assert set(loaded.adapted) == {"pos_embed", "patch_embed.proj.weight"}
    assert not loaded.skipped
    positions = target.get_parameter("pos_embed")[:, 1:].view(16, 16, 192)
    assert (positions[1:, 0, 0] >= positions[:-1, 0, 0] - 1e-3).all()
    torch.testing.assert_close(positions[:, :1].expand(-1, 16, -1), positions, atol=1e-3, rtol=0)


def test_positions_of_an_oblong_transformer_come_from_a_square_one_but_not_the_other_way() -> None:
    square = networks.build("vit_tiny", channels=3, classes=3, size=(64, 64))
    oblong = networks.build("vit_tiny", channels=3, classes=3, size=(64, 96))
    assert put(oblong, square.state_dict(), "x", head=True).adapted == ("pos_embed",)
    assert oblong(torch.randn(1, 3, 64, 96)).shape == (1, 3)
    back = put(square, oblong.state_dict(), "x", head=True)
    assert back.skipped == (("pos_embed", "1×385×192 does not fit 1×257×192"),)
