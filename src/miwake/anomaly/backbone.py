"""Features of a network's stages, laid over one grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

_Hook = Callable[[nn.Module, object, object], None]


class _Reached(Exception):
    pass


def stages(network: nn.Module, *, channels: int, size: tuple[int, int], coarse: Sequence[int]) -> tuple[str, ...]:
    """Names of the submodules whose outputs are the last ones before the picture is halved again.

    Args:
        network: of `miwake.networks.build`.
        channels: of its pictures.
        size: height and width of them.
        coarse: how many pixels a place of the wanted stages covers, such as 8 and 16; where the network has no such
            stage, the nearest that it has.

    Returns:
        From the input up, without repetitions.
    """
    sides: dict[str, int] = {}
    handles = []
    for name, module in network.named_modules():
        if name and name.count(".") < 2 and not isinstance(module, nn.ModuleList):
            handles.append(module.register_forward_hook(_noting(sides, name)))
    was = network.training
    network.eval()
    try:
        device = next(network.parameters()).device
        with torch.no_grad():
            network(torch.zeros(1, channels, *size, device=device))
    finally:
        network.train(was)
        for handle in handles:
            handle.remove()
    # of modules that end at the same time the outer one comes last
    last = {side: name for name, side in sides.items() if side > 1} or {side: name for name, side in sides.items()}
    named = {name: side for side, name in last.items()}
    chosen = set()
    for want in coarse:
        side = size[0] / want
        near = [(abs(side - length), length, name) for name, length in named.items()]
        chosen.add(min(near)[2])
    order = list(sides)
    return tuple(sorted(chosen, key=order.index))


def _noting(sides: dict[str, int], name: str) -> _Hook:
    def hook(_: nn.Module, __: object, output: object) -> None:
        if isinstance(output, Tensor) and output.ndim == 4:
            sides.pop(name, None)
            sides[name] = output.shape[2]

    return hook


def taken(network: nn.Module, names: Sequence[str], x_BCHW: Tensor) -> list[Tensor]:
    """Outputs (B, c, h, w) of some submodules, in the order of `names`; what comes after the last does not run."""
    found: dict[str, Tensor] = {}

    def keep(name: str) -> _Hook:
        def hook(_: nn.Module, __: object, output: object) -> None:
            assert isinstance(output, Tensor)
            found[name] = output
            if len(found) == len(names):
                raise _Reached

        return hook

    handles = [network.get_submodule(name).register_forward_hook(keep(name)) for name in names]
    try:
        network(x_BCHW)
    except _Reached:
        pass
    finally:
        for handle in handles:
            handle.remove()
    return [found[name] for name in names]


def laid(features: Sequence[Tensor], grid: tuple[int, int], *, around: int = 3) -> Tensor:
    """(B, d, h, w) the stages' features side by side, each place with its neighbours (Roth 2022, section 3.1).

    Args:
        features: of each stage, (B, c, h', w').
        grid: h and w.
        around: side of the neighbourhood whose mean is taken.
    """
    parts = []
    for stage in features:
        if around > 1 and min(stage.shape[2:]) >= around:
            # outside of the picture there is nothing, which quiets its edges, where features are restless
            stage = functional.avg_pool2d(stage, around, 1, around // 2)
        if stage.shape[2:] != grid:
            if stage.shape[2] > grid[0]:
                stage = functional.adaptive_avg_pool2d(stage, grid)
            else:
                stage = functional.interpolate(stage, size=grid, mode="bilinear", align_corners=False)
        parts.append(stage)
    return torch.cat(parts, 1)
