"""What becomes of a picture on its way: less contrast, warped, coarser, compressed."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from miwake.robustness.corruptions import at
from miwake.robustness.corruptions._filters import gaussian


def contrast(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Values drawn towards the picture's mean."""
    share, _ = at(level, (0.75, 0.5, 0.4, 0.3, 0.15), (0.4, 0.3, 0.2, 0.1, 0.05), min(pictures.shape[2:]))
    mean = pictures.mean((2, 3), keepdim=True)
    return mean + share * (pictures - mean)


def elastic_transform(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """A random affine map, then every place moved along a smooth random field (Simard et al. 2003, section 2)."""
    # most movement, smoothness and affine movement, as shares of the side
    small = ((0.0, 0.0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03))
    large = ((2.0, 0.7, 0.1), (2.0, 0.08, 0.2), (0.05, 0.01, 0.02), (0.07, 0.01, 0.02), (0.12, 0.01, 0.02))
    (move, smooth, affine), _ = at(level, small, large, min(pictures.shape[2:]))
    count, _, height, width = pictures.shape
    device, side = pictures.device, min(height, width)
    # three corners of the middle third are moved; the map that does it is solved for
    corners = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]], device=device) * (2 / 3)
    moved = corners + torch.empty(count, 3, 2, device=device).uniform_(-2 * affine, 2 * affine, generator=generator)
    ones = torch.cat([corners, torch.ones(3, 1, device=device)], 1).expand(count, 3, 3)
    matrix = torch.linalg.solve(ones, moved).transpose(1, 2)
    grid = functional.affine_grid(matrix, [*pictures.shape], align_corners=False)
    if move:
        field = torch.empty(count, 2, height, width, device=device).uniform_(-1, 1, generator=generator)
        field = gaussian(field, smooth * side) * move * side
        shares = field * torch.tensor([2 / width, 2 / height], device=device)[:, None, None]
        grid = grid + shares.permute(0, 2, 3, 1)
    return functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def pixelate(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Scaled down, and up again as coarse squares."""
    share, _ = at(level, (0.95, 0.9, 0.85, 0.75, 0.65), (0.6, 0.5, 0.4, 0.3, 0.25), min(pictures.shape[2:]))
    coarse = max(1, round(pictures.shape[2] * share)), max(1, round(pictures.shape[3] * share))
    return functional.interpolate(functional.adaptive_avg_pool2d(pictures, coarse), size=pictures.shape[2:])


def jpeg_compression(pictures: Tensor, level: int, generator: torch.Generator) -> Tensor:
    """Written as JPEG and read again; pictures of other than one or three planes plane by plane."""
    quality, _ = at(level, (80, 65, 58, 50, 40), (25, 18, 15, 10, 7), min(pictures.shape[2:]))
    whole = (pictures.clamp(0, 1) * 255).round().to(torch.uint8).cpu()
    together = pictures.shape[1] == 3
    planes = whole.permute(0, 2, 3, 1) if together else whole.flatten(0, 1)
    read = np.stack([_through_jpeg(plane, quality) for plane in planes.numpy()])
    back = torch.from_numpy(read).to(pictures.device).float() / 255
    return back.permute(0, 3, 1, 2) if together else back.reshape(pictures.shape)


def _through_jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    data = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(data, "JPEG", quality=quality)
    return np.asarray(Image.open(data))


CORRUPTIONS = {
    "contrast": contrast,
    "elastic_transform": elastic_transform,
    "pixelate": pixelate,
    "jpeg_compression": jpeg_compression,
}
