"""Parts of networks that answer for every pixel: they take any size, and come back to it."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional

Upsampling = Literal["bilinear", "transposed"]
UPSAMPLINGS: tuple[Upsampling, ...] = ("bilinear", "transposed")


class Dense(nn.Module):
    """What networks that answer for every pixel share: any size goes in, logits of that size come out.

    A network of this kind has its last layer under the name `head`, and gives by `places` what goes into it together
    with what its deepest layer holds; one whose head is not its end says by `answer` how it goes on.

    Args:
        step: sides are filled up to multiples of it, by repeating the last pixels.
    """

    head: nn.Module

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Logits (B, classes, H, W)."""
        height, width = x_BCHW.shape[2:]
        out, _ = self.answer(filled(x_BCHW, self.step))
        return out[:, :, :height, :width]

    def answer(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, classes, H, W) and the deepest features (B, G, …), of pictures whose sides are filled."""
        features, deepest = self.places(x_BCHW)
        return self.head(features), deepest

    def places(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """What goes into `head`, (B, F, …), and the deepest features (B, G, …), of pictures whose sides are filled."""
        raise NotImplementedError

    def backbone(self) -> nn.Module:
        """The part that the weights of a classifier fit into; all of it where there is no such part."""
        return self

    def embedding(self, x_BCHW: Tensor) -> Tensor:
        """(B, G) what a picture is like: the mean of the deepest features over their places."""
        _, deepest = self.answer(filled(x_BCHW, self.step))
        return deepest.mean((2, 3))


def filled(x_BCHW: Tensor, step: int) -> Tensor:
    """Pictures whose sides are multiples of `step`: below and on the right their last pixels are repeated."""
    down, across = -x_BCHW.shape[2] % step, -x_BCHW.shape[3] % step
    return functional.pad(x_BCHW, (0, across, 0, down), mode="replicate") if down or across else x_BCHW


def enlarged(x_BFhw: Tensor, factor: int) -> Tensor:
    """(B, F, factor·h, factor·w), bilinear."""
    return functional.interpolate(x_BFhw, scale_factor=factor, mode="bilinear", align_corners=False)


class Up(nn.Module):
    """Twice the size: by a transposed convolution that learns how, or bilinear and a 1×1 convolution.

    A transposed convolution of 2×2 with stride 2, whose fields do not overlap, leaves no checkerboard of unequal
    sums (Odena et al. 2016, "Deconvolution and checkerboard artifacts"); bilinear is smooth and learns nothing.
    """

    def __init__(self, before: int, after: int, upsampling: Upsampling) -> None:
        super().__init__()
        self.transposed = nn.ConvTranspose2d(before, after, 2, 2) if upsampling == "transposed" else None
        self.mix = nn.Conv2d(before, after, 1) if upsampling == "bilinear" else None

    def forward(self, x_BFhw: Tensor) -> Tensor:
        """(B, after, 2h, 2w)."""
        if self.transposed is not None:
            out: Tensor = self.transposed(x_BFhw)
            return out
        assert self.mix is not None
        # mixing commutes with enlarging, and costs a quarter before it
        return enlarged(self.mix(x_BFhw), 2)
