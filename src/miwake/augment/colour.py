"""Changes of colour, blur, noise and erasing. Values run from 0 to 255."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from miwake.augment.config import Augmentation

FULL = 255.0
"""The largest value of a pixel."""
NOISE_SPAN = 1 << 14
"""How far apart the noise of two pictures may start in the batch's strip of noise."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Colours:
    """What is to happen to each picture of a batch; None is nothing."""

    contrast: Tensor | None
    """(B) factor on the distance from the picture's mean."""
    chroma: Tensor | None
    """(B, 3, 3) what is done to the three channels beside that; keeps greys as they are."""
    added: Tensor | None
    """(B, C) value added to each channel."""
    kernels: Tensor | None
    """(B, k) the blur along one axis."""
    blurred: tuple[bool, ...]
    """B: which pictures are blurred."""
    strip: Tensor | None
    """(C·h·w + NOISE_SPAN) standard normal noise."""
    starts: Tensor | None
    """(B) where each picture's noise starts in `strip`."""
    loudness: Tensor | None
    """(B) standard deviation of the noise."""
    erased: Tensor | None
    """(B, 1, h, w) float32: 1 where a picture is covered."""
    covers: Tensor | None
    """(B, C, 1, 1) colour of the cover."""

    @property
    def nothing(self) -> bool:
        """Whether every picture stays as it is."""
        changes = (self.contrast, self.chroma, self.added, self.kernels, self.strip, self.erased)
        return all(one is None for one in changes)


def draw_colours(
    config: Augmentation, count: int, *, channels: int, size: tuple[int, int], generator: torch.Generator
) -> Colours:
    """Draws what happens to each of `count` pictures with `channels` channels of `size` (height, width)."""
    device = generator.device
    uniform = torch.rand(count, 6 + 2 * channels, generator=generator, device=device)
    signed = uniform * 2 - 1
    chromatic = channels == 3 and bool(config.saturation or config.hue)
    contrast = (signed[:, 0] * config.contrast).exp() if config.contrast or chromatic else None
    added = None
    if config.brightness or config.tint:
        tint = signed[:, 6 : 6 + channels] * (config.tint * FULL)
        added = tint + signed[:, 1, None] * (config.brightness * FULL)
    kernels, blurred = None, (False,) * count
    if config.blur and config.blur_share:
        kernels = _kernels(uniform[:, 4] * config.blur * max(size), config.blur * max(size))
        # Evenly spaced instead of drawn: the batch is shuffled already, and no device has to be waited for.
        blurred = tuple(
            math.floor((row + 1) * config.blur_share) > math.floor(row * config.blur_share) for row in range(count)
        )
    strip = starts = loudness = None
    if config.noise:
        loudness = uniform[:, 5] * (config.noise * FULL)
        starts = torch.randint(NOISE_SPAN, (count,), generator=generator, device=device)
        strip = torch.randn(channels * math.prod(size) + NOISE_SPAN, generator=generator, device=device)
    erased = covers = None
    if config.erase:
        erased = _rectangles(config, count, size, generator)
        covers = uniform[:, 6 + channels :, None, None] * FULL
    return Colours(
        contrast=contrast,
        chroma=_chroma(signed[:, 2] * config.saturation, signed[:, 3] * config.hue) if chromatic else None,
        added=added,
        kernels=kernels,
        blurred=blurred,
        strip=strip,
        starts=starts,
        loudness=loudness,
        erased=erased,
        covers=covers,
    )


def _chroma(saturation: Tensor, hue: Tensor) -> Tensor:
    """(B, 3, 3): scales the distance from the grey axis and turns about it.

    The idea of one linear map for all changes of colour is that of Karras et al., "Training generative
    adversarial networks with limited data", 2020, appendix B.
    """
    grey = torch.full((3, 3), 1 / 3)
    across = torch.eye(3) - grey
    turn = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    basis = torch.stack((grey, across, turn)).view(3, 9).to(hue.device)
    scale, angle = saturation.exp(), hue * (2 * math.pi)
    weights = torch.stack((torch.ones_like(scale), scale * angle.cos(), scale * angle.sin()), 1)
    return (weights @ basis).view(-1, 3, 3)


def _kernels(sigma: Tensor, largest: float) -> Tensor:
    """(B, k) Gaussian kernels of standard deviation `sigma` (B) in pixels, each with the sum 1."""
    reach = max(1, math.ceil(2.5 * largest))
    at = torch.arange(-reach, reach + 1, device=sigma.device)
    weights = torch.exp(-at.square() / (2 * sigma.clamp(min=0.05).square()[:, None]))
    return weights / weights.sum(1, keepdim=True)


def _rectangles(config: Augmentation, count: int, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    draws = torch.rand(count, 5, generator=generator, device=generator.device)
    low, high = config.erase_area
    area = low + (high - low) * draws[:, 0]
    ratio = ((draws[:, 1] * 2 - 1) * math.log(3)).exp()  # sides from 1:3 to 3:1
    tall, wide = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    top, left = (1 - tall) * draws[:, 2], (1 - wide) * draws[:, 3]
    rows = inside(top, top + tall, size[0]) * (draws[:, 4, None] < config.erase)
    return rows[:, None, :, None] * inside(left, left + wide, size[1])[:, None, None, :]


def inside(start: Tensor, stop: Tensor, side: int) -> Tensor:
    """(B, side) float32: 1 for the pixels of a row whose centres lie in start…stop (B), in shares of the side."""
    at = (torch.arange(side, device=start.device) + 0.5) / side
    return ((at >= start[:, None]) & (at < stop[:, None])).float()


def recolour(colours: Colours, pictures: Tensor, part: slice) -> Tensor:
    """The pictures of `part` with their new colours, cut at 0 and 255.

    Args:
        colours: what happens to each picture of the whole batch.
        pictures: (b, C, h, w) float32, one plane after another; may be overwritten.
        part: which pictures of the batch.

    Returns:
        (b, C, h, w) float32.
    """
    if colours.nothing:
        return pictures
    pictures = _linear(colours, pictures, part)
    if colours.kernels is not None:
        chosen = [row for row, is_blurred in enumerate(colours.blurred[part]) if is_blurred]
        if chosen:
            rows = torch.tensor(chosen, device=pictures.device)
            pictures[rows] = _blur(pictures[rows], colours.kernels[part][rows])
    if colours.strip is not None and colours.starts is not None and colours.loudness is not None:
        # Every picture takes its own stretch of one strip: as good as fresh noise, and many times cheaper.
        noise = colours.strip.unfold(0, pictures[0].numel(), 1).index_select(0, colours.starts[part])
        pictures.addcmul_(noise.view_as(pictures), colours.loudness[part][:, None, None, None])
    pictures.clamp_(0, FULL)
    if colours.erased is not None and colours.covers is not None:
        pictures.lerp_(colours.covers[part], colours.erased[part])
    return pictures


def _linear(colours: Colours, pictures: Tensor, part: slice) -> Tensor:
    """contrast · chroma · (v - mean) + mean + added, in one pass over the pixels."""
    added = None if colours.added is None else colours.added[part, :, None]
    if colours.contrast is None:
        return pictures if added is None else pictures.add_(added[..., None])
    contrast = colours.contrast[part, None, None]
    still = pictures.flatten(1).mean(1)[:, None, None] * (1 - contrast)
    added = still if added is None else added + still
    if colours.chroma is None:
        return pictures.mul_(contrast[..., None]).add_(added[..., None])
    matrix = colours.chroma[part] * contrast
    return torch.baddbmm(added.expand(-1, 3, 1), matrix, pictures.flatten(2)).view_as(pictures)


def _blur(pictures: Tensor, kernels: Tensor) -> Tensor:
    """(b, C, h, w) convolved along both axes with kernels (b, k); the outermost pixels are repeated outwards."""
    height, width = pictures.shape[2:]
    reach = kernels.shape[1] // 2
    taps = kernels[:, :, None, None, None].unbind(1)
    padded = F.pad(pictures, (reach,) * 4, mode="replicate")
    # A sum of moved pictures: on a CPU several times quicker than a convolution with a kernel for each picture.
    tall = padded[:, :, :height] * taps[0]
    for step, tap in enumerate(taps[1:], 1):
        tall.addcmul_(padded[:, :, step : step + height], tap)
    new = tall[..., :width] * taps[0]
    for step, tap in enumerate(taps[1:], 1):
        new.addcmul_(tall[..., step : step + width], tap)
    return new
