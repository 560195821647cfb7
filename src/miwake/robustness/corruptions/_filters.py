"""Filters and fields that several corruptions are made of."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def filtered(pictures: Tensor, kernels: Tensor) -> Tensor:
    """Each picture convolved with its kernel; edges are mirrored.

    Args:
        pictures: (B, C, H, W).
        kernels: (1 or B, k, k), k odd.
    """
    count, channels, height, width = pictures.shape
    kernels = kernels.expand(count, -1, -1)
    reach = kernels.shape[-1] // 2
    most = min(height, width) - 1
    if reach > most:  # a mirror shows no more than the picture
        cut = reach - most
        kernels = kernels[:, cut:-cut, cut:-cut]
        kernels = kernels / kernels.sum((1, 2), keepdim=True)
        reach = most
    weight = kernels.repeat_interleave(channels, 0)[:, None]
    padded = functional.pad(pictures, (reach,) * 4, mode="reflect").reshape(1, count * channels, -1, width + 2 * reach)
    return functional.conv2d(padded, weight, groups=count * channels).reshape(pictures.shape)


def gaussian(pictures: Tensor, sigma: float) -> Tensor:
    """Blurred by a Gaussian, rows and columns one after the other; sigma in pixels."""
    if sigma <= 0:
        return pictures
    reach = max(1, min(math.ceil(3 * sigma), min(pictures.shape[2:]) - 1))
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=pictures.device) / sigma) ** 2)
    line = (line / line.sum()).to(pictures.dtype)
    count, channels, height, width = pictures.shape
    flat = pictures.reshape(count * channels, 1, height, width)
    flat = functional.conv2d(functional.pad(flat, (0, 0, reach, reach), mode="reflect"), line[None, None, :, None])
    flat = functional.conv2d(functional.pad(flat, (reach, reach, 0, 0), mode="reflect"), line[None, None, None, :])
    return flat.reshape(pictures.shape)


def lines(angles: Tensor, radius: float, sigma: float) -> Tensor:
    """(B, k, k) kernels that blur along a line, from its middle on with Gaussian weights, as a moving camera does.

    Args:
        angles: (B) in radians.
        radius: most pixels of movement.
        sigma: in pixels.
    """
    reach = max(1, math.ceil(radius))
    along = torch.arange(0, reach + 1, device=angles.device, dtype=torch.float32)
    weight = torch.exp(-0.5 * (along / max(sigma, 1e-6)) ** 2)
    side = 2 * reach + 1
    grid = torch.arange(-reach, reach + 1, device=angles.device, dtype=torch.float32)
    x, y = (turn[:, None] * along for turn in (angles.cos(), angles.sin()))
    # each point is shared among the four pixels about it
    shares = (1 - (grid - x[..., None]).abs()).clamp_min(0)  # (B, points, k)
    rises = (1 - (grid - y[..., None]).abs()).clamp_min(0)
    kernels = torch.einsum("p,bpi,bpj->bij", weight, rises, shares)
    return kernels.reshape(len(angles), side, side) / kernels.sum((1, 2), keepdim=True)


def zoomed(pictures: Tensor, factor: float) -> Tensor:
    """The middle of the pictures, enlarged by a factor of 1 or more to their size."""
    height, width = pictures.shape[2:]
    matrix = torch.tensor([[1 / factor, 0.0, 0.0], [0.0, 1 / factor, 0.0]], device=pictures.device)
    grid = functional.affine_grid(matrix.expand(len(pictures), 2, 3), [*pictures.shape], align_corners=False)
    return functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)[
        :, :, :height, :width
    ]


def clouds(count: int, size: tuple[int, int], decay: float, generator: torch.Generator) -> Tensor:
    """(B, 1, H, W) in 0…1: noise of every scale, each finer one `decay` times as faint; as a plasma fractal."""
    height, width = size
    total = torch.zeros(count, 1, height, width, device=generator.device)
    cells, strength = 2, 1.0
    while cells < 2 * max(height, width):
        field = torch.empty(count, 1, cells + 1, cells + 1, device=generator.device).uniform_(
            -1, 1, generator=generator
        )
        total += strength * functional.interpolate(field, size=size, mode="bicubic", align_corners=True)
        cells, strength = cells * 2, strength / decay
    low, high = total.amin((2, 3), keepdim=True), total.amax((2, 3), keepdim=True)
    return (total - low) / (high - low).clamp_min(1e-6)
