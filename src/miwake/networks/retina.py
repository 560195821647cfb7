"""What comes before the first learnt features: ink on its ground, or contrast with what is around."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_AROUND = 2.0
"""Standard deviation, in pixels, of what counts as around."""
_FAINT = 0.01
"""Contrast, in standard deviations of the data, below which a picture is flat."""


def ink(x_BCHW: Tensor) -> Tensor:
    """How far each pixel is from the ground, 0 to 1; the ground is the channel's median.

    For units that know no negative answers. Ink on paper and chalk on slate become the same.
    """
    ground = x_BCHW.flatten(2).median(2).values[..., None, None]
    off = (x_BCHW - ground).abs()
    return off / off.amax((1, 2, 3), keepdim=True).clamp_min(1e-6)


def contrast(x_BCHW: Tensor) -> Tensor:
    """Each pixel less the mean around it, over the spread around it: a few units at most, whatever the light.

    Jarrett, Kavukcuoglu, Ranzato and LeCun 2009, section 2.1, each colour less its own mean. Ganglion cells of the
    retina answer like this: to the centre of their field against its surround, and relative to what is usual there.
    """
    centred = x_BCHW - _around(x_BCHW)
    spread = _around(centred.square().mean(1, keepdim=True)).clamp_min(0).sqrt()
    usual = spread.mean((1, 2, 3), keepdim=True)
    return centred / torch.maximum(spread, usual).clamp_min(_FAINT)


def _around(x_BCHW: Tensor) -> Tensor:
    """The mean around each pixel by a Gaussian, the edges continued."""
    reach, channels = round(3 * _AROUND), int(x_BCHW.shape[1])  # a number: an exporter must know the kernel's shape
    place = torch.arange(-reach, reach + 1, device=x_BCHW.device, dtype=x_BCHW.dtype)
    weights = torch.exp(-0.5 * (place / _AROUND) ** 2)
    row = (weights / weights.sum()).expand(channels, 1, 1, -1)
    padded = functional.pad(x_BCHW, (reach,) * 4, mode="replicate")
    return functional.conv2d(functional.conv2d(padded, row, groups=channels), row.mT, groups=channels)
