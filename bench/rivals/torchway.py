"""What the scripts with PyTorch share: network, starting weights and data, as timm and torchvision go about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

Asked = dict[str, Any]
Batches = DataLoader[Any]


def network(asked: Asked, classes: int) -> nn.Module:
    """EfficientNet-Lite0 from the weights that every way starts with; only the last layer is new."""
    torch.manual_seed(asked["seed"])
    model: nn.Module = timm.create_model("tf_efficientnet_lite0", num_classes=classes)
    weights = torch.load(asked["weights"], weights_only=True)
    weights = {name: tensor for name, tensor in weights.items() if not name.startswith("classifier")}
    missing, strange = model.load_state_dict(weights, strict=False)
    assert not strange
    assert all(name.startswith("classifier") for name in missing), missing
    return model.to(memory_format=torch.channels_last)


def folders(asked: Asked) -> dict[str, Batches]:
    """Loaders of `train`, `val` and `test`: ImageFolder, torchvision's transforms, as many workers as cores."""
    size = asked["size"]
    ends = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.5] * 3)]
    changed = v2.Compose([v2.RandomResizedCrop(size, scale=(0.8, 1.0), antialias=True), *ends])
    plain = v2.Compose([v2.Resize((size, size), antialias=True), *ends])
    return {
        split: DataLoader(
            ImageFolder(Path(asked["folder"]) / split, changed if split == "train" else plain),
            batch_size=asked["batch"],
            shuffle=split == "train",
            drop_last=split == "train",
            num_workers=asked["cores"],
            persistent_workers=split != "test",
        )
        for split in ("train", "val", "test")
    }


def digits(asked: Asked) -> dict[str, Batches]:
    """Loaders of MNIST, which lies normalised in memory: no worker is needed."""
    file = np.load(asked["digits"])
    loaders = {}
    for split in ("train", "val", "test"):
        pictures = torch.from_numpy(file[f"{split}_x"])[:, None].float().div_(255).sub_(0.13).div_(0.31)
        labels = torch.from_numpy(file[f"{split}_y"]).long()
        size, train = asked["batch"] if split == "train" else 512, split == "train"
        loaders[split] = DataLoader(TensorDataset(pictures, labels), batch_size=size, shuffle=train, drop_last=train)
    return loaders


def small(asked: Asked) -> nn.Module:
    """The very network that Miwake takes for MNIST, layer by layer."""
    torch.manual_seed(asked["seed"])
    return nn.Sequential(*_layers(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, 10)).to(
        memory_format=torch.channels_last
    )


def _layers() -> Iterator[nn.Module]:
    for before, after, pool in ((1, 16, False), (16, 16, True), (16, 48, False), (48, 48, True), (48, 96, False)):
        yield from _convolution(before, after, pool=pool)
    yield from _convolution(96, 96, pool=False)


def _convolution(before: int, after: int, *, pool: bool) -> Iterator[nn.Module]:
    yield nn.Conv2d(before, after, 3, padding=1, bias=False)
    if pool:
        yield nn.MaxPool2d(2, ceil_mode=True)
    yield nn.BatchNorm2d(after)
    yield nn.SiLU(inplace=True)


@torch.no_grad()
def accuracy(model: nn.Module, batches: Batches) -> float:
    """Share of right answers."""
    model.eval()
    right = seen = 0
    for pictures, labels in batches:
        right += int((model(last(pictures)).argmax(1) == labels).sum())
        seen += len(labels)
    return right / seen


def last(pictures: Tensor) -> Tensor:
    """Channels-last, which is quicker on a CPU."""
    return pictures.contiguous(memory_format=torch.channels_last)


def optimizer(model: nn.Module, asked: Asked, steps: int) -> tuple[Any, Any]:
    """AdamW under one cycle (Smith 2018), which needs few epochs; a new last layer learns `head` times as fast."""
    head = [parameter for name, parameter in model.named_parameters() if name.startswith("classifier")]
    body = [parameter for name, parameter in model.named_parameters() if not name.startswith("classifier")]
    groups = [{"params": body}, {"params": head}] if head else [{"params": body}]
    rates = [asked["rate"], asked.get("head", 1) * asked["rate"]][: len(groups)]
    adam = torch.optim.AdamW(groups, lr=asked["rate"], weight_decay=asked["decay"], fused=True)
    return adam, torch.optim.lr_scheduler.OneCycleLR(adam, max_lr=rates, total_steps=steps, pct_start=0.25)
