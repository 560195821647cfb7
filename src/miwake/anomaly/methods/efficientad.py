"""EfficientAD-style: a student that sees only good pictures fails to follow its teacher on others (Batzner 2024)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from miwake.anomaly.backbone import stages, taken
from miwake.anomaly.method import Detector, Plan, joined

PAPER = "Batzner 2024, EfficientAD: accurate visual anomaly detection at millisecond-level latencies"
LEARNS = ("student.", "autoencoder.")
STAGES = (("teacher", 1),)
AFTER: tuple[tuple[str, int], ...] = ()
EPOCHS = (10, 300)
RECIPE: dict[str, Any] = {"learning_rate": 1e-3}
BACKBONE = True
SIZE = 256
_HARD = 0.999
"""Share of the places that the student follows well enough to learn nothing from (section 3.2)."""
_MOMENTUM = 0.99
"""Of the running scales of the two maps."""


def build(plan: Plan, network: nn.Module | None, *, channels: int, size: tuple[int, int]) -> Detector:
    """A student that has learnt nothing."""
    assert network is not None
    return EfficientAD(network, channels=channels, size=size)


class EfficientAD(Detector):
    """Teacher: the network's stage at an eighth of the picture. Student: a small network that foretells it, and what
    an autoencoder makes of the whole picture. Where the student is far from the teacher a part looks odd; where it is
    far from the autoencoder, the arrangement is.

    The paper's teacher is distilled from a larger network, and its student is kept from following it on pictures of
    other things; for both ImageNet itself would be needed, so that here the network is the teacher.
    """

    scales: Tensor

    def __init__(self, network: nn.Module, *, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.learns = True
        self.network: nn.Module = network.requires_grad_(False)
        self.names = stages(network, channels=channels, size=size, coarse=(8,))
        with torch.no_grad():
            (part,) = taken(network.eval(), self.names, torch.zeros(1, channels, *size))
        features = part.shape[1]
        self.grid = (part.shape[2], part.shape[3])
        self.teacher = Standard(features)
        self.student = _student(channels, 2 * features)
        self.autoencoder = _autoencoder(channels, features)
        self.register_buffer("scales", torch.ones(2))

    def train(self, mode: bool = True) -> EfficientAD:
        """The teacher always stays as it is."""
        super().train(mode)
        self.network.eval()
        return self

    def taught(self, x_BCHW: Tensor) -> Tensor:
        """(B, F, h, w) standardised features of the teacher."""
        out: Tensor = self.teacher(taken(self.network, self.names, x_BCHW)[0])
        return out

    def followed(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """(B, F, h, w) what the student foretells of the teacher, and of the autoencoder."""
        out = functional.adaptive_avg_pool2d(self.student(x_BCHW), self.grid)
        first, second = out.chunk(2, 1)
        return first, second

    def redrawn(self, x_BCHW: Tensor) -> Tensor:
        """(B, F, h, w) the teacher's features as the autoencoder makes them."""
        return functional.interpolate(self.autoencoder(x_BCHW), size=self.grid, mode="bilinear", align_corners=False)

    def loss(self, x_BCHW: Tensor) -> Tensor:
        """The student's hardest places, the autoencoder's error, and the student's distance from it (appendix A)."""
        with torch.no_grad():
            taught = self.taught(x_BCHW)
        first, second = self.followed(x_BCHW)
        redrawn = self.redrawn(x_BCHW)
        apart = (taught - first).square()
        hard = torch.quantile(_sample(apart.detach().float()), _HARD)
        parted = (redrawn.detach() - second).square()
        with torch.no_grad():
            now = torch.stack([apart.mean(1).std(), parted.mean(1).std()]).float()
            self.scales.copy_(torch.where(self.scales == 1, now, _MOMENTUM * self.scales + (1 - _MOMENTUM) * now))
        chosen = apart[apart >= hard]
        return chosen.mean() + (taught - redrawn).square().mean() + parted.mean()

    def odd(self, x_BCHW: Tensor) -> Tensor:
        """The score is that of the oddest place; both maps count alike."""
        taught, redrawn = self.taught(x_BCHW), self.redrawn(x_BCHW)
        first, second = self.followed(x_BCHW)
        parts = (taught - first).square().mean(1), (redrawn - second).square().mean(1)
        odd = sum(0.5 * part / scale.clamp_min(1e-6) for part, scale in zip(parts, self.scales, strict=True))
        assert isinstance(odd, Tensor)
        odd = functional.avg_pool2d(odd[:, None], 3, 1, 1, count_include_pad=False)[:, 0]
        return joined(odd.flatten(1).amax(1), odd)

    def embedding(self, x_BCHW: Tensor) -> Tensor:
        """(B, F) the teacher's features, mean over the places."""
        return self.taught(x_BCHW).mean((2, 3))


def _sample(values: Tensor, most: int = 2**22) -> Tensor:
    """At most so many of the values, evenly drawn: `quantile` takes no more than 2²⁴."""
    flat = values.flatten()
    return flat if len(flat) <= most else flat[:: -(-len(flat) // most)]


def _student(channels: int, features: int) -> nn.Sequential:
    """The paper's small patch description network (table 6): each output sees 33 × 33 pixels."""
    return nn.Sequential(
        nn.Conv2d(channels, 64, 4, 2, 1),
        nn.ReLU(),
        nn.Conv2d(64, 64, 4, 2, 1),
        nn.ReLU(),
        nn.Conv2d(64, 128, 3, 2, 1),
        nn.ReLU(),
        nn.Conv2d(128, 128, 3, 1, 1),
        nn.ReLU(),
        nn.Conv2d(128, features, 1),
    )


def _autoencoder(channels: int, features: int) -> nn.Sequential:
    """Down to a picture of 8 × 8 (table 7, narrower), and half-way back."""
    return nn.Sequential(
        nn.Conv2d(channels, 32, 4, 2, 1),
        nn.ReLU(),
        nn.Conv2d(32, 32, 4, 2, 1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 4, 2, 1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(8),
        nn.Conv2d(64, 64, 1),
        nn.ReLU(),
        nn.Upsample(scale_factor=2.0, mode="bilinear"),
        nn.Conv2d(64, 64, 3, 1, 1),
        nn.ReLU(),
        nn.Upsample(scale_factor=2.0, mode="bilinear"),
        nn.Conv2d(64, 64, 3, 1, 1),
        nn.ReLU(),
        nn.Conv2d(64, features, 3, 1, 1),
    )


class Standard(nn.Module):
    """Brings features to mean 0 and variance 1 over good pictures (section 3.1)."""

    mean: Tensor
    scale: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))

    def observe(self, inputs: Tensor, state: tuple[int, Tensor, Tensor] | None) -> tuple[int, Tensor, Tensor]:
        """Add (B, F, h, w) to count, sums and squares."""
        x = inputs.double()
        count, total, squares = state or (0, 0.0, 0.0)
        places = x.numel() // x.shape[1]
        return count + places, total + x.sum((0, 2, 3)), squares + x.square().sum((0, 2, 3))

    def finish(self, state: tuple[int, Tensor, Tensor]) -> None:
        """Mean, and one over the standard deviation."""
        count, total, squares = state
        mean = total / count
        spread = (squares / count - mean.square()).clamp_min(0).sqrt()
        self.mean.copy_(mean)
        self.scale.copy_(1 / spread.clamp_min(0.05 * float(spread.mean()) + 1e-6))

    def forward(self, x_BFhw: Tensor) -> Tensor:
        """The same, standardised."""
        return (x_BFhw - self.mean[:, None, None]) * self.scale[:, None, None]
