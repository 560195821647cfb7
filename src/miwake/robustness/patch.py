"""A patch to print, lay beside the thing, and photograph (Brown et al. 2017, "Adversarial patch").

It is made by expectation over transformations (Athalye et al. 2018, equation 3): every step turns, scales, moves,
tilts, lights and photographs it anew, on other pictures, so that what is left works on the average of all of them. As
for the stop sign of Eykholt et al. 2018, its colours stay within what a printer gives, and neighbouring pixels are kept
alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from miwake.robustness.strength import LEVELS
from miwake.robustness.victim import Victim

_DARK, _BRIGHT = 20.0, 235.0  # grey levels that a printer gives
_ALIKE = 0.002  # weight of the difference between neighbouring pixels
_RATE = 8.0  # grey levels a step, at first
_BATCH = 16
STEPS = 150


@dataclass(frozen=True, kw_only=True)
class Scene:
    """How a patch may come to lie before the camera; each is a largest deviation."""

    turn: float = 0.0
    """Degrees."""
    scale: float = 0.0
    """Share by which its side grows or shrinks."""
    light: float = 0.0
    """Share by which it is lit more or less, and shift in shares of the whole range."""
    tilt: float = 0.0
    """Perspective: by how much one edge appears larger than the other."""
    blur: float = 0.0
    """Pixels of the network's picture."""
    noise: float = 0.0
    """Grey levels."""


ALL = Scene(turn=30.0, scale=0.25, light=0.25, tilt=0.2, blur=0.7, noise=6.0)
SCENES: dict[str, Scene] = {
    "straight": Scene(),
    "turned": Scene(turn=ALL.turn),
    "scaled": Scene(scale=ALL.scale),
    "lit": Scene(light=ALL.light),
    "photographed": Scene(tilt=ALL.tilt, blur=ALL.blur, noise=ALL.noise),
    "all": ALL,
}


def lay(pictures: Tensor, patch: Tensor, area: float, scene: Scene, generator: torch.Generator) -> Tensor:
    """Pictures with the round patch somewhere on each.

    Args:
        pictures: (B, C, H, W) float32 in 0…255.
        patch: (C, P, P) in 0…255; what lies beyond its inscribed circle is not used.
        area: share of the picture that it covers when it is not scaled.
        scene: how far it may be changed.
        generator: of place and change; the same draws whatever the scene.

    Returns:
        (B, C, H, W) in 0…255, with a gradient by the patch.
    """
    count, _, height, width = pictures.shape
    device = pictures.device
    drawn = torch.empty(count, 8, device=device).uniform_(-1, 1, generator=generator)
    noise = torch.empty_like(pictures).normal_(generator=generator)
    side = 2 * math.sqrt(area * height * width / math.pi) * (1 + scene.scale * drawn[:, 0])  # its diameter in pixels
    angle = math.radians(scene.turn) * drawn[:, 1]
    half_h, half_w = (((length - side).clamp_min(0)) / 2 for length in (height, width))
    centre_y, centre_x = height / 2 + half_h * drawn[:, 2], width / 2 + half_w * drawn[:, 3]
    y, x = torch.meshgrid(
        torch.arange(height, device=device) + 0.5, torch.arange(width, device=device) + 0.5, indexing="ij"
    )
    away_x, away_y = (x - centre_x[:, None, None]), (y - centre_y[:, None, None])
    cos, sin, radius = (value[:, None, None] for value in (angle.cos(), angle.sin(), side / 2))
    u = (cos * away_x + sin * away_y) / radius
    v = (cos * away_y - sin * away_x) / radius
    # a homography that makes one edge nearer, as a tilted sheet is seen
    depth = 1 + scene.tilt * (drawn[:, 4, None, None] * u + drawn[:, 5, None, None] * v) / 2
    u, v = u / depth, v / depth
    grid = torch.stack([u, v], -1)
    shown = functional.grid_sample(
        patch.expand(count, -1, -1, -1), grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    edge = (radius * (1 - (u.square() + v.square()).sqrt())).clamp(-0.5, 0.5) + 0.5  # a soft edge, one pixel wide
    lit = (
        shown * (1 + scene.light * drawn[:, 6, None, None, None])
        + LEVELS * scene.light / 2 * drawn[:, 7, None, None, None]
    )
    laid = pictures + edge[:, None] * (lit.clamp(0, LEVELS) - pictures)
    if scene.blur:
        laid = laid + edge[:, None] * (_soften(laid, scene.blur) - laid)
    return (laid + scene.noise * noise).clamp(0, LEVELS) if scene.noise else laid


def _soften(pictures: Tensor, sigma: float) -> Tensor:
    line = torch.exp(-0.5 * (torch.arange(-2, 3, device=pictures.device) / sigma) ** 2)
    line = line / line.sum()
    count, channels, height, width = pictures.shape
    flat = functional.pad(pictures, (2,) * 4, mode="replicate").flatten(0, 1)[:, None]
    flat = functional.conv2d(functional.conv2d(flat, line[None, None, :, None]), line[None, None, None, :])
    return flat.reshape(count, channels, height, width)


def make(
    victim: Victim,
    pictures: Tensor,
    labels: Tensor,
    *,
    area: float,
    generator: torch.Generator,
    enough: Callable[[], bool],
) -> tuple[Tensor, int]:
    """A patch that fools on these pictures, wherever and however it lies.

    Args:
        victim: the model; a targeted one is brought to the labels.
        pictures: (n, C, H, W) float32 in 0…255.
        labels: (n, …).
        area: share of the picture.
        generator: of everything random.
        enough: asked after each step; True ends.

    Returns:
        (C, P, P) float32 in what a printer gives, and the number of steps.
    """
    channels, height, width = pictures.shape[1:]
    size = max(8, math.ceil(2 * math.sqrt(area * height * width / math.pi) * 1.25))
    patch = torch.empty(channels, size, size, device=pictures.device).uniform_(_DARK, _BRIGHT, generator=generator)
    patch.requires_grad_()
    optimizer = torch.optim.Adam([patch], lr=_RATE)
    steps = 0
    for steps in range(1, STEPS + 1):
        rows = torch.randint(
            0, len(pictures), (min(_BATCH, 2 * len(pictures)),), generator=generator, device=pictures.device
        )
        with torch.enable_grad():
            seen = victim.outputs(lay(pictures[rows], patch, area, ALL, generator))
            rough = (patch[:, 1:] - patch[:, :-1]).abs().mean() + (patch[:, :, 1:] - patch[:, :, :-1]).abs().mean()
            loss = _ALIKE * rough - victim.harm(seen, labels[rows]).mean()
            (slope,) = torch.autograd.grad(loss, patch)
        patch.grad = slope
        optimizer.param_groups[0]["lr"] = _RATE * (1 - 0.9 * steps / STEPS)
        optimizer.step()
        with torch.no_grad():
            patch.clamp_(_DARK, _BRIGHT)
        if enough():
            break
    return patch.detach(), steps


def grey(patch: Tensor) -> Tensor:
    """A patch of the same size in one grey, as a control."""
    return torch.full_like(patch, (_DARK + _BRIGHT) / 2)


def fooled(
    victim: Victim,
    pictures: Tensor,
    labels: Tensor,
    patch: Tensor,
    area: float,
    scene: Scene,
    generator: torch.Generator,
) -> Tensor:
    """(n) bool: which pictures a patch fools."""
    return victim.look(lay(pictures, patch, area, scene, generator), labels).fooled
