"""Blending two pictures and their labels: mixup and CutMix."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from miwake.augment.colour import inside
from miwake.augment.config import Augmentation
from miwake.errors import UsageError


def label_shares(labels: Tensor, classes: int) -> Tensor:
    """(B, K) float32 of (B) class numbers, or of (B, K) labels as they are."""
    return F.one_hot(labels, classes).float() if labels.ndim == 1 else labels.float()


def mix(config: Augmentation, pictures: Tensor, labels: Tensor, *, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mixes each picture with the one before it in the batch, which must be in random order.

    Args:
        config: `mixup`, `cutmix` and `mix_share`.
        pictures: (B, C, h, w) float32.
        labels: (B, K) float32.
        generator: the only source of chance.

    Returns:
        Pictures and labels of the same shapes. A picture's label is the mean of the two labels, weighted by their
        shares in the blend (mixup) or by exactly the pixels that each has (CutMix).
    """
    count, _, height, width = pictures.shape
    draws = torch.rand(count, 5, generator=generator, device=generator.device)
    taken = draws[:, 0] < config.mix_share
    pasted = taken & (draws[:, 1] < (config.cutmix > 0) / ((config.cutmix > 0) + (config.mixup > 0)))

    weight = torch.zeros(count, device=draws.device)
    if config.mixup:
        weight = torch.where(taken & ~pasted, beta(config.mixup, draws[:, 2]), 0.0)
    other = weight[:, None, None, None]
    if config.cutmix:
        side = (1 - beta(config.cutmix, draws[:, 2])).sqrt()
        top, left = draws[:, 3] - side / 2, draws[:, 4] - side / 2
        rows, columns = inside(top, top + side, height) * pasted[:, None], inside(left, left + side, width)
        weight = weight + rows.mean(1) * columns.mean(1)
        # As many numbers as the pictures have, in their order in memory: without broadcasting it is much quicker.
        box = rows[:, :, None, None] * columns[:, None, :, None].expand(-1, -1, -1, pictures.shape[1]).contiguous()
        other = other + box.permute(0, 3, 1, 2)
    pictures = torch.lerp(pictures, pictures.roll(1, 0), other)
    return pictures, torch.lerp(labels, labels.roll(1, 0), weight[:, None])


def beta(alpha: float, uniform: Tensor) -> Tensor:
    """(B) draws from Beta(alpha, alpha), from uniform draws (B) in 0…1, by interpolation in its quantiles."""
    table = _quantiles(alpha, uniform.device)
    at = uniform * (len(table) - 1)
    low = at.long().clamp(max=len(table) - 2)
    return torch.lerp(table[low], table[low + 1], at - low)


@lru_cache(maxsize=16)
def _quantiles(alpha: float, device: torch.device) -> Tensor:
    from scipy.special import betaincinv

    at = torch.linspace(0, 1, 4097, dtype=torch.float64).numpy()
    return torch.from_numpy(betaincinv(alpha, alpha, at)).float().to(device)


def check_mixable(config: Augmentation, *, labels: Tensor | None, spatial: bool) -> None:
    """Raises UsageError where the batch has nothing that could be mixed, or things that can not be."""
    if labels is not None and not spatial:
        return
    found = "masks, boxes or points" if spatial else "no labels"
    raise UsageError(
        f"Mixup or CutMix was asked for, but the pictures have {found}.",
        expected="pictures with class labels alone",
        todo="set mixup and cutmix to 0.",
    )
