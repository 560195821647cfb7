"""SmoothGrad: the mean of the gradients of noisy copies of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from miwake.explanation.methods import Score

PAPER = "Smilkov et al. 2017, SmoothGrad: removing noise by adding noise"
SAMPLES = 16
COST = 3 * SAMPLES
EXTRA = "explain"
SANE = True

_NOISE = 0.15  # of the range of the picture's values: the middle of the 10 to 20% of section 3
_BATCH = 16


def maps(model: nn.Module, inputs: Tensor, targets: Tensor, score: Score) -> Tensor:
    """Section 2; the amount of the mean gradient, summed over the channels. The same noise at every call."""
    from captum.attr import NoiseTunnel, Saliency

    gradient = Saliency(lambda pictures, wanted: score(model(pictures), wanted))
    spread = float((inputs.amax((1, 2, 3)) - inputs.amin((1, 2, 3))).mean())
    devices = [inputs.device] if inputs.device.type == "cuda" else []
    with torch.random.fork_rng(devices), torch.enable_grad():
        torch.manual_seed(0)
        found: Tensor = NoiseTunnel(gradient).attribute(
            inputs.detach().requires_grad_(),
            nt_type="smoothgrad",
            nt_samples=SAMPLES,
            nt_samples_batch_size=max(1, _BATCH // len(inputs)),
            stdevs=max(_NOISE * spread, 1e-6),
            additional_forward_args=(targets,),
            abs=False,
        )
    return found.detach().abs().sum(1).float().cpu()
